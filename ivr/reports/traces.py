"""What one call left in the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ivr.catalogue import Catalogue
from ivr.dialogue import codec
from ivr.dialogue.turn import Event
from ivr.records.models import Call, Member, Progress, TurnRow
from ivr.records.plays import HeardRow, heard_in, heard_ms
from ivr.reports import queries


@dataclass(frozen=True, slots=True)
class Trace:
    """Of a lesson: what was heard of it in this call, at least and at most; `completed` and `bookmark_ms` say where the
    first of those it counts for stands now, `bookmark_ms` None where nobody is known."""

    title: str
    at_least_ms: int
    at_most_ms: int
    length_ms: int
    completed: bool
    bookmark_ms: int | None


@dataclass(frozen=True, slots=True)
class Traces:
    """`names` are those for whom the call counts, `waits` that it is to be claimed; `questions` were answered, `right`
    of them in the end; `events` are all of the call, in order."""

    names: tuple[str, ...]
    waits: bool
    lasted_s: int
    lessons: tuple[Trace, ...]
    questions: int
    right: int
    events: tuple[Event, ...]


def of_call(connection: Connection, call: int, catalogue: Catalogue) -> Traces:
    """A call that is over, and whose turns can all be read."""
    this = Call.id == call
    (fact,) = queries.calls(connection, this)
    tried = {(each.lesson, each.question): each.right for each in queries.tries(connection, this)}
    return Traces(
        tuple(_names(connection, fact.members)),
        fact.waits,
        fact.lasted_s or 0,
        tuple(_lessons(connection, catalogue, list(heard_in(connection, catalogue, this)))),
        len(tried),
        sum(tried.values()),
        tuple(_events(connection, call)),
    )


def _names(connection: Connection, members: Iterable[int]) -> Iterable[str]:
    found = select(Member.name).where(Member.id.in_(members)).order_by(Member.id)
    return connection.execute(found).scalars()


def _events(connection: Connection, call: int) -> Iterator[Event]:
    turns = select(TurnRow.turn).where(TurnRow.call_id == call).order_by(TurnRow.n)
    for words in connection.execute(turns).scalars():
        yield from codec.decode(words).events


def _lessons(connection: Connection, catalogue: Catalogue, played: list[HeardRow]) -> Iterator[Trace]:
    """In the order they were played; what counts for several is told once."""
    first = {row.edition: row.member_id for row in reversed(played)}
    for edition in dict.fromkeys(row.edition for row in played):
        lesson, member = catalogue.editions[edition], first[edition]
        rows = [row for row in played if row.edition == edition and row.member_id == member]
        at_least_ms, at_most_ms = heard_ms(rows, edition)
        standing = select(Progress.__table__).where(Progress.member_id == member, Progress.lesson == lesson.slug)
        now = connection.execute(standing).first()
        yield Trace(
            lesson.title.words,
            at_least_ms,
            at_most_ms,
            lesson.length_ms,
            bool(now and now.completed),
            now.bookmark_ms if now else None,
        )
