"""A group: its roll, its latecomers, what it hears."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ivr.dialogue.scenes.group import MOST_PRESENT
from ivr.dialogue.state import (
    AfterLesson,
    AtMenu,
    Learner,
    Listening,
    OnDuty,
    Over,
    PartOver,
    Place,
    RollCall,
    Scene,
    State,
)
from ivr.dialogue.turn import (
    Event,
    Found,
    Gather,
    Input,
    Joined,
    Pressed,
    Silent,
    Stray,
    Turn,
    Undone,
    Waited,
    WhoHas,
)
from tests.dialogue.house import (
    CHEN,
    FALLS,
    LEADER,
    LISTEN,
    MENU,
    MENU_UNKNOWN,
    OFFICE,
    REPLY,
    RULES,
    SECRETARY,
    WANG,
    House,
    Row,
    check,
    rows,
    state,
    told,
)

BY = RollCall(by=0)  # who was speaking before
GROUP: dict[str, Any] = {"learners": (WANG, LEADER, CHEN), "learner": None, "staff": 1, "grade": "group"}
TWO: dict[str, Any] = GROUP | {"present": (0, 2)}
BACK = Listening(FALLS, 12_000, lead="going_on")
ALL_HERE = replace(BY, waited=True)
AGAIN_NUMBER, NOBODY = "no_such_number", "nobody_yet"
JUST_HASH = Pressed("")  # where a number is typed
STARTS = f"here_we_go {LISTEN}"
ROLL: list[Row] = [
    (state(replace(BY, misses=2), **GROUP), "", NOBODY, replace(BY, misses=3), (Waited("roll"),)),
    (state(replace(BY, misses=3), **GROUP), "", f"carry_on {MENU}", AtMenu(), (Waited("roll"),)),
    (state(RollCall(misses=3), **GROUP), "", f"carry_on {MENU_UNKNOWN}", AtMenu(), (Waited("roll"),)),
    # a star alone undoes; after digits it only clears them
    (state(replace(BY, misses=1), **GROUP), "*", NOBODY, BY, ()),
    (state(BY, **TWO), "*", "陈德明 is_out next_number", BY, (Undone(3),)),
    (state(BY, **TWO), "00*", "next_number", BY, ()),
    (state(replace(BY, misses=1), **GROUP), "00*", NOBODY, BY, ()),
    (state(replace(BY, misses=1), **GROUP), "A", AGAIN_NUMBER, BY, (Stray(""),)),
    # the telephone may be on its way to the next one
    *[(state(BY, **GROUP), act, NOBODY, replace(BY, misses=1), (Waited("roll"),)) for act in ("", JUST_HASH)],
    *[(state(BY, **TWO), act, "all_here", ALL_HERE, (Waited("roll"),)) for act in ("", JUST_HASH)],
    *[(state(ALL_HERE, **TWO), act, STARTS, Listening(FALLS, 0), ()) for act in ("", JUST_HASH)],
    (state(ALL_HERE, **TWO), "*", "陈德明 is_out next_number", BY, (Undone(3),)),
    (state(RollCall(back_to=BACK), **TWO), "", "all_here", RollCall(back_to=BACK, waited=True), (Waited("roll"),)),
    (state(RollCall(back_to=BACK, waited=True), **TWO), "", "here_we_go going_on", BACK, ()),
]


@rows(ROLL)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())
    if scene == AtMenu():
        assert (turn.state.staff, turn.state.grade) == (None, "")


def test_the_roll_is_called(house: House) -> None:
    turn = house.step(state(OnDuty(), **OFFICE), Pressed("1"))
    assert (turn.gather, turn.state.grade, turn.state.learner) == (Gather(10, 12), "group", None)
    assert house.wanted(turn, Pressed("003")).lookup == WhoHas("003")
    assert house.wanted(turn, Pressed("00*003")).lookup == WhoHas("003")
    turn = house.step(turn, Pressed("003"), found=Found(CHEN))
    assert (told(turn), turn.events) == ("陈德明 has_joined next_number", (Joined(3, "group"),))
    turn = house.step(turn, Pressed("9"), found=Found(None))
    assert (told(turn), turn.events) == (AGAIN_NUMBER, (Stray(""),))
    turn = house.step(turn, Pressed("1"), found=Found(WANG))
    assert names(turn) == ["陈德明", "王秀英"]
    turn = house.step(turn, Pressed("3"), found=Found(CHEN))  # twice: once present
    assert names(turn) == ["王秀英", "陈德明"]
    turn = house.step(turn, Pressed("*"))
    assert names(turn) == ["王秀英"]
    turn = house.step(turn, Silent())
    assert told(turn) == "all_here"
    turn = house.step(turn, Pressed("3"), found=Found(CHEN))  # one more after all, who is asked after again
    turn = house.step(turn, Silent())
    assert (told(turn), names(turn)) == ("all_here", ["王秀英", "陈德明"])
    assert told(house.step(turn, Silent())) == STARTS


def names(turn: Turn) -> list[str]:
    return [turn.state.learners[at].name for at in turn.state.present]


def test_where_nobody_came_whoever_was_speaking_is_back(house: House) -> None:
    """With all that is theirs, even where they joined and were taken out again."""
    full = replace(WANG, replies=(REPLY,), places={FALLS: Place(FALLS, 17_000, False, ("q-night",))})
    turn = house.step(state(OnDuty(), **OFFICE | {"learners": (full, SECRETARY)}), Pressed("1"))
    turn = house.step(turn, Pressed("1"), found=Found(WANG))
    turn = house.step(turn, Pressed("*"))
    for _ in range(RULES.reminders + 1):
        turn = house.step(turn, Silent())
    back = turn.state
    assert (back.scene, back.learner, back.staff, back.grade) == (AtMenu(), 0, None, "")
    assert back.learners[0] == full
    assert told(house.step(turn, Silent())) == "go_on_with 防跌倒 part(2) of_parts(3)"


def test_a_group_hears_what_anybody_there_has_not(house: House) -> None:
    """And goes on where the least far of them is."""
    heard, far, near = (Place(FALLS, at_ms, done) for at_ms, done in ((30_000, True), (24_500, False), (17_000, False)))
    on, again = "go_on_with 防跌倒 part({}) of_parts(3)", "now_playing 防跌倒"
    for places, says in (
        ((heard, heard), "now_playing 用炉子"),
        ((heard, far), on.format(3)),
        ((far, near), on.format(2)),
        ((far, None), again),
        ((heard, None), again),
    ):
        people = tuple(
            replace(who, places={FALLS: of} if of else {}) for who, of in zip((WANG, CHEN), places, strict=True)
        )
        there = GROUP | {"learners": people, "present": (0, 1), "staff": None}
        assert told(house.step(state(RollCall(waited=True), **there), Silent())) == f"here_we_go {says}"


def test_a_full_group(house: House) -> None:
    people = tuple(Learner(n, f"学员{n}") for n in range(MOST_PRESENT))
    full = state(RollCall(), **GROUP | {"learners": people, "present": tuple(range(MOST_PRESENT)), "staff": 0})
    turn = house.step(full, Pressed("99"), found=Found(Learner(99, "学员99")))
    assert (told(turn), len(turn.state.present), turn.events) == ("group_full", MOST_PRESENT, ())


def test_latecomers_between_two_parts(house: House) -> None:
    turn = house.step(state(PartOver(FALLS, 12_000), **TWO), Pressed("3"))
    assert turn.state.scene == RollCall(back_to=BACK)
    turn = house.step(turn, Pressed("7"), found=Found(Learner(7, "赵大爷")))
    turn = house.step(house.step(turn, Silent()), Silent())
    assert (told(turn), turn.state.scene, len(turn.state.present)) == ("here_we_go going_on", BACK, 3)


def test_in_a_group_nothing_else_begins(house: House) -> None:
    """Another duty, or another caller: what is heard counts for those who are there."""
    helped = house.step(state(AfterLesson(FALLS), **TWO), Pressed("0"))
    assert told(helped) == "help"
    assert told(house.step(helped, Silent())) == "choose_listen(1) choose_answer(2) choose_help(0) or_wait"
