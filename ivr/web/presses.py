"""Sound takes longer to make than a page may take: it is made behind the pages, one piece at a time, so that the line's
own threads stay free; and whoever asked for it sees that it goes on, and how it ended."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.errors import BadEntry

log = logging.getLogger(__name__)

KEPT = timedelta(hours=1)  # how it ended can be seen so long
MOST = 50  # that wait or are seen still


@dataclass(frozen=True, slots=True)
class Ended:
    """What a press came to: sentences for whoever asked, or what is wrong, by field."""

    told: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Press:
    """What a user asked for: `of` which page, and what they typed, so that it can be shown again."""

    user: int
    of: str
    typed: Mapping[str, str]
    since: datetime
    future: Future[Ended]

    @property
    def ended(self) -> Ended | None:
        """None while it goes on."""
        return self.future.result() if self.future.done() else None


class Presses:
    """Those of this process. They don't outlive it: what was not kept by then has to be sent again."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "press")
        self._lock = threading.Lock()
        self._known: dict[str, Press] = {}

    def begin(
        self, user: int, of: str, typed: Mapping[str, str], work: Callable[[], Ended], broke: Ended, now: datetime
    ) -> str:
        """Returns the ticket by which it is found; `broke` is how it ends where the work raises.

        Raises BadEntry where too many wait already."""
        with self._lock:
            self._known = {
                ticket: press
                for ticket, press in self._known.items()
                if not press.future.done() or now - press.since < KEPT
            }
            if sum(not press.future.done() for press in self._known.values()) >= MOST:
                raise BadEntry("all", "busy")
            ticket = secrets.token_urlsafe(16)
            future = self._pool.submit(_ended, work, broke)
            self._known[ticket] = Press(user, of, typed, now, future)
        return ticket

    def of(self, user: int, of: str, ticket: str) -> Press | None:
        """Nobody sees what somebody else asked for."""
        press = self._known.get(ticket)
        return press if press and (press.user, press.of) == (user, of) else None


def _ended(work: Callable[[], Ended], broke: Ended) -> Ended:
    try:
        return work()
    except Exception:
        log.exception("a press broke")
        return broke
