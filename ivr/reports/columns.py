"""The columns of printed sheets: a column is called the same in every sheet, by the vocabulary, and explained once.

A row is a mapping of the columns that are known; what it does not have is left blank, to be written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ivr.config import RecordSettings
from ivr.records.follow_ups import Followed
from ivr.records.places import Place
from ivr.records.roster import Enrolled
from ivr.reports.facts import BriefFacts, MonthFacts
from ivr.reports.queries import VisitFact
from ivr.reports.sheet import Cell, Sheet
from ivr.vocabulary import Vocabulary

Row = Mapping[str, Cell]

# Columns for which these texts are offered.
CHOICES = {
    "method": ("way_phone", "way_meeting", "way_visit", "way_lecture", "way_day", "way_remote"),
    "visit_way": ("at_home", "dialled", "rung"),
    "is_excused": ("yes", "no"),
    "stands": ("heard", "partly", "not_yet", "visited", "met", "excused"),
    "why_missed": ("why_ill", "why_away", "why_unheard", "why_number", "why_unable", "why_other"),
}
BORN = re.compile(r"(?P<year>(?:19|20)\d{2})\D*(?P<month>1[0-2]|0?[1-9])?")
SEX, AGE, GROUP = ("性别", "sex"), ("年龄", "age"), ("党小组", "小组", "group")
BIRTH = ("出生年月", "出生日期", "出生", "生日", "born", "birth", "birthday")


@dataclass(frozen=True, slots=True)
class BriefBasis:
    """What is counted branch by branch: a month of some branches, or of a single one if not `several`, their `name`
    together; hours in tenths confirmed this year up to the month's end; who had not studied the month before, either;
    who on the month's list was followed up; the numbers and names of the secretaries."""

    facts: BriefFacts
    places: tuple[Place, ...]
    name: str
    words: Vocabulary
    rules: RecordSettings
    several: bool = True
    year_tenths: Mapping[int, int] = field(default_factory=dict)
    idle_before: frozenset[int] = frozenset()
    followed: Mapping[int, Followed] = field(default_factory=dict)
    secretaries: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def month(self) -> str:
        """In words."""
        return self.facts.period.named(self.words)

    def joined(self, parts: Iterable[str]) -> str:
        return self.words.say("between").join(parts)


@dataclass(frozen=True, slots=True)
class Basis(BriefBasis):
    """What sheets are made from: and who the members are; the visits that were logged by telephone."""

    facts: MonthFacts
    visits: tuple[VisitFact, ...] = ()


def sheet(basis: BriefBasis, title: str, keys: Sequence[str], rows: Iterable[Row], *, form: bool = False) -> Sheet:
    """`title` is a text with blanks for the place and the month."""
    words = basis.words
    told = tuple(tuple(row.get(key, "") for key in keys) for row in rows)
    whole = round(100 * basis.rules.completed_share)
    rules = {"hour_minutes": basis.rules.hour_minutes, "year_hours": basis.rules.year_hours, "whole": whole}
    headings = {key: words.say(f"col_{key}", **rules) for key in keys}
    notes = tuple(
        (heading, words.say(f"about_{key}", **rules))
        for key, heading in headings.items()
        if f"about_{key}" in words.texts
    )
    explained = (words.say("about_sheet_column"), words.say("about_sheet_text"))
    return Sheet(
        words.say(title, place=basis.name, month=basis.month),
        tuple(headings.values()),
        told,
        keys=tuple(keys),
        choices={key: tuple(map(words.say, CHOICES[key])) for key in keys if key in CHOICES},
        notes=Sheet(words.say("about_sheet"), explained, notes) if notes else None,
        form=words.say("rows_page") if form else "",
    )


def hours_of(tenths: int) -> float:
    return round(tenths / 10, 1)


def of_roster(person: Enrolled, headings: Iterable[str]) -> str:
    """What another column of the member list says; "" where there is none."""
    said = {heading.casefold(): text for heading, text in person.more.items()}
    return next((said[each] for each in headings if said.get(each)), "")


def age(person: Enrolled, on: date) -> int | None:
    """In years: as the list says, or from the year and month of birth; None where nobody can be as old."""
    if (said := of_roster(person, AGE)).isdecimal():
        return int(said)
    born = BORN.search(of_roster(person, BIRTH))
    if not born:
        return None
    years = on.year - int(born["year"]) - (int(born["month"] or 1) > on.month)
    return years if years >= 0 else None
