"""What holds in every scene: how a call begins, how long it may last, how it ends; and that no scene is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from msgspec.structs import replace

from ivr.catalogue import Catalogue
from ivr.config import DialogueSettings
from ivr.dialogue import machine
from ivr.dialogue.state import (
    AfterLesson,
    Asking,
    AtMenu,
    ChoosingLanguage,
    Confirming,
    HearingReply,
    Learner,
    LeavingQuestion,
    Listening,
    Numbering,
    OfferingOneKey,
    Over,
    Proving,
    Quiz,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Chose,
    Delivered,
    Event,
    Gather,
    Identified,
    Input,
    Pressed,
    Say,
    Silent,
    Turn,
    Visited,
    Waited,
)
from tests.dialogue.house import (
    BOTH,
    FALLS,
    FIRST,
    LI,
    MENU,
    MENU_UNKNOWN,
    PLAYING,
    REPLY,
    RULES,
    SPOKE,
    STOVES,
    THREE_LANGUAGES,
    UNKNOWN,
    WANG,
    House,
    of,
    state,
    told,
    tried,
)
from tests.drivers import BEGIN


def test_every_scene_has_its_module() -> None:
    """With all that the machine calls in it."""
    assert set(machine.SCENES) == set(get_args(Scene))
    for module in machine.SCENES.values():
        assert callable(module.enter) and callable(module.answer)
        assert all(isinstance(say, Say) for say in module.SAYS)


# ── a call is answered ───────────────────────────────────────────────────────────────────────────────────────────

SIX = tuple(Learner(n, f"学员{n}") for n in range(1, 7))
REPLIED, CLUMSY = replace(WANG, replies=(REPLY,)), replace(WANG, clumsy=True)
FOUR_NAMES = "学员1 press(1) 学员2 press(2) 学员3 press(3) 学员4 press(4) choose_somebody_else(5)"
A_REPLY = "a_reply 去问村医。 choose_hear_again(1) choose_go_on(2)"
I_AM = (Identified(1),)
BEGINNINGS: dict[str, tuple[tuple[Learner, ...], str, Scene, tuple[Event, ...]]] = {
    "somebody unknown": ((), MENU_UNKNOWN, AtMenu(), ()),
    "one learner": ((WANG,), f"王秀英 hello {MENU}", AtMenu(), I_AM),
    "two": ((WANG, LI), "王秀英 press(1) 李大山 press(2) choose_somebody_else(3)", Asking(), ()),
    "six": (SIX, FOUR_NAMES, Asking(), ()),
    "a reply waits": ((REPLIED,), f"王秀英 hello {A_REPLY}", HearingReply(), I_AM),
    "a reply waits for a PIN": (
        (replace(REPLIED, has_pin=True),),
        "王秀英 hello for_you_alone pin",
        Proving("replies"),
        I_AM,
    ),
    "keys failed": ((CLUMSY,), "王秀英 hello one_key_offered", OfferingOneKey(), I_AM),
    "keys failed, and one does": (
        (replace(CLUMSY, one_key=True),),
        "王秀英 hello any_key pick_listen",
        AtMenu(),
        I_AM,
    ),
}


@pytest.mark.parametrize(("learners", "says", "scene", "events"), BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_begin(house: House, learners: tuple[Learner, ...], says: str, scene: Scene, events: tuple[Event, ...]) -> None:
    turn = house.begin(*learners)
    assert (told(turn), turn.state.scene, set(turn.events)) == (f"welcome {says}", scene, set(events))
    assert (turn.state.offer, turn.state.language) == ((FALLS, STOVES), "zh")
    assert turn.state.phone == tuple(each.member for each in learners)
    assert turn.state.learner == (0 if events else None)


@pytest.mark.parametrize("learners", [(), (WANG,)])
def test_nothing_on_offer(learners: tuple[Learner, ...]) -> None:
    """Still there is the question box; and whoever waits hears goodbye."""
    turn = House({}).begin(*learners)
    assert "nothing_yet choose_question(3)" in told(turn)
    over = House({}).step(turn, Silent())
    assert (told(over), over.state.scene, over.gather) == ("goodbye", Over(), None)


def test_the_language_is_asked_of_members_only(house: House) -> None:
    assert house.begin(WANG, rules=THREE_LANGUAGES).state.scene == ChoosingLanguage()
    assert house.begin(rules=THREE_LANGUAGES).state.scene == AtMenu()


# ── as the rules say ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reminders", [0, 1, 2, 3])
def test_as_many_reminders_as_the_rules_say(house: House, reminders: int) -> None:
    """And then the default: on a shared phone the menu, after a lesson the answers are told."""
    rules = DialogueSettings(reminders=reminders)
    told_answers = Quiz(FALLS, BOTH, told=True)
    for scene, default, people in ((Asking(), AtMenu(), (WANG, LI)), (AfterLesson(FALLS), told_answers, (WANG,))):
        turn = Turn(state(scene, learners=people, learner=None, used_keys=True), (), Gather(1))
        for _ in range(reminders):
            turn = house.step(turn, Silent(), rules=rules)
            assert type(turn.state.scene) is type(scene)
        assert house.step(turn, Silent(), rules=rules).state.scene == default


def test_waits_are_as_the_rules_say(house: House) -> None:
    rules = DialogueSettings(wait_s=20, between_segments_s=4)
    assert house.begin(WANG, rules=rules).gather == Gather(20)
    assert house.step(state(Listening(FALLS, 0)), Silent(), rules=rules).gather == Gather(4)
    assert house.step(state(PLAYING), Pressed("0"), rules=rules).gather == Gather(20)


def test_each_waits_as_long_as_they_need(house: House) -> None:
    slow = replace(WANG, wait_s=17)
    assert house.begin(slow).gather == Gather(17)
    assert house.step(of(slow, PLAYING), Pressed("0")).gather == Gather(17)
    assert house.step(of(slow, Listening(FALLS, 0)), Silent()).gather == Gather(RULES.between_segments_s)


# ── how long a call may last ─────────────────────────────────────────────────────────────────────────────────────


def test_a_call_ends_at_its_time(house: House) -> None:
    """With the reason; what was spoken is kept first."""
    turn = house.begin(WANG)
    hour = BEGIN + timedelta(minutes=RULES.longest_call_min)
    assert turn.state.until == hour
    for act in (Silent(), Pressed("1"), Pressed("0")):
        over = house.step(turn, act, hour)
        assert (told(over), over.state.scene, over.gather) == ("long_enough goodbye", Over(), None)
    kept = house.step(replace(turn.state, scene=LeavingQuestion()), SPOKE, hour)
    assert kept.events and kept.gather
    assert house.step(kept, Silent(), hour).gather is None


# What is done when the time is up: it counts, all the same.
IN_TIME: dict[str, tuple[State, Input, tuple[Event, ...]]] = {
    "nothing": (state(AtMenu()), Silent(), (Waited("menu"),)),
    "an answer": (state(FIRST), Pressed("2"), tried("2", outcome="right")),
    "a reply heard": (of(REPLIED, HearingReply()), Silent(), (Waited("letter"), Delivered("reply", 7))),
    "a reply again": (of(REPLIED, HearingReply()), Pressed("1"), (Chose("1", "hear_again"),)),
    "a visit confirmed": (
        state(Confirming(FALLS), learners=(WANG, LI), phone=(1,), staff=1, grade="visit"),
        Pressed("1"),
        (Chose("1", "confirm"), Visited(2, 1, FALLS, confirmed=True)),
    ),
    "a number typed": (state(Numbering("me"), **UNKNOWN), Pressed("003"), ()),
}


@pytest.mark.parametrize(("before", "act", "events"), IN_TIME.values(), ids=list(IN_TIME))
def test_what_is_done_when_time_is_up_counts(
    house: House, before: State, act: Input, events: tuple[Event, ...]
) -> None:
    limited = replace(before, until=BEGIN, why="month_used")
    turn = house.step(limited, act)
    assert (told(turn), turn.gather, turn.events) == ("month_used goodbye", None, events)


def test_a_month_s_minutes_end_it_sooner(house: House) -> None:
    turn = house.begin(replace(WANG, minutes_left=5))
    over = house.step(turn, Silent(), BEGIN + timedelta(minutes=5))
    assert told(over) == "month_used goodbye"
    longer = house.begin(replace(WANG, minutes_left=500))
    assert longer.state.until == BEGIN + timedelta(minutes=60) and longer.state.why == "long_enough"


def test_a_minute_before_it_is_said_once(house: House) -> None:
    turn = replace(house.begin(WANG), events=())
    last_minute = BEGIN + timedelta(minutes=59)
    before = house.step(turn, Pressed("*"), last_minute - timedelta(seconds=1))
    assert not before.state.warned
    warned = house.step(turn, Pressed("*"), last_minute)
    assert (told(warned), warned.state.warned) == (f"one_minute_left {MENU}", True)
    assert told(house.step(warned, Pressed("*"), last_minute + timedelta(seconds=10))) == MENU


def test_the_warning_comes_before_a_piece_of_the_lesson(house: House) -> None:
    """Which plays alone, so that the time until the caller acts says how much of it was heard."""
    limited = state(PLAYING, until=BEGIN + timedelta(seconds=50), why="month_used")
    turn = house.step(limited, Pressed("5"), BEGIN + timedelta(seconds=9))
    assert told(turn) == "one_minute_left"
    assert turn.state.scene == Listening(FALLS, 16_000)
    assert told(house.step(turn, Silent(), BEGIN + timedelta(seconds=12))) == "▶falls/1+4000=16000"


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scene", [Asking(), AtMenu(), PLAYING, Listening(FALLS, 0), AfterLesson(FALLS), FIRST, Over()])
def test_ended_says_why_and_hangs_up(scene: Scene) -> None:
    """What the turn adds to the record stays."""
    turn = machine.ended(Turn(state(scene, scan=2), (Say("help"),), Gather(10), I_AM), "sorry")
    assert (told(turn), turn.state.scene, turn.gather, turn.events) == ("sorry goodbye", Over(), None, I_AM)
    assert (turn.state.learner, turn.state.scan) == (0, None)


def test_a_lesson_withdrawn_during_the_call_plays_on(house: House) -> None:
    """What the call began with is pinned; withdrawn editions stay on the shelf."""
    gone = Catalogue((), house.catalogue.editions)
    turn = machine.step(Turn(state(PLAYING), (), Gather(1)), Pressed("#"), gone, BEGIN, RULES)
    assert isinstance(turn, Turn) and told(turn) == "part(3) of_parts(3)"
    turn = machine.step(turn, Silent(), gone, BEGIN, RULES)
    assert isinstance(turn, Turn) and told(turn) == "▶falls/2+0=22000"
    after = Turn(state(AfterLesson(FALLS), heard=(FALLS,)), (), Gather(1))
    turn = machine.step(after, Pressed("1"), gone, BEGIN, RULES)
    assert isinstance(turn, Turn) and told(turn) == "now_playing 用炉子"


def test_somebody_unknown_hears_the_newest_lesson_in_the_line_s_language(house: House) -> None:
    foreign = replace(house.lessons[STOVES], language="en", slug="foreign", code="T-3")
    abroad = House({**house.lessons, "foreign": foreign})
    assert told(abroad.step(state(AtMenu(), **UNKNOWN), Silent())) == "now_playing 用炉子"
