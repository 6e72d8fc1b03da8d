"""What a call begins with: the time that a member has used, how long to wait for their keys, what they chose, what
waits for them, which questions they have answered."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from ivr.config import Settings
from ivr.dialogue.state import Learner
from ivr.dialogue.turn import Delivered, Identified, Joined, Outcome
from ivr.records import claims, latency, learners, preferences
from ivr.records.db import Database
from ivr.records.learners import Now
from ivr.records.models import Notice
from ivr.shelf import Shelf
from tests.databases import planned
from tests.drivers import BEGIN, enrol
from tests.records.written import NUMBER, Book

PEOPLE = [("王秀英", NUMBER), ("李大山", "+8613800000002"), ("陈德明", "+8613800000003")]


@pytest.fixture
def book(database: Database, shelf: Shelf) -> Iterator[Book]:
    enrol(database, PEOPLE)
    with database.writing() as connection:
        yield Book(connection, shelf.catalogue())


@pytest.fixture
def now(book: Book, settings: Settings) -> Now:
    return Now(book.catalogue, settings, BEGIN + timedelta(days=2))


def learner(book: Book, now: Now, member: int) -> Learner:
    (found,) = learners.known(book.connection, [member], now)
    return found


# ── minutes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_minutes_of_calls_whose_end_was_told_and_of_others(book: Book, now: Now) -> None:
    """20 s pass between two turns."""
    for told_s in (300, None, None):
        call = book.call(NUMBER)
        call.by = 1
        call.turn(Identified(1))
        for _ in range(6):
            call.turn()
        if told_s:
            call.ends(told_s)
    lost = book.call(NUMBER)
    lost.by = 1
    lost.turn(Identified(1))
    lost.turn()
    lost.ends(None)  # the end was told, but not how long it lasted
    assert learners.minutes_used(book.connection, 1, now) == (300 + 2 * 140 + 40) // 60
    assert learners.minutes_used(book.connection, 2, now) == 0


def test_minutes_are_those_of_the_month_here(book: Book, settings: Settings) -> None:
    """Midnight in Shanghai is four in the afternoon UTC."""
    for minutes in (-10, 10):
        book.at = datetime(2026, 10, 31, 15, 0, tzinfo=UTC) + timedelta(minutes=minutes)
        call = book.call(NUMBER)
        call.by = 1
        call.turn(Identified(1))
        call.ends(600)
    assert learners.minutes_used(book.connection, 1, Now(book.catalogue, settings, BEGIN)) == 10


# ── how long to wait ─────────────────────────────────────────────────────────────────────────────────────────────


def test_latencies_come_from_an_index(book: Book) -> None:
    """Also for a member who never pressed anything: on a line of years, their turns are many."""
    plan = planned(book.connection, latency._pressed(1, None))
    assert "ix_turns_member_id_call_id_n" in plan and "TEMP B-TREE" not in plan


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_answers_count_for_whom_they_are_credited_to(book: Book, now: Now) -> None:
    claimed = book.call()
    claimed.turn()
    claimed.answers(0, "right")
    claimed.ends()
    claims.claim(book.connection, claimed.id, "P001", book.at, book.counting)
    group = book.call()
    group.turn()
    for member in (1, 2):
        group.turn(Joined(member, "group"))
    group.answers(1, "right")
    group.answers(0, "wrong", of=2)
    group.ends()
    night, floor = (question.id for question in book.lesson().questions)
    told = {member: learner(book, now, member).places for member in (1, 2, 3)}
    assert set(told[1]["falls"].answered) == {night, floor} and told[1]["falls"].due == ()
    assert told[2]["falls"].answered == (floor,) and told[2]["falls"].due == (night,)
    assert told[3] == {}


@pytest.mark.parametrize("outcome", ["silent", "unknown", "skipped", "other"])
def test_what_is_no_answer_is_asked_again(book: Book, now: Now, outcome: Outcome) -> None:
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.hears(0)
    call.answers(0, outcome)
    call.ends()
    place = learner(book, now, 1).places["falls"]
    assert (place.answered, place.due) == ((), ())


# ── choices, letters ─────────────────────────────────────────────────────────────────────────────────────────────


def test_two_calls_choose_at_once(database: Database) -> None:
    """The later one counts; none is turned away."""
    enrol(database, PEOPLE)

    def choose() -> None:
        with database.writing() as connection:
            preferences.prefer(connection, 1, "pace", "fast")

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            preferences.prefer(connection, 1, "pace", "slow")
            other = pool.submit(choose)
            with pytest.raises(TimeoutError):
                other.result(0.3)
        other.result(30)
    with database.writing() as connection:
        assert preferences.preferred(connection, [1]) == {1: {"pace": "fast"}}
        preferences.prefer(connection, 1, "pace", "")
        assert preferences.preferred(connection, [1]) == {1: {}}


def test_a_notice_that_was_heard_says_so(book: Book, now: Now) -> None:
    notice(book.connection, "党费已收到。")
    notice(book.connection, "周三开会。")
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.turn(Delivered("notice", 1))
    told = learner(book, now, 1).notices
    assert [(each.clip.words, each.is_heard) for each in told] == [("党费已收到。", True), ("周三开会。", False)]


def notice(connection: Connection, words: str) -> None:
    row = {"member_id": 1, "words": words, "audio": "a" * 64, "length_ms": 1000, "made_at": BEGIN}
    connection.execute(insert(Notice), row)
