"""Importing a member list: what is understood, what is refused and how, and that it is all or nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from ivr.errors import BadRoster, NotEnrolled
from ivr.records import member_list, pins, preferences, spreadsheet
from ivr.records.db import Database
from ivr.records.importing import Imported, import_roster
from ivr.records.member_list import Entry
from ivr.records.models import Branch, Member, MemberPhone, Phone
from ivr.records.numbers import e164, masked
from ivr.records.roster import Enrolled, enrolled, learner_names

HEADINGS = "姓名,电话,支部,编号"


def csv_of(*rows: str, headings: str = HEADINGS) -> bytes:
    return "\r\n".join([headings, *rows]).encode()


def xlsx_of(*sheets: Sequence[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    book.close()
    return out.getvalue()


def read(data: bytes, country: str = "CN") -> list[Entry]:
    return list(member_list.read(data, "members", country))


def mistakes(data: bytes) -> list[str]:
    with pytest.raises(BadRoster) as refused:
        read(data)
    return [str(mistake) for mistake in refused.value.mistakes]


# ── what is understood ───────────────────────────────────────────────────────────────────────────────────────────

WANG = Entry(2, "0012", "王秀英", "初心村党支部", ("+8613800138001",), {})


@pytest.mark.parametrize(
    "data",
    [
        csv_of("王秀英,13800138001,初心村党支部,0012"),
        csv_of("0012,初心村党支部,13800138001,王秀英", headings="编号,支部,电话,姓名"),
        csv_of("王秀英,13800138001,初心村党支部,0012", headings="name,Phone,BRANCH,number"),
        csv_of(
            " 王秀英　, 13800138001 ,初心村党支部 ,　0012", headings=" 姓　名,手机 号码（必填）*,所在党支部,党员编号："
        ),
        csv_of("王　秀英,138 0013 8001,初心村党支部,00１2"),
        csv_of("王秀英\t+86 138-0013-8001\t初心村党支部\t0012", headings="姓名\t电话\t支部\t编号"),
        csv_of("王秀英;008613800138001;初心村党支部;0012", headings="姓名;电话;支部;编号"),
        csv_of("王秀英,１３８００１３８００１,初心村党支部,0012").decode().encode("gb18030"),
        csv_of("王秀英,13800138001.0,初心村党支部,0012").decode().encode("utf-8-sig"),
        csv_of("王秀英,13800138001,初心村党支部,0012").decode().encode("utf-16"),
        csv_of('"王秀英","13800138001","初心村党支部","0012"', "", " , ,,"),
        xlsx_of([["姓名", "电话", "支部", "编号"], ["王秀英", 13800138001, "初心村党支部", "0012"]]),
        xlsx_of([["填表说明"]], [["姓名", "电话", "支部", "编号"], ["王秀英", "13800138001", "初心村党支部", "0012"]]),
    ],
)
def test_a_list_is_understood_however_it_is_written(data: bytes) -> None:
    assert read(data) == [WANG]


def test_a_title_may_stand_above_the_headings_and_rows_keep_their_numbers() -> None:
    title = "初心村党支部党员名册\r\n\r\n" + HEADINGS
    assert [entry.row for entry in read(csv_of("王,,一,1", "", "李,,一,2", headings=title))] == [4, 6]
    sheet = xlsx_of([[], ["名册"], [], ["姓名", "电话", "支部", "编号"], ["王", "", "一", 1]])
    assert [(entry.row, entry.number) for entry in read(sheet)] == [(5, "1")]


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("", ()),
        ("无", ()),
        ("13800138001、13800138002", ("+8613800138001", "+8613800138002")),
        ("13800138001；13800138002; 13800138001", ("+8613800138001", "+8613800138002")),
        ("13800138001/0371-65432100", ("+8613800138001", "+8637165432100")),
        ('"13800138001，13800138002\n13800138003"', ("+8613800138001", "+8613800138002", "+8613800138003")),
        ("+44 20 7946 0018", ("+442079460018",)),
        ("（0371）65432100", ("+8637165432100",)),
    ],
)
def test_a_cell_may_hold_several_phones_or_none(cell: str, phones: tuple[str, ...]) -> None:
    (entry,) = read(csv_of(f"王,{cell},一,1"))
    assert entry.phones == phones


def test_several_columns_of_phones_are_read_together() -> None:
    (entry,) = read(csv_of("王,13800138001,0371-65432100,一,1", headings="姓名,手机,固定电话,支部,编号"))
    assert entry.phones == ("+8613800138001", "+8637165432100")


def test_other_columns_are_kept_as_a_person_reads_them() -> None:
    headings = ["姓名", "电话", "支部", "编号", "入党时间", "年龄", "备注", "登记"]
    row = ["王", "", "一", 7.0, date(1971, 7, 1), 82, "耳背\n请慢", datetime(2026, 11, 2, 8, 30)]  # noqa: DTZ001
    (entry,) = read(xlsx_of([headings, row]))
    assert (entry.number, entry.more["入党时间"], entry.more["年龄"]) == ("7", "1971-07-01", "82")
    assert entry.more["备注"] == "耳背\n请慢"
    assert entry.more["登记"].startswith("2026-11-02")


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ("王,1380013,一,1", 'row 2, 电话: "1380013" is not a telephone number in CN; write it in full'),
        ("王,138001380011,一,1", 'row 2, 电话: "138001380011" is not a telephone number in CN; write it in full'),
        ("王,1.38E+10,一,1", 'row 2, 电话: "1.38E+10" is not a telephone number in CN; write it in full'),
        ("王,找儿子13800138001,一,1", "is not a telephone number in CN"),
        ("王,110,一,1", "is not a telephone number in CN"),
        (",13800138001,一,1", "row 2, 姓名: is empty; write the member's name"),
        ("王,,,1", "row 2, 支部: is empty; write the member's branch"),
        ("王,,一", "row 2, 编号: is empty; write the member's number"),
        ("=cmd|' /C calc'!A0,,一,1", "row 2, 姓名: \"=cmd|' /C calc'!A0\" looks like a formula"),
        ("王,,@SUM(A1),1", 'row 2, 支部: "@SUM(A1)" looks like a formula'),
        ("王,,一,-1+1", 'row 2, 编号: "-1+1" looks like a formula'),
        ("王,,一,＋1", 'row 2, 编号: "＋1" looks like a formula'),
        ("王" * 51 + ",,一,1", "is longer than 50 characters; shorten it"),
        ("王,,一," + "1" * 65, "is longer than 64 characters; shorten it"),
        ('"王\n秀英",,一,1', 'row 2, 姓名: "王\\n秀英" has a line break or another control character in it'),
        ("王\x1b[31m,,一,1", 'row 2, 姓名: "王\\u001b[31m" has a line break'),
    ],
)
def test_a_mistake_names_its_place_and_its_mend(row: str, mistake: str) -> None:
    (found,) = mistakes(csv_of(row))
    assert mistake in found


def test_every_mistake_is_told_at_once() -> None:
    data = csv_of("王,1380013,一,1", "李,13800138001,,2", "张,,一,1", ",12、34,二,")
    assert mistakes(data) == [
        'row 2, 电话: "1380013" is not a telephone number in CN; write it in full',
        "row 3, 支部: is empty; write the member's branch",
        "row 5, 姓名: is empty; write the member's name",
        "row 5, 编号: is empty; write the member's number",
        'row 5, 电话: "12" is not a telephone number in CN; write it in full',
        'row 5, 电话: "34" is not a telephone number in CN; write it in full',
        'row 4, 编号: "1" stands in row 2 already; each member needs a number of their own',
    ]


def far_away() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "电话", "支部", "编号"])
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "mistake"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "the file is empty"),
        (csv_of(), "there are headings, but no members below them"),
        (
            csv_of("王,138", headings="姓名,备注,手机"),
            'row 1: no column is headed 支部/branch, 编号/number; here stands "姓名", "备注", "手机". The first row',
        ),
        (csv_of("王,138", headings="\n村名册\n姓名,备注,手机"), "row 3: no column is headed"),
        (csv_of("王,1,一,1", headings="\n" * 5 + HEADINGS), "the file is empty"),
        (csv_of("1,,一,1,1", headings=HEADINGS + ",工号"), "the columns 编号 and 工号 both give the number"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "this is neither a spreadsheet nor a text"),
        (b"<html><table><tr><td>", "this is neither a spreadsheet nor a text"),
        (b"\xff\xfe\x00", "this is neither a spreadsheet nor a text"),
        (b"PK\x03\x04 and then something else", "the workbook can't be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "the workbook can't be read"),
        (xlsx_of([["姓名", "电话", "支部", "编号"], ["王", "", "一", "1"]])[:-30], "the workbook can't be read"),
        (csv_of('王,"' + "1" * 200_000), "is a quotation mark not closed?"),
        (far_away(), "something stands in a cell far away from the list; delete it"),
        (b"x" * (spreadsheet.MOST_BYTES + 1), "the file is larger than 10 MB"),
    ],
)
def test_what_is_no_member_list_is_refused(data: bytes, mistake: str) -> None:
    (found,) = mistakes(data)
    assert mistake in found


def test_a_list_may_not_be_endless() -> None:
    rows = [f"王,,一,{n}" for n in range(member_list.MOST_ROWS + 1)]
    assert mistakes(csv_of(*rows)) == ["the list has more than 100,000 rows; part it into several files"]


# ── what is written down ─────────────────────────────────────────────────────────────────────────────────────────


def members(database: Database) -> list[Enrolled]:
    with database.reading() as connection:
        return enrolled(connection)


def counts(database: Database) -> list[int]:
    with database.reading() as connection:
        tables = (Branch, Member, Phone, MemberPhone)
        return [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in tables]


VILLAGE = csv_of(
    "王秀英,13800138001,初心村,001,82",
    "李大山,13800138001、0371-65432100,初心村,002,76",
    "陈德明,,东村,003,",
    headings=HEADINGS + ",年龄",
)


def test_members_branches_and_shared_phones(database: Database) -> None:
    assert import_roster(database, VILLAGE, "a.csv", "CN") == Imported(3, 0, 0, phones=2, branches=2)
    assert counts(database) == [2, 3, 2, 3]
    assert [(m.number, m.name, m.branch, m.phones, m.more) for m in members(database)] == [
        ("003", "陈德明", "东村", (), {}),
        ("001", "王秀英", "初心村", ("+8613800138001",), {"年龄": "82"}),
        ("002", "李大山", "初心村", ("+8613800138001", "+8637165432100"), {"年龄": "76"}),
    ]


def test_importing_again_changes_nothing(database: Database) -> None:
    import_roster(database, VILLAGE, "a.csv", "CN")
    before = members(database)
    assert import_roster(database, VILLAGE, "a.csv", "CN") == Imported(0, 0, 3, phones=2, branches=2)
    assert members(database) == before


def test_the_day_somebody_was_enrolled_stays(database: Database) -> None:
    first, later = date(2026, 11, 3), date(2026, 12, 24)
    import_roster(database, csv_of("王,,一,1"), "a.csv", "CN")
    import_roster(database, csv_of("王,,一,1", "李,,一,2"), "a.csv", "CN", first)
    import_roster(database, csv_of("王英,,一,1", "李英,,一,2", "赵,,一,3"), "a.csv", "CN", later)
    assert [m.enrolled_on for m in members(database)] == [None, first, later]


def test_the_same_number_is_the_same_member(database: Database) -> None:
    import_roster(database, VILLAGE, "a.csv", "CN")
    ids = {m.number: m.id for m in members(database)}
    again = csv_of("李大川,13800138009,东村,002", "王秀英,13800138001,初心村,001", "新人,,西村,004")
    assert import_roster(database, again, "b.csv", "CN") == Imported(1, 1, 1, phones=2, branches=3)
    after = {m.number: m for m in members(database)}
    assert {number: after[number].id for number in ids} == ids
    assert (after["002"].name, after["002"].branch, after["002"].phones) == ("李大川", "东村", ("+8613800138009",))
    assert after["002"].more == {"年龄": "76"}  # a column that the new list lacks stays
    assert after["003"].name == "陈德明"  # who is not in the file stays
    assert counts(database) == [3, 4, 2, 2]  # a number that nobody has any more is forgotten


def test_nothing_is_imported_by_halves(database: Database) -> None:
    rows = [f"王{n},,一,{n}" for n in range(300)]
    with pytest.raises(BadRoster, match="nothing was changed"):
        import_roster(database, csv_of(*rows, "李,1380013,一,301"), "a.csv", "CN")
    assert counts(database) == [0, 0, 0, 0]


def test_a_dry_run_tells_what_would_happen(database: Database) -> None:
    assert import_roster(database, VILLAGE, "a.csv", "CN", dry_run=True).added == 3
    assert counts(database) == [0, 0, 0, 0]


def test_more_members_than_fit_into_one_statement(database: Database) -> None:
    data = csv_of(*(f"王,1380{n:07d},一,{n}" for n in range(7_000)))
    assert import_roster(database, data, "a.csv", "CN").added == 7_000
    assert import_roster(database, data, "a.csv", "CN").unchanged == 7_000
    assert counts(database) == [1, 7_000, 7_000, 7_000]


def test_members_are_found_by_branch_and_number(database: Database) -> None:
    import_roster(database, VILLAGE, "a.csv", "CN")
    with database.reading() as connection:
        assert [m.number for m in enrolled(connection, branch="初心村")] == ["001", "002"]
        assert [m.name for m in enrolled(connection, number="003")] == ["陈德明"]
        with pytest.raises(NotEnrolled, match="西村"):
            enrolled(connection, branch="西村")
        with pytest.raises(NotEnrolled, match="member 009"):
            enrolled(connection, number="009")


def test_every_name_is_told_once_with_its_branch(database: Database) -> None:
    import_roster(database, csv_of("王,,一,1", "李,,一,2", "王,,二,3"), "a.csv", "CN")
    with database.reading() as connection:
        assert learner_names(connection) == {"李": "一", "王": "一"}


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("13800138001", "CN", "+8613800138001"),
        ("8613800138001", "CN", "+8613800138001"),
        ("+8613800138001", "US", "+8613800138001"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("65432100", "CN", None),
        ("+999123", "CN", None),
        ("anonymous", "CN", None),
        ("", "CN", None),
    ],
)
def test_numbers_are_kept_in_one_form(written: str, country: str, number: str | None) -> None:
    assert e164(written, country) == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613800138001", "138****8001"),
        ("+8637165432100", "371****2100"),
        ("+14155550100", "41****0100"),
        ("+4512345", "****"),
        ("sip:alice@example.org", "****"),
        ("anonymous", "****"),
        ("", ""),
    ],
)
def test_numbers_are_never_shown_whole(number: str, shown: str) -> None:
    assert masked(number) == shown


# ── offices, and numbers as they are typed ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("书记", "secretary"),
        ("党支部书记", "secretary"),
        ("组 长", "leader"),
        ("探访员", "visitor"),
        ("Visitor", "visitor"),
    ],
)
def test_an_office_gives_its_rights_and_is_kept_as_written(database: Database, written: str, role: str) -> None:
    rows = (f"王秀英,13800138001,一,001,{written}", "李大山,,一,002,组织委员", "赵,,一,003,")
    import_roster(database, csv_of(*rows, headings=f"{HEADINGS},职务"), "m.csv", "CN")
    with database.reading() as connection:
        members = enrolled(connection)
    assert [member.role for member in members] == [role, "", ""]
    assert [member.more.get("职务", "") for member in members] == [written, "组织委员", ""]


def test_a_list_without_offices_changes_none_and_one_with_them_decides(database: Database) -> None:
    with_offices = f"{HEADINGS},职务"
    import_roster(database, csv_of("王秀英,,一,001,书记", headings=with_offices), "m.csv", "CN")
    assert import_roster(database, csv_of("王秀英,,一,001"), "m.csv", "CN").unchanged == 1
    assert import_roster(database, csv_of("王秀英,,二,001"), "m.csv", "CN").changed == 1
    with database.reading() as connection:
        assert enrolled(connection)[0].role == "secretary"
    assert import_roster(database, csv_of("王秀英,,二,001,党员", headings=with_offices), "m.csv", "CN").changed == 1
    with database.reading() as connection:
        assert enrolled(connection)[0].role == ""


def test_a_list_imported_again_keeps_pins_and_choices(database: Database) -> None:
    import_roster(database, csv_of("王秀英,,一,P-001"), "m.csv", "CN")
    with database.writing() as connection:
        (member,) = enrolled(connection)
        pins.set_pin(connection, member.id, "482913")
        preferences.prefer(connection, member.id, "pace", "slow")
        before = connection.execute(select(Member.pin, Member.digits)).one()
    assert before.digits == "001"
    import_roster(database, csv_of("王秀云,,二,P-001"), "m.csv", "CN")
    with database.reading() as connection:
        assert connection.execute(select(Member.pin, Member.digits)).one() == before
        assert preferences.preferred(connection, [member.id])[member.id] == {"pace": "slow"}
