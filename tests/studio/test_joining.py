"""WAV out and back to the sample; MP3 in."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.errors import DamagedAudio, VoiceFailed
from ivr.studio.joining import decode, decode_mp3, join
from ivr.studio.layout import Silence
from tests.studio.sounds import encoded


def ramp(length: int) -> NDArray[np.int16]:
    return (np.arange(length) % 30000 - 15000).astype(np.int16)


def test_pieces_are_joined_to_the_sample() -> None:
    wav = join([Silence(500).sound(), ramp(8000), Silence(700).sound(), ramp(801)])
    with wave.open(io.BytesIO(wav)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 4000 + 8000 + 5600 + 801)
    assert np.array_equal(
        decode(wav), np.concatenate([Silence(500).sound(), ramp(8000), Silence(700).sound(), ramp(801)])
    )


def test_a_long_lesson_joins_at_once() -> None:
    assert len(decode(join([ramp(8000), Silence(700).sound()] * 400))) == 400 * (8000 + 5600)


@pytest.mark.parametrize("length", [0, 2, 30, 44, 4000, 16042])
def test_a_file_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(DamagedAudio):
        decode(join([ramp(8000)])[:length])


@pytest.mark.parametrize("wav", [b"no", b"RIFF" + bytes(40), b"<html>" * 100])
def test_what_is_no_wav_is_refused(wav: bytes) -> None:
    with pytest.raises(DamagedAudio, match="is not a whole"):
        decode(wav)


def test_another_rate_is_refused() -> None:
    with pytest.raises(DamagedAudio, match="8000 Hz"):
        decode(encoded("wav", rate_hz=16000))


@pytest.mark.parametrize("channels", [1, 2])
def test_mp3_is_decoded_at_its_own_rate_to_mono(channels: int) -> None:
    samples = decode_mp3(encoded("mp3", channels=channels))
    assert samples.rate_hz == 24000
    assert samples.sound.dtype == np.float32
    assert len(samples.sound) / 24000 == pytest.approx(1, abs=0.1)
    assert np.abs(samples.sound).max() == pytest.approx(10000 / 32768, rel=0.1)


@pytest.mark.parametrize("mp3", [b"", b"<html>" * 300, bytes(2000)])
def test_what_is_no_mp3_is_refused(mp3: bytes) -> None:
    with pytest.raises(VoiceFailed, match="not MP3"):
        decode_mp3(mp3)
