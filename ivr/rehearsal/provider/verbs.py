"""What a document can tell the provider to do, each attribute with a value: Twilio's default where none was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    words: str
    loop: int


@dataclass(frozen=True, slots=True)
class Play:
    url: str
    loop: int
    digits: str


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: int


@dataclass(frozen=True, slots=True)
class Gather:
    action: str
    method: str
    timeout: int
    digits: int | None  # None: unlimited
    finish_on_key: str
    action_on_empty: bool
    nested: tuple[Say | Play | Pause, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Record:
    action: str
    method: str
    timeout: int
    finish_on_key: str
    longest: int
    trim: bool
    callback: str
    callback_method: str


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Reject:
    reason: str


Verb = Say | Play | Pause | Gather | Redirect | Record | Hangup | Reject
