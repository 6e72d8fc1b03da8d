"""The values at the dialogue's edge: what a caller did, what we say next, what we wait for, what happened.

turn = step(turn, Pressed("2"), catalogue, now, rules)
turn.says     what the caller hears, in order
turn.gather   what we wait for afterwards: keys, or something said; None means goodbye: hang up; where nothing is said,
              either, the caller has hung up
turn.events   what this turn adds to the record
turn.state    where the conversation stands

Where the conversation needs what only the records know, step() gives a Wanted instead of a Turn; whoever drives it
looks that up and steps on with what was found.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ivr.catalogue import Clip
from ivr.dialogue.state import Grade, Learner, Month, State

# The line's share of the time from our answer to the caller's act, in ms, least and most: network, fetching and
# starting the file, one-way voice delay twice (ITU-T G.114: 150 ms good, over 400 ms unacceptable), reading the key.
LINE_DELAY_MS = (250, 3_500)

# ── what the caller did ──────────────────────────────────────────────────────────────────────────────────────────


class Pressed(Struct, frozen=True, tag=True):
    """A key: 0-9, * or #; where a number is asked for, the keys typed so far. Anything else (A-D, nothing readable) is
    a key that means nothing anywhere."""

    key: str


class Silent(Struct, frozen=True, tag=True):
    """Everything was played through, and no key came in the time we waited, nor a word."""


class Spoke(Struct, frozen=True, tag=True):
    """Something was left after the tone: `seconds` of it, under the provider's name and address for it. Who has
    `hung_up` hears nothing any more."""

    name: str
    address: str
    seconds: int
    hung_up: bool = False


# ── what only the records know ───────────────────────────────────────────────────────────────────────────────────


class WhoHas(Struct, frozen=True, tag=True):
    """Who has this member number, as typed: digits only?"""

    number: str


class IsPin(Struct, frozen=True, tag=True):
    """Is this the member's PIN?"""

    member: int
    pin: str


class MonthOf(Struct, frozen=True, tag=True):
    """How does the month stand in the branch of this secretary?"""

    member: int


Lookup = WhoHas | IsPin | MonthOf


class Found(Struct, frozen=True, tag=True):
    """Somebody has that number, or nobody."""

    learner: Learner | None


class Checked(Struct, frozen=True, tag=True):
    """The PIN is right, or not; `closed`: too many were tried, and none is looked at for a while."""

    right: bool
    closed: bool = False


class Told(Struct, frozen=True, tag=True):
    """The month, for the secretary."""

    month: Month


Finding = Found | Checked | Told
Input = Pressed | Silent | Spoke | Finding

# ── what we say ──────────────────────────────────────────────────────────────────────────────────────────────────


class Say(Struct, frozen=True, tag=True, omit_defaults=True):
    """A prompt by its id; `value` fills its one blank, where it has one. `language`: not the call's, but this one."""

    prompt: str
    value: str = ""
    language: str = ""


class Name(Struct, frozen=True, tag=True):
    """A person's name."""

    words: str


class Play(Struct, frozen=True, tag=True, omit_defaults=True):
    """The lesson itself, from a content position to the end of its segment. Always alone in its turn, so that the
    time until the caller acts says how much of it was heard. Positions are those of its pace ("": the edition's)."""

    edition: str
    lesson: str
    segment: int
    audio: str
    within_ms: int  # where in the segment's file playing starts
    base_ms: int  # the same place as a content position
    length_ms: int  # from there to the segment's end
    pace: str = ""


Said = Say | Name | Clip | Play


class Gather(Struct, frozen=True, tag=True, omit_defaults=True):
    """Wait for a key, `seconds` after the last word; or for as many as `digits`, ended by #."""

    seconds: int
    digits: int = 1


class Record(Struct, frozen=True, tag=True):
    """After a tone, keep what is said: at most so many seconds, until a key is pressed."""

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


class Ignored(Struct, frozen=True, tag=True):
    """A key that nobody meant to press: `why` is "double", "many", or "habit" (a # that only ends another key)."""

    key: str
    why: str


class Waited(Struct, frozen=True, tag=True):
    """No key came where one was asked for."""

    where: str


class GaveUp(Struct, frozen=True, tag=True):
    """Keys kept meaning nothing here, and the call went on without."""

    where: str


Outcome = Literal["right", "wrong", "unknown", "skipped", "silent", "other"]


class Answered(Struct, frozen=True, tag=True, omit_defaults=True):
    """What became of a question once it was asked; `attempt` counts the tries from 1 within this call. In a group,
    `member` is whose turn it was."""

    lesson: str
    edition: str
    question: str
    attempt: int
    key: str
    outcome: Outcome
    member: int | None = None


class Preferred(Struct, frozen=True, tag=True):
    """A member's lasting choice: of `language`, `pace` or `one_key`."""

    member: int
    what: str
    value: str


class Left(Struct, frozen=True, tag=True, omit_defaults=True):
    """Something was left after the tone: a question, a reply (`about` which question), a visitor's note, a name. `by`:
    by somebody on duty, not by the one who is calling."""

    kind: Literal["question", "reply", "note", "name"]
    name: str
    address: str
    seconds: int
    about: int | None = None
    by: int | None = None


class Delivered(Struct, frozen=True, tag=True):
    """A reply or a notice was played to whom it is for, who is still there."""

    kind: Literal["reply", "notice"]
    id: int


class Joined(Struct, frozen=True, tag=True):
    """From now on, what is heard in this call counts for this member, too."""

    member: int
    grade: Grade


class Undone(Struct, frozen=True, tag=True):
    """This member does not take part after all."""

    member: int


class Visited(Struct, frozen=True, tag=True, omit_defaults=True):
    """A visitor was with a member, who confirmed it or did not; `edition` is the lesson they heard, "" for a talk."""

    visitor: int
    member: int
    edition: str
    confirmed: bool


Event = (
    Identified
    | Chose
    | Stray
    | Ignored
    | Waited
    | GaveUp
    | Answered
    | Preferred
    | Left
    | Delivered
    | Joined
    | Undone
    | Visited
)


class Turn(Struct, frozen=True):
    """One exchange, ready to be spoken."""

    state: State
    says: tuple[Said, ...]
    gather: Gather | Record | None
    events: tuple[Event, ...] = ()

    @property
    def is_unheard(self) -> bool:
        """The caller hung up before it."""
        return self.gather is None and not self.says


class Wanted(Struct, frozen=True):
    """The conversation can't go on before this is looked up."""

    state: State
    lookup: Lookup
    events: tuple[Event, ...] = ()
