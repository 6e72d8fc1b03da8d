"""How people studied, and who was visited: by telephone, in a group, at home, by a call that was claimed for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ivr import vocabulary
from ivr.dialogue.turn import Event, Identified, Joined, Left, Undone, Visited
from ivr.records import claims
from ivr.records.models import Member
from ivr.reports import calls, formats, home_visits, visits
from ivr.reports.columns import Basis
from tests.records.written import Book, Written
from tests.reports.conftest import About, Gathered
from tests.reports.test_reports import WORDS, compare, one, rendered
from tests.reports.village import Village

NOVEMBER = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)


@pytest.fixture
def book(village: Village) -> Book:
    return Book(village.connection, village.catalogue, NOVEMBER)


def known(book: Book, number: str, *events: Event) -> Written:
    """A call by a member, from their own telephone."""
    call = book.call("+8613800138001")
    call.by = identity(book, number)
    call.turn(Identified(call.by), *events)
    return call


def identity(book: Book, number: str) -> int:
    return book.connection.execute(select(Member.id).where(Member.number == number)).scalar_one()


def every_way(book: Book) -> None:
    """001 by telephone and in a group; 002 in the group alone, where 003 was undone; 004 visited; 005 claimed."""
    known(book, "001").hears(0)
    group = book.call("+8613800138002")
    group.turn()
    for number in ("001", "002", "003"):
        group.turn(Joined(identity(book, number), "group"))
    group.turn(Undone(identity(book, "003")))
    group.hears(0, 1, 2)
    group.answers(0, "right", of=identity(book, "002"))
    group.answers(1, "right")
    group.answers(1, "silent")
    group.ends(300)
    at_home = known(book, "004")
    at_home.hears(0, 1, 2)
    visitor, visited = identity(book, "101"), identity(book, "004")
    at_home.turn(Visited(visitor, visited, book.lesson().edition, confirmed=True), record=30)
    at_home.turn(Left("note", "RE1", "", 9, by=visitor))
    at_home.ends(200)
    talked = known(book, "006")
    talked.turn(Visited(visitor, identity(book, "006"), "", confirmed=False))
    stranger = book.call()
    stranger.turn()
    stranger.hears(0, 1)
    stranger.answers(0, "wrong")
    stranger.ends(60)
    claims.claim(book.connection, stranger.id, "005", book.at, book.counting)


@pytest.mark.parametrize(
    ("number", "method", "answered", "correct", "completed"),
    [
        ("001", "phone group", 1, 1, True),
        ("002", "group", 2, 2, True),
        ("003", None, 0, 0, False),
        ("004", "visit", 0, 0, True),
        ("005", "claimed", 1, 0, False),
        ("006", None, 0, 0, False),
    ],
)
def test_a_member_s_row_says_how(
    book: Book, gathered: Gathered, number: str, method: str | None, answered: int, correct: int, completed: bool
) -> None:
    every_way(book)
    row = one(gathered(), number)
    assert (row.method, row.answered, row.correct, row.completed) == (method, answered, correct, completed)


def test_what_is_no_answer_is_not_counted(book: Book, gathered: Gathered) -> None:
    call = known(book, "001")
    for outcome in ("silent", "skipped", "other"):
        call.answers(0, outcome)
    call.answers(1, "unknown")
    assert (one(gathered(), "001").answered, one(gathered(), "001").correct) == (1, 0)


def test_a_group_s_call_is_the_group_s(book: Book, gathered: Gathered, about: About) -> None:
    """And nobody is asked to claim it."""
    every_way(book)
    rows = calls.rows(gathered())
    assert [(row.member, row.group, row.method) for row in rows] == [
        ("王秀英", 0, "phone"),
        (None, 2, "group"),
        ("马建民", 0, "visit"),
        ("陈德明", 0, None),
        ("张桂兰", 0, "claimed"),
    ]
    assert "待认领" not in formats.to_text(calls.page(gathered(), WORDS))
    told = formats.to_text(calls.page(gathered(), vocabulary.load("en")))
    for words in ("a group of 2", "telephone", "at home", "claimed", "before goodbye"):
        assert f"  {words}  " in told, words
    assert [row.group for row in calls.rows(gathered(member="002"))] == [2]
    (row,) = json.loads(rendered("branch", "json", gathered(), about(branch="初心村党支部")))["rows"]
    assert row["calls"] == 5


@pytest.mark.parametrize("form", ["txt", "csv", "json"])
@pytest.mark.parametrize("name", ["visits", "calls"])
def test_every_way_in_each_format(
    name: str, form: str, book: Book, village: Village, gathered: Gathered, about: About, rewrite: bool
) -> None:
    every_way(book)
    compare(f"every_way_{name}.{form}", rendered(name, form, gathered(), about()), village.catalogue, rewrite)


def test_visits_of_whom_they_concern(book: Book, about: About) -> None:
    """The visitor is of 东村, those visited of 初心村: in a report about one branch nobody of the other is named."""
    every_way(book)

    def told(basis: Basis) -> list[tuple[str, str, bool | None, bool]]:
        return [(row.visitor, row.member, row.confirmed, row.note is not None) for row in visits.rows(basis)]

    assert told(about()) == [("周国强", "马建民", True, True), ("周国强", "陈德明", False, False)]
    elsewhere = "别的支部的探访员"
    of_home = [(elsewhere, "马建民", True, True), (elsewhere, "陈德明", False, False)]
    assert told(about(branch="初心村党支部")) == of_home and told(about(member="006")) == of_home[1:]
    of_east = [("周国强", "别的支部的人", True, True), ("周国强", "别的支部的人", False, False)]
    assert told(about(branch="东村党支部")) == told(about(member="101")) == of_east
    assert told(about(month="2026-10")) == []
    (row,) = home_visits.rows(about(branch="初心村党支部"))  # what nobody confirmed is on no register
    assert (row["visitor"], row["visited_name"]) == (elsewhere, "马建民")
    assert list(home_visits.rows(about(branch="东村党支部"))) == []
