"""What was heard and answered in a month as xAPI statements (1.0.3), for a learning record store.

A member is an account: this line's address and their member number; no telephone number and no name leaves here. The
same fact always makes the same statement with the same id, so that sending it twice does no harm. Nobody is said to
have launched anything: a dialled call is no cmi5 session.

Source: https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ivr.records.plays import HeardRow, heard_ms
from ivr.records.roster import Enrolled
from ivr.reports.facts import Facts, Version

VERSION = "1.0.3"
VERBS = {
    "initialized": "http://adlnet.gov/expapi/verbs/initialized",
    "progressed": "http://adlnet.gov/expapi/verbs/progressed",
    "answered": "http://adlnet.gov/expapi/verbs/answered",
    "completed": "http://adlnet.gov/expapi/verbs/completed",
}
LESSON = "http://adlnet.gov/expapi/activities/lesson"
QUESTION = "http://adlnet.gov/expapi/activities/question"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
WAYS = {"inferred": "telephone", "group": "group", "visit": "visit", "claimed": "claimed", "meeting": "meeting"}

Statement = dict[str, Any]


def to_lines(statements: Iterable[Statement]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(each, ensure_ascii=False, sort_keys=True) + "\n" for each in statements)


def statements(facts: Facts, home: str, language: str) -> list[Statement]:
    """By time, member and verb; `home` is the address of the line, which names all that is its own."""
    people = {person.id: person for person in facts.people}
    told = [*_heard(facts, people, home), *_answered(facts, people, home), *_written_down(facts, people, home)]
    lessons = {version.lesson: version for version in (*facts.versions.values(), *facts.lessons)}
    named = [_named(each, lessons, home, language) for each in told]
    order = list(VERBS.values())
    return sorted(
        named,
        key=lambda each: (
            each["timestamp"],
            each["actor"]["account"]["name"],
            order.index(each["verb"]["id"]),
            each["object"]["id"],
        ),
    )


def _heard(facts: Facts, people: Mapping[int, Enrolled], home: str) -> Iterator[Statement]:
    """Of each call and lesson: it began, how far the member had come; once, that the lesson was heard whole."""
    ours = [play for play in facts.plays if play.member_id in people]
    ours.sort(key=lambda play: (play.member_id or 0, play.lesson, play.started_at, play.call_id))
    for (member, lesson), plays in groupby(ours, key=lambda play: (play.member_id or 0, play.lesson)):
        so_far: list[HeardRow] = []
        studied = facts.studied.get((member, lesson))
        completed_at = studied.completed_at if studied else None
        for _, group in groupby(plays, key=lambda play: play.call_id):
            now = list(group)
            so_far += now
            version = facts.versions[now[-1].edition]
            made = _Making(facts, people[member], version, home, now[0].call_id, now[-1].grade)
            at_least_ms, _ = heard_ms(now, version.edition)
            all_ms, _ = heard_ms(so_far, version.edition)
            yield made.statement("initialized")
            share = min(100, round(100 * all_ms / max(1, version.length_ms)))
            if at_least_ms:
                yield made.statement("progressed", duration=iso_duration(at_least_ms), extensions={PROGRESS: share})
            if completed_at and completed_at <= now[0].started_at:
                completed_at = None
                yield made.statement("completed", duration=iso_duration(all_ms), completion=True)


def _answered(facts: Facts, people: Mapping[int, Enrolled], home: str) -> Iterator[Statement]:
    for tried in facts.tries:
        if tried.member_id in people:
            version = facts.versions[tried.edition]
            made = _Making(facts, people[tried.member_id or 0], version, home, tried.call_id, tried.grade)
            yield made.statement("answered", question=tried.question, success=tried.right)


def _written_down(facts: Facts, people: Mapping[int, Enrolled], home: str) -> Iterator[Statement]:
    """What a secretary wrote down as studied: nobody was heard to hear it, so nothing tells how long."""
    newest = {version.lesson: version for version in (*facts.versions.values(), *facts.lessons)}
    for kept in facts.occasions:
        lesson = newest.get(kept.what.lesson or "")
        for member in kept.what.members if lesson else ():
            if lesson and member in people:
                made = _Making(facts, people[member], lesson, home, None, kept.what.kind)
                day = datetime.combine(kept.what.day, time(), facts.period.zone)
                yield {**made.statement("completed", completion=True), "timestamp": day.isoformat()}


class _Making:
    """What the statements of a member, a lesson and a call have in common."""

    def __init__(self, facts: Facts, person: Enrolled, version: Version, home: str, call: int | None, way: str) -> None:
        self.version, self.home = version, home
        self.actor = {"objectType": "Agent", "account": {"homePage": home, "name": person.number}}
        self.when = facts.period.local(facts.calls[call].started_at).isoformat() if call else ""
        known: dict[str, Any] = {"way": WAYS[way], "edition": version.edition}
        if call:
            known["call"] = call
        self.extensions = {f"{home}/xapi/{key}": value for key, value in known.items()}
        self.call = call

    def statement(self, verb: str, question: str = "", **result: Any) -> Statement:
        lesson = f"{self.home}/lessons/{self.version.lesson}"
        about = {"id": f"{lesson}/questions/{question}" if question else lesson}
        context: dict[str, Any] = {"platform": "Tingke", "extensions": self.extensions}
        if self.call:
            context["registration"] = str(uuid5(NAMESPACE_URL, f"{self.home}/calls/{self.call}"))
        if question:
            context["contextActivities"] = {"parent": [{"objectType": "Activity", "id": lesson}]}
        kind = {"type": QUESTION if question else LESSON}
        told: Statement = {
            "actor": self.actor,
            "verb": {"id": VERBS[verb], "display": {"en": verb}},
            "object": {"objectType": "Activity", **about, "definition": kind},
            "context": context,
            "timestamp": self.when,
            "version": VERSION,
        }
        return {**told, "result": result} if result else told


def _named(told: Statement, lessons: Mapping[str, Version], home: str, language: str) -> Statement:
    """With its id, which follows from all that it says, and the title of the lesson, which may be put better later."""
    identified = str(uuid5(NAMESPACE_URL, json.dumps(told, ensure_ascii=False, sort_keys=True)))
    lesson = told["object"]["id"].removeprefix(f"{home}/lessons/").partition("/")[0]
    definition = told["object"]["definition"]
    if definition["type"] == LESSON:
        definition = {**definition, "name": {language: lessons[lesson].title}}
    return {"id": identified, **told, "object": {**told["object"], "definition": definition}}


def iso_duration(ms: int) -> str:
    """ISO 8601, to a hundredth of a second, which is all that an LRS compares: PT14M5S."""
    minutes, rest = divmod(round(ms / 10), 6000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 100:.2f}".rstrip("0").rstrip(".")
    parts = [f"{n}{sign}" for n, sign in ((hours, "H"), (minutes, "M")) if n]
    return f"PT{''.join(parts)}{seconds}S" if rest or not parts else f"PT{''.join(parts)}"
