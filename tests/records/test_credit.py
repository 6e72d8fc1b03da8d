"""For whom a call counts: its own member, a group, whoever was visited, whoever said later who they are, whoever it was
claimed for; and nobody's progress is other than what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, select, update

from ivr.dialogue.state import AfterLesson
from ivr.dialogue.turn import Event, Identified, Joined, Left, Stray, Undone, Visited
from ivr.errors import NotToBeClaimed
from ivr.records import claims, ledger, plays, progress
from ivr.records.db import Database
from ivr.records.models import Attendance, Call, Progress, Recording, Studied
from ivr.shelf import Shelf
from tests.drivers import BEGIN, enrol
from tests.records.written import NUMBER, Book, Written

PEOPLE = [(f"学员{n}", f"+86138{n:08}") for n in range(1, 31)]
QUESTION = Left("question", "RE1", "https://provider.example/RE1", 5)


@pytest.fixture
def book(database: Database, shelf: Shelf) -> Iterator[Book]:
    enrol(database, PEOPLE)
    with database.writing() as connection:
        yield Book(connection, shelf.catalogue())


def grades(book: Book, call: Written) -> list[tuple[int | None, str, int]]:
    """Who heard which segment of this call, and how it counts."""
    heard = plays.heard_in(book.connection, book.catalogue, Call.id == call.id)
    starts = [book.lesson().base_ms(n) for n in range(3)]
    return [(row.member_id, row.grade, starts.index(row.base_ms)) for row in heard]


def standings(book: Book) -> dict[int, tuple[int, int, int]]:
    """What each member heard of the lesson in ms, answered, answered right; and that it is what the ledger says."""
    assert progress.verify(book.connection, book.counting) == []
    stored = sorted(book.connection.execute(select(Progress.__table__)).all())
    progress.rebuild(book.connection, book.counting)
    assert sorted(book.connection.execute(select(Progress.__table__)).all()) == stored
    return {row.member_id: (row.heard_at_least_ms, row.answered, row.correct) for row in stored}


def whose(book: Book) -> list[int | None]:
    """By whom the things are that were said after the tone."""
    return list(book.connection.execute(select(Recording.member_id).order_by(Recording.id)).scalars())


# ── who says later who they are ──────────────────────────────────────────────────────────────────────────────────


def test_what_came_before_the_name_counts(book: Book) -> None:
    call = book.call()
    call.turn()
    call.hears(0, 1)
    call.answers(0, "right")
    call.turn(QUESTION)
    call.by = 2
    call.turn(Identified(2))
    call.hears(2)
    call.ends()
    assert grades(book, call) == [(2, "claimed", 0), (2, "claimed", 1), (2, "inferred", 2)]
    assert standings(book) == {2: (30_000, 1, 1)}
    assert whose(book) == [2]


def test_who_is_known_from_the_start_claims_nothing(book: Book) -> None:
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.hears(0)
    call.ends()
    assert book.connection.execute(select(Attendance.id)).all() == []
    assert grades(book, call) == [(1, "inferred", 0)]


def test_where_nothing_happened_nothing_is_claimed(book: Book) -> None:
    call = book.call()
    call.turn()
    call.by = 2
    call.turn(Identified(2))
    call.hears(0)
    call.ends()
    assert book.connection.execute(select(Attendance.id)).all() == []
    assert standings(book) == {2: (12_000, 0, 0)}


def test_a_second_name_takes_nothing_from_the_first(book: Book) -> None:
    call = book.call()
    call.turn()
    call.hears(0)
    for member in (2, 3):
        call.by = member
        call.turn(Identified(member))
        call.hears(member - 1)
    call.ends()
    assert grades(book, call) == [(2, "claimed", 0), (2, "inferred", 1), (3, "inferred", 2)]


def test_a_group_s_is_not_claimed_by_one(book: Book) -> None:
    call = book.call()
    call.turn()
    call.turn(Joined(3, "group"))
    call.hears(0)
    call.by = 2
    call.turn(Identified(2))
    call.ends()
    assert grades(book, call) == [(3, "group", 0)]


def test_a_group_after_a_name_counts_for_the_group_alone(book: Book) -> None:
    """Whoever opened it is among them only if they called their own number."""
    call = book.call()
    call.turn()
    call.hears(0)
    call.by = 2
    call.turn(Identified(2))
    call.by = None
    call.turn(Joined(3, "group"))
    call.turn(Joined(4, "group"))
    call.turn(Undone(4))
    call.hears(1)
    call.turn(QUESTION)
    call.ends()
    assert grades(book, call) == [(2, "claimed", 0), (3, "group", 1)]
    assert standings(book) == {2: (12_000, 0, 0), 3: (10_000, 0, 0)}
    assert whose(book) == [None]


# ── keys that meant nothing ──────────────────────────────────────────────────────────────────────────────────────


def strays(book: Book) -> dict[int, int]:
    """How many of the keys of each member meant nothing; and that it is what the ledger says."""
    standings(book)
    return {row.member_id: row.stray_keys for row in book.connection.execute(select(Studied.__table__))}


def test_in_a_group_keys_that_mean_nothing_are_those_of_whoever_opened_it(book: Book) -> None:
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.by = None
    for member in (2, 3):
        call.turn(Joined(member, "group"))
    call.turn(Stray("9"), key="9")
    call.hears(0)
    call.turn(Stray("8"), key="8")
    call.ends()
    assert strays(book) == {1: 2, 2: 0, 3: 0}


def test_of_two_in_a_call_one_may_only_have_pressed_a_key(book: Book) -> None:
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.hears(0)
    call.by = 2
    call.turn(Stray("7"), key="7")
    call.ends()
    alone = book.call()
    alone.by = 1
    alone.turn(Identified(1))
    alone.hears(1)
    alone.ends()
    assert strays(book) == {1: 0, 2: 1}


def test_a_lesson_may_be_met_by_such_a_key_alone(book: Book) -> None:
    """After it, or at its questions, in a call in which nothing of it was heard."""
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.turn(Stray("9"), scene=AfterLesson(book.lesson().edition), key="9")
    call.ends()
    assert strays(book) == {1: 1}


# ── who is named by the secretary ────────────────────────────────────────────────────────────────────────────────


def test_a_claim_names_what_was_said(book: Book) -> None:
    call = book.call()
    call.turn()
    call.turn(QUESTION)
    asked = call.turn(record=120)
    call.ends()
    assert claims.claim(book.connection, call.id, "P005", book.at, book.counting)[1]
    assert whose(book) == [5]
    ledger.keep_recording(book.connection, call.id, asked, QUESTION, None, book.at)
    assert whose(book) == [5, 5], "told by the provider only after the claim"
    claims.give_back(book.connection, call.id, "P005", book.at, book.counting)
    assert whose(book) == [None, None]


def test_a_claim_that_was_given_back_leaves_nothing_behind(book: Book) -> None:
    """Claimed anew, for whomever, it counts as it would have; what is stored is what the ledger says."""
    call = book.call()
    call.hears(0)
    call.answers(0, "right")
    call.ends()
    for number in ("P005", "P001", "P005"):
        claims.claim(book.connection, call.id, number, book.at, book.counting)
        assert standings(book) == {int(number[1:]): (12_000, 1, 1)}
        attending = plays.Attending.of(book.connection)
        assert attending.grades(call.id) == {int(number[1:]): "claimed"}
        claims.give_back(book.connection, call.id, number, book.at, book.counting)
        assert standings(book) == {} and plays.Attending.of(book.connection).grades(call.id) == {}
        assert claims.standing(book.connection, call.id) == "waits"


def test_who_said_who_they_are_has_no_claim_to_give_back(book: Book) -> None:
    call = book.call()
    call.hears(0)
    call.by = 1
    call.turn(Identified(1))
    call.ends()
    assert claims.standing(book.connection, call.id) == ""
    with pytest.raises(NotToBeClaimed, match="was not claimed for"):
        claims.give_back(book.connection, call.id, "P001", book.at, book.counting)


def test_a_claim_of_what_is_theirs_already_names_what_was_said(book: Book) -> None:
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.turn(QUESTION)
    call.ends()
    book.connection.execute(update(Recording).values(member_id=None))
    assert not claims.claim(book.connection, call.id, "P001", book.at, book.counting)[1]
    assert whose(book) == [1]


@pytest.mark.parametrize(("by", "speaker"), [(None, 2), (7, 7)])
def test_who_on_duty_spoke(book: Book, by: int | None, speaker: int) -> None:
    """A visitor's note and a secretary's reply are not by the member who is calling."""
    call = book.call()
    call.by = 2
    call.turn(Identified(2))
    call.turn(Left("note", "RE1", "", 5, by=by))
    assert whose(book) == [speaker]


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("told", "grade"),
    [
        ((), "inferred"),
        ((Visited(7, 1, "", confirmed=False),), "inferred"),
        ((Visited(7, 1, "", confirmed=True),), "visit"),
    ],
)
def test_a_visit_counts_once_it_is_confirmed(book: Book, told: tuple[Event, ...], grade: str) -> None:
    call = book.call(NUMBER)
    call.by = 1
    call.turn(Identified(1))
    call.hears(0, 1)
    call.turn(*told)
    call.ends()
    assert grades(book, call) == [(1, grade, 0), (1, grade, 1)]
    assert standings(book) == {1: (22_000, 0, 0)}
    attended = book.connection.execute(select(Attendance.member_id, Attendance.turn, Attendance.grade)).all()
    assert [tuple(row) for row in attended] == ([(1, 1, "visit")] if grade == "visit" else [])


# ── a group settles ──────────────────────────────────────────────────────────────────────────────────────────────


def group(book: Book) -> Written:
    call = book.call()
    call.turn()
    for member in range(1, len(PEOPLE) + 1):
        call.turn(Joined(member, "group"))
    call.hears(0, 1, 2)
    call.answers(0, "right", of=3)
    call.answers(1, "wrong", of=4)
    call.answers(1, "right")
    call.hears(0, 1, slug="stoves")
    return call


def test_a_year_of_groups_settles_at_once(book: Book) -> None:
    """Whoever rings meanwhile waits for it: it asks hardly more than for one who called alone."""
    asked: list[str] = []
    event.listen(book.connection, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def settling(call: Written) -> int:
        before = len(asked)
        call.ends()
        return len(asked) - before

    call = book.call(NUMBER)
    call.turn(Identified(1))
    call.hears(0, 1)
    alone = settling(call)
    for _ in range(52):
        group(book).ends(settle=False)
    book.connection.execute(update(Call).values(settled_at=BEGIN))
    assert 0 < settling(group(book)) < alone + 5
    found = standings(book)
    assert len(found) == len(PEOPLE)
    assert book.connection.execute(select(Progress.completed).distinct()).scalars().all() == [True]


def test_what_settles_leaves_other_lessons_and_members_alone(book: Book) -> None:
    alone = book.call(NUMBER)
    alone.by = 1
    alone.turn(Identified(1))
    alone.hears(0, slug="stoves")
    alone.ends()
    before = book.connection.execute(select(Progress.__table__)).one()
    call = book.call()
    call.turn()
    call.turn(Joined(1, "group"))
    call.turn(Joined(2, "group"))
    call.hears(0, 1)
    call.ends()
    assert before in book.connection.execute(select(Progress.__table__)).all()
    assert standings(book).keys() == {1, 2}
