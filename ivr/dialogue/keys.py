"""Key tables: one row says which key it is, what it does and, by its prompt, how it is offered. So what a caller is
told and what the key does cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ivr.dialogue.turn import Say

HELP, AGAIN, NEXT = "0", "*", "#"  # mean the same everywhere (ISO/IEC 13714)


class Choice(Struct, frozen=True):
    """`does` names the action, and the prompt `choose_<does>` that offers it."""

    key: str
    does: str

    @property
    def offer(self) -> Say:
        return Say(f"choose_{self.does}", self.key)


def offers(choices: Iterable[Choice]) -> tuple[Say, ...]:
    return tuple(choice.offer for choice in choices)


def chosen(choices: Iterable[Choice], key: str) -> Choice | None:
    return next((choice for choice in choices if choice.key == key), None)


def reminder(misses: int, choices: tuple[Choice, ...], *, silent: bool) -> tuple[Say, ...]:
    """Ask again: kindly, each time in other and fewer words. `misses` counts from 1."""
    lead = Say(f"no_key_{misses}" if silent else f"other_key_{misses}")
    spoken = [choice for choice in choices if choice.key != HELP]
    return lead, *offers(spoken if misses < 3 else spoken[:1])


REMINDERS = tuple(Say(f"{what}_key_{n}") for what in ("no", "other") for n in (1, 2, 3))
