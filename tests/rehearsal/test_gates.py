"""Every gate fails on a line, or a record, that is broken in the way that it watches for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, delete, func, select, text, update

from ivr import calls
from ivr.catalogue import Lesson
from ivr.config import Settings
from ivr.dialogue import agenda, greeting
from ivr.dialogue.scenes import after_lesson, listening, menu, over, who_is_calling
from ivr.dialogue.state import AtMenu
from ivr.dialogue.talk import Talk
from ivr.records import heard
from ivr.records.db import open_database
from ivr.records.models import (
    Answer,
    Attendance,
    Call,
    Notice,
    Progress,
    Recording,
    Reply,
    TurnRow,
    Visit,
)
from ivr.rehearsal import telling, village
from ivr.rehearsal.rehearsal import Rehearsal, Rung, seeds
from ivr.shelf import Shelf
from tests.rehearsal.test_village import NINE

pytestmark = pytest.mark.no_cover  # whole rehearsals, over what other tests go through too

BUSY = {
    "ask_a_question": 1.0,
    "get_a_reply": 1.0,
    "have_a_notice": 1.0,
    "have_a_pin": 0.3,
    "open_a_group": 0.5,
    "log_a_visit": 1.0,
    "share_a_phone": 0.5,
    "not_enrolled": 0.1,
    "hear_again": 0.1,
    "change_pace": 0.5,
    "lost_callbacks": 0.0,
}


BESIDE, NOT_FOLLOWING = "record beside the truth", "stored progress that does not follow"

Tamper = Callable[[Connection], Any]


def behaving(**shares: float) -> village.Village:
    measures = msgspec.to_builtins(village.read())
    for name, value in shares.items():
        measures[name]["value"] = value
    return msgspec.convert(measures, village.Village)


@pytest.fixture(scope="module")
def rung(pressed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rehearsal, list[Rung], Path]]:
    """A village in which everything happens, after its calls; and the file that they are recorded in."""
    file = tmp_path_factory.mktemp("village") / "ivr.db"
    with closing(
        Rehearsal(Settings(data=pressed), behaving(**BUSY, dropped=0.8, redials=1), f"sqlite:///{file}", NINE)
    ) as rehearsal:
        yield rehearsal, [rehearsal.ring(seed) for seed in seeds("3", 16)], file


@pytest.fixture
def failing_once(
    rung: tuple[Rehearsal, list[Rung], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Tamper], set[str]]]:
    """The gates that fail once a copy of the record was tampered with, behind everybody's back."""
    rehearsal, calls_made, file = rung
    copy = tmp_path / "ivr.db"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    with closing(open_database(f"sqlite:///{copy}")) as database:
        monkeypatch.setattr(rehearsal, "line", replace(rehearsal.line, database=database))

        def failing(tamper: Tamper) -> set[str]:
            with database.writing() as connection:
                _unguard(connection)
                tamper(connection)
            return _failed(rehearsal, calls_made)

        yield failing


def _unguard(connection: Connection) -> None:
    """The database itself refuses to have its past changed."""
    for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def _failed(rehearsal: Rehearsal, calls_made: list[Rung]) -> set[str]:
    outcomes = [outcome for each in calls_made for outcome in rehearsal.check(each)]
    return {gate.name for gate in telling.gates(outcomes, rehearsal.verified()) if not gate.passed}


def test_everything_happens_and_nothing_is_wrong(failing_once: Callable[[Tamper], set[str]]) -> None:
    def happened(connection: Connection) -> None:
        for model in (Answer, Recording, Visit, Attendance, Notice, Reply):
            assert connection.execute(select(func.count()).select_from(model)).scalar_one() > 0
        for model in (Notice, Reply):
            assert connection.execute(select(func.count(model.delivered_at))).scalar_one() > 0

    assert failing_once(happened).isdisjoint((*telling.FAULTS, NOT_FOLLOWING))


def _all(model: Any, **values: Any) -> Tamper:
    return lambda connection: connection.execute(update(model).values(**values))


def _swapped(column: str, table: str) -> Tamper:
    """Everybody is their neighbour: of a household, the members that end in 1 and 2."""
    other = f"CASE {column} % 10 WHEN 1 THEN {column} + 1 WHEN 2 THEN {column} - 1 ELSE {column} END"
    both = f"({other}) IN (SELECT id FROM members)"
    return lambda connection: connection.execute(text(f"UPDATE {table} SET {column} = {other} WHERE {both}"))


def _both(*each: Callable[[Connection], Any]) -> Tamper:
    return lambda connection: [one(connection) for one in each]


TAMPERED = {
    "the key": (_all(Answer, key="9"), "changed answer"),
    "the question": (_all(Answer, question="nonsense"), "changed answer"),
    "the outcome": (_all(Answer, outcome="wrong", is_right=False), "changed answer"),
    "whose answer": (_all(Answer, member_id=None), "changed answer"),
    "no answers": (lambda connection: connection.execute(delete(Answer)), "lost answer"),
    "somebody else's calls": (_swapped("member_id", "calls"), "somebody else"),
    "somebody else's turns": (_swapped("member_id", "turns"), "somebody else"),
    "nobody present": (lambda connection: connection.execute(delete(Attendance)), "somebody else"),
    "answered": (_all(Progress, answered=7), BESIDE),
    "correct": (_all(Progress, correct=7), BESIDE),
    "length": (_all(Progress, length_ms=1), BESIDE),
    "completed": (_all(Progress, completed=True), BESIDE),
    "never completed": (_all(Progress, completed=False), BESIDE),
    "bookmark": (_all(Progress, bookmark_ms=123), BESIDE),
    "heard at least": (_all(Progress, heard_at_least_ms=Progress.heard_at_least_ms * 2), BESIDE),
    "heard at most": (_all(Progress, heard_at_most_ms=0), BESIDE),
    "no progress": (lambda connection: connection.execute(delete(Progress)), BESIDE),
    "plays too short": (_all(TurnRow, length_ms=100), BESIDE),
    "never over": (_all(Call, settled_at=None), BESIDE),
    "follows from nothing": (_all(Progress, correct=7), NOT_FOLLOWING),
    "the kind of a recording": (_all(Recording, kind="name"), "lost words"),
    "the length of a recording": (_all(Recording, seconds=0), "lost words"),
    "whose recording": (_all(Recording, member_id=None), "lost words"),
    "a visit denied": (_all(Visit, confirmed=False), "lost visit"),
    "no visits": (lambda connection: connection.execute(delete(Visit)), "lost visit"),
    "letters that still wait": (_both(_all(Reply, delivered_at=None), _all(Notice, delivered_at=None)), "lost letter"),
    "somebody else's notice": (_swapped("member_id", "notices"), "private words"),
}


@pytest.mark.parametrize(("tamper", "gate"), TAMPERED.values(), ids=TAMPERED)
def test_a_record_that_was_tampered_with(failing_once: Callable[[Tamper], set[str]], tamper: Tamper, gate: str) -> None:
    assert gate in failing_once(tamper)


# ── a line that is broken ────────────────────────────────────────────────────────────────────────────────────────


def failing(pressed: Path, people: int = 8, **more: float) -> set[str]:
    """The gates that fail on the line as it is."""
    with closing(Rehearsal(Settings(data=pressed), behaving(**BUSY | more), "sqlite://", NINE)) as rehearsal:
        return _failed(rehearsal, [rehearsal.ring(seed) for seed in seeds("3", people)])


def test_replays_that_count_twice(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard, "union_ms", lambda spans: sum(end - start for start, end in spans))
    assert BESIDE in failing(pressed, 12)


def test_places_that_are_lost_between_two_paces(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lesson, "moved", lambda _lesson, at_ms, _to: at_ms)
    assert BESIDE in failing(pressed, 12)


def test_lessons_that_begin_anew(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "_reached", lambda _talk, _lesson: 0)
    assert "lost place" in failing(pressed, 12, dropped=0.8)


def test_another_lesson_than_the_unfinished_one(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def newest_untouched(talk: Any) -> Any:
        waiting = agenda.unheard(talk)
        return next((each for each in waiting if not agenda.place(talk.learner, each, talk)), None)

    monkeypatch.setattr(agenda, "next_lesson", newest_untouched)
    assert "lost place" in failing(pressed, 12, dropped=0.8)


def test_everybody_taken_for_their_neighbour(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def welcomed(talk: Talk, which: int, *events: Any) -> Any:
        return greeting.welcome(talk, (which + 1) % len(talk.state.learners), *events)

    monkeypatch.setattr(who_is_calling, "welcome", welcomed)
    assert "somebody else" in failing(pressed)


def test_letters_without_the_pin(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Talk, "may_hear_private", True)
    assert "private words" in failing(pressed, 12)


def test_a_line_that_hangs_up(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over, "SAYS", ())
    assert "hung up before the goodbye" in failing(pressed)


def test_a_line_that_goes_round(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "answer", lambda talk, _scene, _act: talk.go(AtMenu()))
    assert "dead end" in failing(pressed)


def test_a_line_that_breaks(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("broken for this test")

    monkeypatch.setattr(calls, "_turned", broken)
    assert "dead end" in failing(pressed)


def test_audio_that_is_gone(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelf, "audio", lambda shelf, _name: shelf.root / "gone")
    assert "the provider refused" in failing(pressed)


def test_lessons_that_stop_halfway(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_on", lambda talk, lesson, _scene, _segment: agenda.finished(talk, lesson))
    failed = failing(pressed)
    assert f"{telling.FIRST}: heard a whole lesson" in failed
    assert f"{telling.REDIALLED}: heard a whole lesson" in failed


def test_questions_that_nobody_is_offered(pressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for scene in (menu, after_lesson):
        offered = scene.choices

        def without(talk: Any, at: Any, offered: Any = offered) -> Any:
            return tuple(each for each in offered(talk, at) if each.does not in ("answer", "review"))

        monkeypatch.setattr(scene, "choices", without)
    failed = failing(pressed)
    assert f"{telling.FIRST}: answered, where a key was pressed" in failed
    assert f"{telling.REDIALLED}: answered, where a key was pressed" in failed
