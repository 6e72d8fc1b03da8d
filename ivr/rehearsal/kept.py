"""What the line wrote down of some calls, as it stands in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from ivr.catalogue import Catalogue
from ivr.dialogue import codec
from ivr.dialogue.turn import Ignored
from ivr.records import plays
from ivr.records.models import Answer, Attendance, Call, Progress, Recording, TurnRow, Visit
from ivr.rehearsal.household import Letter, letters

Rows = Mapping[str, list[Row[Any]]]  # by the provider's name of the call


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows by call, by member."""

    calls: Mapping[str, Row[Any]]
    turns: Rows
    answers: Rows
    recordings: Rows
    visits: Rows
    attendance: Rows
    bounds: Mapping[str, Mapping[str, tuple[int, int]]]  # at least and at most heard, by call and edition
    progress: Mapping[tuple[int, str], Row[Any]]
    letters: Sequence[Letter]

    @classmethod
    def of(cls, connection: Connection, sids: Sequence[str], members: Sequence[int], catalogue: Catalogue) -> Kept:
        calls = {row.sid: row for row in connection.execute(select(Call.__table__).where(Call.sid.in_(sids)))}
        names = {row.id: sid for sid, row in calls.items()}

        def rows(model: Any) -> Rows:
            found: dict[str, list[Row[Any]]] = defaultdict(list)
            for row in connection.execute(select(model.__table__).where(model.call_id.in_(names))):
                found[names[row.call_id]].append(row)
            return found

        progress = connection.execute(select(Progress.__table__).where(Progress.member_id.in_(members)))
        return cls(
            calls,
            rows(TurnRow),
            rows(Answer),
            rows(Recording),
            rows(Visit),
            rows(Attendance),
            _bounds(connection, names, catalogue),
            {(row.member_id, row.lesson): row for row in progress},
            letters(connection, members),
        )

    def ignored(self, sid: str) -> frozenset[int]:
        """The turns that were no act, as the line says."""
        return frozenset(row.n for row in self.turns[sid] if row.act == "key" and _is_ignored(row.turn))


def _is_ignored(turn: str) -> bool:
    return any(isinstance(event, Ignored) for event in codec.decode(turn).events)


def _bounds(
    connection: Connection, names: Mapping[int, str], catalogue: Catalogue
) -> dict[str, dict[str, tuple[int, int]]]:
    heard: dict[str, dict[str, list[plays.HeardRow]]] = defaultdict(lambda: defaultdict(list))
    for row in plays.heard_in(connection, catalogue, Call.id.in_(names)):
        heard[names[row.call_id]][row.edition].append(row)
    return {
        sid: {edition: plays.heard_ms(rows, edition) for edition, rows in editions.items()}
        for sid, editions in heard.items()
    }
