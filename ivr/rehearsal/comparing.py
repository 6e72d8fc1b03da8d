"""The provider knows what every caller of a household really heard, pressed and said; the record must say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ivr.rehearsal.household import Household, Letter
from ivr.rehearsal.kept import Kept
from ivr.rehearsal.known import Known
from ivr.rehearsal.truth import ROUNDING_MS, by_edition, covered_ms, is_whole
from ivr.rehearsal.witness import Answer

WITHIN_S = 1  # how far the length of a recording may be off


@dataclass(frozen=True, slots=True)
class Comparison:
    """The calls of one household, in order, held against what was written down of each."""

    household: Household
    calls: Sequence[Known]
    kept: Kept

    def wrong(self) -> Iterator[str]:
        """Everything that the record lacks, or has otherwise."""
        for call in self.calls:
            yield from self._callers(call)
            yield from self._answers(call)
            yield from self._words(call)
            yield from self._visits(call)
            yield from self._bounds(call)
            yield from self._settled(call)
        yield from self._letters()

    # ── a call ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _callers(self, call: Known) -> Iterator[str]:
        """Whom each turn, and the call, counts for; and who is greeted."""
        names = {each.member: each.name for each in self.household.residents}
        for name, member in call.seen.greeted:
            if member is None or names[member] != name:
                yield f"somebody else: {name} is greeted, {names.get(member or 0, 'nobody')} had said so"
        if (kept := self.kept.calls[call.sid].member_id) != call.seen.caller:
            yield f"somebody else: the call is member {kept}'s, and {call.seen.caller} rang"
        for row in self.kept.turns[call.sid]:
            if row.n in call.seen.who and row.member_id != call.seen.who[row.n]:
                yield f"somebody else: turn {row.n} is member {row.member_id}'s, and it was {call.seen.who[row.n]}"
        present = self._present(call)
        for turn, members in call.seen.present.items():
            if (said := present(turn)) != set(members):
                yield f"somebody else: {sorted(said)} were present in turn {turn}, and it was {sorted(members)}"

    def _present(self, call: Known) -> Any:
        rows = [row for row in self.kept.attendance[call.sid] if row.grade == "group"]

        def present(turn: int) -> set[int]:
            last = {row.member_id: row.joined for row in sorted(rows, key=lambda row: row.id) if row.turn <= turn}
            return {member for member, joined in last.items() if joined}

        return present

    def _answers(self, call: Known) -> Iterator[str]:
        """Every act on a question, and nothing else: the question, the key, what it is, whose."""
        rows = {row.turn: _as_answer(row) for row in self.kept.answers[call.sid]}
        for turn, answer in call.seen.answers.items():
            if turn not in rows:
                yield f"lost answer: {answer} in turn {turn}"
            elif rows[turn] != answer:
                yield f"changed answer: {answer} in turn {turn} became {rows[turn]}"
        yield from (f"changed answer: nobody gave {rows[turn]}" for turn in sorted(rows.keys() - call.seen.answers))

    def _words(self, call: Known) -> Iterator[str]:
        """What was said after the tone, and the line was told of it."""
        rows = {row.name: row for row in self.kept.recordings[call.sid]}
        for name, words in sorted(call.seen.left.items()):
            row = rows.pop(name, None)
            if row is None:
                yield f"lost words: {name}"
                continue
            is_same = (row.kind, row.member_id) == (words.kind, words.member)
            if not is_same or abs(row.seconds - words.seconds) > WITHIN_S:
                yield f"lost words: {words} became {row.kind}, {row.seconds} s, of member {row.member_id}"
        yield from (f"lost words: nobody left {name}" for name in sorted(rows))

    def _visits(self, call: Known) -> Iterator[str]:
        found = {
            row.turn: (row.visitor_id, row.member_id, row.edition, row.confirmed) for row in self.kept.visits[call.sid]
        }
        seen = {turn: (v.visitor, v.member, v.edition, v.confirmed) for turn, v in call.seen.visits.items()}
        if found != seen:
            yield f"lost visit: {seen} became {found}"

    def _bounds(self, call: Known) -> Iterator[str]:
        """The truth lies between at least and at most."""
        truth = {edition: covered_ms(each) for edition, each in by_edition(call.stretches).items()}
        bounds = self.kept.bounds.get(call.sid, {})
        for edition in sorted(truth.keys() | bounds.keys()):
            yield from _beside(truth.get(edition, 0), *bounds.get(edition, (0, 0)))

    def _settled(self, call: Known) -> Iterator[str]:
        told = any(sent.kind == "status" and sent.arrived for sent in call.story.call.requests)
        if told and self.kept.calls[call.sid].settled_at is None:
            yield "record beside the truth: the line was told that a call is over, and does not count it"

    # ── letters ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _letters(self) -> Iterator[str]:
        for letter in self.kept.letters:
            sent = [
                (call, at) for call in self.calls for at, s in enumerate(call.seen.steps) if letter.audio in s.audio
            ]
            for call, at in sent:
                yield from self._to_whom(letter, call, call.seen.steps[at].turn)
            if any(_went_on(call, at, letter) for call, at in sent) and not letter.delivered_at:
                yield f"lost letter: a {letter.kind} was heard, and still waits"
            if letter.delivered_at and not sent:
                yield f"lost letter: a {letter.kind} was never said, and counts as heard"

    def _to_whom(self, letter: Letter, call: Known, turn: int) -> Iterator[str]:
        has_pin = any(each.member == letter.owner and each.pin for each in self.household.residents)
        if call.seen.who[turn] != letter.owner:
            yield f"private words: member {letter.owner}'s {letter.kind} was said to {call.seen.who[turn]}"
        elif has_pin and turn not in call.seen.proven:
            yield f"private words: member {letter.owner}'s {letter.kind} was said without the PIN"


def _beside(heard: int, at_least: int, at_most: int) -> Iterator[str]:
    if not at_least - ROUNDING_MS <= heard <= at_most + ROUNDING_MS:
        yield f"record beside the truth: {heard} ms heard, {at_least} to {at_most} ms recorded"


def _as_answer(row: Row[Any]) -> Answer:
    return Answer(row.lesson, row.question, row.key, row.outcome, row.member_id)


def _went_on(call: Known, at: int, letter: Letter) -> bool:
    """Heard to its end, and then something else."""
    step, following = call.seen.steps[at], call.seen.steps[at + 1 : at + 2]
    heard = (each for each in call.story.call.heard if each.document == step.document and letter.audio in each.what)
    return any(map(is_whole, heard)) and any(letter.audio not in each.audio for each in following)
