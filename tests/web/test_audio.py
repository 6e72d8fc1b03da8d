"""What plays at the desk is what a telephone would give: through G.711, whole or in part; and nothing private."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest

from ivr.records.db import Database
from ivr.shelf import Shelf
from tests.made_lessons import tone
from tests.web.conftest import Browser, Clock, desk_of


def frames(wav: bytes) -> bytes:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        told: bytes = file.readframes(file.getnframes())
        return told


@pytest.fixture
def first(pressed: Path) -> str:
    """The first segment of the lesson on falls, of 12 s, by its hash."""
    lesson = next(each for each in Shelf(pressed).catalogue().lessons if each.slug == "falls")
    return lesson.segments[0].audio


@pytest.mark.parametrize(
    ("part", "seconds"), [("", 12), ("-0", 12), ("-10500", 1.5), ("-2000-4000", 2), ("-11000-99000", 1)]
)
def test_a_piece_whole_or_in_part(browser: Browser, first: str, part: str, seconds: float) -> None:
    browser.sign_in("chuxin")
    answer = browser.get(f"/desk/audio/{first}{part}.wav")
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert len(frames(answer.data)) == 16_000 * seconds
    assert "no-store" not in answer.headers["Cache-Control"] and "private" in answer.headers["Cache-Control"]


def test_it_has_been_through_the_line(browser: Browser, shelf: Shelf, first: str) -> None:
    """A-law of ITU-T G.711 keeps a 16-bit sample to 13 bits at best: the same tone, but not the same samples."""
    browser.sign_in("chuxin")
    heard, pressed = frames(browser.get(f"/desk/audio/{first}.wav").data), frames(shelf.audio(first).read_bytes())
    assert len(heard) == len(pressed) and heard != pressed
    assert {int.from_bytes(heard[at : at + 2], "little") % 8 for at in range(0, len(heard), 2)} == {0}


def test_a_player_may_ask_for_a_part_of_the_file(browser: Browser, first: str) -> None:
    browser.sign_in("chuxin")
    path = f"/desk/audio/{first}.wav"
    answer = browser.client.get(path, base_url="https://line.example", headers={"Range": "bytes=0-99"})
    assert answer.status_code == 206 and len(answer.data) == 100


@pytest.mark.parametrize("name", ["{}-12000", "{}-5000-4000", "{}-1-2-3", "{}x", "0" * 64, "index", "..%2findex"])
def test_what_is_no_piece_is_not_there(browser: Browser, first: str, name: str) -> None:
    browser.sign_in("xian")
    assert browser.get(f"/desk/audio/{name.format(first)}.wav").status_code == 404


def test_a_lesson_in_one_go_with_its_questions(browser: Browser, shelf: Shelf) -> None:
    browser.sign_in("chuxin")
    (lesson,) = (each for each in shelf.catalogue().lessons if each.slug == "falls")
    said = [lesson.title, *(clip for q in lesson.questions for clip in (q.ask, q.when_right, q.when_wrong))]
    ms = lesson.length_ms + sum(clip.length_ms for clip in said)
    for asked in ("falls.wav", f"falls.wav?edition={lesson.edition}"):
        assert len(frames(browser.get(f"/desk/audio/lesson/{asked}").data)) == 16 * ms
    for asked in ("unknown.wav", f"stoves.wav?edition={lesson.edition}"):
        assert browser.get(f"/desk/audio/lesson/{asked}").status_code == 404


def test_what_somebody_said_is_not_there(
    database: Database, county: dict[str, int], clock: Clock, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path)
    public, private = shelf.put_audio(tone(300, 1)), shelf.put_recording(tone(300, 2))
    browser = Browser(desk_of(database, tmp_path, clock).test_client())
    browser.sign_in("xian")
    assert [browser.get(f"/desk/audio/{name}.wav").status_code for name in (public, private)] == [200, 404]


def test_pages_may_play_it(browser: Browser) -> None:
    assert "media-src 'self'" in browser.get("/desk/sign-in").headers["Content-Security-Policy"]
