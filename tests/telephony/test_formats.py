"""What a carrier is sent, by setting: the same sound, as long to the sample, under a name and a type that fit it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.config import AudioFormat
from ivr.rehearsal.provider import mp3_seconds, wav_seconds
from ivr.shelf import Shelf
from ivr.studio.joining import decode, join
from ivr.studio.mastering import master
from ivr.telephony import audio
from ivr.telephony.formats import encoded
from tests.studio.sounds import bursts

SPEECH = join([master(bursts(8000, 0.5), 8000)])
OTHERS: list[AudioFormat] = ["ulaw", "alaw", "mp3"]


def sent(wav: bytes, kind: AudioFormat) -> bytes:
    body = encoded(wav, kind)
    assert body is not None
    return body


def heard(body: bytes) -> NDArray[np.int16]:
    samples, rate_hz = soundfile.read(io.BytesIO(body), dtype="int16")
    assert rate_hz == 8000 and samples.ndim == 1
    return np.asarray(samples, np.int16)


def coding(wav: bytes) -> int:
    return int.from_bytes(wav[20:22], "little")


def test_wav_is_left_as_it_is() -> None:
    assert encoded(SPEECH, "wav") is SPEECH


@pytest.mark.parametrize(("kind", "code"), [("ulaw", 7), ("alaw", 6)])
def test_g711_keeps_the_sound_in_half_the_bytes(kind: AudioFormat, code: int) -> None:
    body, original = sent(SPEECH, kind), decode(SPEECH).astype(float)
    assert coding(body) == code
    assert len(body) == pytest.approx(len(SPEECH) / 2, abs=64)
    noise = heard(body) - original
    assert 10 * np.log10(np.sum(original**2) / np.sum(noise**2)) >= 30


def test_mu_law_is_that_of_the_recommendation() -> None:
    """ITU-T G.711, table 2: each byte decoded by hand is within half a step of what went in."""
    original = np.arange(-32000, 32000, 8).astype(np.int16)
    code = ~np.frombuffer(sent(join([original]), "ulaw")[-len(original) :], np.uint8).astype(int) & 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    size = ((mantissa * 8 + 132) << exponent) - 132
    values = np.where(code & 0x80, -size, size)
    assert np.all(np.abs(values - original) <= 4 << exponent)


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=1300))
def test_lengths_are_exact_to_the_sample(samples: list[int]) -> None:
    wav = join([np.array(samples, np.int16)])
    for kind in OTHERS:
        assert len(heard(sent(wav, kind))) == len(samples)
    assert wav_seconds(sent(wav, "ulaw")) == len(samples) / 8000
    assert 0 <= mp3_seconds(sent(wav, "mp3")) - len(samples) / 8000 < 0.25  # its encoder's delay, if that is played


def test_mp3_is_a_quarter_and_sounds_alike() -> None:
    body, original = sent(SPEECH, "mp3"), decode(SPEECH).astype(float)
    assert len(body) < len(SPEECH) / 3
    assert np.corrcoef(heard(body), original)[0, 1] > 0.9  # most of it is noise


def test_the_same_goes_out_the_same() -> None:
    """The tag of a name promises it."""
    for kind in OTHERS:
        assert encoded(SPEECH, kind) == encoded(SPEECH, kind)


STEREO = io.BytesIO()
soundfile.write(STEREO, np.zeros((800, 2), np.int16), 8000, format="WAV")


@pytest.mark.parametrize("damaged", [b"", b"RIFF", b"no wav" * 99, SPEECH[:20], SPEECH[:-2], SPEECH[:-1]])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_whole_file_is_not_encoded(damaged: bytes, kind: AudioFormat) -> None:
    assert encoded(damaged, kind) is None
    assert encoded(STEREO.getvalue(), kind) is None


# ── at the web door ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("formats"))


@pytest.fixture(scope="module")
def name(shelf: Shelf) -> str:
    return shelf.put_audio(SPEECH)


def client(shelf: Shelf, kind: AudioFormat) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(audio.blueprint(shelf, kind))
    return app.test_client()


@pytest.mark.parametrize("start_ms", [0, 1, 777])
@pytest.mark.parametrize(
    ("kind", "ending", "content_type"),
    [
        ("wav", "wav", "audio/wav"),
        ("ulaw", "wav", "audio/wav"),
        ("alaw", "wav", "audio/wav"),
        ("mp3", "mp3", "audio/mpeg"),
    ],
)
def test_the_address_leads_to_the_format(
    shelf: Shelf, name: str, kind: AudioFormat, ending: str, content_type: str, start_ms: int
) -> None:
    url = audio.address("https://line.example", kind)(f"{name}-{start_ms}" if start_ms else name)
    assert url.endswith(f".{ending}")
    answer = client(shelf, kind).get(url.removeprefix("https://line.example"))
    assert (answer.status_code, answer.content_type) == (200, content_type)
    assert answer.content_length == len(answer.data)
    assert len(heard(answer.data)) == len(decode(SPEECH)) - 8 * start_ms
    if kind in ("ulaw", "alaw"):
        assert coding(answer.data) == {"ulaw": 7, "alaw": 6}[kind]


@pytest.mark.parametrize(("kind", "other", "code"), [("mp3", "wav", 1), ("wav", "mp3", None), ("ulaw", "mp3", None)])
def test_a_call_that_began_before_the_setting_changed_goes_on(
    shelf: Shelf, name: str, kind: AudioFormat, other: str, code: int | None
) -> None:
    answer = client(shelf, kind).get(f"/audio/{name}-500.{other}")
    assert answer.status_code == 200
    assert len(heard(answer.data)) == len(decode(SPEECH)) - 4000
    assert code is None or coding(answer.data) == code


def test_each_format_has_its_own_tag(shelf: Shelf, name: str) -> None:
    tags = [client(shelf, kind).head(f"/audio/{name}.wav").headers["ETag"] for kind in ("wav", "ulaw", "alaw")]
    tags.append(client(shelf, "mp3").head(f"/audio/{name}.mp3").headers["ETag"])
    assert len(set(tags)) == 4


@pytest.mark.parametrize("kind", OTHERS)
def test_ranges_and_tags_are_as_ever(shelf: Shelf, name: str, kind: AudioFormat) -> None:
    path = audio.address("", kind)(f"{name}-500")
    whole = client(shelf, kind).get(path)
    part = client(shelf, kind).get(path, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    known = client(shelf, kind).get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert "immutable" in whole.headers["Cache-Control"]


@pytest.mark.parametrize("kind", OTHERS)
def test_a_damaged_file_is_rather_missing(tmp_path: Path, kind: AudioFormat) -> None:
    shelf = Shelf(tmp_path)
    name = shelf.put_audio(SPEECH)
    shelf.audio(name).write_bytes(SPEECH[:1000])
    assert client(shelf, kind).get(audio.address("", kind)(name)).status_code == 404
