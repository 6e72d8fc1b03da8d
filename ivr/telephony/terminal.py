"""A telephone in the terminal: the same calls, with words to read and keys to type. Time passes as the audio would
take. What is heard here counts in the database of the line it is given: hand it a rehearsal's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ivr import calls
from ivr.catalogue import Clip
from ivr.dialogue.turn import Input, Name, Play, Pressed, Said, Say, Silent, Turn
from ivr.prompts import Prompts
from ivr.shelf import Shelf
from ivr.telephony.voicing import voicing

PROVIDER = "terminal"
MS_A_CHARACTER = 200  # how long unpressed words would take
TYPED = re.compile(r"([0-9*#])(?:@([0-9]+(?:\.[0-9]+)?))?")


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of what the caller hears: its words, its length, and the file if there is one (from `start_ms` on)."""

    words: str
    length_ms: int
    file: Path | None
    start_ms: int = 0


@dataclass(slots=True)
class TerminalClock:
    """Goes forward only when told."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def advance(self, ms: float) -> None:
        self.time += timedelta(milliseconds=ms)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the person did: a key, nothing, or hanging up; and how much of the sounds had passed by then, if not all."""

    act: Input | None  # None: hung up
    after_ms: float | None


# Hears the sounds and waits so many seconds; gives back what the person did.
Ear = Callable[[tuple[Sound, ...], int], Typed]


def read_typed(text: str) -> Typed | None:
    """ "" is silence, "2" a key at once, "2@12" a key after 12 s, "q" hangs up; None for anything else."""
    text = text.strip().lower()
    if text in ("", "q"):
        return Typed(Silent() if text == "" else None, None if text == "" else 0)
    typed = TYPED.fullmatch(text)
    return Typed(Pressed(typed[1]), 1000 * float(typed[2] or 1)) if typed else None


def converse(line: calls.Line, clock: TerminalClock, prompts: Prompts, number: str, ear: Ear) -> None:
    """One call from `number`, until somebody hangs up."""
    sid = secrets.token_hex(8)
    spoken = calls.answer(line, PROVIDER, sid, number)
    began = clock.time
    while True:
        sounds = tuple(sounding(spoken.turn, line.shelf, prompts))
        length_ms = sum(sound.length_ms for sound in sounds)
        wait_s = spoken.turn.gather.seconds if spoken.turn.gather else 0
        typed = ear(sounds, wait_s)
        clock.advance(length_ms + 1000 * wait_s if typed.after_ms is None else min(typed.after_ms, length_ms))
        if spoken.turn.gather is None or typed.act is None:
            break
        kind = "key" if isinstance(typed.act, Pressed) else "end"
        spoken = calls.resume(line, PROVIDER, sid, spoken.n, kind, typed.act)
    lasted_s = round((clock.time - began).total_seconds())
    calls.hang_up(line, PROVIDER, sid, "completed", clock.time, lasted_s)


def sounding(turn: Turn, shelf: Shelf, prompts: Prompts) -> Iterator[Sound]:
    """What a turn sounds like."""
    voiced = voicing(shelf, prompts)
    for said in turn.says:
        yield _sound(said, shelf, voiced)


def _sound(said: Said, shelf: Shelf, voiced: Callable[[Say | Name], Clip | str]) -> Sound:
    match said:
        case Play():
            segment = shelf.catalogue().editions[said.edition].segments[said.segment]
            words = "".join(s.words for s in segment.sentences if s.start_ms >= said.within_ms)
            return Sound(words, said.length_ms, shelf.audio(said.audio), said.within_ms)
        case Clip():
            return Sound(said.words, said.length_ms, shelf.audio(said.audio))
        case Say() | Name():
            clip = voiced(said)
            if isinstance(clip, str):
                return Sound(clip, MS_A_CHARACTER * len(clip), None)
            return Sound(clip.words, clip.length_ms, shelf.audio(clip.audio))
