"""What an engine is, and what each of them needs."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.errors import MissingPart

Rate = Literal["slow", "normal", "fast"]
SLOWER: Mapping[Rate, Rate] = {"fast": "normal", "normal": "slow"}


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


def syllables(text: str) -> int:
    """About how many syllables a text has: hanzi, digits and Latin words count one each."""
    return len(re.findall(r"[^\W\da-zA-Z_]|\d|[a-zA-Z]+", text))


def installed_version(package: str, extra: str) -> str:
    """The version of an optional package; raises MissingPart with the command that installs it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise MissingPart(f'This voice needs {package}. Run: pip install "tingke[{extra}]"') from None
