"""The values at the dialogue's edge: what a caller did, what we say next, what we wait for, what happened.

turn = step(state, Pressed("2"), catalogue, now, rules)
turn.says     what the caller hears, in order
turn.gather   how long we wait for a key afterwards; None means goodbye: hang up
turn.events   what this turn adds to the record
turn.state    the conversation, ready for the next step
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from ivr.catalogue import Clip

# The line's share of the time from our answer to the caller's act, in ms, least and most: network, fetching and
# starting the file, one-way voice delay twice (ITU-T G.114: 150 ms good, over 400 ms unacceptable), reading the key.
LINE_DELAY_MS = (250, 3_500)

# ── what the caller did ──────────────────────────────────────────────────────────────────────────────────────────


class Pressed(Struct, frozen=True, tag=True):
    """A key: 0-9, * or #. Anything else (A-D, nothing readable) is a key that means nothing anywhere."""

    key: str


class Silent(Struct, frozen=True, tag=True):
    """Everything was played through, and no key came in the time we waited."""


Input = Pressed | Silent

# ── what we say ──────────────────────────────────────────────────────────────────────────────────────────────────


class Say(Struct, frozen=True, tag=True):
    """A prompt by its id; `value` fills its one blank, where it has one."""

    prompt: str
    value: str = ""


class Name(Struct, frozen=True, tag=True):
    """A person's name."""

    words: str


class Play(Struct, frozen=True, tag=True):
    """The lesson itself, from a content position to the end of its segment. Always alone in its turn, so that the
    time until the caller acts says how much of it was heard."""

    edition: str
    lesson: str
    segment: int
    audio: str
    within_ms: int  # where in the segment's file playing starts
    base_ms: int  # the same place as a content position
    length_ms: int  # from there to the segment's end


Said = Say | Name | Clip | Play


class Gather(Struct, frozen=True):
    """Wait for one key, `seconds` after the last word."""

    seconds: int


# ── what happened ────────────────────────────────────────────────────────────────────────────────────────────────


class Identified(Struct, frozen=True, tag=True):
    """The call now belongs to this member."""

    member: int


class Chose(Struct, frozen=True, tag=True):
    """A key that did something; `what` names it."""

    key: str
    what: str


class Stray(Struct, frozen=True, tag=True):
    """A key that means nothing here."""

    key: str


class Waited(Struct, frozen=True, tag=True):
    """No key came where one was asked for."""

    where: str


class Answered(Struct, frozen=True, tag=True):
    """A try at a question; `attempt` counts from 1 within this call."""

    lesson: str
    edition: str
    question: str
    attempt: int
    key: str
    right: bool


Event = Identified | Chose | Stray | Waited | Answered

# ── who is calling, and where the conversation stands ────────────────────────────────────────────────────────────


class Place(Struct, frozen=True):
    """How far a learner is in a lesson: where to go on, whether it counts as heard, which questions are done."""

    edition: str
    at_ms: int
    completed: bool
    answered: tuple[str, ...] = ()


class Learner(Struct, frozen=True):
    """Somebody enrolled who may be calling; `places` by the lesson's slug."""

    member: int
    name: str
    places: Mapping[str, Place] = {}


class Asking(Struct, frozen=True, tag=True):
    """Who is calling, on a phone that several learners share."""

    misses: int = 0


class AtMenu(Struct, frozen=True, tag=True):
    """The main menu."""

    misses: int = 0


class Listening(Struct, frozen=True, tag=True):
    """A lesson; `since` is when the play from `at_ms` was sent, None while it is only announced."""

    edition: str
    at_ms: int
    since: datetime | None = None


class AfterLesson(Struct, frozen=True, tag=True):
    """A lesson has ended; what next?"""

    edition: str
    misses: int = 0


class Quiz(Struct, frozen=True, tag=True):
    """A question of a lesson: which ones are asked in this round, which is open, and the tries at it."""

    edition: str
    questions: tuple[str, ...]
    index: int = 0
    attempts: int = 0
    misses: int = 0
    right: int = 0


class Over(Struct, frozen=True, tag=True):
    """Goodbye was said."""


Scene = Asking | AtMenu | Listening | AfterLesson | Quiz | Over


class State(Struct, frozen=True):
    """All that a call needs to go on: small enough to wait in the database between turns."""

    scene: Scene
    learners: tuple[Learner, ...]  # everybody enrolled with this number
    offer: tuple[str, ...]  # the editions on offer when the call began, pinned, in the order they come
    learner: int | None = None  # which of `learners` is speaking; None: nobody known
    heard: tuple[str, ...] = ()  # the lessons that came to their end in this call


class Turn(Struct, frozen=True):
    """One exchange, ready to be spoken."""

    state: State
    says: tuple[Said, ...]
    gather: Gather | None
    events: tuple[Event, ...] = ()
