"""A Word document becomes blocks of text: mammoth gives the structure, what is no text is named with its place.

Only the text of a .docx is unpacked, up to a limit, so that neither its pictures nor a hostile file cost memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from xml.etree import ElementTree as ET

import mammoth

from ivr.studio.documents.document import Block, Document, Unreadable
from ivr.studio.front_matter import KEYS

MOST_BYTES = 50 << 20
MOST_TEXT_BYTES = 8 << 20

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STYLES = "\n".join(
    [
        "p[style-name='Title'] => p.title:fresh",
        *(f"p[style-name='标题 {level}'] => h{level}:fresh" for level in range(1, 7)),
    ]
)
_IGNORED = re.compile(r"An unrecognised element was ignored: (?:\{[^}]*\}|\w+:)?(\w+)")
_NOTE = re.compile("(?:foot|end)note-")

Run = tuple[str, bool]  # text, and whether it is bold


def read_word(data: bytes) -> Document:
    """Raises Unreadable, with the mend, for what is no .docx or is too large."""
    _check_kind(data)
    try:
        html, ignored = _html(_text_only(data))
    except Unreadable:
        raise
    except Exception as error:  # a damaged file makes zipfile, expat and mammoth raise whatever comes up
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(f"this is not a Word document that can be read ({reason}); save it anew as .docx") from error
    reader = _Reader()
    for element in html:
        reader.read(element)
    left_out = [*reader.left_out, *(f"somewhere: what Word calls {each}" for each in ignored)]
    return Document(tuple(reader.blocks), tuple(reader.front), reader.title, tuple(left_out))


def _html(package: io.BytesIO) -> tuple[ET.Element, Iterable[str]]:
    """The document as mammoth's HTML, and the kinds of elements that mammoth did not know."""
    no_pictures = mammoth.images.img_element(lambda _image: {})
    html = mammoth.convert_to_html(
        package, style_map=_STYLES, include_embedded_style_map=False, convert_image=no_pictures
    )
    unknown = (match[1] for each in html.messages if (match := _IGNORED.match(each.message)))
    return ET.fromstring(f"<body>{html.value}</body>"), dict.fromkeys(unknown)  # noqa: S314 - mammoth wrote it, escaped


def _check_kind(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES >> 20} MB; delete its pictures and save it again")
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise Unreadable("the document has a password; open it, take the password off and save it again")
    if data.startswith(_OLE):
        raise Unreadable("this is a document of an old Word or of WPS; open it there and save it as .docx")


def _text_only(data: bytes) -> io.BytesIO:
    """The package without pictures, sounds and fonts. zipfile never unpacks more of a part than it states."""
    slim = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(slim, "w") as copy:
        parts = {part.filename: part for part in package.infolist() if part.filename.endswith((".xml", ".rels"))}
        if sum(part.file_size for part in parts.values()) > MOST_TEXT_BYTES:
            raise Unreadable("the document has far more text than a lesson; copy the lesson into a document of its own")
        for name, part in parts.items():
            copy.writestr(name, package.read(part))
    return slim


@dataclass
class _Reader:
    """Walks through mammoth's HTML."""

    blocks: list[Block] = field(default_factory=list)
    front: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    left_out: list[str] = field(default_factory=list)

    def read(self, element: ET.Element) -> None:
        match element.tag:
            case "p" if element.get("class") == "title" and not self.title:
                self.title = " ".join(self._text(element).split())
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._add(element, Block("", "", heading=int(element.tag[1])))
            case "ol" | "ul":
                self._list(element, 0)
            case "table":
                self._table(element)
            case _:
                self._add(element, Block("", ""))

    def _add(self, element: ET.Element, like: Block) -> None:
        """Each line of a paragraph, which Word breaks by Shift and Enter."""
        for index, (text, bold) in enumerate(_lines(self._runs(element, bold=False))):
            place = f"at {_short(text)}"
            self.blocks.append(Block(text, place, like.heading, like.item, like.depth, bold, opens=index == 0))

    def _list(self, element: ET.Element, depth: int) -> None:
        for number, item in enumerate(element, 1):
            if _NOTE.match(item.get("id", "")):
                self._leave_out(f"the note {_short(self._text(item))}")
                continue
            mark = f"{number}." if element.tag == "ol" else "-"
            self._add(item, Block("", "", item=mark, depth=depth))
            for nested in item:
                if nested.tag in ("ol", "ul"):
                    self._list(nested, depth + 1)

    def _table(self, table: ET.Element) -> None:
        rows = [[*row] for path in ("thead/tr", "tbody/tr", "tr") for row in table.findall(path) if len(row)]
        cells = [[self._text(cell).strip() for cell in row] for row in rows]
        if self._is_header(cells):
            self.front += [(key.rstrip(" ：:"), value) for key, value in cells if key]
        elif all(len(row) == 1 for row in rows):  # a frame around text
            for row in rows:
                for element in row[0]:
                    self.read(element)
        elif rows:
            self._leave_out(f"a table, {_short(' | '.join(cells[0]))}; write in sentences what it says")

    def _is_header(self, cells: list[list[str]]) -> bool:
        known = any(row[0].rstrip(" ：:").casefold() in KEYS for row in cells)
        return known and all(len(row) == 2 for row in cells) and not self.front

    def _text(self, element: ET.Element) -> str:
        """All of it, each paragraph in a line."""
        paragraphs = [child for child in element if child.tag == "p"] or [element]
        return "\n".join("".join(text for text, _ in self._runs(each, bold=False)) for each in paragraphs)

    def _runs(self, element: ET.Element, *, bold: bool) -> Iterator[Run]:
        yield element.text or "", bold
        for child in element:
            match child.tag:
                case "ol" | "ul":
                    pass  # a list inside an item is read after it
                case "a" if _NOTE.match(child.get("href", "#").removeprefix("#")):
                    pass  # from a text to its note, or back
                case "br":
                    yield "\n", bold
                case "img":
                    self._leave_out(f"a picture {child.get('alt', '')}".rstrip())
                case "s":
                    self._leave_out(f"the crossed-out words {_short(self._text(child))}")
                case _:
                    yield from self._runs(child, bold=bold or child.tag == "strong")
            yield child.tail or "", bold

    def _leave_out(self, what: str) -> None:
        place = f"after {_short(self.blocks[-1].text)}" if self.blocks else "at the beginning"
        self.left_out.append(f"{place}: {what}")


def _lines(runs: Iterable[Run]) -> Iterator[Run]:
    """Each line with its stressed words in asterisks, unless all of it is bold."""
    pieces = [(piece, bold) for text, bold in runs for piece in re.split(r"(\n)", text) if piece]
    for is_end, group in groupby(pieces, key=lambda run: run[0] == "\n"):
        line = list(group)
        if not is_end and any(text.strip() for text, _ in line):
            yield _line(line)


def _line(runs: list[Run]) -> Run:
    if all(bold or not text.strip() for text, bold in runs):
        return "".join(text for text, _ in runs).strip(), True
    parts = ((("".join(text for text, _ in group)), bold) for bold, group in groupby(runs, key=lambda run: run[1]))
    return "".join(f"**{text}**" if bold and text.strip() else text for text, bold in parts).strip(), False


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 24 else f"{line[:24]}…")
