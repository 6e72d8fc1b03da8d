"""Those on duty: a group and its roll, a home visit, the secretary's month."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ivr.dialogue.scenes.group import MOST_PRESENT
from ivr.dialogue.state import (
    AfterLesson,
    AtMenu,
    Confirming,
    HearingQuestion,
    HearingReply,
    Learner,
    Letter,
    Listening,
    Month,
    Noting,
    Numbering,
    OnDuty,
    Over,
    PartOver,
    Place,
    Replying,
    RollCall,
    Scene,
    State,
    TellingMonth,
    Visiting,
)
from ivr.dialogue.turn import (
    Chose,
    Event,
    Found,
    Gather,
    GaveUp,
    Input,
    Joined,
    Left,
    MonthOf,
    Pressed,
    Silent,
    Spoke,
    Stray,
    Told,
    Undone,
    Visited,
    Waited,
    WhoHas,
)
from tests.dialogue.house import (
    CHEN,
    FALLS,
    HUNG_UP,
    LI,
    LISTEN,
    MENU,
    MENU_UNKNOWN,
    NOTHING,
    REPLY,
    SPOKE,
    STOVES,
    WANG,
    House,
    Row,
    check,
    rows,
    state,
    told,
)

LEADER = replace(LI, role="leader", has_pin=True)
SECRETARY = replace(LI, role="secretary", has_pin=True)
STAFF: dict[str, Any] = {"learners": (WANG, LEADER), "staff": 1}
OFFICE: dict[str, Any] = {"learners": (WANG, SECRETARY), "staff": 1}
DUTY, OFFICE_DUTY = "choose_group(1) choose_visit(2)", "choose_group(1) choose_visit(2) choose_month(3)"
VISIT = "choose_visit_lesson(1) choose_visit_talk(2)"
CONFIRM = "choose_confirm(1) choose_deny(2)"

# ── what have they come to do ────────────────────────────────────────────────────────────────────────────────────

ON_DUTY: list[Row] = [
    (state(OnDuty(), **STAFF), "1", "roll_call", RollCall(), (Chose("1", "group"),)),
    (state(OnDuty(), **STAFF), "2", VISIT, Visiting(), (Chose("2", "visit"),)),
    *[(state(OnDuty(), **STAFF), key, f"other_key_1 {DUTY}", OnDuty(1), (Stray(key),)) for key in "3456789A"],
    (state(OnDuty(), **OFFICE), "4", f"other_key_1 {OFFICE_DUTY}", OnDuty(1), (Stray("4"),)),
    (state(OnDuty(1), **STAFF), "", f"no_key_2 {DUTY}", OnDuty(2), (Waited("duty"),)),
    (state(OnDuty(2), **STAFF), "", "no_key_3 choose_group(1)", OnDuty(3), (Waited("duty"),)),
    (state(OnDuty(3), **STAFF), "", MENU, AtMenu(), (Waited("duty"),)),
    (state(OnDuty(3), **STAFF), "9", MENU, AtMenu(), (Stray("9"), GaveUp("duty"))),
    (state(OnDuty(), **STAFF), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    *[(state(OnDuty(2), **STAFF), key, DUTY, OnDuty(), (Chose(key, "again"),)) for key in "0*"],
]

# ── a group ──────────────────────────────────────────────────────────────────────────────────────────────────────

GROUP: dict[str, Any] = {"learners": (WANG, LEADER, CHEN), "learner": None, "staff": 1, "grade": "group"}
TWO: dict[str, Any] = GROUP | {"present": (0, 2)}
BACK = Listening(FALLS, 12_000, waited=True)
AGAIN_NUMBER, NOBODY = "no_such_number", "nobody_yet"
ROLL: list[Row] = [
    (state(RollCall(), **GROUP), "", NOBODY, RollCall(1), (Waited("roll"),)),
    (state(RollCall(2), **GROUP), "", NOBODY, RollCall(3), (Waited("roll"),)),
    (state(RollCall(3), **GROUP), "", MENU_UNKNOWN, AtMenu(), (Waited("roll"),)),
    (state(RollCall(1), **GROUP), "*", "roll_call", RollCall(1), ()),
    (state(RollCall(1), **GROUP), Pressed(""), AGAIN_NUMBER, RollCall(), (Stray(""),)),
    (state(RollCall(), **GROUP), "A", AGAIN_NUMBER, RollCall(), (Stray(""),)),
    (state(RollCall(), **TWO), "", f"all_here {LISTEN}", Listening(FALLS, 0), ()),
    (state(RollCall(), **TWO), "*", "陈德明 is_out next_number", RollCall(), (Undone(3),)),
    (state(RollCall(back_to=BACK), **TWO), "", "all_here going_on", BACK, ()),
]

# ── a visit ──────────────────────────────────────────────────────────────────────────────────────────────────────

AT_DOOR: dict[str, Any] = STAFF | {"grade": "visit"}
NOTE = Left("note", "RE1", "https://provider.example/RE1", 8)
YES, NO = Visited(2, 1, FALLS, confirmed=True), Visited(2, 1, FALLS, confirmed=False)
KEPT, REFUSED = "visit_confirmed leave_note", "visit_denied leave_note"
VISITS: list[Row] = [
    (
        state(Visiting(), **STAFF),
        "1",
        LISTEN,
        Listening(FALLS, 0),
        (Chose("1", "visit_lesson"), Joined(1, "visit")),
    ),
    (
        state(Visiting(), **STAFF),
        "2",
        f"王秀英 hand_over {CONFIRM}",
        Confirming(),
        (Chose("2", "visit_talk"), Joined(1, "visit")),
    ),
    *[(state(Visiting(), **STAFF), key, f"other_key_1 {VISIT}", Visiting(1), (Stray(key),)) for key in "3456789A"],
    (state(Visiting(), **STAFF), "", f"no_key_1 {VISIT}", Visiting(1), (Waited("visit"),)),
    (state(Visiting(3), **STAFF), "", MENU, AtMenu(), (Waited("visit"),)),
    (state(Visiting(3), **STAFF), "8", MENU, AtMenu(), (Stray("8"), GaveUp("visit"))),
    (state(Visiting(), **STAFF), "#", MENU, AtMenu(), (Chose("#", "next"),)),
    *[(state(Visiting(2), **STAFF), key, VISIT, Visiting(), (Chose(key, "again"),)) for key in "0*"],
    (state(Confirming(FALLS), **AT_DOOR), "1", KEPT, Noting(), (Chose("1", "confirm"), YES)),
    (state(Confirming(FALLS), **AT_DOOR), "2", REFUSED, Noting(), (Chose("2", "deny"), NO)),
    (state(Confirming(), **AT_DOOR), "1", KEPT, Noting(), (Chose("1", "confirm"), replace(YES, edition=""))),
    *[
        (state(Confirming(FALLS), **AT_DOOR), key, f"other_key_1 {CONFIRM}", Confirming(FALLS, 1), (Stray(key),))
        for key in "3456789A#"
    ],
    (state(Confirming(FALLS, 1), **AT_DOOR), "", f"no_key_2 {CONFIRM}", Confirming(FALLS, 2), (Waited("confirm"),)),
    (state(Confirming(FALLS, 3), **AT_DOOR), "", REFUSED, Noting(), (Waited("confirm"), NO)),
    (state(Confirming(FALLS, 3), **AT_DOOR), "9", REFUSED, Noting(), (Stray("9"), GaveUp("confirm"), NO)),
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
    (state(Noting(), **AT_DOOR), HUNG_UP, "note_kept goodbye", Over(), (NOTE,)),
    *[(state(Noting(), **AT_DOOR), act, "goodbye", Over(), (Waited("note"),)) for act in (NOTHING, "", "5")],
    (
        state(AfterLesson(FALLS), **AT_DOOR, heard=(FALLS, STOVES)),
        "#",
        f"王秀英 hand_over {CONFIRM}",
        Confirming(FALLS),
        (Chose("#", "done"),),
    ),
]

# ── the secretary ────────────────────────────────────────────────────────────────────────────────────────────────

WAITING = tuple(f"学员{n}" for n in range(1, 8))
MONTH = Month(20, 13, WAITING, (REPLY, Letter(9, replace(REPLY.clip, words="第二问。"))))
DONE = Month(20, 20)
SUMS = "members people(20) have_heard people(13) questions_waiting"
CHOICES = "choose_names(1) choose_questions(2) choose_to_menu(3)"
PAGE_1 = "have_not_heard 学员1 学员2 学员3 学员4 学员5"
PAGE_2 = "have_not_heard 学员6 学员7 choose_questions(2) choose_to_menu(3)"
ASKED = "choose_reply(1) choose_hear_again(2) choose_next_question(3)"
AFTER_QUESTIONS = replace(MONTH, questions=())
SUMS_AFTER = "members people(20) have_heard people(13) no_questions_waiting choose_names(1) choose_to_menu(3)"
ANSWERED = Left("reply", "RE1", "https://provider.example/RE1", 8, 7)
BACK_TO_SUMS = TellingMonth(AFTER_QUESTIONS)
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
        f"a_question 去问村医。 {ASKED}",
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
            f"a_question 去问村医。 {ASKED}",
            HearingQuestion(MONTH),
            (Chose(key, "again"),),
        )
        for key in "20*"
    ],
    *[
        (
            state(HearingQuestion(MONTH), **OFFICE),
            key,
            f"a_question 第二问。 {ASKED}",
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
    (state(HearingQuestion(MONTH, 1), **OFFICE), "3", SUMS_AFTER, BACK_TO_SUMS, (Chose("3", "next_question"),)),
    (state(HearingQuestion(MONTH, 1, 3), **OFFICE), "", SUMS_AFTER, BACK_TO_SUMS, (Waited("question"),)),
    (
        state(HearingQuestion(MONTH, 1, 3), **OFFICE),
        "8",
        SUMS_AFTER,
        BACK_TO_SUMS,
        (Stray("8"), GaveUp("question")),
    ),
    (
        state(Replying(MONTH, 0), **OFFICE),
        SPOKE,
        f"reply_kept a_question 第二问。 {ASKED}",
        HearingQuestion(MONTH, 1),
        (ANSWERED,),
    ),
    (state(Replying(MONTH, 0), **OFFICE), HUNG_UP, "goodbye", Over(), (ANSWERED,)),
    (state(Replying(MONTH, 1), **OFFICE), NOTHING, f"no_reply {SUMS_AFTER}", BACK_TO_SUMS, (Waited("reply"),)),
    (state(Replying(MONTH, 1), **OFFICE), "", f"no_reply {SUMS_AFTER}", BACK_TO_SUMS, (Waited("reply"),)),
    (state(Replying(MONTH, 1), **OFFICE), Spoke("", "", 0, hung_up=True), "goodbye", Over(), (Waited("reply"),)),
]


@rows(ON_DUTY, ROLL, VISITS, TELLING)
def test_a_row(
    house: House, before: State, act: str | Input, says: str, scene: Scene, events: tuple[Event, ...]
) -> None:
    turn = check(house, before, act, says, scene, events)
    assert (turn.gather is None) == (scene == Over())
    if scene == AtMenu():
        assert (turn.state.staff, turn.state.grade) == (None, "")


# ── what is looked up, and what follows ──────────────────────────────────────────────────────────────────────────


def test_the_month_is_looked_up(house: House) -> None:
    wanted = house.wanted(state(OnDuty(), **OFFICE), Pressed("3"))
    assert (wanted.lookup, wanted.events) == (MonthOf(2), (Chose("3", "month"),))
    turn = house.step(state(OnDuty(), **OFFICE), Pressed("3"), found=Told(MONTH))
    assert (told(turn), turn.state.scene) == (f"{SUMS} {CHOICES}", TellingMonth(MONTH))
    turn = house.step(state(OnDuty(), **OFFICE), Pressed("3"), found=Told(DONE))
    assert (
        told(turn) == "members people(20) have_heard people(20) all_have_heard no_questions_waiting choose_to_menu(3)"
    )


def test_the_roll_is_called(house: House) -> None:
    turn = house.step(state(OnDuty(), **STAFF), Pressed("1"))
    assert (turn.gather, turn.state.grade, turn.state.learner) == (Gather(10, 12), "group", None)
    assert house.wanted(turn, Pressed("003")).lookup == WhoHas("003")
    turn = house.step(turn, Pressed("003"), found=Found(CHEN))
    assert (told(turn), turn.events) == ("陈德明 has_joined next_number", (Joined(3, "group"),))
    turn = house.step(turn, Pressed("9"), found=Found(None))
    assert (told(turn), turn.events) == (AGAIN_NUMBER, (Stray(""),))
    turn = house.step(turn, Pressed("1"), found=Found(WANG))
    assert [turn.state.learners[at].name for at in turn.state.present] == ["陈德明", "王秀英"]
    turn = house.step(turn, Pressed("3"), found=Found(CHEN))  # twice: once present
    assert [turn.state.learners[at].name for at in turn.state.present] == ["王秀英", "陈德明"]
    turn = house.step(turn, Pressed("*"))
    assert [turn.state.learners[at].name for at in turn.state.present] == ["王秀英"]
    assert told(house.step(turn, Silent())) == f"all_here {LISTEN}"


def test_a_group_hears_what_anybody_there_has_not(house: House) -> None:
    heard = {FALLS: Place(FALLS, 30_000, completed=True)}
    for places, says in (((heard, heard), "用炉子"), ((heard, {}), "防跌倒")):
        people = tuple(replace(each, places=of) for each, of in zip((WANG, CHEN), places, strict=True))
        turn = house.step(state(RollCall(), **GROUP | {"learners": people, "present": (0, 1), "staff": None}), Silent())
        assert told(turn) == f"all_here now_playing {says}"


def test_a_full_group(house: House) -> None:
    people = tuple(Learner(n, f"学员{n}") for n in range(MOST_PRESENT))
    full = state(RollCall(), **GROUP | {"learners": people, "present": tuple(range(MOST_PRESENT)), "staff": 0})
    turn = house.step(full, Pressed("99"), found=Found(Learner(99, "学员99")))
    assert (told(turn), len(turn.state.present), turn.events) == ("group_full", MOST_PRESENT, ())


def test_latecomers_between_two_parts(house: House) -> None:
    turn = house.step(state(PartOver(FALLS, 12_000), **TWO), Pressed("3"))
    assert turn.state.scene == RollCall(back_to=BACK)
    turn = house.step(turn, Pressed("7"), found=Found(Learner(7, "赵大爷")))
    turn = house.step(turn, Silent())
    assert (told(turn), turn.state.scene) == ("all_here going_on", BACK)


def test_a_visit_needs_the_member_s_own_phone(house: House) -> None:
    turn = house.step(state(OnDuty(), **STAFF | {"learner": None}), Pressed("2"))
    assert (told(turn), turn.state.scene) == (f"visit_needs_member {MENU_UNKNOWN}", AtMenu())
    own = house.step(state(OnDuty(), learners=(LEADER,), staff=0), Pressed("2"))
    assert (told(own), own.state.scene) == (f"visit_needs_member {MENU}", AtMenu())


def test_in_a_group_or_on_a_visit_nothing_else_begins(house: House) -> None:
    """Another duty, or another caller: what is heard counts for those who are there."""
    assert (
        told(house.step(state(AfterLesson(FALLS), **AT_DOOR), Pressed("0")))
        == "help choose_slower(1) choose_one_key(2)"
    )
    helped = house.step(state(AfterLesson(FALLS), **TWO), Pressed("0"))
    assert told(helped) == "help"
    assert told(house.step(helped, Silent())) == MENU


def test_the_next_caller_is_nobody_s_heir(house: House) -> None:
    """A PIN opens the notices of its own member only; and everybody's replies come first."""
    before = state(AtMenu(), learners=(WANG,), learner=None, proven=True, told=True)
    turn = house.step(
        replace(before, scene=Numbering("me")), Pressed("3"), found=Found(replace(CHEN, replies=(REPLY,)))
    )
    assert (turn.state.proven, turn.state.scene) == (False, HearingReply())


def test_a_lesson_heard_on_a_visit_is_confirmed(house: House) -> None:
    after = state(AfterLesson(STOVES), **AT_DOOR, heard=(STOVES,))
    turn = house.step(after, Silent())
    assert turn.state.scene == Confirming(STOVES)
    assert house.step(after, Pressed("3")).events == (Stray("3"),)  # no question box while somebody listens
