"""Two ways to hold the same call: with the dialogue alone, and through HTTP, the database and a strict provider.

Both are driven by the same gestures and tell what was said in the same words, so that a story can be told twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask
from msgspec.structs import replace
from sqlalchemy import Row, insert, select

from ivr import prompts
from ivr.app import create_app
from ivr.catalogue import Clip, Lesson
from ivr.config import Settings
from ivr.dialogue import codec, machine
from ivr.dialogue.turn import Answered, Input, Learner, Name, Place, Play, Pressed, Said, Say, Silent, Turn
from ivr.records import heard, ledger, progress
from ivr.records.db import Database
from ivr.records.models import Branch, Member, MemberPhone, Phone, Progress
from ivr.shelf import Shelf
from tests.made_lessons import NAMES
from tests.provider import Account, Call, Clock, Faults, Provider, WsgiTransport

BEGIN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
COMPLETED = 0.9


class Driver(Protocol):
    """What a caller can do; `said` is what was said since the last gesture, a line a document."""

    def call(self, number: str) -> None: ...
    def press(self, key: str, after: float | None) -> None: ...
    def listen(self) -> None: ...
    def hang_up(self, after: float) -> None: ...
    def said(self) -> list[str]: ...
    @property
    def over(self) -> bool: ...


def words_of(said: Said, lessons: dict[str, Lesson]) -> str:
    """What a caller hears, in the line's own words."""
    match said:
        case Say(prompt, value):
            return prompts.load("zh_CN").words(prompt, value)
        case Name(words) | Clip(words=words):
            return words
        case Play(edition, _, segment, _, within_ms):
            sentences = lessons[edition].segments[segment].sentences
            return "".join(each.words for each in sentences if each.start_ms >= within_ms)


class DirectDriver:
    """The dialogue and the heard fold, and nothing else: no database, no HTTP. Takes the line's delay as given."""

    def __init__(self, shelf: Shelf, settings: Settings, people: list[tuple[str, str]]) -> None:
        self.catalogue = shelf.catalogue()
        self.rules = settings.dialogue
        self.learners = [Learner(n, name) for n, (name, _) in enumerate(people, 1)]
        self.numbers = [number for _, number in people]
        self.now = BEGIN
        self.turn: Turn | None = None
        self._told: list[str] = []
        self._plays: list[tuple[int | None, heard.Sent]] = []
        self._right: set[tuple[int, str, str]] = set()

    @property
    def over(self) -> bool:
        return self.turn is None or self.turn.gather is None

    def call(self, number: str) -> None:
        self._plays = []
        self._started = self.now
        here = tuple(each for each, own in zip(self.learners, self.numbers, strict=True) if own == number)
        offer = tuple(lesson.edition for lesson in self.catalogue.lessons)
        self._speak(machine.begin(here, offer, self.catalogue, self.now, self.rules))

    def press(self, key: str, after: float | None) -> None:
        self.now += timedelta(seconds=after or 0)
        self._act("key", Pressed(key))

    def listen(self) -> None:
        assert self.turn and self.turn.gather
        self.now += timedelta(milliseconds=sum(map(self._length_ms, self.turn.says)))
        self.now += timedelta(seconds=self.turn.gather.seconds)
        self._act("end", Silent())

    def hang_up(self, after: float) -> None:
        self.now += timedelta(seconds=after)
        self._remember([heard.Ending(self.now + timedelta(seconds=1), self.now, None)])

    def said(self) -> list[str]:
        told, self._told = self._told, []
        return told

    def _act(self, kind: str, act: Input) -> None:
        assert self.turn
        self.now += timedelta(seconds=0.45)
        if self._plays and any(isinstance(said, Play) for said in self.turn.says):
            member, sent = self._plays[-1]
            closing = heard.Closing(kind, self.now, "one")
            self._plays[-1] = (member, _replace(sent, closing=closing))
        state = codec.decode(codec.encode(self.turn)).state  # as if it had waited in a database
        self._speak(machine.step(state, act, self.catalogue, self.now, self.rules))

    def _speak(self, turn: Turn) -> None:
        self.turn = turn
        learner = None if turn.state.learner is None else turn.state.learners[turn.state.learner].member
        self._told.append(" ".join(words_of(said, dict(self.catalogue.editions)) for said in turn.says))
        for said in turn.says:
            if isinstance(said, Play):
                wait = turn.gather.seconds * 1000 if turn.gather else 0
                sent = heard.Sent(said.lesson, said.edition, said.base_ms, said.length_ms, wait, self.now, "one")
                self._plays.append((learner, sent))
        for event in turn.events:
            if isinstance(event, Answered) and event.right and learner is not None:
                self._right.add((learner, event.lesson, event.question))
        if turn.gather is None:
            self._remember([])

    def _remember(self, endings: list[heard.Ending]) -> None:
        """What the next call needs to know of this one."""
        bounds = heard.fold(self._started, [sent for _, sent in self._plays], endings)
        for (member, _), each in zip(self._plays, bounds, strict=True):
            if member is not None:
                self.learners[member - 1] = self._moved_on(self.learners[member - 1], each)

    def _moved_on(self, learner: Learner, each: heard.Heard) -> Learner:
        lesson = self.catalogue.editions[each.play.edition]
        before = learner.places.get(lesson.slug)
        own = list(self._spans(learner.member, lesson.edition))
        completed = heard.union_ms(own) >= COMPLETED * lesson.length_ms or bool(before and before.completed)
        right = tuple(sorted(q for m, slug, q in self._right if (m, slug) == (learner.member, lesson.slug)))
        place = Place(lesson.edition, each.surely[1], completed, right)
        return replace(learner, places={**learner.places, lesson.slug: place})

    def _spans(self, member: int, edition: str) -> Iterator[tuple[int, int]]:
        sent = [each for _, each in self._plays]
        for (who, _), each in zip(self._plays, heard.fold(self._started, sent, []), strict=True):
            if who == member and each.play.edition == edition and each.play.closing:
                yield each.surely

    def _length_ms(self, said: Said) -> int:
        match said:
            case Play(length_ms=length_ms) | Clip(length_ms=length_ms):
                return length_ms
            case _:
                return 200 * len(words_of(said, {}))


def _replace(sent: heard.Sent, closing: heard.Closing) -> heard.Sent:
    return heard.Sent(
        sent.lesson, sent.edition, sent.base_ms, sent.length_ms, sent.gather_ms, sent.sent_at, sent.boot, closing
    )


def enrol(database: Database, people: list[tuple[str, str]]) -> None:
    """Put people into one branch; each is (name, number)."""
    with database.writing() as connection:
        connection.execute(insert(Branch), {"id": 1, "name": "初心村党支部"})
        for n, number in enumerate(sorted({number for _, number in people}), 1):
            connection.execute(insert(Phone), {"id": n, "number": number})
        phones = {row.number: row.id for row in connection.execute(select(Phone.__table__))}
        for n, (name, number) in enumerate(people, 1):
            connection.execute(insert(Member), {"id": n, "branch_id": 1, "number": f"P{n:03}", "name": name})
            connection.execute(insert(MemberPhone), {"member_id": n, "phone_id": phones[number]})


class HttpDriver:
    """The whole line behind a provider as strict as Twilio."""

    def __init__(self, settings: Settings, people: list[tuple[str, str]], faults: Faults | None = None) -> None:
        self.clock = Clock(BEGIN)
        self.app: Flask = create_app(settings, self.clock)
        self.line = self.app.extensions["line"]
        enrol(self.line.database, people)
        account = Account(settings.twilio.account_sid, settings.twilio.auth_token)
        transport = WsgiTransport(self.app.wsgi_app, settings.line.public_url)
        self.provider = Provider(transport, account, clock=self.clock, faults=faults)
        self.phone: Call | None = None
        self._words = words_by_audio(self.line.shelf, NAMES)
        self._told = 0

    @property
    def over(self) -> bool:
        return self.phone is None or self.phone.ended

    def call(self, number: str) -> None:
        self.phone = self.provider.call(number)
        self._told = 0

    def press(self, key: str, after: float | None) -> None:
        self._phone.press(key, after)

    def listen(self) -> None:
        self._phone.listen()

    def hang_up(self, after: float) -> None:
        self._phone.hang_up(after)

    def repeat_last(self, times: int) -> None:
        """The newest request comes again, byte for byte; it must be answered alike."""
        last = self._phone.documents[-1]
        assert set(self.provider.repeat(last, times)) == {last.body}

    def close(self) -> None:
        self.line.database.close()

    def said(self) -> list[str]:
        documents = self._phone.documents[self._told :]
        self._told += len(documents)
        return [" ".join(self._spoken(sent.body.decode())) for sent in documents]

    @property
    def _phone(self) -> Call:
        assert self.phone
        return self.phone

    def _spoken(self, xml: str) -> Iterator[str]:
        for play, say in re.findall("<Play>(.*?)</Play>|<Say[^>]*>(.*?)</Say>", xml):
            name, _, start = Path(urlsplit(play).path).stem.partition("-")
            spoken = [(0, say)] if say else self._words[name]
            yield "".join(words for start_ms, words in spoken if start_ms >= int(start or 0))

    def record(self) -> list[str]:
        """The branch's record, in words."""
        with self.line.database.reading() as connection:
            joined = select(Progress.__table__, Member.name).join(Member, Member.id == Progress.member_id)
            standings = connection.execute(joined.order_by(Member.id, Progress.lesson)).all()
            plays = ledger.heard_between(connection, BEGIN, BEGIN + timedelta(days=1))
            assert progress.verify(connection, self.line.counting(self.line.shelf.catalogue())) == []
        nobodys = [play for play in plays if play.member_id is None]
        lessons = sorted({(play.lesson, play.edition) for play in nobodys})
        return [*map(_standing, standings), *(_unclaimed(nobodys, *lesson) for lesson in lessons)]


def _standing(row: Row[Any]) -> str:
    return (
        f"{row.name} {row.lesson}: heard {row.heard_at_least_ms / 1000:.1f} to {row.heard_at_most_ms / 1000:.1f} "
        f"of {row.length_ms / 1000:.1f} s{', completed' if row.completed else ''}, "
        f"answered {row.answered}, right {row.correct}, goes on at {row.bookmark_ms / 1000:.1f} s"
    )


def _unclaimed(plays: list[ledger.HeardRow], lesson: str, edition: str) -> str:
    own = [play for play in plays if play.edition == edition]
    at_least, at_most = ledger.heard_ms(own, edition)
    return f"(to be claimed) {lesson}: heard {at_least / 1000:.1f} to {at_most / 1000:.1f} s"


def words_by_audio(shelf: Shelf, names: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """What each file says: its words, each with the millisecond at which they start."""
    words: dict[str, list[tuple[int, str]]] = {}
    for lesson in shelf.catalogue().editions.values():
        for segment in lesson.segments:
            words[segment.audio] = [(sentence.start_ms, sentence.words) for sentence in segment.sentences]
        clips = [lesson.title, *(c for q in lesson.questions for c in (q.ask, q.when_right, q.when_wrong))]
        words |= {clip.audio: [(0, clip.words)] for clip in clips}
    line = prompts.load("zh_CN")
    for phrase in {line.words(say.prompt, say.value) for say in machine.every_say()} | set(names):
        clip = shelf.phrase("zh", phrase)
        assert clip and words.get(clip.audio, [(0, phrase)]) == [(0, phrase)], "two phrases share a file"
        words[clip.audio] = [(0, phrase)]
    return words
