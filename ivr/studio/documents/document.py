"""What a document from elsewhere holds: blocks of text in their order, each with the place where a person finds it."""

from __future__ import annotations

import re

from msgspec import Struct

from ivr.studio.languages.hanzi import HANZI

_GAP = re.compile(r"_{2,}|＿+|[（(][\s\u3000_]*[)）]")


class Unreadable(ValueError):
    """Not a document that a lesson can be made of; the message says what to do about it."""


class Block(Struct, frozen=True):
    """A line of text. `heading` counts levels from 1 (0: none), `item` is a list's mark ("-" or "3."), `depth` how
    far inside other lists; `bold` means all of it; `opens` means that it is the first line of a paragraph."""

    text: str
    place: str
    heading: int = 0
    item: str = ""
    depth: int = 0
    bold: bool = False
    opens: bool = True


class Document(Struct, frozen=True):
    """`front` are a header's keys and values as they were written; `left_out` names what is no text, with its place."""

    blocks: tuple[Block, ...]
    front: tuple[tuple[str, str], ...] = ()
    title: str = ""
    left_out: tuple[str, ...] = ()


def lines_of(text: str) -> Document:
    """A plain text as a document, its lines counted from 1."""
    blocks: list[Block] = []
    opens = True
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            blocks.append(Block(line.strip(), f"line {number}", opens=opens))
        opens = not line.strip()
    return Document(tuple(blocks))


def without_gap(words: str) -> tuple[str, bool]:
    """A question with its gap as dots, which are a silence to the ear; and whether there was one."""
    dots = "……" if HANZI.search(words) else "..."
    return _GAP.sub(dots, words), bool(_GAP.search(words))
