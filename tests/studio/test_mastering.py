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


def level_in_a_file(sound: NDArray[np.int16]) -> float:
    """Where a silence follows."""
    return level_db(np.pad(sound, (0, 4000)))


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
    assert strength(mastered, 1000) == pytest.approx(0.127, rel=0.02)  # some of the silence counts


@pytest.mark.parametrize("loudness", [0.003, 0.05, 0.9, 4.0])
@pytest.mark.parametrize("kind", ["tone", "bursts"])
def test_any_loudness_comes_out_at_one_level_below_the_ceiling(kind: str, loudness: float) -> None:
    sound = tone(1, 24000, loudness=loudness) if kind == "tone" else bursts(24000, loudness)
    mastered = master(sound, 24000)
    assert level_in_a_file(mastered) == pytest.approx(-22, abs=0.2)
    assert peak_db(mastered) <= -3


def test_half_silence_does_not_change_the_level_of_the_rest() -> None:
    mastered = master(np.concatenate([tone(1, 16000), quiet(2, 16000), tone(1, 16000)]), 16000)
    assert level_in_a_file(mastered) == pytest.approx(-22, abs=0.2)
    assert strength(mastered[800:7200], 1000) == pytest.approx(0.124, rel=0.04)


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


def p56_db(sound: NDArray[np.int16]) -> float:
    """ITU-T P.56 method B word for word, sample by sample."""
    g, hangover, margin = np.exp(-1 / (8000 * 0.03)), 1600, 15.9
    thresholds = [2.0**-j for j in range(15, 0, -1)]
    active, since = [0] * 15, [hangover] * 15
    p = q = 0.0
    for sample in (sound / 32768).tolist():
        p = g * p + (1 - g) * abs(sample)
        q = g * q + (1 - g) * p
        for j, threshold in enumerate(thresholds):
            if q >= threshold:
                active[j] += 1
                since[j] = 0
            elif since[j] < hangover:
                active[j] += 1
                since[j] += 1
    energy = float(np.sum((sound / 32768) ** 2))
    levels = [10 * np.log10(energy / max(1, each)) for each in active]
    over = [level - 20 * np.log10(threshold) - margin for level, threshold in zip(levels, thresholds, strict=True)]
    j = next(j for j, each in enumerate(over) if each <= 0)
    return float(levels[j - 1] + (levels[j] - levels[j - 1]) * over[j - 1] / (over[j - 1] - over[j]))


@pytest.mark.parametrize("kind", ["tone", "bursts", "a tone and silence", "soft after loud"])
def test_the_level_is_that_of_p56(kind: str) -> None:
    sound = {
        "tone": tone(1, 8000, 500),
        "bursts": bursts(8000, 0.8),
        "a tone and silence": np.concatenate([tone(0.7, 8000), quiet(1.5, 8000), tone(0.7, 8000)]),
        "soft after loud": np.concatenate([tone(1, 8000, loudness=0.5), tone(1, 8000, loudness=0.02)]),
    }[kind]
    samples = np.round(sound * 32000).astype(np.int16)
    assert level_db(samples) == pytest.approx(p56_db(samples), abs=0.25)


def test_silence_has_no_level() -> None:
    assert level_db(np.zeros(8000, np.int16)) == -np.inf


def test_consonants_are_lifted_and_the_line_ends_where_lines_end() -> None:
    """The response at each pitch against 500 Hz, in dB."""
    lifts = {}
    for pitch in (50, 100, 500, 1000, 2200, 3000, 3700):
        mixed = tone(1, 24000, 500, 0.1) + tone(1, 24000, pitch, 0.1)
        mastered = master(mixed, 24000)
        lifts[pitch] = 20 * np.log10(strength(mastered, pitch) / strength(mastered, 500))
    assert lifts[2200] == pytest.approx(5, abs=0.5)
    assert 1 < lifts[1000] < 3 and 1.5 < lifts[3000] < 3
    assert lifts[100] < -8 and lifts[50] < -20 and lifts[3700] < -8


def test_loud_and_soft_come_nearer_to_each_other() -> None:
    soft_and_loud = np.concatenate([tone(1, 16000, loudness=0.05), tone(1, 16000, loudness=0.5)])
    mastered = master(soft_and_loud, 16000)
    soft, loud = strength(mastered[2000:6000], 1000), strength(mastered[10000:14000], 1000)
    assert 17 < 20 * np.log10(loud / soft) < 19  # were 20


def test_a_long_recording_is_filtered_in_blocks_as_if_in_one() -> None:
    long = master(np.tile(tone(1, 8000, 440, 0.3), 20), 8000)
    inner = long[8000:-8000].astype(float)
    assert np.abs(inner[:8000] - inner[80000:88000]).max() <= 2
