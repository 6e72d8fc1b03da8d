"""Virtual time: it moves only when somebody moves it, and never backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SPRING_MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning in Beijing


class Clock:
    """An aware UTC clock shared by the provider and the server under test; call it to read it."""

    def __init__(self, start: datetime = SPRING_MORNING) -> None:
        if start.utcoffset() is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"time does not run backwards ({seconds} s)")
        self._now += timedelta(seconds=seconds)

    def advance_to(self, moment: datetime) -> None:
        """Move to `moment`; stay where we are when it has passed already."""
        self._now = max(self._now, moment.astimezone(UTC))

    def __call__(self) -> datetime:
        return self._now
