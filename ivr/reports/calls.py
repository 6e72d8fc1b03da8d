"""One row for each call: what the figures of the other reports are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from ivr.records.numbers import masked
from ivr.records.plays import HeardRow, heard_ms
from ivr.records.roster import Enrolled
from ivr.reports import member
from ivr.reports.facts import Facts
from ivr.reports.member import clock
from ivr.reports.period import Period
from ivr.reports.queries import CallFact
from ivr.reports.sheet import Sheet, sheet_of
from ivr.vocabulary import Vocabulary

Ending = Literal["goodbye", "hung_up", "broke_off", "no_goodbye", "unknown"]


class CallRow(Struct, frozen=True, gc=False):
    """A call. `started` is local; a `group`'s, of so many, is nobody's in particular; where nobody is known, it `waits`
    to be claimed, or there is nothing to claim, or it was set aside. `lessons`, `keys` and `method`, how people
    studied, are parted by spaces, the first two in the order played and pressed; heard in seconds to 0.1; `duration_s`
    and how it `ended` as far as we were told."""

    call: int
    started: datetime
    member: str | None
    number: str | None
    branch: str | None
    group: int
    waits: bool
    phone: str
    lessons: str
    heard_at_least_s: float
    heard_at_most_s: float
    keys: str
    stray_keys: int
    turns: int
    duration_s: int | None
    ended: Ending
    method: str | None


def rows(facts: Facts) -> list[CallRow]:
    """In the order they began. Those nobody is known for stand only in a report about everybody."""
    people = {person.id: person for person in facts.people}
    plays: defaultdict[int, list[HeardRow]] = defaultdict(list)
    grades = {call.id: {*call.attending.values()} for call in facts.calls.values()}
    strays: defaultdict[int, int] = defaultdict(int)
    for heard in facts.plays:
        plays[heard.call_id].append(heard)
        grades[heard.call_id].add(heard.grade)
    for tried in facts.tries:
        grades[tried.call_id].add(tried.grade)
    for stray in facts.strays:
        strays[stray.call_id] += stray.count
    return [
        _row(facts.period, call, people, plays[call.id], strays[call.id], member.method(grades[call.id]))
        for call in facts.calls.values()
        if facts.everybody or not people.keys().isdisjoint(call.members)
    ]


def _row(
    period: Period,
    call: CallFact,
    people: Mapping[int, Enrolled],
    plays: list[HeardRow],
    stray_keys: int,
    method: str | None,
) -> CallRow:
    bounds = list(_bounds(plays))
    group = sum(grade == "group" for grade in call.attending.values())
    whose = (people[each] for each in (call.member_id or 0, *call.attending) if each in people)
    person = None if group else next(whose, None)
    return CallRow(
        call=call.id,
        started=period.local(call.started_at).replace(microsecond=0),
        member=person.name if person else None,
        number=person.number if person else None,
        branch=person.branch if person else None,
        group=group,
        waits=call.waits,
        phone=masked(call.number),
        lessons=" ".join(dict.fromkeys(play.lesson for play in plays)),
        heard_at_least_s=round(sum(at_least for at_least, _ in bounds) / 1000, 1),
        heard_at_most_s=round(sum(at_most for _, at_most in bounds) / 1000, 1),
        keys=" ".join(call.keys),
        stray_keys=stray_keys,
        turns=call.turns,
        duration_s=call.lasted_s,
        ended=ended(call),
        method=method,
    )


def ended(call: CallFact) -> Ending:
    """Only after the tone we are told who hung up. Elsewhere nobody can tell whether they did or the line dropped: it
    broke off in a lesson, or ended before the line had said goodbye."""
    if call.hung_up:
        return "hung_up"
    if call.broke_off:
        return "broke_off"
    return "goodbye" if call.said_goodbye else "no_goodbye" if call.ended else "unknown"


def _bounds(plays: list[HeardRow]) -> Iterator[tuple[int, int]]:
    for edition in {play.edition for play in plays}:
        yield heard_ms(plays, edition)


def table(facts: Facts) -> Sheet:
    return sheet_of(CallRow, rows(facts))


def page(facts: Facts, words: Vocabulary) -> tuple[Sheet, ...]:
    calls = rows(facts)
    titles = {lesson.lesson: lesson.title for lesson in facts.lessons}
    cells = tuple(
        (
            row.call,
            f"{row.started:%m-%d %H:%M}",
            _who(row, words),
            row.phone,
            clock(row.heard_at_least_s),
            row.keys,
            row.stray_keys or None,
            clock(row.duration_s),
            words.say(f"calls_{row.ended}"),
            member.told_method(row.method, words),
            words.say("between").join(titles[slug] for slug in row.lessons.split()),
        )
        for row in calls
    )
    unclaimed = sum(row.waits for row in calls)
    waiting = (words.say("unclaimed_count", n=unclaimed),) if unclaimed else ()
    above = (words.say("calls_count", n=len(calls)), *waiting)
    return (Sheet(words.say("report_calls", month=facts.period.named(words)), _headings(words), cells, above),)


def _who(row: CallRow, words: Vocabulary) -> str:
    if row.group:
        return words.say("calls_group", n=row.group)
    return row.member or words.say("calls_waits" if row.waits else "calls_nobody")


def _headings(words: Vocabulary) -> tuple[str, ...]:
    keys = ("calls_call", "calls_when", "calls_who", "calls_number", "heard_time", "calls_keys", "col_strays")
    return tuple(map(words.say, (*keys, "calls_lasted", "calls_ending", "col_method", "lesson_name")))
