"""Sound files of people: what is taken, what is refused, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.errors import BadRecording
from ivr.studio.recording.judging import judge
from ivr.studio.recording.sound_file import read_sound
from tests.studio.people import RATE_HZ, Sound, converted, hiss, hum, silence, told, wav

TEXTS = ("先挂电话，再打电话给家里人。", "骗子常说自己是公安局的人。", "请您记住不要转账。")
SYLLABLES = 32


@pytest.fixture(scope="module")
def speech() -> Sound:
    return told(TEXTS)


def written(folder: Path, content: bytes, name: str = "a.wav") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def noise(length: int) -> Sound:
    return np.asarray(np.random.default_rng(0).standard_normal(length) / 10, np.float32)


SPOILED: dict[str, tuple[Callable[[Sound], NDArray[np.floating[Any]]], tuple[str, ...], tuple[str, ...]]] = {
    "as it is": (lambda s: s, (), ()),
    "a little hiss": (lambda s: hiss(s, 30), (), ()),
    "hiss": (lambda s: hiss(s, 13), (), ("rather noisy",)),
    "much hiss": (lambda s: hiss(s, 3), ("noise instead of speech",), ()),
    "much hum": (lambda s: hum(s, 0.1), ("too noisy",), ("mains hum", "It stops while")),
    "hum": (lambda s: hum(s, 0.01), (), ("mains hum in it (50 Hz)",)),
    "hum of 60 Hz": (lambda s: hum(s, 0.01, 60), (), ("mains hum in it (60 Hz)",)),
    "only hum": (lambda s: hum(s * 0, 0.2), ("steady tone or hum instead of speech",), ()),
    "only noise": (lambda s: noise(len(s)), ("noise instead of speech",), ()),
    "silence": (lambda s: s * 0, ("It is silent",), ()),
    "nothing": (lambda s: s[:0], ("It is silent",), ()),
    "a bit clipped": (lambda s: np.clip(s * np.float32(1.5), -1, 1), (), ("rather clipped",)),
    "clipped": (lambda s: np.clip(s * 4, -1, 1), ("too clipped",), ()),
    "quiet": (lambda s: s / 30, (), ("rather quiet",)),
    "too quiet": (lambda s: s / 100, ("too quiet",), ()),
    "a third": (lambda s: s[: len(s) // 3], ("something of the text is missing",), ("It stops while",)),
    "thrice": (lambda s: np.tile(s, 3), ("more than the text",), ()),
    "the end cut": (lambda s: s[: int(len(s) * 0.9)], (), ("It stops while somebody speaks",)),
    "a long wait": (lambda s: np.concatenate([silence(9000), s, silence(9000)]), (), ()),
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_wrong_is_told_with_its_mend(how: str, speech: Sound, tmp_path: Path) -> None:
    spoil, faults, advice = SPOILED[how]
    verdict = judge(read_sound(written(tmp_path, wav(np.asarray(spoil(speech), np.float32)))), SYLLABLES)
    assert len(verdict.faults) == len(faults) and len(verdict.advice) == len(advice), verdict
    for told_, expected in zip((*verdict.faults, *verdict.advice), (*faults, *advice), strict=True):
        assert expected in told_ and told_.endswith((".", "?"))


def test_its_figures_are_those_of_the_sound(speech: Sound, tmp_path: Path) -> None:
    figures = judge(read_sound(written(tmp_path, wav(hiss(speech, 25)))), SYLLABLES).figures
    assert figures == "10.9 s of speech, 2.9 syllables a second, at -19 dB; noise 28 dB below; 0.00% clipped"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.m4a", ("-c:a", "aac", "-f", "ipod")),
        ("a.mp3", ("-f", "mp3")),
        ("a.flac", ("-f", "flac")),
        ("a.ogg", ("-f", "ogg")),
        ("a.amr", ("-ar", "8000", "-f", "amr")),
        ("a.3gp", ("-ar", "8000", "-c:a", "libopencore_amrnb", "-f", "3gp")),
        ("8k.wav", ("-ar", "8000", "-f", "wav")),
        ("96k.wav", ("-ar", "96000", "-f", "wav")),
        ("stereo.wav", ("-ac", "2", "-f", "wav")),
        ("8bit.wav", ("-c:a", "pcm_u8", "-f", "wav")),
        ("24bit.wav", ("-c:a", "pcm_s24le", "-f", "wav")),
        ("named.wav", ("-f", "mp3")),
    ],
)
def test_whatever_telephones_and_programs_write(
    name: str, options: tuple[str, ...], speech: Sound, tmp_path: Path
) -> None:
    file = read_sound(written(tmp_path, converted(wav(speech), *options[:-2], form=options[-1]), name))
    assert file.samples.rate_hz <= 24_000
    assert file.seconds == pytest.approx(len(speech) / RATE_HZ, abs=0.1)
    assert judge(file, SYLLABLES).faults == ()


@pytest.mark.parametrize(
    ("content", "told_"),
    [
        (b"", "is empty"),
        ("这不是声音".encode() * 100, "can't be played"),
        (b"<html>" * 1000, "can't be played"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "can't be played"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "can't be played"),
        (wav(silence(3000))[:-1000], "is not whole"),
        (wav(silence(3000))[:30], "can't be played|is not whole"),
        (wav(np.full(3000, np.nan, np.float32), subtype="FLOAT"), "no sound that can be played"),
        (wav(np.full(3000, np.inf, np.float32), subtype="FLOAT"), "no sound that can be played"),
        (wav(silence(1000), rate_hz=4000), "only 4000 samples"),
        (wav(np.zeros(2 * 3600 * 8000, np.float32), 8000), "lasts more than 20 minutes"),
    ],
)
def test_what_is_no_sound_is_refused(content: bytes, told_: str, tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=told_):
        read_sound(written(tmp_path, content))


def test_a_file_that_was_cut_off_is_refused(speech: Sound, tmp_path: Path) -> None:
    m4a, mp3 = converted(wav(speech), "-c:a", "aac", form="ipod"), converted(wav(speech), form="mp3")
    with pytest.raises(BadRecording, match="not all of it"):
        read_sound(written(tmp_path, m4a[: len(m4a) // 2], "a.m4a"))
    half = judge(read_sound(written(tmp_path, mp3[: len(mp3) // 3], "a.mp3")), SYLLABLES)
    assert "something of the text is missing" in half.faults[0]


def test_a_long_mp3_is_not_read_to_its_end(tmp_path: Path) -> None:
    hours = converted(wav(np.zeros(2 * 3600 * 8000, np.float32), 8000), "-b:a", "8k", form="mp3")
    with pytest.raises(BadRecording, match="lasts more than 20 minutes"):
        read_sound(written(tmp_path, hours, "a.mp3"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="can't be read"):
        read_sound(tmp_path / "none.wav")
