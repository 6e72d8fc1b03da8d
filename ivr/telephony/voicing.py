"""How the line's own words are voiced: by a pressed clip, and where one is missing by the provider's voice."""

from __future__ import annotations

from collections.abc import Callable

from ivr.catalogue import Clip
from ivr.dialogue.turn import Name, Say
from ivr.prompts import Prompts
from ivr.shelf import Shelf


def voicing(shelf: Shelf, prompts: Prompts) -> Callable[[Say | Name], Clip | str]:
    def voiced(said: Say | Name) -> Clip | str:
        words = said.words if isinstance(said, Name) else prompts.words(said.prompt, said.value)
        return shelf.phrase(prompts.voice, words) or words

    return voiced
