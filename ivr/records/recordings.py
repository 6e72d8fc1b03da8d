"""What was said after the tone, on its way from the provider's keeping into ours. The row alone says how far it is.

left there ── kept() ──> kept here ── forgotten() ──> deleted there: nothing is left to do

Whoever does a step takes the row first and has it for a while; if they fall, somebody takes it again. Each step may be
done twice and counts once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, update

from ivr.catalogue import Clip
from ivr.records import questions
from ivr.records.models import Call, Recording

LEASE = timedelta(minutes=10)  # longer than a step can take
_MINUTES = (0.25, 0.5, 1, 5, 15, 60, 180, 360, 720, 1440)
WAITS = tuple(timedelta(minutes=each) for each in _MINUTES)  # after each failure; after the last we give up


@dataclass(frozen=True, slots=True)
class Taken:
    """A recording that is ours to work on. `audio` is its name here once it is kept, "" before."""

    id: int
    provider: str
    address: str
    audio: str
    tries: int


def due(connection: Connection, now: datetime) -> list[int]:
    """Those that it is time to work on, oldest first."""
    waiting = select(Recording.id).where(Recording.next_try_at <= now)
    return list(connection.execute(waiting.order_by(Recording.next_try_at, Recording.id)).scalars())


def unfinished(connection: Connection) -> list[int]:
    """All that are not done, those that were given up among them."""
    return list(connection.execute(select(Recording.id).where(~Recording.gone).order_by(Recording.id)).scalars())


def here(connection: Connection, recordings: Collection[int]) -> frozenset[int]:
    """Those of these that lie here, and can be heard."""
    return _those(connection, recordings, Recording.audio != "")


def lost(connection: Connection, recordings: Collection[int]) -> frozenset[int]:
    """Those of these that nobody tries to fetch any more."""
    return _those(connection, recordings, (Recording.audio == "") & Recording.next_try_at.is_(None))


def _those(connection: Connection, recordings: Collection[int], which: ColumnElement[bool]) -> frozenset[int]:
    return frozenset(connection.execute(select(Recording.id).where(Recording.id.in_(recordings), which)).scalars())


def take(connection: Connection, recording: int, now: datetime, *, at_once: bool = False) -> Taken | None:
    """Nobody else gets it for a while; None if somebody has it. `at_once` takes it whoever has it."""
    which = (Recording.id == recording) & ~Recording.gone
    if not at_once:
        which &= Recording.next_try_at <= now
    taking = {"tries": Recording.tries + 1, "next_try_at": now + LEASE}
    if not connection.execute(update(Recording).where(which).values(taking)).rowcount:
        return None
    found = select(Recording.id, Call.provider, Recording.address, Recording.audio, Recording.tries)
    row = connection.execute(found.join(Call, Call.id == Recording.call_id).where(Recording.id == recording)).one()
    return Taken(*row)


def kept(connection: Connection, recording: int, audio: str, length_ms: int, now: datetime) -> None:
    """It lies here now. A reply that the secretary spoke is the asker's from now on."""
    first = (Recording.id == recording) & (Recording.audio == "")
    here = {"audio": audio, "length_ms": length_ms, "tries": 1, "trouble": ""}
    if not connection.execute(update(Recording).where(first).values(here)).rowcount:
        return
    row = connection.execute(select(Recording.kind, Recording.about).where(Recording.id == recording)).one()
    if row.kind == "reply" and row.about is not None:
        questions.give(connection, row.about, Clip(audio, length_ms, ""), now)


def forgotten(connection: Connection, recording: int) -> None:
    """The provider has it no longer."""
    done = {"gone": True, "next_try_at": None, "trouble": ""}
    connection.execute(update(Recording).where(Recording.id == recording).values(done))


def failed(connection: Connection, taken: Taken, why: str, now: datetime, *, for_good: bool) -> bool:
    """A step did not succeed: once more later, or never. Returns whether there is a later."""
    later = None if for_good or taken.tries > len(WAITS) else now + WAITS[taken.tries - 1]
    open_ = (Recording.id == taken.id) & ~Recording.gone
    connection.execute(update(Recording).where(open_).values(next_try_at=later, trouble=why))
    return later is not None
