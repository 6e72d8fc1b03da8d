"""Who calls: somebody's name, telephone, habits; what they may do, and what they have come to do."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ivr.rehearsal.village import Village


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, and how they are with telephones."""

    name: str
    number: str  # of the telephone
    member_number: str  # "": not enrolled, or not known to them
    presses: bool
    talks: bool
    asks: bool
    patient: bool
    ends_with_hash: bool
    think_s: float
    pin: str = ""
    paces: bool = False  # wants the lesson slower, or faster
    has_notice: bool = False


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody on duty calls for: "group" or "visit". `at_phone` is who usually calls from there, `attending` the
    member numbers of the roll."""

    what: str
    at_phone: str
    member_number: str
    pin: str
    attending: tuple[str, ...] = ()
    with_lesson: bool = True


@dataclass(frozen=True, slots=True)
class Listen:
    """Press nothing until something else is said."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key after so many seconds of the passage, then others, `gap_s` apart, that one press or a habit makes of it."""

    keys: str
    after_s: float
    gap_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Talk:
    """Say something after the tone, for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down, after so many seconds of the passage."""

    after_s: float


Act = Listen | Press | Talk | HangUp


def drawn(village: Village, chance: Random, name: str, number: str, member_number: str) -> Person:
    """Somebody of the village; `member_number` is "" for who is not enrolled."""

    def is_so(share: float) -> bool:
        return chance.random() < share

    presses = not is_so(village.never_press.value)
    knows = is_so(village.know_their_number.value)
    return Person(
        name,
        number,
        member_number if knows else "",
        presses=presses,
        talks=is_so(village.talk.value),
        asks=is_so(village.ask_a_question.value),
        patient=is_so(village.hear_it_all.value),
        ends_with_hash=is_so(village.ends_with_hash.value),
        think_s=village.think_s.value * chance.lognormvariate(0, village.think_spread.value),
        pin=f"259{chance.randrange(1000):03}" if is_so(village.have_a_pin.value) and member_number else "",
        paces=is_so(village.change_pace.value),
        has_notice=is_so(village.have_a_notice.value) and member_number != "",
    )
