"""A sheet as text, CSV or JSON. The same facts always give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from rich.cells import cell_len

from ivr.reports.sheet import Cell, Sheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_json(report: str, month: str, sheet: Sheet) -> str:
    """Rows as objects, by their keys; a dotted heading becomes an object within. A sheet for people has its title and
    its headings, too."""
    rows = [_nested(zip(sheet.keys or sheet.headings, cells, strict=True)) for cells in sheet.cells]
    words = {"title": sheet.title, "headings": dict(zip(sheet.keys, sheet.headings, strict=True))} if sheet.keys else {}
    whole = {"report": report, "month": month, **words, "rows": rows}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_as_written) + "\n"


def _nested(cells: Iterable[tuple[str, Cell]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for heading, cell in cells:
        *outer, key = heading.split(".")
        place = row
        for each in outer:
            place = place.setdefault(each, {})
        place[key] = cell
    return row


def _as_written(value: date) -> str:
    return value.isoformat()


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_csv(sheet: Sheet) -> str:
    """RFC 4180 with a byte order mark, so that Excel and WPS take it for UTF-8.

    A cell that they would run as a formula gets a ' before it (OWASP, CSV injection)."""
    out = io.StringIO()
    out.write("\ufeff")
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(map(_csv_cell, sheet.headings))
    rows.writerows(map(_csv_cell, cells) for cells in sheet.cells)
    return out.getvalue()


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str() if cell.startswith(FORMULA_STARTS) and not PLAIN_NUMBER.fullmatch(cell):
            return f"'{cell}"
        case date():
            return _as_written(cell)
        case _:
            return str(cell)


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_text(sheets: Iterable[Sheet]) -> str:
    """For a terminal or a plain printer: titles, sentences, columns aligned for wide characters too."""
    return "\n".join("\n".join([*_lines(sheet), ""]) for sheet in sheets)


def _lines(sheet: Sheet) -> Iterator[str]:
    yield sheet.title
    yield from sheet.above
    if not sheet.cells:
        return
    columns = list(zip(sheet.headings, *([shown(cell) for cell in row] for row in sheet.cells), strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    numbers = [all(_is_number(row[n]) for row in sheet.cells) for n in range(len(columns))]
    for n, line in enumerate(zip(*columns, strict=True)):
        if n < 2:
            yield "" if n == 0 else "─" * (sum(widths) + 2 * (len(widths) - 1))
        yield "  ".join(map(_padded, line, widths, numbers)).rstrip()


def shown(cell: Cell) -> str:
    """On one line, and nothing in it that a terminal would act on."""
    text = "" if cell is None else _csv_cell(cell) if not isinstance(cell, str) else cell
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text.strip()


def _is_number(cell: Cell) -> bool:
    return cell is None or isinstance(cell, int | float)


def _padded(text: str, width: int, right: bool) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank
