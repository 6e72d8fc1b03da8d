"""Every voice is an Engine, found by a name in one table; a missing package says how to install it.

A voice is written "engine:voice" in the settings and in a lesson: "espeak:cmn", "espeak:en-us", "gtts:zh-CN".
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.errors import MissingPart, VoiceFailed

Rate = Literal["slow", "normal", "fast"]


@dataclass(frozen=True, slots=True)
class Samples:
    """Mono sound: float32 from -1 to 1, and how many of them make a second."""

    sound: NDArray[np.float32]
    rate_hz: int


class Engine(Protocol):
    """A synthesizer. `name` and `version` together stand for how it sounds: a new version makes new takes."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        """Speak. Raises VoiceFailed, which says what to do. May be called from any thread."""
        ...


def open_engine(spec: str) -> tuple[Engine, str]:
    """The engine and the voice that "engine:voice" names; raises VoiceFailed or MissingPart."""
    name, _, voice = spec.partition(":")
    if name not in _ENGINES or not voice:
        known = ", ".join(sorted(_ENGINES))
        raise VoiceFailed(f"There is no voice {spec!r}. Write it like espeak:cmn; engines here: {known}.")
    return _opened(name), voice


def caution(spec: str) -> str | None:
    """What a person who chooses this voice should know about it, if anything."""
    engine, _, voice = spec.partition(":")
    if engine == "espeak" and voice.partition("-")[0] in ("cmn", "zh", "yue", "hak"):
        return f"{spec} is hard to understand in Chinese, above all by phone. Another voice is better for listeners."
    return None


def syllables(text: str) -> int:
    """About how many syllables a text has: hanzi, digits and Latin words count one each."""
    return len(re.findall(r"[^\W\da-zA-Z_]|\d|[a-zA-Z]+", text))


def installed_version(package: str, extra: str) -> str:
    """The version of an optional package; raises MissingPart with the command that installs it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise MissingPart(f'This voice needs {package}. Run: pip install "tingke[{extra}]"') from None


@functools.cache
def _opened(name: str) -> Engine:
    return _ENGINES[name]()


def _espeak() -> Engine:
    from ivr.studio.engines.espeak import Espeak

    return Espeak()


def _gtts() -> Engine:
    from ivr.studio.engines.gtts import Gtts

    return Gtts()


def _tone() -> Engine:
    from ivr.studio.engines.tone import Tone

    return Tone()


_ENGINES: dict[str, Callable[[], Engine]] = {"espeak": _espeak, "gtts": _gtts, "tone": _tone}
