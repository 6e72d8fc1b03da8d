"""Two requests that touch the same records meet in the middle of their transactions, at the worst moment there is."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event, insert, select

from ivr.app import now
from ivr.calls import MOST_AT_HAND, AtHand, Line, Spoken, answer, hang_up, resume
from ivr.config import Settings
from ivr.dialogue import codec
from ivr.dialogue.state import AfterLesson, AtMenu, State
from ivr.dialogue.turn import Pressed, Silent, Turn
from ivr.records import ledger, progress
from ivr.records.db import Database, Prepared, open_database
from ivr.records.models import MemberPhone, Phone, TurnRow
from ivr.rehearsal.provider import Clock
from ivr.shelf import Shelf
from ivr.voicing import voicing
from tests.drivers import BEGIN, enrol

NUMBER, SECOND, UNKNOWN = "+8613800000001", "+8613800000002", "+8613999999999"
PROVIDER = "twilio"
PATIENCE_S = 0.7  # how long one waits for the other, where the other may be waiting for a lock that this one holds


@pytest.fixture
def line(settings: Settings, pressed: Path, database_url: str) -> Iterator[Line]:
    """A line where one member has two telephones."""
    database = open_database(database_url)
    enrol(database, [("王秀英", NUMBER)])
    with database.writing() as connection:
        connection.execute(insert(Phone), {"id": 2, "number": SECOND})
        connection.execute(insert(MemberPhone), {"member_id": 1, "phone_id": 2})
    shelf = Shelf(pressed)
    yield Line(database, shelf, voicing(shelf, "zh_CN"), settings, Clock(BEGIN), "one")
    database.close()


@contextmanager
def after(line: Line, statement: str, what: Callable[[], object], times: int = 1) -> Iterator[None]:
    """Run `what` when a statement that begins like this was executed, in the middle of its transaction; not more
    often than so many times."""
    left = iter(range(times))

    def executed(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if sql.lstrip().startswith(statement) and next(left, None) is not None:
            what()

    run = Prepared._run

    def ran(prepared: Prepared, connection: Any, values: Any, *, fetch: bool = False) -> Any:
        result = run(prepared, connection, values, fetch=fetch)
        executed(connection, None, str(prepared._statement))
        return result

    event.listen(line.database.engine, "after_cursor_execute", executed)
    with patch.object(Prepared, "_run", ran):
        yield
    event.remove(line.database.engine, "after_cursor_execute", executed)


def walk(line: Line, sid: str, *keys: str, number: str = NUMBER) -> int:
    """A call, and what is pressed in it; gives back the number of its newest turn."""
    spoken = answer(line, PROVIDER, sid, number)
    for key in keys:
        spoken = press(line, sid, spoken.n, key)
    return spoken.n


def press(line: Line, sid: str, n: int, key: str) -> Spoken:
    if isinstance(line.clock, Clock):
        line.clock.advance(1)  # nobody presses two keys at once
    return resume(line, PROVIDER, sid, n, "key" if key else "end", Pressed(key) if key else Silent())


def to_goodbye(line: Line, sid: str, number: str) -> int:
    """A call that one silence more will end: some of a lesson was played, and nothing was pressed three times."""
    spoken = press(line, sid, walk(line, sid, "1", number=number), "")
    while not isinstance(spoken.turn.state.scene, AfterLesson):
        spoken = press(line, sid, spoken.n, "")
    questions = len(line.shelf.catalogue().editions[spoken.turn.state.scene.edition].questions)
    for _ in range(line.settings.dialogue.reminders + questions):  # whose answers are told
        spoken = press(line, sid, spoken.n, "")
    return spoken.n


def verified(line: Line) -> list[str]:
    with line.database.reading() as connection:
        return progress.verify(connection, line.counting(line.shelf.catalogue()))


def meanwhile(pool: ThreadPoolExecutor, what: Callable[[], object], started: list[Future[object]]) -> None:
    """Let another request be done, as far as it gets."""
    started.append(pool.submit(what))
    with suppress(TimeoutError):  # it waits for us, as it should
        started[-1].result(PATIENCE_S)


@pytest.mark.parametrize("other", ["the callback", "another call", "the last key of another call"])
@pytest.mark.parametrize(("last", "key"), [(False, ""), (False, "5"), (True, "")])
def test_an_act_and_what_settles_its_call(line: Line, other: str, last: bool, key: str) -> None:
    """While a key or a silence is being worked on, the callback comes, or the member's next call, or the other
    telephone's call ends: nobody is turned away, and what is stored is what the ledger says."""
    third = to_goodbye(line, "CA3", SECOND)
    n = to_goodbye(line, "CA1", NUMBER) if last else walk(line, "CA1", "1", "")
    walk(line, "CA2", "1", "", number=UNKNOWN)
    with line.database.writing() as connection:  # three calls that nothing has settled yet
        connection.exec_driver_sql("UPDATE calls SET settled_at = NULL, member_id = 1")
        progress.rebuild(connection, line.counting(line.shelf.catalogue()))
    line.clock.advance(9)  # type: ignore[attr-defined]
    others: dict[str, Callable[[], object]] = {
        "the callback": lambda: hang_up(line, PROVIDER, "CA1", "completed", None, 9),
        "another call": lambda: answer(line, PROVIDER, "CA4", SECOND),
        "the last key of another call": lambda: press(line, "CA3", third, ""),
    }
    line = replace(line, at_hand=AtHand())  # as after a restart: it has to look the call up
    started: list[Future[object]] = []
    with ThreadPoolExecutor(1) as pool:
        with after(line, "SELECT calls.id", lambda: meanwhile(pool, others[other], started)):
            press(line, "CA1", n, key)
        started[0].result(30)
    assert verified(line) == []


def test_a_lesson_plays_on_without_a_transaction(line: Line) -> None:
    """That is most turns, so they are to be cheap."""
    n = walk(line, "CA1", "1", "")
    with patch.object(Database, "writing", side_effect=AssertionError):
        assert press(line, "CA1", n, "").n == n + 1


def test_a_turn_does_not_wait_with_its_time_taken(settings: Settings, pressed: Path, tmp_path: Path) -> None:
    """Another process has SQLite's file: what is then sent late must not be dated early, or seconds that nobody heard
    would count."""
    database = open_database(f"sqlite:///{tmp_path}/busy.db")
    shelf = Shelf(pressed)
    line = Line(database, shelf, voicing(shelf, "zh_CN"), settings, now, "one")
    n = walk(line, "CA1", "1", "", number=UNKNOWN)
    other = sqlite3.connect(tmp_path / "busy.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.0, other.rollback)
    release.start()
    began = now()
    assert press(line, "CA1", n, "").n == n + 1
    answered = now()
    with database.reading() as connection:
        sent_at = connection.execute(select(TurnRow.sent_at).where(TurnRow.n == n + 1)).scalar_one()
    release.join()
    other.close()
    database.close()
    assert answered - began >= timedelta(seconds=0.9)
    assert answered - sent_at < timedelta(seconds=0.25)


def test_a_call_that_two_servers_answer_by_turns(line: Line) -> None:
    """What one has at hand may be old; neither skips a turn, or tells one twice."""
    servers = [line, replace(line, at_hand=AtHand(), boot="two")]
    n = walk(line, "CA1", "1", "")
    told = []
    for server in (0, 1, 1, 0, 0, 1):
        told.append(press(servers[server], "CA1", n, ""))
        assert press(servers[1 - server], "CA1", n, "") == told[-1]
        assert press(servers[server], "CA1", n, "") == told[-1]
        n = told[-1].n
    assert [spoken.n for spoken in told] == list(range(told[0].n, told[0].n + 6))
    assert verified(line) == []


TIMED = {
    "AtMenu": True,
    "Listening": False,  # announced, playing, or going on after a pause: nobody asks for a key
    "AskingHow": True,
    "Pausing": False,
    "Numbering": False,  # a number takes as long as it is
}


def test_what_asks_for_one_key_is_timed(line: Line) -> None:
    """From what a member's own wait is learned."""
    walk(line, "CA1", "1", "", "0", "2", "1")
    walk(line, "CA2", "4", number=UNKNOWN)
    with line.database.reading() as connection:
        turns = connection.execute(select(TurnRow.turn, TurnRow.said_ms)).all()
    told = [(type(codec.decode(row.turn).state.scene).__name__, row.said_ms is not None) for row in turns]
    assert {scene for scene, _ in told} == TIMED.keys()
    assert all(timed == TIMED[scene] for scene, timed in told)


def test_only_so_many_turns_are_at_hand() -> None:
    known = ledger.Latest(1, settled=False, n=3, turn=Turn(State(AtMenu(), (), ()), (), None))
    at_hand = AtHand()
    for each in range(MOST_AT_HAND + 1):
        at_hand.put(PROVIDER, f"CA{each}", known)
    assert at_hand.take(PROVIDER, "CA0", 3) is None
    assert at_hand.take(PROVIDER, "CA1", 3) == known
    assert at_hand.take(PROVIDER, "CA1", 3) is None


def test_a_turn_of_a_settled_call_counts_at_once(line: Line) -> None:
    """What seemed over goes on."""
    n = walk(line, "CA1", "1", "")
    line.clock.advance(60)  # type: ignore[attr-defined]
    answer(line, PROVIDER, "CA2", NUMBER)
    with line.database.reading() as connection:
        before = connection.exec_driver_sql("SELECT heard_at_least_ms FROM progress").scalar_one()
    press(line, "CA1", n, "")
    with line.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT heard_at_least_ms FROM progress").scalar_one() > before
    assert verified(line) == []


def test_two_goodbyes_of_one_member(line: Line) -> None:
    """On two telephones at once: both are written down, and neither has to wait for the other for ever."""
    ends = {sid: to_goodbye(line, sid, number) for sid, number in (("CA1", NUMBER), ("CA2", SECOND))}
    together = threading.Barrier(2)

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):  # the other waits for a lock
            together.wait(PATIENCE_S)

    with ThreadPoolExecutor(2) as pool, after(line, "INSERT INTO turns", meet, times=2):
        goodbyes = list(pool.map(lambda sid: press(line, sid, ends[sid], ""), ends))
    assert all(spoken.turn.gather is None for spoken in goodbyes)
    assert verified(line) == []


def test_the_same_callback_twice_at_once(line: Line) -> None:
    """Noted once."""
    walk(line, "CA1", "1", "")
    started: list[Future[object]] = []

    def end() -> None:
        hang_up(line, PROVIDER, "CA1", "completed", None, 9)

    with ThreadPoolExecutor(1) as pool:
        with after(line, "SELECT evidence.id", lambda: meanwhile(pool, end, started)):
            end()
        started[0].result(30)
    with line.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM evidence").scalar_one() == 1
    assert verified(line) == []


def test_the_same_turn_twice_at_once(line: Line) -> None:
    """One of them is written, and both are answered with it."""
    n = walk(line, "CA1", "1", "")
    line = replace(line, at_hand=AtHand())
    started: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as pool:
        with after(line, "SELECT calls.id", lambda: meanwhile(pool, lambda: press(line, "CA1", n, "*"), started)):
            spoken = press(line, "CA1", n, "")
        assert started[0].result(30) == spoken
    assert verified(line) == []


def test_the_same_answer_twice_at_once(line: Line) -> None:
    started: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as pool:
        again = lambda: answer(line, PROVIDER, "CA1", NUMBER)  # noqa: E731
        with after(line, "SELECT calls.id", lambda: meanwhile(pool, again, started)):
            spoken = answer(line, PROVIDER, "CA1", NUMBER)
        assert started[0].result(30) == spoken
    with line.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM calls").scalar_one() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM turns").scalar_one() == 1


@pytest.mark.parametrize("statement", ["INSERT INTO evidence", "UPDATE calls", "DELETE FROM progress"])
def test_a_server_that_ends_while_it_takes_a_callback(line: Line, statement: str) -> None:
    """Of a call that was settled before: what the callback says is on record and counted, or neither."""

    def die() -> None:
        raise SystemExit

    walk(line, "CA1", "1", "")
    answer(line, PROVIDER, "CA2", NUMBER)
    line.clock.advance(30)  # type: ignore[attr-defined]
    with after(line, statement, die), pytest.raises(SystemExit):
        hang_up(line, PROVIDER, "CA1", "completed", None, 9)
    assert verified(line) == []
    hang_up(line, PROVIDER, "CA1", "completed", None, 9)
    assert verified(line) == []
