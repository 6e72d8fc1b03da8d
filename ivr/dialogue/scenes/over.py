"""Goodbye."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue.talk import Talk
from ivr.dialogue.turn import Over, Say, Turn

SAYS = (Say("goodbye"),)


def enter(talk: Talk, scene: Over) -> Turn:
    return Turn(replace(talk.state, scene=scene), SAYS, None)
