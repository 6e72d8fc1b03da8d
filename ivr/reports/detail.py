"""One row for each member and lesson of the month, as it is kept for each person."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.records.numbers import masked
from ivr.reports import columns, month_sheet, study
from ivr.reports.columns import Basis, Row, hours_of
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


def sheet(basis: Basis) -> Sheet:
    keys = KEYS if basis.several else tuple(key for key in KEYS if key != "branch")
    return columns.sheet(basis, "detail_title", keys, rows(basis))


def brief(basis: Basis) -> Sheet:
    """Of thousands, how many stand how in each branch."""
    return month_sheet.of_branches(basis, "detail_title")


def rows(basis: Basis) -> Iterator[Row]:
    for n, row in enumerate(study.rows(basis), 1):
        yield {"n": n, **_person(basis, row), **_heard(basis, row)}


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
        "remarks": row.excused,
    }


def _heard(basis: Basis, row: Study) -> Row:
    words, heard = basis.words, row.heard
    stands = row.stands if row.is_due or row.stands != "not_yet" else "excused"
    return {
        "lesson": row.lesson.code or row.lesson.lesson,
        "title": heard.title,
        "first_call": heard.first_call,
        "last_call": heard.last_call,
        "calls": heard.calls,
        "heard_min": round(heard.heard_at_least_s / 60, 1),
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


def _share(basis: Basis, row: Study) -> str:
    """Of the lesson's length; a percentage never stands alone."""
    heard, length = row.heard.heard_at_least_s, row.heard.length_s
    if not heard or not length:
        return ""
    return basis.words.say("share_of_length", percent=f"{100 * heard / length:.0f}", heard=heard, length=length)
