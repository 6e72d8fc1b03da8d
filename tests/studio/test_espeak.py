"""The offline voice really speaks; when its process dies, one sentence fails and the next is spoken again."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import MissingPart, VoiceFailed
from ivr.studio.engines import caution, open_engine
from ivr.studio.engines.engine import Rate, installed_version, syllables
from ivr.studio.engines.espeak import Espeak
from ivr.studio.mastering import master
from ivr.studio.sound_check import fault

WORDS = "冬天生炉子取暖，一定要把窗户留一条缝，让空气流通。"


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    yield Espeak()
    gc.collect()


def worker(espeak: Espeak) -> int:
    return espeak.worker_ids[-1]


def seconds(espeak: Espeak, words: str, voice: str = "cmn", rate: Rate = "slow") -> float:
    samples = espeak.synthesize(words, voice, rate)
    return len(master(samples.sound, samples.rate_hz)) / 8000


@pytest.mark.parametrize(
    ("voice", "words"), [("cmn", WORDS), ("en-us", "Keep the window open a little."), ("yue", "你好")]
)
def test_it_speaks(espeak: Espeak, voice: str, words: str) -> None:
    samples = espeak.synthesize(words, voice, "slow")
    assert samples.sound.dtype == np.float32
    assert 0.1 < np.abs(samples.sound).max() <= 1
    assert 0.1 < len(samples.sound) / samples.rate_hz / syllables(words) < 0.8


@pytest.mark.parametrize("rate", ["slow", "normal", "fast"])
@pytest.mark.parametrize(
    "words", ["There is no hurry.", "Here it is once more.", "Take your medicine at the same time."]
)
def test_english_that_ends_soon_is_no_fault(espeak: Espeak, words: str, rate: Rate) -> None:
    """An e that ends a word is no syllable, or whole sentences look as if they stopped in the middle."""
    assert fault(espeak.synthesize(words, "en-us", rate), syllables(words)) is None


def test_slow_is_about_three_syllables_a_second_with_commas_and_the_others_are_faster(espeak: Espeak) -> None:
    slow, normal, fast = (seconds(espeak, WORDS, rate=rate) for rate in ("slow", "normal", "fast"))
    assert 2.6 <= syllables(WORDS) / slow <= 3.3
    assert slow > normal * 1.05 > fast * 1.1


def test_the_same_words_take_the_same_time_also_after_others(espeak: Espeak) -> None:
    first = seconds(espeak, WORDS)
    espeak.synthesize("Something else", "en-us", "fast")
    assert seconds(espeak, WORDS) == pytest.approx(first, abs=0.03)


@pytest.mark.parametrize("words", ["", "。", "\u200b"])
def test_silence_is_a_failure(espeak: Espeak, words: str) -> None:
    with pytest.raises(VoiceFailed, match="said nothing"):
        espeak.synthesize(words, "cmn", "slow")
    assert seconds(espeak, "您好") > 0.3


@pytest.mark.parametrize("voice", ["klingon-x", "../cmn"])
def test_a_voice_that_is_not_there_is_named(espeak: Espeak, voice: str) -> None:
    with pytest.raises(VoiceFailed, match="eSpeak NG has no voice"):
        espeak.synthesize("您好", voice, "slow")
    assert seconds(espeak, "您好") > 0.3


def test_threads_speak_at_once_each_by_a_process() -> None:
    espeak = Espeak()
    both = threading.Barrier(2)

    def speak() -> None:
        both.wait(timeout=30)
        espeak.synthesize(WORDS * 20, "yue", "slow")

    threads = [threading.Thread(target=speak) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(espeak.worker_ids) == 2


def test_many_threads_each_get_their_own_words(espeak: Espeak) -> None:
    heard: dict[str, float] = {}
    words = ["好" * length for length in range(1, 13)]
    threads = [threading.Thread(target=lambda each=each: heard.update({each: seconds(espeak, each)})) for each in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard, key=lambda each: heard[each]) == words


def test_a_worker_that_dies_between_sentences_is_not_noticed(espeak: Espeak) -> None:
    seconds(espeak, "您好")
    before = worker(espeak)
    os.kill(before, signal.SIGKILL)
    time.sleep(0.1)
    assert seconds(espeak, "您好") > 0.3
    assert worker(espeak) != before


def test_a_worker_that_dies_in_a_sentence_fails_it_and_the_next_is_spoken() -> None:
    espeak = Espeak()
    seconds(espeak, "您好")
    os.kill(worker(espeak), signal.SIGSTOP)  # so that it dies while it is asked
    threading.Timer(0.3, os.kill, (worker(espeak), signal.SIGKILL)).start()
    with pytest.raises(VoiceFailed, match=r"eSpeak NG stopped while saying '您好'\. Try again"):
        espeak.synthesize("您好", "cmn", "slow")
    assert seconds(espeak, "您好") > 0.3


def test_a_worker_that_hangs_is_ended() -> None:
    espeak = Espeak(patience_s=3)
    seconds(espeak, "您好")
    hanging = worker(espeak)
    os.kill(hanging, signal.SIGSTOP)
    with pytest.raises(VoiceFailed, match="stopped while saying"):
        espeak.synthesize("您好", "cmn", "slow")
    assert not Path(f"/proc/{hanging}").exists()
    assert Espeak().synthesize("您好", "cmn", "slow")


SPEAK_AND_WAIT = """
from ivr.studio.engines.espeak import Espeak
espeak = Espeak()
espeak.synthesize("hello", "en-us", "slow")
print(*espeak.worker_ids, flush=True)
input()
"""


@pytest.mark.parametrize("end", ["leaves", "is killed"])
def test_the_worker_goes_when_its_parent_does(end: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", SPEAK_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin and parent.stdout
    child = Path("/proc") / parent.stdout.readline().strip()
    assert child.exists()
    if end == "is killed":
        parent.kill()
    parent.communicate("\n" if end == "leaves" else None)
    for _ in range(50):
        if not child.exists():
            return
        time.sleep(0.1)
    pytest.fail("the worker is still there")


@pytest.mark.parametrize("spec", ["", "espeak", "espeak:", "nobody:cmn", "cmn"])
def test_a_voice_of_no_engine_is_refused(spec: str) -> None:
    with pytest.raises(VoiceFailed, match="engines here: espeak, gtts, kokoro, sherpa, tone"):
        open_engine(spec, Path())


def test_engines_are_opened_once() -> None:
    assert open_engine("espeak:cmn", Path()) == (open_engine("espeak:en-us", Path())[0], "cmn")


def test_a_missing_package_says_how_to_install_it() -> None:
    with pytest.raises(MissingPart, match=r'pip install "tingke\[espeak\]"'):
        installed_version("no-such-package", "espeak")


def test_mandarin_by_espeak_comes_with_a_caution() -> None:
    assert "hard to understand" in (caution("espeak:cmn") or "")
    assert caution("espeak:en-us") is None
    assert caution("gtts:zh-CN") is None
