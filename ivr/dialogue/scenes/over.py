"""Goodbye."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue.state import Over
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import Input, Say, Turn

SAYS = (Say("goodbye"),)


def enter(talk: Talk, scene: Over) -> Turn:
    return Turn(replace(talk.state, scene=scene, scan=None), SAYS, None)


def answer(talk: Talk, scene: Over, _act: Input) -> Go:
    return talk.go(scene)
