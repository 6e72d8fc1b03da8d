"""A telephone in the terminal: the same calls, with words to read and keys to type. Time passes as the audio would
take. What is heard here counts in the database of the line it is given: hand it a rehearsal's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr import calls
from ivr.dialogue.turn import Gather, Input, Pressed, Record, Silent, Spoke
from ivr.voicing import Sound, sounding

PROVIDER = "terminal"
KINDS: dict[type[Input], str] = {Pressed: "key", Silent: "end", Spoke: "spoke"}
CHARACTERS_A_SECOND = 4  # of what is typed instead of being said
TYPED = re.compile(r"([0-9*#]{1,32})(?:@([0-9]+(?:\.[0-9]+)?))?")


@dataclass(slots=True)
class TerminalClock:
    """Goes forward only when told."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def advance(self, ms: float) -> None:
        self.time += timedelta(milliseconds=ms)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the person did: a key, nothing, or hanging up; and how much of the sounds had passed by then, if not all."""

    act: Input | None  # None: hung up
    after_ms: float | None


# Hears the sounds and what is waited for then; gives back what the person did.
Ear = Callable[[tuple[Sound, ...], Gather | Record | None], Typed]


def read_typed(text: str, waited_for: Gather | Record) -> Typed | None:
    """ "" is silence, "2" a key at once, "2@12" a key after 12 s, "q" hangs up; a number where one is asked for. After
    the tone, whatever is typed is what is said. None for anything else."""
    text = text.strip().lower()
    if isinstance(waited_for, Record) and text not in ("", "q"):
        seconds = min(waited_for.seconds, max(1, len(text) // CHARACTERS_A_SECOND))
        return Typed(Spoke(secrets.token_hex(8), "", seconds), None)
    if text in ("", "q"):
        return Typed(Silent() if text == "" else None, None if text == "" else 0)
    typed = TYPED.fullmatch(text)
    act = _keys(typed[1], waited_for) if typed else None
    return Typed(act, 1000 * float(typed[2] or 1)) if typed and act else None


def _keys(keys: str, waited_for: Gather | Record) -> Pressed | Silent | None:
    """As a provider would tell them: # ends a number and is no part of it; by itself it ends one that has no digits."""
    digits = waited_for.digits if isinstance(waited_for, Gather) else 1
    number = keys.removesuffix("#") if digits > 1 else keys
    if len(number) > digits or (digits > 1 and "#" in number):
        return None
    return Pressed(number) if number else Silent()


def converse(line: calls.Line, clock: TerminalClock, number: str, ear: Ear) -> None:
    """One call from `number`, until somebody hangs up."""
    sid = secrets.token_hex(8)
    spoken = calls.answer(line, PROVIDER, sid, number)
    began = clock.time
    while True:
        sounds = tuple(sounding(spoken.turn, line.shelf, line.voiced))
        length_ms = sum(sound.length_ms for sound in sounds)
        gather = spoken.turn.gather
        typed = ear(sounds, gather)
        waited_ms = 1000 * gather.seconds if isinstance(gather, Gather) else 0
        said_ms = 1000 * typed.act.seconds if isinstance(typed.act, Spoke) else waited_ms
        clock.advance(length_ms + said_ms if typed.after_ms is None else min(typed.after_ms, length_ms))
        if gather is None or typed.act is None:
            break
        spoken = calls.resume(line, PROVIDER, sid, spoken.n, KINDS[type(typed.act)], typed.act)
    lasted_s = round((clock.time - began).total_seconds())
    calls.hang_up(line, PROVIDER, sid, "completed", clock.time, lasted_s)
