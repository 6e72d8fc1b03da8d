"""How long to wait for a member's key: learned from how long they took before, and kept within what is bearable.

The 90th percentile of their latest latencies, half as much again, within 6 and 20 s; before there are enough of them,
as the settings say. A latency runs from the end of what was said until the key reached us; keys pressed during the
words count as 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from ivr.records.models import TurnRow

LATEST = 40
ENOUGH = 5
SHARE, MARGIN = 0.9, 1.5
LEAST_S, MOST_S = 6, 20
_ASKED, _PRESSED = TurnRow.__table__.alias(), TurnRow.__table__.alias()


@dataclass(frozen=True, slots=True)
class Learned:
    """A member's own wait: 0 where too few latencies are known; those it comes from, in s, latest first."""

    wait_s: int
    latencies: tuple[float, ...]


def learned(connection: Connection, member: int, since: datetime | None = None) -> Learned:
    """From the member's latest keys; since a time, where the member's habit was reset then."""
    latencies = tuple(_latencies(connection, member, since))
    return Learned(wait_s(latencies), latencies)


def wait_s(latencies: Sequence[float]) -> int:
    """How long to wait, in whole s, for somebody who took so long; 0 for too few."""
    if len(latencies) < ENOUGH:
        return 0
    ranked = sorted(latencies)
    percentile = ranked[math.ceil(SHARE * len(ranked)) - 1]
    return min(MOST_S, max(LEAST_S, math.ceil(MARGIN * percentile)))


def _latencies(connection: Connection, member: int, since: datetime | None) -> list[float]:
    rows = connection.execute(_pressed(member, since))
    return [max(0.0, (row.arrived_at - row.sent_at).total_seconds() - row.said_ms / 1000) for row in rows]


def _pressed(member: int, since: datetime | None) -> Select[Any]:
    """The latest turns that asked for a key and got one; an index of its own has those that ask."""
    asked, pressed = _ASKED, _PRESSED
    found = (
        select(asked.c.sent_at, asked.c.said_ms, pressed.c.arrived_at)
        .join(pressed, (pressed.c.call_id == asked.c.call_id) & (pressed.c.n == asked.c.n + 1))
        .where(asked.c.member_id == member, asked.c.said_ms.is_not(None), pressed.c.act == "key")
        .order_by(asked.c.call_id.desc(), asked.c.n.desc())
        .limit(LATEST)
    )
    return found if since is None else found.where(asked.c.sent_at >= since)
