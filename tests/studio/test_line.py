"""What the line makes of sound: as long as before, as much like it as the coder can."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.errors import MissingPart
from ivr.studio.engines import open_engine
from ivr.studio.line import Codec, carried
from ivr.studio.mastering import master


@pytest.fixture(scope="module")
def speech() -> NDArray[np.int16]:
    engine, voice = open_engine("espeak:en-us", Path())
    said = engine.synthesize("Good morning. Sit on the edge of the bed for a while before you stand up.", voice, "slow")
    return master(said.sound, said.rate_hz)


@pytest.fixture(scope="module")
def has_amr(speech: NDArray[np.int16]) -> None:
    try:
        carried(speech, "amr")
    except MissingPart as missing:
        warnings.warn(f"AMR-NB IS NOT TESTED: {missing}", stacklevel=1)
        pytest.skip(f"AMR-NB IS NOT TESTED: {missing}")


def envelope(sound: NDArray[np.int16]) -> NDArray[np.float64]:
    """The loudness of each 10 ms."""
    frames = sound[: len(sound) // 80 * 80].reshape(-1, 80).astype(np.float64)
    return np.sqrt(np.asarray(np.mean(frames**2, axis=1), np.float64))


def test_nothing_happens_on_a_clean_line(speech: NDArray[np.int16]) -> None:
    assert carried(speech, "clean") is speech


@pytest.mark.parametrize("codec", ["g711a", "g711u"])
def test_g711_adds_noise_38_db_below(speech: NDArray[np.int16], codec: Codec) -> None:
    heard = carried(speech, codec)
    assert heard.dtype == np.int16 and len(heard) == len(speech)
    noise = heard - speech.astype(float)
    assert 30 < 10 * np.log10(np.sum(speech.astype(float) ** 2) / np.sum(noise**2)) < 45
    assert np.array_equal(carried(heard, codec), heard)  # once coded, coding changes nothing


def test_the_two_laws_differ(speech: NDArray[np.int16]) -> None:
    assert not np.array_equal(carried(speech, "g711a"), carried(speech, "g711u"))


@pytest.mark.usefixtures("has_amr")
def test_amr_follows_the_speech_and_loses_its_form(speech: NDArray[np.int16]) -> None:
    heard = carried(speech, "amr")
    assert heard.dtype == np.int16 and len(heard) == len(speech)
    assert not np.array_equal(heard, speech)
    assert np.corrcoef(envelope(heard), envelope(speech))[0, 1] > 0.9
    shifts = range(-80, 81, 8)
    alike = [float(np.dot(np.roll(heard, shift).astype(float), speech.astype(float))) for shift in shifts]
    assert shifts[int(np.argmax(alike))] == 0


@pytest.mark.usefixtures("has_amr")
@pytest.mark.parametrize("length", [0, 1, 39, 159, 160, 161, 8001])
@pytest.mark.parametrize("codec", ["g711a", "g711u", "amr"])
def test_any_length_stays(length: int, codec: Codec) -> None:
    assert len(carried(np.full(length, 500, np.int16), codec)) == length


@pytest.mark.parametrize(
    ("does", "told"),
    [("echo Unknown encoder >&2; exit 8", "can't code AMR-NB .Unknown encoder"), ("exit 1", "it gave no reason")],
)
def test_an_ffmpeg_without_amr_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, told: str) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    with pytest.raises(MissingPart, match=told):
        carried(np.zeros(800, np.int16), "amr")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "none"))
    with pytest.raises(MissingPart, match="listen --through g711a"):
        carried(np.zeros(800, np.int16), "amr")
