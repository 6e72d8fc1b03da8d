"""Everything that chance decides on the line is drawn from one seeded source, within ranges that are named here."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Range = tuple[float, float]  # seconds, from and to
Leg = Literal["there", "back", "media", "audio", "key"]
MINUTES_LATER: Range = (60.0, 600.0)  # how late the latest copy of a request comes
LEGS: tuple[Leg, ...] = ("there", "back", "media", "audio", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How long things take, and how often they go wrong; probabilities are 0 to 1.

    What the server can measure of a play is its position + D, where
    D = back + media + audio (from the answer to the caller's ear) + key + there (from the finger to the server).
    """

    seed: int = 0
    there: Range = (0.15, 0.15)  # a request's way to the server
    back: Range = (0.15, 0.15)  # the answer's way back
    media: Range = (0.05, 0.05)  # fetching a document's audio for the first time; from the cache it is 5 ms
    audio: Range = (0.1, 0.1)  # start-up and one way to the caller's ear
    key: Range = (0.0, 0.0)  # one way back and recognising the tone, or the receiver put down
    steadiness: float = 0.0  # 0: each latency drawn alone; 1: a call keeps those it began with
    doubled: float = 0.0  # a request comes more than once: at once, some requests later or minutes later
    copies: tuple[int, int] = (1, 1)  # how many times more
    lost_answers: float = 0.0  # the server did the work, its answer was lost, the same request comes again
    lost_requests: float = 0.0  # the connection failed (Twilio's default retries only this), the request comes again
    retry_after: Range = (2.0, 8.0)
    lost_callbacks: float = 0.0
    callback_delay: Range = (0.0, 0.0)  # drawn on a logarithmic scale when it starts above 0
    timestamp_error: float = 0.0  # a callback's Timestamp is off by at most this; 0: truncated to its second
    blank_digits: float = 0.0  # an empty result (actionOnEmptyResult) says Digits= instead of leaving it out

    @classmethod
    def none(cls) -> Faults:
        """Nothing goes wrong, and nothing takes no time: D = 0.45 s, 0.405 s when the audio is cached."""
        return cls()

    @classmethod
    def village(cls, seed: int, steadiness: float = 0.0) -> Faults:
        """A bad line: each D lies in 0.35 .. 3.4 s, except where an answer was lost and the request came again."""
        return cls(
            seed=seed,
            there=(0.05, 0.7),
            back=(0.05, 0.5),
            media=(0.0, 1.0),
            audio=(0.2, 0.7),
            key=(0.05, 0.5),
            steadiness=steadiness,
            doubled=0.3,
            copies=(1, 3),
            lost_answers=0.05,
            lost_callbacks=0.15,
            callback_delay=(0.05, 300.0),
            timestamp_error=1.0,
            blank_digits=0.5,
        )


class Luck:
    """The one source of chance of a provider; the same seeds give the same story."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.faults = faults
        self.random = Random(f"{faults.seed}/{seed}")

    def strikes(self, probability: float) -> bool:
        return self.random.random() < probability

    def between(self, span: Range) -> float:
        return self.random.uniform(*span)

    def copies(self) -> int:
        return self.random.randint(*self.faults.copies)

    def callback_delay(self) -> float:
        """Half of the callbacks are quick and half are late: the logarithm is what is drawn evenly."""
        low, high = self.faults.callback_delay
        return low * (high / low) ** self.random.random() if low else self.between((low, high))

    def timestamp(self, moment: float) -> int:
        """Whole seconds since the epoch, at most `timestamp_error` away from `moment`."""
        error = self.faults.timestamp_error
        return int(moment + self.random.uniform(1 - error, error)) if error > 0.5 else int(moment)


class Line:
    """The latencies of one call."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        self._usual = {leg: luck.random.random() for leg in LEGS}

    def draw(self, leg: Leg) -> float:
        spans: dict[Leg, Range] = {
            "there": self._luck.faults.there,
            "back": self._luck.faults.back,
            "media": self._luck.faults.media,
            "audio": self._luck.faults.audio,
            "key": self._luck.faults.key,
        }
        low, high = spans[leg]
        steady = self._luck.faults.steadiness
        return low + (high - low) * (steady * self._usual[leg] + (1 - steady) * self._luck.random.random())
