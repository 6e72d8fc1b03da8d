"""What members have chosen for good: language, pace, answering by any key; and since when their latencies count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ivr.records.models import Preference


def prefer(connection: Connection, member: int, what: str, value: str) -> None:
    """`value` from now on; "" forgets the choice. Two calls may choose at once: the later one counts."""
    if not value:
        connection.execute(delete(Preference).where(Preference.member_id == member, Preference.what == what))
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(Preference).values(member_id=member, what=what, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=["member_id", "what"], set_={"value": value}))


def preferred(connection: Connection, members: Iterable[int]) -> dict[int, Mapping[str, str]]:
    """The choices of each of these members."""
    chosen: dict[int, dict[str, str]] = {member: {} for member in members}
    for row in connection.execute(select(Preference.__table__).where(Preference.member_id.in_(chosen))):
        chosen[row.member_id][row.what] = row.value
    return {**chosen}


def languages(connection: Connection) -> set[str]:
    """All that members have chosen."""
    chosen = select(Preference.value).where(Preference.what == "language").distinct()
    return set(connection.execute(chosen).scalars())
