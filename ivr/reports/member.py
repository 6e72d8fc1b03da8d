"""One row for each member and lesson of the month: what was surely heard, what was answered, how the calls went."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cache
from typing import Literal

from msgspec import Struct

from ivr.records.roster import Enrolled
from ivr.records.studied import StudiedRow
from ivr.reports.facts import BriefFacts, Facts, Key, MonthFacts, Version
from ivr.reports.period import Period
from ivr.reports.sheet import Sheet
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
TOLD = (
    *("member", "number", "branch", "lesson", "title", "edition", "heard_at_least_s", "heard_at_most_s", "length_s"),
    *("completed", "stands", "completed_on", "answered", "correct", "questions", "calls", "stray_keys", "dropped"),
    *("first_call", "last_call", "method", "ways"),
)  # to other programs
NEVER: Mapping[str, date] = {}
NOTHING = StudiedRow(0, "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, "", None, None, "")
SYMBOLS = {"heard": "●", "met": "■", "visited": "△", "partly": "◐", "not_yet": "○"}


class Studying(Struct, frozen=True, gc=False):
    """Somebody in a lesson, of which `version` is told: what is `kept` of it, and when it was studied off the
    telephone, by kind. All else follows from these when it is asked for: of thousands, a page needs little. Times are
    seconds to 0.1, days local."""

    version: Version
    kept: StudiedRow
    by_hand: Mapping[str, date]
    period: Period

    @property
    def lesson(self) -> str:
        return self.version.lesson

    @property
    def title(self) -> str:
        return self.version.title

    @property
    def edition(self) -> str:
        return self.version.edition

    @property
    def heard_at_least_s(self) -> float:
        return _seconds(self.kept.heard_at_least_ms)

    @property
    def heard_at_most_s(self) -> float:
        return _seconds(self.kept.heard_at_most_ms)

    @property
    def length_s(self) -> float:
        return _seconds(self.version.length_ms)

    @property
    def completed(self) -> bool:
        """Heard whole, with what was heard of it in the months before, or written down as studied in a visit or a
        meeting; `stands` says which, `completed_on` when first."""
        return self.kept.completed_at is not None or bool(self.by_hand)

    @property
    def stands(self) -> Stands:
        return self._how()[0]

    @property
    def completed_on(self) -> date | None:
        whole = self._day(self.kept.completed_at)
        return min((*((whole,) if whole else ()), *self.by_hand.values()), default=None)

    @property
    def answered(self) -> int:
        """Questions, not tries; so are those that are `correct`: right in the end is right."""
        return self.kept.answered

    @property
    def correct(self) -> int:
        return self.kept.correct

    @property
    def questions(self) -> int:
        return len(self.version.questions) or self.kept.questions

    @property
    def calls(self) -> int:
        return self.kept.calls

    @property
    def stray_keys(self) -> int:
        return self.kept.stray_keys

    @property
    def dropped(self) -> int:
        """Calls that ended while the lesson was playing."""
        return self.kept.dropped

    @property
    def first_call(self) -> date | None:
        return self._day(self.kept.first_at)

    @property
    def last_call(self) -> date | None:
        return self._day(self.kept.last_at)

    @property
    def method(self) -> str | None:
        """How it was studied, parted by spaces."""
        return self._how()[2]

    @property
    def ways(self) -> str:
        """The kinds of that which count: phone, meeting, visit, in this order, parted by spaces."""
        return self._how()[1]

    def _how(self) -> tuple[Stands, str, str | None]:
        kept = self.kept
        return _told(kept.grades, kept.completed_at is not None, kept.heard_at_least_ms > 0, frozenset(self.by_hand))

    def _day(self, at: datetime | None) -> date | None:
        return self.period.local(at).date() if at else None


class Studied(Studying, frozen=True, gc=False):
    """And who it is."""

    person: Enrolled

    @property
    def member(self) -> str:
        return self.person.name

    @property
    def number(self) -> str:
        return self.person.number

    @property
    def branch(self) -> str:
        return self.person.branch


def rows(facts: MonthFacts) -> list[Studied]:
    """By branch, member number and lesson."""
    by_hand = facts.by_hand()
    return [
        Studied(*_of(facts, (person.id, lesson.lesson), lesson, by_hand), person)
        for person in facts.people
        for lesson in facts.lessons
    ]


def met(facts: BriefFacts) -> dict[Key, Studying]:
    """Those of the people who met with a lesson: heard it, pressed a key in it, or have it written down."""
    by_hand, people = facts.by_hand(), {person.id for person in facts.people}
    lessons = {lesson.lesson: lesson for lesson in facts.lessons}
    return {
        (who, slug): Studying(*_of(facts, (who, slug), lessons[slug], by_hand))
        for who, slug in facts.studied.keys() | by_hand
        if who in people and slug in lessons
    }


def _of(
    facts: BriefFacts, key: Key, lesson: Version, by_hand: Mapping[Key, Mapping[str, date]]
) -> tuple[Version, StudiedRow, Mapping[str, date], Period]:
    kept = facts.studied.get(key, NOTHING)
    version = facts.versions[kept.edition] if kept.edition else lesson
    return version, kept, by_hand.get(key, NEVER), facts.period


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


def method(grades: Collection[str]) -> str | None:
    return " ".join(method for grade, method in METHODS.items() if grade in grades) or None


def told_method(method: str | None, words: Vocabulary) -> str | None:
    return words.say("between").join(words.say(f"method_{each}") for each in method.split()) if method else None


def _seconds(ms: int) -> float:
    return round(ms / 1000, 1)


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────


def table(facts: Facts) -> Sheet:
    return Sheet("", TOLD, tuple(tuple(getattr(row, name) for name in TOLD) for row in rows(facts)))


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
