"""Kokoro: what the model is told, where its voices come from, and what it really says."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import MissingPart, VoiceFailed
from ivr.studio.engines import kokoro_model, kokoro_voices, open_engine
from ivr.studio.engines.engine import Engine, Rate
from ivr.studio.engines.espeak import Espeak
from ivr.studio.engines.kokoro_phonemes import english, mandarin, refused_mandarin
from ivr.studio.mastering import master


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("你好", "ni↗xau↓"),
        ("您好，再见。", "ni↗n xau↓, ʦai↘ʨjɛ↘n."),
        ("重要的银行", "ꭧʊ↘ŋjau↘ tɤ i↗nxa↗ŋ"),
        ("不是", "pu↗ʂɨ↘"),
        ("一起", "i↘ʨʰi↓"),
        ("好吗？", "xau↓ ma?"),
        ("他说：好！", "tʰa→ ʂwo→: xau↓!"),
        ("行[hang2]，走[zou3]吧", "xa↗ŋ, ʦou↓ pa"),
    ],
)
def test_phonemes(text: str, said: str) -> None:
    assert mandarin(text) == said


@pytest.mark.parametrize(("text", "what"), [("用WeChat付", "WeChat"), ("有3个", "3"), ("好α", "α")])
def test_what_it_can_t_say_is_named_with_a_mend(text: str, what: str) -> None:
    with pytest.raises(VoiceFailed, match=rf"can't say '{what}'.*Write it as it sounds"):
        mandarin(text)
    assert refused_mandarin(text) == (what,)


def test_what_it_can_say_is_not_refused() -> None:
    assert refused_mandarin("重庆[chong2 qing4]的★，好！嗯…… 吗") == ()
    assert refused_mandarin("A和B，兙[ke4]又A") == ("A", "B")


# ── where the voices come from ───────────────────────────────────────────────────────────────────────────────────


def npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An npm that does this, first on the PATH."""
    program = folder / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def archive(folder: Path, packs: dict[str, bytes]) -> Path:
    path = folder / "packed.tgz"
    with tarfile.open(path, "w:gz") as packed:
        for voice, pack in packs.items():
            entry = tarfile.TarInfo(f"package/voices/{voice}.bin")
            entry.size = len(pack)
            packed.addfile(entry, io.BytesIO(pack))
    return path


def hands_out(packed: Path) -> str:
    return f"cp {packed} \"$5\"/packed.tgz; echo '{json.dumps([{'filename': 'packed.tgz'}])}'"


def test_voices_are_fetched_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packs = {voice: voice.encode() * 100 for voice in kokoro_voices.SHA256}
    monkeypatch.setattr(kokoro_voices, "SHA256", {v: hashlib.sha256(p).hexdigest() for v, p in packs.items()})
    npm(tmp_path, monkeypatch, hands_out(archive(tmp_path, packs)))
    folder = tmp_path / "voices"
    assert kokoro_voices.fetch(folder) == list(packs)
    assert {path.stem: path.read_bytes() for path in folder.iterdir()} == packs
    (folder / "zm_yunxi.bin").write_bytes(b"cut off")
    assert kokoro_voices.missing(folder) == ["zm_yunxi"]
    assert kokoro_voices.fetch(folder) == ["zm_yunxi"]
    npm_gone = tmp_path / "bin" / "npm"
    npm_gone.unlink()
    assert kokoro_voices.fetch(folder) == []


def test_another_voice_than_was_tested_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(tmp_path, monkeypatch, hands_out(archive(tmp_path, dict.fromkeys(kokoro_voices.SHA256, b"something else"))))
    with pytest.raises(MissingPart, match="has another zm_yunxi than was tested"):
        kokoro_voices.fetch(tmp_path / "voices")
    assert not (tmp_path / "voices").exists()


@pytest.mark.parametrize(
    ("script", "told"),
    [("echo 'no network' >&2; exit 1", "could not get kokoro-js.*no network"), ("sleep 5", "did not get .* within")],
)
def test_npm_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str) -> None:
    monkeypatch.setattr(kokoro_voices, "PATIENCE_S", 0.5)
    npm(tmp_path, monkeypatch, script)
    with pytest.raises(MissingPart, match=told):
        kokoro_voices.fetch(tmp_path / "voices")


@pytest.mark.parametrize("script", ["", "echo no JSON", "echo '[]'", "echo '{}'", "echo '[{}]'", "echo 3"])
def test_npm_does_not_say_what_it_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    npm(tmp_path, monkeypatch, script)
    with pytest.raises(MissingPart, match=r"did not say where it put kokoro-js.*up to date"):
        kokoro_voices.fetch(tmp_path / "voices")


def test_npm_is_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(tmp_path, monkeypatch, "")
    (tmp_path / "bin" / "npm").write_bytes(b"\x7fELF")
    with pytest.raises(MissingPart, match="npm can't be run"):
        kokoro_voices.fetch(tmp_path / "voices")


@pytest.mark.parametrize("spoil", ["gone", "empty", "cut", "noise", "another"])
def test_a_damaged_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str) -> None:
    path = archive(tmp_path, {"nobody": b"x"} if spoil == "another" else dict.fromkeys(kokoro_voices.SHA256, b"x" * 99))
    whole = path.read_bytes()
    spoilt = {"cut": whole[: len(whole) // 2], "noise": whole[:60] + b"\xff" * 60 + whole[120:]}
    path.write_bytes(whole if spoil == "another" else spoilt.get(spoil, b""))
    npm(tmp_path, monkeypatch, hands_out(tmp_path / "nowhere" if spoil == "gone" else path))
    with pytest.raises(MissingPart, match=r"came damaged .*; nothing was kept. Run `npm cache clean"):
        kokoro_voices.fetch(tmp_path / "voices")
    assert not (tmp_path / "voices").exists()


def test_there_is_no_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPart, match="apt install npm"):
        kokoro_voices.fetch(tmp_path / "voices")


def test_a_voice_that_is_not_here(tmp_path: Path) -> None:
    with pytest.raises(MissingPart, match="ivr voices fetch"):
        kokoro_voices.read(tmp_path, "zm_yunxi")
    with pytest.raises(VoiceFailed, match="There are zm_yunxi"):
        kokoro_voices.read(tmp_path, "nobody")


# ── what it really says ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def kokoro(neural: Path) -> Engine:
    return open_engine("kokoro:zm_yunxi", neural)[0]


TEXT = "您好，这里是听课电话。"


def length_s(engine: Engine, voice: str, rate: Rate) -> float:
    said = engine.synthesize(TEXT if voice[0] == "z" else "Hello, and welcome to our lesson.", voice, rate)
    return len(master(said.sound, said.rate_hz)) / 8000


@pytest.mark.parametrize("voice", list(kokoro_voices.SHA256))
def test_it_speaks_at_the_pace_that_was_asked_for(kokoro: Engine, voice: str) -> None:
    slow, normal, fast = (length_s(kokoro, voice, rate) for rate in ("slow", "normal", "fast"))
    assert slow > normal * 1.05
    assert normal >= fast * 0.99
    assert 2.2 < 9 / slow < 5


def test_a_fast_voice_is_stretched(kokoro: Engine) -> None:
    slow, normal, fast = (length_s(kokoro, "zm_yunxi", rate) for rate in ("slow", "normal", "fast"))
    assert slow / normal == pytest.approx(4.45 / 3.8, abs=0.05)
    assert normal / fast == pytest.approx(4.7 / 4.45, abs=0.05)


def test_english(kokoro: Engine) -> None:
    ipa = open_engine("espeak:en-us", Path())[0]
    assert isinstance(ipa, Espeak)
    assert english(ipa.phonemes("Hello, our little lesson.", "en-us")) == "həlˈO, ˌWəɹ lˈɪɾᵊl lˈɛsən."
    assert len(kokoro.synthesize("Good morning.", "af_heart", "normal").sound) > 12_000


def test_the_same_words_sound_the_same(kokoro: Engine) -> None:
    one, other = (kokoro.synthesize(TEXT, "zm_yunxi", "slow").sound for _ in range(2))
    assert np.array_equal(one, other)


def test_too_much_or_nothing_to_say(kokoro: Engine) -> None:
    with pytest.raises(VoiceFailed, match="in one go"):
        kokoro.synthesize("长" * 400, "zm_yunxi", "slow")
    with pytest.raises(VoiceFailed, match="in one go"):
        kokoro.synthesize("", "zm_yunxi", "slow")


@pytest.mark.parametrize("part", ["nowhere_to_be_found", "ivr.studio"])
def test_a_model_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(kokoro_model, "PARTS", [part])
    with pytest.raises(MissingPart, match="is not here"):
        kokoro_model.Model()


def test_a_damaged_model_never_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_part").mkdir()
    (tmp_path / "a_part" / "part.bin").write_bytes(b"half of it")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(kokoro_model, "PARTS", ["a_part"])
    with pytest.raises(MissingPart, match="is damaged"):
        assert kokoro_model.Model().session
