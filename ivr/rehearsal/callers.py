"""A caller's mind: decides from what is heard, errs as people do, and knows nothing of the line beyond its words.

All chance comes from the source that is handed in, so the same seed is the same caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ivr.rehearsal.hearing import Passage
from ivr.rehearsal.understanding import Offer, named, names_a_key, says, wished
from ivr.rehearsal.village import Village

_NEIGHBOURS = dict(
    zip("1234567890*#", ("24", "135", "26", "157", "2468", "359", "48*", "5790", "68#", "8*#", "70", "90"), strict=True)
)
HURRY_S = (0.1, 0.8)  # after the passage begins, where somebody does not wait for the key to be named
HASH_S = (0.3, 1.2)  # how soon the # of habit follows
TONE_S = 0.125
SAYS_S = (3.0, 40.0)  # what is left after the tone
PERSISTENT = 12  # passages in a row that were all heard before in this call, and nobody stays on the line


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, and how they are with telephones."""

    name: str
    number: str  # of the telephone
    member_number: str  # "": not enrolled, or not known to them
    presses: bool
    talks: bool
    asks: bool
    patient: bool
    ends_with_hash: bool
    think_s: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Press nothing until something else is said."""


@dataclass(frozen=True, slots=True)
class Press:
    """A key after so many seconds of the passage, then others, `gap_s` apart, that one press or a habit makes of it."""

    keys: str
    after_s: float
    gap_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Talk:
    """Say something after the tone, for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down, after so many seconds of the passage."""

    after_s: float


Act = Listen | Press | Talk | HangUp


def drawn(village: Village, chance: Random, name: str, number: str, member_number: str) -> Person:
    """Somebody of the village."""

    def is_so(share: float) -> bool:
        return chance.random() < share

    presses = not is_so(village.never_press.value)
    return Person(
        name,
        number,
        member_number if is_so(village.know_their_number.value) else "",
        presses=presses,
        talks=is_so(village.talk.value),
        asks=is_so(village.ask_a_question.value),
        patient=is_so(village.hear_it_all.value),
        ends_with_hash=is_so(village.ends_with_hash.value),
        think_s=village.think_s.value * chance.lognormvariate(0, village.think_spread.value),
    )


class Mind:
    """What a person wants, and remembers from one call to the next."""

    def __init__(self, person: Person, village: Village, chance: Random) -> None:
        self.person = person
        self.has_heard = False
        self.has_answered = False
        self.has_asked = not person.asks
        self._village = village
        self._chance = chance
        self._tried: dict[str, set[str]] = {}
        self.begin()

    def begin(self) -> None:
        """The telephone is picked up."""
        self._in_lesson = self._at_questions = self._by_any_key = False
        self._reminded = not self.person.talks
        self._known: set[str] = set()
        self._has_chosen = False
        self._vain = 0

    # ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────

    def act(self, heard: Passage) -> Act:
        """What to do about what is being said."""
        words = heard.words
        self._understand(words)
        if self._vain > PERSISTENT:
            return HangUp(heard.lasts_s)
        if not self.person.presses:
            return Listen()
        if heard.tone:
            return self._after_tone(words)
        if says("number", words) and not says("staff", words) and (number := self.person.member_number):
            return Press(number + "#", heard.lasts_s + self._thinks(), 0.6)
        if wanted := self._wanted(heard):
            return self._wants(wanted, heard)
        if self._in_lesson and self._is(self._village.hear_again.value):
            return Press("*", self._chance.uniform(1.0, max(1.5, heard.lasts_s)))
        return Listen()

    def _understand(self, words: str) -> None:
        """Where the call is, as far as the words say."""
        self._vain = self._vain + 1 if words in self._known else 0
        self._known.add(words)
        self.has_heard = self.has_heard or says("over", words)
        self.has_answered = self.has_answered or (self._has_chosen and says("answered", words))
        self._reminded = self._reminded or says("reminder", words)
        if says("playing", words):
            self._in_lesson, self._at_questions, self._by_any_key = True, False, False
        elif says("questions", words):
            self._in_lesson, self._at_questions = False, True
        elif names_a_key(words):
            menu = any(wished(wish, words) for wish in ("listen", "answer", "ask", "done"))
            self._by_any_key = False
            self._in_lesson, self._at_questions = self._in_lesson and not menu, self._at_questions and not menu
        if says("any_key", words):
            self._by_any_key, self._in_lesson = True, False

    def _after_tone(self, words: str) -> Act:
        if says("name", words):
            return Talk(self._chance.uniform(*HASH_S) + 2)
        if self.has_asked:
            return Listen()
        self.has_asked = True
        return Talk(self._chance.uniform(*SAYS_S))

    def _wanted(self, heard: Passage) -> Offer | None:
        """The choice to take, if any of those that were read is one."""
        offers = list(self._read_out(heard)) if self._by_any_key else list(named(heard))
        mine = [offer for offer in offers if self.person.name in offer.what]
        if mine or self._in_lesson:
            return mine[0] if mine else None
        for wish in self._wishes():
            if fitting := [offer for offer in offers if wished(wish, offer.what)]:
                return fitting[0]
        if says("waiting", heard.words):
            return Offer("", "5", heard.lasts_s)
        return self._answer(offers) if offers and self._at_questions else None

    def _wishes(self) -> Iterator[str]:
        """What is wanted, most wanted first."""
        yield "one_key"
        if self.person.member_number:
            yield from ("somebody_else", "who")
        if not self.has_heard:
            yield from ("listen", "go_on")
        elif not self._at_questions:
            yield from () if self.has_asked else ("ask",)
            yield from () if self.has_answered else ("answer", "next")
            yield "done"

    def _answer(self, offers: list[Offer]) -> Offer | None:
        """Which answer to a question: one that was not wrong already; or none is known."""
        unknown = [offer for offer in offers if wished("dont_know", offer.what)]
        options = [offer for offer in offers if offer not in unknown]
        if self._by_any_key and not self._is(0.5):
            return None  # the next one, perhaps
        if unknown and (not options or self._is(self._village.dont_know.value)):
            self._has_chosen = True
            return unknown[0]
        about = "".join(offer.what for offer in options)
        tried = self._tried.setdefault(about, set())
        left = [offer for offer in options if offer.key not in tried] or options
        chosen = self._chance.choice(left) if left else None
        if chosen:
            tried.add(chosen.key)
            self._has_chosen = True
        return chosen

    def _read_out(self, heard: Passage) -> Iterator[Offer]:
        """Where choices are read one by one, the last that was said is the one to take."""
        if heard.said:
            yield Offer(heard.said[-1].words, self._chance.choice("123456789"), heard.lasts_s)

    # ── pressing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _wants(self, offer: Offer, heard: Passage) -> Act:
        if not self._reminded and self._is(0.8):
            return Listen()  # says it aloud
        if wished("done", offer.what) and self._is(0.5):
            return HangUp(offer.at_s + self._thinks())
        if self._is(self._village.too_early.value):
            return self._pressed(offer.key, self._chance.uniform(*HURRY_S))
        return self._pressed(offer.key, (heard.lasts_s if self.person.patient else offer.at_s) + self._thinks())

    def _pressed(self, key: str, after_s: float) -> Press:
        """The key, or its neighbour; and what the hand or the line makes of it."""
        if self._is(self._village.wrong_key.value):
            key = self._chance.choice(_NEIGHBOURS[key])
        if self._is(self._village.double_tone.value):
            return Press(key + key, after_s, TONE_S)
        if self.person.ends_with_hash:
            return Press(key + "#", after_s, self._chance.uniform(*HASH_S))
        return Press(key, after_s)

    def _thinks(self) -> float:
        return self.person.think_s * self._chance.lognormvariate(0, self._village.think_spread.value / 2)

    def _is(self, share: float) -> bool:
        return self._chance.random() < share
