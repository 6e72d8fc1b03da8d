"""A month of two small branches, written into the ledger turn by turn, with times chosen by the test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ivr.catalogue import Catalogue, Lesson
from ivr.dialogue.state import AfterLesson, AtMenu, Learner, Listening, Over, Quiz, Scene, State
from ivr.dialogue.turn import Answered, Chose, Event, Gather, Identified, Play, Say, Stray, Turn
from ivr.records import ledger
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.progress import Counting, settle
from ivr.records.roster import enrolled

ZONE = ZoneInfo("Asia/Shanghai")
ROSTER = """姓名,电话,支部,编号
王秀英,13800138001,初心村党支部,001
李大山,13800138002,初心村党支部,002
赵福贵,13800138003,初心村党支部,003
马建民,13800138004、0371-65432100,初心村党支部,004
张桂兰,13800138005,初心村党支部,005
陈德明,13800138001,初心村党支部,006
周国强,13800138007,东村党支部,101
何有才,,东村党支部,102
"""


def at(local: str) -> datetime:
    """A time in the village, as UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)


def ms(seconds: float) -> timedelta:
    return timedelta(milliseconds=round(seconds * 1000))


@dataclass(frozen=True)
class Step:
    """`after` seconds the caller pressed `key`, or none; then the line did this. From here on it is another member `by`
    their number, if told."""

    after: float
    key: str
    scene: Scene
    play: Play | None = None
    events: tuple[Event, ...] = ()
    by: str | None = None


def menu(after: float = 0, key: str = "", *events: Event) -> Step:
    return Step(after, key, AtMenu(), events=events)


def plays(
    lesson: Lesson, segment: int, after: float = 0.5, key: str = "", within_ms: int = 0, stray: bool = False
) -> Step:
    """A segment plays; `stray` says that the key meant nothing."""
    whole = lesson.segments[segment]
    base_ms = lesson.base_ms(segment) + within_ms
    play = Play(lesson.edition, lesson.slug, segment, whole.audio, within_ms, base_ms, whole.length_ms - within_ms)
    events: tuple[Event, ...] = (Stray(key) if stray else Chose(key, "listen"),) if key else ()
    return Step(after, key, Listening(lesson.edition, base_ms), play, events)


def ends(lesson: Lesson, after: float) -> Step:
    """The lesson has come to its end; what next?"""
    return Step(after, "", AfterLesson(lesson.edition))


def asks(lesson: Lesson, after: float = 3) -> Step:
    return Step(after, "2", _quiz(lesson), events=(Chose("2", "answer"),))


def answers(lesson: Lesson, question: int, key: str, attempt: int = 1) -> Step:
    asked = lesson.questions[question]
    event = Answered(lesson.slug, lesson.edition, asked.id, attempt, key, "right" if key == asked.right else "wrong")
    return Step(5, key, _quiz(lesson), events=(event,))


def bye(after: float = 1) -> Step:
    return Step(after, "", Over())


def _quiz(lesson: Lesson) -> Quiz:
    return Quiz(lesson.edition, tuple(question.id for question in lesson.questions))


def listens(lesson: Lesson, *segments: int) -> Iterable[Step]:
    """Hears these segments to their ends, one after the other; the next step comes when the last has ended."""
    after = 1.0
    for segment in segments:
        yield plays(lesson, segment, after)
        after = lesson.segments[segment].length_ms / 1000 + 1.5


@dataclass
class Village:
    connection: Connection
    catalogue: Catalogue
    calls: int = 0

    @property
    def falls(self) -> Lesson:
        return next(lesson for lesson in self.catalogue.lessons if lesson.slug == "falls")

    @property
    def stoves(self) -> Lesson:
        return next(lesson for lesson in self.catalogue.lessons if lesson.slug == "stoves")

    def call(
        self, member: str | None, local: str, *steps: Step, phone: str = "+8613800138001", hung_up: float | None = None
    ) -> int:
        """A member, by number, calls at a local time; `hung_up` seconds after the last step, if that was told."""
        now = at(local)
        self.calls += 1
        call = ledger.open_call(self.connection, "made", f"C{self.calls}", phone, now)
        learners = self._known_as(member)
        for n, step in enumerate(steps, 1):
            now += ms(step.after)
            learners = self._known_as(step.by) or learners
            kind = "answer" if n == 1 else "key" if step.key else "end"
            known: tuple[Event, ...] = (Identified(learners[0].member),) if n == 1 and learners else ()
            state = State(step.scene, learners, (), learner=0 if learners else None)
            over = isinstance(step.scene, Over)
            says = (step.play,) if step.play else (Say("goodbye"),) if over else ()
            gather = None if over else Gather(1 if step.play else 10)
            turn = Turn(state, says, gather, known + step.events)
            act = ledger.Act(kind, step.key, now)
            ledger.add_turn(self.connection, call, n, act, turn, now, "boot", None)
        if hung_up is not None:
            now += ms(hung_up)
            lasted_s = round((now - at(local)).total_seconds())
            ledger.add_evidence(self.connection, call, "ended", now, status="completed", provider_s=lasted_s)
            settle(self.connection, call, now, Counting(self.catalogue, 0.9, ZONE))
        return call

    def _known_as(self, number: str | None) -> tuple[Learner, ...]:
        return tuple(Learner(m.id, m.name) for m in enrolled(self.connection, number=number)) if number else ()


def enrol(database: Database) -> None:
    import_roster(database, ROSTER.encode(), "roster.csv", "CN")


def november(village: Village) -> None:
    """王秀英 hears it all; the others run into everything that can happen."""
    falls, stoves = village.falls, village.stoves
    heard_all = (*listens(falls, 0, 1, 2), ends(falls, 9.5), asks(falls))
    right = (answers(falls, 0, "1"), answers(falls, 0, "2", 2), answers(falls, 1, "1"), bye())
    village.call("001", "2026-11-09 08:00", menu(), *heard_all, *right, hung_up=4)
    village.call("002", "2026-11-10 19:30", menu(), *listens(falls, 0, 1), phone="+8613800138002", hung_up=5)
    lost = (menu(4, "9", Stray("9")), plays(falls, 0, 8, "1"), plays(falls, 0, 9.5, "7", within_ms=6000, stray=True))
    to_the_end = (plays(falls, 1, 8), bye(12))
    village.call("003", "2026-11-11 07:15", menu(), *lost, *to_the_end, phone="+8613800138003", hung_up=1)
    other = (*listens(stoves, 0, 1), bye(7.5))
    village.call("005", "2026-11-12 09:00", menu(), *other, phone="+8613800138005", hung_up=1)
    village.call("006", "2026-11-13 20:00", menu(), *listens(falls, 0, 1), bye(11.5), hung_up=1)
    village.call("006", "2026-11-14 20:00", menu(), *listens(falls, 1, 2), bye(9.5), hung_up=1)
    village.call("101", "2026-11-15 12:00", menu(), asks(falls), answers(falls, 1, "2"), phone="+8613800138007")
    village.call(None, "2026-11-16 18:00", menu(), *listens(falls, 0), phone="+8615900001111", hung_up=6)
