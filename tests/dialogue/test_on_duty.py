"""Those on duty: what a PIN leads to; and the secretary's month."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue.state import (
    AtMenu,
    HearingQuestion,
    Learner,
    Letter,
    Month,
    OnDuty,
    Over,
    Proving,
    Replying,
    RollCall,
    Scene,
    State,
    TellingMonth,
    Visiting,
)
from ivr.dialogue.turn import (
    Checked,
    Chose,
    Event,
    GaveUp,
    Input,
    Left,
    MonthOf,
    Pressed,
    Spoke,
    Stray,
    Told,
    Waited,
)
from tests.dialogue.house import (
    DOOR,
    DUTY,
    HUNG_UP,
    LEADER,
    MENU,
    NOTHING,
    OFFICE,
    REPLY,
    SECRETARY,
    SPOKE,
    VISIT,
    VISITOR,
    WANG,
    House,
    Row,
    check,
    rows,
    state,
    told,
)

ON_DUTY: list[Row] = [
    (state(OnDuty(), **OFFICE), "1", "roll_call", RollCall(by=0), (Chose("1", "group"),)),
    (state(OnDuty(), **OFFICE), "2", VISIT, Visiting(), (Chose("2", "visit"),)),
    *[(state(OnDuty(), **OFFICE), key, f"other_key_1 {DUTY}", OnDuty(1), (Stray(key),)) for key in "456789A"],
    (state(OnDuty(1), **OFFICE), "", f"no_key_2 {DUTY}", OnDuty(2), (Waited("duty"),)),
    (state(OnDuty(2), **OFFICE), "", f"no_key_3 {DUTY}", OnDuty(3), (Waited("duty"),)),
    (state(OnDuty(3), **OFFICE), "", MENU, AtMenu(), (Waited("duty"),)),
    (state(OnDuty(3), **OFFICE), "9", MENU, AtMenu(), (Stray("9"), GaveUp("duty"))),
    (state(OnDuty(), **OFFICE), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    *[(state(OnDuty(2), **OFFICE), key, DUTY, OnDuty(), (Chose(key, "again"),)) for key in "0*"],
    (
        state(OnDuty(2), **OFFICE, offer=()),
        "*",
        "choose_visit(2) choose_month(3)",
        OnDuty(),
        (Chose("*", "again"),),
    ),
]

# ── the secretary ────────────────────────────────────────────────────────────────────────────────────────────────

WAITING = tuple(f"学员{n}" for n in range(1, 8))
FIRST = replace(REPLY, name="王秀英")
MONTH = Month(20, 13, WAITING, (FIRST, Letter(9, replace(REPLY.clip, words="第二问。"), "陈德明")))
DONE = Month(20, 20)
SUMS = "members people(20) have_heard people(13) questions_waiting"
CHOICES = "choose_names(1) choose_questions(2) choose_to_menu(3)"
PAGE_1 = "have_not_heard 学员1 学员2 学员3 学员4 学员5"
PAGE_2 = "have_not_heard 学员6 学员7 choose_questions(2) choose_to_menu(3)"
ASKED = "choose_reply(1) choose_hear_again(2) choose_next_question(3)"
QUESTION, QUESTION_2 = f"a_question 去问村医。 {ASKED}", f"a_question 第二问。 {ASKED}"
NONE_LEFT = "members people(20) have_heard people(13) no_questions_waiting choose_names(1) choose_to_menu(3)"
ANSWERED = Left("reply", "RE1", "https://provider.example/RE1", 8, about=7, by=2)
ONLY_1, ONLY_2 = replace(MONTH, questions=MONTH.questions[:1]), replace(MONTH, questions=MONTH.questions[1:])
BACK_TO_SUMS = f"{SUMS} {CHOICES}", TellingMonth(MONTH)
TELLING: list[Row] = [
    (
        state(TellingMonth(MONTH), **OFFICE),
        "1",
        f"{PAGE_1} choose_more_names(1) choose_questions(2) choose_to_menu(3)",
        TellingMonth(MONTH, 1),
        (Chose("1", "names"),),
    ),
    (state(TellingMonth(MONTH, 1), **OFFICE), "1", PAGE_2, TellingMonth(MONTH, 2), (Chose("1", "more_names"),)),
    (
        state(TellingMonth(MONTH), **OFFICE),
        "2",
        f"王秀英 {QUESTION}",
        HearingQuestion(MONTH),
        (Chose("2", "questions"),),
    ),
    (state(TellingMonth(MONTH), **OFFICE), "3", MENU, AtMenu(), (Chose("3", "to_menu"),)),
    (state(TellingMonth(MONTH), **OFFICE), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    (state(TellingMonth(MONTH, 0, 2), **OFFICE), "*", f"{SUMS} {CHOICES}", TellingMonth(MONTH), (Chose("*", "again"),)),
    (state(TellingMonth(MONTH, 2), **OFFICE), "0", PAGE_2, TellingMonth(MONTH, 2), (Chose("0", "again"),)),
    *[
        (state(TellingMonth(MONTH), **OFFICE), key, f"other_key_1 {CHOICES}", TellingMonth(MONTH, 0, 1), (Stray(key),))
        for key in "456789A"
    ],
    (
        state(TellingMonth(DONE), **OFFICE),
        "1",
        "other_key_1 choose_to_menu(3)",
        TellingMonth(DONE, 0, 1),
        (Stray("1"),),
    ),
    (state(TellingMonth(MONTH), **OFFICE), "", f"no_key_1 {CHOICES}", TellingMonth(MONTH, 0, 1), (Waited("month"),)),
    (state(TellingMonth(MONTH, 0, 3), **OFFICE), "", MENU, AtMenu(), (Waited("month"),)),
    (state(TellingMonth(MONTH, 0, 3), **OFFICE), "9", MENU, AtMenu(), (Stray("9"), GaveUp("month"))),
    (state(HearingQuestion(MONTH), **OFFICE), "1", "speak_reply", Replying(MONTH, 0), (Chose("1", "reply"),)),
    *[
        (
            state(HearingQuestion(MONTH, 0, 1), **OFFICE),
            key,
            f"王秀英 {QUESTION}",
            HearingQuestion(MONTH),
            (Chose(key, "again"),),
        )
        for key in "20*"
    ],
    *[
        (
            state(HearingQuestion(MONTH), **OFFICE),
            key,
            f"陈德明 {QUESTION_2}",
            HearingQuestion(MONTH, 1),
            (Chose(key, "next_question"),),
        )
        for key in "3#"
    ],
    *[
        (
            state(HearingQuestion(MONTH), **OFFICE),
            key,
            f"other_key_1 {ASKED}",
            HearingQuestion(MONTH, 0, 1),
            (Stray(key),),
        )
        for key in "456789A"
    ],
    (state(HearingQuestion(MONTH, 1), **OFFICE), "3", *BACK_TO_SUMS, (Chose("3", "next_question"),)),
    (state(HearingQuestion(MONTH, 1, 3), **OFFICE), "", *BACK_TO_SUMS, (Waited("question"),)),
    (state(HearingQuestion(MONTH, 1, 3), **OFFICE), "8", *BACK_TO_SUMS, (Stray("8"), GaveUp("question"))),
    # what has its reply waits no longer
    (
        state(Replying(MONTH, 0), **OFFICE),
        SPOKE,
        f"reply_kept 陈德明 {QUESTION_2}",
        HearingQuestion(ONLY_2),
        (ANSWERED,),
    ),
    (
        state(Replying(MONTH, 1), **OFFICE),
        SPOKE,
        f"reply_kept {SUMS} {CHOICES}",
        TellingMonth(ONLY_1),
        (replace(ANSWERED, about=9),),
    ),
    (
        state(Replying(ONLY_1, 0), **OFFICE),
        SPOKE,
        f"reply_kept {NONE_LEFT}",
        TellingMonth(replace(MONTH, questions=())),
        (ANSWERED,),
    ),
    (state(Replying(MONTH, 0), **OFFICE), HUNG_UP, "", Over(), (ANSWERED,)),
    *[
        (
            state(Replying(MONTH, 1), **OFFICE),
            act,
            f"no_reply {SUMS} {CHOICES}",
            TellingMonth(MONTH),
            (Waited("reply"),),
        )
        for act in (NOTHING, "")
    ],
    (state(Replying(MONTH, 1), **OFFICE), Spoke("", "", 0, hung_up=True), "", Over(), (Waited("reply"),)),
]


@rows(ON_DUTY, TELLING)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())
    if scene == AtMenu():
        assert (turn.state.staff, turn.state.grade) == (None, "")


# Whoever can do one thing only, does it at once.
AT_ONCE: dict[str, tuple[Learner, dict[str, Any], str, Scene]] = {
    "a leader": (LEADER, {}, "roll_call", RollCall(by=0)),
    "a leader, nothing on offer": (LEADER, {"offer": ()}, "nothing_yet choose_question(3) choose_help(0)", AtMenu()),
    "a visitor": (VISITOR, {}, VISIT, Visiting()),
    "a visitor, nothing on offer": (VISITOR, {"offer": ()}, "choose_visit_talk(2)", Visiting()),
    "a visitor, on another's phone": (VISITOR, {"phone": (9,)}, f"visit_needs_member {MENU}", AtMenu()),
    "a secretary": (SECRETARY, {}, DUTY, OnDuty()),
}


@pytest.mark.parametrize(("staff", "more", "says", "scene"), AT_ONCE.values(), ids=list(AT_ONCE))
def test_what_a_pin_leads_to(house: House, staff: Learner, more: dict[str, Any], says: str, scene: Scene) -> None:
    before = state(Proving("staff"), **DOOR | {"learners": (WANG, staff)} | more)
    turn = house.step(before, Pressed("481516"), found=Checked(right=True))
    assert (told(turn), turn.state.scene, turn.events) == (says, scene, ())  # no key chose it
    assert turn.state.staff == (None if scene == AtMenu() else 1)
    assert not turn.state.proven  # it opens nobody's letters


def test_the_month_is_looked_up(house: House) -> None:
    wanted = house.wanted(state(OnDuty(), **OFFICE), Pressed("3"))
    assert (wanted.lookup, wanted.events) == (MonthOf(2), (Chose("3", "month"),))
    turn = house.step(state(OnDuty(), **OFFICE), Pressed("3"), found=Told(MONTH))
    assert (told(turn), turn.state.scene) == (f"{SUMS} {CHOICES}", TellingMonth(MONTH))
    turn = house.step(state(OnDuty(), **OFFICE), Pressed("3"), found=Told(DONE))
    assert (
        told(turn) == "members people(20) have_heard people(20) all_have_heard no_questions_waiting choose_to_menu(3)"
    )
