"""Calls written into the ledger turn by turn: who speaks, what plays, what happens, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ivr.catalogue import Catalogue, Lesson
from ivr.dialogue.state import AtMenu, Learner, Listening, Over, Quiz, Scene, State
from ivr.dialogue.turn import Answered, Event, Gather, Outcome, Play, Record, Turn
from ivr.records import ledger, progress
from ivr.records.progress import Counting
from tests.drivers import BEGIN

NUMBER, STRANGER = "+8613800000001", "+8613912345678"
STEP = timedelta(seconds=20)  # between two turns: longer than any piece that is played here


@dataclass
class Book:
    """The ledger, and the lessons."""

    connection: Connection
    catalogue: Catalogue
    at: datetime = BEGIN
    calls: int = 0

    @property
    def counting(self) -> Counting:
        return Counting(self.catalogue, 0.9, ZoneInfo("Asia/Shanghai"))

    def lesson(self, slug: str = "falls") -> Lesson:
        return next(lesson for lesson in self.catalogue.lessons if lesson.slug == slug)

    def call(self, number: str = STRANGER) -> Written:
        self.at += timedelta(hours=1)
        self.calls += 1
        sid = f"CA{self.calls}"
        return Written(self, ledger.open_call(self.connection, "made", sid, number, self.at), sid)


@dataclass
class Written:
    """A call; `by` is who speaks from now on: a member, or None for nobody known, and in a group."""

    book: Book
    id: int
    sid: str
    by: int | None = None
    n: int = 0

    def turn(
        self, *events: Event, scene: Scene | None = None, play: Play | None = None, record: int = 0, key: str = ""
    ) -> int:
        """One turn, in which these happened, by a key if one was pressed; returns its number."""
        self.n += 1
        self.book.at += STEP
        known = () if self.by is None else (Learner(self.by, ""),)
        state = State(scene or AtMenu(), known, (), learner=0 if known else None)
        gather = None if isinstance(scene, Over) else Record(record) if record else Gather(1)
        turn = Turn(state, (play,) if play else (), gather, events)
        act = ledger.Act("answer" if self.n == 1 else "key" if key else "end", key, self.book.at)
        ledger.add_turn(self.book.connection, self.id, self.n, act, turn, self.book.at, "boot", None)
        return self.n

    def hears(self, *segments: int, slug: str = "falls") -> None:
        """These segments, each to its end."""
        lesson = self.book.lesson(slug)
        for n in segments:
            segment = lesson.segments[n]
            play = Play(lesson.edition, slug, n, segment.audio, 0, lesson.base_ms(n), segment.length_ms)
            self.turn(scene=Listening(lesson.edition, lesson.base_ms(n), self.book.at), play=play)
        self.turn()

    def answers(self, question: int, outcome: Outcome, of: int | None = None, slug: str = "falls") -> None:
        lesson = self.book.lesson(slug)
        asked = lesson.questions[question].id
        key = lesson.questions[question].right if outcome == "right" else "9" if outcome == "wrong" else ""
        answered = Answered(slug, lesson.edition, asked, 1, key, outcome, of)
        self.turn(answered, scene=Quiz(lesson.edition, (asked,)))

    def ends(self, lasted_s: int | None = None, *, settle: bool = True) -> None:
        """The provider tells of the end."""
        book = self.book
        ledger.add_evidence(book.connection, self.id, "ended", book.at, status="completed", provider_s=lasted_s)
        if settle:
            progress.settle(book.connection, self.id, book.at, book.counting)
