"""The tree of organisations. The county is all of it; a township is a district and has branches; these have members.

What somebody may see is a list of branches made here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Select, func, insert, select, update
from sqlalchemy.orm import aliased

from ivr.errors import NotThere
from ivr.records.models import Branch, Member

Role = Literal["county", "township", "branch"]
District = aliased(Branch)


@dataclass(frozen=True, slots=True)
class Place:
    """A branch; `district` is "" where none is known."""

    id: int
    name: str
    district: str


def seen_by(connection: Connection, role: Role, of: int | None) -> tuple[Place, ...]:
    """The branches that somebody with this role sees, by district and name: all; those of a district; one."""
    found = _branches()
    if role == "township":
        found = found.where(Branch.parent_id == of)
    elif role == "branch":
        found = found.where(Branch.id == of)
    return tuple(Place(row.id, row.name, row.district) for row in connection.execute(found))


def _branches() -> Select[int, str, str]:
    """All that are no district."""
    district = func.coalesce(District.name, "")
    above = select(Branch.parent_id).where(Branch.parent_id.is_not(None))
    return (
        select(Branch.id, Branch.name, district.label("district"))
        .outerjoin(District, District.id == Branch.parent_id)
        .where(Branch.id.not_in(above))
        .order_by(district, Branch.name)
    )


def districts(connection: Connection) -> list[Place]:
    """By name."""
    above = select(Branch.parent_id).where(Branch.parent_id.is_not(None))
    found = select(Branch.id, Branch.name).where(Branch.id.in_(above)).order_by(Branch.name)
    return [Place(row.id, row.name, "") for row in connection.execute(found)]


def named(connection: Connection, role: Role, name: str) -> int:
    """The id of a district (for the township) or a branch. Raises NotThere."""
    above = select(Branch.parent_id).where(Branch.parent_id.is_not(None))
    kind = Branch.id.in_(above) if role == "township" else Branch.id.not_in(above)
    found: int | None = connection.execute(select(Branch.id).where(Branch.name == name, kind)).scalar()
    if found is None:
        made = "the column 乡镇 of a member list makes them" if role == "township" else "`ivr roster import` makes them"
        raise NotThere(f"There is no {role} {name}; {made}.")
    return found


def name_of(connection: Connection, place: int | None) -> str:
    """ "" for the county, which has none."""
    return connection.execute(select(Branch.name).where(Branch.id == place)).scalar() or ""


def district_of(connection: Connection, role: Role, of: int | None) -> int | None:
    """The district that somebody with this role belongs to; None for the county, and where none is known."""
    if role != "branch":
        return of
    found: int | None = connection.execute(select(Branch.parent_id).where(Branch.id == of)).scalar()
    return found


def with_members(connection: Connection) -> set[str]:
    """The branches that have members, by name."""
    return set(connection.execute(select(Branch.name).join(Member, Member.branch_id == Branch.id).distinct()).scalars())


def put(connection: Connection, districts: Mapping[str, str]) -> None:
    """Let branches that are there lie in these districts, which are made where they are missing."""
    known = _ids(connection)
    if new := [{"name": name} for name in dict.fromkeys(districts.values()) if name not in known]:
        connection.execute(insert(Branch), new)
        known = _ids(connection)
    for branch, district in districts.items():
        connection.execute(update(Branch).where(Branch.id == known[branch]).values(parent_id=known[district]))


def _ids(connection: Connection) -> dict[str, int]:
    return {row.name: row.id for row in connection.execute(select(Branch.name, Branch.id))}
