"""Which sentences a recording stands for: its mark is found where people would look for it.

录音: whole.m4a                     at the top: the whole lesson, without its title and its quiz
# 第一段 [录音 part.wav]             in a heading: the segment
[录音 paragraph.wav]                a line of its own: what follows, to the next mark or empty line
您好。[录音 one.wav]请坐。再见。       in a text: the sentence that it stands before
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msgspec import structs

from ivr.studio.languages.hanzi import WRITTEN_IN_HANZI, Lexicon
from ivr.studio.markup import Recording, Span, Words, at_recordings, read_markup, shown
from ivr.studio.mistakes import Mistake, mistake
from ivr.studio.reading import Wording, is_speakable, read_aloud, sentences
from ivr.studio.rows import Row


@dataclass
class Text:
    """What is written from a line on; its recording says all of it, or its first sentence only."""

    line: int
    spans: tuple[Span, ...]
    recording: Recording | None = None
    first_only: bool = False

    @property
    def is_speakable(self) -> bool:
        return is_speakable(shown(self.spans))

    def goes_with(self, before: Text) -> bool:
        """Do both have the same recording, or neither one?"""
        return not self.first_only and (before.first_only or self.recording == before.recording)

    def wordings(self, language: str, lexicon: Lexicon) -> Iterator[Wording]:
        """Its sentences, in the parts in which a voice says them."""
        recording = self.recording
        for spans in sentences(self.spans, language):
            wording = structs.replace(read_aloud(spans, language, lexicon), line=self.line, recording=recording)
            if wording.utterances:
                yield wording
                recording = None if self.first_only and not wording.goes_on else recording


@dataclass
class Reach:
    """The recording of the line that is being read; one on a line of its own ends at an empty line."""

    of_all: Recording | None
    of_lines: Recording | None = None
    last_line: int = 0  # that the one of lines stands for; 0 before the first

    @property
    def recording(self) -> Recording | None:
        return self.of_lines or self.of_all

    def begin(self, recording: Recording, mistakes: list[Mistake]) -> None:
        self.end(mistakes)
        if self.of_all:
            mistakes.append(_inside(recording, self.of_all))
        self.of_lines, self.last_line = recording, 0

    def go_to(self, line: int) -> None:
        if self.last_line and line > self.last_line + 1:
            self.of_lines = None
        self.last_line = line if self.of_lines else 0

    def end(self, mistakes: list[Mistake]) -> None:
        if self.of_lines and not self.last_line:
            mistakes.append(_wordless(self))


def recording_of(text: str, line: int, mistakes: list[Mistake], around: Recording | None = None) -> Recording | None:
    """The one recording of a heading or a title, wherever it stands in it."""
    found = [recording for recording, _ in at_recordings(text, line) if recording]
    for each in found:
        mistakes += _judge_name(each)
    mistakes += [_inside(each, outer) for each, outer in zip(found, (around, *found), strict=False) if outer]
    return found[0] if found else around


def stands_alone(row: Row) -> Recording | None:
    """The recording of a line that has nothing else in it."""
    texts = at_recordings(row.text, row.line)
    return texts[-1][0] if not row.number and not any(words.strip() for _, words in texts) else None


def read_row(row: Row, language: str, mistakes: list[Mistake], around: Recording | None = None) -> list[Text]:
    """The texts of a row, one for each recording and one for what is before them; `around` stands for the whole row."""
    texts: list[Text] = []
    for recording, words in at_recordings(row.text, row.line):
        numbered, row = _numbered(row, words, language)
        spans, wrong = read_markup(numbered, row.line)
        mistakes += wrong
        if recording:
            mistakes += _judge_name(recording)
            mistakes += [_inside(recording, around)] if around else []
        if recording or spans:
            texts.append(Text(row.line, spans, recording or around, first_only=recording is not None))
    mistakes += [_wordless(each) for each in texts if each.first_only and not each.is_speakable]
    mistakes += [wrong for each in pairwise(texts) for wrong in judge_place(*each, language)]
    return texts or [Text(row.line, ())]


def counted(paragraphs: Sequence[tuple[Wording, ...]], so_far: Counter[Recording]) -> tuple[tuple[Wording, ...], ...]:
    """The same sentences, numbered within their recordings."""
    return tuple(tuple(_counted(each, so_far) for each in wordings) for wordings in paragraphs)


def _counted(wording: Wording, so_far: Counter[Recording]) -> Wording:
    if not (recording := wording.recording):
        return wording
    so_far[recording] += 1
    return structs.replace(wording, recording=structs.replace(recording, nth=so_far[recording] - 1))


def _numbered(row: Row, words: str, language: str) -> tuple[str, Row]:
    """A list's number is said with the first words of its item."""
    if not row.number or not words.strip():
        return words, row
    return f"{row.number}{'、' if language in WRITTEN_IN_HANZI else ', '}{words.lstrip()}", structs.replace(
        row, number=""
    )


def judge_place(before: Text, text: Text, language: str) -> Iterator[Mistake]:
    """Is a recording within a sentence? Then both texts are fewer sentences together."""
    apart = sum(len(list(sentences(each.spans, language))) for each in (before, text))
    between = () if language in WRITTEN_IN_HANZI else (Words(" "),)
    together = (*before.spans, *between, *text.spans)
    if text.recording and before.is_speakable and len(list(sentences(together, language))) < apart:
        what = f"the recording {text.recording.file} stands within a sentence"
        yield mistake(text.line, what, "Put it before the sentence's first word.")


def _judge_name(recording: Recording) -> Iterator[Mistake]:
    if not recording.file:
        yield mistake(recording.line, "this mark names no recording", "Write it like [录音 recordings/one.wav].")


def _wordless(marked: Text | Reach) -> Mistake:
    recording = marked.recording
    assert recording
    what = f"the recording {recording.file} stands before no words"
    return mistake(recording.line, what, "Put it before the words that are said in it.")


def _inside(recording: Recording, outer: Recording) -> Mistake:
    what = f"the recording {recording.file} lies inside that of line {outer.line}, {outer.file}"
    return mistake(recording.line, what, "Delete one of the two.")
