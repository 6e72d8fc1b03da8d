"""A database of the first release is opened by this one while calls go on: what was written then counts as it did, and
whoever is on the line hears kindly that the call can't go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, column, insert, select, table, update
from sqlalchemy.exc import DBAPIError

from ivr.calls import Line, answer, fall_back, hang_up, recorded, resume
from ivr.config import Settings
from ivr.dialogue.turn import Input, Play, Pressed, Silent, Spoke
from ivr.errors import UnknownCall
from ivr.records import hours, progress
from ivr.records.db import Database, alembic_config, open_database
from ivr.records.models import Call, Evidence, Hours, Progress, Recording, UtcDateTime
from ivr.rehearsal.provider import Clock
from ivr.shelf import Shelf
from ivr.voicing import voicing
from tests.drivers import BEGIN, enrol

NUMBER = "+8613800000001"
WHO = {"member": 1, "name": "王秀英", "places": {}}


def turn(scene: dict[str, Any], says: list[dict[str, Any]], *events: dict[str, Any]) -> str:
    """A turn as the first release wrote it: what is waited for is not tagged."""
    state = {"scene": scene, "learners": [WHO], "offer": ["e"], "learner": 0, "heard": []}
    return json.dumps({"state": state, "says": says, "gather": {"seconds": 1}, "events": list(events)})


def first_release(connection: Connection, edition: str) -> None:
    """A call that listens to the first segment, and one in which a question was answered."""
    play = {"type": "Play", "edition": edition, "lesson": "falls", "segment": 0, "audio": "a" * 64}
    play |= {"within_ms": 0, "base_ms": 0, "length_ms": 12_000}
    menu = turn({"type": "AtMenu", "misses": 0}, [{"type": "Say", "prompt": "welcome", "value": ""}])
    plays = turn({"type": "Listening", "edition": edition, "at_ms": 0, "since": BEGIN.isoformat()}, [play])
    answered = {"type": "Answered", "lesson": "falls", "edition": edition, "question": "q-night"}
    quiz = {"type": "Quiz", "edition": edition, "questions": ["q-night"], "index": 0, "attempts": 1, "misses": 0}
    asks = turn(quiz | {"right": 0}, [], answered | {"attempt": 1, "key": "1", "right": False})
    for call, turns in ((101, (menu, plays)), (102, (menu, asks))):
        add(connection, "calls", id=call, provider="twilio", sid=f"CA{call}", number=NUMBER, member_id=1)
        for n, each in enumerate(turns, 1):
            played = {"lesson": "falls", "edition": edition, "segment": 0, "base_ms": 0, "length_ms": 12_000}
            heard = played | {"gather_ms": 1000} if each == plays else {}
            row = {"act": "answer" if n == 1 else "key", "digits": "", "boot": "old", "turn": each, "member_id": 1}
            add(connection, "turns", call_id=call, n=n, **row, **heard)
    answer_row = {"question": "q-night", "attempt": 1, "key": "1", "is_right": False, "member_id": 1}
    add(connection, "answers", call_id=102, turn=2, lesson="falls", edition=edition, **answer_row)


TIMES = {"calls": ("started_at",), "turns": ("arrived_at", "sent_at"), "answers": ("at",)}


def add(connection: Connection, name: str, **row: Any) -> None:
    """A row, with the columns that it had then."""
    times = TIMES[name]
    row |= dict.fromkeys(times, BEGIN)
    columns = [column(each, UtcDateTime) if each in times else column(each) for each in row]
    connection.execute(insert(table(name, *columns)), row)


@pytest.fixture
def line(settings: Settings, pressed: Path, database_url: str) -> Iterator[Line]:
    """Two calls of the first release go on while it is replaced by this one."""
    shelf = Shelf(pressed)
    falls = next(lesson for lesson in shelf.catalogue().lessons if lesson.slug == "falls")
    database = open_database(database_url)
    enrol(database, [("王秀英", NUMBER)])
    migrate(database, "0001")
    with database.writing() as connection:
        first_release(connection, falls.edition)
    database.close()
    database = open_database(database_url)
    yield Line(database, shelf, voicing(shelf, "zh_CN"), settings, Clock(BEGIN + timedelta(seconds=30)), "new")
    database.close()


def migrate(database: Database, revision: str) -> None:
    with database.writing() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_hours_that_were_confirmed_before_add_up(database_url: str) -> None:
    """By how much each confirmation changed them is found out; afterwards no row is changed any more."""
    database = open_database(database_url)
    enrol(database, [("王秀英", NUMBER), ("李大山", "+8613800000002")])
    migrate(database, "0007")
    kept = [(1, "falls", 5), (2, "falls", 2), (1, "stoves", 4), (1, "falls", 0), (1, "falls", 3), (1, "stoves", 4)]
    with database.writing() as connection:
        for member, lesson, tenths in kept:
            row = {"member_id": member, "lesson": lesson, "month": "2026-11", "tenths": tenths, "made_at": BEGIN}
            connection.execute(insert(table("hours", *(column(each) for each in row))), row)
    database.close()
    database = open_database(database_url)
    with database.reading() as connection:
        changes = connection.execute(select(Hours.change).order_by(Hours.id)).scalars().all()
        assert changes == [5, 2, 4, -5, 3, 0]
        assert hours.of_year(connection, "2026-12", None) == {1: 7, 2: 2}
    with pytest.raises(DBAPIError, match="only ever added to"), database.writing() as connection:
        connection.execute(update(Hours).values(change=1))
    database.close()


ACTS: dict[str, tuple[str, Input]] = {
    "a key": ("key", Pressed("1")),
    "a silence": ("end", Silent()),
    "words": ("spoke", Spoke("RE1", "", 3)),
}


@pytest.mark.parametrize("sid", ["CA101", "CA102"])
@pytest.mark.parametrize("kind", ACTS)
def test_a_call_that_can_t_go_on_is_told_as_unknown(line: Line, kind: str, sid: str) -> None:
    """And so the caller hears the apology."""
    for n in (2, 1):
        with pytest.raises(UnknownCall, match="began under another version"):
            resume(line, "twilio", sid, n, *ACTS[kind])
    with pytest.raises(UnknownCall):
        answer(line, "twilio", sid, NUMBER)
    assert fall_back(line, "twilio", sid) is None
    with pytest.raises(UnknownCall):
        recorded(line, "twilio", sid, 2, "RE1", "", 3)
    with line.database.reading() as connection:
        assert connection.execute(select(Recording.id)).all() == []


def test_its_end_is_on_record_and_counts(line: Line) -> None:
    for sid in ("CA101", "CA102"):
        hang_up(line, "twilio", sid, "completed", None, 9)
    with line.database.reading() as connection:
        assert None not in connection.execute(select(Call.settled_at)).scalars().all()
        assert connection.execute(select(Evidence.kind)).scalars().all() == ["ended", "ended"]
        (row,) = connection.execute(select(Progress.__table__)).all()
        assert (row.lesson, row.answered, row.correct) == ("falls", 1, 0) and row.heard_at_most_ms == 12_000
        assert progress.verify(connection, line.counting(line.shelf.catalogue())) == []


def test_that_the_provider_gave_up_is_on_record(line: Line) -> None:
    assert fall_back(line, "twilio", "CA101") is None
    with line.database.reading() as connection:
        (row,) = connection.execute(select(Evidence.__table__)).all()
        assert (row.kind, row.turn) == ("fallback", 2)


def test_the_next_call_goes_on_where_the_old_one_was(line: Line) -> None:
    hang_up(line, "twilio", "CA101", "completed", None, 9)
    spoken = answer(line, "twilio", "CA3", NUMBER)
    assert spoken.turn.state.learners[0].places["falls"].at_ms > 0
    spoken = resume(line, "twilio", "CA3", spoken.n, "key", Pressed("1"))
    spoken = resume(line, "twilio", "CA3", spoken.n, "end", Silent())
    assert any(isinstance(said, Play) for said in spoken.turn.says)
