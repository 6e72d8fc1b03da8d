"""The audio that a provider fetches: whole files and slices of them, for ever the same; and nothing else."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ivr.shelf import Shelf
from ivr.telephony import audio
from tests.made_lessons import RATE_HZ, tone

LENGTH_MS = 2000
WAV = tone(LENGTH_MS, mark=7)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("audio") / "data")


@pytest.fixture(scope="module")
def name(shelf: Shelf) -> str:
    """The hash of a file of two seconds."""
    return shelf.put_audio(WAV)


@pytest.fixture(scope="module")
def client(shelf: Shelf) -> Iterator[FlaskClient]:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(audio.blueprint(shelf))
    yield app.test_client()


def samples(wav: bytes) -> bytes:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        frames: bytes = file.readframes(file.getnframes())
        assert len(frames) == 2 * file.getnframes()
        return frames


def test_a_whole_file(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/audio/{name}.wav")
    assert (answer.status_code, answer.data) == (200, WAV)
    assert answer.content_type == "audio/wav"
    assert answer.content_length == len(WAV)


def test_what_is_for_one_person_is_kept_by_nobody_between(client: FlaskClient, shelf: Shelf, name: str) -> None:
    private = shelf.put_recording(tone(LENGTH_MS, mark=8))
    for path, directive in ((name, "public"), (private, "private"), (f"{private}-500", "private")):
        kept = client.get(f"/audio/{path}.wav").headers["Cache-Control"].split(", ")
        assert {"public", "private"} & {*kept} == {directive}
        assert "immutable" in kept


@pytest.mark.parametrize("start_ms", [0, 1, 20, 999, 1000, 1500, 1999])
def test_a_slice(client: FlaskClient, name: str, start_ms: int) -> None:
    answer = client.get(f"/audio/{name}-{start_ms}.wav")
    assert answer.status_code == 200
    assert samples(answer.data) == samples(WAV)[2 * RATE_HZ * start_ms // 1000 :]
    assert answer.content_length == len(answer.data)


@given(st.integers(0, LENGTH_MS + 100), st.integers(1, 50))
def test_any_slice(start_ms: int, length_ms: int) -> None:
    """As long as what is left, to the sample; none beyond the end."""
    wav = tone(length_ms)
    cut = audio.sliced(wav, start_ms)
    left = samples(wav)[2 * (RATE_HZ * start_ms // 1000) :]
    assert (b"" if cut is None else samples(cut)) == left
    assert (cut is None) == (start_ms >= length_ms)


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 22_050])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_slice_keeps_its_format(rate_hz: int, channels: int) -> None:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(bytes(range(256)) * 40 * channels)
    cut = audio.sliced(whole.getvalue(), 100)
    assert cut
    with wave.open(io.BytesIO(cut)) as file:
        assert (file.getnchannels(), file.getframerate()) == (channels, rate_hz)
        assert file.getnframes() == 256 * 20 - rate_hz * 100 // 1000


MISSING = {
    "no such file": "0" * 64 + ".wav",
    "beyond the end": "{name}-2000.wav",
    "far beyond the end": "{name}-999999999.wav",
    "a number too long": "{name}-1000000000.wav",
    "a number much too long": "{name}-" + "9" * 5000 + ".wav",
    "no number": "{name}-.wav",
    "two numbers": "{name}-1-1.wav",
    "a negative number": "{name}--1.wav",
    "a fraction": "{name}-1.5.wav",
    "an exponent": "{name}-1e3.wav",
    "a number in other digits": "{name}-%EF%BC%91.wav",
    "a blank": "{name}-%201.wav",
    "a blank after": "{name}.wav%20",
    "a line break after": "{name}.wav%0A",
    "a null after": "{name}.wav%00",
    "a null inside": "{name}%00.wav",
    "capitals": "{capitals}.wav",
    "a capital ending": "{name}.WAV",
    "another ending": "{name}.ogg",
    "two endings": "{name}.mp3.wav",
    "no ending": "{name}",
    "a letter too few": "{short}.wav",
    "a letter too many": "{name}0.wav",
    "10,000 letters": "a" * 10_000 + ".wav",
    "up a folder": "../index.json",
    "up a folder, escaped": "..%2Findex.json",
    "up a folder, escaped twice": "%252e%252e%252findex.json",
    "up a folder with backslashes": "..%5Cindex.json",
    "up from a file": "{name}.wav/../../index.json",
    "a folder": "",
    "a root": "/etc/passwd",
    "a root, escaped": "%2Fetc%2Fpasswd",
    "a draft": ".{name}.wav.1.2",
    "an overlong slash": "..%c0%afindex.json",
}


@pytest.mark.parametrize("path", MISSING.values(), ids=list(MISSING))
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_there_is_nothing_else(client: FlaskClient, shelf: Shelf, name: str, path: str, method: str) -> None:
    (shelf.root / "index.json").write_text("{}")
    path = path.replace("{name}", name).replace("{capitals}", name.upper()).replace("{short}", name[:-1])
    answer = client.open(f"/audio/{path}", method=method)
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_is_only_read(client: FlaskClient, name: str, method: str) -> None:
    assert client.open(f"/audio/{name}.wav", method=method).status_code == 405


@pytest.mark.parametrize("start", ["", "-500"])
def test_head(client: FlaskClient, name: str, start: str) -> None:
    whole = client.get(f"/audio/{name}{start}.wav")
    head = client.head(f"/audio/{name}{start}.wav")
    assert (head.status_code, head.data) == (200, b"")
    for header in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Accept-Ranges"):
        assert head.headers[header] == whole.headers[header]


@pytest.mark.parametrize("start", ["", "-500"])
def test_it_may_be_kept_for_ever(client: FlaskClient, name: str, start: str) -> None:
    answer = client.get(f"/audio/{name}{start}.wav")
    kept = {part.strip() for part in answer.headers["Cache-Control"].split(",")}
    assert kept == {"public", "max-age=31536000", "immutable"}
    assert answer.headers["ETag"].startswith('"') and "Set-Cookie" not in answer.headers


def test_each_slice_has_its_own_tag(client: FlaskClient, name: str) -> None:
    tags = [client.head(f"/audio/{name}{start}.wav").headers["ETag"] for start in ("", "-1", "-2", "-500")]
    assert len(set(tags)) == 4


@pytest.mark.parametrize("start", ["", "-500"])
def test_not_modified(client: FlaskClient, name: str, start: str) -> None:
    path = f"/audio/{name}{start}.wav"
    tag = client.head(path).headers["ETag"]
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        answer = client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b""), known
        assert answer.headers["ETag"] == tag and "immutable" in answer.headers["Cache-Control"]
    for other in ('"other"', f'"{name}"', "", '"' + "a" * 5000 + '"'):
        assert client.get(path, headers={"If-None-Match": other}).status_code == 200


RANGES: dict[str, tuple[int, slice]] = {
    "bytes=0-99": (206, slice(0, 100)),
    "bytes=100-": (206, slice(100, None)),
    "bytes=-100": (206, slice(-100, None)),
    "bytes=0-0": (206, slice(0, 1)),
    "bytes=0-99999999": (206, slice(0, None)),
    "bytes=99999999-": (416, slice(0)),
    "bytes=5-2": (416, slice(0)),
    "bytes=x": (416, slice(0)),
}


@pytest.mark.parametrize(("asked", "status", "part"), [(asked, *told) for asked, told in RANGES.items()])
@pytest.mark.parametrize("start", ["", "-500"])
def test_a_range(client: FlaskClient, name: str, start: str, asked: str, status: int, part: slice) -> None:
    path = f"/audio/{name}{start}.wav"
    whole = client.get(path).data
    answer = client.get(path, headers={"Range": asked})
    assert answer.status_code == status or (status == 416 and answer.status_code == 200)
    if status == 206:
        assert answer.data == whole[part]
        assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")
        assert answer.content_length == len(answer.data)


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=0-1", "bytes", "", "bytes=" + "0-1," * 1000])
def test_a_range_that_is_none_is_no_error(client: FlaskClient, name: str, asked: str) -> None:
    assert client.get(f"/audio/{name}.wav", headers={"Range": asked}).status_code in (200, 206, 416)


DAMAGED = {"empty": b"", "no WAV": b"not a wav file" * 99, "cut off in its head": WAV[:20], "cut off": WAV[:1000]}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=list(DAMAGED))
@pytest.mark.parametrize("start", ["", "-20", "-500"])
def test_a_file_damaged_on_disk_is_no_500(tmp_path: Path, damaged: bytes, start: str) -> None:
    """Rather a 404 than half a file that says it is whole."""
    shelf = Shelf(tmp_path)
    name = shelf.put_audio(WAV)
    (tmp_path / "audio" / f"{name}.wav").write_bytes(damaged)
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(audio.blueprint(shelf))
    answer: Any = app.test_client().get(f"/audio/{name}{start}.wav")
    assert answer.status_code in ((200, 404) if not start else (404,) if damaged != WAV[:1000] else (200, 404))
