"""Sound takes longer to make than a page may take: it is made behind the pages, a piece at a time, so that the line's
own threads stay free. Users take turns, piece by piece: nobody waits for all that somebody else asked for. And whoever
asked for it sees that it goes on, and how it ended."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from ivr.errors import BadEntry

log = logging.getLogger(__name__)

KEPT = timedelta(hours=1)  # how it ended can be seen so long
MOST, MOST_OF_ONE = 50, 10  # that wait; of one user


@dataclass(frozen=True, slots=True)
class Ended:
    """What a press came to: sentences for whoever asked, or what is wrong, by field; and single mistakes of a list."""

    told: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()


class Far(NamedTuple):
    """How far a press is, in pieces."""

    done: int
    of: int


Pieces = Generator[Far, None, Ended]


@dataclass(slots=True)
class Press:
    """What a user asked for: `of` which page, and what they typed, so that it can be shown again. `ended` is None while
    it goes on; by the moment `over` it had ended."""

    user: int
    of: str
    typed: Mapping[str, str]
    far: Far | None = None
    ended: Ended | None = None
    over: datetime | None = None


class _Waiting(NamedTuple):
    press: Press
    pieces: Pieces
    broke: Ended


class Presses:
    """Those of this process. They don't outlive it: what was not kept by then has to be sent again."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "press")
        self._lock = threading.Lock()
        self._known: dict[str, Press] = {}
        self._waiting: dict[int, deque[_Waiting]] = {}  # by user, who is next first; never an empty one

    def begin(
        self, user: int, of: str, typed: Mapping[str, str], work: Callable[[], Pieces], broke: Ended, now: datetime
    ) -> str:
        """Returns the ticket by which it is found; `broke` is how it ends where the work raises.

        Raises BadEntry where too many wait already."""
        with self._lock:
            self._forget(now)
            theirs = self._waiting.get(user, deque())
            if len(theirs) >= MOST_OF_ONE or sum(map(len, self._waiting.values())) >= MOST:
                raise BadEntry("all", "busy")
            ticket = secrets.token_urlsafe(16)
            self._known[ticket] = Press(user, of, typed)
            if not self._waiting:
                self._pool.submit(self._go_on)
            theirs.append(_Waiting(self._known[ticket], work(), broke))
            self._waiting[user] = theirs
        return ticket

    def of(self, user: int, of: str, ticket: str) -> Press | None:
        """Nobody sees what somebody else asked for."""
        press = self._known.get(ticket)
        return press if press and (press.user, press.of) == (user, of) else None

    def newest(self, of: str) -> Press | None:
        """What was asked for last, by whomever; None where that is long ago."""
        return next((press for press in reversed(self._known.copy().values()) if press.of == of), None)

    def close(self) -> None:
        """Make no more; the present piece ends first."""
        self._pool.shutdown(cancel_futures=True)

    def _forget(self, now: datetime) -> None:
        """With the lock held: what was over long ago, however long it took."""
        for press in self._known.values():
            if press.ended and press.over is None:
                press.over = now
        self._known = {ticket: each for ticket, each in self._known.items() if not each.over or now - each.over < KEPT}

    def _go_on(self) -> None:
        """Make the next piece, of whoever's turn it is."""
        with self._lock:
            user = next(iter(self._waiting))
            theirs = self._waiting[user]
        _make_a_piece(*theirs[0])
        with self._lock:
            del self._waiting[user]
            if theirs[0].press.ended:
                theirs.popleft()
            if theirs:
                self._waiting[user] = theirs  # behind all others
            if self._waiting:
                self._pool.submit(self._go_on)


def _make_a_piece(press: Press, pieces: Pieces, broke: Ended) -> None:
    try:
        press.far = next(pieces)
    except StopIteration as end:
        press.ended = end.value
    except Exception:
        log.exception("a press broke")
        press.ended = broke


def at_once(ended: Callable[[], Ended]) -> Callable[[], Pieces]:
    """Work of one piece."""

    def pieces() -> Pieces:
        yield from ()
        return ended()

    return pieces
