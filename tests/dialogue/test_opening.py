"""What comes before the menu: who is calling, in which language, and whether any key shall do."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ivr.dialogue.state import (
    Asking,
    AtMenu,
    ChoosingLanguage,
    HearingReply,
    Learner,
    Numbering,
    OfferingOneKey,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Chose,
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
    KEYS,
    LI,
    MENU,
    MENU_UNKNOWN,
    MY_NUMBER,
    REPLY,
    THREE_LANGUAGES,
    UNKNOWN,
    WANG,
    House,
    Row,
    check,
    of,
    others,
    rows,
    state,
)

# ── who is calling ───────────────────────────────────────────────────────────────────────────────────────────────

SHARED: dict[str, Any] = {"learners": (WANG, LI), "learner": None}
NAMES = "王秀英 press(1) 李大山 press(2) choose_somebody_else(3)"
SIX: dict[str, Any] = {"learners": tuple(Learner(n, f"学员{n}") for n in range(1, 7)), "learner": None}
FOUR_NAMES = "学员1 press(1) 学员2 press(2) 学员3 press(3) 学员4 press(4) choose_somebody_else(5)"


def greeted(key: str, who: Learner) -> Row:
    events = (Chose(key, "name"), Identified(who.member))
    return state(Asking(), **SHARED), key, f"{who.name} hello {MENU}", AtMenu(), events


ASKING: list[Row] = [
    greeted("1", WANG),
    greeted("2", LI),
    (state(Asking(), **SHARED), "3", MY_NUMBER, Numbering("me"), (Chose("3", "somebody_else"),)),
    *others(state(Asking(), **SHARED), "456789A", f"other_key_1 {NAMES}", Asking(1)),
    (state(Asking(), **SHARED), "", f"no_key_1 {NAMES}", Asking(1), (Waited("who"),)),
    (state(Asking(1), **SHARED), "", f"no_key_2 {NAMES}", Asking(2), (Waited("who"),)),
    (state(Asking(2), **SHARED), "A", f"other_key_3 {NAMES}", Asking(3), (Stray("A"),)),
    (state(Asking(3), **SHARED), "", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("who"),)),
    (state(Asking(3), **SHARED), "9", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Stray("9"), GaveUp("who"))),
    *[(state(Asking(2), **SHARED), key, NAMES, Asking(2), (Chose(key, "again"),)) for key in "0*#"],
    (state(Asking(), **SIX), "*", FOUR_NAMES, Asking(), (Chose("*", "again"),)),
    (state(Asking(), **SIX), "5", MY_NUMBER, Numbering("me"), (Chose("5", "somebody_else"),)),
    *others(state(Asking(), **SIX), "6789A", f"other_key_1 {FOUR_NAMES}", Asking(1)),
    (state(Asking(), **SIX), "4", f"学员4 hello {MENU}", AtMenu(), (Chose("4", "name"), Identified(4))),
]

# ── what is asked once ───────────────────────────────────────────────────────────────────────────────────────────

THREE = "choose_language(1)/zh choose_language(2)/yue choose_language(3)/en"
SPEAKING = {"1": "zh", "2": "yue", "3": "en"}
OWN = Preferred(1, "language", "zh")  # the line's
CLUMSY = replace(WANG, clumsy=True)
LANGUAGE: list[Row] = [
    *[
        (state(ChoosingLanguage()), key, MENU, AtMenu(), (Chose(key, "language"), Preferred(1, "language", language)))
        for key, language in SPEAKING.items()
    ],
    (state(ChoosingLanguage(), **UNKNOWN), "2", MENU_UNKNOWN, AtMenu(), (Chose("2", "language"),)),
    *others(state(ChoosingLanguage()), "456789A", f"other_key_1 {THREE}", ChoosingLanguage(1)),
    (state(ChoosingLanguage(2)), "7", f"other_key_3 {THREE}", ChoosingLanguage(3), (Stray("7"),)),
    (state(ChoosingLanguage(3)), "7", MENU, AtMenu(), (Stray("7"), GaveUp("language"), OWN)),
    *[(state(ChoosingLanguage(misses)), "", MENU, AtMenu(), (Waited("language"), OWN)) for misses in (0, 3)],
    (state(ChoosingLanguage(), **UNKNOWN), "", MENU_UNKNOWN, AtMenu(), (Waited("language"),)),
    (state(ChoosingLanguage()), "#", MENU, AtMenu(), (Chose("#", "next"), OWN)),
    *[(state(ChoosingLanguage(1)), key, THREE, ChoosingLanguage(), (Chose(key, "again"),)) for key in "0*"],
]
OFFERING: list[Row] = [
    *[
        (
            of(CLUMSY, OfferingOneKey()),
            key,
            "one_key_now any_key pick_listen",
            AtMenu(),
            (Preferred(1, "one_key", "yes"),),
        )
        for key in KEYS
        if key
    ],
    (of(CLUMSY, OfferingOneKey()), "", f"digits_now {MENU}", AtMenu(), (Waited("one_key"),)),
]


@rows(ASKING, OFFERING)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    check(house, before, act, says, scene, events)


@rows(LANGUAGE)
def test_which_language(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events, THREE_LANGUAGES)
    if scene == AtMenu():
        assert turn.state.language == (SPEAKING.get(str(act), "zh"))


def test_whether_any_key_shall_do_is_asked_once_in_a_call(house: House) -> None:
    for act, wanted in ((Pressed("7"), True), (Silent(), False)):
        asked = house.step(of(CLUMSY, OfferingOneKey()), act).state.learners[0]
        assert (asked.one_key, asked.clumsy) == (wanted, False)


def test_what_comes_before_the_menu(house: House) -> None:
    """The language, the replies, one key for everything: each is asked once."""
    everything = replace(CLUMSY, replies=(REPLY,))
    turn = house.begin(everything, rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, ChoosingLanguage)
    turn = house.step(turn.state, Pressed("1"), rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, HearingReply)
    turn = house.step(turn.state, Pressed("2"), rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, OfferingOneKey)
    turn = house.step(turn.state, Silent(), rules=THREE_LANGUAGES)
    assert isinstance(turn.state.scene, AtMenu)
    assert turn.state.learners[0].replies == ()


def test_who_has_chosen_a_language_is_not_asked_again(house: House) -> None:
    """Nor who has not, and waited: the line's own is theirs then."""
    waited = house.step(house.begin(WANG, rules=THREE_LANGUAGES), Silent(), rules=THREE_LANGUAGES)
    assert (waited.state.scene, waited.state.learners[0].language) == (AtMenu(), "zh")
    turn = house.begin(replace(WANG, language="yue"), rules=THREE_LANGUAGES)
    assert (turn.state.scene, turn.state.language) == (AtMenu(), "yue")
