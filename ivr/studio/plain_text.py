"""Text files as people's editors write them, Notepad and Excel among them: UTF-8, UTF-16 with its mark, or GBK."""

from __future__ import annotations

import codecs
import re

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LINE_END = re.compile("\r\n|\r|\n")


def decode(content: bytes) -> str | None:
    """The text, with every line ending in a newline alone; None where it is no text."""
    read = _read(content)
    return None if read is None else _LINE_END.sub("\n", read[0])


def encode_like(content: bytes, text: str) -> bytes:
    """A text whose lines end in newlines, in the encoding of a text file, with its mark if it has one and with the line
    ends that most of its lines have. Raises ValueError where the file is no text."""
    if (read := _read(content)) is None:
        raise ValueError("this is not a text file")
    old, mark, encoding = read
    ends = _LINE_END.findall(old)
    end = max(("\n", "\r\n", "\r"), key=ends.count)
    return mark + text.replace("\n", end).encode(encoding)


def _read(content: bytes) -> tuple[str, bytes, str] | None:
    """The text as it is, the mark that it begins with, its encoding."""
    mark = next((each for each in (codecs.BOM_UTF8, *_UTF16) if content.startswith(each)), b"")
    for encoding in (_UTF16[mark],) if mark in _UTF16 else ("utf-8", "gb18030"):
        try:
            text = content.removeprefix(mark).decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text, mark, encoding
    return None
