"""Hours of study. The line only suggests them; they count once a secretary has confirmed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select
from sqlalchemy.orm import aliased

from ivr.records.models import Hours

Key = tuple[int, str]  # a member, a lesson
_newer = aliased(Hours)


def suggested(heard_ms: int, length_ms: int, hour_minutes: int) -> int:
    """Tenths of an hour for what was heard of a lesson: never more than all of it."""
    return round(min(heard_ms, length_ms) / (hour_minutes * 6_000))


def confirm(connection: Connection, month: str, tenths: Mapping[Key, int], user: int, now: datetime) -> int:
    """These hold from now on; 0 takes back. Returns how many are new."""
    before = confirmed(connection, [month], {member for member, _ in tenths})
    changed = {key: count for key, count in tenths.items() if before.get((*key, month), 0) != count}
    rows = [
        {"member_id": member, "lesson": lesson, "month": month, "tenths": count, "user_id": user, "made_at": now}
        for (member, lesson), count in changed.items()
    ]
    if rows:
        connection.execute(insert(Hours), rows)
    return len(rows)


def confirmed(
    connection: Connection, months: Iterable[str], members: Iterable[int] | None = None
) -> dict[tuple[int, str, str], int]:
    """Tenths by member, lesson and month, as they hold now."""
    found = select(Hours.member_id, Hours.lesson, Hours.month, Hours.tenths).where(Hours.month.in_(list(months)))
    if members is not None:
        found = found.where(Hours.member_id.in_(list(members)))
    rows = connection.execute(found.order_by(Hours.id))
    newest = {(row.member_id, row.lesson, row.month): row.tenths for row in rows}
    return {key: tenths for key, tenths in newest.items() if tenths}


def of_year(connection: Connection, month: str) -> dict[int, int]:
    """Tenths since January up to a month, by member, as they hold now."""
    same = (getattr(_newer, name) == getattr(Hours, name) for name in ("member_id", "month", "lesson"))
    is_over = exists().where(*same, _newer.id > Hours.id)
    found = select(Hours.member_id, func.sum(Hours.tenths)).where(Hours.month.between(f"{month[:4]}-01", month))
    sums = connection.execute(found.where(~is_over).group_by(Hours.member_id)).all()
    return {member: int(tenths) for member, tenths in sums}


def first_month(connection: Connection, member: int) -> str | None:
    """The first for which any are confirmed for this member, as they hold now."""
    holding = select(func.max(Hours.id)).where(Hours.member_id == member).group_by(Hours.lesson, Hours.month)
    found = select(func.min(Hours.month)).where(Hours.id.in_(holding), Hours.tenths > 0)
    return connection.execute(found).scalar_one()
