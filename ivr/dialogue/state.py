"""Who is calling, and where the conversation stands: all that waits in the database between two turns.

Each scene is a value of its own; scenes/ has what is said and done in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from ivr.catalogue import Clip

Pace = Literal["", "slow", "fast"]  # "": as the lesson is
Role = Literal["", "leader", "visitor", "secretary"]
Grade = Literal["", "group", "visit"]  # how a call counts: by itself, as a group's, as a home visit
Purpose = Literal["me", "staff"]  # what a member number is asked for
Private = Literal["replies", "notices", "staff"]  # what a PIN is asked for

# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Place(Struct, frozen=True, omit_defaults=True):
    """How far a learner is in a lesson: where to go on, whether it counts as heard, which questions are done, and
    which are due to be asked once more."""

    edition: str = ""
    at_ms: int = 0
    completed: bool = False
    answered: tuple[str, ...] = ()
    due: tuple[str, ...] = ()


class Letter(Struct, frozen=True, omit_defaults=True):
    """Something for one person only, pressed or recorded: a reply to their question, a notice; or a question, and who
    asks it. `id` is its row; `is_heard`: it was played before."""

    id: int
    clip: Clip
    name: str = ""
    is_heard: bool = False


class Learner(Struct, frozen=True, omit_defaults=True):
    """Somebody enrolled who may be calling; `places` by the lesson's slug.

    `language`, `pace`, `one_key` are the member's own choices; `wait_s` is learned from how long they take (0: not
    yet). `clumsy` says that keys failed in their last two calls. `minutes_left` is None where nothing limits the month.
    """

    member: int
    name: str
    places: Mapping[str, Place] = {}
    language: str = ""
    pace: Pace = ""
    wait_s: int = 0
    one_key: bool = False
    clumsy: bool = False
    has_pin: bool = False
    role: Role = ""
    minutes_left: int | None = None
    replies: tuple[Letter, ...] = ()
    notices: tuple[Letter, ...] = ()


# ── scenes ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Asking(Struct, frozen=True, tag=True, omit_defaults=True):
    """Who is calling, on a phone that several learners share."""

    misses: int = 0


class Numbering(Struct, frozen=True, tag=True, omit_defaults=True):
    """A member number is typed: the caller's own, or that of somebody on duty."""

    purpose: Purpose
    misses: int = 0


class Proving(Struct, frozen=True, tag=True, omit_defaults=True):
    """A PIN is typed, for something private."""

    purpose: Private
    misses: int = 0


class SayingName(Struct, frozen=True, tag=True):
    """Somebody unknown says who they are, after the tone."""


class ChoosingLanguage(Struct, frozen=True, tag=True, omit_defaults=True):
    """Which language the line is to speak."""

    misses: int = 0


class OfferingOneKey(Struct, frozen=True, tag=True):
    """Keys failed in the last calls: shall choices be read one by one, for any key to pick? Any key says yes."""


class AtMenu(Struct, frozen=True, tag=True, omit_defaults=True):
    """The main menu."""

    misses: int = 0


class Helping(Struct, frozen=True, tag=True, omit_defaults=True):
    """Help was asked for, and what else there is."""

    misses: int = 0


class Listening(Struct, frozen=True, tag=True, omit_defaults=True):
    """A lesson; `since` is when the play from `at_ms` was sent, None while it is only announced. `back` counts the
    times that the caller went back in this part. `lead`: it only stood still for a moment, and this is said now; or
    another "part" comes."""

    edition: str
    at_ms: int
    since: datetime | None = None
    back: int = 0
    lead: Literal["", "part", "going_on", "again_now"] = ""


class AskingHow(Struct, frozen=True, tag=True, omit_defaults=True):
    """The lesson waits at `at_ms`, and the caller is told how to steer it."""

    edition: str
    at_ms: int
    misses: int = 0


class Pausing(Struct, frozen=True, tag=True, omit_defaults=True):
    """The lesson waits at `at_ms` until a key is pressed; `waits` counts how often we waited so far."""

    edition: str
    at_ms: int
    waits: int = 0


class PartOver(Struct, frozen=True, tag=True, omit_defaults=True):
    """A part ended that the caller had gone back in: once more, or on? `at_ms` is where the next part starts."""

    edition: str
    at_ms: int
    misses: int = 0


class AfterLesson(Struct, frozen=True, tag=True, omit_defaults=True):
    """A lesson has ended; what next? `asked`: its questions have been put."""

    edition: str
    asked: bool = False
    misses: int = 0


class Quiz(Struct, frozen=True, tag=True, omit_defaults=True):
    """A round of questions of a lesson: which are asked, which is open, and the tries at it.

    A question that was first answered wrong comes `again` at the end, once. `tries` counts the answers to each, in both
    rounds. `told` is a round for somebody who presses nothing: the answers are told.
    """

    edition: str
    questions: tuple[str, ...]
    index: int = 0
    attempts: int = 0
    misses: int = 0
    right: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    tries: Mapping[str, int] = {}
    told: bool = False


class LeavingQuestion(Struct, frozen=True, tag=True, omit_defaults=True):
    """The question box: the caller speaks after the tone."""

    misses: int = 0


class HearingReply(Struct, frozen=True, tag=True, omit_defaults=True):
    """The secretary's replies to the caller's questions, one by one."""

    index: int = 0
    misses: int = 0


class HearingNotice(Struct, frozen=True, tag=True, omit_defaults=True):
    """Private notices, one by one."""

    index: int = 0
    misses: int = 0


class OnDuty(Struct, frozen=True, tag=True, omit_defaults=True):
    """Group leaders, visitors and secretaries: what have they come to do?"""

    misses: int = 0


class RollCall(Struct, frozen=True, tag=True, omit_defaults=True):
    """Who has come to the group: numbers, one after the other. `by` is which of the call's learners was speaking
    before; `back_to` the lesson and place that latecomers interrupted; `waited`: it was asked whether all are here."""

    by: int | None = None
    back_to: Listening | None = None
    waited: bool = False
    misses: int = 0


class Visiting(Struct, frozen=True, tag=True, omit_defaults=True):
    """A home visit: a lesson, or a talk?"""

    misses: int = 0


class Confirming(Struct, frozen=True, tag=True, omit_defaults=True):
    """The member who was visited confirms it. `edition` is the lesson heard, "" for a talk."""

    edition: str = ""
    misses: int = 0


class Noting(Struct, frozen=True, tag=True):
    """The visitor's note, spoken after the tone."""


class Month(Struct, frozen=True, omit_defaults=True):
    """A branch's month so far: how many members, how many of them have heard a lesson, who has not; the questions that
    wait for a reply."""

    members: int
    heard: int
    waiting: tuple[str, ...] = ()
    questions: tuple[Letter, ...] = ()


class TellingMonth(Struct, frozen=True, tag=True, omit_defaults=True):
    """The secretary hears the month; `page` counts the names read, a handful at a time."""

    month: Month
    page: int = 0
    misses: int = 0


class HearingQuestion(Struct, frozen=True, tag=True, omit_defaults=True):
    """The secretary hears the questions that wait for a reply."""

    month: Month
    index: int = 0
    misses: int = 0


class Replying(Struct, frozen=True, tag=True):
    """The secretary speaks a reply after the tone."""

    month: Month
    index: int


class Over(Struct, frozen=True, tag=True):
    """Goodbye was said."""


Scene = (
    Asking
    | Numbering
    | Proving
    | SayingName
    | ChoosingLanguage
    | OfferingOneKey
    | AtMenu
    | Helping
    | Listening
    | AskingHow
    | Pausing
    | PartOver
    | AfterLesson
    | Quiz
    | LeavingQuestion
    | HearingReply
    | HearingNotice
    | OnDuty
    | RollCall
    | Visiting
    | Confirming
    | Noting
    | TellingMonth
    | HearingQuestion
    | Replying
    | Over
)


class Key(Struct, frozen=True):
    """A key of this call, and when it came."""

    key: str
    at: datetime


class State(Struct, frozen=True, omit_defaults=True):
    """All that a call needs to go on: small enough to wait in the database between turns.

    `phone` are the members whose number the call came from. `present` are those of `learners` who take part in a group;
    `staff` is the one on duty in a group or a visit.
    """

    scene: Scene
    learners: tuple[Learner, ...]  # everybody enrolled with this number, and whoever else has said who they are
    offer: tuple[str, ...]  # the editions on offer when the call came
    phone: tuple[int, ...] = ()
    learner: int | None = None  # which of `learners` is speaking; None: nobody known
    named: bool = False  # somebody unknown has said who they are
    heard: tuple[str, ...] = ()  # the lessons that came to their end in this call
    left: Mapping[str, int] = {}  # where lessons were left for others in this call, by slug
    language: str = ""  # that the line speaks in this call
    until: datetime | None = None  # when the call must end, and why
    why: str = ""
    warned: bool = False
    used_keys: bool = False  # a key that meant something was pressed
    keys: tuple[Key, ...] = ()  # the last two
    scan: int | None = None  # which choice is being read, where any key picks
    own_keys: str = ""  # the digits by which the caller picked choices that have just these, in a row
    proven: bool = False  # by PIN
    told: bool = False  # replies were played, or left for another time
    grade: Grade = ""
    present: tuple[int, ...] = ()
    staff: int | None = None
