"""A lesson's body as a flat list of rows, each with its line in the file and its part in the lesson's structure.

Markdown gives the structure. What people type by hand in Notepad or with a Chinese keyboard is first brought into
Markdown's form, line by line, so that line numbers stay true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

Kind = Literal["part", "question", "item", "quote", "text"]


class Row(Struct, frozen=True):
    """One line of text; `opens` where it is the first one of a paragraph, `number` where a list counts it."""

    line: int
    kind: Kind
    text: str
    opens: bool = True
    number: str = ""


_FULL_WIDTH = str.maketrans("｛｝｜［］＊＃＞\u3000\ufeff", "{}|[]*#>  ")
_TYPED = (
    (re.compile(r"^(#+)(?=[^#\s])"), r"\1 "),
    (re.compile(r"^[-－—–•●·*]\s*(?=[\[【√✓✔])"), "- "),
    (re.compile(r"^》"), ">"),
    (re.compile(r"【\s*((?:停顿|停頓|录音|錄音)[^】]*|/?慢|[xXｘＸ√✓✔]?)\s*】"), r"[\1]"),
)
# What Markdown would make of an indented line, a rule below a line, a list of links: here all is text. Marks within
# a line are not Markdown's either.
_MARKDOWN = MarkdownIt("commonmark").disable(["code", "fence", "lheading", "html_block", "reference", "inline"])


def read_rows(body: str, first_line: int) -> tuple[Row, ...]:
    """The rows of a body whose first line is line `first_line` of its file."""
    lines = [as_markdown(line) for line in _without_comments(body).split("\n")]
    return tuple(_rows(_MARKDOWN.parse("\n".join(lines)), first_line))


def as_markdown(line: str) -> str:
    """A line with the marks of a Chinese keyboard, and bullets before a box, as Markdown has them."""
    line = line.translate(_FULL_WIDTH).strip()
    for typed, meant in _TYPED:
        line = typed.sub(meant, line)
    return line


def _without_comments(text: str) -> str:
    """A comment that never ends is text: nothing is lost by a slip of the hand."""
    commented, end, rest = text.rpartition("-->")
    return re.sub("<!--.*?-->", lambda each: "\n" * each[0].count("\n"), commented + end, flags=re.DOTALL) + rest


def _rows(tokens: Sequence[Token], first_line: int) -> Iterator[Row]:
    heading, quotes, number = "", 0, ""
    in_item = False
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = token.tag
            case "heading_close":
                heading = ""
            case "blockquote_open" | "blockquote_close":
                quotes += token.nesting
            case "list_item_open":
                in_item, number = True, token.info
            case "list_item_close":
                in_item = False
            case "inline":
                kind = _kind(heading, quotes, in_item)
                yield from _lines(token, kind, number if kind == "item" else "", first_line)


def _kind(heading: str, quotes: int, in_item: bool) -> Kind:
    if heading:
        return "part" if heading == "h1" else "question"
    return "quote" if quotes else "item" if in_item else "text"


def _lines(token: Token, kind: Kind, number: str, first_line: int) -> Iterator[Row]:
    start = first_line + (token.map[0] if token.map else 0)
    for index, text in enumerate(token.content.split("\n")):
        yield Row(start + index, kind, text.strip(), opens=index == 0, number=number if index == 0 else "")
