"""One row for each member and lesson of the month, as it is kept for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.records.numbers import masked
from ivr.reports import columns, member, study, study_hours
from ivr.reports.columns import Basis, BriefBasis, Row, hours_of
from ivr.reports.member import marks, told_ways
from ivr.reports.sheet import Sheet
from ivr.reports.study import Study

KEYS = (
    *(
        "n",
        "branch",
        "name",
        "sex",
        "age",
        "group",
        "phone",
        "is_excused",
        "lesson",
        "title",
        "first_call",
        "last_call",
    ),
    *("calls", "heard_min", "heard_share", "stands", "completed_on", "dropped", "strays", "marks", "method"),
    *("why_missed", "help", "suggested", "confirmed", "remarks"),
)
BRIEF = ("branch", "enrolled", "excused", "calls", "heard_min", "dropped", "strays", "marks", "suggested", "confirmed")


def sheet(basis: Basis) -> Sheet:
    keys = KEYS if basis.several else tuple(key for key in KEYS if key != "branch")
    return columns.sheet(basis, "detail_title", keys, rows(basis))


def brief(basis: BriefBasis) -> Sheet:
    """Of thousands, what the rows of each branch come to."""
    return columns.sheet(basis, "detail_title", BRIEF, brief_rows(basis))


def rows(basis: Basis) -> Iterator[Row]:
    for n, row in enumerate(study.rows(basis), 1):
        remarks = (row.excused, _before_calls(basis, row))
        told = basis.words.say("semicolon").join(filter(None, remarks))
        yield {"n": n, **_person(basis, row), **_heard(basis, row), "remarks": told}


def _person(basis: Basis, row: Study) -> Row:
    person, words = row.person, basis.words
    return {
        "branch": person.branch,
        "name": person.name,
        "sex": columns.of_roster(person, columns.SEX),
        "age": columns.age(person, basis.facts.period.last),
        "group": columns.of_roster(person, columns.GROUP),
        "phone": basis.joined(masked(phone)[-4:] for phone in person.phones),
        "is_excused": words.say("no" if row.is_due else "yes"),
    }


def _before_calls(basis: Basis, row: Study) -> str:
    """How it was studied before the first call about it, where it was: the day of that comes first, too."""
    done, called = row.heard.completed_on, row.heard.first_call
    if not (done and called and done < called):
        return ""
    ways = member.in_order([way for way, day in row.heard.by_hand.items() if day == done])
    return basis.words.say("before_calls", day=f"{done:%m-%d}", ways=told_ways(ways, basis.words))


def _heard(basis: Basis, row: Study) -> Row:
    words, heard = basis.words, row.heard
    stands = row.stands if row.is_due or row.stands != "not_yet" else "excused"
    return {
        "lesson": row.lesson.code or row.lesson.lesson,
        "title": heard.title,
        "first_call": heard.first_call,
        "last_call": heard.last_call,
        "calls": heard.calls,
        "heard_min": _minutes(heard.heard_at_least_s),
        "heard_share": _share(basis, row),
        "completed_on": heard.completed_on,
        "stands": words.say(stands),
        "dropped": heard.dropped,
        "strays": heard.stray_keys,
        "marks": marks(heard),
        "method": told_ways(heard.ways, words),
        "why_missed": study.reason(row, words) if row.is_due and not row.is_done else "",
        "help": study.help_for(row, words),
        "suggested": hours_of(row.suggested),
        "confirmed": hours_of(row.confirmed),
    }


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 1)


def _share(basis: Basis, row: Study) -> str:
    """Of the lesson's length; a percentage never stands alone."""
    heard, length = row.heard.heard_at_least_s, row.heard.length_s
    if not heard or not length:
        return ""
    return basis.words.say("share_of_length", percent=f"{100 * heard / length:.0f}", heard=heard, length=length)


# ── in brief ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Sum:
    """Of a branch's members and lessons; hours in tenths."""

    enrolled: int = 0
    excused: int = 0
    calls: int = 0
    heard_min: float = 0
    dropped: int = 0
    strays: int = 0
    correct: int = 0
    asked: int = 0
    suggested: int = 0
    confirmed: int = 0


def brief_rows(basis: BriefBasis) -> Iterator[Row]:
    """By district and branch; branches without members are left out."""
    sums = _sums(basis) if basis.facts.lessons else {}
    for place in basis.places:
        if told := sums.get(place.name):
            yield {
                "branch": place.name,
                "enrolled": told.enrolled,
                "excused": told.excused,
                "calls": told.calls,
                "heard_min": round(told.heard_min, 1),
                "dropped": told.dropped,
                "strays": told.strays,
                "marks": f"{told.correct}/{told.asked}" if told.asked else "",
                "suggested": hours_of(told.suggested),
                "confirmed": hours_of(told.confirmed),
            }


def _sums(basis: BriefBasis) -> dict[str, _Sum]:
    """By branch, without looking at anybody in a lesson that they have not met with."""
    facts = basis.facts
    lessons = {lesson.lesson for lesson in facts.lessons}
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    branch = {person.id: person.branch for person in facts.people}
    for person in facts.people:
        theirs = sums[person.branch]
        theirs.enrolled += 1
        theirs.excused += person.id in facts.excused
    for (who, lesson), tenths in facts.hours.items():
        if who in branch and lesson in lessons:
            sums[branch[who]].confirmed += tenths
    for (who, _), heard in member.met(facts).items():
        theirs = sums[branch[who]]
        theirs.calls += heard.calls
        theirs.heard_min += _minutes(heard.heard_at_least_s)  # as the rows tell it
        theirs.dropped += heard.dropped
        theirs.strays += heard.stray_keys
        theirs.correct += heard.correct if heard.answered else 0
        theirs.asked += heard.questions if heard.answered else 0
        theirs.suggested += study_hours.suggested(heard, basis.rules.hour_minutes)
    return sums
