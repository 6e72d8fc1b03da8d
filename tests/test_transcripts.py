"""Golden calls: each story in tests/transcripts is told by the calls alone and through HTTP, in the same words.

    enrolled 王秀英 +8613800000001       who is on the roster; then, where it matters, role=secretary, pin=482913
    line: callbacks lost                 how bad the line is
    > call +8613800000001                what the caller does: call, listen, press KEYS [after S], speak S [then KEY],
                                         hang up [after S]
    > wait 2 days
    ! fetch                              what others do: fetch recordings, reply WORDS, notice NAME WORDS, claim NUMBER
    rules: longest_call_min=1            settings of the dialogue, where they are not the usual ones
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
from ivr.rehearsal.provider import Faults
from tests.drivers import DirectDriver, Driver, HttpDriver, Meanwhile, Person

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
LINES = {
    "good": Faults.none(),
    "callbacks lost": Faults(lost_callbacks=1.0),
    "callbacks late and doubled": Faults(doubled=1.0, copies=(2, 2), callback_delay=(200.0, 300.0)),
}


REACTION_S = 2.0  # before a key, where a story does not say how long


def header(text: str) -> tuple[list[Person], Faults, dict[str, object]]:
    people, faults, rules = list[Person](), LINES["good"], dict[str, object]()
    for line in text.splitlines():
        match line.split():
            case ["enrolled", name, number, *more]:
                people.append(Person(name, number, **dict(each.split("=") for each in more)))
            case ["line:", *_]:
                faults = LINES[line.partition(": ")[2]]
            case ["rules:", *changed]:
                rules |= {name: _value(value) for name, value in (each.split("=") for each in changed)}
    return people, faults, rules


def _value(text: str) -> object:
    return tuple(text.split(",")) if "," in text else int(text)


def with_rules(settings: Settings, rules: dict[str, object]) -> Settings:
    return settings.model_copy(update={"dialogue": settings.dialogue.model_copy(update=rules)})


def tell(text: str, driver: Driver) -> Iterable[str]:
    """The story again, with what the driver hears."""
    for line in text.splitlines():
        if line.startswith(("<", "=")):
            continue
        if line.startswith("> "):
            act(driver, line[2:].split())
        if line.startswith("! "):
            meanwhile(driver.meanwhile, line[2:].split())
        yield line
        if line.startswith("> "):
            yield from (f"< {said}" for said in driver.said())
    assert driver.over, "nobody hangs up at the end"


def act(driver: Driver, gesture: list[str]) -> None:
    match gesture:
        case ["call", number]:
            assert driver.over, "nobody hung up before"
            driver.call(number)
        case ["listen"]:
            driver.listen()
        case ["press", key]:
            driver.press(key, REACTION_S)
        case ["press", key, "after", seconds]:
            driver.press(key, float(seconds))
        case ["speak", seconds]:
            driver.speak(float(seconds), "")
        case ["speak", seconds, "then", *then]:
            driver.speak(float(seconds), " ".join(then))
        case ["wait", days, "days"]:
            driver.wait_days(float(days))
        case ["hang", "up"]:
            driver.hang_up(0)
        case ["hang", "up", "after", seconds]:
            driver.hang_up(float(seconds))
        case ["repeat", times]:
            if isinstance(driver, HttpDriver):
                driver.repeat_last(int(times))
        case _:
            raise ValueError(f"no such gesture: {' '.join(gesture)}")


def meanwhile(others: Meanwhile, what: list[str]) -> None:
    match what:
        case ["fetch"]:
            others.fetch()
        case ["reply", words]:
            others.reply(words)
        case ["notice", name, words]:
            others.notice(name, words)
        case ["claim", number]:
            others.claim(number)
        case _:
            raise ValueError(f"nobody does that: {' '.join(what)}")


def without_record(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("="))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_by_the_calls_alone(path: Path, pressed: Path, settings: Settings, rewrite: bool) -> None:
    text = path.read_text("utf-8")
    people, _, rules = header(text)
    with closing(DirectDriver(with_rules(settings, rules).model_copy(update={"data": pressed}), people)) as driver:
        told = "\n".join(tell(text, driver)) + "\n"
    if not rewrite:
        assert told == without_record(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_through_http(path: Path, pressed: Path, settings: Settings, database_url: str, rewrite: bool) -> None:
    text = path.read_text("utf-8")
    people, faults, rules = header(text)
    at = with_rules(settings, rules).model_copy(update={"data": pressed, "database_url": database_url})
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
    people, faults, rules = header(text)
    line = settings.line.model_copy(update={"audio": audio})
    here = {"data": pressed, "database_url": f"sqlite:///{tmp_path / 'ivr.db'}", "line": line}
    at = with_rules(settings, rules).model_copy(update=here)
    with closing(HttpDriver(at, people, faults)) as driver:
        told = "\n".join([*tell(text, driver), *(f"= {row}" for row in driver.record())]) + "\n"
        driver.provider.finish()
        fetched = {fetch.url.rpartition(".")[2] for fetch in driver.provider.media.fetches}
        assert all(not call.errors and not call.disagreements for call in driver.provider.calls.values())
    assert fetched == {"mp3" if audio == "mp3" else "wav"}
    if not rewrite:
        assert told == text if audio == "ulaw" else without_record(told) == without_record(text)
