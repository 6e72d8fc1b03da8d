"""Every voice is an Engine, found by a name in one table; a missing package says how to install it.

A voice is written "engine:voice" in the settings and in a lesson: "kokoro:zm_yunxi", "espeak:en-us", "gtts:zh-CN".
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import Engine, installed_version


def open_engine(spec: str, data: Path) -> tuple[Engine, str]:
    """The engine and the voice that "engine:voice" names; raises VoiceFailed or MissingPart. `data` is the data folder,
    where fetched voices are."""
    name, _, voice = spec.partition(":")
    if name not in _ENGINES or not voice:
        known = ", ".join(sorted(_ENGINES))
        raise VoiceFailed(f"There is no voice {spec!r}. Write it like espeak:cmn; engines here: {known}.")
    return _opened(name, voices_folder(data, name)), voice


def caution(spec: str) -> str | None:
    """What a person who chooses this voice should know about it, if anything."""
    engine, _, voice = spec.partition(":")
    if engine == "espeak" and voice.partition("-")[0] in ("cmn", "zh", "yue", "hak"):
        return f"{spec} is hard to understand in Chinese, above all by phone. Another voice is better for listeners."
    return None


def voices_folder(data: Path, engine: str) -> Path:
    return data / "voices" / engine


@functools.cache
def _opened(name: str, folder: Path) -> Engine:
    return _ENGINES[name](folder)


def _espeak(_folder: Path) -> Engine:
    from ivr.studio.engines.espeak import Espeak

    return Espeak()


def _gtts(_folder: Path) -> Engine:
    installed_version("gTTS", "gtts")  # said in words before the import would fail without them
    from ivr.studio.engines.gtts import Gtts

    return Gtts()


def _kokoro(folder: Path) -> Engine:
    installed_version("onnxruntime", "kokoro")
    from ivr.studio.engines.kokoro import Kokoro

    return Kokoro(folder)


def _tone(_folder: Path) -> Engine:
    from ivr.studio.engines.tone import Tone

    return Tone()


_ENGINES: dict[str, Callable[[Path], Engine]] = {"espeak": _espeak, "gtts": _gtts, "kokoro": _kokoro, "tone": _tone}
