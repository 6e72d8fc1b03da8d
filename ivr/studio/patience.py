"""Waiting has an end: what hangs is left behind, and the press goes on to say so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def within(seconds: float, work: Callable[[], _T]) -> _T | None:
    """What the work returns or raises; None when it takes too long. Its thread then stays behind, as a daemon that
    does not keep the program from ending: Python has no way to stop it."""
    outcome: list[_T | BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        return None
    (result,) = outcome
    if isinstance(result, BaseException):
        raise result
    return result
