"""Where each member stands is checked against all that was heard for them: their progress, and where a lesson went on
after a line that broke off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ivr.rehearsal.household import Household
from ivr.rehearsal.kept import Kept
from ivr.rehearsal.known import Known
from ivr.rehearsal.truth import ROUNDING_MS, Lessons, Stretch, covered_ms
from ivr.rehearsal.witness import Answer

ANSWERS = ("right", "wrong", "unknown")


@dataclass(frozen=True, slots=True)
class Standing:
    """The calls of one household, in order, and where its members stand after them."""

    household: Household
    calls: Sequence[Known]
    kept: Kept
    lessons: Lessons
    share: float  # of a lesson that counts as all of it

    def wrong(self) -> Iterator[str]:
        yield from self._places()
        yield from self._progress()

    # ── after a dropped line ─────────────────────────────────────────────────────────────────────────────────────

    def _places(self) -> Iterator[str]:
        for at, before in enumerate(self.calls):
            who = before.seen.caller
            after = next((each for each in self.calls[at + 1 :] if each.seen.caller == who), None)
            if before.story.dropped and who is not None and after and not self._in_group(before, after):
                yield from self._lost_place(self._heard_by(who, self.calls[: at + 1]), before, after)

    def _in_group(self, *calls: Known) -> bool:
        return any(present for call in calls for present in call.seen.present.values())

    def _heard_by(self, member: int, calls: Sequence[Known]) -> list[Stretch]:
        return [each for call in calls for each in call.stretches if member in call.seen.credited(call.turn_of(each))]

    def _lost_place(self, earlier: Sequence[Stretch], before: Known, after: Known) -> Iterator[str]:
        """The unfinished lesson comes first, or one left unfinished before it; no more than one segment back, and not
        after what was never heard."""
        broken = next((each for each in reversed(before.stretches) if each.end_ms > each.start_ms), None)
        first = next(iter(after.stretches), None)
        if not broken or not first or self._is_done(earlier, broken.edition):
            return
        left = [each for each in earlier if each.edition == first.edition and each.end_ms > each.start_ms]
        if not left or self._is_done(earlier, first.edition):
            if not self._chose(after, first):
                yield f"lost place: {broken.edition} was unfinished, and {first.edition} came"
            return
        back_ms = left[-1].end_ms - first.start_ms
        if back_ms > left[-1].segment_ms + ROUNDING_MS:
            yield f"lost place: {back_ms} ms to be heard again, more than a segment"
        if (gap_ms := first.start_ms - max(each.end_ms for each in left)) > ROUNDING_MS:
            yield f"lost place: {gap_ms} ms never heard"

    def _is_done(self, earlier: Sequence[Stretch], edition: str) -> bool:
        """Enough of it, or nearly: then the record may go either way."""
        own = [each for each in earlier if each.edition == edition]
        least = self.share * self.lessons.length_ms(edition) - ROUNDING_MS
        return covered_ms(own) >= least

    def _chose(self, call: Known, first: Stretch) -> bool:
        """Whether the caller asked for another lesson before this one came."""
        before = call.seen.steps[: next(n for n, s in enumerate(call.seen.steps) if s.document == first.document)]
        return any(step.chose("next") or step.chose("other_lesson") for step in before)

    # ── where each member stands ─────────────────────────────────────────────────────────────────────────────────

    def _progress(self) -> Iterator[str]:
        counted = [call for call in self.calls if self.kept.calls[call.sid].settled_at is not None]
        rows = dict(self.kept.progress)
        for resident in self.household.residents:
            for slug in sorted({lesson.slug for lesson in self.lessons.editions.values()}):
                row = rows.pop((resident.member, slug), None)
                yield from (
                    f"record beside the truth: {what}" for what in self._standing(resident.member, slug, counted, row)
                )
        yield from (f"record beside the truth: progress of {key}, who never heard of it" for key in sorted(rows))

    def _standing(self, member: int, slug: str, calls: Sequence[Known], row: Row[Any] | None) -> Iterator[str]:
        """Where the progress of one member in one lesson is not what was heard and answered."""
        heard = [
            (call, each)
            for call in calls
            for each in call.stretches
            if self.lessons.editions[each.edition].slug == slug and member in call.seen.credited(call.turn_of(each))
        ]
        answers = [a for call in calls for a in call.seen.answers.values() if (a.member, a.lesson) == (member, slug)]
        if row is None:
            if heard or answers:
                yield f"no progress of member {member} in {slug}"
            return
        for what, ok in self._held(row, heard, answers):
            if not ok:
                yield f"member {member}, {slug}: {what} is {getattr(row, what)}"

    def _held(
        self, row: Row[Any], heard: Sequence[tuple[Known, Stretch]], answers: Sequence[Answer]
    ) -> Iterator[tuple[str, bool]]:
        """Each figure of a row of progress, and whether it can be."""
        own = [each for _, each in heard if each.edition == row.edition]
        length_ms = self.lessons.length_ms(row.edition)
        truth, least = covered_ms(own), self.share * length_ms
        proven = covered_ms([each for call, each in heard if each.edition == row.edition and call.is_proven(each)])
        last = heard[-1] if heard else None
        yield "length_ms", row.length_ms == length_ms
        yield "edition", last is None or row.edition == last[1].edition
        yield "heard_at_least_ms", row.heard_at_least_ms <= truth + ROUNDING_MS
        yield "heard_at_most_ms", row.heard_at_most_ms >= truth - ROUNDING_MS
        yield "completed", (truth >= least - ROUNDING_MS) if row.completed else (proven < least + ROUNDING_MS)
        yield "bookmark_ms", _is_place(row.bookmark_ms, last)
        yield "answered", row.answered == len({a.question for a in answers if a.outcome in ANSWERS})
        yield "correct", row.correct == len({a.question for a in answers if a.outcome == "right"})


def _is_place(bookmark_ms: int, last: tuple[Known, Stretch] | None) -> bool:
    """Within what was heard last; at its end, where that is known."""
    if last is None:
        return bookmark_ms == 0
    call, stretch = last
    least = stretch.end_ms if call.is_proven(stretch) else stretch.start_ms
    return least - ROUNDING_MS <= bookmark_ms <= stretch.end_ms + ROUNDING_MS
