"""What the secretary asks by telephone: the branch's month, as the report counts it, and the questions that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from ivr.catalogue import Clip
from ivr.config import Settings
from ivr.dialogue.state import Month
from ivr.dialogue.turn import Identified, Joined, Left, MonthOf, Told
from ivr.records import lookups, questions, recordings
from ivr.records.db import Database
from ivr.records.learners import Now
from ivr.records.models import Branch, Call, Member, Recording, Reply, Studied
from ivr.reports import month as months
from ivr.reports import period
from ivr.reports.facts import Whom, gather
from ivr.shelf import Shelf
from tests.drivers import BEGIN, enrol
from tests.records.written import NUMBER, Book, Written

PEOPLE = [(f"学员{n}", NUMBER if n == 1 else f"+86138{n:08}") for n in range(1, 9)]
SECRETARY, ELSEWHERE = 1, 8


@pytest.fixture
def book(database: Database, shelf: Shelf) -> Iterator[Book]:
    """Eight members; the last one is in another branch."""
    enrol(database, PEOPLE)
    with database.writing() as connection:
        connection.execute(insert(Branch), {"id": 2, "name": "东村党支部"})
        connection.execute(update(Member).where(Member.id == ELSEWHERE).values(branch_id=2))
        yield Book(connection, shelf.catalogue())


@pytest.fixture
def now(book: Book, settings: Settings) -> Now:
    return Now(book.catalogue, settings, BEGIN + timedelta(days=20))


def month(book: Book, now: Now, secretary: int = SECRETARY) -> Month:
    told = lookups.found(book.connection, 1, MonthOf(secretary), now)
    assert isinstance(told, Told)
    return told.month


def called(book: Book, who: int, *segments: int, slug: str = "falls") -> Written:
    call = book.call(NUMBER)
    call.by = who
    call.turn(Identified(who))
    if segments:
        call.hears(*segments, slug=slug)
    return call


def test_the_month_is_what_the_report_says(book: Book, now: Now) -> None:
    book.at = BEGIN - timedelta(days=10)
    called(book, 2, 0, 1, 2).ends()  # in October
    called(book, 1, 0, 1).ends()
    book.at = BEGIN
    called(book, 1, 2).ends()  # whole, with what was heard in October
    called(book, 3, 0, 1).ends()
    called(book, 3, 2).ends()  # whole, in two calls
    called(book, 4, 0, 1).ends()  # not whole
    called(book, 5, 0, 1, slug="stoves")  # not settled yet
    called(book, ELSEWHERE, 0, 1, 2).ends()
    group = book.call()
    group.turn()
    group.turn(Joined(6, "group"))
    group.turn(Joined(ELSEWHERE, "group"))
    group.hears(0, 1, 2)
    group.ends()
    told = month(book, now)
    assert (told.members, told.heard, told.waiting) == (7, 4, ("学员2", "学员4", "学员7"))
    november = period.month_at(now.at, now.settings.line.zone)
    facts = gather(book.connection, november, book.catalogue, 0.9, Whom(branch="初心村党支部"))
    counted = months.count(months.rows(facts))
    assert (counted.due, counted.done) == (told.members, told.heard)
    assert (month(book, now, ELSEWHERE).members, month(book, now, ELSEWHERE).heard) == (1, 1)


def test_what_is_not_counted_yet_is_told_with_the_months_before(book: Book, now: Now) -> None:
    """As after an upgrade that counts all calls anew, when `ivr ledger rebuild` is asked for."""
    book.at = BEGIN - timedelta(days=10)
    called(book, 2, 0, 1).ends()
    called(book, 3, 0, 1).ends()
    called(book, 4, 0, 1, 2).ends()  # whole, but in October
    book.at = BEGIN
    called(book, 2, 2).ends()
    called(book, 4, 0).ends()
    counted = month(book, now)
    assert (counted.heard, "学员2" in counted.waiting) == (1, False)
    book.connection.execute(delete(Studied))
    book.connection.execute(update(Call).values(is_counted=False))
    assert month(book, now) == counted


def test_only_so_many_names_are_kept(book: Book, now: Now) -> None:
    """They wait in the database between two turns, and nobody listens to more."""
    people = [{"id": 100 + n, "branch_id": 1, "number": f"Q{n:03}", "name": f"新{n}"} for n in range(80)]
    book.connection.execute(insert(Member), people)
    told = month(book, now)
    assert (told.members, told.heard, len(told.waiting)) == (87, 0, lookups.MOST_WAITING)


# ── questions and replies ────────────────────────────────────────────────────────────────────────────────────────


def ask(book: Book, who: int = 2) -> int:
    """A question that lies here; its row."""
    call = called(book, who)
    call.turn(Left("question", f"RE{call.id}", "", 5))
    return fetched(book)


def speak_reply(book: Book, question: int) -> int:
    """The secretary replies by telephone; it is not fetched yet."""
    call = called(book, SECRETARY)
    call.turn(Left("reply", f"RE{call.id}", "", 5, question, SECRETARY))
    return newest(book)


def fetched(book: Book) -> int:
    recording = newest(book)
    recordings.kept(book.connection, recording, f"{recording:064}", 5000, book.at)
    recordings.forgotten(book.connection, recording)
    return recording


def newest(book: Book) -> int:
    return book.connection.execute(select(func.max(Recording.id))).scalar_one()


def asked(book: Book, now: Now) -> list[int]:
    """The questions that wait, by telephone and on the desk alike."""
    by_telephone = [letter.id for letter in month(book, now).questions]
    assert by_telephone == [each.id for each in questions.left(book.connection, waiting=True)]
    return by_telephone


def replies(book: Book) -> list[tuple[str, bool]]:
    rows = book.connection.execute(select(Reply.words, Reply.delivered_at).order_by(Reply.id))
    return [(row.words, row.delivered_at is not None) for row in rows]


def test_who_asks_is_told(book: Book, now: Now) -> None:
    ask(book, 2)
    ask(book, 3)
    assert [letter.name for letter in month(book, now).questions] == ["学员2", "学员3"]


def test_a_question_waits_until_a_reply_is_on_its_way(book: Book, now: Now) -> None:
    first, second = ask(book), ask(book, 3)
    assert asked(book, now) == [first, second]
    spoken = speak_reply(book, first)
    assert asked(book, now) == [second]
    recordings.kept(book.connection, spoken, "b" * 64, 5000, book.at)
    assert asked(book, now) == [second]
    recordings.forgotten(book.connection, spoken)
    assert asked(book, now) == [second]
    questions.reply(book.connection, second, Clip("c" * 64, 1000, "会的。"), book.at)
    assert asked(book, now) == []


def test_a_question_whose_reply_never_came_waits_again(book: Book, now: Now) -> None:
    question = ask(book)
    spoken = speak_reply(book, question)
    taken = recordings.take(book.connection, spoken, book.at)
    assert taken and not recordings.failed(book.connection, taken, "gone there", book.at, for_good=True)
    assert asked(book, now) == [question]


@pytest.mark.parametrize("first", ["written", "spoken"])
@pytest.mark.parametrize("second", ["written", "spoken"])
@pytest.mark.parametrize("heard", [False, True])
def test_a_reply_takes_the_place_of_one_that_is_not_heard(book: Book, first: str, second: str, heard: bool) -> None:
    question = ask(book)
    for n, way in enumerate((first, second)):
        if way == "written":
            questions.reply(book.connection, question, Clip("c" * 64, 1000, f"{n}"), book.at)
        else:
            speak_reply(book, question)
            fetched(book)
        if heard and n == 0:
            book.connection.execute(update(Reply).values(delivered_at=book.at))
    words = ["0" if first == "written" else "", "1" if second == "written" else ""]
    assert replies(book) == ([(words[0], True), (words[1], False)] if heard else [(words[1], False)])
