"""Where choices are offered: the menu, help, after a lesson."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue.state import (
    AfterLesson,
    AtMenu,
    ChoosingLanguage,
    HearingNotice,
    Helping,
    LeavingQuestion,
    Listening,
    Numbering,
    Over,
    Place,
    Proving,
    Quiz,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Chose,
    Event,
    GaveUp,
    Input,
    Preferred,
    Pressed,
    Stray,
    Waited,
)
from tests.dialogue.house import (
    BOTH,
    DIGITS,
    FALLS,
    FLOOR,
    LISTEN,
    MENU,
    MY_NUMBER,
    NIGHT,
    NOTICE,
    SECRETARY,
    STOVES,
    THREE_LANGUAGES,
    UNKNOWN,
    WANG,
    House,
    Row,
    check,
    of,
    others,
    pressed_or_not,
    rows,
    state,
    told,
)

# ── the menu ─────────────────────────────────────────────────────────────────────────────────────────────────────

HEARD: dict[str, Any] = {"heard": (FALLS,)}
ALL_HEARD: dict[str, Any] = {"heard": (FALLS, STOVES)}
NOTIFIED = replace(WANG, notices=(NOTICE,))
GUARDED = replace(NOTIFIED, has_pin=True)
HEARD_IT = replace(WANG, notices=(replace(NOTICE, is_heard=True),))
DUE = replace(WANG, places={FALLS: Place(FALLS, 30_000, True, BOTH, ("q-floor",))})
ELSEWHERE: dict[str, Any] = {"phone": (2,)}  # on somebody else's phone
HELP = "choose_slower(1) choose_one_key(2) choose_not_me(3)"
THREE_CHOICES = "choose_listen(1) choose_answer(2) choose_question(3)"
FOURTH = f"{THREE_CHOICES} {{}}(4) choose_help(0) or_wait"
A_NOTICE_FOURTH, REVIEW_FOURTH = FOURTH.format("choose_notice"), FOURTH.format("choose_review")
NOTHING_YET = "nothing_yet choose_question(3) choose_help(0)"
NOTHING_YET_UNKNOWN = "nothing_yet choose_question(3) choose_who(4) choose_help(0)"
REVIEW = f"once_wrong now_answering 防跌倒 {FLOOR} choose_dont_know(3)"
A_NOTICE = "a_notice 党费十二元。 never_money choose_hear_again(1) choose_go_on(2)"
AT_MENU: list[Row] = [
    (state(AtMenu()), "", LISTEN, Listening(FALLS, 0), (Waited("menu"),)),
    (state(AtMenu()), "1", LISTEN, Listening(FALLS, 0), (Chose("1", "listen"),)),
    (state(AtMenu()), "#", LISTEN, Listening(FALLS, 0), (Chose("#", "listen"),)),
    (
        state(AtMenu()),
        "2",
        f"now_answering 防跌倒 {NIGHT} choose_dont_know(4)",
        Quiz(FALLS, BOTH),
        (Chose("2", "answer"),),
    ),
    (state(AtMenu()), "3", "leave_question", LeavingQuestion(), (Chose("3", "question"),)),
    (state(AtMenu()), "0", f"help {HELP}", Helping(), (Chose("0", "help"),)),
    (state(AtMenu(2)), "*", MENU, AtMenu(), (Chose("*", "again"),)),
    *others(state(AtMenu()), "456789A", f"other_key_1 {THREE_CHOICES}", AtMenu(1)),
    (state(AtMenu(1)), "A", f"other_key_2 {THREE_CHOICES}", AtMenu(2), (Stray("A"),)),
    (state(AtMenu(2)), "8", "other_key_3 choose_listen(1)", AtMenu(3), (Stray("8"),)),
    (state(AtMenu(3)), "8", f"carry_on {LISTEN}", Listening(FALLS, 0), (Stray("8"), GaveUp("menu"))),
    (state(AtMenu(), **UNKNOWN), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "listen"),)),
    (state(AtMenu(), **UNKNOWN), "4", MY_NUMBER, Numbering("me"), (Chose("4", "who"),)),
    (state(AtMenu(), **HEARD), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "listen"),)),
    (state(AtMenu(), **ALL_HEARD), "1", "once_more 用炉子", Listening(STOVES, 0), (Chose("1", "listen"),)),
    (state(AtMenu(), **UNKNOWN | HEARD), "", "now_playing 用炉子", Listening(STOVES, 0), (Waited("menu"),)),
    (state(AtMenu(3)), "", LISTEN, Listening(FALLS, 0), (Waited("menu"), GaveUp("menu"))),
    (state(AtMenu(), offer=(STOVES,)), "2", f"no_questions {MENU}", AtMenu(), (Chose("2", "answer"),)),
    (of(NOTIFIED, AtMenu()), "4", A_NOTICE, HearingNotice(), (Chose("4", "notice"),)),
    (of(GUARDED, AtMenu()), "4", "pin", Proving("notices"), (Chose("4", "notice"),)),
    (of(GUARDED, AtMenu(), **ELSEWHERE), "4", "pin", Proving("notices"), (Chose("4", "notice"),)),
    (of(GUARDED, AtMenu(), proven=True), "4", A_NOTICE, HearingNotice(), (Chose("4", "notice"),)),
    *others(of(NOTIFIED, AtMenu(), **ELSEWHERE), "4", f"other_key_1 {THREE_CHOICES}", AtMenu(1)),
    (of(DUE, AtMenu()), "4", REVIEW, Quiz(FALLS, ("q-floor",)), (Chose("4", "review"),)),
    # the one more: a new notice, then questions once wrong, then notices heard before
    *[
        (of(who, AtMenu(), **more), "*", says, AtMenu(), (Chose("*", "again"),))
        for who, more, says in (
            (replace(DUE, notices=NOTIFIED.notices), {}, A_NOTICE_FOURTH),
            (replace(DUE, notices=NOTIFIED.notices), ELSEWHERE, REVIEW_FOURTH),
            (replace(DUE, notices=HEARD_IT.notices), {}, REVIEW_FOURTH),
            (DUE, {}, REVIEW_FOURTH),
            (HEARD_IT, {}, A_NOTICE_FOURTH),
            (NOTIFIED, ELSEWHERE, MENU),
            (GUARDED, ELSEWHERE, A_NOTICE_FOURTH),
        )
    ],
    (state(AtMenu(), **UNKNOWN, named=True), "*", MENU, AtMenu(), (Chose("*", "again"),)),
]

EMPTY: dict[str, Any] = {"offer": ()}
NOTHING_ON_OFFER: list[Row] = [
    (state(AtMenu(), **EMPTY), "*", NOTHING_YET, AtMenu(), (Chose("*", "again"),)),
    (state(AtMenu(), **EMPTY, **UNKNOWN), "*", NOTHING_YET_UNKNOWN, AtMenu(), (Chose("*", "again"),)),
    (state(AtMenu(), **EMPTY), "", "goodbye", Over(), (Waited("menu"),)),
    (state(AtMenu(), **EMPTY), "3", "leave_question", LeavingQuestion(), (Chose("3", "question"),)),
    (state(AtMenu(), **EMPTY, **UNKNOWN), "4", MY_NUMBER, Numbering("me"), (Chose("4", "who"),)),
    (of(NOTIFIED, AtMenu(), **EMPTY), "4", A_NOTICE, HearingNotice(), (Chose("4", "notice"),)),
    (state(AtMenu(), **EMPTY), "0", f"help {HELP}", Helping(), (Chose("0", "help"),)),
    *others(state(AtMenu(2), **EMPTY), "12456789A", "other_key_3 choose_question(3)", AtMenu(3)),
    (state(AtMenu(3), **EMPTY), "9", "goodbye", Over(), (Stray("9"), GaveUp("menu"))),
    (state(AtMenu(3), **EMPTY), "", "goodbye", Over(), (Waited("menu"), GaveUp("menu"))),
]

# ── help ─────────────────────────────────────────────────────────────────────────────────────────────────────────

SLOW = replace(WANG, pace="slow")
ON_DUTY = "number_of_staff", Numbering("staff"), (Chose("5", "on_duty"),)
HELPING: list[Row] = [
    (
        state(Helping()),
        "1",
        f"slower_now {MENU}",
        AtMenu(),
        (Chose("1", "slower"), Preferred(1, "pace", "slow")),
    ),
    (
        state(Helping()),
        "2",
        "one_key_now any_key pick_listen",
        AtMenu(),
        (Chose("2", "one_key"), Preferred(1, "one_key", "yes")),
    ),
    (state(Helping()), "3", MY_NUMBER, Numbering("me"), (Chose("3", "not_me"),)),
    *others(state(Helping()), "46789A", f"other_key_1 {HELP}", Helping(1)),
    *others(state(Helping(), **UNKNOWN), "12346", "other_key_1 choose_on_duty(5)", Helping(1)),
    # on duty: told to those who may be, and to those who are not known; the key works for all
    (of(SECRETARY, Helping()), "*", f"help {HELP} choose_on_duty(5)", Helping(), (Chose("*", "again"),)),
    *[(before, "5", *ON_DUTY) for before in (state(Helping()), of(SECRETARY, Helping()), state(Helping(), **UNKNOWN))],
    (state(Helping(3)), "7", MENU, AtMenu(), (Stray("7"), GaveUp("help"))),
    (state(Helping()), "", MENU, AtMenu(), (Waited("help"),)),
    (state(Helping()), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    (state(Helping(2)), "0", f"help {HELP}", Helping(), (Chose("0", "help"),)),
    (state(Helping(2)), "*", f"help {HELP}", Helping(), (Chose("*", "again"),)),
    # whoever else is there, what is heard counts for them: nobody else comes on
    *others(state(Helping(), grade="visit"), "345", "other_key_1 choose_slower(1) choose_one_key(2)", Helping(1)),
]

# ── after a lesson ───────────────────────────────────────────────────────────────────────────────────────────────

AFTER = "choose_next(1) choose_answer(2) choose_question(3) choose_done(4)"
AFTER_QUIZ = "choose_next(1) choose_question(3) choose_done(4)"
ASKED = AfterLesson(FALLS, asked=True)
HEAR_ANSWERS = f"hear_answers {NIGHT}"
TOLD = Quiz(FALLS, BOTH, told=True)
AFTER_LESSON: list[Row] = [
    (state(AfterLesson(FALLS), **HEARD), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "next"),)),
    (state(AfterLesson(FALLS), **HEARD), "#", "now_playing 用炉子", Listening(STOVES, 0), (Chose("#", "next"),)),
    (state(AfterLesson(FALLS), **HEARD), "*", "once_more 防跌倒", Listening(FALLS, 0), (Chose("*", "again"),)),
    (
        state(AfterLesson(FALLS), **HEARD),
        "2",
        f"now_answering 防跌倒 {NIGHT} choose_dont_know(4)",
        Quiz(FALLS, BOTH),
        (Chose("2", "answer"),),
    ),
    (state(AfterLesson(FALLS), **HEARD), "3", "leave_question", LeavingQuestion(), (Chose("3", "question"),)),
    (state(AfterLesson(FALLS), **HEARD), "4", "goodbye", Over(), (Chose("4", "done"),)),
    (state(AfterLesson(FALLS, misses=2), **HEARD), "0", f"help {HELP}", Helping(), (Chose("0", "help"),)),
    (state(AfterLesson(FALLS), **ALL_HEARD), "1", "once_more 防跌倒", Listening(FALLS, 0), (Chose("1", "again"),)),
    (
        state(AfterLesson(FALLS), **ALL_HEARD),
        "#",
        f"now_answering 防跌倒 {NIGHT} choose_dont_know(4)",
        Quiz(FALLS, BOTH),
        (Chose("#", "answer"),),
    ),
    (state(ASKED, **ALL_HEARD), "#", "goodbye", Over(), (Chose("#", "done"),)),
    (state(AfterLesson(STOVES), heard=(STOVES,)), "3", "leave_question", LeavingQuestion(), (Chose("3", "question"),)),
    *others(
        state(AfterLesson(STOVES), heard=(STOVES,)),
        "256789A",
        "other_key_1 choose_next(1) choose_question(3) choose_done(4)",
        AfterLesson(STOVES, misses=1),
    ),
    *others(
        state(AfterLesson(FALLS, misses=1), **HEARD), "56789A", f"other_key_2 {AFTER}", AfterLesson(FALLS, misses=2)
    ),
    (state(AfterLesson(FALLS), **HEARD), "", HEAR_ANSWERS, TOLD, (Waited("after"),)),
    (
        state(AfterLesson(FALLS), **HEARD, used_keys=True),
        "",
        f"no_key_1 {AFTER}",
        AfterLesson(FALLS, misses=1),
        (Waited("after"),),
    ),
    (
        state(AfterLesson(FALLS, misses=2), **HEARD, used_keys=True),
        "",
        "no_key_3 choose_next(1)",
        AfterLesson(FALLS, misses=3),
        (Waited("after"),),
    ),
    (state(AfterLesson(FALLS, misses=3), **HEARD, used_keys=True), "", HEAR_ANSWERS, TOLD, (Waited("after"),)),
    (state(AfterLesson(FALLS, misses=3), **HEARD), "9", HEAR_ANSWERS, TOLD, (Stray("9"), GaveUp("after"))),
    (state(AfterLesson(STOVES), heard=(STOVES,)), "", "goodbye", Over(), (Waited("after"),)),
    # once its questions were put
    (state(ASKED, **HEARD), "", "goodbye", Over(), (Waited("after"),)),
    (state(ASKED, **HEARD, used_keys=True), "", "goodbye", Over(), (Waited("after"),)),
    (state(ASKED, **HEARD), "1", "now_playing 用炉子", Listening(STOVES, 0), (Chose("1", "next"),)),
    *others(state(ASKED, **HEARD), "2", f"other_key_1 {AFTER_QUIZ}", replace(ASKED, misses=1)),
    (state(replace(ASKED, misses=3), **HEARD), "9", "goodbye", Over(), (Stray("9"), GaveUp("after"))),
]
OVER: list[Row] = [(state(Over()), key, "goodbye", Over(), ()) for key in ("", "1", "#")]


@rows(AT_MENU, NOTHING_ON_OFFER, HELPING, AFTER_LESSON, OVER)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())


# ── what is kept of a choice ─────────────────────────────────────────────────────────────────────────────────────


def test_a_lasting_choice_holds_at_once(house: House) -> None:
    slower = house.step(state(Helping()), Pressed("1"))
    assert slower.state.learners == (SLOW,)
    assert told(house.step(of(SLOW, Helping()), Pressed("*"))) == f"help {HELP.replace('slower', 'faster')}"
    one_key = house.step(state(Helping()), Pressed("2")).state.learners[0]
    assert one_key.one_key


def test_another_language_is_among_the_help_where_there_are_several(house: House) -> None:
    turn = house.step(state(AtMenu(), language="yue"), Pressed("0"), rules=THREE_LANGUAGES)
    assert told(turn) == f"help {HELP} choose_other_language(4)"
    unknown = house.step(state(AtMenu(), **UNKNOWN), Pressed("0"), rules=THREE_LANGUAGES)
    assert told(unknown) == "help choose_other_language(4) choose_on_duty(5)"
    asked = house.step(turn.state, Pressed("4"), rules=THREE_LANGUAGES)
    assert asked.state.scene == ChoosingLanguage()
    assert house.step(asked.state, Pressed("#"), rules=THREE_LANGUAGES).state.language == "yue"  # and stays


@pytest.mark.parametrize("key", [*DIGITS, *"*#A", ""])
def test_at_the_menu_every_key_is_written_down(house: House, key: str) -> None:
    for before in (state(AtMenu()), of(NOTIFIED, AtMenu()), state(AtMenu(), **UNKNOWN)):
        assert house.step(before, pressed_or_not(key)).events
