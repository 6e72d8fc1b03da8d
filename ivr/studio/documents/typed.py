"""A document becomes a lesson: by its headings where it has some, else by the lines that people mean as headings.

Outside a quiz every heading begins a segment. The title is a heading with nothing below it, or a short line on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile, zip_longest

import msgspec

from ivr.studio.documents.document import Block, Document
from ivr.studio.documents.quiz_lines import first_question, read_quiz
from ivr.studio.documents.written import Role, Section, Written, language_of, title_key
from ivr.studio.front_matter import KEYS
from ivr.studio.languages.hanzi import HANZI
from ivr.studio.rows import as_markdown

LONGEST_HEADING = 30  # characters, where only its look says that a line is one

_NUMERALS = "一二三四五六七八九十百"
_LEAD = rf"(?:[{_NUMERALS}]{{1,3}}、|[（(][{_NUMERALS}]{{1,3}}[)）]|\d{{1,2}}[.、])?\s*"
_NAMES: dict[Role, str] = {
    "opening": "开头|开场白?|引言|前言|导语|opening|introduction",
    "quiz": "(?:课后|课堂|小)?(?:测验|测试|练习|思考|答题|考题|考考您)题?|quiz|questions"
    "|(?:单选|单项选择|选择|判断|是非)题(?:[（(].*[)）])?",
    "closing": "结尾|结语|结束语|小结|总结|closing|conclusion",
}
_ROLES = {role: re.compile(rf"{_LEAD}(?:{names})\s*[:：]?", re.IGNORECASE) for role, names in _NAMES.items()}
_PART = re.compile(rf"第\s*[{_NUMERALS}\d]{{1,3}}\s*(?:部分|[段节讲课章])[^。！；]*|part\s+\w+\b[^.!;]*", re.IGNORECASE)
_COUNTED = re.compile(rf"[{_NUMERALS}]{{1,3}}、[^。！；：，]+")
_TYPED_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_FENCE = re.compile(r"[-－—=_*]{3,}")
_KEY = re.compile(r"([^\s:：]{1,12})\s*[:：]\s*(.+)")
_NO_TEXT = ((re.compile(r"\|.*\|"), "a row of a table"), (re.compile(r"!\[[^\]]*\]\([^)]*\)"), "a picture"))


@dataclass
class _Part:
    """The lines under a heading."""

    title: str
    role: Role
    level: int = 1
    blocks: list[Block] = field(default_factory=list)


def as_lesson(document: Document, name: str) -> tuple[Written, tuple[str, ...]]:
    """The lesson and what of the document is left out; `name` is its title where it has none."""
    left_out = list(document.left_out)
    front, blocks = _front(document, list(_text_only(document.blocks, left_out)))
    blocks = _with_quiz_heading(blocks)
    titled = [words for key, words in front if KEYS.get(key.casefold()) == "title"]
    if titled and document.title not in ("", *titled):
        left_out.append(f"at the beginning: the title {document.title!r}; the header has another one")
    if not titled:
        title, blocks = _title(document.title, blocks)
        key = title_key(language_of("".join(block.text for block in blocks) or title))
        front = ((key, title or name), *front)
    parts = _parts(blocks)
    questions, quiz_left_out = read_quiz([block for part in parts if part.role == "quiz" for block in part.blocks])
    sections = tuple(_section(part) for part in parts if part.role != "quiz")
    return Written(front, sections, questions), (*left_out, *quiz_left_out)


def _text_only(blocks: Sequence[Block], left_out: list[str]) -> Iterator[Block]:
    """What is typed as Markdown counts as what it means; lines that are only drawn are not there."""
    for block in blocks:
        text = " ".join(as_markdown(block.text).split())
        lost = next((what for form, what in _NO_TEXT if form.fullmatch(text)), None)
        if lost:
            left_out.append(f"{block.place}: {lost}, {text[:40]!r}")
        elif heading := _TYPED_HEADING.fullmatch(text):
            yield msgspec.structs.replace(block, text=heading[2], heading=len(heading[1]))
        elif text and not _FENCE.fullmatch(text):
            yield msgspec.structs.replace(block, text=text)


def _front(document: Document, blocks: list[Block]) -> tuple[tuple[tuple[str, str], ...], list[Block]]:
    """The header, as a table or typed above everything else, and the blocks below it."""
    entries = [_KEY.fullmatch(block.text) for block in blocks]
    typed = [*takewhile(lambda entry: entry and entry[1].casefold() in KEYS, entries)]
    front = (*document.front, *((entry[1], entry[2]) for entry in typed if entry))
    return front, blocks[len(typed) :]


def _with_quiz_heading(blocks: list[Block]) -> list[Block]:
    """Questions that nobody put a heading above get one."""
    start = first_question(blocks)
    if start is None or any(_named(block) == "quiz" for block in blocks):
        return blocks
    return [*blocks[:start], Block("Quiz", blocks[start].place, heading=1), *blocks[start:]]


def _title(given: str, blocks: list[Block]) -> tuple[str, list[Block]]:
    """The title, and the blocks without it."""
    if not given and len(blocks) > 1 and (_is_title_heading(blocks) or _is_title_line(*blocks[:2])):
        return blocks[0].text, blocks[1:]
    return given, blocks


def _is_title_heading(blocks: Sequence[Block]) -> bool:
    """Nothing stands between it and the next heading, or all the other headings are lower ones."""
    first, *others = blocks
    levels = [block.heading for block in others if block.heading]
    return bool(first.heading and levels and _named(first) == "part") and (
        bool(others[0].heading) or min(levels) > first.heading
    )


def _is_title_line(first: Block, second: Block) -> bool:
    """In a text without empty lines, a Chinese line is a sentence; an English one may go on in the next."""
    alone = second.opens or bool(HANZI.search(first.text)) or bool(_begins(second, None, None))
    is_heading = first.heading or _PART.fullmatch(first.text) or _COUNTED.fullmatch(first.text)
    return alone and not is_heading and _named(first) == "part" and _is_short(first)


def _is_short(block: Block) -> bool:
    return not block.item and len(block.text) <= LONGEST_HEADING and not re.search(r"[。！；，：、.!;,:]$", block.text)


def _parts(blocks: Sequence[Block]) -> list[_Part]:
    parts: list[_Part] = []
    for block, following in zip_longest(blocks, blocks[1:]):
        quiz = parts[-1] if parts and parts[-1].role == "quiz" else None
        if role := _begins(block, following, quiz):
            parts.append(_Part(block.text, role, quiz.level if quiz and role == "quiz" else block.heading or 1))
        elif parts:
            parts[-1].blocks.append(block)
        else:
            parts.append(_Part("", "opening", blocks=[block]))
    return parts


def _begins(block: Block, following: Block | None, quiz: _Part | None) -> Role | None:
    """What begins with this line; in a quiz, lower headings are questions, and only clear words end it."""
    named = _named(block)
    if block.heading:
        return None if quiz and named == "part" and block.heading > quiz.level else named
    if block.item or len(block.text) > LONGEST_HEADING:
        return None
    if named != "part" or _PART.fullmatch(block.text):
        return named
    is_heading = not quiz and _looks_like_heading(block) and following and not _looks_like_heading(following)
    return "part" if is_heading else None


def _looks_like_heading(block: Block) -> bool:
    return _is_short(block) and bool(block.bold or _COUNTED.fullmatch(block.text))


def _named(block: Block) -> Role:
    return next((role for role, names in _ROLES.items() if names.fullmatch(block.text)), "part")


def _section(part: _Part) -> Section:
    paragraphs: list[str] = []
    before: Block | None = None
    for block in part.blocks:
        text = f"**{block.text}**" if block.bold else block.text
        text = f"{block.item} {text}" if block.item else text
        if before and (not block.opens or (before.item and block.item)):
            paragraphs[-1] += f"\n{text}"
        else:
            paragraphs.append(text)
        before = block
    return Section(part.title, tuple(paragraphs), part.role)
