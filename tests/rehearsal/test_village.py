"""A village of simulated callers hears its lessons and answers; nothing is lost; the same seed is the same story."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ivr.config import Settings
from ivr.errors import BadSettings, IvrError
from ivr.rehearsal import telling, village
from ivr.rehearsal.rehearsal import Gist, Outcome, Rehearsal, seeds

ROOT = Path(__file__).parents[2]
NINE = datetime(2026, 11, 2, 1, tzinfo=UTC)


def rung(settings: Settings, url: str, households: list[str], behaviour: village.Village) -> tuple[list[Outcome], int]:
    with closing(Rehearsal(settings, behaviour, url, NINE)) as rehearsal:
        outcomes = [outcome for each in households for outcome in rehearsal.check(rehearsal.ring(each))]
        return outcomes, rehearsal.verified()


def page(settings: Settings, seed: str, people: int) -> str:
    return "\n".join(telling.told(seed, *rung(settings, "sqlite://", seeds(seed, people), village.read())))


@pytest.fixture
def at(settings: Settings, pressed: Path) -> Settings:
    return settings.model_copy(update={"data": pressed})


def test_the_gates_hold(at: Settings, database_url: str, record_property: Any) -> None:
    outcomes, unproven = rung(at, database_url, seeds("11", 100), village.read())
    record_property(
        "told", f"rehearsal: {'; '.join(f'{g.name} {g.figure}' for g in telling.gates(outcomes, unproven))}"
    )
    assert [gate for gate in telling.gates(outcomes, unproven) if not gate.passed] == []
    assert len(outcomes) == 100
    assert sum(outcome.dropped for outcome in outcomes) > 20
    assert not all(all(outcome.known) for outcome in outcomes)


def test_the_same_seed_is_the_same_page(at: Settings) -> None:
    assert page(at, "5", 8) == page(at, "5", 8) != page(at, "6", 8)


def test_the_same_page_whatever_the_hashes(pressed: Path, tmp_path: Path) -> None:
    def told(hash_seed: str) -> str:
        command = [sys.executable, "-c", "from ivr.cli import main; main()", "rehearse", "8", "--seed", "5"]
        own = {"PYTHONHASHSEED": hash_seed, "IVR_DATA": str(pressed), "IVR_DATABASE_URL": ""}
        ran = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=300)
        return ran.stdout

    one, other = told("1"), told("2")
    assert "8 callers" in one
    assert one == other


def test_a_household_does_the_same_alone(at: Settings) -> None:
    among, _ = rung(at, "sqlite://", seeds("7", 8), village.read())
    alone, _ = rung(at, "sqlite://", seeds("7.2", 1), village.read())
    assert alone == [outcome for outcome in among if outcome.seed == "7.2"]


def test_where_nobody_presses_everybody_hears(at: Settings) -> None:
    shares = {"never_press": 1.0, "share_a_phone": 0.5, "dropped": 0.0, "open_a_group": 0.0, "log_a_visit": 0.0}
    measures = msgspec.to_builtins(village.read())
    for name, value in shares.items():
        measures[name]["value"] = value
    outcomes, _ = rung(at, "sqlite://", seeds("8", 20), msgspec.convert(measures, village.Village))
    assert all(outcome.first == Gist(pressed=False, heard_whole=True, answered=False) for outcome in outcomes)
    assert not any(outcome.wrong for outcome in outcomes)


def test_simulated_callers_never_meet_real_ones(at: Settings, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.db'}"
    with closing(Rehearsal(at, village.read(), url, NINE)) as first:
        first.ring("1.0")
    with pytest.raises(IvrError, match="needs an empty database"):
        Rehearsal(at, village.read(), url, NINE)


def test_without_lessons_there_is_nothing_to_rehearse(settings: Settings) -> None:
    with pytest.raises(IvrError, match="no lesson to be heard"):
        Rehearsal(settings, village.read(), "sqlite://", NINE)


@pytest.mark.parametrize("text", ["", "x", "1.", "1.2.3", "-1"])
def test_what_is_no_seed(text: str) -> None:
    with pytest.raises(IvrError, match="is no seed"):
        seeds(text, 10)


def test_every_number_has_a_source() -> None:
    behaviour = village.read()
    measures = [getattr(behaviour, name) for name in behaviour.__struct_fields__]
    assert all(measure.source and measure.about for measure in measures)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("value = 0.25", "value = 1.25", "never_press: the value must be 0 to 1"),
        ("[never_press]", "[never_presses]", "never_press"),
        ('source = "assumed"', 'source = ""', "say where the number comes from"),
        ("value = 0.25", "value =", "Invalid value"),
    ],
)
def test_a_village_that_cannot_be(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "village.toml"
    path.write_text(village.SHIPPED.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(BadSettings, match=told):
        village.read(path)
