"""Keys that meant nothing where they were pressed. A key at the menu belongs to the lesson it led to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, select

from ivr.catalogue import Catalogue
from ivr.records.models import Call, TurnRow


@dataclass(frozen=True, slots=True)
class StrayKeys:
    """In a call, by one member; `lesson` is None where the call has none."""

    call_id: int
    member_id: int | None
    lesson: str | None
    count: int


# What a stored turn tells: only these parts are read, so that turns of any age can be.


class _Told(msgspec.Struct):
    type: str


class _Scene(msgspec.Struct):
    edition: str | None = None


class _State(msgspec.Struct):
    scene: _Scene


class _Turn(msgspec.Struct):
    state: _State
    events: list[_Told] = []


_read = msgspec.json.Decoder(_Turn).decode


def _pressed() -> Select[*tuple[Any, ...]]:
    other = TurnRow.__table__.alias()
    beside = select(other.c.lesson).where(other.c.call_id == TurnRow.call_id, other.c.lesson.is_not(None))
    beside = beside.limit(1).correlate(TurnRow)
    following = beside.where(other.c.n > TurnRow.n).order_by(other.c.n)
    preceding = beside.where(other.c.n < TurnRow.n).order_by(other.c.n.desc())
    nearest = func.coalesce(following.scalar_subquery(), preceding.scalar_subquery())
    member = func.coalesce(TurnRow.member_id, Call.member_id)  # a shared phone: pressed before they said who
    return (
        select(TurnRow.call_id, member.label("member_id"), TurnRow.turn, nearest.label("nearest"))
        .join(Call, Call.id == TurnRow.call_id)
        .where(TurnRow.act == "key", TurnRow.turn.contains('"Stray"'))
        .order_by(TurnRow.call_id, TurnRow.n)
    )


_PRESSED = _pressed()  # every call that settles asks for it: made once


def pressed(connection: Connection, *which: ColumnElement[bool], catalogue: Catalogue) -> Iterator[StrayKeys]:
    """In these calls, by call and turn."""
    for row in connection.execute(_PRESSED.where(*which)):
        turn = _read(row.turn)
        lesson = catalogue.editions.get(turn.state.scene.edition or "")
        count = sum(event.type == "Stray" for event in turn.events)
        yield StrayKeys(row.call_id, row.member_id, lesson.slug if lesson else row.nearest, count)
