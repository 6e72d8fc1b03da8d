"""A file of any known kind becomes the text of a lesson file, and a list of what could not be carried over."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from ivr.studio.documents.document import Block, Document, Unreadable, lines_of
from ivr.studio.documents.gift import looks_like_gift, read_gift
from ivr.studio.documents.typed import as_lesson
from ivr.studio.documents.word import read_word
from ivr.studio.documents.written import (
    Asked,
    language_of,
    lesson_text,
    quiz_heading,
    quiz_text,
    skeleton,
    title_key,
)
from ivr.studio.languages.hanzi import WRITTEN_IN_HANZI
from ivr.studio.questions import Question, default_feedback
from ivr.studio.script import Script, decode, parse, quiz_end

WORD = (".docx", ".docm")
TEXT = (".txt", ".md", ".gift", ".aiken")
_FOREIGN = (".doc", ".wps", ".wpt", ".dot", ".rtf", ".odt", ".pages", ".pdf")


class Source(Struct, frozen=True):
    """`text` is a whole lesson file, also where the source holds `questions` only; then its segments are empty."""

    text: str
    questions: tuple[Asked, ...]
    only_questions: bool
    left_out: tuple[str, ...]


def read_source(name: str, suffix: str, data: bytes) -> Source:
    """`name` is the title of a lesson that has none; `suffix` tells the kind. Raises Unreadable, with the mend."""
    suffix = suffix.casefold()
    if suffix in WORD:
        return _lesson(read_word(data), name)
    if suffix in _FOREIGN:
        raise Unreadable(f"{suffix} files can't be read; open it in Word or WPS and save it as .docx")
    if suffix not in TEXT:
        raise Unreadable(f"{suffix or 'this kind of'} file can't be imported; known are {', '.join((*WORD, *TEXT))}")
    text, unreadable = decode(data)
    if unreadable:
        raise Unreadable(f"{unreadable[0].what}; {unreadable[0].mend}")
    return _text(text, suffix, name)


def _text(text: str, suffix: str, name: str) -> Source:
    if suffix == ".aiken":
        return _lesson(Document((Block("Quiz", "line 1", heading=1), *lines_of(text).blocks)), name)
    if suffix != ".gift" and re.match(r"\s*-{3,}\s*\n", text):  # a lesson file by another name
        return Source(f"{text.strip()}\n", (), only_questions=False, left_out=())
    if suffix == ".gift" or looks_like_gift(text):
        return _gift(text, name)
    return _lesson(lines_of(text), name)


def _lesson(document: Document, name: str) -> Source:
    lesson, left_out = as_lesson(document, name)
    if lesson.questions and not lesson.sections:
        return _questions(lesson.questions, lesson.front, left_out)
    if not lesson.sections:
        raise Unreadable("; ".join(["there is no text in it", *left_out]))
    texts = (paragraph for section in lesson.sections for paragraph in section.paragraphs)
    return Source(
        lesson_text(lesson, language_of("".join(texts))), lesson.questions, only_questions=False, left_out=left_out
    )


def _gift(text: str, name: str) -> Source:
    questions, left_out = read_gift(text)
    if not questions:
        raise Unreadable("; ".join(["there is no question in it that can be asked by telephone", *left_out]))
    language = language_of("".join(each.words for each in questions))
    return _questions(questions, ((title_key(language), name),), left_out)


def _questions(questions: tuple[Asked, ...], front: tuple[tuple[str, str], ...], left_out: tuple[str, ...]) -> Source:
    language = language_of("".join(each.words for each in questions))
    text = lesson_text(skeleton(front, language, questions), language)
    return Source(text, questions, only_questions=True, left_out=left_out)


def asked_in(script: Script) -> tuple[Asked, ...]:
    """A lesson's questions as they are shown; what is said after an answer only where somebody wrote it."""
    return tuple(_asked(each, script.language) for each in script.questions)


def _asked(question: Question, language: str) -> Asked:
    right = int(question.right) - 1
    between = "" if language in WRITTEN_IN_HANZI else " "
    said = [between.join(each.words for each in wordings) for wordings in (question.when_right, question.when_wrong)]
    unwritten = [default_feedback(is_right, question.options[right], language) for is_right in (True, False)]
    when_right, when_wrong = ("" if words == form else words for words, form in zip(said, unwritten, strict=True))
    return Asked(question.words, question.options, (right,), when_right, when_wrong)


def not_asked_yet(script: Script, questions: Iterable[Asked]) -> list[Asked]:
    """Those of the questions that a lesson has not, each once."""
    known = {(each.words, each.options) for each in script.questions}
    fresh: dict[object, Asked] = {}
    for asked in questions:
        alone = lesson_text(skeleton((), script.language, [asked]), script.language)
        for read in parse(alone.encode(), script.slug)[0].questions:
            if (read.words, read.options) not in known:
                fresh.setdefault((read.words, read.options), asked)
    return list(fresh.values())


def with_questions(text: str, questions: Iterable[Asked], language: str) -> str:
    """A lesson file with questions added to the end of its quiz, which is begun where there is none."""
    line, has_quiz = quiz_end(text)
    lines = text.rstrip().split("\n")
    above, below = "\n".join(lines[: line - 1]).rstrip(), "\n".join(lines[line - 1 :])
    quiz = [quiz_text(questions, language)] if has_quiz else [quiz_heading(language), quiz_text(questions, language)]
    return "\n\n".join(part for part in (above, *quiz, below) if part) + "\n"
