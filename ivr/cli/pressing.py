"""Pressing as a person at the terminal sees it: how far it is, and what they should know about a voice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ivr.catalogue import Clip
from ivr.cli.progress_bar import shown
from ivr.cli.voices import noted
from ivr.config import Settings
from ivr.studio import phrases as studio
from ivr.studio.phrases import Phrase

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.press import Voices


def press(settings: Settings, phrases: Iterable[Phrase], known: Mapping[str, Voices]) -> None:
    studio.press(settings, phrases, known, noted, shown)


def press_letters(settings: Settings, phrases: Iterable[Phrase]) -> dict[Phrase, Clip]:
    return studio.press_letters(settings, phrases, noted, shown)
