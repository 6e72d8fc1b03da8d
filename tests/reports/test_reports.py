"""What each report says of the same month; the golden files are read by people before they are kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from ivr import vocabulary
from ivr.catalogue import Catalogue, Lesson
from ivr.config import RecordSettings
from ivr.dialogue.turn import Stray
from ivr.errors import NotEnrolled
from ivr.records import exemptions, hours, occasions, places, progress, users
from ivr.records.db import Database
from ivr.records.models import Member
from ivr.records.occasions import Written
from ivr.records.progress import Counting, settle
from ivr.records.roster import enrolled
from ivr.reports import beginning, branch, calls, formats, lesson, member, queries, sheets, visits
from ivr.reports.columns import Basis
from ivr.reports.facts import Facts, Whom, gather, gather_brief
from ivr.reports.member import Studied
from ivr.reports.period import of_month
from ivr.shelf import Shelf
from tests.databases import planned
from tests.reports.conftest import About, Gathered
from tests.reports.village import ZONE, Step, Village, answers, asks, at, bye, ends, listens, menu, november, plays

GOLDEN = Path(__file__).parent / "golden"
WORDS = vocabulary.load("zh")
REPORTS: Mapping[str, ModuleType] = {"branch": branch, "member": member, "lesson": lesson, "calls": calls}


def one(facts: Facts, number: str, slug: str = "falls") -> Studied:
    (row,) = [row for row in member.rows(facts) if (row.number, row.lesson) == (number, slug)]
    return row


def compare(name: str, told: str, catalogue: Catalogue, rewrite: bool) -> None:
    """Editions by their lesson: a new field of a lesson changes their hashes, and nothing that is told."""
    path = GOLDEN / name
    for edition in catalogue.editions.values():
        told = told.replace(edition.edition, f"edition-of-{edition.slug}")
    if rewrite:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(told.encode())
    assert told.encode() == path.read_bytes()


# ── each report in each format ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["txt", "csv", "json"])
@pytest.mark.parametrize("name", REPORTS)
def test_the_month_in_each_format(
    name: str, form: str, village: Village, gathered: Gathered, about: About, rewrite: bool
) -> None:
    november(village)
    compare(f"{name}.{form}", rendered(name, form, gathered(), about()), village.catalogue, rewrite)


def test_the_secretarys_page(village: Village, about: About, rewrite: bool) -> None:
    november(village)
    told = formats.to_text(branch.page(about(branch="初心村党支部")))
    compare("one_branch.txt", told, village.catalogue, rewrite)


@pytest.mark.parametrize("name", REPORTS)
def test_csv_and_json_say_the_same(name: str, village: Village, gathered: Gathered, about: About) -> None:
    november(village)
    facts, basis = gathered(), about()
    headings, *lines = csv.reader(io.StringIO(rendered(name, "csv", facts, basis).removeprefix("\ufeff"), newline=""))
    rows = json.loads(rendered(name, "json", facts, basis))["rows"]
    assert len(lines) == len(rows) > 0
    for line, row in zip(lines, rows, strict=True):
        assert dict(zip(headings, line, strict=True)) == {key: as_csv(value) for key, value in flat(row).items()}


def rendered(name: str, form: str, facts: Facts, basis: Basis) -> str:
    report = {**REPORTS, "visits": visits}[name]
    if form == "txt":
        return formats.to_text(report.page(basis) if report in (branch, visits) else report.page(facts, WORDS))
    table = report.table(basis if report in (branch, visits) else facts)
    return formats.to_csv(table) if form == "csv" else formats.to_json(name, facts.period.month, table)


def flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for key, value in row.items():
        cells |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return cells


def as_csv(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_heard_it_all_and_answered_right_at_the_second_try(village: Village, gathered: Gathered) -> None:
    november(village)
    row = one(gathered(), "001")
    assert (row.heard_at_least_s, row.heard_at_most_s, row.length_s, row.completed) == (30.0, 30.0, 30.0, True)
    assert (row.answered, row.correct, row.questions) == (2, 2, 2)
    assert (row.calls, row.dropped, row.stray_keys, row.method) == (1, 0, 0, "phone")
    assert row.first_call == row.last_call == date(2026, 11, 9)


def test_what_is_heard_twice_counts_once(village: Village, gathered: Gathered) -> None:
    november(village)
    row = one(gathered(), "006")  # segments 1 and 2, the next day 2 and 3
    assert (row.heard_at_least_s, row.completed, row.calls) == (30.0, True, 2)
    assert (row.first_call, row.last_call) == (date(2026, 11, 13), date(2026, 11, 14))


def test_a_call_that_ends_in_a_lesson_was_dropped(village: Village, gathered: Gathered) -> None:
    november(village)
    row = one(gathered(), "002")
    assert (row.dropped, row.completed) == (1, False)
    assert 12.0 <= row.heard_at_least_s < row.heard_at_most_s <= 22.0


def test_a_call_that_may_still_go_on_was_not_dropped(village: Village, gathered: Gathered) -> None:
    village.call("001", "2026-11-09 08:00", menu(), *listens(village.falls, 0))
    assert one(gathered(), "001").dropped == 0


def test_keys_that_mean_nothing_are_counted_with_the_lesson_they_led_to(village: Village, gathered: Gathered) -> None:
    november(village)
    assert one(gathered(), "003").stray_keys == 2  # one at the menu, one in the lesson
    assert one(gathered(), "003", "stoves").stray_keys == 0


def test_a_stray_key_in_a_quiz_belongs_to_its_lesson(village: Village, gathered: Gathered) -> None:
    quiz = asks(village.falls)
    village.call(
        "001",
        "2026-11-02 08:00",
        menu(),
        *listens(village.stoves, 0),
        quiz,
        Step(2, "8", quiz.scene, None, (Stray("8"),)),
    )
    facts = gathered()
    assert [one(facts, "001", slug).stray_keys for slug in ("falls", "stoves")] == [1, 0]


def test_who_never_called_has_nothing(village: Village, gathered: Gathered) -> None:
    november(village)
    row = one(gathered(), "004")
    assert (row.heard_at_least_s, row.heard_at_most_s, row.answered, row.calls) == (0, 0, 0, 0)
    assert (row.completed, row.first_call, row.last_call, row.method) == (False, None, None, None)
    assert (row.edition, row.title) == (village.falls.edition, "防跌倒")


def test_every_member_has_a_row_for_every_lesson(village: Village, gathered: Gathered) -> None:
    november(village)
    rows = [(row.branch, row.number, row.lesson) for row in member.rows(gathered())]
    assert len(rows) == len(set(rows)) == 8 * 2
    assert {row.number for row in member.rows(gathered(branch="东村党支部"))} == {"101", "102"}
    assert [row.member for row in member.rows(gathered(member="102"))] == ["何有才", "何有才"]


def test_a_branch_or_member_that_is_not_enrolled_is_told(gathered: Gathered) -> None:
    with pytest.raises(NotEnrolled, match="西村党支部"):
        gathered(branch="西村党支部")
    with pytest.raises(NotEnrolled, match="member 999"):
        gathered(member="999")


# ── the month ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_month_begins_and_ends_at_local_midnight(village: Village, gathered: Gathered) -> None:
    falls = village.falls
    for number, local in [("001", "2026-10-31 23:59:59"), ("002", "2026-11-01 00:00:00")]:
        village.call(number, local, menu(), *listens(falls, 0), bye(13.5))
    for number, local in [("003", "2026-11-30 23:59:59"), ("004", "2026-12-01 00:00:00")]:
        village.call(number, local, menu(), *listens(falls, 0), bye(13.5))
    heard = {
        month: [row.number for row in member.rows(gathered(month)) if row.heard_at_least_s]
        for month in ("2026-10", "2026-11", "2026-12")
    }
    assert heard == {"2026-10": ["001"], "2026-11": ["002", "003"], "2026-12": ["004"]}


def test_a_call_over_midnight_is_in_one_month_with_all_of_it(village: Village, gathered: Gathered) -> None:
    falls = village.falls
    answered = (ends(falls, 9.5), asks(falls), answers(falls, 0, "2"), bye())
    village.call("001", "2026-10-31 23:59:50", menu(), *listens(falls, 0, 1, 2), *answered)
    october, november_ = one(gathered("2026-10"), "001"), one(gathered("2026-11"), "001")
    assert (october.heard_at_least_s, october.answered, october.last_call) == (30.0, 1, date(2026, 10, 31))
    assert (november_.heard_at_least_s, november_.answered, november_.calls) == (0, 0, 0)


@pytest.mark.parametrize("settled", [(), (0,), (0, 1), (1, 0)])
def test_what_was_begun_in_one_month_is_completed_in_the_next(
    settled: tuple[int, ...], village: Village, gathered: Gathered
) -> None:
    """However late either call settles; whoever hears a part of it again has not heard it whole again."""
    falls = village.falls
    calls = [
        village.call("001", "2026-10-30 08:00", menu(), *listens(falls, 0, 1), bye(11.5)),
        village.call("001", "2026-11-02 08:00", menu(), *listens(falls, 2), bye(9.5)),
    ]
    village.call("001", "2026-12-02 08:00", menu(), *listens(falls, 0), bye(13.5), hung_up=1)
    counting = Counting(village.catalogue, 0.9, ZONE)
    for n in settled:
        settle(village.connection, calls[n], at("2026-12-03 08:00"), counting)
    for _ in range(2):
        rows = [one(gathered(month), "001") for month in ("2026-10", "2026-11", "2026-12")]
        assert [(row.stands, row.completed_on) for row in rows] == [
            ("partly", None),
            ("heard", date(2026, 11, 2)),
            ("partly", None),
        ]
        assert rows[1].heard_at_least_s == 8
        assert progress.verify(village.connection, counting) == []
        progress.rebuild(village.connection, counting)


def test_a_lesson_is_in_the_months_that_its_days_touch(village: Village, gathered: Gathered) -> None:
    only = replace(village.falls, opens=date(2026, 10, 31), closes=date(2026, 11, 1))
    village.catalogue = Catalogue((only, village.stoves), village.catalogue.editions)
    told = {month: [each.lesson for each in gathered(month).lessons] for month in ("2026-09", "2026-10", "2026-12")}
    assert told == {"2026-09": ["stoves"], "2026-10": ["falls", "stoves"], "2026-12": ["stoves"]}
    assert [each.lesson for each in gathered("2026-11").lessons] == ["falls", "stoves"]


def test_a_lesson_is_in_no_month_before_it_was_first_offered_unless_somebody_met_it(
    village: Village, gathered: Gathered
) -> None:
    days = {"falls": date(2026, 11, 2)}
    village.catalogue = Catalogue((village.falls, village.stoves), village.catalogue.editions, days)
    village.call("001", "2026-09-02 08:00", menu(), *listens(village.falls, 0), bye(13.5), hung_up=1)
    told = {month: [each.lesson for each in gathered(month).lessons] for month in ("2026-09", "2026-10", "2026-11")}
    both = ["falls", "stoves"]
    assert told == {"2026-09": both, "2026-10": ["stoves"], "2026-11": both}


def test_who_was_not_enrolled_yet_is_in_no_list(village: Village, gathered: Gathered, about: About) -> None:
    """Unless they studied all the same, or are asked for by number."""
    here, connection = Member.number.in_(("003", "101", "102")), village.connection
    connection.execute(update(Member).where(here).values(enrolled_on=date(2026, 11, 9)))
    connection.execute(update(Member).where(Member.number == "102").values(enrolled_on=date(2026, 12, 1)))
    village.call("101", "2026-08-02 08:00", menu(), bye())
    village.call("003", "2026-09-02 08:00", menu(), *listens(village.falls, 0), bye(13.5), hung_up=1)
    branches = [place.id for place in places.seen_by(connection, "county", None)]

    def listed(month: str, **which: str) -> list[str]:
        whole = gathered(month, **which)
        if not which:
            brief = gather_brief(connection, whole.period, village.catalogue, 0.9, branches)
            assert {each.id for each in brief.people} == {each.id for each in whole.people}
            assert (brief.begins, brief.excused, brief.hours) == (whole.begins, whole.excused, whole.hours)
        return [person.number for person in whole.people]

    always = ["001", "002", "004", "005", "006"]
    assert listed("2026-08") == ["101", *always]
    assert listed("2026-09") == sorted([*always, "003"]) and listed("2026-10") == always
    assert listed("2026-11") == ["101", *sorted([*always, "003"])] and listed("2026-12")[:2] == ["101", "102"]
    assert listed("2026-10", member="101") == [] and len(gathered("2026-11", branch="东村党支部").due) == 1
    assert gathered("2026-11").begins is None and gathered("2026-10", branch="初心村党支部").begins is None
    october = gathered("2026-10", branch="东村党支部")
    assert (october.people, october.begins) == ((), date(2026, 11, 9))
    begins = "这时名册上还没有人，学习记录从2026年11月开始。"
    assert begins in formats.to_text(branch.page(about("2026-10", branch="东村党支部")))
    assert begins in formats.to_text(member.page(october, WORDS))
    ids = {row.number: row.id for row in connection.execute(select(Member.__table__))}
    now = at("2026-11-10 08:00")
    users.add(connection, "xian", "county", None, users.hashed("eight-oak-trees", "xian"), now)
    exemptions.exempt(connection, ids["101"], "excused", "病", date(2026, 10, 1), None, 1, now, now.date())
    assert listed("2026-10") == always


def test_a_member_s_record_begins_with_whatever_was_first(village: Village, about: About) -> None:
    connection = village.connection
    (who,) = about(member="001").facts.people

    def begins() -> date | None:
        (person,) = enrolled(connection, number="001")
        return beginning.of_member(connection, person, ZONE)

    assert begins() is None
    village.call("006", "2026-01-01 08:00", menu(), bye())  # somebody else's
    village.call("001", "2026-01-01 00:30", menu(), bye())  # it was the year before in UTC
    assert begins() == date(2026, 1, 1)
    place, now = about().places[0].id, at("2026-11-10 08:00")
    users.add(connection, "xian", "county", None, users.hashed("eight-oak-trees", "xian"), now)
    seen = Written("visit", date(2024, 2, 1), None, (who.id,), "谈心")
    written = occasions.write(connection, place, seen, 1, now, seen.day)
    assert begins() == date(2024, 2, 1)
    occasions.withdraw(connection, written, [place], now, seen.day)
    assert begins() == date(2026, 1, 1)
    connection.execute(update(Member).where(Member.number == "001").values(enrolled_on=date(2025, 12, 31)))
    assert begins() == date(2025, 12, 31)
    hours.confirm(connection, "2023-03", {(who.id, "falls"): 5, (who.id + 1, "falls"): 5}, 1, now)
    hours.confirm(connection, "2023-02", {(who.id, "falls"): 5, (who.id, "stoves"): 5}, 1, now)
    assert begins() == date(2023, 2, 1)
    hours.confirm(connection, "2023-02", {(who.id, "falls"): 0, (who.id, "stoves"): 0}, 1, now)
    assert begins() == date(2023, 3, 1)


# ── editions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def newer(falls: Lesson) -> Lesson:
    """An edition that lost its last segment: 22 s instead of 30."""
    return replace(falls, segments=falls.segments[:2], edition="newer")


def test_the_edition_shown_is_the_one_heard_most_of(village: Village, gathered: Gathered) -> None:
    falls, changed = village.falls, newer(village.falls)
    village.catalogue = Catalogue((changed,), {**village.catalogue.editions, "newer": changed})
    village.call("001", "2026-11-02 08:00", menu(), *listens(falls, 0, 1), bye(11.5))  # 22 of 30 s
    village.call("001", "2026-11-03 08:00", menu(), *listens(changed, 0), bye(13.5))  # 12 of 22 s
    village.call("002", "2026-11-03 09:00", menu(), *listens(changed, 0, 1), bye(11.5))
    facts = gathered()
    assert [(one(facts, n).edition, one(facts, n).completed) for n in ("001", "002", "003")] == [
        (falls.edition, False),
        ("newer", True),
        ("newer", False),
    ]
    assert one(facts, "001").calls == 2


def test_a_lesson_that_left_the_shelf_is_still_told(village: Village, gathered: Gathered) -> None:
    falls = village.falls
    tried = (asks(falls), answers(falls, 0, "2"))
    village.call("001", "2026-11-02 08:00", menu(), *listens(falls, 0, 1), ends(falls, 11.5), *tried)
    village.catalogue = Catalogue((village.stoves,), {village.stoves.edition: village.stoves})
    facts = gathered()
    assert [each.lesson for each in facts.lessons] == ["stoves", "falls"]
    row = one(facts, "001")
    assert (row.title, row.length_s, row.heard_at_least_s, row.questions) == ("falls", 22.0, 22.0, 1)


# ── the other reports ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_branch_counts_each_member_once(village: Village, about: About) -> None:
    november(village)
    sheet = branch.table(about())
    east, home = (dict(zip(sheet.headings, cells, strict=True)) for cells in sheet.cells)
    assert (east["branch"], home["branch"]) == ("东村党支部", "初心村党支部")
    assert [home[key] for key in ("heard", "partly", "not_yet", "members", "completion_share")] == [3, 2, 1, 6, 0.5]
    assert [east[key] for key in ("heard", "partly", "not_yet", "members", "completion_share")] == [0, 0, 2, 2, 0]
    assert [home[key] for key in ("calls", "answered", "correct")] == [6, 2, 2]
    assert [east[key] for key in ("calls", "answered", "correct")] == [1, 1, 0]
    assert [(home[f"lessons.{slug}.heard"], home[f"lessons.{slug}.members"]) for slug in ("falls", "stoves")] == [
        (2, 6),
        (1, 6),
    ]


def test_a_lesson_tells_how_each_question_went(village: Village, gathered: Gathered) -> None:
    november(village)
    falls, stoves = lesson.rows(gathered(), gathered().tries)
    assert (falls.members, falls.listeners, falls.completed, falls.answered) == (8, 4, 2, 2)
    assert [(each.answered, each.correct) for each in falls.questions] == [(1, 1), (2, 1)]
    assert falls.median_heard_s is not None and 12 < falls.median_heard_s < 30
    assert (stoves.listeners, stoves.median_heard_s, stoves.questions) == (1, 14.0, ())


def test_calls_tell_who_called_and_how_it_ended(village: Village, gathered: Gathered) -> None:
    november(village)
    rows = calls.rows(gathered())
    assert [(row.number, row.ended) for row in rows] == [
        ("001", "goodbye"),
        ("002", "broke_off"),
        ("003", "goodbye"),
        ("005", "goodbye"),
        ("006", "goodbye"),
        ("006", "goodbye"),
        ("101", "unknown"),
        (None, "broke_off"),
    ]
    unclaimed, lost = rows[-1], rows[2]
    assert (unclaimed.member, unclaimed.waits) == (None, True)
    assert (unclaimed.phone, unclaimed.lessons) == ("159****1111", "falls")
    assert (lost.keys, lost.stray_keys, lost.turns, lost.duration_s) == ("9 1 7", 2, 6, 42)
    assert rows[0].started == at("2026-11-09 08:00") and rows[0].started.isoformat() == "2026-11-09T08:00:00+08:00"
    assert [row.number for row in calls.rows(gathered(branch="东村党支部"))] == ["101"]


def test_an_empty_month_says_so(village: Village, gathered: Gathered, about: About) -> None:
    village.catalogue = Catalogue((), {})
    facts, basis = gathered(), about()
    told = "东村党支部　2026年11月　电话学习情况\n这个月没有课。\n"
    assert formats.to_text(branch.page(about(branch="东村党支部"))) == told
    assert "○" not in formats.to_text(branch.page(basis)).partition("─\n")[2]
    for name in REPORTS:
        assert json.loads(rendered(name, "json", facts, basis))["month"] == "2026-11"
        assert rendered(name, "txt", facts, basis) and rendered(name, "csv", facts, basis)


def test_times_within_a_call_are_the_ones_the_ledger_folds(village: Village, gathered: Gathered) -> None:
    """A key 5 s into a segment: surely heard is what the line's delay leaves."""
    village.call("001", "2026-11-02 08:00", menu(), plays(village.falls, 0), bye(5))
    facts = gathered()
    (play,) = facts.plays
    row = one(facts, "001")
    assert (row.heard_at_least_s, row.heard_at_most_s) == (play.at_least_ms / 1000, play.at_most_ms / 1000)


def test_an_empty_roster_says_so(database: Database, shelf: Shelf) -> None:
    november_ = of_month("2026-11", ZONE)
    with database.reading() as connection:
        facts = gather(connection, november_, shelf.catalogue(), 0.9)
        basis = sheets.about(connection, november_, shelf.catalogue(), Whom(), WORDS, RecordSettings())
    for name in REPORTS:
        assert ("名册还是空的" in rendered(name, "txt", facts, basis)) == (name != "calls")
        assert json.loads(rendered(name, "json", facts, basis))["rows"] == [] or name == "lesson"


def test_calls_that_may_go_on_are_found_by_an_index(village: Village) -> None:
    plan = planned(village.connection, queries._uncounted(of_month("2026-11", ZONE)))
    assert "ix_calls_uncounted" in plan and "ix_calls_started_at" not in plan
