"""Every error that a person or a caller of this package is meant to see.

    IvrError
    ├── Mistakes              carries each of several mistakes with its place
    │   ├── BadSettings       config.toml or the environment
    │   ├── BadLesson         a lesson file, by line
    │   ├── Refused           a recording that is not good enough
    │   ├── BadImport         a document that no lesson can be made of
    │   ├── BadLexicon        a lexicon file, by line
    │   ├── BadRoster         a member list, by row
    │   ├── BadNotices        a list of notices, by row, or a reply
    │   └── BadForm           a form of one's own, by cell
    ├── BadPrompts        a file of prompts
    ├── NotAMonth         a month that can't be read
    ├── NotEnrolled       nobody of this name or number
    ├── NotToBeClaimed    a call that is somebody's already
    ├── NotThere          nothing of this number
    ├── BadPin            a PIN that guards nothing
    ├── NotTypable        a member number that nobody can type
    ├── BadUser           a user of the desk who can't be, or is not there
    │   └── NameTaken         a user name that somebody has
    ├── BadEntry          something typed into a form of the desk
    ├── BadWords          a file of the words of pages
    ├── NotWritten        a file that can't be written, or is there already
    ├── NotKept           a file of the data folder
    ├── NoDatabase        the database can't be opened
    ├── UnknownLesson     no such lesson on the shelf
    ├── NotInLesson       no such segment or sentence
    ├── DamagedAudio      a piece of an edition is missing or does not decode
    ├── VoiceFailed       an engine could not speak
    │   └── Unsayable         words that a voice has no sound for
    ├── BadRecording      a recording that can't be used
    ├── MissingPart       an optional package that this job needs
    ├── TooManyRows       a page that would be set as a PDF for too long
    ├── NotSent           statements that a learning record store did not take
    ├── NotFetched        a file at the provider that did not come
    └── UnknownCall       a turn of a call that never began here

A class docstring is its default message; it says what to do. Bugs are not in this tree: they propagate.
"""

from __future__ import annotations

from collections.abc import Sequence


class IvrError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class Mistakes(IvrError):
    """Something is wrong in several places."""

    def __init__(self, where: str, mistakes: Sequence[object]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join([where, *(f"  {mistake}" for mistake in mistakes)]))


class BadSettings(Mistakes):
    """The settings can't be used. Mend config.toml or the environment."""


class BadLesson(Mistakes):
    """The lesson can't be used. `ivr lesson check FILE` names each mistake."""


class Refused(Mistakes):
    """The recording is not good enough; nothing was changed."""

    def __init__(self, where: str, mistakes: Sequence[object], found: Sequence[str] = ()) -> None:
        """`found` are the faults by the names that judging.py gives them."""
        self.found = tuple(found)
        super().__init__(where, mistakes)


class BadImport(Mistakes):
    """No lesson can be made of this; nothing was written."""


class BadLexicon(Mistakes):
    """A lexicon can't be used. Mend the lines that are named."""


class BadRoster(Mistakes):
    """The member list can't be used; nothing was imported."""


class BadNotices(Mistakes):
    """The notices can't be used; none was taken."""


class BadForm(Mistakes):
    """The form can't be filled in. Mend the cells that are named."""


class BadPrompts(IvrError):
    """A file of prompts can't be used."""


class NotAMonth(IvrError):
    """That is not a month, or not one that has begun; write it like 2026-11."""


class NotEnrolled(IvrError):
    """Nobody of this name is enrolled. `ivr roster list` shows who is."""


class NotToBeClaimed(IvrError):
    """This call is somebody's already."""


class NotThere(IvrError):
    """There is nothing of this number."""


class BadPin(IvrError):
    """A PIN that guards nothing. Take another."""


class NotTypable(IvrError):
    """This member number can't be typed on the telephone. Enrol the member under another."""


class BadUser(IvrError):
    """This can't be a user of the desk."""


class NameTaken(BadUser):
    """There is a user of this name already."""


class BadEntry(IvrError):
    """Something that was typed can't be kept."""

    def __init__(self, field: str, why: str, **values: object) -> None:
        """`why` is a text of the vocabulary, without its "mistake_", with `values` in its blanks."""
        self.field, self.why, self.values = field, why, values
        super().__init__(f"{field}: {why.replace('_', ' ')}")


class BadWords(IvrError):
    """A file of the words of pages can't be used."""


class NotWritten(IvrError):
    """The file could not be written."""


class NotKept(IvrError):
    """What was made before is kept: make room or mend the folder's rights, and run the same command again."""


class NoDatabase(IvrError):
    """The database can't be opened."""


class UnknownLesson(IvrError):
    """No such lesson. `ivr lesson list` shows what is published."""


class NotInLesson(IvrError):
    """The lesson has no such segment or sentence."""


class DamagedAudio(IvrError):
    """A piece of audio is missing or does not decode. Publish the lesson again."""


class VoiceFailed(IvrError):
    """The voice could not speak. Try again, or choose another one in config.toml under [studio.voices]."""


class Unsayable(VoiceFailed):
    """There is something in it that the voice can't say. Write it as it sounds."""

    def __init__(self, message: str | None = None, words: tuple[str, ...] = (), stretch: str = "") -> None:
        """`words` are those that it can't say, `stretch` what it can't say in one go; neither where there is nothing at
        all to say."""
        self.words, self.stretch = words, stretch
        super().__init__(message)


class BadRecording(IvrError):
    """The recording can't be used. Record it again."""

    def __init__(self, message: str | None = None, why: str = "unplayable") -> None:
        """`why`: unplayable, empty, not_whole, too_coarse or too_long."""
        self.why = why
        super().__init__(message)


class MissingPart(IvrError):
    """An optional package is not installed."""


class TooManyRows(IvrError):
    """It has too many rows to be set as a PDF: the calls come first. Print the page from the browser."""


class NotSent(IvrError):
    """The learning record store did not take it. Run the same command again."""


class NotFetched(IvrError):
    """A file at the provider did not come."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        """`for_good`: trying again would change nothing."""
        self.for_good = for_good
        super().__init__(message)


class UnknownCall(IvrError):
    """This call did not begin here."""
