"""A member list is taken whole or not at all: every mistake is named with its row, its column and its mend."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ivr.errors import BadRoster
from ivr.records.headed import MOST_SHOWN, Headed, Row, Wanted, clean, headed, shown
from ivr.records.mistakes import Mistake
from ivr.records.numbers import e164
from ivr.records.spreadsheet import Unreadable, tables

MOST_ROWS = 100_000
LONGEST = {"name": 50, "branch": 200, "number": 64, "district": 200}
LONGEST_OTHER = 2000

COLUMNS = Wanted(
    {
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
        "role": ("职务", "role", "党内职务", "支部职务"),
        "district": ("乡镇", "district", "township", "街道", "镇", "乡", "所在乡镇", "所属乡镇", "乡镇街道"),
        "refused": ("导入不了的原因", "notimportedbecause"),  # a list that we gave back, mended
    },
    optional=frozenset({"role", "district", "refused"}),
    manifold=frozenset({"phone"}),
)
OWN = COLUMNS.required | {"refused"}  # what stands in these columns is kept nowhere else, and as it is read
# Offices that give rights on the telephone, once there is a PIN; any other office gives none.
ROLES = {
    **dict.fromkeys(("书记", "支部书记", "党支部书记", "secretary"), "secretary"),
    **dict.fromkeys(("组长", "党小组组长", "党小组长", "小组长", "leader"), "leader"),
    **dict.fromkeys(("探访员", "访问员", "走访员", "visitor"), "visitor"),
}
MOST_FIRST = ("secretary", "leader", "visitor")  # who holds several offices has the rights of the first of these
BETWEEN_OFFICES = re.compile(r"[、，,;；/]|兼")
BETWEEN_PHONES = re.compile(r"[、;/,\n]+")
NO_PHONE = frozenset(("", "无", "没有", "-", "—", "none"))
NO_OFFICE = NO_PHONE | {"党员", "普通党员", "社员", "会员", "学员", "成员", "member"}
EXAMPLES = ("例：", "e.g. ")  # so begins the name in the row that shows how a list is filled in; it is nobody's
HAN_APART = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")  # 王　兰: names spread to one width


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the list has them; phones in E.164, `more` the other columns by their headings, and the office as it
    is written. `role` is None where the list tells no offices; `district` is "" where the row tells none. `columns`
    says where what stands, each telephone too, and under which heading."""

    row: int
    number: str
    name: str
    branch: str
    phones: tuple[str, ...]
    more: Mapping[str, str]
    role: str | None = None
    district: str = ""
    columns: Mapping[str, tuple[int, str]] = field(default_factory=dict, compare=False, repr=False)

    def wrong(self, means: str, told: str, why: str, **values: object) -> Mistake:
        """`why` and `values` as in a Mistake."""
        column, heading = self.columns[means]
        return Mistake(told, why, self.row, column, heading, {"told": told, **values})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A list as far as it can be read, every mistake in it, and what else there is to say of it."""

    filename: str
    entries: tuple[Entry, ...]
    mistakes: tuple[Mistake, ...]
    notes: tuple[Mistake, ...] = ()


def parsed(data: bytes, filename: str, country: str, branch: str = "") -> Parsed:
    """Whoever names no branch is of this one, if there is one."""
    try:
        entries, mistakes, notes = _entries(headed(tables(data), _wanted(branch)), country, branch)
    except Unreadable as error:
        return Parsed(filename, (), (error.mistake,))
    return Parsed(filename, tuple(entries), tuple(mistakes), tuple(notes))


def read(data: bytes, filename: str, country: str) -> tuple[Entry, ...]:
    """The members of a spreadsheet file. Raises BadRoster with every mistake in it."""
    told = parsed(data, filename, country)
    if told.mistakes:
        raise refused(filename, told.mistakes)
    return told.entries


def refused(filename: str, mistakes: Iterable[Mistake]) -> BadRoster:
    return BadRoster(f"{filename} can't be imported; nothing was changed:", tuple(mistakes))


def _wanted(branch: str) -> Wanted:
    return replace(COLUMNS, optional=COLUMNS.optional | {"branch"}) if branch else COLUMNS


def given_back(
    data: bytes, reasons: Mapping[int, str], heading: str, branch: str = ""
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The list as it came, headings and rows, with what keeps each row (by its number) from being taken in a column of
    that heading; `branch` as it was parsed with. Raises Unreadable."""
    table = headed(tables(data), _wanted(branch))
    old = frozenset(table.columns.get("refused", ()))
    rows = [(reasons.get(row.n, ""), row.cells) for row in table.rows()]
    width = max(len(table.headings), *(len(cells) for _, cells in rows))

    def kept(cells: Iterable[str]) -> tuple[str, ...]:
        padded = [*cells, *[""] * width][:width]
        return tuple(cell for column, cell in enumerate(padded) if column not in old)

    return (heading, *kept(table.headings)), [(reason, *kept(cells)) for reason, cells in rows]


def _entries(table: Headed, country: str, branch: str) -> tuple[list[Entry], list[Mistake], list[Mistake]]:
    entries: list[Entry] = []
    mistakes: list[Mistake] = []
    notes: list[Mistake] = []
    rows = [row for row in table.rows() if not _is_example(row)]
    if not rows:
        raise Unreadable("there are headings, but no members below them", "no_rows")
    if len(rows) > MOST_ROWS:
        told = f"the list has more than {MOST_ROWS:,} rows; part it into several files"
        raise Unreadable(told, "too_many", most=MOST_ROWS)
    columns = {means: (where[0], table.headings[where[0]]) for means, where in table.columns.items()}
    for row in rows:
        entries.append(_entry(row, country, branch, columns))
        mistakes += row.mistakes
        notes += row.notes
    return entries, mistakes + list(_repeated(entries)) + list(_misplaced(entries)), notes


def _is_example(row: Row) -> bool:
    (column,) = row.of.columns["name"]
    return clean(row.cells[column]).startswith(EXAMPLES)


def _entry(row: Row, country: str, assumed: str, columns: Mapping[str, tuple[int, str]]) -> Entry:
    name = HAN_APART.sub("", _required(row, "name"))
    number = unicodedata.normalize("NFKC", _required(row, "number"))
    branch, district = _branch(row, assumed), _optional(row, "district")
    phones = _phones(row, country)
    where = {phone: (column, row.of.headings[column]) for phone, column in phones.items()}
    return Entry(row.n, number, name, branch, tuple(phones), _more(row), _role(row), district, {**columns, **where})


def _required(row: Row, means: str) -> str:
    return row.required(means, "the member's", LONGEST[means])


def _branch(row: Row, assumed: str) -> str:
    return _optional(row, "branch") or assumed if assumed else _required(row, "branch")


def _optional(row: Row, means: str) -> str:
    (column,) = row.of.columns.get(means, (None,))
    return _required(row, means) if column is not None and clean(row.cells[column]) else ""


def _role(row: Row) -> str | None:
    if "role" not in row.of.columns:
        return None
    (column,) = row.of.columns["role"]
    written = BETWEEN_OFFICES.split(HAN_APART.sub("", clean(row.cells[column])))
    offices = {office.strip().casefold(): office.strip()[:MOST_SHOWN] for office in written}
    for office in sorted(offices.keys() - ROLES.keys() - NO_OFFICE):
        told = f"{shown(offices[office])} gives no rights on the telephone; it is kept as written"
        row.note(column, told, "other_office", text=offices[office])
    given = {ROLES.get(office, "") for office in offices}
    return next((role for role in MOST_FIRST if role in given), "")


def _phones(row: Row, country: str) -> dict[str, int]:
    """And in which column each stands."""
    phones: dict[str, int] = {}
    for column in row.of.columns["phone"]:
        for written in BETWEEN_PHONES.split(unicodedata.normalize("NFKC", row.cells[column])):
            if clean(written).casefold() in NO_PHONE:
                continue
            if phone := e164(written, country):
                phones.setdefault(phone, column)
            else:
                told = f"{shown(clean(written))} is not a telephone number in {country}; write it in full"
                row.wrong(column, told, "no_phone", text=clean(written)[:MOST_SHOWN])
    return phones


def _more(row: Row) -> dict[str, str]:
    """The other columns. An empty cell is told, too: it empties what an earlier list gave."""
    known = {column for means in OWN for column in row.of.columns.get(means, ())}
    more = {}
    for column, heading in enumerate(row.of.headings):
        if heading and column not in known:
            more[heading] = clean(row.cells[column])
            if len(more[heading]) > LONGEST_OTHER:
                row.wrong(
                    column, f"is longer than {LONGEST_OTHER} characters; shorten it", "too_long", most=LONGEST_OTHER
                )
    return more


def _repeated(entries: Iterable[Entry]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for entry in entries:
        earlier = first.setdefault(entry.number, entry.row)
        if entry.number and earlier != entry.row:
            told = f"{shown(entry.number)} stands in row {earlier} already; each member needs a number of their own"
            yield entry.wrong("number", told, "repeated", text=entry.number, earlier=earlier)


def _misplaced(entries: Iterable[Entry]) -> Iterator[Mistake]:
    """Every branch lies in one district, and none is a district."""
    branches = {entry.branch for entry in entries}
    first: dict[str, Entry] = {}
    for entry in entries:
        if not entry.district:
            continue
        place = shown(entry.district)
        earlier = first.setdefault(entry.branch, entry)
        if earlier.district != entry.district:
            told = (
                f"{place}, but in row {earlier.row} {entry.branch} lies in {shown(earlier.district)}; write one of them"
            )
            names = {"text": entry.district, "branch_name": entry.branch, "other": earlier.district}
            yield entry.wrong("district", told, "two_districts", **names, earlier=earlier.row)
        elif entry.district in branches:
            told = f"{place} is a branch in this list; a district has branches, and they have the members"
            yield entry.wrong("district", told, "district_is_branch", text=entry.district)
