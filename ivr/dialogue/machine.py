"""The conversation as a function: begin() and step() take values and give a Turn, and hand each call to its scene."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from msgspec.structs import replace

from ivr.catalogue import Catalogue
from ivr.config import DialogueSettings
from ivr.dialogue import greeting, scanning
from ivr.dialogue.keys import NEXT
from ivr.dialogue.scenes import (
    after_lesson,
    entering,
    group,
    helping,
    letters,
    listening,
    menu,
    on_duty,
    opening,
    over,
    question_box,
    quiz,
    secretary,
    steering,
    visit,
    who_is_calling,
)
from ivr.dialogue.state import (
    AfterLesson,
    Asking,
    AskingHow,
    AtMenu,
    ChoosingLanguage,
    Confirming,
    HearingNotice,
    HearingQuestion,
    HearingReply,
    Helping,
    Key,
    Learner,
    LeavingQuestion,
    Listening,
    Noting,
    Numbering,
    OfferingOneKey,
    OnDuty,
    Over,
    PartOver,
    Pausing,
    Proving,
    Quiz,
    Replying,
    RollCall,
    SayingName,
    State,
    TellingMonth,
    Visiting,
)
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import (
    LINE_DELAY_MS,
    Answered,
    Chose,
    Event,
    Gather,
    Ignored,
    Input,
    Pressed,
    Said,
    Say,
    Silent,
    Spoke,
    Turn,
    Wanted,
)

# Each module has enter(talk, scene), answer(talk, scene, act), SAYS, and, where keys are offered, choices(talk, scene).
SCENES: Mapping[type[Any], ModuleType] = {
    Asking: who_is_calling,
    Numbering: entering,
    Proving: entering,
    SayingName: entering,
    ChoosingLanguage: opening,
    OfferingOneKey: opening,
    AtMenu: menu,
    Helping: helping,
    Listening: listening,
    AskingHow: steering,
    Pausing: steering,
    PartOver: steering,
    AfterLesson: after_lesson,
    Quiz: quiz,
    LeavingQuestion: question_box,
    HearingReply: letters,
    HearingNotice: letters,
    OnDuty: on_duty,
    RollCall: group,
    Visiting: visit,
    Confirming: visit,
    Noting: visit,
    TellingMonth: secretary,
    HearingQuestion: secretary,
    Replying: secretary,
    Over: over,
}
LINE_SAYS = tuple(map(Say, ("welcome", "long_enough", "one_minute_left", "sorry")))

DOUBLE_MS = 300 + LINE_DELAY_MS[0]  # a key so soon after our answer to the same key is that key once more
MANY_MS = 1_500  # three keys in so short a time: the phone lies against a cheek, or in a pocket
HABIT_MS = 2_500  # a # so soon after a digit ends that digit, as other lines ask for; it skips nothing
WARNING = timedelta(minutes=1)


def every_say(people: int = 0) -> frozenset[Say]:
    """Every prompt that can be said, on a line whose largest branch has so many people; each must exist as audio."""
    scenes = (says for scene in set(SCENES.values()) for says in scene.SAYS)
    return frozenset((*LINE_SAYS, *greeting.SAYS, *scanning.SAYS, *secretary.counts(people), *scenes))


def begin(
    learners: tuple[Learner, ...],
    offer: tuple[str, ...],
    catalogue: Catalogue,
    now: datetime,
    rules: DialogueSettings,
    language: str,
) -> Turn:
    """A call is answered. `learners` are those enrolled with its number, `offer` the editions it may hear; `language`
    is the line's own ("zh")."""
    until = now + timedelta(minutes=rules.longest_call_min)
    phone = tuple(each.member for each in learners)
    state = State(AtMenu(), learners, offer, phone=phone, language=language, until=until, why="long_enough")
    talk = Talk(state, catalogue, now, rules)
    first = greeting.welcome(talk, 0) if len(learners) == 1 else talk.go(Asking() if learners else AtMenu())
    turn = _entered(talk, first)
    assert isinstance(turn, Turn)
    return replace(turn, says=(Say("welcome"), *turn.says))


def step(turn: Turn, act: Input, catalogue: Catalogue, now: datetime, rules: DialogueSettings) -> Turn | Wanted:
    """The caller did something after this turn, or nothing; or what was wanted is found: what now?"""
    talk = Talk(turn.state, catalogue, now, rules)
    if isinstance(act, Pressed) and not _awaits_number(turn):  # which nobody types by accident, and may be a PIN
        act = Pressed(act.key[:1])
        if why := _not_meant(turn, act, now):
            return _unmoved(talk, turn, Ignored(act.key, why))
        talk = _with(talk, keys=(*turn.state.keys, Key(act.key, now))[-2:])
    scanned = talk.state.scan is not None
    reached = _counted(_scanned(talk, act) if scanned else _entered(talk, _answered(talk, act)))
    if isinstance(act, Spoke) and act.hung_up:
        return _unheard(reached)
    if isinstance(act, Pressed | Silent) and _time_is_up(talk):
        return ended(reached, talk.state.why)
    return _warned(talk, reached)


def ended(turn: Turn | Wanted, why: str) -> Turn:
    """Instead of this turn, goodbye; what its act added to the record stays."""
    return Turn(replace(turn.state, scene=Over(), scan=None), (Say(why), Say("goodbye")), None, turn.events)


def _unheard(turn: Turn | Wanted) -> Turn:
    """Instead of this turn, nothing: nobody is there any more. What the act added to the record stays."""
    return Turn(replace(turn.state, scene=Over(), scan=None), (), None, turn.events)


def _answered(talk: Talk, act: Input) -> Way:
    way: Way = SCENES[type(talk.state.scene)].answer(talk, talk.state.scene, act)
    return way


def _entered(talk: Talk, way: Way) -> Turn | Wanted:
    """Follow a Go to the turn that it leads to."""
    says: tuple[Said, ...] = ()
    events: tuple[Event, ...] = ()
    while isinstance(way, Go):
        says, events = says + way.says, events + way.events
        talk = _with(talk, state=way.state)
        way = SCENES[type(talk.state.scene)].enter(talk, talk.state.scene)
    if isinstance(way, Wanted):
        return replace(way, events=events + way.events)
    return replace(way, says=says + way.says, events=events + way.events)


def _with(talk: Talk, state: State | None = None, **changes: Any) -> Talk:
    return talk.at(replace(state or talk.state, **changes))


# ── keys that nobody meant ───────────────────────────────────────────────────────────────────────────────────────


def _awaits_number(turn: Turn) -> bool:
    return isinstance(turn.gather, Gather) and turn.gather.digits > 1


def _not_meant(turn: Turn, act: Pressed, now: datetime) -> str:
    """Why this key doesn't count; "" if it does. One press may be told twice, and cheeks press keys, too."""
    ages = [(now - key.at) // timedelta(milliseconds=1) for key in turn.state.keys]
    if not ages:
        return ""
    if turn.state.keys[-1].key == act.key and ages[-1] < DOUBLE_MS:
        return "double"
    if act.key == NEXT and turn.state.keys[-1].key.isdigit() and ages[-1] < HABIT_MS:
        return "habit"
    return "many" if len(ages) > 1 and ages[0] < MANY_MS else ""


def _unmoved(talk: Talk, turn: Turn, ignored: Ignored) -> Turn:
    """The same once more; a lesson goes on where it was."""
    if isinstance(turn.state.scene, Listening) and turn.state.scene.since:
        turn = listening.carried_on(talk, turn.state.scene)
    return replace(turn, events=(ignored,))


# ── any key picks ────────────────────────────────────────────────────────────────────────────────────────────────


def _scanned(talk: Talk, act: Input) -> Turn | Wanted:
    choices = SCENES[type(talk.state.scene)].choices(talk, talk.state.scene)
    if isinstance(act, Silent) and (following := scanning.read_on(talk, choices)):
        return following
    meant = scanning.picked(talk.state, choices, act)
    talk = _with(talk, scanning.counted(talk.state, choices, act))
    if (given_back := scanning.given_back(talk)) is None:
        return _entered(talk, _answered(talk, meant))
    state, told, event = given_back
    reached = _entered(talk, _answered(_with(talk, state), meant))
    if isinstance(reached, Wanted):
        return replace(reached, events=(event, *reached.events))
    return replace(reached, says=(told, *reached.says), events=(event, *reached.events))


# ── how long a call may last ─────────────────────────────────────────────────────────────────────────────────────


def _time_is_up(talk: Talk) -> bool:
    until = talk.state.until
    return until is not None and talk.now >= until and not isinstance(talk.state.scene, Over)


def _warned(talk: Talk, turn: Turn | Wanted) -> Turn | Wanted:
    """Said once, a minute before the call must end; before a piece of a lesson, in a turn of its own."""
    state = turn.state
    if isinstance(turn, Wanted) or turn.gather is None or state.warned or state.until is None:
        return turn
    if talk.now < state.until - WARNING:
        return turn
    warning, told = Say("one_minute_left"), replace(state, warned=True)
    if isinstance(state.scene, Listening) and state.scene.since:
        told = replace(told, scene=replace(state.scene, since=None))
        return Turn(told, (warning,), Gather(listening.ANNOUNCING_S), turn.events)
    return replace(turn, state=told, says=(warning, *turn.says))


def _counted(turn: Turn | Wanted) -> Turn | Wanted:
    """A key that meant something shows that the caller can use keys."""
    if turn.state.used_keys or not any(_by_key(event) for event in turn.events):
        return turn
    return replace(turn, state=replace(turn.state, used_keys=True))


def _by_key(event: Event) -> bool:
    return isinstance(event, Chose) or (isinstance(event, Answered) and event.outcome in ("right", "wrong"))
