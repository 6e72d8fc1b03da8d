"""Golden calls: each story in tests/transcripts is told by the dialogue alone and through HTTP, in the same words.

    enrolled 王秀英 +8613800000001       who is on the roster
    line: callbacks lost                 how bad the line is
    > call +8613800000001                what the caller does: call, listen, press KEY [after S], hang up [after S]
    > repeat 3                           the provider sends its last request again, three times
    < 您好，…                             what was said to it, a line a document
    = 王秀英 falls: heard …               the record at the end, through HTTP

`pytest tests/test_transcripts.py --rewrite` writes down what is told now; read the difference before you keep it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from ivr.config import AudioFormat, Settings
from ivr.shelf import Shelf
from tests.drivers import DirectDriver, Driver, HttpDriver
from tests.provider import Faults

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
LINES = {
    "good": Faults.none(),
    "callbacks lost": Faults(lost_callbacks=1.0),
    "callbacks late and doubled": Faults(doubled=1.0, copies=(2, 2), callback_delay=(200.0, 300.0)),
}


def header(text: str) -> tuple[list[tuple[str, str]], Faults]:
    people, faults = [], LINES["good"]
    for line in text.splitlines():
        match line.split():
            case ["enrolled", name, number]:
                people.append((name, number))
            case ["line:", *_]:
                faults = LINES[line.partition(": ")[2]]
    return people, faults


def tell(text: str, driver: Driver) -> Iterable[str]:
    """The story again, with what the driver hears."""
    for line in text.splitlines():
        if line.startswith(("<", "=")):
            continue
        if line.startswith("> "):
            act(driver, line[2:].split())
        yield line
        if line.startswith("> "):
            yield from (f"< {said}" for said in driver.said())


def act(driver: Driver, gesture: list[str]) -> None:
    match gesture:
        case ["call", number]:
            driver.call(number)
        case ["listen"]:
            driver.listen()
        case ["press", key]:
            driver.press(key, None)
        case ["press", key, "after", seconds]:
            driver.press(key, float(seconds))
        case ["hang", "up"]:
            driver.hang_up(0)
        case ["hang", "up", "after", seconds]:
            driver.hang_up(float(seconds))
        case ["repeat", times]:
            if isinstance(driver, HttpDriver):
                driver.repeat_last(int(times))
        case _:
            raise ValueError(f"no such gesture: {' '.join(gesture)}")


def without_record(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("="))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_dialogue_alone(path: Path, shelf: Shelf, settings: Settings, rewrite: bool) -> None:
    text = path.read_text("utf-8")
    people, _ = header(text)
    told = "\n".join(tell(text, DirectDriver(shelf, settings, people))) + "\n"
    if not rewrite:
        assert told == without_record(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_through_http(path: Path, pressed: Path, settings: Settings, database_url: str, rewrite: bool) -> None:
    text = path.read_text("utf-8")
    people, faults = header(text)
    at = settings.model_copy(update={"data": pressed, "database_url": database_url})
    with closing(HttpDriver(at, people, faults)) as driver:
        told = list(tell(text, driver))
        driver.provider.finish()
        assert all(not call.errors and not call.disagreements for call in driver.provider.calls.values())
        told += [f"= {row}" for row in driver.record()]
    if rewrite:
        path.write_text("\n".join(told) + "\n", "utf-8")
    assert "\n".join(told) + "\n" == path.read_text("utf-8")


@pytest.mark.parametrize("audio", ["ulaw", "mp3"])
@pytest.mark.parametrize("path", FILES[:3], ids=lambda path: path.stem)
def test_in_another_format(
    path: Path, audio: AudioFormat, pressed: Path, settings: Settings, tmp_path: Path, rewrite: bool
) -> None:
    """The same is said; and the same recorded, but that a carrier may play an MP3 0.2 s longer than it is."""
    text = path.read_text("utf-8")
    people, faults = header(text)
    line = settings.line.model_copy(update={"audio": audio})
    at = settings.model_copy(update={"data": pressed, "database_url": f"sqlite:///{tmp_path / 'ivr.db'}", "line": line})
    with closing(HttpDriver(at, people, faults)) as driver:
        told = "\n".join([*tell(text, driver), *(f"= {row}" for row in driver.record())]) + "\n"
        driver.provider.finish()
        fetched = {fetch.url.rpartition(".")[2] for fetch in driver.provider.media.fetches}
        assert all(not call.errors and not call.disagreements for call in driver.provider.calls.values())
    assert fetched == {"mp3" if audio == "mp3" else "wav"}
    if not rewrite:
        assert told == text if audio == "ulaw" else without_record(told) == without_record(text)
