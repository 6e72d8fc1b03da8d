"""A caller's mind: decides from what is heard, errs as people do, and knows nothing of the line beyond its words.

All chance comes from the source that is handed in, so the same seed is the same caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from ivr.rehearsal.hearing import Passage
from ivr.rehearsal.persons import Act, Errand, HangUp, Listen, Person, Press, Talk
from ivr.rehearsal.pressing import Hand
from ivr.rehearsal.understanding import Offer, named, names_a_key, says, wished
from ivr.rehearsal.village import Village

SAYS_S = (3.0, 40.0)  # what is left after the tone
NAME_S = (2.5, 3.5)  # a name after the tone
PAUSE_S = (5.0, 150.0)  # until somebody who asked to wait comes back
DUTY_KEY = "5"  # at the help, as everybody on duty is told
PERSISTENT = 12  # passages in a row that were all heard before in this call, and nobody stays on the line


class Mind:
    """What a person wants, and remembers from one call to the next."""

    def __init__(self, person: Person, village: Village, chance: Random, errand: Errand | None = None) -> None:
        self.person = person
        self.has_heard = False
        self.has_answered = False
        self.has_asked = not person.asks
        self._has_paced = not person.paces
        self._has_noticed = not person.has_notice
        self._errand = errand
        self._village = village
        self.chance = chance
        self._hand = Hand(person, village, chance)
        self._tried: dict[str, set[str]] = {}
        self.begin()

    def another_day(self) -> None:
        """What was heard before is no reason not to hear more."""
        self.has_heard = self.has_answered = False

    def begin(self) -> None:
        """The telephone is picked up."""
        self._in_lesson = self._at_questions = self._by_any_key = self._has_chosen = False
        self._pauses = self._has_paused = self._waits = self._is_on_duty = False
        self._reminded = not self.person.talks
        self._known: set[str] = set()
        self._coming = list(self._errand.attending) if self._errand else []
        self._vain = 0

    @property
    def is_content(self) -> bool:
        """Whether a line that broke off is no reason to ring again."""
        return self.has_heard and (self.has_answered or not self.person.presses)

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
        if number := self._number(words):
            return self._hand.types(number, heard)
        if wanted := self._wanted(heard):
            return self._wants(wanted, heard)
        return self._in_between(heard) if self._in_lesson else Listen()

    def _understand(self, words: str) -> None:
        """Where the call is, as far as the words say."""
        self._vain = self._vain + 1 if words in self._known else 0
        self._known.add(words)
        self.has_heard = self.has_heard or says("over", words)
        self.has_answered = self.has_answered or (self._has_chosen and says("answered", words))
        self._reminded = self._reminded or says("reminder", words)
        self._has_noticed = self._has_noticed or says("notice", words)
        self._has_paced = self._has_paced or says("paced", words)
        self._waits = says("waiting", words)
        self._has_paused = self._has_paused or self._waits
        if says("playing", words):
            self._in_lesson, self._at_questions, self._by_any_key = True, False, False
        elif says("how", words):
            self._in_lesson, self._at_questions = False, False
        elif says("questions", words):
            self._in_lesson, self._at_questions = False, True
        elif names_a_key(words):
            menu = any(wished(wish, words) for wish in ("listen", "answer", "ask", "done"))
            self._by_any_key = False
            self._in_lesson, self._at_questions = self._in_lesson and not menu, self._at_questions and not menu
        if says("any_key", words) and not says("any_key_offered", words):
            self._by_any_key, self._in_lesson = True, False

    def _after_tone(self, words: str) -> Act:
        if says("name", words):
            return Talk(self.chance.uniform(*NAME_S))
        if self.has_asked and not says("note", words):
            return Listen()
        self.has_asked = self.has_asked or not says("note", words)
        return Talk(self.chance.uniform(*SAYS_S))

    def _number(self, words: str) -> str:
        """What to type, if a number is asked for that is known."""
        if says("roll", words):
            return self._coming.pop(0) if self._coming else ""
        if says("pin", words):
            pin = self._errand.pin if self._errand and self._is_on_duty else self.person.pin
            self._has_noticed = self._has_noticed or not pin  # what needs another's PIN is given up
            return pin
        if says("staff", words):
            self._is_on_duty = True
            return self._errand.member_number if self._errand else ""
        return self.person.member_number if says("number", words) and not self._errand else ""

    def _wanted(self, heard: Passage) -> Offer | None:
        """The choice to take, if any of those that were read is one."""
        offers = list(self._read_out(heard)) if self._by_any_key else list(named(heard))
        name = self._errand.at_phone if self._errand else self.person.name
        mine = [offer for offer in offers if name in offer.what]
        if mine or self._in_lesson:
            return mine[0] if mine else None
        for wish in self._wishes(heard.words):
            if fitting := [offer for offer in offers if wished(wish, offer.what)]:
                return fitting[0]
        if says("waiting", heard.words) or says("any_key_offered", heard.words):
            return Offer("", "5", heard.lasts_s)
        if says("help", heard.words) and self._errand and not self._by_any_key:
            return Offer("", DUTY_KEY, heard.lasts_s)  # which is not read out on members' telephones
        if says("all_here", heard.words) and not self._coming:
            return Offer("", "#", heard.lasts_s)
        return self._answer(offers) if offers and self._at_questions else None

    def _wishes(self, words: str) -> Iterator[str]:
        """What is wanted, most wanted first; of what keeps coming back only where it is offered by itself."""
        if says("any_key_offered", words):
            yield "one_key"
        if says("how", words):
            yield from self._steering()
            return
        if self._errand:
            yield from self._on_duty(self._errand)
        elif self.person.member_number:
            yield from ("somebody_else", "who")
        yield from () if self._has_noticed else ("hear_notice",)
        if not self.has_heard:
            yield from ("listen", "go_on")
        elif not self._at_questions:
            yield from () if self.has_asked or self._errand else ("ask",)
            yield from () if self.has_answered else ("answer", "next")
            yield from ("done", "go_on")

    def _on_duty(self, errand: Errand) -> Iterator[str]:
        yield from ("confirm", errand.what, "visit_lesson" if errand.with_lesson else "visit_talk", "on_duty")
        yield from () if self.has_heard else ("help",)

    def _steering(self) -> list[str]:
        """While the lesson waits. What is not offered is not asked for again."""
        wishes = [wish for wish, wanted in (("pause", self._pauses), ("pace", not self._has_paced)) if wanted]
        self._pauses, self._has_paced = False, True
        return wishes

    def _in_between(self, heard: Passage) -> Act:
        """A piece of a lesson is playing."""
        if self._is(self._village.hear_again.value):
            return Press("*", self.chance.uniform(1.0, max(1.5, heard.lasts_s)))
        self._pauses = self._is(self._village.pause.value) and not self._has_paused
        if (self._pauses or not self._has_paced) and self._reminded and not self._errand:
            return Press("0", self.chance.uniform(1.0, max(1.5, heard.lasts_s)))
        return Listen()

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
        chosen = self.chance.choice(left) if left else None
        if chosen:
            tried.add(chosen.key)
            self._has_chosen = True
        return chosen

    def _read_out(self, heard: Passage) -> Iterator[Offer]:
        """Where choices are read one by one, the last that was said is the one to take."""
        if heard.said:
            yield Offer(heard.said[-1].words, self.chance.choice("123456789"), heard.lasts_s)

    def _wants(self, offer: Offer, heard: Passage) -> Act:
        if self._waits:
            return Press(offer.key, heard.lasts_s + self.chance.uniform(*PAUSE_S))
        if not self._reminded and self._is(0.8):
            return Listen()  # says it aloud
        if wished("done", offer.what) and not self._errand and self._is(0.5):
            return HangUp(offer.at_s + self._hand.thinks())
        return self._hand.chooses(offer, heard, one_by_one=self._by_any_key)

    def _is(self, share: float) -> bool:
        return self.chance.random() < share
