"""Turn <-> JSON, so that a call can wait in the database between two requests."""

from __future__ import annotations

import msgspec

from ivr.dialogue.turn import Turn

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Turn)


def encode(turn: Turn) -> str:
    return _encoder.encode(turn).decode()


def decode(text: str) -> Turn:
    return _decoder.decode(text)
