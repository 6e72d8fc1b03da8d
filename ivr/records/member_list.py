"""A member list is taken whole or not at all: every mistake is named with its row, its column and its mend."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from ivr.errors import BadRoster
from ivr.records.numbers import e164
from ivr.records.spreadsheet import Table, Unreadable, tables

MOST_ROWS = 100_000
HEADINGS_WITHIN = 5  # rows: a title may stand above the headings
LONGEST = {"name": 200, "branch": 200, "number": 64}
LONGEST_OTHER = 2000

# What a column may be called; the first two are what messages say. Compared without spaces, marks and brackets.
HEADINGS = {
    "name": ("姓名", "name", "名字", "党员姓名", "学员姓名", "社员姓名", "会员姓名", "成员姓名", "fullname"),
    "phone": (
        *("电话", "phone", "电话号码", "联系电话", "联系方式", "手机", "手机号", "手机号码", "固定电话", "座机"),
        *("phones", "phonenumber", "telephone", "tel", "mobile", "mobilephone"),
    ),
    "branch": (
        *("支部", "branch", "党支部", "所在支部", "所属支部", "所在党支部", "所属党支部", "支部名称", "党支部名称"),
        *("所属组织", "organisation", "organization"),
    ),
    "number": (
        *("编号", "number", "工号", "党员编号", "学员编号", "学号", "社员编号", "社员号", "会员编号", "会员号"),
        *("membernumber", "memberno", "memberid"),
    ),
}
MEANING = {heading: means for means, headings in HEADINGS.items() for heading in headings}
BETWEEN_PHONES = re.compile(r"[、;/,\n]+")
NO_PHONE = frozenset(("", "无", "没有", "-", "—", "none"))
HAN_APART = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")  # 王　兰: names spread to one width


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the list has them; phones in E.164, `more` the other columns by their headings."""

    row: int
    number: str
    name: str
    branch: str
    phones: tuple[str, ...]
    more: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Headed:
    """A table whose headings were found: which columns mean what, and the rows below."""

    headings: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    first_row: int
    rows: Table


@dataclass(slots=True)
class _Row:
    """A row being read; what is wrong with it gathers in `mistakes`."""

    n: int
    table: _Headed
    cells: list[str]
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, column: int, what: str) -> None:
        self.mistakes.append(f"row {self.n}, {self.table.headings[column]}: {what}")


def read(data: bytes, filename: str, country: str) -> tuple[Entry, ...]:
    """The members of a spreadsheet file. Raises BadRoster with every mistake in it."""
    try:
        table = _headed(tables(data))
        entries, mistakes = _entries(table, country)
    except Unreadable as error:
        entries, mistakes = [], [str(error)]
    if mistakes:
        raise BadRoster(f"{filename} can't be imported; nothing was changed:", mistakes)
    return tuple(entries)


def _headed(found: Iterable[Table]) -> _Headed:
    nearest: tuple[str, ...] = ()
    for table in found:
        for n, row in islice(enumerate(table, 1), HEADINGS_WITHIN):
            headings = tuple(_clean(cell) for cell in row)
            columns = _columns(headings)
            if len(columns) == len(HEADINGS):
                _check_once(headings, columns)
                return _Headed(headings, columns, n + 1, table[n:])
            nearest = max(nearest, headings, key=lambda each: (len(_columns(each)), any(each)))
    raise Unreadable(_missing(nearest))


def _columns(headings: Iterable[str]) -> dict[str, tuple[int, ...]]:
    columns: dict[str, tuple[int, ...]] = {}
    for column, heading in enumerate(headings):
        if means := MEANING.get(_folded(heading)):
            columns[means] = (*columns.get(means, ()), column)
    return columns


def _folded(heading: str) -> str:
    """`手机 号码（必填）*` is 手机号码, `Member No.` is memberno."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\(.*?\)|[\s_*:.\-]", "", plain)


def _check_once(headings: tuple[str, ...], columns: Mapping[str, tuple[int, ...]]) -> None:
    """Several columns of phones are fine; for the rest we could not tell which one is meant."""
    for means, where in columns.items():
        if len(where) > 1 and means != "phone":
            named = " and ".join(headings[column] for column in where)
            raise Unreadable(f"the columns {named} both give the {means}; keep one, rename or delete the other")


def _missing(nearest: tuple[str, ...]) -> str:
    if not any(nearest):
        return f"the file is empty: nothing stands in its first {HEADINGS_WITHIN} rows"
    found = _columns(nearest)
    lacking = ", ".join("/".join(names[:2]) for means, names in HEADINGS.items() if means not in found)
    here = ", ".join(_shown(heading) for heading in nearest if heading)
    return (
        f"no column is headed {lacking}; the headings found are {here}. "
        f"Put the headings into one row among the first {HEADINGS_WITHIN}"
    )


def _entries(table: _Headed, country: str) -> tuple[list[Entry], list[str]]:
    entries, mistakes = [], []
    rows = [(n, row) for n, row in enumerate(table.rows, table.first_row) if any(map(_clean, row))]
    if not rows:
        raise Unreadable("there are headings, but no members below them")
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"the list has more than {MOST_ROWS:,} rows; part it into several files")
    for n, cells in rows:
        row = _Row(n, table, cells + [""] * (len(table.headings) - len(cells)))
        entries.append(_entry(row, country))
        mistakes += row.mistakes
    return entries, mistakes + list(_repeated(entries, table))


def _entry(row: _Row, country: str) -> Entry:
    name = HAN_APART.sub("", _required(row, "name"))
    number = unicodedata.normalize("NFKC", _required(row, "number"))
    return Entry(row.n, number, name, _required(row, "branch"), _phones(row, country), _more(row))


def _required(row: _Row, means: str) -> str:
    (column,) = row.table.columns[means]
    text = _clean(row.cells[column])
    if not text:
        row.wrong(column, f"is empty; write the member's {means}")
    elif unicodedata.normalize("NFKC", text)[0] in "=+-@":
        row.wrong(column, f"{_shown(text)} looks like a formula; write the {means} as text")
    elif len(text) > LONGEST[means]:
        row.wrong(column, f"{_shown(text)} is longer than {LONGEST[means]} characters; shorten it")
    elif any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
        row.wrong(column, f"{_shown(text)} has a line break or another control character in it; delete it")
    return text


def _phones(row: _Row, country: str) -> tuple[str, ...]:
    phones: dict[str, None] = {}
    for column in row.table.columns["phone"]:
        for written in BETWEEN_PHONES.split(unicodedata.normalize("NFKC", row.cells[column])):
            if _clean(written).casefold() in NO_PHONE:
                continue
            if phone := e164(written, country):
                phones[phone] = None
            else:
                shown = _shown(_clean(written))
                row.wrong(column, f"{shown} is not a telephone number in {country}; write it in full")
    return tuple(phones)


def _more(row: _Row) -> dict[str, str]:
    """The other columns. An empty cell is told, too: it empties what an earlier list gave."""
    known = {column for columns in row.table.columns.values() for column in columns}
    more = {}
    for column, heading in enumerate(row.table.headings):
        if heading and column not in known:
            more[heading] = _clean(row.cells[column])
            if len(more[heading]) > LONGEST_OTHER:
                row.wrong(column, f"is longer than {LONGEST_OTHER} characters; shorten it")
    return more


def _repeated(entries: Iterable[Entry], table: _Headed) -> Iterator[str]:
    first: dict[str, int] = {}
    (column,) = table.columns["number"]
    for entry in entries:
        earlier = first.setdefault(entry.number, entry.row)
        if entry.number and earlier != entry.row:
            yield (
                f"row {entry.row}, {table.headings[column]}: {_shown(entry.number)} stands in row {earlier} "
                "already; each member needs a number of their own"
            )


def _clean(cell: str) -> str:
    return cell.strip("\ufeff\u200b \t\r\n\u3000\xa0")


def _shown(text: str) -> str:
    """Quoted, short, and without anything that a terminal would act on."""
    return json.dumps(text if len(text) <= 40 else f"{text[:40]}…", ensure_ascii=False)
