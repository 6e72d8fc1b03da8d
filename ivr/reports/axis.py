"""A call along its time: where the line spoke, where a lesson played, where it waited; and the keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Sent:
    """A turn as it was sent: when, in seconds after the call began; whether it played a piece of a lesson; how long it
    takes, where that is known."""

    at_s: float
    is_lesson: bool
    length_ms: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """From and to, in seconds."""

    kind: Literal["talk", "lesson", "wait"]
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A key, and whether it meant anything."""

    at_s: float
    key: str
    counted: bool


def bars(turns: Sequence[Sent], lasted_s: float) -> Iterator[Bar]:
    """Each turn until the next, the last one until the end; what is left once all was said is waiting."""
    starts = [turn.at_s for turn in turns]
    end_s = max([lasted_s, *starts])
    for turn, until_s in zip(turns, [*starts[1:], end_s], strict=True):
        told_s = until_s if turn.length_ms is None else min(until_s, round(turn.at_s + turn.length_ms / 1000, 1))
        if turn.length_ms != 0:
            yield Bar("lesson" if turn.is_lesson else "talk", turn.at_s, told_s)
        if told_s < until_s:
            yield Bar("wait", told_s, until_s)


def length_s(painted: Sequence[Bar]) -> float:
    """Of the whole axis; never nothing."""
    return max([1.0, *(bar.end_s for bar in painted)])
