"""Where something is typed or spoken: member numbers, PINs, names, questions; and what is for one person only."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue import codec
from ivr.dialogue.state import (
    AtMenu,
    HearingNotice,
    HearingReply,
    LeavingQuestion,
    Letter,
    Numbering,
    OnDuty,
    Over,
    Proving,
    RollCall,
    SayingName,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Checked,
    Chose,
    Delivered,
    Event,
    Finding,
    Found,
    Gather,
    GaveUp,
    Identified,
    Input,
    IsPin,
    Left,
    Lookup,
    Pressed,
    Record,
    Silent,
    Spoke,
    Stray,
    Waited,
    WhoHas,
)
from tests.dialogue.house import (
    CHEN,
    HUNG_UP,
    LI,
    MENU,
    MENU_UNKNOWN,
    NOTHING,
    NOTICE,
    REPLY,
    SPOKE,
    UNKNOWN,
    WANG,
    House,
    Row,
    check,
    of,
    rows,
    state,
    told,
)

LEADER = replace(LI, role="leader", has_pin=True)
GUARDED = replace(WANG, has_pin=True, replies=(REPLY,), notices=(NOTICE,))
STAFF: dict[str, Any] = {"learners": (WANG, LEADER), "staff": 1}
ME, MINE = Numbering("me"), "number_of_me"
RIGHT, WRONG, CLOSED = Checked(right=True), Checked(right=False), Checked(right=False, closed=True)
A_REPLY = "a_reply 去问村医。 choose_hear_again(1) choose_go_on(2)"
A_NOTICE = "a_notice 党费十二元。 never_money choose_hear_again(1) choose_go_on(2)"
DUTY = "choose_group(1) choose_visit(2)"

# What is typed, and what is wanted for it.
WANTED: list[tuple[State, str, Lookup]] = [
    (state(ME, **UNKNOWN), "007", WhoHas("007")),
    (state(ME, **UNKNOWN), "0", WhoHas("0")),
    (state(ME, **UNKNOWN), "12*3*45", WhoHas("45")),  # a star clears what was typed before it
    (state(Numbering("staff")), "2", WhoHas("2")),
    (of(GUARDED, Proving("replies")), "481516", IsPin(1, "481516")),
    (of(GUARDED, Proving("notices")), "1*481516", IsPin(1, "481516")),
    (state(Proving("staff"), **STAFF), "481516", IsPin(2, "481516")),
]


@pytest.mark.parametrize(("before", "typed", "lookup"), WANTED)
def test_what_is_looked_up(house: House, before: State, typed: str, lookup: Lookup) -> None:
    wanted = house.wanted(before, Pressed(typed))
    assert wanted.lookup == lookup
    assert wanted.events == ()


# Where the call stands, what was found, what is said then, where the call stands, what is written down.
FOUND: list[tuple[State, Finding, str, Scene, tuple[Event, ...]]] = [
    (state(ME, **UNKNOWN), Found(LI), f"李大山 hello {MENU}", AtMenu(), (Identified(2),)),
    (state(ME, learner=None), Found(WANG), f"王秀英 hello {MENU}", AtMenu(), (Identified(1),)),
    (state(ME, **UNKNOWN), Found(None), f"not_right {MINE}", Numbering("me", 1), (Stray(""),)),
    (state(Numbering("me", 1), **UNKNOWN), Found(None), f"not_right {MINE}", Numbering("me", 2), (Stray(""),)),
    (
        state(Numbering("me", 2), **UNKNOWN),
        Found(None),
        "say_your_name",
        SayingName(),
        (Stray(""), GaveUp("number")),
    ),
    (state(Numbering("staff")), Found(LI), f"no_duty {MENU}", AtMenu(), ()),
    (state(Numbering("staff")), Found(replace(LEADER, has_pin=False)), f"李大山 ask_for_a_pin {MENU}", AtMenu(), ()),
    (state(Numbering("staff")), Found(LEADER), "pin", Proving("staff"), ()),
    (state(Numbering("staff", 2)), Found(None), MENU, AtMenu(), (Stray(""), GaveUp("number"))),
    (state(Proving("staff"), **STAFF), RIGHT, DUTY, OnDuty(), ()),
    (state(Proving("staff"), **STAFF), WRONG, "not_right pin", Proving("staff", 1), (Stray(""),)),
    (state(Proving("staff", 2), **STAFF), WRONG, MENU, AtMenu(), (Stray(""), GaveUp("number"))),
    (state(Proving("staff"), **STAFF), CLOSED, f"pin_closed {MENU}", AtMenu(), ()),
    (of(GUARDED, Proving("replies")), RIGHT, A_REPLY, HearingReply(), (Delivered("reply", 7),)),
    (of(GUARDED, Proving("notices")), RIGHT, A_NOTICE, HearingNotice(), (Delivered("notice", 8),)),
    (of(GUARDED, Proving("replies", 1)), WRONG, "not_right pin", Proving("replies", 2), (Stray(""),)),
    (
        of(GUARDED, Proving("replies"), told=False),
        CLOSED,
        "pin_closed choose_listen(1) choose_answer(2) choose_question(3) choose_notice(4) choose_help(0) or_wait",
        AtMenu(),
        (),
    ),
]


@pytest.mark.parametrize(("before", "finding", "says", "scene", "events"), FOUND)
def test_what_was_found(
    house: House, before: State, finding: Finding, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = house.step(before, Pressed("481516"), found=finding)
    assert (told(turn), turn.state.scene, turn.events) == (says, scene, events)
    if isinstance(scene, Numbering | Proving):
        assert turn.gather == Gather(10, 12)


UNTYPED: list[Row] = [
    (state(ME, **UNKNOWN), "", "say_your_name", SayingName(), (Waited("number"),)),
    (state(ME, **UNKNOWN), Pressed(""), f"not_right {MINE}", Numbering("me", 1), (Waited("number"),)),
    (state(ME, **UNKNOWN), "*", f"not_right {MINE}", Numbering("me", 1), (Waited("number"),)),
    (state(ME, **UNKNOWN), "12*", f"not_right {MINE}", Numbering("me", 1), (Waited("number"),)),
    (state(Numbering("staff")), "", MENU, AtMenu(), (Waited("number"),)),
    (state(Proving("staff"), **STAFF), "", MENU, AtMenu(), (Waited("number"),)),
    (
        of(replace(GUARDED, notices=()), Proving("replies")),
        "",
        MENU,
        AtMenu(),
        (Waited("number"),),
    ),
]
LEFT = Left("name", "RE1", "https://provider.example/RE1", 8)
NAME: list[Row] = [
    (state(SayingName(), **UNKNOWN), SPOKE, f"name_kept {MENU_UNKNOWN}", AtMenu(), (LEFT,)),
    (state(SayingName(), **UNKNOWN), NOTHING, f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("name"),)),
    (state(SayingName(), **UNKNOWN), "", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("name"),)),
    (state(SayingName(), **UNKNOWN), "5", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("name"),)),
]
ASKED = replace(LEFT, kind="question")
NOT_SPOKEN: tuple[Event, ...] = (Waited("question"),)
QUESTION: list[Row] = [
    (state(LeavingQuestion()), SPOKE, f"question_kept {MENU}", AtMenu(), (ASKED,)),
    (state(LeavingQuestion()), HUNG_UP, "question_kept goodbye", Over(), (ASKED,)),
    (state(LeavingQuestion(1)), SPOKE, f"question_kept {MENU}", AtMenu(), (ASKED,)),
    (state(LeavingQuestion()), NOTHING, "no_question_1", LeavingQuestion(1), NOT_SPOKEN),
    (state(LeavingQuestion()), "", "no_question_1", LeavingQuestion(1), NOT_SPOKEN),
    (state(LeavingQuestion()), "7", "no_question_1", LeavingQuestion(1), NOT_SPOKEN),
    (state(LeavingQuestion(1)), NOTHING, f"no_question_2 {MENU}", AtMenu(), NOT_SPOKEN),
    (state(LeavingQuestion(1)), "", f"no_question_2 {MENU}", AtMenu(), NOT_SPOKEN),
    (state(LeavingQuestion()), Spoke("", "", 0, hung_up=True), "goodbye", Over(), NOT_SPOKEN),
]

SECOND = Letter(9, replace(REPLY.clip, words="村医周三来。"))
REPLIED = replace(WANG, replies=(REPLY, SECOND))
AGAIN = "a_reply 村医周三来。 choose_hear_again(1) choose_go_on(2)"
HEARD_REPLY = Delivered("reply", 7)
TO_MENU = "choose_listen(1) choose_answer(2) choose_question(3) choose_notice(4) choose_help(0) or_wait"
NOTIFIED = replace(WANG, notices=(NOTICE,))
LETTERS: list[Row] = [
    *[
        (of(REPLIED, HearingReply()), key, A_REPLY, HearingReply(), (Chose(key, what), HEARD_REPLY))
        for key, what in (("1", "hear_again"), ("*", "again"), ("0", "again"))
    ],
    *[
        (of(REPLIED, HearingReply()), key, AGAIN, HearingReply(1), (Chose(key, what), Delivered("reply", 9)))
        for key, what in (("2", "go_on"), ("#", "next"))
    ],
    (of(REPLIED, HearingReply()), "", AGAIN, HearingReply(1), (Waited("letter"), Delivered("reply", 9))),
    (of(REPLIED, HearingReply(1)), "", MENU, AtMenu(), (Waited("letter"),)),
    *[
        (
            of(REPLIED, HearingReply()),
            key,
            "other_key_1 choose_hear_again(1) choose_go_on(2)",
            HearingReply(0, 1),
            (Stray(key),),
        )
        for key in "3456789A"
    ],
    (of(REPLIED, HearingReply(1, 3)), "9", MENU, AtMenu(), (Stray("9"), GaveUp("letter"))),
    (of(NOTIFIED, HearingNotice()), "1", A_NOTICE, HearingNotice(), (Chose("1", "hear_again"), Delivered("notice", 8))),
    (of(NOTIFIED, HearingNotice()), "2", TO_MENU, AtMenu(), (Chose("2", "go_on"),)),
    (of(NOTIFIED, HearingNotice()), "", TO_MENU, AtMenu(), (Waited("letter"),)),
    (of(NOTIFIED, HearingNotice(0, 3)), "9", TO_MENU, AtMenu(), (Stray("9"), GaveUp("letter"))),
]


@rows(UNTYPED, NAME, QUESTION, LETTERS)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())
    assert isinstance(turn.gather, Record) == isinstance(scene, SayingName | LeavingQuestion)


# ── what follows from it ─────────────────────────────────────────────────────────────────────────────────────────


def test_replies_are_said_once_in_a_call(house: House) -> None:
    turn = house.step(of(REPLIED, HearingReply(1)), Pressed("2"))
    assert (turn.state.told, turn.state.learners[0].replies) == (True, ())


def test_replies_wait_for_the_pin(house: House) -> None:
    """Asked for before the first; without it they wait for another call."""
    assert house.begin(GUARDED).state.scene == Proving("replies")
    left = house.step(of(GUARDED, Proving("replies")), Silent())
    assert (left.state.scene, left.state.told, left.state.learners) == (AtMenu(), True, (GUARDED,))
    assert house.begin(REPLIED).state.scene == HearingReply()
    proven = house.step(of(GUARDED, Proving("replies")), Pressed("481516"), found=RIGHT)
    assert proven.state.proven


def test_whoever_gives_a_number_is_among_the_learners_once(house: House) -> None:
    both: dict[str, Any] = {"learners": (WANG, LI), "learner": None}
    now = replace(LI, pace="slow")
    turn = house.step(state(ME, **both), Pressed("2"), found=Found(now))
    assert (turn.state.learner, turn.state.learners) == (1, (WANG, now))
    turn = house.step(state(ME, **both), Pressed("3"), found=Found(CHEN))
    assert (turn.state.learner, turn.state.learners) == (2, (WANG, LI, CHEN))


def test_a_month_that_is_used_up_ends_the_call(house: House) -> None:
    used = replace(WANG, minutes_left=0)
    turn = house.begin(used)
    assert (told(turn), turn.gather) == ("welcome 王秀英 hello month_used goodbye", None)
    turn = house.step(state(ME, **UNKNOWN), Pressed("1"), found=Found(used))
    assert (told(turn), turn.gather) == ("王秀英 hello month_used goodbye", None)


def test_a_number_is_meant_however_fast_it_comes(house: House) -> None:
    """And what was typed is not kept with the call: it may be a PIN."""
    turn = house.step(state(RollCall(), grade="group", learner=None), Pressed("1"), found=Found(WANG))
    for number, who in (("2", LI), ("2", LI), ("3", CHEN)):
        turn = house.step(turn, Pressed(number), found=Found(who))
        assert told(turn) == f"{who.name} has_joined next_number"
    wrong = house.step(of(GUARDED, Proving("replies")), Pressed("481516"), found=WRONG)
    assert "481516" not in codec.encode(wrong)
