"""Sound becomes telephone audio: rate, level, peak, ends."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.studio.mastering import level_db, master

Sound = NDArray[np.float32]


def tone(seconds: float, rate_hz: int, pitch_hz: float = 1000, loudness: float = 0.5) -> Sound:
    wave: Sound = np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz).astype(np.float32)
    return wave * np.float32(loudness)


def quiet(seconds: float, rate_hz: int) -> Sound:
    return np.zeros(round(seconds * rate_hz), np.float32)


def bursts(rate_hz: int, loudness: float) -> Sound:
    """Something as uneven as speech: noise whose loudness swells, a peak 20 dB above its level."""
    noise = np.random.default_rng(1).standard_normal(rate_hz * 3).astype(np.float32)
    sound = noise * np.abs(np.sin(np.arange(len(noise)) / rate_hz * 9)).astype(np.float32)
    sound[len(sound) // 2] = 40
    scaled: Sound = sound * np.float32(loudness / np.abs(sound).max())
    return scaled


def peak_db(sound: NDArray[np.int16]) -> float:
    return float(20 * np.log10(np.abs(sound.astype(int)).max() / 32768))


def strength(sound: NDArray[np.int16], pitch_hz: float) -> float:
    """How much of a pitch there is, of 1."""
    wave = np.exp(-2j * np.pi * pitch_hz * np.arange(len(sound)) / 8000)
    return float(2 * np.abs(np.mean(sound / 32767 * wave)))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 24000, 44100])
def test_a_second_stays_a_second_at_8_khz_and_its_pitch_stays(rate_hz: int) -> None:
    mastered = master(tone(1, rate_hz), rate_hz)
    assert mastered.dtype == np.int16
    assert abs(len(mastered) - 8000) <= 80
    assert strength(mastered, 1000) == pytest.approx(0.112, rel=0.02)


@pytest.mark.parametrize("loudness", [0.003, 0.05, 0.9, 4.0])
@pytest.mark.parametrize("kind", ["tone", "bursts"])
def test_any_loudness_comes_out_at_one_level_below_the_ceiling(kind: str, loudness: float) -> None:
    sound = tone(1, 24000, loudness=loudness) if kind == "tone" else bursts(24000, loudness)
    mastered = master(sound, 24000)
    assert level_db(mastered) == pytest.approx(-22, abs=0.5)
    assert peak_db(mastered) <= -3


def test_half_silence_does_not_change_the_level_of_the_rest() -> None:
    mastered = master(np.concatenate([tone(1, 16000), quiet(2, 16000), tone(1, 16000)]), 16000)
    assert strength(mastered[800:7200], 1000) == pytest.approx(0.112, rel=0.02)


def test_idle_ends_are_cut_and_inner_silence_is_kept() -> None:
    parts = [quiet(0.7, 16000), tone(0.5, 16000), quiet(0.4, 16000), tone(0.5, 16000), quiet(1.3, 16000)]
    mastered = master(np.concatenate(parts), 16000)
    assert 1.4 <= len(mastered) / 8000 <= 1.5


def test_what_a_telephone_would_fold_or_rumble_is_gone() -> None:
    mixed = tone(1, 24000) + tone(1, 24000, 6000) + tone(1, 24000, 50)
    mastered = master(mixed, 24000)
    assert strength(mastered, 2000) < 0.001  # 6 kHz would fold to here
    assert strength(mastered, 50) < 0.01
    assert strength(mastered, 1000) > 0.1


def test_a_constant_offset_is_not_speech() -> None:
    assert abs(np.mean(master(tone(1, 16000) + np.float32(0.2), 16000))) < 30


@pytest.mark.parametrize("sound", [quiet(0, 16000), quiet(1, 16000), quiet(1, 16000) + np.float32(1e-6)])
def test_nothing_stays_nothing(sound: Sound) -> None:
    assert len(master(sound, 16000)) == 0


@pytest.mark.parametrize("samples", [1, 7, 500, 3333])
def test_the_length_is_whole_milliseconds(samples: int) -> None:
    assert len(master(tone(1, 22050)[:samples] + np.float32(0.1), 22050)) % 8 == 0
