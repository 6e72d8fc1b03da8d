"""The words that callers hear, by id; one file a language, each complete; and their sound, as it ships.

`pressed` is a folder like the shelf's: audio/<sha256>.wav and phrases/<language>.json. scripts/press-prompts makes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ivr.errors import BadPrompts

REFERENCE = "zh_CN"
BLANK = "{}"
LANGUAGES = ("zh_CN", "yue", "en")
PRESSED = Path(__file__).parent / "pressed"
PRESSED_BY = {"zh": "kokoro:zm_yunxi", "yue": "espeak:yue", "en": "kokoro:af_heart"}  # the voice of each language's
PEOPLE = 60  # the largest branch whose counts are among them


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of one language. `voice` is the language whose voice speaks them."""

    language: str
    texts: Mapping[str, str]

    @property
    def voice(self) -> str:
        return self.language.partition("_")[0]

    def words(self, prompt: str, value: str = "") -> str:
        """What is said; KeyError for a prompt that is not there."""
        return self.texts[prompt].replace(BLANK, value)


@cache
def load(language: str) -> Prompts:
    """The prompts of a language. Raises BadPrompts where a prompt or its blank is missing, or one is too many."""
    texts, reference = _read(language), _read(REFERENCE)
    differing = [
        name
        for name in sorted(texts.keys() | reference.keys())
        if texts.get(name, "").count(BLANK) != reference.get(name, "").count(BLANK)
        or (name in texts) != (name in reference)
    ]
    if differing:
        raise BadPrompts(f"prompts/{language}.toml and {REFERENCE}.toml differ in: {', '.join(differing)}")
    return Prompts(language, texts)


def _read(language: str) -> dict[str, str]:
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))
