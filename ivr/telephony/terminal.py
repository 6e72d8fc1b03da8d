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
from ivr.dialogue.turn import Gather, Input, Play, Pressed, Record, Said, Silent, Spoke, Turn
from ivr.shelf import Shelf
from ivr.voicing import MS_A_CHARACTER, Voicing

PROVIDER = "terminal"
KINDS: dict[type[Input], str] = {Pressed: "key", Silent: "end", Spoke: "spoke"}
CHARACTERS_A_SECOND = 4  # of what is typed instead of being said
TYPED = re.compile(r"([0-9*#]{1,32})(?:@([0-9]+(?:\.[0-9]+)?))?")


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


# Hears the sounds and what is waited for then; gives back what the person did.
Ear = Callable[[tuple[Sound, ...], Gather | Record | None], Typed]


def read_typed(text: str, waited_for: Gather | Record) -> Typed | None:
    """ "" is silence, "2" a key at once, "2@12" a key after 12 s, "q" hangs up; a number where one is asked for. After
    the tone, whatever is typed is what is said. None for anything else."""
    text = text.strip().lower()
    if isinstance(waited_for, Record) and text not in ("", "q"):
        seconds = min(waited_for.seconds, max(1, len(text) // CHARACTERS_A_SECOND))
        return Typed(Spoke(secrets.token_hex(8), "", seconds), None)
    if text in ("", "q"):
        return Typed(Silent() if text == "" else None, None if text == "" else 0)
    typed = TYPED.fullmatch(text)
    act = _keys(typed[1], waited_for) if typed else None
    return Typed(act, 1000 * float(typed[2] or 1)) if typed and act else None


def _keys(keys: str, waited_for: Gather | Record) -> Pressed | Silent | None:
    """As a provider would tell them: # ends a number and is no part of it; by itself it ends one that has no digits."""
    digits = waited_for.digits if isinstance(waited_for, Gather) else 1
    number = keys.removesuffix("#") if digits > 1 else keys
    if len(number) > digits or (digits > 1 and "#" in number):
        return None
    return Pressed(number) if number else Silent()


def converse(line: calls.Line, clock: TerminalClock, number: str, ear: Ear) -> None:
    """One call from `number`, until somebody hangs up."""
    sid = secrets.token_hex(8)
    spoken = calls.answer(line, PROVIDER, sid, number)
    began = clock.time
    while True:
        sounds = tuple(sounding(spoken.turn, line.shelf, line.voiced))
        length_ms = sum(sound.length_ms for sound in sounds)
        gather = spoken.turn.gather
        typed = ear(sounds, gather)
        waited_ms = 1000 * gather.seconds if isinstance(gather, Gather) else 0
        said_ms = 1000 * typed.act.seconds if isinstance(typed.act, Spoke) else waited_ms
        clock.advance(length_ms + said_ms if typed.after_ms is None else min(typed.after_ms, length_ms))
        if gather is None or typed.act is None:
            break
        spoken = calls.resume(line, PROVIDER, sid, spoken.n, KINDS[type(typed.act)], typed.act)
    lasted_s = round((clock.time - began).total_seconds())
    calls.hang_up(line, PROVIDER, sid, "completed", clock.time, lasted_s)


def sounding(turn: Turn, shelf: Shelf, voiced: Voicing) -> Iterator[Sound]:
    """What a turn sounds like."""
    for said in turn.says:
        yield _sound(said, shelf, voiced, turn.state.language)


def _sound(said: Said, shelf: Shelf, voiced: Voicing, language: str) -> Sound:
    match said:
        case Play():
            lesson = shelf.catalogue().editions[said.edition]
            played = lesson.other_pace if lesson.other_pace and said.pace == lesson.other_pace.pace else lesson
            sentences = played.segments[said.segment].sentences
            words = "".join(each.words for each in sentences if each.start_ms >= said.within_ms)
            return Sound(words, said.length_ms, shelf.audio(said.audio), said.within_ms)
        case Clip():
            return Sound(said.words, said.length_ms, shelf.audio(said.audio))
        case _:
            clip = voiced(said, language)
            if isinstance(clip, str):
                return Sound(clip, MS_A_CHARACTER * len(clip), None)
            return Sound(clip.words, clip.length_ms, shelf.audio(clip.audio))
