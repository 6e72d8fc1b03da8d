"""PINs: how many failures close which way for how long, and that nobody can tell a missing PIN from a wrong one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from ivr.dialogue.turn import Checked
from ivr.records import pins
from ivr.records.db import Database
from ivr.records.models import PinTry
from tests.drivers import BEGIN, enrol

OWN, OTHER, THIRD = "+8613800000001", "+8613999999999", "+8613888888888"
RIGHT, WRONG = "480913", "111222"
RIGHT_ONE, WRONG_ONE, CLOSED = Checked(right=True), Checked(right=False), Checked(right=False, closed=True)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Members 1 to 30; all but the last have a PIN."""
    enrol(database, [(f"学员{n}", OWN if n == 1 else f"+86138{n:08}") for n in range(1, 31)])
    with database.writing() as connection:
        hashed = pins._hasher.hash(RIGHT)
        connection.exec_driver_sql(f"UPDATE members SET pin = '{hashed}' WHERE id < 30")
        yield connection


def fail(
    connection: Connection, times: int, number: str, *, each: timedelta, at: datetime = BEGIN, member: int = 1
) -> datetime:
    """So many failures, one after the other; returns when the last one was."""
    for n in range(times):
        at += each if n else timedelta()
        assert pins.check(connection, member, WRONG, number, at) == WRONG_ONE, n
    return at


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# so many failures from a number, each so long after the one before: then that way is closed for the time from the last
# failure up to the second, and open after it
LIMITS = {
    "5 in 15 minutes, from one's own": (5, OWN, MINUTE, 10 * MINUTE, 11 * MINUTE),
    "5 in 15 minutes, from others'": (5, OTHER, MINUTE, 10 * MINUTE, 11 * MINUTE),
    "5 in 15 minutes, withheld": (5, "", MINUTE, 10 * MINUTE, 11 * MINUTE),
    "5 in 15 minutes, withheld in a word": (5, "anonymous", MINUTE, 10 * MINUTE, 11 * MINUTE),
    "10 a day": (10, OWN, 8 * MINUTE, DAY - 73 * MINUTE, DAY - 71 * MINUTE),
    "50 in all": (50, OWN, 3 * HOUR, 1000 * DAY, None),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_so_many_close_it_for_so_long(connection: Connection, limit: str) -> None:
    times, number, each, closed, opened = LIMITS[limit]
    last = fail(connection, times, number, each=each)
    assert pins.check(connection, 1, RIGHT, number, last) == CLOSED
    assert pins.check(connection, 1, RIGHT, number, last + closed) == CLOSED
    if opened:
        assert pins.check(connection, 1, RIGHT, number, last + opened) == RIGHT_ONE


@pytest.mark.parametrize(("closed", "others"), [(OWN, (OTHER, "")), (OTHER, (OWN,)), ("anonymous", (OWN,))])
def test_a_full_bucket_leaves_the_other_way_open(connection: Connection, closed: str, others: Sequence[str]) -> None:
    last = fail(connection, 5, closed, each=MINUTE)
    assert pins.check(connection, 1, RIGHT, closed, last) == CLOSED
    for number in others:
        assert pins.check(connection, 1, RIGHT, number, last) == RIGHT_ONE


def test_what_is_right_resets_nothing(connection: Connection) -> None:
    last = fail(connection, 4, OWN, each=MINUTE)
    assert pins.check(connection, 1, RIGHT, OWN, last) == RIGHT_ONE
    fail(connection, 1, OWN, each=MINUTE, at=last)
    assert pins.check(connection, 1, RIGHT, OWN, last) == CLOSED


def test_ten_an_hour_from_one_telephone_whoever_s_pin(connection: Connection) -> None:
    for member in range(2, 12):
        fail(connection, 1, OTHER, each=MINUTE, member=member)
    assert pins.check(connection, 12, RIGHT, OTHER, BEGIN + 59 * MINUTE) == CLOSED
    assert pins.check(connection, 12, RIGHT, THIRD, BEGIN + 59 * MINUTE) == RIGHT_ONE
    assert pins.check(connection, 12, RIGHT, OTHER, BEGIN + 61 * MINUTE) == RIGHT_ONE


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted"])
def test_withheld_numbers_don_t_shut_each_other_out(connection: Connection, number: str) -> None:
    """They are many people; who tries one member's PIN closes that one alone."""
    for member in range(2, 14):
        fail(connection, 1, number, each=MINUTE, member=member)
    assert pins.check(connection, 14, RIGHT, number, BEGIN + MINUTE) == RIGHT_ONE


@pytest.mark.parametrize(("times", "each"), [(5, MINUTE), (10, 8 * MINUTE), (50, 3 * HOUR)])
def test_a_new_pin_opens_what_was_closed(connection: Connection, times: int, each: timedelta) -> None:
    last = fail(connection, times, OWN, each=each)
    assert pins.check(connection, 1, RIGHT, OWN, last) == CLOSED
    pins.set_pin(connection, 1, "592604")
    assert pins.check(connection, 1, "592604", OWN, last) == RIGHT_ONE


def test_many_failures_at_once_are_told(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for member in range(2, 21):
        fail(connection, 1, "", each=MINUTE, member=member)
    assert caplog.text == ""
    for member in (21, 22):
        fail(connection, 1, "", each=MINUTE, member=member)
    assert caplog.text.count("20 PINs were wrong within 10 minutes") == 1


def test_a_missing_pin_takes_as_long_as_a_wrong_one(connection: Connection) -> None:
    def took(member: int) -> float:
        began = time.process_time()
        assert pins.check(connection, member, WRONG, THIRD, BEGIN) == WRONG_ONE
        return time.process_time() - began

    took(30)
    wrong, missing = (min(took(member) for _ in range(3)) for member in (1, 30))
    assert missing > wrong / 2


def test_several_calls_at_once_get_no_more_tries(database: Database) -> None:
    enrol(database, [("王秀英", OWN)])
    with database.writing() as connection:
        pins.set_pin(connection, 1, RIGHT)
    together = threading.Barrier(8)

    def guess(_: int) -> Checked:
        together.wait()
        with database.writing() as connection:
            return pins.check(connection, 1, WRONG, OTHER, BEGIN)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(8)))
    assert told.count(WRONG_ONE) == 5 and told.count(CLOSED) == 3
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(PinTry)).scalar_one() == 5
