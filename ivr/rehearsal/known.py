"""A call as it was: told by the provider and by the caller, not by the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.rehearsal.calling import Story
from ivr.rehearsal.truth import Stretch
from ivr.rehearsal.witness import Seen


@dataclass(frozen=True, slots=True)
class Known:
    """A call: what the caller heard of lessons, what the provider saw."""

    story: Story
    stretches: Sequence[Stretch]
    seen: Seen

    @property
    def sid(self) -> str:
        return self.story.call.sid

    def turn_of(self, stretch: Stretch) -> int:
        return next(step.turn for step in self.seen.steps if step.document == stretch.document)

    def is_proven(self, stretch: Stretch) -> bool:
        """Played to its end, and the line was told so."""
        step = next(step for step in self.seen.steps if step.document == stretch.document)
        return stretch.whole and step.act == "end"
