"""A lesson file becomes a Script, or a list of mistakes with their lines: both, as far as each goes.

The content is the opening, then the parts in the file's order, then the closing; the quiz stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from ivr.studio import plain_text, stumbles
from ivr.studio.engines.engine import HANZI_ONLY, plain
from ivr.studio.front_matter import FrontMatter, read_front_matter
from ivr.studio.hanzi import EMPTY, HANZI, WRITTEN_IN_HANZI, Lexicon
from ivr.studio.markup import Span, Words, read_markup, shown
from ivr.studio.mistakes import Mistake, advice, mistake
from ivr.studio.questions import Question, read_questions
from ivr.studio.reading import Wording, is_speakable, read_aloud, sentences
from ivr.studio.rows import Row, read_rows

MOST_BYTES = 1 << 20
LONGEST_MINUTES = 12
LONGEST_SENTENCE = {"zh": 22, "yue": 22, "en": 20}  # hanzi; words
PER_MINUTE = {"zh": 150, "yue": 150, "en": 110}  # read slowly, pauses included

_OPENING = ("开头", "開頭", "opening")
_QUIZ = ("测验", "測驗", "quiz")
_CLOSING = ("结尾", "結尾", "closing")
_FENCE = re.compile(r"[-－—]{3,}")


class Part(Struct, frozen=True):
    """What stands under one `#`: paragraphs of sentences."""

    title: str
    paragraphs: tuple[tuple[Wording, ...], ...]


class Script(Struct, frozen=True):
    """A lesson, ready to be pressed if it came without mistakes."""

    slug: str
    front: FrontMatter
    language: str
    title: Wording
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]


def every_wording(written: Script) -> Iterable[Wording]:
    """Every sentence of a lesson, in the order in which it is made."""
    yield written.title
    for part in written.parts:
        for wordings in part.paragraphs:
            yield from wordings
    for question in written.questions:
        yield from (*question.ask, *question.when_right, *question.when_wrong)


@dataclass
class _Section:
    """The rows under one `#`."""

    line: int
    title: str
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
    script, body_wrong = _read(slug, front, language, {**lexicon, **front.say}, block)
    wrong = (*block.wrong, *front_wrong, *_judge_front(script, lines), *body_wrong)
    return script, tuple(unreadable or sorted(dict.fromkeys(wrong), key=lambda each: each.line))


def quiz_end(text: str) -> tuple[int, bool]:
    """The line of a lesson file above which a question can be added to its quiz; and whether there is a quiz yet."""
    block = _split(text)
    sections = sorted(_sections(read_rows(block.body, block.body_line), []), key=lambda each: each.line)
    ends = [*(each.line for each in sections[1:]), len(text.rstrip().split("\n")) + 1]
    quizzes = [end for each, end in zip(sections, ends, strict=False) if each.is_called(_QUIZ)]
    closings = [each.line for each in sections if each.is_called(_CLOSING)]
    return [*quizzes[-1:], *closings, ends[-1]][0], bool(quizzes)


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
    slug: str, front: FrontMatter, language: str, lexicon: Lexicon, block: _Block
) -> tuple[Script, tuple[Mistake, ...]]:
    mistakes: list[Mistake] = []
    sections = _sections(read_rows(block.body, block.body_line), mistakes)
    parts = [_part(each, language, lexicon, mistakes) for each in sections if not each.is_called(_QUIZ)]
    quiz = [row for each in sections if each.is_called(_QUIZ) for row in each.rows]
    questions, quiz_wrong = read_questions(quiz, language, lexicon)
    title = read_aloud(read_markup(front.title, 1)[0], language, lexicon)
    script = Script(slug, front, language, title, tuple(parts), questions)
    return script, (*mistakes, *quiz_wrong, *_judge_shape(sections, script))


def _sections(rows: Iterable[Row], mistakes: list[Mistake]) -> list[_Section]:
    """The sections in the order in which they are heard."""
    sections: list[_Section] = []
    for row in rows:
        if row.kind == "part":
            sections.append(_Section(row.line, row.text))
        elif sections:
            sections[-1].rows.append(row)
        elif is_speakable(row.text) and not mistakes:
            mistakes.append(mistake(row.line, "this text stands above the first heading", "Put `# 开头` above it."))
    return sorted(sections, key=lambda each: each.rank)


def _part(section: _Section, language: str, lexicon: Lexicon, mistakes: list[Mistake]) -> Part:
    paragraphs: list[tuple[Wording, ...]] = []
    for paragraph in _paragraphs(section.rows, language, mistakes):
        wordings: list[Wording] = []
        for text in paragraph:
            said = [read_aloud(each, language, lexicon) for each in sentences(text.spans, language)]
            mistakes += [each for wording in said for each in _judge_sentence(text.line, wording, language)]
            wordings += [each for each in said if each.utterances]
        if wordings:
            paragraphs.append(tuple(wordings))
    if not paragraphs:
        what = f"the segment {section.title!r} has no text"
        mistakes.append(mistake(section.line, what, "Write some, or delete its heading."))
    return Part(shown(read_markup(section.title, section.line)[0]), tuple(paragraphs))


@dataclass
class _Text:
    """What is written from a line on."""

    line: int
    spans: tuple[Span, ...]


def _paragraphs(rows: Sequence[Row], language: str, mistakes: list[Mistake]) -> list[list[_Text]]:
    """In Chinese a line's end ends a sentence; elsewhere lines are wrapped. A pause stays with what is before it."""
    paragraphs: list[list[_Text]] = []
    for row in rows:
        if row.kind == "question":
            what = f"the heading {row.text!r} stands outside the quiz"
            mistakes.append(mistake(row.line, what, "Put questions under `# 测验`; begin a segment with one `#`."))
        spans, wrong = read_markup(_numbered(row, language), row.line)
        mistakes += wrong
        if paragraphs and not is_speakable(shown(spans)):
            paragraphs[-1][-1].spans += spans
        elif row.opens or not paragraphs:
            paragraphs.append([_Text(row.line, spans)])
        elif language in WRITTEN_IN_HANZI:
            paragraphs[-1].append(_Text(row.line, spans))
        else:
            paragraphs[-1][-1].spans += (Words(" "), *spans)
    return paragraphs


def _numbered(row: Row, language: str) -> str:
    return f"{row.number}{'、' if language in WRITTEN_IN_HANZI else ', '}{row.text}" if row.number else row.text


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
    length, most = _length(wording.words, language), LONGEST_SENTENCE[language]
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
    minutes = sum(_length(each, script.language) for each in words) / PER_MINUTE[script.language]
    if minutes > LONGEST_MINUTES:
        what = f"the lesson takes about {minutes:.0f} minutes"
        yield advice(1, what, f"Listeners stay for up to {LONGEST_MINUTES}; make it two lessons.")


def _length(words: str, language: str) -> int:
    """Syllables in Chinese, words in English."""
    syllable = r"[^\W\da-zA-Z_]|\d|[a-zA-Z]+"
    return len(re.findall(syllable if language in WRITTEN_IN_HANZI else r"[\w'’]+", words))
