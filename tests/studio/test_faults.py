"""Whatever goes wrong in a press: a clear error, nothing half-published, and the same command goes on."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceFailed
from ivr.keeping import DRAFT, delete_drafts
from ivr.records.db import open_database
from ivr.shelf import Shelf
from ivr.studio.engines.engine import Rate, Samples
from ivr.studio.engines.tone import Tone
from ivr.studio.takes import UNUSED, Booth, Cue, Progress, tidy

Fault = Callable[[Samples], Samples]


class Faulty:
    """A tone that goes wrong over one text."""

    name = "faulty"
    version = "1"

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.well = False

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        samples = Tone().synthesize(text, "a", rate)
        return samples if self.well or "坏" not in text else self.fault(samples)


def noise(samples: Samples) -> Samples:
    hiss = np.random.default_rng(1).standard_normal(len(samples.sound)).astype(np.float32)
    return Samples((hiss / 10).astype(np.float32), samples.rate_hz)


def hang(samples: Samples) -> Samples:
    time.sleep(5)
    return samples


def break_down(samples: Samples) -> Samples:
    raise RuntimeError("out of memory")


FAULTS: dict[str, tuple[Fault, str]] = {
    "raises": (break_down, "broke down over .*out of memory"),
    "hangs": (hang, "did not answer within 0 s"),
    "gives nothing": (lambda each: Samples(each.sound[:0], each.rate_hz), "said nothing"),
    "gives silence": (lambda each: Samples(each.sound * 0, each.rate_hz), "said nothing"),
    "gives no numbers": (lambda each: Samples(each.sound * np.float32("nan"), each.rate_hz), "can be played"),
    "gives noise": (noise, "noise instead of speech"),
    "gives half": (lambda each: Samples(each.sound[: len(each.sound) // 2], each.rate_hz), "stopped in the middle"),
    "gives a moment": (lambda each: Samples(each.sound[:2000], each.rate_hz), "which can't be right"),
    "never ends": (lambda each: Samples(np.tile(each.sound, 9), each.rate_hz), "which can't be right"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_engine_that_goes_wrong(name: str, tmp_path: Path) -> None:
    fault, told = FAULTS[name]
    engine = Faulty(fault)
    booth = Booth(tmp_path, engine, "a", patience_s=0.3)
    rates: tuple[Rate, ...] = ("normal", "slow")
    cues = [Cue(text, rate) for text in ("第一句话说得很好。", "这一句坏了不能说。") for rate in rates]
    with pytest.raises(VoiceFailed, match=told):
        booth.record(cues, 1, lambda _: None)
    assert len(list(tmp_path.glob("*.wav"))) == 2
    engine.well = True
    seen: list[Progress] = []
    assert set(booth.record(cues, 1, seen.append)) == set(cues)
    assert (seen[-1].made, seen[-1].reused) == (1, 1)


LESSON = """---
标题: 试
发音人: espeak:cmn
---
# 开头
{}
# 结尾
再见。
"""


def publish(folder: Path, *words: str, **options: object) -> subprocess.Popen[str]:
    (folder / "config.toml").write_text('data = "data"\n[studio]\nthreads = 1\n', "utf-8")
    lesson = folder / "long.lesson.md"
    lesson.write_text(LESSON.format("\n".join(f"这是第{n}句话，慢慢听。" for n in range(1, 30))), "utf-8")
    command = [str(Path(sys.executable).with_name("ivr")), "lesson", "publish", str(lesson), *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": folder}
    return subprocess.Popen(command, **pipes, **options)  # type: ignore[call-overload, no-any-return]


def takes(folder: Path) -> int:
    return len(list((folder / "data" / "takes").glob("[!.]*.wav")))


@pytest.mark.parametrize("after", [1, 10, 37, 55])
def test_killed_at_any_sentence(after: int, tmp_path: Path) -> None:
    running = publish(tmp_path)
    until = time.monotonic() + 60
    while takes(tmp_path) < after and running.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    kept = takes(tmp_path)
    assert kept >= after
    assert not (tmp_path / "data" / "index.json").exists()
    out, err = (again := publish(tmp_path)).communicate(timeout=120)
    assert again.returncode == 0, err
    assert f"{kept // 2} reused" in out
    assert [each.slug for each in Shelf(tmp_path / "data").catalogue().lessons] == ["long"]


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_the_disk_is_full(tmp_path: Path) -> None:
    """Files of sentences still find room, those of segments do not."""
    open_database(f"sqlite:///{tmp_path / 'data' / 'ivr.db'}").close()
    full = publish(tmp_path, preexec_fn=small_files)
    _, err = full.communicate(timeout=120)
    assert full.returncode == 1
    assert "could not be written (File too large). What was made before is kept: make room" in err
    assert not (tmp_path / "data" / "index.json").exists()
    assert not list((tmp_path / "data").rglob(".*.wav.*"))
    out, err = (again := publish(tmp_path)).communicate(timeout=120)
    assert again.returncode == 0, err
    assert "0 sentences pressed, 31 reused" in out
    published = json.loads((tmp_path / "data" / "index.json").read_text())
    assert list(published) == ["long"]


def test_two_presses_at_once(tmp_path: Path) -> None:
    both = [publish(tmp_path), publish(tmp_path)]
    for each in both:
        _, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
    (lesson,) = Shelf(tmp_path / "data").catalogue().lessons
    assert len(list((tmp_path / "data" / "editions").rglob("*.json"))) <= 2  # eSpeak is not repeatable to the sample
    assert lesson.other_pace and len(lesson.segments) == len(lesson.other_pace.segments)


def grow_old(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        os.utime(path, (0, 0))


def test_two_presses_at_once_while_somebody_tidies(tmp_path: Path) -> None:
    """Nothing was used for years: what a press takes up just now is not deleted under its hands."""
    _, err = (first := publish(tmp_path)).communicate(timeout=120)
    assert first.returncode == 0, err
    shelf = Shelf(tmp_path / "data")
    shelf.withdraw("long")
    grow_old(shelf.root)
    both = [publish(tmp_path), publish(tmp_path)]
    now = datetime.now(UTC)  # noqa: TID251 - files have the time of the machine
    used = (now - UNUSED).timestamp()
    while not any(path.stat().st_mtime > used for path in (shelf.root / "takes").glob("*.wav")):
        assert any(each.poll() is None for each in both)
    freed = 0
    while any(each.poll() is None for each in both):
        freed += shelf.tidy(now) + tidy(shelf.root / "takes", now) + delete_drafts(shelf.root, now)
    for each in both:
        _, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
    assert freed
    (lesson,) = Shelf(shelf.root).catalogue().lessons
    assert all(shelf.audio(each.audio).is_file() for each in lesson.segments)


def test_what_a_killed_press_left_half_written_is_tidied(tmp_path: Path) -> None:
    draft = tmp_path / "data" / "takes" / f".some.wav.1.2{DRAFT}"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(bytes(1000))
    grow_old(tmp_path / "data")
    _, err = (run := publish(tmp_path)).communicate(timeout=120)
    assert run.returncode == 0, err
    assert not draft.exists()


def test_a_dry_run_makes_nothing(tmp_path: Path) -> None:
    out, err = (run := publish(tmp_path, "--dry-run")).communicate(timeout=60)
    assert run.returncode == 0, err
    assert "would press long: 31 sentences to press, 0 to reuse" in out
    assert takes(tmp_path) == 0
