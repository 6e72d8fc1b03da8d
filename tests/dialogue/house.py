"""The made lessons as the dialogue sees them, a call's turns in a line of words, and rows: where a call stands, what
the caller does, what is said, where the call stands then, and what is written down of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from ivr.catalogue import Catalogue, Clip, Lesson
from ivr.config import DialogueSettings
from ivr.dialogue import codec, machine
from ivr.dialogue.state import (
    Learner,
    LeavingQuestion,
    Letter,
    Listening,
    Noting,
    Numbering,
    Place,
    Proving,
    Quiz,
    Replying,
    RollCall,
    SayingName,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Answered,
    Event,
    Finding,
    Gather,
    Input,
    Name,
    Outcome,
    Play,
    Pressed,
    Record,
    Said,
    Say,
    Silent,
    Spoke,
    Stray,
    Turn,
    Wanted,
)
from tests.drivers import BEGIN

RULES = DialogueSettings()
THREE_LANGUAGES = DialogueSettings(languages=("zh", "yue", "en"))
FALLS, STOVES = "falls", "stoves"  # stand for their editions in the tables
WANG, LI, CHEN = Learner(1, "王秀英"), Learner(2, "李大山"), Learner(3, "陈德明")
LEADER = replace(LI, role="leader", has_pin=True)
VISITOR, SECRETARY = replace(LEADER, role="visitor"), replace(LEADER, role="secretary")
NIGHT = "夜里起床，先做什么？马上走，请按1。先坐一坐，请按2。跑过去，请按3。"
FLOOR = "地上有水怎么办？马上擦干，请按1。不用管，请按2。"
BOTH = ("q-night", "q-floor")
DIGITS = "0123456789"
KEYS: tuple[str, ...] = (*DIGITS, *"*#A", "")  # "" is silence
PLAYING = Listening(FALLS, 12_000, BEGIN)  # the second segment, from its start
FIRST = Quiz(FALLS, BOTH)
UNKNOWN: dict[str, Any] = {"learners": (), "learner": None}
DOOR: dict[str, Any] = {"learners": (WANG, VISITOR), "phone": (1,), "staff": 1}  # with Wang, on her own phone
OFFICE: dict[str, Any] = {"learners": (WANG, SECRETARY), "phone": (1,), "staff": 1}
MY_NUMBER = "number_of_me"
MENU = "choose_listen(1) choose_answer(2) choose_question(3) choose_help(0) or_wait"
MENU_UNKNOWN = "choose_listen(1) choose_answer(2) choose_question(3) choose_who(4) choose_help(0) or_wait"
LISTEN = "now_playing 防跌倒"
DUTY = "choose_group(1) choose_visit(2) choose_month(3)"
VISIT = "choose_visit_lesson(1) choose_visit_talk(2)"
REPLY = Letter(7, Clip("a" * 64, 900, "去问村医。"))
NOTICE = Letter(8, Clip("b" * 64, 900, "党费十二元。"))
SPOKE = Spoke("RE1", "https://provider.example/RE1", 8)
HUNG_UP = replace(SPOKE, hung_up=True)
NOTHING = Spoke("", "", 0)

TYPED = Numbering | Proving | RollCall
TOLD = SayingName | LeavingQuestion | Noting | Replying


@dataclass(frozen=True)
class House:
    """The lessons by their slugs: an edition in a table is its slug."""

    lessons: dict[str, Lesson]

    @property
    def catalogue(self) -> Catalogue:
        named = {slug: replace(lesson, edition=slug) for slug, lesson in self.lessons.items()}
        return Catalogue(tuple(named.values()), named)

    def begin(self, *learners: Learner, rules: DialogueSettings = RULES) -> Turn:
        return machine.begin(learners, tuple(self.lessons), self.catalogue, BEGIN, rules, "zh")

    def step(
        self,
        before: State | Turn,
        act: Input,
        now: datetime = BEGIN,
        rules: DialogueSettings = RULES,
        found: Finding | None = None,
    ) -> Turn:
        """The next turn, after this one or in this state; where something is wanted for it, this is found."""
        last = waiting(before)
        turn = machine.step(last, act, self.catalogue, now, rules)
        if isinstance(turn, Wanted):
            assert found is not None, turn.lookup
            noted, turn = turn.events, machine.step(replace(last, state=turn.state), found, self.catalogue, now, rules)
            assert isinstance(turn, Turn)
            turn = replace(turn, events=noted + turn.events)
        assert codec.decode(codec.encode(turn)) == turn
        assert {said for said in turn.says if isinstance(said, Say)} <= machine.every_say(100)
        return turn

    def wanted(self, before: State | Turn, act: Input) -> Wanted:
        """What has to be looked up before it goes on."""
        reached = machine.step(waiting(before), act, self.catalogue, BEGIN, RULES)
        assert isinstance(reached, Wanted)
        return reached


def waiting(before: State | Turn) -> Turn:
    """A turn that waits as this scene does."""
    if isinstance(before, Turn):
        return before
    gather = Gather(10, 12) if isinstance(before.scene, TYPED) else Gather(10)
    return Turn(before, (), Record(120) if isinstance(before.scene, TOLD) else gather)


def told(turn: Turn) -> str:
    """What is said, in a line: prompts by their ids, people and clips by their words, a play by its place."""
    return " ".join(map(_told, turn.says))


def _told(said: Said) -> str:
    match said:
        case Say(prompt, value, language):
            return (f"{prompt}({value})" if value else prompt) + (f"/{language}" if language else "")
        case Name(words) | Clip(words=words):
            return words
        case Play():
            slow = f"@{said.pace}" if said.pace else ""
            return f"▶{said.edition}/{said.segment}+{said.within_ms}={said.base_ms}{slow}"


def state(scene: Scene, **more: Any) -> State:
    """A call from the phone of one learner, with both lessons on offer."""
    usual: dict[str, Any] = {"learners": (WANG,), "offer": (FALLS, STOVES), "learner": 0, "language": "zh"}
    phone = tuple(each.member for each in more.get("learners", (WANG,)))
    return State(scene, **{"phone": phone} | usual | more)


def of(learner: Learner, scene: Scene, **more: Any) -> State:
    """A call of this learner."""
    return state(scene, learners=(learner,), **more)


def pressed_or_not(key: str) -> Input:
    return Pressed(key) if key else Silent()


def place(edition: str, at_ms: int = 0, completed: bool = False, answered: tuple[str, ...] = ()) -> Place:
    return Place(edition, at_ms, completed, answered)


def tried(key: str, attempt: int = 1, question: str = "q-night", outcome: Outcome = "wrong") -> tuple[Event, ...]:
    return (Answered(FALLS, FALLS, question, attempt, key, outcome),)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Row = tuple[State, str | Input, str, Scene, tuple[Event, ...]]


def rows(*tables: Iterable[Row]) -> pytest.MarkDecorator:
    """A test for each row."""
    every = [row for table in tables for row in table]
    names = [f"{type(before.scene).__name__}-{act!r}" for before, act, *_ in every]
    return pytest.mark.parametrize(("before", "act", "says", "scene", "events"), every, ids=names)


def others(before: State, keys: str, says: str, scene: Scene) -> list[Row]:
    """Keys that mean nothing here."""
    return [(before, key, says, scene, (Stray(key),)) for key in keys]


def check(
    house: House,
    before: State,
    act: str | Input,
    says: str,
    scene: Scene,
    events: tuple[Event, ...],
    rules: DialogueSettings = RULES,
) -> Turn:
    """A row holds. Returns the turn, for what else is to be said of it."""
    turn = house.step(before, pressed_or_not(act) if isinstance(act, str) else act, rules=rules)
    assert (told(turn), turn.state.scene, turn.events) == (says, scene, events)
    return turn
