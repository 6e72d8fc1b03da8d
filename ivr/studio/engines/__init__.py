"""Every voice is an Engine, found by a name in one table; a missing package says how to install it.

A voice is written "engine:voice" in the settings and in a lesson: "kokoro:zm_yunxi", "espeak:en-us", "gtts:zh-CN",
"sherpa:vctk#12".
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ivr.errors import MissingPart, VoiceFailed
from ivr.studio.engines.engine import Engine, installed_version
from ivr.studio.languages.tags import tag

LAST_RESORT = {"zh": "espeak:cmn", "en": "espeak:en-us", "yue": "espeak:yue"}


def open_engine(spec: str, data: Path) -> tuple[Engine, str]:
    """The engine and the voice that "engine:voice" names; raises VoiceFailed or MissingPart. `data` is the data folder,
    where fetched voices are."""
    name, _, voice = spec.partition(":")
    if name not in _ENGINES or not voice:
        known = ", ".join(sorted(_ENGINES))
        raise VoiceFailed(f"There is no voice {spec!r}. Write it like espeak:cmn; engines here: {known}.")
    return _opened(name, _ENGINES[name].place(voices_folder(data, name), voice)), voice


def is_here(spec: str, data: Path) -> bool:
    """Can this voice speak on this machine?"""
    try:
        open_engine(spec, data)
    except (MissingPart, VoiceFailed):
        return False
    return True


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


def language_of(spec: str) -> str | None:
    """The language that a voice speaks, as far as its name tells; None where it does not."""
    engine, _, voice = spec.partition(":")
    match engine:
        case "kokoro":
            return "zh" if voice.startswith("z") else "en"
        case "espeak" | "gtts":
            return tag(voice)
    return None


def caution(spec: str) -> str | None:
    """What a person who chooses this voice should know about it, if anything."""
    engine, _, voice = spec.partition(":")
    if engine == "espeak" and voice.partition("-")[0] in ("cmn", "zh", "yue", "hak"):
        return f"{spec} is hard to understand in Chinese, above all by phone. Another voice is better for listeners."
    return None


def voices_folder(data: Path, engine: str) -> Path:
    return data / "voices" / engine


@functools.cache
def _opened(name: str, place: Path) -> Engine:
    """An engine is opened once for each place that it has something in."""
    return _ENGINES[name].open(place)


def _espeak(_place: Path) -> Engine:
    from ivr.studio.engines.espeak import Espeak

    return Espeak()


def _gtts(_place: Path) -> Engine:
    installed_version("gTTS", "gtts")  # said in words before the import would fail without them
    from ivr.studio.engines.gtts import Gtts

    return Gtts()


def _kokoro(place: Path) -> Engine:
    installed_version("onnxruntime", "kokoro")
    from ivr.studio.engines.kokoro_model import Model

    model = Model()  # loads while the dictionaries do
    from ivr.studio.engines.kokoro import Kokoro

    return Kokoro(place, model)


def _sherpa(place: Path) -> Engine:
    from ivr.studio.engines.sherpa import Sherpa

    return Sherpa(place)


def _tone(_place: Path) -> Engine:
    from ivr.studio.engines.tone import Tone

    return Tone()


def _nowhere(_folder: Path, _voice: str) -> Path:
    return Path()


def _where_voices_are_fetched(folder: Path, voice: str) -> Path:
    from ivr.studio.engines import kokoro_voices

    kokoro_voices.read(folder, voice)  # a voice that is not there is told now, not at its first word
    return folder


def _in_the_voice_s_folder(folder: Path, voice: str) -> Path:
    from ivr.studio.engines.sherpa import parse_voice

    return folder / parse_voice(voice)[0]


class _Kind(NamedTuple):
    """How an engine is opened, and where in its folder of the data folder the voice has something, if it has."""

    open: Callable[[Path], Engine]
    place: Callable[[Path, str], Path] = _nowhere


_ENGINES = {
    "espeak": _Kind(_espeak),
    "gtts": _Kind(_gtts),
    "kokoro": _Kind(_kokoro, _where_voices_are_fetched),
    "sherpa": _Kind(_sherpa, _in_the_voice_s_folder),
    "tone": _Kind(_tone),
}
