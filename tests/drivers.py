"""Two ways to hold the same call: with the dialogue alone, and through HTTP, the database and a strict provider.

Both are driven by the same gestures and tell what was said in the same words, so that a story can be told twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.orm import aliased

from ivr import calls, prompts
from ivr.app import create_app, open_line
from ivr.catalogue import Clip, Lesson, Question
from ivr.config import Settings
from ivr.dialogue import machine
from ivr.dialogue.turn import Gather, Input, Name, Play, Pressed, Said, Say, Silent, Spoke, Turn
from ivr.records import claims, pins, plays, progress, questions, recordings
from ivr.records.db import Database
from ivr.records.models import (
    Answer,
    Branch,
    Member,
    MemberPhone,
    Notice,
    Phone,
    Preference,
    Progress,
    Recording,
    Visit,
)
from ivr.rehearsal.provider import Account, Call, Clock, Faults, Provider, WsgiTransport
from ivr.shelf import Shelf
from ivr.telephony.terminal import TerminalClock
from ivr.voicing import length_ms
from tests.made_lessons import NAMES
from tests.made_lessons import clip as made_clip

BEGIN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


class Driver(Protocol):
    """What a caller can do; `said` is what was said since the last gesture, a line a document."""

    line: calls.Line
    meanwhile: Meanwhile

    def call(self, number: str) -> None: ...
    def press(self, keys: str, after: float | None) -> None: ...
    def speak(self, seconds: float, then: str) -> None: ...
    def listen(self) -> None: ...
    def hang_up(self, after: float) -> None: ...
    def wait_days(self, days: float) -> None: ...
    def said(self) -> list[str]: ...
    @property
    def over(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a story; `number` is their telephone's."""

    name: str
    number: str
    role: str = ""
    pin: str = ""


def enrol(database: Database, people: Sequence[Person | tuple[str, str]]) -> None:
    """Put people into one branch, as members P001, P002, …"""
    persons = [each if isinstance(each, Person) else Person(*each) for each in people]
    with database.writing() as connection:
        connection.execute(insert(Branch), {"id": 1, "name": "初心村党支部"})
        for n, number in enumerate(sorted({person.number for person in persons}), 1):
            connection.execute(insert(Phone), {"id": n, "number": number})
        phones = {row.number: row.id for row in connection.execute(select(Phone.__table__))}
        for n, person in enumerate(persons, 1):
            row = {"id": n, "branch_id": 1, "number": f"P{n:03}", "digits": f"{n:03}", "name": person.name}
            connection.execute(insert(Member), row | {"role": person.role})
            connection.execute(insert(MemberPhone), {"member_id": n, "phone_id": phones[person.number]})
            if person.pin:
                pins.set_pin(connection, n, person.pin)


def _prompts(language: str) -> prompts.Prompts:
    names = {name.partition("_")[0]: name for name in prompts.LANGUAGES}
    return prompts.load(names[language or "zh"])


def words_of(said: Said, lessons: dict[str, Lesson], spoken: str) -> str:
    """What a caller hears, in the language that the line speaks."""
    match said:
        case Say(prompt, value, language):
            return _prompts(language or spoken).words(prompt, value)
        case Name(words) | Clip(words=words):
            return words
        case Play(edition, _, segment, _, within_ms, pace=pace):
            lesson = lessons[edition]
            played = lesson.other_pace if lesson.other_pace and pace == lesson.other_pace.pace else lesson
            return "".join(s.words for s in played.segments[segment].sentences if s.start_ms >= within_ms)


class Meanwhile:
    """What others do between calls; `words` are those of the audio that it makes."""

    def __init__(self, line: calls.Line) -> None:
        self._line = line
        self.words: dict[str, str] = {}

    def fetch(self) -> None:
        """What was said after the tone is fetched from the provider."""
        with self._line.database.writing() as connection:
            for recording in recordings.unfinished(connection):
                heard = self._clip(f"（第{recording}个录音）")
                recordings.kept(connection, recording, heard.audio, heard.length_ms, self._line.clock())
                recordings.forgotten(connection, recording)

    def reply(self, words: str) -> None:
        """The secretary replies to the newest question."""
        with self._line.database.writing() as connection:
            newest = questions.left(connection, waiting=True)[-1]
            questions.reply(connection, newest.id, self._clip(words), self._line.clock())

    def notice(self, name: str, words: str) -> None:
        with self._line.database.writing() as connection:
            member = connection.execute(select(Member.id).where(Member.name == name)).scalar_one()
            clip = self._clip(words)
            row = {"member_id": member, "words": words, "audio": clip.audio, "length_ms": clip.length_ms}
            connection.execute(insert(Notice), {**row, "made_at": self._line.clock()})

    def claim(self, number: str) -> None:
        """The secretary says whose the oldest unclaimed call was."""
        counting = self._line.counting(self._line.shelf.catalogue())
        with self._line.database.writing() as connection:
            oldest = min(claims.unclaimed(connection, counting.catalogue), key=lambda each: each.id)
            claims.claim(connection, oldest.id, number, self._line.clock(), counting)

    def _clip(self, words: str) -> Clip:
        made = made_clip(self._line.shelf, words)
        self.words[made.audio] = words
        return made


class DirectDriver:
    """The calls themselves, with a database in memory: no HTTP, no provider. Takes the line's delay as given."""

    def __init__(self, settings: Settings, people: Sequence[Person | tuple[str, str]]) -> None:
        self.clock = TerminalClock(BEGIN)
        self.line = open_line(settings.model_copy(update={"database_url": "sqlite://"}), self.clock)
        enrol(self.line.database, people)
        self.meanwhile = Meanwhile(self.line)
        self._spoken: calls.Spoken | None = None
        self._told: list[str] = []
        self._calls = 0
        self._began = BEGIN

    @property
    def over(self) -> bool:
        return self._spoken is None or self._spoken.turn.gather is None

    def call(self, number: str) -> None:
        self._calls += 1
        self._began = self.clock.time
        self._speak(calls.answer(self.line, "direct", self._sid, number))

    def press(self, keys: str, after: float | None) -> None:
        self.clock.advance(1000 * (after or 0))
        gather = self._turn.gather
        if isinstance(gather, Gather) and gather.digits > 1:  # the # that ends a number is not told
            keys = keys.partition("#")[0]
        self._act("key" if keys else "end", Pressed(keys) if keys else Silent())

    def speak(self, seconds: float, then: str) -> None:
        self.clock.advance(self._length_ms + 1000 * seconds)
        spoke = Spoke(f"RE{self._calls:03}", "https://api.twilio.com/recordings", round(seconds), then == "hang up")
        self._act("spoke", spoke)
        if then == "hang up":
            self._told.pop()  # nobody hears it
            self.hang_up(0)

    def listen(self) -> None:
        gather = self._turn.gather
        assert gather
        self.clock.advance(self._length_ms + 1000 * (gather.seconds if isinstance(gather, Gather) else 5))
        self._act("end", Silent())

    def hang_up(self, after: float) -> None:
        self.clock.advance(1000 * after)
        self._end()

    def wait_days(self, days: float) -> None:
        self.clock.advance(86_400_000 * days)

    def said(self) -> list[str]:
        told, self._told = self._told, []
        return told

    def close(self) -> None:
        self.line.database.close()

    @property
    def _sid(self) -> str:
        return f"direct{self._calls}"

    @property
    def _turn(self) -> Turn:
        assert self._spoken
        return self._spoken.turn

    @property
    def _length_ms(self) -> int:
        return length_ms(self._turn, self.line.voiced)

    def _act(self, kind: str, act: Input) -> None:
        assert self._spoken
        self.clock.advance(450)
        self._speak(calls.resume(self.line, "direct", self._sid, self._spoken.n, kind, act))

    def _speak(self, spoken: calls.Spoken) -> None:
        self._spoken = spoken
        lessons = dict(self.line.shelf.catalogue().editions)
        language = spoken.turn.state.language
        told = (self.meanwhile.words.get(getattr(said, "audio", "")) for said in spoken.turn.says)
        own = (words_of(said, lessons, language) for said in spoken.turn.says)
        self._told.append(" ".join(left or words for left, words in zip(told, own, strict=True)))
        if spoken.turn.gather is None:
            self.clock.advance(self._length_ms)
            self._end()

    def _end(self) -> None:
        self.clock.advance(450)
        lasted_s = round((self.clock.time - self._began).total_seconds())
        calls.hang_up(self.line, "direct", self._sid, "completed", self.clock.time, lasted_s)
        self._spoken = None


class HttpDriver:
    """The whole line behind a provider as strict as Twilio."""

    def __init__(
        self, settings: Settings, people: Sequence[Person | tuple[str, str]], faults: Faults | None = None
    ) -> None:
        self.clock = Clock(BEGIN)
        self.app: Flask = create_app(settings, self.clock)
        self.line = self.app.extensions["line"]
        enrol(self.line.database, people)
        account = Account(settings.twilio.account_sid, settings.twilio.auth_token)
        transport = WsgiTransport(self.app.wsgi_app, settings.line.public_url)
        self.provider = Provider(transport, account, clock=self.clock, faults=faults)
        self.phone: Call | None = None
        self._words = words_by_audio(self.line.shelf, NAMES)
        self.meanwhile = Meanwhile(self.line)
        self._told = 0

    @property
    def over(self) -> bool:
        return self.phone is None or self.phone.ended

    def call(self, number: str) -> None:
        self.phone = self.provider.call(number)
        self._told = 0
        self._hear_goodbye()

    def press(self, keys: str, after: float | None) -> None:
        self._phone.press(keys, after)
        self._hear_goodbye()

    def speak(self, seconds: float, then: str) -> None:
        self._phone.speak(seconds, then)
        self._hear_goodbye()

    def wait_days(self, days: float) -> None:
        self.provider.pass_seconds(86_400 * days)

    def listen(self) -> None:
        self._phone.listen()
        self._hear_goodbye()

    def _hear_goodbye(self) -> None:
        """Nobody hangs up before its end."""
        if not self.over and b"<Hangup/>" in self._phone.documents[-1].body:
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
            spoken = [(0, say)] if say else self._words.get(name) or [(0, self.meanwhile.words[name])]
            yield "".join(words for start_ms, words in spoken if start_ms >= int(start or 0))

    def record(self) -> list[str]:
        """The branch's record, in words."""
        with self.line.database.reading() as connection:
            joined = select(Progress.__table__, Member.name).join(Member, Member.id == Progress.member_id)
            standings = connection.execute(joined.order_by(Member.id, Progress.lesson)).all()
            heard_rows = list(plays.heard_in(connection, self.line.shelf.catalogue()))
            assert progress.verify(connection, self.line.counting(self.line.shelf.catalogue())) == []
            more = [*_answers(connection), *_visits(connection), *_left(connection), *_preferred(connection)]
        nobodys = [play for play in heard_rows if play.member_id is None]
        lessons = sorted({(play.lesson, play.edition) for play in nobodys})
        unclaimed = (_unclaimed(nobodys, *lesson) for lesson in lessons)
        graded = {f"{_name(each)} {each.lesson}: {each.grade}" for each in heard_rows if each.grade != "inferred"}
        grades = sorted(graded)
        return [*map(_standing, standings), *unclaimed, *grades, *more]


def _name(play: plays.HeardRow) -> str:
    return NAMES[play.member_id - 1] if play.member_id else "(to be claimed)"


def _answers(connection: Connection) -> Iterator[str]:
    """What became of each question that was not simply answered right."""
    found = select(Answer.__table__, Member.name).outerjoin(Member, Member.id == Answer.member_id)
    for row in connection.execute(found.order_by(Answer.call_id, Answer.turn)):
        if row.outcome != "right":
            by = f", key {row.key}" if row.key else ""
            yield f"{row.name or '(to be claimed)'} {row.question}: {row.outcome}{by}"


def _visits(connection: Connection) -> Iterator[str]:
    visitor = aliased(Member)
    found = select(Visit.__table__, Member.name, visitor.name.label("by")).join(Member, Member.id == Visit.member_id)
    for row in connection.execute(found.join(visitor, visitor.id == Visit.visitor_id)):
        what = "a lesson" if row.edition else "a talk"
        yield f"{row.by} visited {row.name}: {what}, {'confirmed' if row.confirmed else 'not confirmed'}"


def _left(connection: Connection) -> Iterator[str]:
    found = select(Recording.__table__, Member.name.label("who")).outerjoin(Member, Member.id == Recording.member_id)
    for row in connection.execute(found.order_by(Recording.id)):
        yield f"{row.who or '(to be claimed)'} left a {row.kind}, {row.seconds} s"


def _preferred(connection: Connection) -> Iterator[str]:
    found = select(Preference.__table__, Member.name).join(Member, Member.id == Preference.member_id)
    for row in connection.execute(found.order_by(Member.id, Preference.what)):
        yield f"{row.name} prefers {row.what} {row.value}"


def _standing(row: Row[Any]) -> str:
    return (
        f"{row.name} {row.lesson}: heard {row.heard_at_least_ms / 1000:.1f} to {row.heard_at_most_ms / 1000:.1f} "
        f"of {row.length_ms / 1000:.1f} s{', completed' if row.completed else ''}, "
        f"answered {row.answered}, right {row.correct}, goes on at {row.bookmark_ms / 1000:.1f} s"
    )


def _unclaimed(rows: list[plays.HeardRow], lesson: str, edition: str) -> str:
    own = [play for play in rows if play.edition == edition]
    at_least, at_most = plays.heard_ms(own, edition)
    return f"(to be claimed) {lesson}: heard {at_least / 1000:.1f} to {at_most / 1000:.1f} s"


def words_by_audio(shelf: Shelf, names: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """What each file says: its words, each with the millisecond at which they start."""
    words: dict[str, list[tuple[int, str]]] = {}
    editions = shelf.catalogue().editions.values()
    for lesson in (*editions, *(each.other_pace for each in editions if each.other_pace)):
        for segment in lesson.segments:
            words[segment.audio] = [(sentence.start_ms, sentence.words) for sentence in segment.sentences]
        clips = [lesson.title, *(c for q in lesson.questions for c in _clips(q))]
        words |= {clip.audio: [(0, clip.words)] for clip in clips}
    for line in map(prompts.load, prompts.LANGUAGES):
        for phrase in {line.words(say.prompt, say.value) for say in machine.every_say(len(NAMES))} | set(names):
            if clip := shelf.phrase(line.voice, phrase):  # names are there in the languages that can read them
                words.setdefault(clip.audio, [(0, phrase)])  # and what is written in two ways may sound the same
    return words


def _clips(question: Question) -> tuple[Clip, ...]:
    return question.ask, question.stem, *question.options, question.when_right, question.when_wrong
