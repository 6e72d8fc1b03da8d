"""What is wrong in a lesson file is a value with its line and a way to mend it, never an exception in the middle."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct


class Mistake(Struct, frozen=True):
    """A "mistake" stops a lesson from being published; "advice" does not."""

    line: int  # from 1
    severity: Literal["mistake", "advice"]
    what: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}. {self.mend}"


def mistake(line: int, what: str, mend: str) -> Mistake:
    return Mistake(line, "mistake", what, mend)


def advice(line: int, what: str, mend: str) -> Mistake:
    return Mistake(line, "advice", what, mend)


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence that names the known word most like this one, or all of them."""
    known = list(known)
    like = difflib.get_close_matches(word.casefold(), known, n=3, cutoff=0.4)
    if not like:
        return f"Known here: {', '.join(known)}."
    match = max(like, key=lambda each: each[0] == word[0].casefold())  # slips are rarely in the first letter
    return f"Did you mean {match!r}?"
