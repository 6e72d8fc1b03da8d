"""Every voice is an Engine, found by a name in one table; a missing package says how to install it.

A voice is written "engine:voice" in the settings and in a lesson: "kokoro:zm_yunxi", "espeak:en-us", "gtts:zh-CN".
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from ivr.errors import MissingPart, VoiceFailed
from ivr.studio.engines.engine import Engine, installed_version

LAST_RESORT = {"zh": "espeak:cmn", "en": "espeak:en-us", "yue": "espeak:yue"}


def open_engine(spec: str, data: Path) -> tuple[Engine, str]:
    """The engine and the voice that "engine:voice" names; raises VoiceFailed or MissingPart. `data` is the data folder,
    where fetched voices are."""
    name, _, voice = spec.partition(":")
    if name not in (*_ENGINES, "kokoro") or not voice:
        known = ", ".join(sorted((*_ENGINES, "kokoro")))
        raise VoiceFailed(f"There is no voice {spec!r}. Write it like espeak:cmn; engines here: {known}.")
    if name == "kokoro":
        return _kokoro(voices_folder(data, name)), voice
    return _opened(name), voice


def voice_here(spec: str, language: str, data: Path) -> tuple[str, str | None]:
    """This voice where it is installed; otherwise eSpeak NG's for the language, and what to do about that.

    Raises VoiceFailed for a spec that names no voice, MissingPart where eSpeak NG is not installed either.
    """
    try:
        open_engine(spec, data)
    except MissingPart as missing:
        spare = LAST_RESORT.get(language, spec)
        open_engine(spare, data)
        return spare, f"{spec} can't speak here, so {spare} does. {missing}"
    return spec, None


def caution(spec: str) -> str | None:
    """What a person who chooses this voice should know about it, if anything."""
    engine, _, voice = spec.partition(":")
    if engine == "espeak" and voice.partition("-")[0] in ("cmn", "zh", "yue", "hak"):
        return f"{spec} is hard to understand in Chinese, above all by phone. Another voice is better for listeners."
    return None


def voices_folder(data: Path, engine: str) -> Path:
    return data / "voices" / engine


@functools.cache
def _opened(name: str) -> Engine:
    return _ENGINES[name]()


@functools.cache
def _kokoro(folder: Path) -> Engine:
    """The only one that has something of its own in the data folder."""
    installed_version("onnxruntime", "kokoro")
    from ivr.studio.engines.kokoro import Kokoro

    return Kokoro(folder)


def _espeak() -> Engine:
    from ivr.studio.engines.espeak import Espeak

    return Espeak()


def _gtts() -> Engine:
    installed_version("gTTS", "gtts")  # said in words before the import would fail without them
    from ivr.studio.engines.gtts import Gtts

    return Gtts()


def _tone() -> Engine:
    from ivr.studio.engines.tone import Tone

    return Tone()


_ENGINES: dict[str, Callable[[], Engine]] = {"espeak": _espeak, "gtts": _gtts, "tone": _tone}
