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
    DUTY,
    FALLS,
    HUNG_UP,
    LI,
    MENU,
    MENU_UNKNOWN,
    MY_NUMBER,
    NOTHING,
    NOTICE,
    OFFICE,
    REPLY,
    SECRETARY,
    SPOKE,
    STOVES,
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

GUARDED = replace(WANG, has_pin=True, replies=(REPLY,), notices=(NOTICE,))
ME = Numbering("me")
RIGHT, WRONG, CLOSED = Checked(right=True), Checked(right=False), Checked(right=False, closed=True)
A_REPLY = "a_reply 去问村医。 choose_hear_again(1) choose_go_on(2)"
A_NOTICE = "a_notice 党费十二元。 never_money choose_hear_again(1) choose_go_on(2)"
WITH_NOTICE = "choose_listen(1) choose_answer(2) choose_question(3) choose_notice(4) choose_help(0) or_wait"
WRONG_3, NONE_2 = (Stray(""), GaveUp("number")), (Waited("number"),)

# What is typed, and what is wanted for it.
WANTED: list[tuple[State, str, Lookup]] = [
    (state(ME, **UNKNOWN), "007", WhoHas("007")),
    (state(ME, **UNKNOWN), "0", WhoHas("0")),
    (state(ME, **UNKNOWN), "12*3*45", WhoHas("45")),  # a star clears what was typed before it
    (state(Numbering("staff")), "2", WhoHas("2")),
    (of(GUARDED, Proving("replies")), "481516", IsPin(1, "481516")),
    (of(GUARDED, Proving("notices")), "1*481516", IsPin(1, "481516")),
    (state(Proving("staff"), **OFFICE), "481516", IsPin(2, "481516")),
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
    (state(ME, **UNKNOWN), Found(None), f"not_right {MY_NUMBER}", Numbering("me", 1), (Stray(""),)),
    (state(Numbering("me", 1), **UNKNOWN), Found(None), f"not_right {MY_NUMBER}", Numbering("me", 2), (Stray(""),)),
    (state(Numbering("me", 2), **UNKNOWN), Found(None), "carry_on say_your_name", SayingName(), WRONG_3),
    (state(Numbering("me", 2)), Found(None), f"carry_on {MENU}", AtMenu(), WRONG_3),  # who is known stays so
    (state(ME), Found(replace(CHEN, replies=(REPLY,))), f"陈德明 hello {MENU}", AtMenu(), (Identified(3),)),
    *[
        (state(Numbering("staff")), Found(who), f"no_duty {MENU}", AtMenu(), ())
        for who in (LI, replace(SECRETARY, has_pin=False), replace(SECRETARY, role=""))
    ],
    (state(Numbering("staff")), Found(SECRETARY), "pin", Proving("staff"), ()),
    (state(Numbering("staff", 2)), Found(None), f"carry_on {MENU}", AtMenu(), WRONG_3),
    (state(Proving("staff"), **OFFICE), RIGHT, DUTY, OnDuty(), ()),
    (state(Proving("staff"), **OFFICE), WRONG, "not_right pin", Proving("staff", 1), (Stray(""),)),
    (state(Proving("staff", 2), **OFFICE), WRONG, f"carry_on {MENU}", AtMenu(), WRONG_3),
    (state(Proving("staff"), **OFFICE), CLOSED, f"pin_closed {MENU}", AtMenu(), ()),
    (of(GUARDED, Proving("replies")), RIGHT, A_REPLY, HearingReply(), ()),
    (of(GUARDED, Proving("notices")), RIGHT, A_NOTICE, HearingNotice(), ()),
    (of(GUARDED, Proving("replies"), phone=()), RIGHT, A_REPLY, HearingReply(), ()),
    (of(GUARDED, Proving("replies", 1)), WRONG, "not_right pin", Proving("replies", 2), (Stray(""),)),
    (of(GUARDED, Proving("replies", 2)), WRONG, f"carry_on {WITH_NOTICE}", AtMenu(), WRONG_3),
    (of(GUARDED, Proving("replies")), CLOSED, f"pin_closed {WITH_NOTICE}", AtMenu(), ()),
    (of(GUARDED, Proving("notices")), CLOSED, f"pin_closed {WITH_NOTICE}", AtMenu(), ()),
]


@pytest.mark.parametrize(("before", "finding", "says", "scene", "events"), FOUND)
def test_what_was_found(
    house: House, before: State, finding: Finding, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = house.step(before, Pressed("481516"), found=finding)
    assert (told(turn), turn.state.scene, turn.events) == (says, scene, events)
    if isinstance(scene, Numbering | Proving):
        assert turn.gather == Gather(10, 12)


NO_REPLIES = replace(GUARDED, notices=())
UNTYPED: list[Row] = [
    *[
        (before, act, f"no_number {says}", replace(before.scene, misses=1), NONE_2)
        for before, says in (
            (state(ME, **UNKNOWN), MY_NUMBER),
            (state(Numbering("staff")), "number_of_staff"),
            (state(Proving("staff"), **OFFICE), "pin"),
            (of(NO_REPLIES, Proving("replies")), "pin"),
        )
        for act in ("", Pressed(""), "*", "12*")
    ],
    (state(Numbering("me", 1), **UNKNOWN), "", "carry_on say_your_name", SayingName(), NONE_2),
    (state(Numbering("me", 1)), "", f"carry_on {MENU}", AtMenu(), NONE_2),
    (state(Numbering("staff", 1)), "", f"carry_on {MENU}", AtMenu(), NONE_2),
    (state(Proving("staff", 1), **OFFICE), "", f"carry_on {MENU}", AtMenu(), NONE_2),
    (of(NO_REPLIES, Proving("replies", 1)), "", f"carry_on {MENU}", AtMenu(), NONE_2),
]
LEFT = Left("name", "RE1", "https://provider.example/RE1", 8)
NAME: list[Row] = [
    (state(SayingName(), **UNKNOWN), SPOKE, f"name_kept {MENU}", AtMenu(), (LEFT,)),  # and is not asked again
    (state(SayingName(), **UNKNOWN), NOTHING, f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("name"),)),
    (state(SayingName(), **UNKNOWN), "", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("name"),)),
    (state(SayingName(), **UNKNOWN), "5", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("name"),)),
]
ASKED = replace(LEFT, kind="question")
NOT_SPOKEN: tuple[Event, ...] = (Waited("question"),)
QUESTION: list[Row] = [
    (state(LeavingQuestion()), SPOKE, f"question_kept {MENU}", AtMenu(), (ASKED,)),
    (state(LeavingQuestion(), **UNKNOWN), SPOKE, f"nobodys_question_kept {MENU_UNKNOWN}", AtMenu(), (ASKED,)),
    (state(LeavingQuestion()), HUNG_UP, "", Over(), (ASKED,)),
    (state(LeavingQuestion(1)), SPOKE, f"question_kept {MENU}", AtMenu(), (ASKED,)),
    (state(LeavingQuestion()), NOTHING, "no_question_1", LeavingQuestion(1), NOT_SPOKEN),
    (state(LeavingQuestion()), "", "no_question_1", LeavingQuestion(1), NOT_SPOKEN),
    (state(LeavingQuestion()), "7", "no_question_1", LeavingQuestion(1), NOT_SPOKEN),
    (state(LeavingQuestion(1)), NOTHING, f"no_question_2 {MENU}", AtMenu(), NOT_SPOKEN),
    (state(LeavingQuestion(1)), "", f"no_question_2 {MENU}", AtMenu(), NOT_SPOKEN),
    (state(LeavingQuestion()), Spoke("", "", 0, hung_up=True), "", Over(), NOT_SPOKEN),
]

SECOND = Letter(9, replace(REPLY.clip, words="村医周三来。"))
REPLIED = replace(WANG, replies=(REPLY, SECOND))
AGAIN = "a_reply 村医周三来。 choose_hear_again(1) choose_go_on(2)"
AGAIN_OR_ON = "choose_hear_again(1) choose_go_on(2)"
FIRST_HEARD, SECOND_HEARD, NOTICE_HEARD = Delivered("reply", 7), Delivered("reply", 9), Delivered("notice", 8)
NOTIFIED = replace(WANG, notices=(NOTICE,))
ON = ("2", Chose("2", "go_on")), ("#", Chose("#", "next")), ("", Waited("letter"))
ONCE_MORE = ("1", Chose("1", "hear_again")), ("*", Chose("*", "again")), ("0", Chose("0", "again"))
LETTERS: list[Row] = [
    *[(of(REPLIED, HearingReply()), key, A_REPLY, HearingReply(), (chose,)) for key, chose in ONCE_MORE],
    *[(of(REPLIED, HearingReply()), key, AGAIN, HearingReply(1), (chose, FIRST_HEARD)) for key, chose in ON],
    *[(of(REPLIED, HearingReply(1)), key, MENU, AtMenu(), (chose, SECOND_HEARD)) for key, chose in ON],
    *[
        (of(REPLIED, HearingReply()), key, f"other_key_1 {AGAIN_OR_ON}", HearingReply(0, 1), (Stray(key),))
        for key in "3456789A"
    ],
    (of(REPLIED, HearingReply(0, 2)), "9", f"other_key_3 {AGAIN_OR_ON}", HearingReply(0, 3), (Stray("9"),)),
    (of(REPLIED, HearingReply(1, 3)), "9", MENU, AtMenu(), (Stray("9"), GaveUp("letter"), SECOND_HEARD)),
    *[(of(NOTIFIED, HearingNotice()), key, A_NOTICE, HearingNotice(), (chose,)) for key, chose in ONCE_MORE],
    *[(of(NOTIFIED, HearingNotice()), key, WITH_NOTICE, AtMenu(), (chose, NOTICE_HEARD)) for key, chose in ON],
    (of(NOTIFIED, HearingNotice(0, 3)), "9", WITH_NOTICE, AtMenu(), (Stray("9"), GaveUp("letter"), NOTICE_HEARD)),
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


def test_a_notice_heard_once_is_not_new(house: House) -> None:
    for before in (HearingNotice(), HearingNotice(0, 3)):
        turn = house.step(of(NOTIFIED, before), Pressed("2"))
        assert [each.is_heard for each in turn.state.learners[0].notices] == [True]


def test_replies_wait_for_the_pin(house: House) -> None:
    """Asked for before the first, and announced; without it they wait for another call."""
    asked = house.begin(GUARDED)
    assert (told(asked), asked.state.scene) == ("welcome 王秀英 hello for_you_alone pin", Proving("replies"))
    left = house.step(of(GUARDED, Proving("replies", 1)), Silent())
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


# A reply and a notice, for somebody who says who they are on this phone: what they are told then.
PRIVATE: dict[str, tuple[bool, tuple[int, ...], str]] = {
    "on a phone of theirs": (False, (3,), f"陈德明 hello {A_REPLY}"),
    "on a phone that they share": (False, (1, 3), f"陈德明 hello {A_REPLY}"),
    "on somebody else's": (False, (1,), f"陈德明 hello {MENU}"),
    "on somebody else's, with a PIN": (True, (1,), "陈德明 hello for_you_alone pin"),
    "on a phone of theirs, with a PIN": (True, (3,), "陈德明 hello for_you_alone pin"),
}


@pytest.mark.parametrize(("pin", "phone", "says"), PRIVATE.values(), ids=list(PRIVATE))
def test_who_hears_what_is_private(house: House, pin: bool, phone: tuple[int, ...], says: str) -> None:
    theirs = replace(CHEN, has_pin=pin, replies=(REPLY,), notices=(NOTICE,))
    turn = house.step(state(ME, phone=phone), Pressed("3"), found=Found(theirs))
    assert told(turn) == says


def test_the_next_caller_is_nobody_s_heir(house: House) -> None:
    """A PIN opens the letters of its own member only, everybody's replies come first, and what was left and heard is of
    the one who was speaking; of somebody who only now says who they are, it is theirs."""
    there: dict[str, Any] = {"proven": True, "told": True, "left": {STOVES: 8_000}, "heard": (FALLS,)}
    theirs = Found(replace(CHEN, replies=(REPLY,)))
    other = house.step(state(ME, phone=(1, 3), **there), Pressed("3"), found=theirs).state
    assert (other.proven, other.scene, other.left, other.heard) == (False, HearingReply(), {}, ())
    same = house.step(state(ME, phone=(3,), **UNKNOWN | there), Pressed("3"), found=theirs).state
    assert (same.proven, same.scene, same.left, same.heard) == (False, HearingReply(), {STOVES: 8_000}, (FALLS,))


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
