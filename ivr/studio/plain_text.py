"""Text files as people's editors write them, Notepad and Excel among them: UTF-8, UTF-16 with its mark, or GBK."""

from __future__ import annotations

import re


def decode(content: bytes) -> str | None:
    """The text, with every line ending in a newline alone; None where it is no text."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    return None
