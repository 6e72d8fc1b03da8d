"""A lesson file becomes a Script, or a list of mistakes with their lines: both, as far as each goes.

The content is the opening, then the parts in the file's order, then the closing; the quiz stands beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from ivr.catalogue import CLOSING, OPENING
from ivr.studio import plain_text, proofreading
from ivr.studio.front_matter import FrontMatter, read_front_matter
from ivr.studio.languages.hanzi import EMPTY, HANZI, WRITTEN_IN_HANZI, Lexicon
from ivr.studio.markup import Recording, Words, read_markup, shown, without_recordings
from ivr.studio.mistakes import Mistake, mistake
from ivr.studio.questions import Question, read_questions
from ivr.studio.reading import Wording, is_speakable, read_aloud
from ivr.studio.recording.recorded import Reach, Text, counted, judge_place, read_row, recording_of, stands_alone
from ivr.studio.rows import Row, read_rows

MOST_BYTES = 1 << 20

Voices = Mapping[str, str]  # a language -> who speaks it, as "engine:voice"
NOBODY: Voices = {}

_QUIZ = ("测验", "測驗", "quiz")
_FENCE = re.compile(r"[-－—]{3,}")


class Part(Struct, frozen=True):
    """What stands under one `#`: paragraphs of sentences."""

    title: str
    paragraphs: tuple[tuple[Wording, ...], ...]
    line: int = 0


class Script(Struct, frozen=True):
    """A lesson, ready to be pressed if it came without mistakes; its recordings lie in `folder` or below."""

    slug: str
    front: FrontMatter
    language: str
    title: Wording
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]
    folder: str = ""


@dataclass
class _Section:
    """The rows under one `#`."""

    line: int
    title: str
    recording: Recording | None
    rows: list[Row] = field(default_factory=list)

    def is_called(self, names: Sequence[str]) -> bool:
        return self.title.strip(" ：:").casefold() in names

    @property
    def rank(self) -> int:
        return 0 if self.is_called(OPENING) else 2 if self.is_called(CLOSING) else 1


def parse(
    data: bytes, slug: str, lexicon: Lexicon = EMPTY, voices: Voices = NOBODY
) -> tuple[Script, tuple[Mistake, ...]]:
    """Read a lesson file. With a mistake among the mistakes, the script is only what could be understood.

    `lexicon` says how words are said that the lesson's own 读音 does not name, `voices` who speaks each language where
    the lesson names nobody ("zh": "espeak:cmn").
    """
    text, unreadable = decode(data)
    block = _split(text)
    front, lines, front_wrong = read_front_matter(block.front, block.front_line)
    language = front.language or ("zh" if HANZI.search(block.body) else "en")
    front = msgspec.structs.replace(front, code=front.code or slug)
    voice = front.voice or voices.get(language, "")
    script, body_wrong = _read(slug, front, language, {**lexicon, **front.say}, voice, block, lines)
    wrong = (*block.wrong, *front_wrong, *body_wrong)
    return script, tuple(unreadable or sorted(dict.fromkeys(wrong), key=lambda each: each.line))


def quiz_end(text: str) -> tuple[int, bool]:
    """The line of a lesson file above which a question can be added to its quiz; and whether there is a quiz yet."""
    block = _split(text)
    sections = sorted(_sections(read_rows(block.body, block.body_line), None, []), key=lambda each: each.line)
    ends = [*(each.line for each in sections[1:]), len(text.rstrip().split("\n")) + 1]
    quizzes = [end for each, end in zip(sections, ends, strict=False) if each.is_called(_QUIZ)]
    closings = [each.line for each in sections if each.is_called(CLOSING)]
    return [*quizzes[-1:], *closings, ends[-1]][0], bool(quizzes)


def every_wording(written: Script) -> Iterator[Wording]:
    """Every sentence of a lesson, in the order in which it is made."""
    yield written.title
    for part in written.parts:
        for wordings in part.paragraphs:
            yield from wordings
    for question in written.questions:
        yield from (*question.ask, *question.when_right, *question.when_wrong)


def is_recorded(written: Script) -> bool:
    """Did people record all of it, so that no voice is needed?"""
    return all(each.recording for each in every_wording(written))


def with_wordings(written: Script, change: Callable[[Wording], Wording]) -> Script:
    """The same lesson with each of its sentences changed."""

    def changed(wordings: Iterable[Wording]) -> tuple[Wording, ...]:
        return tuple(map(change, wordings))

    def part(each: Part) -> Part:
        return msgspec.structs.replace(each, paragraphs=tuple(map(changed, each.paragraphs)))

    def question(asked: Question) -> Question:
        right, wrong = changed(asked.when_right), changed(asked.when_wrong)
        return msgspec.structs.replace(asked, ask=changed(asked.ask), when_right=right, when_wrong=wrong)

    parts, questions = tuple(map(part, written.parts)), tuple(map(question, written.questions))
    return msgspec.structs.replace(written, title=change(written.title), parts=parts, questions=questions)


def too_big(size: int) -> Mistake:
    what = f"the file has {size / 1e6:.1f} MB; a lesson is text of at most {MOST_BYTES / 1e6:.1f} MB"
    return mistake(1, what, "Is it the right file?")


def decode(data: bytes) -> tuple[str, list[Mistake]]:
    """The text of a file in UTF-8 or what Notepad writes (GBK, UTF-16 with its mark), its lines ended by \\n."""
    if len(data) > MOST_BYTES:
        return "", [too_big(len(data))]
    if not data.strip():
        return "", [mistake(1, "the file is empty", "Write the lesson first.")]
    text = plain_text.decode(data)
    if text is None:
        mend = "Save it as plain text in UTF-8; `ivr lesson import` reads Word."
        return "", [mistake(1, "this is not a text file", mend)]
    return text, []


class _Block(Struct, frozen=True):
    """A file in two: the front matter and the body, each with its first line in the file."""

    front: str
    front_line: int
    body: str
    body_line: int
    wrong: tuple[Mistake, ...] = ()


def _split(text: str) -> _Block:
    lines = text.split("\n")
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    fences = [index for index, line in enumerate(lines) if _FENCE.fullmatch(line.strip())]
    if start not in fences:
        return _Block("", 1, text, 1)
    if len(fences) == 1:
        wrong = mistake(start + 1, "the front matter has no end", "Write a second `---` below its last line.")
        return _Block("\n".join(lines[start + 1 :]), start + 2, "", len(lines), (wrong,))
    first, last = fences[:2]
    return _Block("\n".join(lines[first + 1 : last]), first + 2, "\n".join(lines[last + 1 :]), last + 2)


def _read(
    slug: str,
    front: FrontMatter,
    language: str,
    lexicon: Lexicon,
    voice: str,
    block: _Block,
    lines: Mapping[str, int],
) -> tuple[Script, tuple[Mistake, ...]]:
    mistakes: list[Mistake] = []
    whole = Recording(front.recording, lines["recording"]) if front.recording else None
    sections = _sections(read_rows(block.body, block.body_line), whole, mistakes)
    numbers: Counter[Recording] = Counter()
    parts = [_part(each, language, lexicon, numbers, mistakes) for each in sections if not each.is_called(_QUIZ)]
    quiz = [row for each in sections if each.is_called(_QUIZ) for row in each.rows]
    questions, quiz_wrong = read_questions(quiz, language, lexicon, voice)
    title = _title(front, language, lexicon, lines.get("title", 1), mistakes)
    front = msgspec.structs.replace(front, title=without_recordings(front.title))
    asked = tuple(_numbered(each, numbers) for each in questions)
    script = Script(slug, front, language, title, tuple(parts), asked)
    return script, (*mistakes, *quiz_wrong, *_judge(script, sections, voice, lines))


def _numbered(question: Question, numbers: Counter[Recording]) -> Question:
    """Its sentences numbered within their recordings, too."""
    ask, right, wrong = counted((question.ask, question.when_right, question.when_wrong), numbers)
    return msgspec.structs.replace(question, ask=ask, when_right=right, when_wrong=wrong)


def _title(front: FrontMatter, language: str, lexicon: Lexicon, line: int, mistakes: list[Mistake]) -> Wording:
    spans, wrong = read_markup(front.title, line)
    mistakes += wrong
    wording = read_aloud(spans, language, lexicon)
    return msgspec.structs.replace(wording, line=line, recording=recording_of(front.title, line, mistakes))


def _sections(rows: Iterable[Row], whole: Recording | None, mistakes: list[Mistake]) -> list[_Section]:
    """The sections in the order in which they are heard."""
    sections: list[_Section] = []
    for row in rows:
        if row.kind == "part":
            recording = recording_of(row.text, row.line, mistakes, whole)
            sections.append(_Section(row.line, without_recordings(row.text), recording))
        elif sections:
            sections[-1].rows.append(row)
        elif is_speakable(row.text) and not mistakes:
            mistakes.append(mistake(row.line, "this text stands above the first heading", "Put `# 开头` above it."))
    return sorted(sections, key=lambda each: each.rank)


def _part(
    section: _Section, language: str, lexicon: Lexicon, numbers: Counter[Recording], mistakes: list[Mistake]
) -> Part:
    paragraphs: list[tuple[Wording, ...]] = []
    for paragraph in _paragraphs(section, language, mistakes):
        wordings = [each for text in paragraph for each in text.wordings(language, lexicon)]
        if wordings:
            paragraphs.append(tuple(wordings))
    if not paragraphs:
        what = f"the segment {section.title!r} has no text"
        mistakes.append(mistake(section.line, what, "Write some, or delete its heading."))
    title, wrong = read_markup(section.title, section.line)
    mistakes += wrong
    return Part(shown(title), counted(paragraphs, numbers), section.line)


def _paragraphs(section: _Section, language: str, mistakes: list[Mistake]) -> list[list[Text]]:
    """In Chinese a line's end ends a sentence; elsewhere lines are wrapped. A pause stays with what is before it."""
    paragraphs: list[list[Text]] = []
    reach = Reach(section.recording)
    opens = False
    for row in section.rows:
        if row.kind == "question":
            what = f"the heading {row.text!r} stands outside the quiz"
            mistakes.append(mistake(row.line, what, "Put questions under `# 测验`; begin a segment with one `#`."))
        opens = row.opens or opens
        if alone := stands_alone(row):
            reach.begin(alone, mistakes)
            continue
        reach.go_to(row.line)
        for text in read_row(row, language, mistakes, reach.recording):
            _add(text, paragraphs, language, mistakes, opens=opens)
            opens = False
    reach.end(mistakes)
    return paragraphs


def _add(text: Text, paragraphs: list[list[Text]], language: str, mistakes: list[Mistake], *, opens: bool) -> None:
    if paragraphs and not text.is_speakable:
        paragraphs[-1][-1].spans += text.spans
    elif opens or not paragraphs:
        paragraphs.append([text])
    elif language in WRITTEN_IN_HANZI:
        paragraphs[-1].append(text)
    elif text.goes_with(last := paragraphs[-1][-1]):
        last.spans += (Words(" "), *text.spans)
    else:
        mistakes += [each for each in judge_place(last, text, language) if each not in mistakes]
        paragraphs[-1].append(text)


def _judge(script: Script, sections: Sequence[_Section], voice: str, lines: Mapping[str, int]) -> Iterator[Mistake]:
    """The whole but its questions: these are judged where they are read."""
    language = script.language
    wordings = [wording for part in script.parts for paragraph in part.paragraphs for wording in paragraph]
    yield from proofreading.judge_title(script.title)
    yield from proofreading.judge_pass_mark(script.front.pass_mark, len(script.questions), lines.get("pass_mark", 1))
    yield from proofreading.judge_pinyin(every_wording(script), language, voice, lines.get("voice", 1))
    yield from proofreading.judge_minutes(wordings, language)
    yield from proofreading.judge_words(script.title, language, voice)
    for wording in wordings:
        yield from proofreading.judge_length(wording, language)
        yield from proofreading.judge_words(wording, language, voice)
    yield from _judge_shape(sections)


def _judge_shape(sections: Sequence[_Section]) -> Iterator[Mistake]:
    quizzes = [each for each in sections if each.is_called(_QUIZ)]
    yield from proofreading.judge_shape(
        max((each.line for each in sections), default=1),
        segments=len(quizzes) < len(sections),
        closing=any(each.is_called(CLOSING) for each in sections),
        quiz=bool(quizzes),
    )
    for quiz in (each for each in quizzes if not each.rows):
        yield mistake(quiz.line, "the quiz has no questions", "Write one after `## `, or delete the heading.")
