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

from ivr.studio import plain_text
from ivr.studio.engines.engine import HANZI_ONLY, plain
from ivr.studio.front_matter import FrontMatter, read_front_matter
from ivr.studio.languages import stumbles
from ivr.studio.languages.hanzi import EMPTY, HANZI, WRITTEN_IN_HANZI, Lexicon
from ivr.studio.markup import Recording, Words, read_markup, shown, without_recordings
from ivr.studio.mistakes import Mistake, advice, mistake
from ivr.studio.questions import Question, read_questions
from ivr.studio.reading import Wording, is_speakable, read_aloud
from ivr.studio.recording.recorded import Reach, Text, counted, judge_place, read_row, recording_of, stands_alone
from ivr.studio.rows import Row, read_rows

MOST_BYTES = 1 << 20
LONGEST_MINUTES = 12
LONGEST_SENTENCE = {"zh": 22, "yue": 22, "en": 20}  # hanzi; words, as in every other language
PER_MINUTE = {"zh": 150, "yue": 150, "en": 110}  # read slowly, pauses included

_OPENING = ("开头", "開頭", "opening")
_QUIZ = ("测验", "測驗", "quiz")
_CLOSING = ("结尾", "結尾", "closing")
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
        return 0 if self.is_called(_OPENING) else 2 if self.is_called(_CLOSING) else 1


def parse(data: bytes, slug: str, lexicon: Lexicon = EMPTY) -> tuple[Script, tuple[Mistake, ...]]:
    """Read a lesson file. With a mistake among the mistakes, the script is only what could be understood.

    `lexicon` says how words are said that the lesson's own 读音 does not name.
    """
    text, unreadable = decode(data)
    block = _split(text)
    front, lines, front_wrong = read_front_matter(block.front, block.front_line)
    language = front.language or ("zh" if HANZI.search(block.body) else "en")
    front = msgspec.structs.replace(front, code=front.code or slug)
    script, body_wrong = _read(slug, front, language, {**lexicon, **front.say}, block, lines)
    wrong = (*block.wrong, *front_wrong, *_judge_front(script, lines), *body_wrong)
    return script, tuple(unreadable or sorted(dict.fromkeys(wrong), key=lambda each: each.line))


def quiz_end(text: str) -> tuple[int, bool]:
    """The line of a lesson file above which a question can be added to its quiz; and whether there is a quiz yet."""
    block = _split(text)
    sections = sorted(_sections(read_rows(block.body, block.body_line), None, []), key=lambda each: each.line)
    ends = [*(each.line for each in sections[1:]), len(text.rstrip().split("\n")) + 1]
    quizzes = [end for each, end in zip(sections, ends, strict=False) if each.is_called(_QUIZ)]
    closings = [each.line for each in sections if each.is_called(_CLOSING)]
    return [*quizzes[-1:], *closings, ends[-1]][0], bool(quizzes)


def every_wording(written: Script) -> Iterator[Wording]:
    """Every sentence of a lesson, in the order in which it is made."""
    yield written.title
    for part in written.parts:
        for wordings in part.paragraphs:
            yield from wordings
    for question in written.questions:
        yield from (*question.ask, *question.when_right, *question.when_wrong)


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
    slug: str, front: FrontMatter, language: str, lexicon: Lexicon, block: _Block, lines: Mapping[str, int]
) -> tuple[Script, tuple[Mistake, ...]]:
    mistakes: list[Mistake] = []
    whole = Recording(front.recording, lines["recording"]) if front.recording else None
    sections = _sections(read_rows(block.body, block.body_line), whole, mistakes)
    numbers: Counter[Recording] = Counter()
    parts = [_part(each, language, lexicon, numbers, mistakes) for each in sections if not each.is_called(_QUIZ)]
    quiz = [row for each in sections if each.is_called(_QUIZ) for row in each.rows]
    questions, quiz_wrong = read_questions(quiz, language, lexicon)
    title = _title(front, language, lexicon, lines.get("title", 1), mistakes)
    front = msgspec.structs.replace(front, title=without_recordings(front.title))
    asked = tuple(_numbered(each, numbers) for each in questions)
    script = Script(slug, front, language, title, tuple(parts), asked)
    return script, (*mistakes, *quiz_wrong, *_judge_shape(sections, script))


def _numbered(question: Question, numbers: Counter[Recording]) -> Question:
    """Its sentences numbered within their recordings, too."""
    ask, right, wrong = counted((question.ask, question.when_right, question.when_wrong), numbers)
    return msgspec.structs.replace(question, ask=ask, when_right=right, when_wrong=wrong)


def _title(front: FrontMatter, language: str, lexicon: Lexicon, line: int, mistakes: list[Mistake]) -> Wording:
    wording = read_aloud(read_markup(front.title, line)[0], language, lexicon)
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
        mistakes += [each for wording in wordings for each in _judge_sentence(wording.line, wording, language)]
        if wordings:
            paragraphs.append(tuple(wordings))
    if not paragraphs:
        what = f"the segment {section.title!r} has no text"
        mistakes.append(mistake(section.line, what, "Write some, or delete its heading."))
    title = shown(read_markup(section.title, section.line)[0])
    return Part(title, counted(paragraphs, numbers), section.line)


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


def _judge_front(script: Script, lines: Mapping[str, int]) -> Iterator[Mistake]:
    if not script.title.utterances:
        yield mistake(lines.get("title", 1), "there is no title", "Begin the file with `---`, `标题: …` and `---`.")
    needed, asked = script.front.pass_mark, len(script.questions)
    if needed > asked:
        what = f"{needed} right answers are needed, but only {asked} questions are asked"
        yield mistake(lines["pass_mark"], what, "Lower 及格 (pass).")
    engine = script.front.voice.partition(":")[0]
    deaf = engine in HANZI_ONLY or script.language != "zh"
    if deaf and any(plain(text) != text for text in _texts(script)):
        what = f"{script.front.voice or script.language} does not heed pinyin; it reads hanzi its own way"
        yield advice(lines.get("voice", 1), what, "Choose another voice, or write hanzi that sound the same instead.")
    yield from stumbles.judge(
        script.title.words, [each.text for each in script.title.utterances], script.language, lines.get("title", 1)
    )


def _texts(script: Script) -> Iterator[str]:
    return (each.text for wording in every_wording(script) for each in wording.utterances)


def _judge_sentence(line: int, wording: Wording, language: str) -> Iterator[Mistake]:
    length, most = _length(wording.words, language), LONGEST_SENTENCE.get(language, LONGEST_SENTENCE["en"])
    if length > most:
        unit = "characters" if language in WRITTEN_IN_HANZI else "words"
        yield advice(line, f"a sentence of {length} {unit}", f"Listeners follow up to {most}; make it two.")
    yield from stumbles.judge(wording.words, [each.text for each in wording.utterances], language, line)


def _judge_shape(sections: Sequence[_Section], script: Script) -> Iterator[Mistake]:
    last = max((each.line for each in sections), default=1)
    if not script.parts:
        yield mistake(1, "the lesson has no segments", "Write `# ` and a title, and the text below it.")
    if script.parts and not any(each.is_called(_CLOSING) for each in sections):
        yield advice(last, "there is no closing", "Add `# 结尾` (# Closing), so that listeners know that it is over.")
    if script.parts and not any(each.is_called(_QUIZ) for each in sections):
        yield advice(last, "there is no quiz", "Add `# 测验` (# Quiz) with a question or two.")
    for quiz in (each for each in sections if each.is_called(_QUIZ) and not each.rows):
        yield mistake(quiz.line, "the quiz has no questions", "Write one after `## `, or delete the heading.")
    words = [each.words for part in script.parts for paragraph in part.paragraphs for each in paragraph]
    per_minute = PER_MINUTE.get(script.language, PER_MINUTE["en"])
    minutes = sum(_length(each, script.language) for each in words) / per_minute
    if minutes > LONGEST_MINUTES:
        what = f"the lesson takes about {minutes:.0f} minutes"
        yield advice(1, what, f"Listeners stay for up to {LONGEST_MINUTES}; make it two lessons.")


def _length(words: str, language: str) -> int:
    """Syllables in Chinese, else words."""
    syllable = r"[^\W\da-zA-Z_]|\d|[a-zA-Z]+"
    return len(re.findall(syllable if language in WRITTEN_IN_HANZI else r"[^\s—–-]*\w[^\s—–-]*", words))
