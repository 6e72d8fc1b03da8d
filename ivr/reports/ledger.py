"""The ledger as it is handed up: one row for each branch and lesson of the month.

It never says that somebody was at a meeting unless a secretary wrote so. What nobody told the line stays blank.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ivr.records.occasions import Kept
from ivr.records.places import Place
from ivr.reports import columns, member, month, study, study_hours
from ivr.reports.columns import Basis, BriefBasis, Row, hours_of
from ivr.reports.facts import Version
from ivr.reports.member import DONE, WAYS, Stands, told_ways
from ivr.reports.sheet import Sheet
from ivr.reports.study import Study

KEYS = (
    *("n", "district", "branch", "first", "last", "method", "lesson", "title", "gist", "speaker", "place", "host"),
    *("recorder", "enrolled", "excused", "due", "done", "by_phone", "by_visit", "by_meeting", "missing", "who"),
    *("made_up", "share", "length", "suggested", "confirmed", "answered", "evidence", "remarks", "signature", "signed"),
)
DONE_BY: Mapping[Stands, str] = {"heard": "way_phone", "visited": "way_visit", "met": "way_meeting"}
BRIEF = ("branch", "first", "title", "due", "done", "share", "suggested", "confirmed")
MOST_OF_GIST = 100  # characters


def sheet(basis: Basis) -> Sheet:
    return columns.sheet(basis, "ledger_title", KEYS, rows(basis), form=True)


def brief(basis: BriefBasis) -> Sheet:
    """What tells one form of many from another: of thousands it is known in half the time."""
    return columns.sheet(basis, "ledger_title", BRIEF, brief_rows(basis), form=True)


def rows(basis: Basis) -> Iterator[Row]:
    """By district, branch and the month's order of lessons; branches without members are left out."""
    theirs: dict[tuple[str, str], list[Study]] = {}
    for row in study.rows(basis):
        theirs.setdefault((row.person.branch, row.lesson.lesson), []).append(row)
    n = 0
    for place in basis.places:
        for lesson in basis.facts.lessons:
            if studied := theirs.get((place.name, lesson.lesson)):
                n += 1
                yield {"n": n, **_row(basis, place, lesson, studied)}


@dataclass(slots=True)
class _Tally:
    """Of a branch in a lesson; hours in tenths."""

    done: int = 0
    suggested: int = 0
    confirmed: int = 0
    began: list[datetime] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


def brief_rows(basis: BriefBasis) -> Iterator[Row]:
    """As `rows`, without looking at anybody who has not met with a lesson."""
    facts, tallies = basis.facts, _tallies(basis)
    members = Counter(person.branch for person in facts.people)
    due = Counter(person.branch for person in facts.people if person.id not in facts.excused)
    for place in basis.places:
        for lesson in facts.lessons if place.name in members else ():
            tally = tallies[place.name, lesson.lesson]
            began = [facts.period.local(min(tally.began)).date()] if tally.began else []
            yield {
                "branch": place.name,
                "first": min([*began, *tally.days], default=None),
                "title": lesson.title,
                "due": due[place.name],
                "done": tally.done,
                "share": month.share(tally.done, due[place.name], basis.words),
                "suggested": hours_of(tally.suggested),
                "confirmed": hours_of(tally.confirmed),
            }


def _tallies(basis: BriefBasis) -> defaultdict[tuple[str, str], _Tally]:
    """By branch and lesson."""
    facts = basis.facts
    branch = {person.id: person.branch for person in facts.people}
    tallies: defaultdict[tuple[str, str], _Tally] = defaultdict(_Tally)
    for (who, lesson), heard in member.met(facts).items():
        tally = tallies[branch[who], lesson]
        tally.done += who not in facts.excused and heard.stands in DONE
        tally.suggested += study_hours.suggested(heard, basis.rules.hour_minutes)
        if heard.kept.first_at:
            tally.began.append(heard.kept.first_at)
    for (who, lesson), tenths in facts.hours.items():
        if who in branch:
            tallies[branch[who], lesson].confirmed += tenths
    names = {place.id: place.name for place in basis.places}
    for kept in facts.occasions:
        name = names.get(kept.branch_id)
        if name and kept.what.lesson and any(branch.get(member) == name for member in kept.what.members):
            tallies[name, kept.what.lesson].days.append(kept.what.day)
    return tallies


def _row(basis: Basis, place: Place, lesson: Version, studied: list[Study]) -> Row:
    theirs = {each.person.id for each in studied}
    kept = [
        each
        for each in basis.facts.occasions
        if (each.branch_id, each.what.lesson) == (place.id, lesson.lesson) and not theirs.isdisjoint(each.what.members)
    ]
    met = [row for row in (basis.facts.studied.get((each.person.id, lesson.lesson)) for each in studied) if row]
    numbers = {int(call) for row in met for call in row.call_ids.split()}
    meetings = [each for each in kept if each.what.kind == "meeting"]
    times = (at for row in met for at in (row.first_at, row.last_at) if at)
    days = [*(basis.facts.period.local(at).date() for at in times), *(each.what.day for each in kept)]
    return {
        "district": place.district,
        "branch": place.name,
        "first": min(days, default=None),
        "last": max(days, default=None),
        "lesson": lesson.code or lesson.lesson,
        "title": lesson.title,
        "gist": _gist(lesson, basis),
        "length": round(lesson.length_ms / 60_000, 1),
        "evidence": _evidence(basis, numbers, kept),
        **_how(basis, studied, meetings),
        **_counted(basis, studied),
        "made_up": _made_up(basis, studied, meetings),
    }


def _how(basis: Basis, studied: list[Study], meetings: list[Kept]) -> Row:
    """How those who are done did it, where not all alike how many each; without any, a lesson is there to be heard by
    telephone. A meeting's place and leader are as the secretary wrote them."""
    words = basis.words
    done = Counter(row.heard.ways for row in studied if row.is_due and row.is_done)
    ways = sorted(done, key=lambda ways: (-done[ways], [WAYS.index(way) for way in ways.split()]))
    counted = (words.say("way_count", way=told_ways(each, words), n=done[each]) for each in ways)
    by_line = [words.say("by_line")] if any("phone" in each for each in done) or not (done or meetings) else []
    return {
        "method": basis.joined(counted) if len(ways) > 1 else told_ways(ways[0] if ways else "phone", words),
        "place": basis.joined(dict.fromkeys([*by_line, *(each.what.place for each in meetings if each.what.place)])),
        "host": basis.joined(dict.fromkeys(each.what.host for each in meetings if each.what.host)),
    }


def _counted(basis: Basis, studied: list[Study]) -> Row:
    due = [row for row in studied if row.is_due]
    done = [row.stands for row in due if row.is_done]
    missing = [row for row in due if not row.is_done]
    besides = [row.stands for row in studied if not row.is_due and row.is_done]
    words = basis.words
    return {
        "enrolled": len(studied),
        "excused": len(studied) - len(due),
        "due": len(due),
        "done": len(done),
        "by_phone": done.count("heard"),
        "by_visit": done.count("visited"),
        "by_meeting": done.count("met"),
        "missing": len(missing),
        "who": basis.joined(
            words.say("with_reason", name=r.person.name, reason=study.reason(r, words)) for r in missing
        ),
        "share": month.share(len(done), len(due), words),
        "suggested": hours_of(sum(row.suggested for row in studied)),
        "confirmed": hours_of(sum(row.confirmed for row in studied)),
        "answered": _answers(basis, studied),
        "remarks": words.say("excused_too", n=len(besides), ways=_by_way(basis, besides)) if besides else "",
    }


def _by_way(basis: Basis, stands: list[Stands]) -> str:
    """How many did it in each way, as the columns of those who are due tell it."""
    ways = ((stands.count(each), basis.words.say(text)) for each, text in DONE_BY.items())
    return basis.joined(basis.words.say("way_count", way=way, n=n) for n, way in ways if n)


def _answers(basis: Basis, studied: list[Study]) -> str:
    marked = [row.heard for row in studied if row.heard.answered]
    right, asked = sum(row.correct for row in marked), sum(row.answered for row in marked)
    return basis.words.say("answers_of", n=len(marked), right=right, asked=asked) if marked else ""


def _made_up(basis: Basis, studied: list[Study], meetings: list[Kept]) -> str:
    """Who studied otherwise, after the last meeting, what most of the branch studied in meetings."""
    due = [row for row in studied if row.is_due]
    if not meetings or 2 * sum("meeting" in row.heard.ways for row in due) <= len(due):
        return ""
    last = max(each.what.day for each in meetings)
    later = [row for row in due if row.heard.completed_on and row.heard.completed_on > last]
    parts = (
        (text, [row.person.name for row in later if row.stands == stands])
        for stands, text in (("heard", "made_up_phone"), ("visited", "made_up_visit"))
    )
    return basis.words.say("semicolon").join(
        basis.words.say(text, names=basis.joined(names)) for text, names in parts if names
    )


def _gist(lesson: Version, basis: Basis) -> str:
    """The headings of a lesson, which are what it is about, in its author's words."""
    told = basis.words.say("semicolon").join(dict.fromkeys(lesson.parts))
    return told if len(told) <= MOST_OF_GIST else f"{told[: MOST_OF_GIST - 1]}…"


def _evidence(basis: Basis, calls: Iterable[int], kept: Iterable[Kept]) -> str:
    """The numbers of what can be looked up."""
    named = (("evidence_calls", sorted(calls)), ("evidence_written", [each.id for each in kept]))
    return basis.words.say("semicolon").join(
        basis.words.say(text, numbers=basis.joined(map(str, numbers))) for text, numbers in named if numbers
    )
