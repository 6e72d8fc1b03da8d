"""A whole village rings the line, household after household, each in a time and with a luck of its own: so one alone
can be rung again by its seed, and does the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from sqlalchemy import insert, select

from ivr.app import create_app
from ivr.catalogue import Clip, Lesson
from ivr.config import Settings, TwilioSettings
from ivr.errors import IvrError
from ivr.records import progress
from ivr.records.db import Database
from ivr.records.models import Branch, Member
from ivr.records.models import Call as CallRow
from ivr.rehearsal import household
from ivr.rehearsal.audio import Audio
from ivr.rehearsal.callers import Mind
from ivr.rehearsal.calling import Story, hold
from ivr.rehearsal.checking import longest_silence, wrong_in_call
from ivr.rehearsal.comparing import Comparison
from ivr.rehearsal.hearing import Sound, sounds_of
from ivr.rehearsal.household import Household
from ivr.rehearsal.kept import Kept
from ivr.rehearsal.known import Known
from ivr.rehearsal.provider import Account, Clock, Provider, WsgiTransport
from ivr.rehearsal.standing import ANSWERS, Standing
from ivr.rehearsal.truth import Lessons
from ivr.rehearsal.village import Village
from ivr.rehearsal.witness import Witness

ACCOUNT = Account("AC" + "0" * 32, "of a rehearsal")
LIFE_BETWEEN_S = (600.0, 7200.0)  # between the calls of two people of one household
DAYS_LATER_S = (86_400.0, 10 * 86_400.0)
REDIAL_S = (10.0, 600.0)
MENUS_S = 90.0  # what a call takes besides its lesson and questions: menus, a question asked
THINKS_S = 5.0  # with each question
SEED = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True)
class Gist:
    """What one caller did in a call, or in several."""

    pressed: bool  # any key
    heard_whole: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one caller; `seed` rings their household again."""

    seed: str
    first: Gist | None  # of the first call; None where its line broke off
    redialled: Gist  # of the first call and those that a line that broke off made necessary
    known: tuple[bool, ...]  # by call, of these and all later ones: whether the line knew who was calling
    dropped: int
    minutes: tuple[float, ...]
    documents: tuple[int, ...]
    silence: tuple[float, str]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """The calls of one household: in `first` those of each caller's first day; all in order."""

    seed: str
    household: Household
    first: tuple[list[Story], list[Story]]
    later: tuple[list[Story], list[Story]]
    stories: list[Story]


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
        self._audio = Audio(WsgiTransport(app.wsgi_app, url), url, settings.line.audio)
        self._catalogue = self.line.shelf.catalogue()
        self._lessons = Lessons.of(self._catalogue)
        self._sounds = sounds_of(self.line.shelf, household.NAMES)
        self._lasts_s = _longest_s(self._catalogue.offered_on(began.astimezone(settings.line.zone).date()))
        _begin(self.line.database)

    def close(self) -> None:
        self.line.database.close()

    # ── ringing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def ring(self, seed: str) -> Rung:
        """All calls of one household."""
        village, n = map(int, seed.split("."))
        chance = Random(seed)
        self._clock = Clock(self._began)
        family = household.drawn(self._village, n, chance)
        self._enrol(family)
        faults = replace(self._village.faults(village), steadiness=chance.random())
        provider = Provider(self._audio, ACCOUNT, clock=self._clock, base_url=self._url, faults=faults, seed=n)
        rung = Rung(seed, family, ([], []), ([], []), [])
        minds = [Mind(who, self._village, Random(f"{seed}/{at}")) for at, who in enumerate(family.people)]
        for at, mind in enumerate(minds):
            self._calls(provider, mind, rung.first[at], rung.stories)
            provider.pass_seconds(chance.uniform(*LIFE_BETWEEN_S))
        for at, mind in enumerate(minds):
            if self._rings_again(family, mind, chance):
                provider.pass_seconds(chance.uniform(*DAYS_LATER_S))
                mind.another_day()
                self._calls(provider, mind, rung.later[at], rung.stories)
        if family.errand:
            person, errand = family.errand
            provider.pass_seconds(chance.uniform(*DAYS_LATER_S))
            on_duty = Mind(person, self._village, Random(f"{seed}/errand"), errand)
            self._calls(provider, on_duty, rung.later[0], rung.stories)
        provider.finish()
        return rung

    def _enrol(self, family: Household) -> None:
        with self.line.database.writing() as connection:
            household.enrol(connection, family.residents)
            for person in family.people:
                if person.has_notice and (owner := _resident(family, person.name)):
                    self._put(household.give_notice(connection, owner, self._clock.now()))

    def _rings_again(self, family: Household, mind: Mind, chance: Random) -> bool:
        """By chance; or because a reply waits."""
        again, replied = (
            chance.random() < each.value for each in (self._village.ring_again, self._village.get_a_reply)
        )
        owner = _resident(family, mind.person.name)
        if mind.person.asks and replied and owner:
            with self.line.database.writing() as connection:
                if clip := household.reply(connection, owner, self._clock.now()):
                    self._put(clip)
                    return True
        return again

    def _put(self, clip: Clip) -> None:
        """Something recorded for one member, to be played."""
        self._audio.put(clip)
        self._sounds[clip.audio] = Sound(clip.length_ms, ((0, clip.words),))

    def _calls(self, provider: Provider, mind: Mind, *into: list[Story]) -> None:
        """A call, and those that a line that breaks off makes necessary."""
        chance = mind.chance
        for _ in range(1 + int(self._village.redials.value)):
            breaks = chance.random() < self._village.dropped.value
            after_s = chance.uniform(0, self._lasts_s)
            story = hold(provider, mind, self._sounds, after_s if breaks else None)
            for stories in into:
                stories.append(story)
            if not story.dropped or mind.is_content:
                return
            provider.pass_seconds(chance.uniform(*REDIAL_S))

    # ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────

    def check(self, rung: Rung) -> list[Outcome]:
        """What became of each caller, held against the record as it is now."""
        sids = [story.call.sid for story in rung.stories]
        members = [each.member for each in rung.household.residents]
        with self.line.database.reading() as connection:
            kept = Kept.of(connection, sids, members, self._catalogue)
        known = {story.call.sid: self._known(story, rung.household, kept) for story in rung.stories}
        calls = list(known.values())
        share = self.line.settings.records.completed_share
        wrong = (
            *Comparison(rung.household, calls, kept).wrong(),
            *Standing(rung.household, calls, kept, self._lessons, share).wrong(),
        )
        return [self._outcome(rung, at, known, () if at else wrong) for at in (0, 1)]

    def _known(self, story: Story, family: Household, kept: Kept) -> Known:
        ignored = kept.ignored(story.call.sid)
        seen = Witness(story, family, self._lessons, self._sounds, ignored).seen
        return Known(story, self._lessons.stretches(story.call), seen)

    def _outcome(self, rung: Rung, at: int, known: dict[str, Known], wrong: Sequence[str]) -> Outcome:
        """Of one caller; `wrong` is what is wrong in the record of their household."""
        stories = [*rung.first[at], *rung.later[at]]
        calls = [known[story.call.sid] for story in stories]
        return Outcome(
            rung.seed,
            first=None if stories[0].dropped else self._gist(calls[:1]),
            redialled=self._gist(calls[: len(rung.first[at])]),
            known=tuple(call.seen.caller is not None for call in calls),
            dropped=sum(story.dropped for story in stories),
            minutes=tuple(map(_minutes, stories)),
            documents=tuple(len(story.call.documents) for story in stories),
            silence=max(map(longest_silence, calls)),
            wrong=(*(each for story in stories for each in wrong_in_call(story)), *wrong),
        )

    def _gist(self, calls: Sequence[Known]) -> Gist:
        stretches = [stretch for call in calls for stretch in call.stretches]
        return Gist(
            pressed=any(call.story.pressed for call in calls),
            heard_whole=self._lessons.heard_whole(stretches, self.line.settings.records.completed_share),
            answered=any(answer.outcome in ANSWERS for call in calls for answer in call.seen.answers.values()),
        )

    def verified(self) -> int:
        """How many rows of stored progress do not follow from the record."""
        with self.line.database.reading() as connection:
            return len(progress.verify(connection, self.line.counting(self._catalogue)))


def _resident(family: Household, name: str) -> int | None:
    return next((each.member for each in family.residents if each.name == name), None)


def _minutes(story: Story) -> float:
    answered, ended = story.call.answered, story.call.ended_at
    return (ended - answered).total_seconds() / 60 if answered and ended else 0.0


def _longest_s(lessons: Sequence[Lesson]) -> float:
    """How long a whole call takes, about: the menus, a lesson, its questions with what is said to the answers."""
    if not lessons:
        raise IvrError("There is no lesson to be heard. `ivr lesson publish` puts one on the shelf.")
    return MENUS_S + max(map(_lasts_s, lessons))


def _lasts_s(lesson: Lesson) -> float:
    segments = sum(segment.length_ms for segment in lesson.segments)
    asked = sum(each.ask.length_ms + each.when_wrong.length_ms + each.when_right.length_ms for each in lesson.questions)
    return (segments + asked) / 1000 + THINKS_S * len(lesson.questions)


def _begin(database: Database) -> None:
    """Callers that nobody invented never share a database with those who were."""
    with database.writing() as connection:
        if connection.execute(select(Member.id).limit(1)).first() or connection.execute(select(CallRow.id)).first():
            database_name = database.engine.url.render_as_string(hide_password=True)
            raise IvrError(f"There are people or calls in {database_name}. A rehearsal needs an empty database.")
        connection.execute(insert(Branch), {"id": 1, "name": "排练村"})
