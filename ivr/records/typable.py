"""On the telephone a member number is given by its digits. Whoever shares them with somebody else, or has none, can't
be told by them; so it is said when a roster is read, and nobody gets rights that such a number would have to open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ivr.dialogue.keys import MOST_DIGITS
from ivr.errors import NotTypable
from ivr.records.models import Member

MEND = "Enrol one of them under another number"


@dataclass(frozen=True, slots=True)
class Untypable:
    """Member numbers that can't be typed, and why."""

    numbers: tuple[str, ...]
    why: str

    @property
    def kind(self) -> str:
        """`why`, in a word: same, no_digits, only_zeros, many_digits."""
        if len(self.numbers) > 1:
            return "same"
        digits = digits_of(self.numbers[0])
        return "many_digits" if digits.strip("0") else "only_zeros" if digits else "no_digits"


def digits_of(number: str) -> str:
    """What can be typed of a member number."""
    return re.sub(r"\D", "", number, flags=re.ASCII)


def untypable(numbers: Iterable[str]) -> Iterator[Untypable]:
    """The member numbers of a roster that can't be typed: those with the same digits together, in order."""
    by_digits: dict[str, list[str]] = {}
    for number in dict.fromkeys(numbers):
        by_digits.setdefault(digits_of(number), []).append(number)
    for digits, same in by_digits.items():
        if not digits.strip("0"):
            yield from (Untypable((number,), "has no digit but 0") for number in same)
        elif len(digits) > MOST_DIGITS:
            yield from (Untypable((number,), f"has more than {MOST_DIGITS} digits") for number in same)
        elif len(same) > 1:
            yield Untypable(tuple(same), "have the same digits")


def require(connection: Connection, number: str) -> None:
    """Raises NotTypable, with the mend, for a member number that can't be typed."""
    numbers = connection.execute(select(Member.number).order_by(Member.id)).scalars()
    for found in untypable(numbers):
        if number in found.numbers:
            named = " and ".join(found.numbers)
            mend = MEND if len(found.numbers) > 1 else "Enrol them under another number"
            raise NotTypable(f"{named} {found.why}, and can't be typed on the telephone. {mend}.")
