"""The printed sheets of the village's November, as JSON that people read before it is kept, and the same in Excel."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, update

from ivr import vocabulary
from ivr.catalogue import Catalogue
from ivr.config import RecordSettings
from ivr.records import users
from ivr.records.exemptions import exempt
from ivr.records.models import Member, Occasion, Visit
from ivr.records.occasions import Written, write
from ivr.records.roster import MOST_NAMED, Enrolled
from ivr.reports import branch as month_of_branches
from ivr.reports import columns, facts, ring, sheets, visits
from ivr.reports.columns import Basis, BriefBasis
from ivr.reports.formats import to_csv, to_json, to_text
from ivr.reports.period import of_month
from ivr.reports.sheet import Cell, Sheet
from ivr.reports.sheets import BRIEFS, BY_BRANCH, PAGES, Asked
from ivr.reports.workbook import to_xlsx
from tests.reports.test_reports import compare
from tests.reports.village import ZONE, Village, at, bye, listens, menu, november
from tests.reports.writing import HOME, NOW, TODAY, places_of, write_november

Made = Callable[..., Basis]
Briefly = Callable[..., BriefBasis]


@pytest.fixture
def basis(village: Village) -> Made:
    """What the sheets of a month are made from; of 初心村党支部, unless told otherwise."""
    return partial(_gathered, sheets.gather, village)


@pytest.fixture
def brief_basis(village: Village) -> Briefly:
    return partial(_gathered, sheets.gather_brief, village)


def _gathered(
    gather: Callable[..., Any],
    village: Village,
    month: str = "2026-11",
    of: str = HOME,
    words: str = "zh",
    **rules: Any,
) -> Any:
    theirs = tuple(each for each in places_of(village.connection) if of in ("", each.name))
    told = (of_month(month, ZONE), village.catalogue, theirs, of or "全县", vocabulary.load(words))
    return gather(village.connection, Asked(*told, RecordSettings(**rules), several=not of))


def cells(sheet: Sheet) -> list[dict[str, Cell]]:
    return [dict(zip(sheet.keys, row, strict=True)) for row in sheet.cells]


@pytest.mark.parametrize("which", PAGES)
def test_each_sheet_of_a_branch(which: str, village: Village, basis: Made, rewrite: bool) -> None:
    november(village)
    write_november(village)
    told = to_json(which, "2026-11", PAGES[which](basis(hour_minutes=30)))
    compare(f"sheet_{which}.json", told, village.catalogue, rewrite)


@pytest.mark.parametrize("which", ["summary", "month", "helping"])
def test_branches_side_by_side(which: str, village: Village, basis: Made, rewrite: bool) -> None:
    november(village)
    write_november(village)
    told = to_json(which, "2026-11", PAGES[which](basis(of="")))
    compare(f"sheet_{which}_all.json", told, village.catalogue, rewrite)


@pytest.mark.usefixtures("most_named")
@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize("of", [HOME, ""])
def test_what_is_told_in_brief_is_what_the_form_says(
    of: str, is_written: bool, village: Village, basis: Made, brief_basis: Briefly
) -> None:
    november(village)
    if is_written:
        write_november(village)
    brief = cells(BRIEFS["ledger"](brief_basis(of=of)))
    assert brief and brief == [{key: row[key] for key in brief[0]} for row in cells(PAGES["ledger"](basis(of=of)))]


@pytest.fixture(params=[0, MOST_NAMED])
def most_named(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So few members that a statement names as in a small branch, or as in a township."""
    monkeypatch.setattr(facts, "MOST_NAMED", request.param)


@pytest.mark.usefixtures("most_named")
@pytest.mark.parametrize("month", ["2026-10", "2026-11", "2026-12"])
def test_the_summary_needs_nobody_by_name(month: str, village: Village, basis: Made, brief_basis: Briefly) -> None:
    november(village)
    write_november(village)
    assert BY_BRANCH["summary"](brief_basis(month, of="")) == PAGES["summary"](basis(month, of=""))


@pytest.mark.parametrize("is_written", [True, False])
def test_the_rows_of_each_branch_are_summed_in_brief(
    is_written: bool, village: Village, basis: Made, brief_basis: Briefly
) -> None:
    november(village)
    if is_written:
        write_november(village)
    for number in ("001", "002", "003", "004"):  # seconds that come to more than the tenths of a minute that are told
        village.call(number, "2026-11-21 08:00", menu(), *listens(village.stoves, 0), bye(9.5), hung_up=1)
    rows: dict[Cell, list[dict[str, Cell]]] = {}
    for row in cells(PAGES["detail"](basis(of=""))):
        rows.setdefault(row["branch"], []).append(row)
    briefly = {row["branch"]: row for row in cells(BRIEFS["detail"](brief_basis(of="")))}
    assert briefly.keys() == rows.keys()
    for branch, of in briefly.items():
        theirs = rows[branch]
        sums = {key: _sum(theirs, key) for key in ("calls", "heard_min", "dropped", "strays", "suggested", "confirmed")}
        assert {key: of[key] for key in sums} == pytest.approx(sums)
        people = {row["name"]: row["is_excused"] for row in theirs}
        assert (of["enrolled"], of["excused"]) == (len(people), [*people.values()].count("是"))
        marks = [str(row["marks"]).split("/") for row in theirs if row["marks"]]
        assert of["marks"] == ("/".join(str(sum(map(int, part))) for part in zip(*marks, strict=True)) if marks else "")
    assert _sum([*briefly.values()], "calls") and any(of["marks"] for of in briefly.values())


def test_those_who_wait_in_each_branch_are_counted_in_brief(
    village: Village, basis: Made, brief_basis: Briefly
) -> None:
    november(village)
    write_november(village)
    told = basis(of="")
    done = Counter((row["branch"], bool(row["day"])) for row in cells(PAGES["helping"](told)))
    briefly = cells(BRIEFS["helping"](brief_basis(of="")))
    assert [row["branch"] for row in briefly] == [each.name for each in told.places if (each.name, False) in done]
    assert {(row["branch"], row["left"], row["followed"]) for row in briefly} == {
        (branch, done[branch, False], done[branch, True]) for branch, _ in done
    }
    n, left = (int(_sum(briefly, key)) for key in ("followed", "left"))
    assert told.words.say("followed_count", n=n, waiting=n + left, left=left) in month_of_branches.page(told)[0].above
    assert _sum(cells(PAGES["summary"](told)), "helped") == n + left


def test_whom_a_visitor_saw_and_when_somebody_was_taught_last(village: Village, basis: Made) -> None:
    """A visit without a lesson that was confirmed on the telephone reached somebody like one that was written down."""
    november(village)
    write_november(village)
    connection, (home, *_) = village.connection, places_of(village.connection)
    ids = {person.number: person.id for person in basis().facts.people}
    for number, confirmed in (("001", False), ("002", True)):
        call = village.call(number, "2026-10-17 10:00", menu(), bye())
        told = {"turn": 2, "visitor_id": ids["003"], "edition": "", "confirmed": confirmed}
        connection.execute(insert(Visit).values(call_id=call, member_id=ids[number], at=at("2026-10-17 10:00"), **told))
    for day in (5, 18):
        met = Written("meeting", date(2026, 10, day), "falls", (ids["003"], ids["006"]))
        write(connection, home.id, met, 1, NOW, TODAY)
    october = basis("2026-10")
    reached = {row.person.number: [done.day.day for done in row.done] for row in ring.rows(october.facts, {})}
    assert (reached["001"], reached["002"]) == ([], [17])
    rows = {row["name"]: row for row in cells(PAGES["month"](october))}
    assert rows["李大山"]["situation"] == "10-17 去看望过；打进来了，没有听课"
    assert (rows["赵福贵"]["last_day"], rows["陈德明"]["last_day"]) == ("10-18", "10-18")


def _sum(rows: Iterable[dict[str, Cell]], key: str) -> float:
    return sum(cell for row in rows if isinstance(cell := row[key], int | float))


@pytest.mark.parametrize("which", PAGES)
@pytest.mark.parametrize("of", [HOME, ""])
def test_excel_csv_and_json_have_the_same_cells(which: str, of: str, village: Village, basis: Made) -> None:
    november(village)
    write_november(village)
    sheet = PAGES[which](basis(of=of))
    assert (sheet.cells or (which, of) == ("helping", HOME)) and all(
        len(row) == len(sheet.headings) for row in sheet.cells
    )
    rows = json.loads(to_json(which, "2026-11", sheet))
    assert rows["headings"] == dict(zip(sheet.keys, sheet.headings, strict=True))
    as_json = [[_text(cell) for cell in row.values()] for row in rows["rows"]]
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(sheet)))
    headings, *read = book.get_sheet_by_index(1 if sheet.form else 0).to_python()
    assert headings == list(sheet.headings)
    assert [[_text(cell) for cell in row] for row in read] == as_json
    (_, *lines) = csv.reader(io.StringIO(to_csv(sheet), newline=""))
    unguarded = [[cell.removeprefix("'").removesuffix(".0") for cell in line] for line in lines]
    assert unguarded == as_json


def _text(cell: object) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell).removesuffix(".0")


def test_only_whom_a_secretary_wrote_down_was_at_a_meeting(village: Village, basis: Made) -> None:
    november(village)
    (before,) = cells(PAGES["meetings"](basis()))
    assert before["enrolled"] == 6 and not any(before[key] for key in before if key not in ("branch", "enrolled"))
    assert [row["by_meeting"] for row in cells(PAGES["ledger"](basis()))] == [0, 0]
    write_november(village)
    (after,) = cells(PAGES["meetings"](basis()))
    told = (after["expected"], after["present"], after["attended"], after["absent"])
    assert told == (5, 2, "李大山、张桂兰", "王秀英、赵福贵、陈德明")  # 马建民 is excused
    falls, _ = cells(PAGES["ledger"](basis()))
    assert (falls["by_phone"], falls["by_meeting"], falls["by_visit"], falls["due"]) == (2, 2, 0, 5)
    assert falls["who"] == "赵福贵（听了一部分）" and falls["share"] == "80%（4/5）"


def test_who_was_expected_at_a_meeting_was_there_or_is_absent(village: Village, basis: Made) -> None:
    """As it stood when its day was over: an excused one who came counts; one who was enrolled later was not
    expected."""
    write_november(village)
    connection = village.connection
    ids = {person.number: person.id for person in basis().facts.people}
    connection.execute(update(Member).where(Member.number == "006").values(enrolled_on=date(2026, 11, 20)))
    met = Written("meeting", date(2026, 11, 19), None, (ids["004"], ids["001"]), "党员大会", place="村委会")
    write(connection, basis().places[0].id, met, 1, NOW, TODAY)
    keys = ("meeting", "place", "enrolled", "expected", "present", "attended", "absent", "agenda", "content")
    expected = ("党员大会", "村委会", 5, 5, 2, "王秀英、马建民", "李大山、赵福贵、张桂兰", "", "")

    def told() -> tuple[Cell, ...]:
        (_, row) = cells(PAGES["meetings"](basis()))
        return tuple(row[key] for key in keys)

    assert told() == expected
    exempt(connection, ids["001"], "left", "迁出", date(2026, 11, 20), None, 1, NOW, TODAY)  # was there, and a member
    exempt(connection, ids["002"], "excused", "外出", date(2026, 11, 20), None, 1, NOW, TODAY)
    exempt(connection, ids["003"], "excused", "住院", date(2026, 11, 1), date(2026, 11, 18), 1, NOW, TODAY)
    assert told() == expected
    exempt(connection, ids["005"], "excused", "住院", date(2026, 11, 10), date(2026, 11, 19), 1, NOW, TODAY)
    exempt(connection, ids["003"], "left", "迁出", date(2026, 11, 19), None, 1, NOW, TODAY)
    assert told() == ("党员大会", "村委会", 4, 3, 2, "王秀英、马建民", "李大山", "", "")
    connection.execute(update(Member).where(Member.number == "006").values(enrolled_on=date(2026, 11, 19)))
    assert told() == ("党员大会", "村委会", 5, 4, 2, "王秀英、马建民", "李大山、陈德明", "", "")


def test_at_a_meeting_before_the_first_roster_its_members_are_members(village: Village, basis: Made) -> None:
    write_november(village)
    village.connection.execute(update(Member).values(enrolled_on=date(2026, 11, 24)))
    village.connection.execute(update(Member).where(Member.number == "006").values(enrolled_on=date(2026, 11, 25)))
    (row,) = cells(PAGES["meetings"](basis()))
    assert (row["day"], row["enrolled"], row["expected"], row["present"]) == (date(2026, 11, 18), 5, 4, 2)
    assert row["absent"] == "王秀英、赵福贵"  # 马建民 is excused


def test_who_was_at_a_meeting_and_has_moved_since_is_counted_there(village: Village, basis: Made) -> None:
    """On the branch's own sheet without a name; and a meeting that nobody named is called by its lesson."""
    write_november(village)
    elsewhere = next(each.id for each in places_of(village.connection) if each.name != HOME)
    village.connection.execute(update(Member).where(Member.number == "005").values(branch_id=elsewhere))
    village.connection.execute(update(Occasion).values(topic=""))
    keys = ("meeting", "enrolled", "expected", "present", "attended", "absent")
    told = [tuple(cells(PAGES["meetings"](basis(of=of)))[-1][key] for key in keys) for of in (HOME, "")]
    same = ("集中学习《防跌倒》", 6, 5, 2)
    absent = "王秀英、赵福贵、陈德明"
    assert told == [(*same, "李大山、已转到别处的 1 人", absent), (*same, "张桂兰、李大山", absent)]


def test_a_meeting_of_whom_nobody_is_left_is_nothing_of_the_ledger(
    village: Village, basis: Made, brief_basis: Briefly
) -> None:
    write_november(village)
    village.connection.execute(update(Occasion).where(Occasion.kind == "meeting").values(day=date(2026, 11, 2)))
    ids = {person.number: person.id for person in basis().facts.people}
    for number, day, is_told in (("002", 2, True), ("005", 17, False)):  # the call is of the 17th
        exempt(village.connection, ids[number], "left", "迁出", date(2026, 11, 20), None, 1, NOW, TODAY)
        row = cells(PAGES["ledger"](basis()))[0]
        assert (row["title"], row["first"]) == ("防跌倒", date(2026, 11, day))
        told = ("村委会" in str(row["place"]), "王书记" in str(row["host"]), "登记" in str(row["evidence"]))
        assert told == (is_told,) * 3
        assert cells(BRIEFS["ledger"](brief_basis()))[0]["first"] == row["first"]


ONE_BY_PHONE = {"001": "2026-11-09"}
BY_PHONE = {**ONE_BY_PHONE, "003": "2026-11-10", "005": "2026-11-25"}
HOW: dict[str, tuple[dict[str, str], dict[str, str], tuple[str, ...], tuple[str, str, str]]] = {
    # who heard it on which day, at a meeting of which day, and who was visited on the 26th; method, place, made up
    "nobody": ({}, {}, (), ("电话学习", "电话课堂", "")),
    "by telephone": (BY_PHONE, {}, (), ("电话学习", "电话课堂", "")),
    "one of them at a meeting": (BY_PHONE, {"002": "18"}, (), ("电话学习 3 人、集中学习 1 人", "电话课堂、村委会", "")),
    "all at a meeting": ({}, dict.fromkeys(("001", "002", "003", "004"), "18"), (), ("集中学习", "村委会", "")),
    "half at a meeting, others later": (
        {"005": "2026-11-25"},
        dict.fromkeys(("001", "002", "003"), "18"),
        (),
        ("集中学习 3 人、电话学习 1 人", "电话课堂、村委会", ""),
    ),
    "most at two meetings": (
        {"005": "2026-11-19"},
        {"001": "18", "002": "18", "003": "20", "004": "20"},
        ("006",),
        ("集中学习 4 人、电话学习 1 人、送学上门 1 人", "电话课堂、村委会", "上门补学：陈德明"),
    ),
    "most at a meeting, one before and one later": (
        {"005": "2026-11-17", "006": "2026-11-19"},
        dict.fromkeys(("001", "002", "003", "004"), "18"),
        (),
        ("集中学习 4 人、电话学习 2 人", "电话课堂、村委会", "电话补学：陈德明"),
    ),
    "by telephone, and then at a meeting": (
        {"001": "2026-11-09", "003": "2026-11-09"},
        {"001": "18", "002": "18"},
        ("003",),
        ("电话学习 + 集中学习 1 人、电话学习 + 送学上门 1 人、集中学习 1 人", "电话课堂、村委会", ""),
    ),
    "at a meeting, and then by telephone": (
        {"001": "2026-11-20"},
        {"001": "18"},
        (),
        ("电话学习 + 集中学习", "电话课堂、村委会", ""),
    ),
    "visited only": ({}, {}, ("003",), ("送学上门", "", "")),
}


@pytest.mark.parametrize(("called", "met", "visited", "told"), HOW.values(), ids=list(HOW))
def test_how_a_lesson_was_studied_and_who_made_it_up(
    called: dict[str, str],
    met: dict[str, str],
    visited: tuple[str, ...],
    told: tuple[str, str, str],
    village: Village,
    basis: Made,
) -> None:
    ids = {person.number: person.id for person in basis().facts.people}
    (home,) = basis().places
    users.add(village.connection, "shuji", "branch", home.id, users.hashed("eight-oak-trees", "shuji"), NOW)
    for number, day in called.items():
        village.call(number, f"{day} 08:00", menu(), *listens(village.falls, 0, 1, 2), bye(9.5), hung_up=1)
    for day in dict.fromkeys(met.values()):
        there = tuple(ids[number] for number in met if met[number] == day)
        what = Written("meeting", date(2026, 11, int(day)), "falls", there, place="村委会")
        write(village.connection, home.id, what, 1, NOW, date(2026, 11, 30))
    for number in visited:
        seen = Written("visit", date(2026, 11, 26), "falls", (ids[number],))
        write(village.connection, home.id, seen, 1, NOW, date(2026, 11, 30))
    row, _ = cells(PAGES["ledger"](basis()))
    assert (row["method"], row["place"], row["made_up"]) == told
    met_first = {number for number in called.keys() & met.keys() if called[number] > f"2026-11-{met[number]}"}
    rows = {row["name"]: row["remarks"] for row in cells(PAGES["detail"](basis())) if row["title"] == "防跌倒"}
    names = {person.name: person.number for person in basis().facts.people}
    first = {names[str(name)] for name, remarks in rows.items() if remarks == "11-18 先集中学习，后来才打电话"}
    assert first == met_first and any(rows.values()) == bool(met_first)


def test_visits_that_were_written_down_are_on_the_same_list(village: Village, basis: Made) -> None:
    write_november(village)
    told = [
        (row.day.day, row.visitor, row.member, row.confirmed, row.said, row.remarks) for row in visits.rows(basis())
    ]
    assert told == [
        (17, "王秀英", "马建民", True, "", ""),
        (17, "王秀英", "张桂兰", False, "", ""),
        (20, "老张", "赵福贵", None, "炉子要通风", "=盼子女回家"),
    ]
    assert "3 次上门：电话里登记、本人确认的 1 次，书记登记的 1 次。" in to_text(visits.page(basis()))
    (_, written) = cells(PAGES["visits"](basis()))
    assert (written["gist"], written["remarks"]) == ("炉子要通风", "=盼子女回家")


def test_what_other_branches_wrote_down_is_on_no_sheet_of_this_one(village: Village, basis: Made) -> None:
    november(village)
    east = next(each for each in places_of(village.connection) if each.name == "东村党支部")
    (member,) = (each for each in basis(of="东村党支部").facts.people if each.number == "102")
    met = Written("meeting", TODAY, "falls", (member.id,), "东村的会")
    write_november(village)
    write(village.connection, east.id, met, 1, NOW, TODAY)
    for which, made in PAGES.items():
        assert "东村" not in to_json(which, "2026-11", made(basis())), which
    assert "东村的会" in to_json("meetings", "2026-11", PAGES["meetings"](basis(of="东村党支部")))


def test_the_year_counts_from_january_and_only_what_was_confirmed(village: Village, basis: Made) -> None:
    november(village)
    write_november(village)
    (row,) = cells(PAGES["summary"](basis()))
    assert (row["hours_month"], row["hours_year"], row["reached"]) == (0.16, 6.56, 1)  # 0.8 and 32.8 hours, 5 people
    assert cells(PAGES["summary"](basis(year_hours=33)))[0]["reached"] == 0
    (next_year,) = cells(PAGES["summary"](basis("2027-01")))
    assert (next_year["hours_year"], next_year["reached"]) == (0, 0)


def test_who_heard_nothing_in_two_months_is_counted_once_they_were_to_study_in_both(
    village: Village, basis: Made
) -> None:
    november(village)
    assert [row["idle"] for row in cells(PAGES["summary"](basis(of="")))] == [2, 1]  # in October nobody called
    assert [row["idle"] for row in cells(PAGES["summary"](basis("2026-12")))] == [1]
    late = update(Member).where(Member.number == "102").values(enrolled_on=date(2026, 11, 3))
    village.connection.execute(late)
    assert [row["idle"] for row in cells(PAGES["summary"](basis(of="")))] == [1, 1]
    village.call("102", "2026-10-20 08:00", menu(), bye())  # and so October tells of them
    village.call("004", "2026-10-21 08:00", menu(), *listens(village.falls, 0, 1))  # may go on: its end was never told
    assert [row["idle"] for row in cells(PAGES["summary"](basis(of="")))] == [2, 0]
    village.catalogue = type(village.catalogue)((), village.catalogue.editions)
    assert [row["idle"] for row in cells(PAGES["summary"](basis("2026-12")))] == [0]  # there was nothing to hear


def test_hours_are_suggested_for_what_was_heard_and_whole_for_what_was_written_down(
    village: Village, basis: Made
) -> None:
    whole = replace(village.falls, segments=tuple(replace(each, length_ms=600_000) for each in village.falls.segments))
    village.catalogue = Catalogue((whole,), {**village.catalogue.editions, whole.edition: whole})
    village.call("001", "2026-11-02 08:00", menu(), *listens(whole, 0), bye(602))
    write_november(village)
    rows = [row for row in cells(PAGES["detail"](basis())) if row["title"] == whole.title.words]
    told = {row["name"]: (row["suggested"], row["confirmed"]) for row in rows}
    assert told["王秀英"] == (0.2, 0.5) and told["李大山"] == (0.5, 0.3) and told["赵福贵"] == (0, 0)
    row, _ = cells(PAGES["ledger"](basis()))  # the other lesson was written down, though it is not on offer
    assert (row["length"], row["suggested"], row["confirmed"]) == (
        30,
        1.5,
        0.8,
    )  # 0.2, two at the meeting, a visit of 20 minutes


@pytest.mark.parametrize(
    ("more", "years"),
    [
        ({"年龄": "76"}, 76),
        ({"出生年月": "1950年3月"}, 76),
        ({"出生年月": "1950-12"}, 75),
        ({"出生日期": "1950.11.30"}, 76),
        ({"Birth": "1950"}, 76),
        ({"年龄": "七十六"}, None),
        ({}, None),
    ],
)
def test_an_age_is_the_list_s_or_follows_from_a_birth(more: dict[str, str], years: int | None) -> None:
    assert columns.age(Enrolled(1, "村", None, "1", "王", (), more), date(2026, 11, 30)) == years


def test_each_sheet_in_english_has_no_chinese_words(village: Village, basis: Made) -> None:
    november(village)
    made = {which: made(basis(words="en")) for which, made in PAGES.items()}
    assert {which for which, sheet in made.items() if not sheet.notes} == {"month", "helping"}
    for which, sheet in made.items():
        assert not [each for each in sheet.headings if any("\u4e00" <= letter <= "\u9fff" for letter in each)], which
        assert not sheet.notes or sheet.notes.title == "How to fill in"


def test_lists_offer_their_words_and_a_second_page_explains(village: Village, basis: Made) -> None:
    november(village)
    sheet = PAGES["detail"](basis())
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(sheet)))
    assert book.sheet_names[1:] == ["填表说明"]
    headings, *rows = book.get_sheet_by_name("填表说明").to_python()
    assert headings == ["栏目", "说明"] and {row[0] for row in rows} <= set(sheet.headings)
    stands = sheet.choices["stands"]
    assert {row["stands"] for row in cells(sheet)} <= set(stands)


AGES = {
    "80": ("年龄", "80"),
    "78": ("出生年月", "1948-03"),
    "77": ("出生年月", "1948年12月"),
    "none": ("出生年月", "2030-01"),
}


@pytest.mark.parametrize(("age", "told"), AGES.items(), ids=list(AGES))
def test_ages(age: str, told: tuple[str, str]) -> None:
    person = Enrolled(1, HOME, None, "001", "王秀英", (), dict([told]))
    assert columns.age(person, date(2026, 11, 30)) == (None if age == "none" else int(age))
