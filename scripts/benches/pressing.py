"""What pressing costs beside the voice itself: a lesson of ten minutes, and one changed sentence of a lesson.

Called by scripts/bench studio --press. The voice alone runs the model over the same utterances, on as many threads.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec

from ivr import config
from ivr.shelf import Shelf
from ivr.studio.engines import kokoro_voices, voices_folder
from ivr.studio.engines.kokoro import Kokoro
from ivr.studio.engines.kokoro_model import Model
from ivr.studio.lesson_file import load
from ivr.studio.press import Voices, every_wording, press
from ivr.studio.script import Script

HERE = Path(__file__).resolve().parents[2]
LESSONS = [HERE / "audio_lessons" / slug / f"{slug}.lesson.md" for slug in ("phone-fraud", "winter-heating")]
VOICE = "zm_yunxi"
CHANGES = [f"骗子总有{n}样新花样，谁都可能上当。" for n in ("三", "五", "七", "九", "十")]


def measure(rounds: int) -> None:
    written = _ten_minutes()
    texts = list(dict.fromkeys(each.text for wording in every_wording(written) for each in wording.utterances))
    ratios = []
    for n in range(rounds):
        print(f"pressing: round {n + 1} of {rounds}", file=sys.stderr)
        with _data() as data:
            alone_s = _alone(texts, data)
            shelf = Shelf(data)
            began = perf_counter()
            lesson = press(written, shelf, Voices({"zh": f"kokoro:{VOICE}"}))
            ratios.append((perf_counter() - began) / alone_s)
    minutes = lesson.length_ms / 60_000
    print(
        f"| pressing {minutes:.1f} minutes at two paces | {median(ratios):.2f} of the voice alone ({alone_s:.0f} s) |"
    )
    with _data() as data:
        took_s, spoken_s = map(median, zip(*_one_sentence(data), strict=True))
    print(f"| publishing again after one sentence changed | {took_s:.1f} s, of that {spoken_s:.1f} s the sentence |\n")


def _ten_minutes() -> Script:
    one, other = (load(path)[0] for path in LESSONS)
    return msgspec.structs.replace(one, parts=one.parts + other.parts, questions=one.questions + other.questions)


@contextmanager
def _data() -> Iterator[Path]:
    """A data folder with nothing but the voices."""
    settings = config.load(HERE / "config.toml", os.environ)
    fetched = voices_folder(settings.data, "kokoro")
    kokoro_voices.fetch(fetched)
    with tempfile.TemporaryDirectory() as folder:
        voices_folder(Path(folder), "kokoro").parent.mkdir()
        voices_folder(Path(folder), "kokoro").symlink_to(fetched)
        yield Path(folder)


def _alone(texts: list[str], data: Path) -> float:
    """The seconds that the model takes for texts; a new engine, which remembers none of them."""
    model = Model()
    engine = Kokoro(voices_folder(data, "kokoro"), model)
    assert model.session  # loaded, which is none of the voice's own time
    began = perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda text: engine.synthesize(text, VOICE, "fast"), texts))
    return perf_counter() - began


def _one_sentence(data: Path) -> Iterator[tuple[float, float]]:
    """The seconds of `ivr lesson publish` after a change, and of its one new sentence by the voice alone, side by side,
    for each of a few changes."""
    lesson = data / LESSONS[0].name
    lesson.write_bytes(LESSONS[0].read_bytes())
    _publish(lesson, data)
    for changed in CHANGES:
        text = re.sub("骗子很会说话.*|骗子总有.*", changed, lesson.read_text("utf-8"))
        lesson.write_text(text, "utf-8")
        began = perf_counter()
        told = _publish(lesson, data)
        took_s = perf_counter() - began
        assert "1 sentence pressed" in told, told
        yield took_s, _alone([changed], data)


def _publish(lesson: Path, data: Path) -> str:
    command = [str(Path(sys.executable).with_name("ivr")), "lesson", "publish", str(lesson)]
    environment = os.environ | {"IVR_DATA": str(data)}
    return subprocess.run(command, check=True, env=environment, cwd=HERE, stdout=subprocess.PIPE, text=True).stdout
