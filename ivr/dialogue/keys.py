"""Key tables: one row says which key it is, what it does and, by its prompt, how it is offered. So what a caller is
told and what the key does cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ivr.catalogue import Clip
from ivr.dialogue.turn import Name, Said, Say

HELP, AGAIN, NEXT = "0", "*", "#"  # mean the same everywhere (ISO/IEC 13714)
UNIVERSAL = HELP, AGAIN, NEXT
YES, NO = "1", "2"


class Choice(Struct, frozen=True):
    """`does` names the action, and the prompts that offer it: `choose_<does>` with its key, `pick_<does>` for callers
    who pick by any key. `said` stands for the prompt where the choice is a person or an answer."""

    key: str
    does: str
    said: Name | Clip | None = None
    language: str = ""

    @property
    def offer(self) -> tuple[Said, ...]:
        if self.said is not None:
            return self.said, Say("press", self.key)
        return (Say(f"choose_{self.does}", self.key, self.language),)

    @property
    def pick(self) -> Said:
        return self.said if self.said is not None else Say(f"pick_{self.does}", language=self.language)


MOST_DIGITS = 12  # of a member number or a PIN


def typed(keys: str) -> str:
    """The digits of a number that count: those after the last star."""
    return keys.rpartition("*")[2]


def offers(choices: Iterable[Choice]) -> tuple[Said, ...]:
    return tuple(said for choice in choices for said in choice.offer)


def says_of(*choices: Choice) -> tuple[Say, ...]:
    """The prompts that these choices can be offered by."""
    offered = [said for choice in choices for said in (*choice.offer, choice.pick)]
    return tuple(said for said in offered if isinstance(said, Say))


def chosen(choices: Iterable[Choice], key: str) -> Choice | None:
    return next((choice for choice in choices if choice.key == key), None)


REMINDERS = tuple(Say(f"{what}_key_{n}") for what in ("no", "other") for n in (1, 2, 3))
