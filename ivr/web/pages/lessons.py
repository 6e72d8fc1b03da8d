"""What was heard of a lesson, painted on its own text; and the month's lessons side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, render_template, request

from ivr.catalogue import Lesson
from ivr.records.plays import answers_in
from ivr.records.studied import Spans
from ivr.reports import lesson as figures
from ivr.reports import month, parts, queries
from ivr.reports.advice import HANDFUL, Advice, advice
from ivr.reports.choices import choices
from ivr.reports.editions import EditionRow, editions
from ivr.reports.facts import BriefFacts, calls_of
from ivr.reports.lesson import LessonRow
from ivr.reports.member import clock
from ivr.reports.painting import Painted, Painting, paint
from ivr.reports.queries import Given
from ivr.vocabulary import Vocabulary
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import Seen, seen


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/lessons")
    def lessons(place: str, written: str) -> str:
        about = seen(desk, place, written)
        facts = desk.brief_facts(about.period, about.branches)
        with desk.database.reading() as connection:
            tries = tuple(queries.tries(connection, queries.in_month(about.period)))
        rows = figures.rows(facts, tries) if facts.people else []
        told = [
            facts.not_begun(desk.words)
            or desk.words.say("lessons_lead" if rows else "no_lessons" if facts.people else "nobody")
        ]
        return render_template("desk/lessons.html", **_framed(desk, about), rows=rows, told=told)

    @routes.get("/<place:place>/<written>/lesson/<slug>")
    def lesson(place: str, written: str, slug: str) -> str:
        about = seen(desk, place, written)
        facts = desk.brief_facts(about.period, about.branches, slug).only(slug)
        heard = figures.heard_of(facts, slug)
        edition = _edition(desk, facts, slug, heard, request.args.get("edition", ""))
        which = calls_of(facts.period, [person.id for person in facts.people])
        with desk.database.reading() as connection:
            answers = list(answers_in(connection, which, lessons=[slug]))
        framed = _framed(desk, about)
        row = next(iter(figures.rows(facts, queries.tried(answers))), None)
        begins = facts.not_begun(desk.words)
        known = desk.shelf.catalogue().editions.get(edition)
        return render_template(
            "desk/lesson.html",
            **framed,
            slug=slug,
            edition=edition,
            lesson=known,
            title=known.title.words if known else slug,
            told=[begins] if begins else _sentences(row, framed["month"], desk.words),
            editions=_editions(desk, about, slug),
            **(_painted(facts, heard, queries.given(answers), known, desk.words) if known else {}),
        )


def _framed(desk: Desk, about: Seen) -> dict[str, Any]:
    def share(done: int, due: int) -> str:
        return month.share(done, due, desk.words)

    return {**of_month(desk, about), "clock": clock, "share": share}


def _edition(desk: Desk, facts: BriefFacts, slug: str, heard: Iterable[Spans], wanted: str) -> str:
    """The one that is asked for; else the one that tells most about this month, or any, the one on offer first."""
    catalogue = desk.shelf.catalogue()
    if wanted:
        known = facts.versions.get(wanted)
        return wanted if known and known.lesson == slug else abort(404)
    ours = [each.edition for each in (*catalogue.lessons, *catalogue.editions.values()) if each.slug == slug]
    return figures.edition_shown(facts, slug, heard) or (ours[0] if ours else abort(404))


def _sentences(row: LessonRow | None, named: str, words: Vocabulary) -> list[str]:
    if not row or not (row.listeners or row.completed):
        return [words.say("lesson_nobody", month=named)]
    told = [words.say("lesson_numbers", members=row.members, listeners=row.listeners, completed=row.completed)]
    if row.otherwise:
        told.append(words.say("lesson_otherwise", n=row.otherwise))
    told.append(words.say("lesson_share", share=month.share(row.completed, row.members, words)))
    if row.listeners:
        told.append(words.say("lesson_half", heard=clock(row.median_heard_s), length=clock(row.length_s)))
    return told


def _editions(desk: Desk, about: Seen, slug: str) -> list[EditionRow]:
    branches = [place.id for place in about.branches]
    share = desk.settings.records.completed_share
    with desk.database.reading() as connection:
        return editions(connection, desk.shelf.catalogue(), slug, branches, about.period.zone, share)


def _painted(
    facts: BriefFacts, heard: Iterable[Spans], given: Iterable[Given], lesson: Lesson, words: Vocabulary
) -> dict[str, Any]:
    """What the page shows of an edition whose text is there."""
    members = frozenset(person.id for person in facts.people)
    painting = paint(lesson, (each[lesson.edition] for each in heard if each.get(lesson.edition)))
    theirs = [each for each in given if each.edition == lesson.edition]
    asked = [choices(question, theirs, members) for question in lesson.questions]
    places = range(len(lesson.segments))
    names = [parts.named(lesson, n, words) for n in places]
    return {
        "painting": painting,
        "segments": _by_segment(painting, lesson),
        "questions": asked,
        "advised": [_told(each, names) for each in advice(painting, asked)],
        "names": names,
        "headings": [parts.heading(lesson, n, words) for n in places],
        "labels": [parts.label(lesson, n) for n in places],
        "comes_to": [painting.came_to(lesson.base_ms(n)) for n in range(len(lesson.segments) + 1)],
        "handful": HANDFUL,
        "to_hear": request.args.get("hear", ""),
    }


def _told(advised: Advice, names: Sequence[str]) -> Advice:
    """With the name of the part that it is about."""
    segment = advised.blanks.get("segment")
    if not isinstance(segment, int):
        return advised
    return replace(advised, blanks={**advised.blanks, "segment": names[segment - 1]})


def _by_segment(painting: Painting, lesson: Lesson) -> list[tuple[Any, list[tuple[int, Painted, str]]]]:
    """Each segment with its sentences: the place of each in the lesson, and the name of what plays it."""
    numbered = enumerate(painting.sentences)
    return [
        (lesson.segments[n], [(at, each, _piece(lesson, each)) for at, each in group])
        for n, group in groupby(numbered, key=lambda pair: pair[1].at.segment)
    ]


def _piece(lesson: Lesson, sentence: Painted) -> str:
    base_ms = lesson.base_ms(sentence.at.segment)
    audio = lesson.segments[sentence.at.segment].audio
    return f"{audio}-{sentence.at.start_ms - base_ms}-{sentence.at.next_ms - base_ms}"
