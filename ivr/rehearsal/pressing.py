"""How a hand and a line turn a meant key into tones: too early, its neighbour, twice, with a # behind it."""

from __future__ import annotations

from random import Random

from ivr.rehearsal.hearing import Passage
from ivr.rehearsal.persons import Person, Press
from ivr.rehearsal.understanding import Offer
from ivr.rehearsal.village import Village

_NEIGHBOURS = dict(
    zip("1234567890*#", ("24", "135", "26", "157", "2468", "359", "48*", "5790", "68#", "8*#", "70", "90"), strict=True)
)
HURRY_S = (0.1, 0.8)  # after the passage begins, where somebody does not wait for the key to be named
HASH_S = (0.3, 1.2)  # how soon the # of habit follows
TONE_S = 0.125
DIGIT_S = 0.6  # from one digit of a number to the next


class Hand:
    """A person's hand, on a telephone of this village."""

    def __init__(self, person: Person, village: Village, chance: Random) -> None:
        self._person = person
        self._village = village
        self._chance = chance

    def chooses(self, offer: Offer, heard: Passage, *, one_by_one: bool) -> Press:
        """A choice; where they are read one by one nobody has to remember a key, only to be quick."""
        if one_by_one:
            quicker = self._village.react_s.value / self._village.think_s.value
            return self._presses(offer.key, heard.lasts_s + quicker * self.thinks())
        if self._is(self._village.too_early.value):
            return self._presses(offer.key, self._chance.uniform(*HURRY_S))
        return self._presses(offer.key, (heard.lasts_s if self._person.patient else offer.at_s) + self.thinks())

    def types(self, number: str, heard: Passage) -> Press:
        """A number, ended by #; or with a digit too many in front: what nobody has."""
        wrong = self._is(self._village.wrong_key.value)
        return Press(f"{'9' if wrong else ''}{number}#", heard.lasts_s + self.thinks(), DIGIT_S)

    def thinks(self) -> float:
        return self._person.think_s * self._chance.lognormvariate(0, self._village.think_spread.value / 2)

    def _presses(self, key: str, after_s: float) -> Press:
        """The key, or its neighbour; and what the hand or the line makes of it."""
        if self._is(self._village.wrong_key.value):
            key = self._chance.choice(_NEIGHBOURS[key])
        if self._is(self._village.double_tone.value):
            return Press(key + key, after_s, TONE_S)
        if self._person.ends_with_hash:
            return Press(key + "#", after_s, self._chance.uniform(*HASH_S))
        return Press(key, after_s)

    def _is(self, share: float) -> bool:
        return self._chance.random() < share
