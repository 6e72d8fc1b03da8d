"""Who was rung or seen because they had not heard a lesson yet, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from ivr.errors import BadEntry
from ivr.records.models import FollowUp

LONGEST = 200  # characters of an outcome


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody was rung or seen, then."""

    id: int
    member_id: int
    outcome: str
    at: datetime


def tick(connection: Connection, member: int, month: str, outcome: str, user: int, now: datetime) -> None:
    """They were. Raises BadEntry."""
    if len(outcome.strip()) > LONGEST:
        raise BadEntry("outcome", "too_long")
    row = {"member_id": member, "month": month, "outcome": outcome.strip(), "user_id": user, "made_at": now}
    connection.execute(insert(FollowUp), row)


def untick(connection: Connection, member: int, month: str, now: datetime) -> None:
    which = (FollowUp.member_id == member) & (FollowUp.month == month) & FollowUp.withdrawn_at.is_(None)
    connection.execute(update(FollowUp).where(which).values(withdrawn_at=now))


def of_month(connection: Connection, month: str, members: Iterable[int]) -> dict[int, Followed]:
    """The newest of each of these members."""
    columns = (FollowUp.id, FollowUp.member_id, FollowUp.outcome, FollowUp.made_at)
    which = (FollowUp.month == month) & FollowUp.member_id.in_(list(members)) & FollowUp.withdrawn_at.is_(None)
    rows = connection.execute(select(*columns).where(which).order_by(FollowUp.id))
    return {row.member_id: Followed(*row) for row in rows}
