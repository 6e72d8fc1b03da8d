"""What can be open on the line at one moment, and what a key does to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from .sent import Kind
from .verbs import Gather, Record

SpanKind = Literal["play", "say", "tones", "pause", "wait", "record"]


@dataclass(frozen=True, slots=True)
class Goto:
    """The next document, and what is told with the request beside the standard parameters."""

    kind: Kind
    method: str
    url: str
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Gathering:
    """An open Gather and what has been pressed into it."""

    verb: Gather
    digits: str = ""
    finished: bool = False  # by a key; a timeout ends it too
    finishing_key: str = ""

    def takes(self, key: str) -> bool:
        """TW:voice/twiml/gather: the finishing key ends it and is not among the digits; so does the last digit."""
        if key == self.verb.finish_on_key:
            self.finished, self.finishing_key = True, key
        else:
            self.digits += key
            self.finished = len(self.digits) == self.verb.digits
        return True


@dataclass(slots=True)
class Tape:
    """A running Record."""

    verb: Record
    spoken: float = 0.0
    key: str = ""

    @property
    def silence(self) -> float:
        """So much silence ends the recording; a timeout of 0 disables that."""
        return float(self.verb.timeout or self.verb.longest)

    def takes(self, key: str) -> bool:
        self.key = key if key in self.verb.finish_on_key else ""
        return bool(self.key)


@dataclass(slots=True, eq=False)
class Span:
    """A stretch of time on the line, from when the caller hears it begin."""

    kind: SpanKind
    what: str
    length: float
    document: int
    started: datetime
    gathering: Gathering | None = None
    tape: Tape | None = None
    lasted: float = 0.0

    @property
    def end(self) -> datetime:
        return self.started + timedelta(seconds=self.length)
