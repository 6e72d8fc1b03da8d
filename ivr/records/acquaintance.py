"""What the line has learned of a member, and what the member chose: all of it can be seen, set and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from ivr.records import latency, learners, pins, preferences
from ivr.records.latency import Learned
from ivr.records.learners import Now
from ivr.records.models import Call, Member
from ivr.records.roster import Enrolled, enrolled

LATEST_CALLS = 10
CHOICES = {"wait": "wait_from", "language": "language", "pace": "pace", "one_key": "one_key"}  # what is kept as what


@dataclass(frozen=True, slots=True)
class LateCall:
    """One of the latest calls; whether keys failed in it."""

    id: int
    started_at: datetime
    number: str
    keys_failed: bool


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A member as the line knows them. `chosen` are their lasting choices, by what they are of; `learned` is how long
    the line waits for their keys, and why; `minutes` were used this month, of `allowed` (0: no limit)."""

    member: Enrolled
    has_pin: bool
    chosen: Mapping[str, str]
    learned: Learned
    since: datetime | None
    calls: tuple[LateCall, ...]
    minutes: int
    allowed: int


def of(connection: Connection, number: str, now: Now) -> Acquaintance:
    """All that is known of the member with this number. Raises NotEnrolled."""
    (member,) = enrolled(connection, number=number)
    chosen = preferences.preferred(connection, [member.id])[member.id]
    reset = chosen.get(CHOICES["wait"])
    since = datetime.fromisoformat(reset) if reset else None
    return Acquaintance(
        member,
        bool(connection.execute(select(Member.pin).where(Member.id == member.id)).scalar()),
        chosen,
        latency.learned(connection, member.id, since),
        since,
        _calls(connection, member.id),
        learners.minutes_used(connection, member.id, now),
        now.settings.dialogue.month_min,
    )


def _calls(connection: Connection, member: int) -> tuple[LateCall, ...]:
    found = select(Call.id, Call.started_at, Call.number, Call.keys_failed).where(Call.member_id == member)
    return tuple(LateCall(*row) for row in connection.execute(found.order_by(Call.id.desc()).limit(LATEST_CALLS)))


def forget(connection: Connection, number: str, what: frozenset[str], now: datetime) -> Enrolled:
    """Forget these of CHOICES. The wait is learned anew from here on; the record of calls stays. Raises NotEnrolled."""
    (member,) = enrolled(connection, number=number)
    for each in what:
        preferences.prefer(connection, member.id, CHOICES[each], now.isoformat() if each == "wait" else "")
    return member


def choose(connection: Connection, number: str, choices: Mapping[str, str]) -> Enrolled:
    """Choose for a member: `language`, `pace`, `one_key`, `role` or `pin`; "" takes a choice away.

    Raises NotEnrolled or BadPin; then nothing changes."""
    (member,) = enrolled(connection, number=number)
    for what, value in choices.items():
        match what:
            case "pin":
                pins.set_pin(connection, member.id, value)
            case "role":
                connection.execute(update(Member).where(Member.id == member.id).values(role=value))
            case _:
                preferences.prefer(connection, member.id, CHOICES[what], value)
    return member
