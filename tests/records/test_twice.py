"""What a secretary sends twice, by a double click, going back or from two pages at once, is on record once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update

from ivr.catalogue import Clip
from ivr.records import exemptions, follow_ups, hours, ledger, occasions, questions, users
from ivr.records.db import Database
from ivr.records.models import Exemption, FollowUp, Hours, Occasion, Recording, Reply
from ivr.records.occasions import Written
from tests.drivers import BEGIN, enrol

TODAY, DAY = date(2026, 11, 20), date(2026, 11, 18)
MEETING = Written("meeting", DAY, None, (1, 2), "主题党日", "王书记")
REPLY = Clip("a" * 64, 900, "去问村医。")


def write(connection: Connection, what: Written = MEETING) -> int:
    return occasions.write(connection, 1, what, 1, BEGIN, TODAY)


def excuse(
    connection: Connection, member: int = 1, kind: exemptions.Kind = "excused", until: date | None = None
) -> None:
    exemptions.exempt(connection, member, kind, "年老体弱", DAY, until, 1, BEGIN, TODAY)


def tick(connection: Connection, outcome: str = "明天打", user: int = 1, seen: int | None = None) -> bool:
    return follow_ups.tick(connection, 1, "2026-11", outcome, user, BEGIN, seen)


def reply(connection: Connection, clip: Clip = REPLY) -> None:
    questions.give(connection, 1, clip, BEGIN)


def confirm(connection: Connection) -> None:
    hours.confirm(connection, "2026-11", {(1, "falls"): 3}, 1, BEGIN)


KINDS: dict[str, tuple[Callable[[Connection], object], Any]] = {
    "a meeting": (write, Occasion),
    "an exemption": (excuse, Exemption),
    "a tick": (tick, FollowUp),
    "a reply": (reply, Reply),
    "hours": (confirm, Hours),
}


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    """Two members, two users, a question."""
    enrol(database, [("王秀英", "+8613800000001"), ("李大山", "+8613800000002")])
    with database.writing() as connection:
        for name in ("shuji", "xian"):
            users.add(connection, name, "county", None, users.hashed("eight-oak-trees", name), BEGIN)
        call = ledger.open_call(connection, "made", "CA1", "+8613800000001", BEGIN)
        left = {"call_id": call, "turn": 1, "kind": "question", "member_id": 1, "name": "RE", "address": ""}
        connection.execute(insert(Recording), {**left, "seconds": 3, "left_at": BEGIN})
    yield database


def how_many(connection: Connection, model: Any) -> int:
    found: int = connection.execute(select(func.count()).select_from(model)).scalar_one()
    return found


def test_the_same_again_is_one(filled: Database) -> None:
    for made, model in KINDS.values():
        for _ in range(2):
            with filled.writing() as connection:
                made(connection)
        with filled.reading() as connection:
            assert how_many(connection, model) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_at_once_is_one(filled: Database, kind: str) -> None:
    """The second comes while the first is not committed yet."""
    made, model = KINDS[kind]

    def again() -> None:
        with filled.writing() as connection:
            made(connection)

    second = threading.Thread(target=again)
    with filled.writing() as connection:
        made(connection)
        second.start()
        second.join(0.15)
        assert second.is_alive()
    second.join(30)
    with filled.reading() as connection:
        assert how_many(connection, model) == 1


def test_what_differs_or_was_taken_back_is_written_anew(filled: Database) -> None:
    with filled.writing() as connection:
        first = write(connection)
        assert write(connection, replace(MEETING, members=(2, 1, 2), topic=" 主题党日 ")) == first
        others: list[dict[str, Any]] = [{"members": (1,)}, {"day": TODAY}, {"lesson": "falls"}, {"kind": "visit"}]
        others += [{name: "别的"} for name in occasions.LONGEST]
        assert len({first, *(write(connection, replace(MEETING, **other)) for other in others)}) == 9
        occasions.withdraw(connection, first, [1], BEGIN, TODAY)
        assert write(connection) != first
        excuse(connection)
        excuse(connection, kind="left")
        excuse(connection, 2)
        assert how_many(connection, Exemption) == 3
        exemptions.withdraw(connection, 1, 1, BEGIN, TODAY)
        excuse(connection)
        assert how_many(connection, Exemption) == 4


def test_a_reply_that_was_heard_is_not_heard_again_but_another_one_is(filled: Database) -> None:
    with filled.writing() as connection:
        reply(connection)
        connection.execute(update(Reply).values(delivered_at=BEGIN + timedelta(days=1)))
        reply(connection)
        assert how_many(connection, Reply) == 1
        reply(connection, Clip("b" * 64, 900, "别的"))
        reply(connection)
        assert connection.execute(select(Reply.words).order_by(Reply.id)).scalars().all() == [REPLY.words] * 2


def test_nobody_overwrites_a_tick_that_they_did_not_see(filled: Database) -> None:
    with filled.writing() as connection:
        assert tick(connection) and not tick(connection, "没人接", 2) and not tick(connection, "明天打", 2)
        assert not follow_ups.untick(connection, 1, "2026-11", BEGIN, None)
        (stands,) = follow_ups.of_month(connection, "2026-11", [1, 2]).values()
        assert (stands.outcome, stands.by) == ("明天打", "shuji")
        assert tick(connection, "没人接", 2, stands.id)
        assert not follow_ups.untick(connection, 1, "2026-11", BEGIN, stands.id)
        (stands,) = follow_ups.of_month(connection, "2026-11", [1, 2]).values()
        assert (stands.outcome, stands.by) == ("没人接", "xian")
        for _ in range(2):  # taken back twice is taken back
            assert follow_ups.untick(connection, 1, "2026-11", BEGIN, stands.id)
        assert follow_ups.of_month(connection, "2026-11", [1, 2]) == {}
        assert not tick(connection, "改一改", 2, stands.id)
