"""Replies and notices: what is for one person only. The audio is made first and kept after; no transaction waits while
it is made, and of two who do so at once neither harms the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ivr import prompts
from ivr.catalogue import Clip
from ivr.config import Settings
from ivr.errors import BadNotices, Unsayable
from ivr.records import deeds, notices, questions
from ivr.records.db import Database
from ivr.records.mistakes import Mistake
from ivr.records.notices import Meant
from ivr.records.questions import Asker
from ivr.shelf import Shelf
from ivr.studio.phrases import Phrase, press_letters, unsayable, voices_here

Pressing = Callable[[Settings, Iterable[Phrase]], Mapping[Phrase, Clip]]
REPLIED = "replied"  # the deed
LONGEST_S, PATIENCE_S = 20 * 60, 300.0  # of a sound file; for reading it


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply that is kept: for whom, whether it `replaced` one that they had not heard, and what could be better about
    the sound, in words and by its names."""

    asker: Asker
    replaced: bool
    advice: tuple[str, ...] = ()
    advice_names: tuple[str, ...] = ()


def reply(
    database: Database,
    settings: Settings,
    question: int,
    words: str,
    now: datetime,
    pressing: Pressing = press_letters,
    *,
    by: int | None = None,
) -> Sent:
    """Reply by words that the line says, in the language of whoever asked; `by` a user of the desk, whose deed it is.

    Raises BadNotices for what swindlers speak of, NotThere for what can't be replied to, Unsayable, VoiceFailed,
    MissingPart."""
    if told := notices.swindling(words):
        raise BadNotices(
            "The reply was not taken:", [f"{told}; write it without, or say it yourself: --recording FILE"]
        )
    asker = _asker(database, question)
    phrase = Phrase(asker.language or _own(settings), asker.branch, words)
    for wrong in unsayable(settings, [phrase]).values():
        raise Unsayable(f"The reply was not taken: {wrong}.", wrong.words, wrong.stretch)
    return Sent(asker, _keep(database, question, pressing(settings, [phrase])[phrase], now, by))


def reply_spoken(
    database: Database,
    settings: Settings,
    question: int,
    sound: Path,
    now: datetime,
    longest_s: int = LONGEST_S,
    patience_s: float = PATIENCE_S,
    *,
    by: int | None = None,
) -> Sent:
    """Reply by a sound file, as `reply` does by words.

    Raises NotThere for what can't be replied to, BadRecording, Refused."""
    from ivr.studio.recording.message import message  # takes a moment to load

    asker = _asker(database, question)
    wav, length_ms, verdict = message(sound, voices_here(settings, ()).preset, longest_s, patience_s)
    replaced = _keep(database, question, Clip(Shelf(settings.data).put_recording(wav), length_ms, ""), now, by)
    return Sent(asker, replaced, verdict.advice, verdict.advice_names)


def _asker(database: Database, question: int) -> Asker:
    with database.reading() as connection:
        return questions.asker(connection, question)


def _keep(database: Database, question: int, clip: Clip, now: datetime, by: int | None) -> bool:
    with database.writing() as connection:
        replaced = questions.reply(connection, question, clip, now)
        if by is not None:
            deeds.did(connection, by, REPLIED, str(question), now)
    return replaced


def give(
    database: Database, settings: Settings, meant: Sequence[Meant], now: datetime, pressing: Pressing = press_letters
) -> int:
    """Let members hear these notices. Returns how many are new.

    Raises BadNotices with each row that can't be said, VoiceFailed or MissingPart; then none is given."""
    if wrong := check(settings, meant):
        told = [Mistake(str(why), row=each.row, heading=each.words) for each, why in wrong]
        raise BadNotices("No notice was taken:", told)
    return keep(database, settings, meant, pressing(settings, phrases(settings, meant)), now)


def check(settings: Settings, meant: Sequence[Meant]) -> list[tuple[Meant, Unsayable]]:
    """Those that the voices here would refuse, and why."""
    said = phrases(settings, meant)
    wrong = unsayable(settings, said)
    return [(each, wrong[phrase]) for each, phrase in zip(meant, said, strict=True) if phrase in wrong]


def phrases(settings: Settings, meant: Iterable[Meant]) -> list[Phrase]:
    """What the line says for each of these."""
    return [Phrase(each.language or _own(settings), each.member.branch, each.words) for each in meant]


def keep(
    database: Database, settings: Settings, meant: Sequence[Meant], clips: Mapping[Phrase, Clip], now: datetime
) -> int:
    """As `give`, where they are pressed already."""
    ordered = [clips[each] for each in phrases(settings, meant)]
    with database.writing(alone=True) as connection:  # two lists at once may have a notice in common
        return notices.give(connection, meant, ordered, now, today(settings, now))


def today(settings: Settings, now: datetime) -> date:
    """Where the line is."""
    return now.astimezone(settings.line.zone).date()


def _own(settings: Settings) -> str:
    return prompts.load(settings.line.language).voice
