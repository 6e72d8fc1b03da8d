"""A whole village rings the line, household after household, each in a time and with a luck of its own: so one alone
can be rung again by its seed, and does the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from sqlalchemy import insert, select

from ivr.app import create_app
from ivr.catalogue import Lesson
from ivr.config import Settings, TwilioSettings
from ivr.errors import IvrError
from ivr.records import progress
from ivr.records.db import Database
from ivr.records.models import Branch, Member, MemberPhone, Phone
from ivr.records.models import Call as CallRow
from ivr.rehearsal import callers, checking
from ivr.rehearsal.calling import Story, hold
from ivr.rehearsal.hearing import sounds_of
from ivr.rehearsal.provider import Account, Clock, Provider, Response, Transport, WsgiTransport
from ivr.rehearsal.village import Village

ACCOUNT = Account("AC" + "0" * 32, "of a rehearsal")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = ("秀英", "桂兰", "玉珍", "凤英", "素芬", "建国", "德明", "志强", "福生", "长河", "大山", "永贵")
LIFE_BETWEEN_S = (600.0, 7200.0)  # between the calls of two people of one household
REDIAL_S = (10.0, 600.0)
A_MINUTE_S = 60.0
ANSWERS = ("right", "wrong", "unknown")
SEED = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one caller; `seed` rings their household again."""

    seed: str
    pressed: bool  # any key, in any call
    heard_whole: bool
    answered: bool
    known: tuple[bool, ...]  # by call: whether the line knew who was calling
    dropped: int
    minutes: tuple[float, ...]
    documents: tuple[int, ...]
    silence: tuple[float, str]
    wrong: tuple[str, ...]


def seeds(text: str, people: int) -> list[str]:
    """The households of a village: "7" is all of village 7, two callers each; "7.12" is one of them."""
    read = SEED.fullmatch(text)
    if not read:
        raise IvrError(f'"{text}" is no seed; write a number, or one with a household behind it, like 7.12.')
    return [text] if read[2] else [f"{read[1]}.{n}" for n in range((people + 1) // 2)]


class Rehearsal:
    """The real line, with a database of its own, ready to be rung."""

    def __init__(self, settings: Settings, village: Village, database_url: str, began: datetime) -> None:
        self._village = village
        self._began = began
        self._clock = Clock(began)
        url = settings.line.public_url or "https://line.example"
        own = {
            "database_url": database_url,
            "twilio": TwilioSettings(account_sid=ACCOUNT.sid, auth_token=ACCOUNT.token),
        }
        settings = settings.model_copy(update={**own, "line": settings.line.model_copy(update={"public_url": url})})
        app = create_app(settings, lambda: self._clock.now())
        self.line = app.extensions["line"]
        self._url = url
        self._transport = _fetching_once(WsgiTransport(app.wsgi_app, url))
        self._catalogue = self.line.shelf.catalogue()
        self._places = checking.Places.of(self._catalogue)
        self._sounds = sounds_of(self.line.shelf, [a + b for a in SURNAMES for b in GIVEN])
        self._lasts_s = _longest_s(self._catalogue.offered_on(began.astimezone(settings.line.zone).date()))
        _begin(self.line.database)

    def close(self) -> None:
        self.line.database.close()

    def ring(self, seed: str) -> tuple[list[Outcome], list[Story]]:
        """All calls of one household, and what became of each of its callers."""
        village, n = map(int, seed.split("."))
        chance = Random(seed)
        people = self._people(n, chance)
        self._clock = Clock(self._began)
        faults = replace(self._village.faults(village), steadiness=chance.random())
        provider = Provider(self._transport, ACCOUNT, clock=self._clock, base_url=self._url, faults=faults, seed=n)
        held = []
        for at, person in enumerate(people):
            held.append(list(self._calls(provider, person, Random(f"{seed}/{at}"))))
            provider.pass_seconds(chance.uniform(*LIFE_BETWEEN_S))
        provider.finish()
        return [self._outcome(seed, stories) for stories in held], [story for stories in held for story in stories]

    def _people(self, n: int, chance: Random) -> tuple[callers.Person, callers.Person]:
        """Two neighbours, enrolled or not, with two telephones or one."""
        names = chance.sample([a + b for a in SURNAMES for b in GIVEN], 2)
        shared = chance.random() < self._village.share_a_phone.value
        people, enrolled = [], []
        for at, name in enumerate(names):
            known = chance.random() >= self._village.not_enrolled.value or shared
            phone, number = f"+86139{2 * n + (0 if shared else at):08}", f"{2 * n + at + 1:06}" if known else ""
            people.append(callers.drawn(self._village, chance, name, phone, number))
            enrolled += [(2 * n + at + 1, name, phone)] if known else []
        _enrol(self.line.database, enrolled)
        return people[0], people[1]

    def _calls(self, provider: Provider, person: callers.Person, chance: Random) -> Iterator[Story]:
        """The first call, and those that a dropped line makes necessary."""
        mind = callers.Mind(person, self._village, chance)
        for _ in range(1 + int(self._village.redials.value)):
            breaks = chance.random() < self._village.dropped.value
            after_s = chance.uniform(0, self._lasts_s + A_MINUTE_S)
            story = hold(provider, mind, self._sounds, after_s if breaks else None)
            yield story
            if not story.dropped or (mind.has_heard and (mind.has_answered or not person.presses)):
                return
            provider.pass_seconds(chance.uniform(*REDIAL_S))

    def _outcome(self, seed: str, stories: list[Story]) -> Outcome:
        with self.line.database.reading() as connection:
            kept = checking.Kept.of(connection, stories, self._catalogue)
        spans = [span for story in stories for span in self._places.spans(story)]
        share = self.line.settings.records.completed_share
        return Outcome(
            seed,
            pressed=any(story.pressed for story in stories),
            heard_whole=checking.heard_whole(spans, self._places, share),
            answered=any(outcome in ANSWERS for outcome in kept.answers.values()),
            known=tuple(kept.members[story.call.sid] is not None for story in stories),
            dropped=sum(story.dropped for story in stories),
            minutes=tuple(_minutes(story) for story in stories),
            documents=tuple(len(story.call.documents) for story in stories),
            silence=max(map(checking.longest_silence, stories)),
            wrong=(
                *(wrong for story in stories for wrong in checking.wrong_in_call(story)),
                *checking.wrong_in_record(stories, kept, self._places),
            ),
        )

    def verified(self) -> int:
        """How many rows of stored progress do not follow from the record."""
        with self.line.database.reading() as connection:
            return len(progress.verify(connection, self.line.counting(self._catalogue)))


def _minutes(story: Story) -> float:
    answered, ended = story.call.answered, story.call.ended_at
    return (ended - answered).total_seconds() / 60 if answered and ended else 0.0


def _fetching_once(transport: Transport) -> Transport:
    """Audio never changes: ask the line for each file once, whoever fetches it."""
    known: dict[str, Response] = {}

    def fetch(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        if method != "GET":
            return transport(method, url, headers, body)
        if url not in known:
            known[url] = transport(method, url, headers, body)
        return known[url]

    return fetch


def _longest_s(lessons: Sequence[Lesson]) -> float:
    if not lessons:
        raise IvrError("There is no lesson to be heard. `ivr lesson publish` puts one on the shelf.")
    return max(lesson.length_ms for lesson in lessons) / 1000


def _begin(database: Database) -> None:
    """Callers that nobody invented never share a database with those who were."""
    with database.writing() as connection:
        if connection.execute(select(Member.id).limit(1)).first() or connection.execute(select(CallRow.id)).first():
            database_name = database.engine.url.render_as_string(hide_password=True)
            raise IvrError(f"There are people or calls in {database_name}. A rehearsal needs an empty database.")
        connection.execute(insert(Branch), {"id": 1, "name": "排练村"})


def _enrol(database: Database, people: Sequence[tuple[int, str, str]]) -> None:
    """Each with their member's id, their name, their telephone."""
    with database.writing() as connection:
        phones: dict[str, int] = {}
        for n, name, number in people:
            if number not in phones:
                phones[number] = n
                connection.execute(insert(Phone), {"id": n, "number": number})
            row = {"id": n, "branch_id": 1, "number": f"{n:06}", "digits": f"{n:06}", "name": name}
            connection.execute(insert(Member), row)
            connection.execute(insert(MemberPhone), {"member_id": n, "phone_id": phones[number]})
