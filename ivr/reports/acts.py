"""What was pressed and what followed from it, and what the line said, in words. People of other branches have no name
here, and what the line says to one person alone is not repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ivr.catalogue import Catalogue, Clip, Question
from ivr.dialogue.state import HearingNotice, HearingQuestion, HearingReply, Numbering, Proving, RollCall
from ivr.dialogue.turn import (
    Answered,
    Chose,
    Delivered,
    Event,
    GaveUp,
    Identified,
    Ignored,
    Joined,
    Left,
    Name,
    Play,
    Preferred,
    Record,
    Said,
    Say,
    Stray,
    Turn,
    Undone,
    Visited,
    Waited,
)
from ivr.records.whose import Parties
from ivr.vocabulary import Vocabulary
from ivr.voicing import Wording

TYPED = Numbering | RollCall  # where numbers are asked for that may be shown
LETTERS = HearingNotice | HearingQuestion | HearingReply


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one call: in the `words` of the page, to somebody who sees `parties` and knows people of these `names`.
    `line` are the prompts as callers hear them, `ours` in the language of the page."""

    words: Vocabulary
    line: Wording
    ours: Wording
    catalogue: Catalogue
    parties: Parties
    names: Collection[str]

    # ── what the line said ───────────────────────────────────────────────────────────────────────────────────────

    def said(self, turn: Turn) -> str:
        """All but the lesson itself."""
        private = isinstance(turn.state.scene, LETTERS)
        parts = (self._part(said, turn.state.language, private) for said in turn.says if not isinstance(said, Play))
        return " ".join(parts)

    def _part(self, said: Said, spoken: str, private: bool) -> str:
        match said:
            case Say():
                return self.line(said, spoken) or self.words.say("call_old_prompt")
            case Name(name):
                return name if name in self.names else self.words.say("call_somebody_else")
            case Clip(words=words):
                return self.words.say("call_private") if private else words
            case _:
                return ""

    # ── what was done ────────────────────────────────────────────────────────────────────────────────────────────

    def did(self, act: str, digits: str, before: Turn | None, turn: Turn | None) -> tuple[str, ...]:
        """What the caller did, as the line took it; then what followed. `before` is the turn that was acted in; either
        is None where it can't be read any more."""
        events = turn.events if turn else ()
        typed = before is not None and isinstance(before.state.scene, TYPED | Proving)
        follows = tuple(told for event in events for told in self._followed(event, typed))
        gone = (self.words.say("call_hung_up"),) if turn and turn.is_unheard else ()
        return (self._act(act, digits, before, events), *follows, *gone)

    def _act(self, act: str, digits: str, before: Turn | None, events: tuple[Event, ...]) -> str:
        scene = before.state.scene if before else None
        if act == "answer":
            return self.words.say("call_answered")
        if before and isinstance(before.gather, Record):
            spoke = any(isinstance(event, Left) for event in events)
            return self.words.say("call_spoke" if spoke else "call_said_nothing")
        if act == "end":
            return self._silence(before, events)
        if isinstance(scene, Proving):
            return self.words.say("call_typed_pin")
        if isinstance(scene, TYPED) and digits.strip("*"):
            return self.words.say("call_typed", digits=digits)
        meant = next((self._choice(event.what) for event in events if isinstance(event, Chose)), "")
        key = digits or self.words.say("call_no_digit")
        return self.words.say("call_pressed_for", key=key, what=meant) if meant else self.words.say("call_key", key=key)

    def _silence(self, before: Turn | None, events: tuple[Event, ...]) -> str:
        if before and any(isinstance(said, Play) for said in before.says):
            return self.words.say("call_listened")
        asked = any(isinstance(event, Waited) for event in events) or (before and isinstance(before.state.scene, TYPED))
        return self.words.say("call_silent" if asked else "call_went_on")

    def _choice(self, what: str) -> str:
        """As the line itself offers it."""
        if f"call_chose_{what}" in self.words.texts:
            return self.words.say(f"call_chose_{what}")
        return self.ours(Say(f"pick_{what}"), "").rstrip("。.")

    def _followed(self, event: Event, typed: bool) -> Iterator[str]:
        """`typed`: a number was asked for, not a key."""
        say = self.words.say
        match event:
            case Stray():
                yield say("call_not_right" if typed else "call_stray")
            case Ignored(_, why):
                yield say(f"call_ignored_{why}" if f"call_ignored_{why}" in self.words.texts else "call_stray")
            case GaveUp():
                yield say("call_gave_up")
            case Answered():
                yield self._answer(event)
            case Identified(member):
                yield say("call_identified", who=self._who(member))
            case Joined(member):
                yield say("call_joined", who=self._who(member))
            case Undone(member):
                yield say("call_undone", who=self._who(member))
            case Visited(visitor, member, _, confirmed):
                told = "call_visit_confirmed" if confirmed else "call_visit_denied"
                yield say(told, visitor=self._who(visitor), who=self._who(member))
            case Preferred():
                yield say("call_preferred")
            case Delivered(kind):
                yield say(f"call_delivered_{kind}")
            case _:
                return  # told by the act itself

    def _answer(self, event: Answered) -> str:
        lesson = self.catalogue.editions.get(event.edition)
        question = next((each for each in lesson.questions if each.id == event.question), None) if lesson else None
        what = _asked(question, lesson.questions if lesson else ())
        outcome = self.words.say(f"call_outcome_{event.outcome}")
        who = self._who(event.member) if event.member else ""
        return self.words.say("call_answer_of" if who else "call_answer", who=who, question=what, outcome=outcome)

    def _who(self, member: int) -> str:
        name = next((person.name for person in self.parties.known if person.id == member), None)
        return name or self.words.say("call_somebody_else")


def _asked(question: Question | None, questions: tuple[Question, ...]) -> str:
    return f"{questions.index(question) + 1}. {question.stem.words}" if question else ""
