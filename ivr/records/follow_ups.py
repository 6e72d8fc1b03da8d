"""Who was reached because they had not heard a lesson yet, and what came of it. Nobody overwrites what somebody
else wrote down meanwhile: whoever changes something says what they saw there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ivr.errors import BadEntry
from ivr.records.models import FollowUp, Member, User
from ivr.records.roster import MOST_NAMED

LONGEST = 200  # characters of an outcome


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody was reached, then; `by` is the name of the user who wrote it down."""

    id: int
    member_id: int
    outcome: str
    at: datetime
    by: str


def tick(
    connection: Connection, member: int, month: str, outcome: str, user: int, now: datetime, seen: int | None = None
) -> bool:
    """They were. `seen` is what stood there, by its id, and is replaced. False where it is something else by now, and
    not the same. Raises BadEntry."""
    outcome = outcome.strip()
    if len(outcome) > LONGEST:
        raise BadEntry("outcome", "too_long", most=LONGEST, written=len(outcome))
    stands = _standing(connection, member, month)
    if (stands and stands.id) != seen:
        return bool(stands) and (stands.outcome, stands.user_id) == (outcome, user)
    row = {"member_id": member, "month": month, "outcome": outcome, "user_id": user, "made_at": now}
    connection.execute(insert(FollowUp), row)
    return True


def untick(connection: Connection, member: int, month: str, now: datetime, seen: int | None) -> bool:
    """It was a mistake. False where something else than what was `seen` stands there by now."""
    stands = _standing(connection, member, month)
    if stands and stands.id != seen:
        return False
    which = (FollowUp.member_id == member) & (FollowUp.month == month) & FollowUp.withdrawn_at.is_(None)
    connection.execute(update(FollowUp).where(which).values(withdrawn_at=now))
    return True


def _standing(connection: Connection, member: int, month: str) -> Any:
    """Whoever asks at the same moment waits here, and then sees what the other did."""
    connection.execute(select(Member.id).where(Member.id == member).with_for_update(key_share=True))
    which = (FollowUp.member_id == member) & (FollowUp.month == month) & FollowUp.withdrawn_at.is_(None)
    columns = select(FollowUp.id, FollowUp.outcome, FollowUp.user_id)
    return connection.execute(columns.where(which).order_by(FollowUp.id.desc())).first()


def of_month(connection: Connection, month: str, members: Collection[int]) -> dict[int, Followed]:
    """The newest of each of these members; for many, the month's are looked through."""
    columns = (FollowUp.id, FollowUp.member_id, FollowUp.outcome, FollowUp.made_at, User.name)
    found = select(*columns).outerjoin(User, User.id == FollowUp.user_id).order_by(FollowUp.id)
    stands = found.where(FollowUp.month == month, FollowUp.withdrawn_at.is_(None))
    if len(members) <= MOST_NAMED:
        stands = stands.where(FollowUp.member_id.in_(members))
    theirs = set(members)
    rows = (row for row in connection.execute(stands) if row.member_id in theirs)
    return {row.member_id: Followed(*row[:4], row.name or "") for row in rows}
