"""One-key answering: choices are read one by one, and whatever key is pressed picks the one that was just read.

Borrowed from assistive technology (single-switch scanning), for those who can't find a key with the phone at the ear.
Each choice is a turn of its own, so which one a key meant is known, not guessed from the time. The keys 0, * and # keep
their meaning. Who picks several times by the choices' own digits, and not always the same, gets digits back.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from ivr.dialogue.keys import HELP, UNIVERSAL, Choice
from ivr.dialogue.state import State
from ivr.dialogue.talk import Talk
from ivr.dialogue.turn import Event, Gather, Input, Preferred, Pressed, Say, Turn

PROVEN, DIFFERENT = 3, 2  # so many picks in a row by their own digits, and so many digits among them
SAYS = (Say("any_key"), Say("digits_now"))


def read_on(talk: Talk, choices: Sequence[Choice]) -> Turn | None:
    """The next choice; None after the last, when silence means what it means elsewhere."""
    assert talk.state.scan is not None
    at = talk.state.scan + 1
    if at >= len(choices):
        return None
    return Turn(replace(talk.state, scan=at), (choices[at].pick,), Gather(talk.rules.scan_s))


def picked(state: State, choices: Sequence[Choice], act: Input) -> Input:
    """The act as if it had been done by digits."""
    if isinstance(act, Pressed) and state.scan is not None and act.key not in UNIVERSAL:
        return Pressed(choices[state.scan].key)
    return act


def counted(state: State, choices: Sequence[Choice], act: Input) -> State:
    """So often in a row was a choice picked by its own digit."""
    if not isinstance(act, Pressed) or state.scan is None or act.key in UNIVERSAL:
        return replace(state, scan=None)
    own = choices[state.scan].key == act.key != HELP
    return replace(state, scan=None, own_keys=state.own_keys + act.key if own else "")


def given_back(talk: Talk) -> tuple[State, Say, Event] | None:
    """Digits again, for who has shown that they can."""
    digits = talk.state.own_keys
    if talk.learner is None or not talk.learner.one_key or len(digits) < PROVEN or len(set(digits)) < DIFFERENT:
        return None
    state = replace(talk.state, learners=talk.changed(one_key=False), own_keys="")
    return state, Say("digits_now"), Preferred(talk.learner.member, "one_key", "no")
