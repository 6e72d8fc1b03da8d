"""Sound becomes telephone audio: rate, level, peak, ends."""

from __future__ import annotations

import hashlib
import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.studio import mastering
from ivr.studio import sound as telephone_sound
from ivr.studio.level import level_db
from ivr.studio.mastering import PLAIN, PRESETS, STRONG, Preset, master
from tests.studio.sounds import Sound, bursts, quiet, tone


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


def brutal() -> dict[str, Sound]:
    noise = np.random.default_rng(5).standard_normal(48000).astype(np.float32)
    knocks = np.where(np.arange(48000) % 4800 == 0, 1, 0).astype(np.float32)
    return {
        "bursts far over full scale": bursts(24000, 1e6),
        "clipped bursts": np.clip(bursts(24000, 60), -1, 1),
        "noise": noise,
        "a square wave": np.sign(tone(1, 24000, 300)),
        "nothing but knocks": knocks,
        "knocks 40 dB above soft speech": knocks + tone(2, 24000, 700, 0.01),
        "one sample": np.pad(np.ones(1, np.float32), 7200),
        "a tone where the line ends": tone(1, 24000, 3390),
    }


@pytest.mark.parametrize("level", [-26.0, -22.0, -19.0])
@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("sound", brutal().values(), ids=brutal())
def test_every_preset_keeps_its_level_and_the_ceiling(sound: Sound, preset: Preset, level: float) -> None:
    mastered = master(sound, 24000, preset.at(level))
    assert level_in_a_file(mastered) == pytest.approx(level, abs=0.3)
    assert peak_db(mastered) <= -3


def test_half_silence_does_not_change_the_level_of_the_rest() -> None:
    mastered = master(np.concatenate([tone(1, 16000), quiet(2, 16000), tone(1, 16000)]), 16000)
    assert level_in_a_file(mastered) == pytest.approx(-22, abs=0.2)
    assert strength(mastered[800:7200], 1000) == pytest.approx(0.124, rel=0.04)


def test_idle_ends_are_cut_and_inner_silence_is_kept() -> None:
    parts = [quiet(0.7, 16000), tone(0.5, 16000), quiet(0.4, 16000), tone(0.5, 16000), quiet(1.3, 16000)]
    mastered = master(np.concatenate(parts), 16000)
    assert 1.4 <= len(mastered) / 8000 <= 1.5


@pytest.mark.parametrize("pitch", [3800, 3900, 4000, 4100, 4500, 5000, 6000, 7000, 8000, 9000, 10000, 11000, 11900])
def test_what_a_telephone_can_not_carry_folds_to_nowhere(pitch: int) -> None:
    """Beside a tone of 1 kHz, all else that is heard of a tone as loud is 75 dB below it: at 3.8 and 3.9 kHz, where
    the line fades, but for that tone itself."""
    mixed = tone(2, 24000, 1000, 0.3) + tone(2, 24000, pitch, 0.3)
    inner = master(mixed, 24000)[800:-800].astype(np.float64)
    power = np.abs(np.fft.rfft(inner * np.hanning(len(inner)))) ** 2
    pitches = np.fft.rfftfreq(len(inner), 1 / 8000)
    heard, own = np.abs(pitches - 1000) < 20, np.abs(pitches - pitch) < 20
    assert 10 * np.log10(power[~heard & ~own].sum() / power[heard].sum()) < -75
    assert not own.any() or 10 * np.log10(power[own].sum() / power[heard].sum()) < -15


def test_rumble_is_gone() -> None:
    mastered = master(tone(1, 24000) + tone(1, 24000, 50), 24000)
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


PITCHES = (50, 100, *range(200, 3401, 100), 3700)


def written_response_db(preset: Preset, pitches: list[float]) -> NDArray[np.float64]:
    """What the filter should do, from the formulas: a Butterworth high-pass of 2nd order at 200 Hz, a low-pass whose
    power falls by the 32nd power of the pitch from 3400 Hz on, and the Cookbook's peaking equalizer."""
    f = np.array(pitches)
    high_pass = -10 * np.log10(1 + (200 / f) ** 4)
    low_pass = -10 * np.log10(1 + (f / 3400) ** 32)
    a, w0 = 10 ** (preset.presence_db / 40), 2 * np.pi * preset.presence_hz / 8000
    alpha = np.sin(w0) / (2 * preset.presence_q)
    z = np.exp(2j * np.pi * f / 8000)
    above = np.polyval([1 + alpha * a, -2 * np.cos(w0), 1 - alpha * a], z)
    below = np.polyval([1 + alpha / a, -2 * np.cos(w0), 1 - alpha / a], z)
    written: NDArray[np.float64] = high_pass + low_pass + 20 * np.log10(np.abs(above / below))
    return written


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_each_preset_lifts_as_it_says(preset: Preset) -> None:
    """A sine at a time from 50 to 3700 Hz, against one of 550 Hz beside it."""
    lifts = []
    for pitch in PITCHES:
        mastered = master(tone(1, 24000, 550, 0.1) + tone(1, 24000, pitch, 0.1), 24000, preset)
        lifts.append(20 * np.log10(strength(mastered, pitch) / strength(mastered, 550)))
    written = written_response_db(preset, [*PITCHES, 550])
    off = np.array(lifts) - (written[:-1] - written[-1])
    audible = [200 <= pitch <= 3400 for pitch in PITCHES]
    assert np.abs(off[audible]).max() < 0.5
    assert lifts[0] < -18 and lifts[1] < -6 and lifts[-1] < -8


def test_the_presets_are_the_measured_ones() -> None:
    assert (PLAIN.presence_hz, PLAIN.presence_db, PLAIN.presence_q, PLAIN.level_db) == (2200, 5, 0.7, -22)
    assert (STRONG.presence_hz, STRONG.presence_db, STRONG.presence_q, STRONG.level_db) == (2500, 8, 0.6, -22)
    assert list(PRESETS) == [each.name for each in PRESETS.values()] == ["plain", "strong"]


def test_the_plain_preset_sounds_as_ever() -> None:
    """To the byte, so that takes of before are as good. The sound comes at 8 kHz: resampling differs between
    processors by less than can be heard, but not by nothing."""
    n = np.arange(8000 * 6, dtype=np.int64)
    sound = ((n * n // 7 % 20011 - 10005) * (n % 4001) / 4001 / 32768).astype(np.float32)
    was = "33af20c9c6f43c2cec6da183421086291205604b31d33501aec7f938f061e34e"
    assert hashlib.sha256(master(sound, 8000).astype("<i2").tobytes()).hexdigest() == was
    assert hashlib.sha256(master(sound, 8000, STRONG).astype("<i2").tobytes()).hexdigest() != was


def test_loud_and_soft_come_nearer_to_each_other() -> None:
    soft_and_loud = np.concatenate([tone(1, 16000, loudness=0.05), tone(1, 16000, loudness=0.5)])
    mastered = master(soft_and_loud, 16000)
    soft, loud = strength(mastered[2000:6000], 1000), strength(mastered[10000:14000], 1000)
    assert 17 < 20 * np.log10(loud / soft) < 19  # were 20


def test_a_long_recording_is_filtered_in_blocks_as_if_in_one() -> None:
    long = master(np.tile(tone(1, 8000, 440, 0.3), 20), 8000)
    inner = long[8000:-8000].astype(float)
    assert np.abs(inner[:8000] - inner[80000:88000]).max() <= 2


def test_a_long_recording_is_mastered_minute_by_minute() -> None:
    """Memory: not more than four times the sound at 8 kHz, whatever the steps; and no seam is heard at a minute."""
    sound = np.tile(tone(1, 24000, 440, 0.3), 600)
    tracemalloc.start()
    mastered = master(sound, 24000)
    assert tracemalloc.get_traced_memory()[1] < 4 * len(mastered) * 8
    tracemalloc.stop()
    for minute in range(1, 10):
        seam = slice(480_000 * minute - 4000, 480_000 * minute + 4000)
        assert np.abs(mastered[seam].astype(int) - mastered[4_000_000:4_008_000]).max() <= 2


def test_blocks_leave_no_seam_whatever_a_step_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filtered, compressed and limited a second at a time, it is the same as in one."""
    swelling = np.tile(bursts(24000, 0.9), 3) * np.linspace(0.1, 1, 24000 * 9, dtype=np.float32)
    in_one = master(swelling, 24000, STRONG)
    assert peak_db(in_one) == pytest.approx(-3, abs=0.01)  # the limiter was at work
    for module in (mastering, telephone_sound):
        monkeypatch.setattr(module, "BLOCK", 8000)
    assert np.abs(master(swelling, 24000, STRONG).astype(int) - in_one).max() <= 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_no_sound(bad: float) -> None:
    """An engine that went wrong is told apart from one that speaks."""
    broken = tone(1, 24000)
    broken[5000] = bad
    assert len(master(broken, 24000)) == 0
