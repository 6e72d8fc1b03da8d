"""The mark of a recording is put into a lesson file where its words are; no other byte changes.

Where that is, is not computed but tried: a place counts when the lesson then reads as before, with the recording at
these words and nowhere else.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from ivr.errors import BadRecording, NotInLesson
from ivr.studio.languages.hanzi import WRITTEN_IN_HANZI, Lexicon
from ivr.studio.markup import RECORDING
from ivr.studio.reading import Wording
from ivr.studio.script import Script, every_wording, parse

MOST_TRIES = 200
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LINE_END = re.compile("\r\n|\r|\n")


class Target(Struct, frozen=True):
    """What a recording is of: sentences by their places in `every_wording`, under a heading or in the whole lesson."""

    name: str
    first: int
    count: int
    heading: int = 0  # the line of a segment's
    whole: bool = False

    @property
    def places(self) -> range:
        return range(self.first, self.first + self.count)


class _Text(Struct, frozen=True):
    """A file's text and how it is written as bytes."""

    data: bytes
    text: str
    mark: bytes
    encoding: str

    @classmethod
    def of(cls, data: bytes) -> _Text:
        mark = next((each for each in _MARKS if data.startswith(each)), b"")
        encodings = (_MARKS[mark],) if mark else ("utf-8", "gb18030")
        for encoding in encodings:
            try:
                return cls(data, data[len(mark) :].decode(encoding), mark, encoding)
            except UnicodeDecodeError:
                continue
        raise BadRecording("The lesson is not a text file.")

    def with_text(self, start: int, end: int, new: str) -> bytes:
        """The bytes with the characters from `start` to `end` replaced."""
        at, to = (len(self.mark) + len(self.text[:each].encode(self.encoding)) for each in (start, end))
        return self.data[:at] + new.encode(self.encoding) + self.data[to:]

    @property
    def lines(self) -> list[tuple[int, int]]:
        """Where each line starts and ends, without its end."""
        ends = [(each.start(), each.end()) for each in _LINE_END.finditer(self.text)]
        starts = [0, *(after for _, after in ends)]
        return list(zip(starts, [*(before for before, _ in ends), len(self.text)], strict=True))


def targets(written: Script) -> tuple[list[Target], list[Target], Target]:
    """The sentences, the segments and the whole of a lesson: what can be recorded, and heard by its number.

    Sentence 0 is the title; the quiz goes on counting. One that is said in parts, for it is long, has one number. A
    segment is what stands under a heading.
    """
    wordings = list(every_wording(written))
    starts = [at for at in range(len(wordings)) if not at or not _goes_on(wordings[at - 1], wordings[at])]
    ends = [*starts[1:], len(wordings)]
    sentences = [Target(f"sentence {n}", a, b - a) for n, (a, b) in enumerate(zip(starts, ends, strict=True))]
    segments, at = [], 1
    for number, part in enumerate(written.parts, 1):
        count = sum(map(len, part.paragraphs))
        segments.append(Target(f"segment {number}", at, count, heading=part.line))
        at += count
    return sentences, segments, Target("the whole lesson", 1, at - 1, whole=True)


def find(written: Script, sentence: int | None, segment: int | None) -> Target:
    """What has this number; without one, the whole lesson. Raises NotInLesson."""
    sentences, segments, whole = targets(written)
    if sentence is None and segment is None:
        return whole
    among, at, what = (sentences, sentence, "sentence") if sentence is not None else (segments, segment or 0, "segment")
    named = [each for each in among if each.name == f"{what} {at}"]
    if not named:
        last = f"the last one is {among[-1].name}" if among else "the lesson has none"
        raise NotInLesson(f"There is no {what} {at}; {last}. `ivr lesson record FILE` shows them.")
    return named[0]


def marked(data: bytes, lexicon: Lexicon, target: Target, file: str) -> bytes:
    """The lesson file with the mark of a recording; one that the same words have already gives way to it.

    Raises BadRecording where they are recorded otherwise, or where the file has no place for a mark.
    """
    written, _ = parse(data, "", lexicon)
    wordings = list(every_wording(written))
    _judge(wordings, target)
    wanted = _outline(wordings, target, file)
    text = _Text.of(data)
    for candidate in _candidates(text, written, wordings, target, file):
        changed, wrong = parse(candidate, "", lexicon)
        if all(each.severity == "advice" for each in wrong) and _outline(list(every_wording(changed))) == wanted:
            return candidate
    raise BadRecording(
        f"There is no place for a mark at {target.name} ({wordings[target.first].words[:30]!r}). What the studio says "
        "by itself must be written out in the lesson first."
    )


def _goes_on(before: Wording, after: Wording) -> bool:
    return bool(before.utterances) and before.goes_on and before.line == after.line


def _judge(wordings: Sequence[Wording], target: Target) -> None:
    """Nothing may be recorded twice."""
    marks = {(each.file, each.line) for at in target.places if (each := wordings[at].recording)}
    around = {
        at for at, each in enumerate(wordings) if each.recording and (each.recording.file, each.recording.line) in marks
    }
    if len(marks) > 1 or (marks and around != set(target.places)):
        told = ", ".join(f"line {line} ({file})" for file, line in sorted(marks, key=lambda each: each[1]))
        raise BadRecording(f"{target.name.capitalize()} is recorded otherwise already: {told}. Delete that mark first.")


def _outline(wordings: Sequence[Wording], target: Target | None = None, file: str = "") -> list[tuple[object, ...]]:
    """All that a mark may not change, and which file each sentence has."""
    return [
        (
            each.words,
            each.utterances,
            file if target and at in target.places else each.recording and each.recording.file,
        )
        for at, each in enumerate(wordings)
    ]


def _candidates(
    text: _Text, written: Script, wordings: Sequence[Wording], target: Target, file: str
) -> Iterator[bytes]:
    mark = f"[{'录音' if written.language in WRITTEN_IN_HANZI else 'recording'} {file}]"
    before = wordings[target.first].recording
    if before and not target.whole:
        start, end = text.lines[before.line - 1]
        for found in RECORDING.finditer(text.text, start, end):
            yield text.with_text(found.start(), found.end(), mark)
    elif before:
        start, end = text.lines[before.line - 1]
        at = text.text.index(before.file, start)
        yield text.with_text(at, at + len(before.file), file)
    elif target.whole:
        yield from _entries(text, mark.strip("[]").replace(" ", ": ", 1))
    else:
        for at in _places(text, wordings[target.first], target)[:MOST_TRIES]:
            padded = f" {mark}" if target.heading or not target.first else mark
            yield text.with_text(at, at, padded)


def _entries(text: _Text, entry: str) -> Iterator[bytes]:
    """A line of front matter, below each of its lines in turn."""
    for _, end in text.lines[:50]:
        line_end = _LINE_END.match(text.text, end)
        yield text.with_text(end, end, (line_end[0] if line_end else "\n") + entry)


def _places(text: _Text, wording: Wording, target: Target) -> list[int]:
    """Where the mark might stand, the likeliest places first."""
    if target.heading or not target.first:  # in a heading and in the title it stands last
        start, end = text.lines[(target.heading or wording.line) - 1]
        return list(range(end, start, -1))
    places: list[int] = []
    for start, end in text.lines[wording.line - 1 :]:  # a paragraph may be wrapped
        if not text.text[start:end].strip():
            break
        places += range(start, end)

    def likely(at: int) -> tuple[bool, bool, int]:
        """Where the sentence's first words are, and the signs that open before them."""
        rest = text.text[at : at + 20].lstrip("*{`")
        return not rest.startswith(wording.words[:6]), not rest.startswith(wording.words[:1]), at

    return sorted(places, key=likely)
