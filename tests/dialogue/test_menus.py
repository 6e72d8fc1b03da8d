"""Where choices are offered: who is calling, what is asked once, the menu, help, after a lesson."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue.state import (
    AfterLesson,
    Asking,
    AtMenu,
    ChoosingLanguage,
    HearingNotice,
    HearingReply,
    Helping,
    Learner,
    LeavingQuestion,
    Listening,
    Numbering,
    OfferingOneKey,
    Over,
    Place,
    Proving,
    Quiz,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Chose,
    Delivered,
    Event,
    GaveUp,
    Identified,
    Input,
    Preferred,
    Pressed,
    Silent,
    Stray,
    Waited,
)
from tests.dialogue.house import (
    BOTH,
    DIGITS,
    FALLS,
    FLOOR,
    LI,
    LISTEN,
    MENU,
    MENU_UNKNOWN,
    NIGHT,
    NOTICE,
    REPLY,
    STOVES,
    THREE_LANGUAGES,
    UNKNOWN,
    WANG,
    House,
    Row,
    check,
    of,
    pressed_or_not,
    rows,
    state,
    told,
)


def others(before: State, keys: str, says: str, scene: Scene) -> list[Row]:
    """Keys that mean nothing here."""
    return [(before, key, says, scene, (Stray(key),)) for key in keys]


# ── who is calling ───────────────────────────────────────────────────────────────────────────────────────────────

SHARED: dict[str, Any] = {"learners": (WANG, LI), "learner": None}
NAMES = "王秀英 press(1) 李大山 press(2)"
SIX: dict[str, Any] = {"learners": tuple(Learner(n, f"学员{n}") for n in range(1, 7)), "learner": None}
FOUR_NAMES = "学员1 press(1) 学员2 press(2) 学员3 press(3) 学员4 press(4) choose_somebody_else(5)"
MY_NUMBER = "number_of_me"


def greeted(key: str, who: Learner) -> Row:
    events = (Chose(key, "name"), Identified(who.member))
    return state(Asking(), **SHARED), key, f"{who.name} hello {MENU}", AtMenu(), events


ASKING: list[Row] = [
    greeted("1", WANG),
    greeted("2", LI),
    *others(state(Asking(), **SHARED), "3456789A", f"other_key_1 {NAMES}", Asking(1)),
    (state(Asking(), **SHARED), "", f"no_key_1 {NAMES}", Asking(1), (Waited("who"),)),
    (state(Asking(1), **SHARED), "", f"no_key_2 {NAMES}", Asking(2), (Waited("who"),)),
    (state(Asking(2), **SHARED), "A", "other_key_3 王秀英 press(1)", Asking(3), (Stray("A"),)),
    (state(Asking(3), **SHARED), "", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("who"),)),
    (state(Asking(3), **SHARED), "9", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Stray("9"), GaveUp("who"))),
    *[(state(Asking(2), **SHARED), key, NAMES, Asking(2), (Chose(key, "again"),)) for key in "0*#"],
    (state(Asking(), **SIX), "*", FOUR_NAMES, Asking(), (Chose("*", "again"),)),
    (state(Asking(), **SIX), "5", MY_NUMBER, Numbering("me"), (Chose("5", "somebody_else"),)),
    (state(Asking(), **SIX), "4", f"学员4 hello {MENU}", AtMenu(), (Chose("4", "name"), Identified(4))),
]

# ── what is asked once ───────────────────────────────────────────────────────────────────────────────────────────

THREE = "choose_language(1)/zh choose_language(2)/yue choose_language(3)/en"
ONE_KEY = "choose_one_key(1) choose_digits(2)"
SPEAKING = {"1": "zh", "2": "yue", "3": "en"}
CLUMSY = replace(WANG, clumsy=True)
LANGUAGE: list[Row] = [
    *[
        (state(ChoosingLanguage()), key, MENU, AtMenu(), (Chose(key, "language"), Preferred(1, "language", language)))
        for key, language in SPEAKING.items()
    ],
    (state(ChoosingLanguage(), **UNKNOWN), "2", MENU_UNKNOWN, AtMenu(), (Chose("2", "language"),)),
    *others(state(ChoosingLanguage()), "456789A", f"other_key_1 {THREE}", ChoosingLanguage(1)),
    (state(ChoosingLanguage(1)), "", f"no_key_2 {THREE}", ChoosingLanguage(2), (Waited("language"),)),
    (state(ChoosingLanguage(2)), "", "no_key_3 choose_language(1)/zh", ChoosingLanguage(3), (Waited("language"),)),
    (state(ChoosingLanguage(3)), "", MENU, AtMenu(), (Waited("language"),)),
    (state(ChoosingLanguage(3)), "7", MENU, AtMenu(), (Stray("7"), GaveUp("language"))),
    (state(ChoosingLanguage()), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    *[(state(ChoosingLanguage(1)), key, THREE, ChoosingLanguage(1), (Chose(key, "again"),)) for key in "0*"],
]
OFFERING: list[Row] = [
    (of(CLUMSY, OfferingOneKey()), "2", f"digits_now {MENU}", AtMenu(), (Preferred(1, "one_key", "no"),)),
    *others(of(CLUMSY, OfferingOneKey()), "3456789A", f"other_key_1 {ONE_KEY}", OfferingOneKey(1)),
    (of(CLUMSY, OfferingOneKey()), "", f"no_key_1 {ONE_KEY}", OfferingOneKey(1), (Waited("one_key"),)),
    (of(CLUMSY, OfferingOneKey(3)), "", MENU, AtMenu(), (Waited("one_key"),)),
    (of(CLUMSY, OfferingOneKey(3)), "9", MENU, AtMenu(), (Stray("9"), GaveUp("one_key"))),
    (of(CLUMSY, OfferingOneKey()), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    *[
        (of(CLUMSY, OfferingOneKey()), key, f"one_key_offered {ONE_KEY}", OfferingOneKey(), (Chose(key, "again"),))
        for key in "0*"
    ],
    (
        of(CLUMSY, OfferingOneKey()),
        "1",
        "one_key_now any_key pick_listen",
        AtMenu(),
        (Preferred(1, "one_key", "yes"),),
    ),
]

# ── the menu ─────────────────────────────────────────────────────────────────────────────────────────────────────

HEARD: dict[str, Any] = {"heard": (FALLS,)}
ALL_HEARD: dict[str, Any] = {"heard": (FALLS, STOVES)}
NOTIFIED = replace(WANG, notices=(NOTICE,))
GUARDED = replace(NOTIFIED, has_pin=True)
DUE = replace(WANG, places={FALLS: Place(FALLS, 30_000, True, BOTH, ("q-floor",))})
THREE_CHOICES = "choose_listen(1) choose_answer(2) choose_question(3)"
NOTIFIED_NOW = Chose("4", "notice"), Delivered("notice", NOTICE.id)
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
    (
        state(AtMenu()),
        "0",
        "help choose_slower(1) choose_one_key(2) choose_on_duty(3)",
        Helping(),
        (Chose("0", "help"),),
    ),
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
    (state(AtMenu(), offer=(STOVES,)), "2", f"no_questions {MENU}", AtMenu(), (Chose("2", "answer"),)),
    (of(NOTIFIED, AtMenu()), "4", A_NOTICE, HearingNotice(), NOTIFIED_NOW),
    (of(GUARDED, AtMenu()), "4", "pin", Proving("notices"), (Chose("4", "notice"),)),
    (of(GUARDED, AtMenu(), proven=True), "4", A_NOTICE, HearingNotice(), NOTIFIED_NOW),
    (
        of(DUE, AtMenu()),
        "4",
        f"once_wrong now_answering 防跌倒 {FLOOR} choose_dont_know(3)",
        Quiz(FALLS, ("q-floor",)),
        (Chose("4", "review"),),
    ),
    (
        of(replace(DUE, notices=(NOTICE,)), AtMenu()),
        "*",
        "choose_listen(1) choose_answer(2) choose_question(3) choose_notice(4) choose_help(0) or_wait",
        AtMenu(),
        (Chose("*", "again"),),
    ),
]

# ── help ─────────────────────────────────────────────────────────────────────────────────────────────────────────

HELP = "choose_slower(1) choose_one_key(2) choose_on_duty(3)"
SLOW = replace(WANG, pace="slow")
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
    (state(Helping()), "3", "number_of_staff", Numbering("staff"), (Chose("3", "on_duty"),)),
    *others(state(Helping()), "456789A", f"other_key_1 {HELP}", Helping(1)),
    *others(state(Helping(), **UNKNOWN), "1245", "other_key_1 choose_on_duty(3)", Helping(1)),
    (state(Helping(3)), "7", MENU, AtMenu(), (Stray("7"), GaveUp("help"))),
    (state(Helping()), "", MENU, AtMenu(), (Waited("help"),)),
    (state(Helping()), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    (state(Helping(2)), "0", f"help {HELP}", Helping(), (Chose("0", "help"),)),
    (state(Helping(2)), "*", f"help {HELP}", Helping(), (Chose("*", "again"),)),
    (state(Helping(), **UNKNOWN), "3", "number_of_staff", Numbering("staff"), (Chose("3", "on_duty"),)),
]

# ── after a lesson ───────────────────────────────────────────────────────────────────────────────────────────────

AFTER = "choose_next(1) choose_answer(2) choose_question(3) choose_done(4)"
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
    (state(AfterLesson(FALLS, 2), **HEARD), "0", f"help {HELP}", Helping(), (Chose("0", "help"),)),
    (state(AfterLesson(FALLS), **ALL_HEARD), "1", "once_more 防跌倒", Listening(FALLS, 0), (Chose("1", "again"),)),
    (state(AfterLesson(FALLS), **ALL_HEARD), "#", "goodbye", Over(), (Chose("#", "done"),)),
    (state(AfterLesson(STOVES), heard=(STOVES,)), "3", "leave_question", LeavingQuestion(), (Chose("3", "question"),)),
    *others(
        state(AfterLesson(STOVES), heard=(STOVES,)),
        "256789A",
        "other_key_1 choose_next(1) choose_question(3) choose_done(4)",
        AfterLesson(STOVES, 1),
    ),
    *others(state(AfterLesson(FALLS, 1), **HEARD), "56789A", f"other_key_2 {AFTER}", AfterLesson(FALLS, 2)),
    (state(AfterLesson(FALLS), **HEARD), "", HEAR_ANSWERS, TOLD, (Waited("after"),)),
    (
        state(AfterLesson(FALLS), **HEARD, used_keys=True),
        "",
        f"no_key_1 {AFTER}",
        AfterLesson(FALLS, 1),
        (Waited("after"),),
    ),
    (
        state(AfterLesson(FALLS, 2), **HEARD, used_keys=True),
        "",
        "no_key_3 choose_next(1)",
        AfterLesson(FALLS, 3),
        (Waited("after"),),
    ),
    (state(AfterLesson(FALLS, 3), **HEARD, used_keys=True), "", HEAR_ANSWERS, TOLD, (Waited("after"),)),
    (state(AfterLesson(FALLS, 3), **HEARD), "9", HEAR_ANSWERS, TOLD, (Stray("9"), GaveUp("after"))),
    (state(AfterLesson(STOVES), heard=(STOVES,)), "", "goodbye", Over(), (Waited("after"),)),
]
OVER: list[Row] = [(state(Over()), key, "goodbye", Over(), ()) for key in ("", "1", "#")]


@rows(ASKING, OFFERING, AT_MENU, HELPING, AFTER_LESSON, OVER)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())


@rows(LANGUAGE)
def test_which_language(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events, THREE_LANGUAGES)
    if scene == AtMenu():
        assert turn.state.language == (SPEAKING.get(str(act), "zh"))


# ── what is kept of a choice ─────────────────────────────────────────────────────────────────────────────────────


def test_a_lasting_choice_holds_at_once(house: House) -> None:
    slower = house.step(state(Helping()), Pressed("1"))
    assert slower.state.learners == (SLOW,)
    assert told(house.step(of(SLOW, Helping()), Pressed("*"))) == f"help {HELP.replace('slower', 'faster')}"
    one_key = house.step(state(Helping()), Pressed("2")).state.learners[0]
    assert one_key.one_key
    declined = house.step(of(CLUMSY, OfferingOneKey()), Pressed("2")).state.learners[0]
    assert (declined.one_key, declined.clumsy) == (False, False)


def test_what_comes_before_the_menu(house: House) -> None:
    """The language, the replies, one key for everything: each is asked once."""
    everything = replace(CLUMSY, replies=(REPLY,))
    turn = house.begin(everything, rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, ChoosingLanguage)
    turn = house.step(turn.state, Pressed("1"), rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, HearingReply)
    turn = house.step(turn.state, Pressed("2"), rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, OfferingOneKey)
    turn = house.step(turn.state, Silent(), rules=THREE_LANGUAGES.model_copy(update={"reminders": 0}))
    assert isinstance(turn.state.scene, AtMenu)
    assert turn.state.learners[0].replies == ()


def test_who_has_chosen_a_language_is_not_asked_again(house: House) -> None:
    turn = house.begin(replace(WANG, language="yue"), rules=THREE_LANGUAGES)
    assert (turn.state.scene, turn.state.language) == (AtMenu(), "yue")


def test_another_language_is_among_the_help_where_there_are_several(house: House) -> None:
    turn = house.step(state(AtMenu(), language="yue"), Pressed("0"), rules=THREE_LANGUAGES)
    assert told(turn) == f"help {HELP} choose_other_language(4)"
    asked = house.step(turn.state, Pressed("4"), rules=THREE_LANGUAGES)
    assert asked.state.scene == ChoosingLanguage()
    assert house.step(asked.state, Pressed("#"), rules=THREE_LANGUAGES).state.language == "yue"  # and stays


@pytest.mark.parametrize("key", [*DIGITS, *"*#A", ""])
def test_at_the_menu_every_key_is_written_down(house: House, key: str) -> None:
    for before in (state(AtMenu()), of(NOTIFIED, AtMenu()), state(AtMenu(), **UNKNOWN)):
        assert house.step(before, pressed_or_not(key)).events
