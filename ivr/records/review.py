"""When a question that was once answered wrong is asked again: after 2, 7 and 14 days. Pure.

Each time it is then answered right at once, the next wait begins; a wrong answer begins anew. After the third it is
done (spaced repetition; Sawaal found that voice quizzes are remembered for about two weeks).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

WAITS = tuple(map(timedelta, (2, 7, 14)))


class Tried(NamedTuple):
    """A question on a day: whether every answer of that day was right."""

    day: date
    right: bool


def is_due(tries: Iterable[Tried], today: date) -> bool:
    """Whether a question with these tries, in order, is to be asked again by now."""
    wait, last = None, today
    for tried in tries:
        if not tried.right:
            wait = 0
        elif wait is not None and tried.day >= last + WAITS[wait]:
            wait = wait + 1 if wait + 1 < len(WAITS) else None
        elif wait is not None:
            continue  # right, but sooner than asked for: that was no test of memory
        last = tried.day
    return wait is not None and today >= last + WAITS[wait]


def by_day(answers: Iterable[tuple[date, bool]]) -> list[Tried]:
    """Answers in order, as days: a day is right when each answer of it is."""
    days: dict[date, bool] = {}
    for day, right in answers:
        days[day] = days.get(day, True) and right
    return [Tried(day, right) for day, right in days.items()]
