"""The made lessons as the dialogue sees them, and a call's turns in a line of words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ivr.catalogue import Catalogue, Clip, Lesson
from ivr.config import DialogueSettings
from ivr.dialogue import codec, machine
from ivr.dialogue.turn import (
    Answered,
    Event,
    Input,
    Learner,
    Listening,
    Name,
    Place,
    Play,
    Pressed,
    Quiz,
    Said,
    Say,
    Scene,
    Silent,
    State,
    Turn,
)
from tests.drivers import BEGIN

RULES = DialogueSettings()
FALLS, STOVES = "falls", "stoves"  # stand for their editions in the tables
WANG, LI = Learner(1, "王秀英"), Learner(2, "李大山")
NIGHT = "夜里起床，先做什么？马上走，请按1。先坐一坐，请按2。跑过去，请按3。"
FLOOR = "地上有水怎么办？马上擦干，请按1。不用管，请按2。"
BOTH = ("q-night", "q-floor")
KEYS: tuple[str, ...] = (*"0123456789*#A", "")  # "" is silence
PLAYING = Listening(FALLS, 12_000, BEGIN)  # the second segment, from its start
FIRST = Quiz(FALLS, BOTH)
UNKNOWN: dict[str, Any] = {"learners": (), "learner": None}


@dataclass(frozen=True)
class House:
    """The lessons by their slugs: an edition in a table is its slug."""

    lessons: dict[str, Lesson]

    @property
    def catalogue(self) -> Catalogue:
        named = {slug: replace(lesson, edition=slug) for slug, lesson in self.lessons.items()}
        return Catalogue(tuple(named.values()), named)

    def begin(self, *learners: Learner, rules: DialogueSettings = RULES) -> Turn:
        return machine.begin(learners, tuple(self.lessons), self.catalogue, BEGIN, rules)

    def step(self, state: State, act: Input, now: datetime = BEGIN, rules: DialogueSettings = RULES) -> Turn:
        turn = machine.step(state, act, self.catalogue, now, rules)
        assert codec.decode(codec.encode(turn)) == turn
        assert {said for said in turn.says if isinstance(said, Say)} <= machine.every_say()
        return turn


def told(turn: Turn) -> str:
    """What is said, in a line: prompts by their ids, people and clips by their words, a play by its place."""
    return " ".join(map(_told, turn.says))


def _told(said: Said) -> str:
    match said:
        case Say(prompt, value):
            return f"{prompt}({value})" if value else prompt
        case Name(words) | Clip(words=words):
            return words
        case Play():
            return f"▶{said.edition}/{said.segment}+{said.within_ms}={said.base_ms}"


def state(scene: Scene, **more: Any) -> State:
    """A call from the phone of one learner, with both lessons on offer."""
    usual: dict[str, Any] = {"learners": (WANG,), "offer": (FALLS, STOVES), "learner": 0}
    return State(scene, **usual | more)


def pressed_or_not(key: str) -> Input:
    return Pressed(key) if key else Silent()


def place(edition: str, at_ms: int = 0, completed: bool = False, answered: tuple[str, ...] = ()) -> Place:
    return Place(edition, at_ms, completed, answered)


def tried(key: str, attempt: int = 1, question: str = "q-night", right: bool = False) -> tuple[Event, ...]:
    return (Answered(FALLS, FALLS, question, attempt, key, right),)
