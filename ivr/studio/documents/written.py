"""A lesson that came from elsewhere, as values and as the text of a lesson file: every value has one way to be written.

In Chinese each sentence gets a line of its own, so that a mistake found later has a short line to stand in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from ivr.studio.front_matter import KEYS
from ivr.studio.languages.hanzi import HANZI, WRITTEN_IN_HANZI

Role = Literal["opening", "part", "quiz", "closing"]

_NAMES = {
    "zh": {"opening": "开头", "quiz": "测验", "closing": "结尾", "title": "标题", "right": "答对：", "wrong": "答错："},
    "en": {
        "opening": "Opening",
        "quiz": "Quiz",
        "closing": "Closing",
        "title": "title",
        "right": "Right: ",
        "wrong": "Wrong: ",
    },
}
TRUTH = {"zh": ("对", "错"), "yue": ("啱", "唔啱"), "en": ("True", "False")}

_SENTENCE = re.compile(r"([。！？；…]+[”’」』）》)\"]*)(?=[^\s\[*])")
_PLAIN_VALUE = re.compile(r"\w(?:(?!:(?: |$)| #).)*")


class Asked(Struct, frozen=True):
    """A question; `right` holds indices into `options`: one of them, if somebody wrote the question well."""

    words: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    when_right: str = ""
    when_wrong: str = ""


class Section(Struct, frozen=True):
    """What stands under a heading: paragraphs of one or more lines."""

    title: str
    paragraphs: tuple[str, ...]
    role: Role = "part"


class Written(Struct, frozen=True):
    """A lesson; the keys of `front` are as somebody wrote them."""

    front: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    questions: tuple[Asked, ...]


def language_of(text: str) -> str:
    return "zh" if HANZI.search(text) else "en"


def _names(language: str) -> Mapping[str, str]:
    return _NAMES["zh" if language in WRITTEN_IN_HANZI else "en"]


def joined(*texts: str) -> str:
    """One text after the other, without those that are empty."""
    return " ".join(text for text in texts if text)


def title_key(language: str) -> str:
    return _names(language)["title"]


def lesson_text(lesson: Written, language: str) -> str:
    """The lesson file: front matter, opening, parts, quiz, closing."""
    last = [each for each in lesson.sections if each.role == "closing"]
    first = [each for each in lesson.sections if each.role != "closing"]
    blocks = ["\n".join(["---", *(_entry(key, value) for key, value in lesson.front), "---"])]
    blocks += [_section(each, language) for each in first]
    blocks += [quiz_heading(language), quiz_text(lesson.questions, language)] if lesson.questions else []
    blocks += [_section(each, language) for each in last]
    return "\n\n".join(blocks) + "\n"


def quiz_heading(language: str) -> str:
    return f"# {_names(language)['quiz']}"


def quiz_text(questions: Iterable[Asked], language: str) -> str:
    """The lines below a quiz's heading, without an empty line at the end."""
    return "\n\n".join("\n".join(_question(each, language)) for each in questions)


def _section(section: Section, language: str) -> str:
    title = section.title if section.role == "part" else _names(language)[section.role]
    return "\n\n".join([f"# {title}", *(_paragraph(each, language) for each in section.paragraphs)])


def _paragraph(text: str, language: str) -> str:
    return _SENTENCE.sub(r"\1\n", text) if language in WRITTEN_IN_HANZI else text


def _question(asked: Asked, language: str) -> Iterator[str]:
    yield f"## {_one_line(asked.words)}"
    for index, option in enumerate(asked.options):
        yield f"- [{'x' if index in asked.right else ' '}] {_one_line(option)}"
    for when, words in (("right", asked.when_right), ("wrong", asked.when_wrong)):
        if words:
            yield f"> {_names(language)[when]}{_one_line(words)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _entry(key: str, words: str) -> str:
    """A line of front matter; below 读音 (say) there is one for each word."""
    match KEYS.get(key.casefold()):
        case "say":
            pairs = (re.split(r"\s*[:：]\s*", line.strip(), maxsplit=1) for line in words.split("\n") if line.strip())
            return "\n".join([f"{key}:", *(f"  {': '.join(map(front_value, pair))}" for pair in pairs)])
        case "audience":
            return f"{key}: {front_value(_one_line(words).strip('[]'))}"
        case _:
            return f"{key}: {front_value(_one_line(words))}".rstrip()


def front_value(text: str) -> str:
    """A text as a value of the front matter, quoted where YAML would take it for something else."""
    return text if not text or _PLAIN_VALUE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def skeleton(front: tuple[tuple[str, str], ...], language: str, questions: Sequence[Asked]) -> Written:
    """A lesson around questions; its sections are empty, for somebody to fill in."""
    name = "第一段" if language in WRITTEN_IN_HANZI else "Part one"
    return Written(front, (Section("", (), "opening"), Section(name, ()), Section("", (), "closing")), tuple(questions))
