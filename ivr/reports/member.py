"""One row for each member and lesson of the month: what was surely heard, what was answered, how the calls went."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import astuple

from ivr.records.roster import Enrolled
from ivr.records.studied import StudiedRow
from ivr.reports.facts import Facts, Key, MonthFacts, Version
from ivr.reports.sheet import Sheet, sheet_of
from ivr.vocabulary import Vocabulary

METHODS = {"inferred": "phone"} | {grade: grade for grade in ("group", "visit", "claimed", "meeting")}  # by grade
WAYS = ("phone", "meeting", "visit")  # whatever else a grade is called, it is of the telephone

Stands = Literal["heard", "met", "visited", "partly", "not_yet"]
STANDS: tuple[Stands, ...] = ("heard", "met", "visited", "partly", "not_yet")  # the better first
DONE = ("heard", "met", "visited")
COLUMNS = (
    *("branch", "name", "title", "stands", "heard_time", "marks", "calls", "dropped", "strays", "last_call"),
    "method",
)
NOBODY = Enrolled(0, "", "", "", (), {})
NOTHING = StudiedRow(0, "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, "", None, None, "")
SYMBOLS = {"heard": "●", "met": "■", "visited": "△", "partly": "◐", "not_yet": "○"}


class Studied(Struct, frozen=True, gc=False):
    """A member in a lesson. Times are seconds to 0.1; `completed` is heard whole, with what was heard of it in the
    months before, or written down as studied in a visit or a meeting; `stands` says which, `completed_on` when first.
    `answered` and `correct` count questions, not tries: right in the end is right. `dropped` counts calls that ended
    while the lesson was playing; days are local; `method` is how it was studied, `ways` the kinds of that which count:
    phone, meeting, visit, in this order; both parted by spaces."""

    member: str
    number: str
    branch: str
    lesson: str
    title: str
    edition: str
    heard_at_least_s: float
    heard_at_most_s: float
    length_s: float
    completed: bool
    stands: Stands
    completed_on: date | None
    answered: int
    correct: int
    questions: int
    calls: int
    stray_keys: int
    dropped: int
    first_call: date | None
    last_call: date | None
    method: str | None
    ways: str


def rows(facts: MonthFacts) -> list[Studied]:
    """By branch, member number and lesson."""
    theirs = met(facts)
    # Of a township's thousands most have not met with a lesson: for them it is worked out once.
    nothing = [(each.lesson, astuple(studied(facts, NOBODY, each, {}))[3:]) for each in facts.lessons]
    return [
        theirs.get((person.id, lesson)) or Studied(person.name, person.number, person.branch, *untouched)
        for person in facts.people
        for lesson, untouched in nothing
    ]


def met(facts: MonthFacts) -> dict[Key, Studied]:
    """The rows of those who met with a lesson: heard it, pressed a key in it, or have it written down."""
    by_hand = facts.by_hand()
    keys = facts.studied.keys() | by_hand
    return {
        key: studied(facts, person, lesson, by_hand.get(key, {}))
        for person in facts.people
        for lesson in facts.lessons
        if (key := (person.id, lesson.lesson)) in keys
    }


def studied(facts: MonthFacts, person: Enrolled, lesson: Version, by_hand: Mapping[str, date]) -> Studied:
    row = facts.studied.get((person.id, lesson.lesson), NOTHING)
    version = facts.versions[row.edition] if row.edition else lesson
    whole = _day(facts, row.completed_at)
    completed_on = min((whole, *by_hand.values())) if whole else min(by_hand.values(), default=None)
    first = _day(facts, row.first_at)
    stands, ways, method = _told(*_by(row, by_hand))
    return Studied(
        member=person.name,
        number=person.number,
        branch=person.branch,
        lesson=version.lesson,
        title=version.title,
        edition=version.edition,
        heard_at_least_s=_seconds(row.heard_at_least_ms),
        heard_at_most_s=_seconds(row.heard_at_most_ms),
        length_s=_seconds(version.length_ms),
        completed=completed_on is not None,
        stands=stands,
        completed_on=completed_on,
        answered=row.answered,
        correct=row.correct,
        questions=len(version.questions) or row.questions,
        calls=row.calls,
        stray_keys=row.stray_keys,
        dropped=row.dropped,
        first_call=first,
        last_call=first if row.last_at == row.first_at else _day(facts, row.last_at),
        method=method,
        ways=ways,
    )


def stands(row: StudiedRow, by_hand: Collection[str]) -> Stands:
    return _told(*_by(row, by_hand))[0]


def _by(row: StudiedRow, by_hand: Collection[str]) -> tuple[str, bool, bool, frozenset[str]]:
    return row.grades, row.completed_at is not None, row.heard_at_least_ms > 0, frozenset(by_hand)


@cache  # there are few ways to study, and thousands who took them
def _told(grades: str, is_whole: bool, is_heard: bool, by_hand: frozenset[str]) -> tuple[Stands, str, str | None]:
    """How somebody stands, the ways that count, and the method. Whoever heard it whole without a visitor did it by
    telephone; else a meeting is told before a home visit. A call in which nothing was heard is no way to study."""
    stands: Stands = "partly" if is_heard else "not_yet"
    if is_whole and "visit" not in grades.split():
        stands = "heard"
    elif is_whole or by_hand:
        stands = "met" if "meeting" in by_hand else "visited"
    heard = grades.split() if is_whole or is_heard else ()
    return stands, in_order({*heard, *by_hand}), method({*grades.split(), *by_hand})


def in_order(grades: Collection[str]) -> str:
    ways = {grade if grade in WAYS else "phone" for grade in grades}
    return " ".join(way for way in WAYS if way in ways)


def _day(facts: MonthFacts, at: datetime | None) -> date | None:
    return facts.period.local(at).date() if at else None


def method(grades: Collection[str]) -> str | None:
    return " ".join(method for grade, method in METHODS.items() if grade in grades) or None


def told_method(method: str | None, words: Vocabulary) -> str | None:
    return words.say("between").join(words.say(f"method_{each}") for each in method.split()) if method else None


def _seconds(ms: int) -> float:
    return round(ms / 1000, 1)


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────


def table(facts: Facts) -> Sheet:
    return sheet_of(Studied, rows(facts))


def page(facts: Facts, words: Vocabulary) -> tuple[Sheet, ...]:
    headings = tuple(words.say(f"col_{key}") for key in COLUMNS)
    cells = tuple(
        (
            row.branch,
            row.member,
            row.title,
            signed(row.stands, words),
            heard_of(row),
            marks(row),
            row.calls,
            row.dropped,
            row.stray_keys,
            row.last_call,
            told_method(row.method, words),
        )
        for row in rows(facts)
    )
    empty = facts.not_begun(words) or words.say("no_lessons" if facts.people else "nobody")
    above = () if cells else (empty,)
    return (Sheet(words.say("report_member", month=facts.period.named(words)), headings, cells, above),)


def signed(stands: Stands, words: Vocabulary, ways: str = "") -> str:
    """With all ways that it was studied in, where there are several."""
    return f"{SYMBOLS[stands]} {standing(stands, ways, words)}"


def standing(stands: Stands, ways: str, words: Vocabulary) -> str:
    return told_ways(ways, words) if len(ways.split()) > 1 else words.say(stands)


def told_ways(ways: str, words: Vocabulary) -> str:
    return " + ".join(words.say(f"way_{way}") for way in ways.split())


def clock(seconds: float | None) -> str:
    """6:05; nothing where there is nothing to tell."""
    return "{}:{:02}".format(*divmod(round(seconds), 60)) if seconds else ""


def heard_of(row: Studied) -> str:
    """Heard, at least and at most, of how much; nothing where nothing was heard."""
    if not row.heard_at_most_s:
        return ""
    bounds = dict.fromkeys((clock(row.heard_at_least_s), clock(row.heard_at_most_s)))
    return f"{'–'.join(bounds)}/{clock(row.length_s)}"


def marks(row: Studied) -> str:
    return f"{row.correct}/{row.questions}" if row.answered else ""
