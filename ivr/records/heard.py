"""What was really heard: a pure fold of plays and evidence, the same in any order and with any duplicates.

A provider does not tell how far a file got. It tells, by its next request, when the caller acted; what lies between
that and our answer is the line's delay. So for each play there is a part that was surely heard (*at least*) and a
part that may have been (*at most*); the truth lies between. Credit is what is proven.

    closed by "end"   the whole play was executed: all of it, if the time for that has passed
    closed by "key"   the time since we answered, less the delay
    not closed        the call ended in this play: likewise, as far as the end is known; else nothing to everything

The delay of one play is LINE_DELAY_MS. It is not narrowed by the other plays of a call: a file that
was fetched before starts sooner than a new one. Where an answer was sent again the play may have begun at either time;
where the server was started anew in between, the provider may have waited to ask again. What nobody can tell from here
is a key whose request was lost on the way and sent again: it counts as late as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from ivr.dialogue.turn import LINE_DELAY_MS

QUICKEST_END_MS = 250  # an end that came sooner than its play's length less this was no end
PLAUSIBLE = timedelta(days=30)  # between a call's end, as a callback tells it, and its arrival
RETRY_MS = 15_000  # how long a provider keeps trying one request (Twilio: 15 s for all tries)


class Closing(Struct, frozen=True, gc=False):
    """The request that closed a play: `act` is "key" or "end"."""

    act: str
    arrived_at: datetime
    boot: str


class Sent(Struct, frozen=True, gc=False):
    """A piece of a lesson as it was sent: `length_ms` of content from `base_ms`; then `gather_ms` of waiting."""

    lesson: str
    edition: str
    base_ms: int
    length_ms: int
    gather_ms: int
    sent_at: datetime
    boot: str
    closing: Closing | None = None
    resent: tuple[datetime, ...] = ()  # when the stored answer was sent again


class Ending(Struct, frozen=True, gc=False):
    """A final status callback: when it came, and what it says. `provider_at` is whole seconds of the provider's clock,
    `lasted_s` its count of seconds since the call was answered; both are taken to be off by a second at most."""

    arrived_at: datetime
    provider_at: datetime | None
    lasted_s: int | None


class Heard(Struct, frozen=True, gc=False):
    """How much of a play was heard, from its start."""

    play: Sent
    at_least_ms: int
    at_most_ms: int

    @property
    def surely(self) -> tuple[int, int]:
        return self.play.base_ms, self.play.base_ms + self.at_least_ms

    @property
    def perhaps(self) -> tuple[int, int]:
        return self.play.base_ms, self.play.base_ms + self.at_most_ms


def union_ms(spans: Iterable[tuple[int, int]]) -> int:
    """The total length of the union of half-open intervals: what is heard twice counts once."""
    total = reached = 0
    for start, end in sorted(spans):
        start = max(start, reached)
        if end > start:
            total += end - start
            reached = end
    return total


def fold(started_at: datetime, plays: Sequence[Sent], endings: Sequence[Ending]) -> tuple[Heard, ...]:
    """The plays of one call, in the order they were sent, with what was heard of each."""
    ended = _ended(started_at, endings)
    return tuple(Heard(play, *_bounds(play, ended)) for play in plays)


def _bounds(play: Sent, ended: tuple[datetime, datetime] | None) -> tuple[int, int]:
    if play.closing is None:
        return _span(play, ended, 0) if ended else (0, play.length_ms)
    arrived = play.closing.arrived_at
    if play.closing.act == "key":
        restarted = RETRY_MS if play.closing.boot != play.boot else 0
        return _span(play, (arrived, arrived), restarted)
    passed = _ms(arrived - play.sent_at)
    if passed >= play.length_ms + play.gather_ms - QUICKEST_END_MS:
        return play.length_ms, play.length_ms
    return 0, _within(play, passed - play.gather_ms)


def _span(play: Sent, stopped: tuple[datetime, datetime], waited_ms: int) -> tuple[int, int]:
    """Bounds for a play that stopped between two times, as our clock saw them; the provider may have waited so long
    to tell."""
    # So long, being asked again may mean that the first answer never came; a key shows that it did.
    trying = stopped[1] if play.closing else play.sent_at + timedelta(milliseconds=RETRY_MS)
    began_last = max([play.sent_at, *(again for again in play.resent if again <= max(stopped[1], trying))])
    shortest = _ms(stopped[0] - began_last)
    longest = _within(play, _ms(stopped[1] - play.sent_at) - LINE_DELAY_MS[0])
    return min(_within(play, shortest - LINE_DELAY_MS[1] - waited_ms), longest), longest


def _within(play: Sent, ms: int) -> int:
    return min(max(ms, 0), play.length_ms)


def _ended(started_at: datetime, endings: Sequence[Ending]) -> tuple[datetime, datetime] | None:
    """The latest and earliest that the call can have ended: where the accounts of its callbacks meet."""
    if not endings:
        return None
    earliest, latest = [started_at], [min(ending.arrived_at for ending in endings)]
    for ending in endings:
        if ending.provider_at is not None and abs(ending.provider_at - ending.arrived_at) < PLAUSIBLE:
            earliest.append(ending.provider_at - timedelta(seconds=1))
            latest.append(ending.provider_at + timedelta(seconds=2))
        if ending.lasted_s is not None:  # only a lower bound: the call may have been answered well after it began
            earliest.append(started_at + timedelta(seconds=ending.lasted_s - 2))
    if max(earliest) <= min(latest):
        return max(earliest), min(latest)
    return started_at, min(ending.arrived_at for ending in endings)  # they contradict each other: trust our clock


def _ms(passed: timedelta) -> int:
    return passed // timedelta(milliseconds=1)
