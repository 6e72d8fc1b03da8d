"""Of whom study is not asked, and why; and who has left. What counts for a month is how it stood on its last day, so
that a month that is over stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from ivr.errors import BadEntry
from ivr.records.closing import open_since
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
    """The same again changes nothing; another of that kind on the same days is refused. Raises BadEntry."""
    reason = reason.strip()
    if not reason:
        raise BadEntry("reason", "reason_needed")
    if len(reason) > LONGEST:
        raise BadEntry("reason", "too_long", most=LONGEST, written=len(reason))
    if since < open_since(today):
        raise BadEntry("since", "too_early")
    if until is not None and until < since:
        raise BadEntry("until", "until_before_since")
    row = {"member_id": member, "kind": kind, "reason": reason, "since": since, "until": until}
    # Of two at once the second waits here, and then sees the first.
    connection.execute(select(Member.id).where(Member.id == member).with_for_update(key_share=True))
    same = _standing().where(*(getattr(Exemption, name) == value for name, value in row.items()))
    if connection.execute(same).first() is not None:
        return
    for each in of_member(connection, member):
        if each.kind == kind and each.since <= (until or date.max) and since <= (each.until or date.max):
            told = {"reason": each.reason, "since": each.since, "until": each.until or ""}
            raise BadEntry("since", "exempt_until" if each.until else "exempt_for_good", **told)
    connection.execute(insert(Exemption), {**row, "user_id": user, "made_at": now})


def withdraw(connection: Connection, exemption: int, member: int, now: datetime, today: date) -> bool:
    """It was a mistake: it never counted, but in the months that were handed in: it ends with these. Twice is once;
    False where this member never had such an exemption.

    Raises BadEntry where it is over since then."""
    which = (Exemption.id == exemption) & (Exemption.member_id == member)
    row = connection.execute(select(Exemption.__table__).where(which).with_for_update()).mappings().first()
    if row is None or row["withdrawn_at"]:
        return row is not None
    handed_in = open_since(today) - timedelta(days=1)
    if row["until"] and row["until"] <= handed_in:
        raise BadEntry("taken_back", "too_early")
    connection.execute(update(Exemption).where(which).values(withdrawn_at=now))
    if row["since"] <= handed_in:
        told = {name: row[name] for name in ("member_id", "kind", "reason", "since", "user_id", "made_at")}
        connection.execute(insert(Exemption), {**told, "until": handed_in})
    return True


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
    rows = [Exempt(*row) for row in connection.execute(_standing().where(on).order_by(Exemption.made_at, Exemption.id))]
    rows.sort(key=lambda row: row.kind == "left")
    return {day: {row.member_id: row for row in rows if row.holds_on(day)} for day in days}


def _standing() -> Any:
    columns = (Exemption.id, Exemption.member_id, Exemption.kind, Exemption.reason, Exemption.since, Exemption.until)
    return select(*columns).where(Exemption.withdrawn_at.is_(None))
