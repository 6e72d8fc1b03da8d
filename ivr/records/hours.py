"""Hours of study. The line only suggests them; they count once a secretary has confirmed them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Select, func, insert, select

from ivr.records.models import Hours, Member, Occasion, Presence

Key = tuple[int, str]  # a member, a lesson


def suggested(heard_ms: int, length_ms: int, hour_minutes: int) -> int:
    """Tenths of an hour for what was heard of a lesson: never more than all of it."""
    return round(min(heard_ms, length_ms) / (hour_minutes * 6_000))


def confirm(connection: Connection, month: str, tenths: Mapping[Key, int], user: int, now: datetime) -> int:
    """These hold from now on; 0 takes back. Returns how many are new."""
    members = {member for member, _ in tenths}
    # Of two at once the second waits here, and then sees what the first changed.
    connection.execute(
        select(Member.id).where(Member.id.in_(members)).order_by(Member.id).with_for_update(key_share=True)
    )
    before = confirmed(connection, [month], members)
    by_whom = {"month": month, "user_id": user, "made_at": now}
    changes = ((*key, count, count - before.get((*key, month), 0)) for key, count in tenths.items())
    rows = [
        {"member_id": member, "lesson": lesson, "tenths": count, "change": change, **by_whom}
        for member, lesson, count, change in changes
        if change
    ]
    if rows:
        connection.execute(insert(Hours), rows)
    return len(rows)


def confirmed(
    connection: Connection, months: Iterable[str], members: Collection[int] | Select[int] | None = None
) -> dict[tuple[int, str, str], int]:
    """Tenths by member, lesson and month, as they hold now."""
    found = select(Hours.member_id, Hours.lesson, Hours.month, Hours.tenths).where(Hours.month.in_(list(months)))
    if members is not None:
        found = found.where(Hours.member_id.in_(members))
    rows = connection.execute(found.order_by(Hours.id))
    newest = {(row.member_id, row.lesson, row.month): row.tenths for row in rows}
    return {key: tenths for key, tenths in newest.items() if tenths}


def rest_on(connection: Connection, occasion: int) -> bool:
    """Are any confirmed for whoever was there, in its lesson and month?"""
    lesson, day = connection.execute(select(Occasion.lesson, Occasion.day).where(Occasion.id == occasion)).one()
    there = select(Presence.member_id).where(Presence.occasion_id == occasion)
    return any(of == lesson for _, of, _ in confirmed(connection, [f"{day:%Y-%m}"], there))


def of_year(connection: Connection, month: str, members: Collection[int] | Select[int] | None) -> dict[int, int]:
    """Tenths since January up to a month, by member, as they hold now."""
    found = select(Hours.member_id, func.sum(Hours.change)).where(Hours.month.between(f"{month[:4]}-01", month))
    if members is not None:
        found = found.where(Hours.member_id.in_(members))
    sums = connection.execute(found.group_by(Hours.member_id)).all()
    return {member: int(tenths) for member, tenths in sums if tenths}


def first_month(connection: Connection, member: int) -> str | None:
    """The first for which any are confirmed for this member, as they hold now."""
    months = select(Hours.month).where(Hours.member_id == member).group_by(Hours.month)
    found = months.having(func.sum(Hours.change) > 0).order_by(Hours.month).limit(1)
    return connection.execute(found).scalar()
