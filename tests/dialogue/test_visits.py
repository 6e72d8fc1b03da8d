"""A home visit: from the member's own phone, confirmed by the member."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ivr.dialogue.state import (
    AfterLesson,
    AtMenu,
    Confirming,
    Listening,
    Noting,
    Over,
    Proving,
    Scene,
    State,
    Visiting,
)
from ivr.dialogue.turn import (
    Checked,
    Chose,
    Event,
    GaveUp,
    Input,
    Left,
    Pressed,
    Silent,
    Stray,
    Visited,
    Waited,
)
from tests.dialogue.house import (
    DOOR,
    FALLS,
    HUNG_UP,
    LISTEN,
    MENU,
    MENU_UNKNOWN,
    NOTHING,
    SECRETARY,
    SPOKE,
    STOVES,
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

CONFIRM = "choose_confirm(1) choose_deny(2)"
AT_DOOR: dict[str, Any] = DOOR | {"grade": "visit"}
NOTE = Left("note", "RE1", "https://provider.example/RE1", 8, by=2)
YES, NO = Visited(2, 1, FALLS, confirmed=True), Visited(2, 1, FALLS, confirmed=False)
KEPT, REFUSED = "visit_confirmed leave_note", "visit_denied goodbye"
VISITS: list[Row] = [
    (state(Visiting(), **DOOR), "1", LISTEN, Listening(FALLS, 0), (Chose("1", "visit_lesson"),)),
    (state(Visiting(), **DOOR), "2", f"王秀英 hand_over {CONFIRM}", Confirming(), (Chose("2", "visit_talk"),)),
    (state(Visiting(2), **DOOR, offer=()), "*", "choose_visit_talk(2)", Visiting(), (Chose("*", "again"),)),
    (state(Visiting(), **DOOR, offer=()), "1", "other_key_1 choose_visit_talk(2)", Visiting(1), (Stray("1"),)),
    *[(state(Visiting(), **DOOR), key, f"other_key_1 {VISIT}", Visiting(1), (Stray(key),)) for key in "3456789A"],
    (state(Visiting(), **DOOR), "", f"no_key_1 {VISIT}", Visiting(1), (Waited("visit"),)),
    (state(Visiting(3), **DOOR), "", MENU, AtMenu(), (Waited("visit"),)),
    (state(Visiting(3), **DOOR), "8", MENU, AtMenu(), (Stray("8"), GaveUp("visit"))),
    (state(Visiting(), **DOOR), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    *[(state(Visiting(2), **DOOR), key, VISIT, Visiting(), (Chose(key, "again"),)) for key in "0*"],
    (state(Confirming(FALLS), **AT_DOOR), "1", KEPT, Noting(), (Chose("1", "confirm"), YES)),
    (state(Confirming(FALLS), **AT_DOOR), "2", REFUSED, Over(), (Chose("2", "deny"), NO)),
    (state(Confirming(), **AT_DOOR), "1", KEPT, Noting(), (Chose("1", "confirm"), replace(YES, edition=""))),
    *[
        (state(Confirming(FALLS), **AT_DOOR), key, f"other_key_1 {CONFIRM}", Confirming(FALLS, 1), (Stray(key),))
        for key in "3456789A#"
    ],
    (state(Confirming(FALLS, 1), **AT_DOOR), "", f"no_key_2 {CONFIRM}", Confirming(FALLS, 2), (Waited("confirm"),)),
    (state(Confirming(FALLS, 3), **AT_DOOR), "", REFUSED, Over(), (Waited("confirm"), NO)),
    (state(Confirming(FALLS, 3), **AT_DOOR), "9", REFUSED, Over(), (Stray("9"), GaveUp("confirm"), NO)),
    *[
        (
            state(Confirming(FALLS, 2), **AT_DOOR),
            key,
            f"王秀英 hand_over {CONFIRM}",
            Confirming(FALLS),
            (Chose(key, "again"),),
        )
        for key in "0*"
    ],
    (state(Noting(), **AT_DOOR), SPOKE, "note_kept goodbye", Over(), (NOTE,)),
    (state(Noting(), **AT_DOOR), HUNG_UP, "", Over(), (NOTE,)),
    *[(state(Noting(), **AT_DOOR), act, "goodbye", Over(), (Waited("note"),)) for act in (NOTHING, "", "5")],
    (
        state(AfterLesson(FALLS), **AT_DOOR, heard=(FALLS, STOVES)),
        "4",
        f"王秀英 hand_over {CONFIRM}",
        Confirming(FALLS),
        (Chose("4", "done"),),
    ),
]


@rows(VISITS)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())
    if scene == AtMenu():
        assert (turn.state.staff, turn.state.grade) == (None, "")


# Who is speaking and whose phone it is; whether a visit can be.
PHONES: dict[str, tuple[dict[str, Any], str]] = {
    "the member's own": ({}, VISIT),
    "the member's and the visitor's, who share one": ({"phone": (1, 2)}, VISIT),
    "the visitor's, who typed the member's number": ({"phone": (2,)}, f"visit_needs_member {MENU}"),
    "nobody's that is known": ({"phone": ()}, f"visit_needs_member {MENU}"),
    "of two, and nobody said who is speaking": (
        {"learner": None, "phone": (1, 3)},
        f"visit_needs_member {MENU_UNKNOWN}",
    ),
    "the visitor's own, who is speaking": ({"learner": 1, "phone": (2,)}, f"visit_needs_member {MENU}"),
}


@pytest.mark.parametrize(("more", "says"), PHONES.values(), ids=list(PHONES))
def test_a_visit_needs_the_member_s_own_phone(house: House, more: dict[str, Any], says: str) -> None:
    for staff in (SECRETARY, VISITOR):
        before = state(Proving("staff"), **DOOR | {"learners": (WANG, staff)} | more)
        turn = house.step(before, Pressed("481516"), found=Checked(right=True))
        turn = turn if staff == VISITOR else house.step(turn, Pressed("2"))
        assert told(turn) == says
        assert turn.state.staff == (1 if says == VISIT else None)


def test_a_lesson_heard_on_a_visit_is_confirmed(house: House) -> None:
    after = state(AfterLesson(STOVES), **AT_DOOR, heard=(STOVES,))
    turn = house.step(after, Silent())
    assert turn.state.scene == Confirming(STOVES)
    assert house.step(after, Pressed("3")).events == (Stray("3"),)  # no question box while somebody listens


def test_on_a_visit_nothing_else_begins(house: House) -> None:
    """Another duty, or another caller: who is there hears it."""
    helped = house.step(state(AfterLesson(FALLS), **AT_DOOR), Pressed("0"))
    assert told(helped) == "help choose_slower(1) choose_one_key(2)"
