"""Of whom study is not asked, and why; and who has left. What counts for a month is how it stood on its last day, so
that a month that is over stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from ivr.errors import BadEntry
from ivr.records.models import Exemption, Member

Kind = Literal["excused", "left"]
LONGEST = 200  # characters of a reason


@dataclass(frozen=True, slots=True)
class Exempt:
    """From `since` to `until`, both days included; None: for good."""

    id: int
    member_id: int
    kind: Kind
    reason: str
    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def earliest(today: date) -> date:
    """From which day on something may still be written down: the months before were handed in."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def exempt(
    connection: Connection,
    member: int,
    kind: Kind,
    reason: str,
    since: date,
    until: date | None,
    user: int,
    now: datetime,
    today: date,
) -> None:
    """From last month on at the earliest: months before were handed in. The same again changes nothing. Raises
    BadEntry."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST:
        raise BadEntry("reason", "reason_needed" if not reason else "too_long")
    if since < earliest(today):
        raise BadEntry("since", "too_early")
    if until is not None and until < since:
        raise BadEntry("until", "until_before_since")
    row = {"member_id": member, "kind": kind, "reason": reason, "since": since, "until": until}
    # Of two at once the second waits here, and then sees the first.
    connection.execute(select(Member.id).where(Member.id == member).with_for_update(key_share=True))
    same = _standing().where(*(getattr(Exemption, name) == value for name, value in row.items()))
    if connection.execute(same).first() is not None:
        return
    connection.execute(insert(Exemption), {**row, "user_id": user, "made_at": now})


def withdraw(connection: Connection, exemption: int, member: int, now: datetime) -> bool:
    """It was a mistake: it never counted. Twice is once; False where this member never had such an exemption."""
    which = (Exemption.id == exemption) & (Exemption.member_id == member)
    connection.execute(update(Exemption).where(which, Exemption.withdrawn_at.is_(None)).values(withdrawn_at=now))
    return connection.execute(select(Exemption.id).where(which)).first() is not None


def of_member(connection: Connection, member: int) -> list[Exempt]:
    """The newest first."""
    found = _standing().where(Exemption.member_id == member).order_by(Exemption.since.desc(), Exemption.id.desc())
    return [Exempt(*row) for row in connection.execute(found)]


def in_force(connection: Connection, day: date) -> Mapping[int, Exempt]:
    """On this day, by member; who has left is not excused as well."""
    return on_days(connection, (day,))[day]


def on_days(connection: Connection, days: Collection[date]) -> Mapping[date, Mapping[int, Exempt]]:
    """As in_force, of each of these days."""
    if not days:
        return {}
    on = (Exemption.since <= max(days)) & (Exemption.until.is_(None) | (Exemption.until >= min(days)))
    rows = [Exempt(*row) for row in connection.execute(_standing().where(on).order_by(Exemption.id))]
    rows.sort(key=lambda row: row.kind == "left")
    return {day: {row.member_id: row for row in rows if row.holds_on(day)} for day in days}


def _standing() -> Any:
    columns = (Exemption.id, Exemption.member_id, Exemption.kind, Exemption.reason, Exemption.since, Exemption.until)
    return select(*columns).where(Exemption.withdrawn_at.is_(None))
