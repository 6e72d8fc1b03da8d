"""What every scene may look at, and its two ways on: a turn to speak, or another scene to enter.

Scenes never call each other; they name where to go, and the machine takes the call there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from ivr.catalogue import Catalogue, Lesson
from ivr.config import DialogueSettings
from ivr.dialogue.turn import Event, Gather, Learner, Listening, Place, Said, Scene, State, Turn


@dataclass(frozen=True, slots=True)
class Go:
    """Enter the scene of `state`, saying something and noting events on the way."""

    state: State
    says: tuple[Said, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation so far, the lessons, the time, the rules."""

    state: State
    catalogue: Catalogue
    now: datetime
    rules: DialogueSettings

    # ── ways on ──────────────────────────────────────────────────────────────────────────────────────────────────

    def turn(self, scene: Scene, *says: Said, wait_s: int | None = None, events: tuple[Event, ...] = ()) -> Turn:
        """Say something and wait for a key: as long as older callers need, unless told otherwise."""
        wait = Gather(self.rules.wait_s if wait_s is None else wait_s)
        return Turn(replace(self.state, scene=scene), says, wait, events)

    def go(self, scene: Scene, *says: Said, events: tuple[Event, ...] = ()) -> Go:
        return Go(replace(self.state, scene=scene), says, events)

    # ── the learner and the lessons ──────────────────────────────────────────────────────────────────────────────

    @property
    def learner(self) -> Learner | None:
        return None if self.state.learner is None else self.state.learners[self.state.learner]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """What is on offer in this call: those in the line's language first, then the oldest first."""
        return tuple(self.lesson(edition) for edition in self.state.offer)

    def lesson(self, edition: str) -> Lesson:
        return self.catalogue.editions[edition]

    def place(self, lesson: Lesson) -> Place | None:
        """How far the learner came in a lesson, in terms of the edition on offer."""
        place = self.learner.places.get(lesson.slug) if self.learner else None
        if place is None or place.edition == lesson.edition:
            return place
        old = self.catalogue.editions.get(place.edition)
        return replace(place, edition=lesson.edition, at_ms=lesson.carry_over(place.at_ms, old) if old else 0)

    def is_heard(self, lesson: Lesson) -> bool:
        place = self.place(lesson)
        return lesson.slug in self.state.heard or (place is not None and place.completed)

    def next_lesson(self) -> Lesson | None:
        """The oldest lesson that the learner has not heard; for somebody unknown, the newest in the same language."""
        unheard = [lesson for lesson in self.lessons if not self.is_heard(lesson)]
        if not unheard:
            return None
        return unheard[0] if self.learner else _newest(unheard)

    def listening(self) -> Listening:
        """The next lesson, from where the learner last was; when all are heard, the newest once more."""
        lesson = self.next_lesson()
        if lesson is None:
            return Listening(_newest(self.lessons).edition, 0)
        place = self.place(lesson)
        begun = place is not None and place.at_ms < lesson.length_ms
        return Listening(lesson.edition, lesson.sentence_start(place.at_ms) if place and begun else 0)

    def lesson_to_answer(self) -> Lesson | None:
        """The lesson whose questions come next: the one heard in this call, else the newest begun with questions
        left, else the next to be heard, else any that has questions."""
        asking = [lesson for lesson in self.lessons if lesson.questions]
        heard_now = [lesson for lesson in asking if lesson.slug in self.state.heard[-1:]]
        begun = [lesson for lesson in asking if self.place(lesson) and self.questions_left(lesson)]
        coming = [lesson for lesson in asking if lesson == self.next_lesson()]
        return next((_newest(each) for each in (heard_now, begun, coming, asking) if each), None)

    def questions_left(self, lesson: Lesson) -> tuple[str, ...]:
        """The questions that the learner has not yet answered right."""
        place = self.place(lesson)
        done = place.answered if place else ()
        return tuple(question.id for question in lesson.questions if question.id not in done)


def _newest(lessons: Sequence[Lesson]) -> Lesson:
    """The newest of those in the same language as the first."""
    return [lesson for lesson in lessons if lesson.language == lessons[0].language][-1]
