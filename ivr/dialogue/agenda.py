"""Which lesson comes next, from where, and which questions: what the learner's own record says is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ivr.catalogue import Lesson
from ivr.dialogue.state import AfterLesson, Confirming, Learner, Listening, Over, Place
from ivr.dialogue.talk import Go, Talk
from ivr.dialogue.turn import Event, Say


def lesson_of(talk: Talk, edition: str) -> Lesson:
    return talk.catalogue.editions[edition]


def lessons(talk: Talk) -> tuple[Lesson, ...]:
    """What is on offer in this call, oldest first; of a lesson in several languages, the one that suits the caller."""
    wanted = talk.state.language
    suits: dict[str, Lesson] = {}
    for edition in talk.state.offer:
        lesson = lesson_of(talk, edition)
        known = suits.get(lesson.code)
        if known is None or (lesson.language == wanted != known.language):
            suits[lesson.code] = lesson
    return tuple(sorted(suits.values(), key=lambda lesson: lesson.language != wanted))


def place(learner: Learner | None, lesson: Lesson, talk: Talk) -> Place | None:
    """How far a learner came in a lesson, in terms of the edition on offer."""
    found = learner.places.get(lesson.slug) if learner else None
    if found is None or found.edition == lesson.edition:
        return found
    old = talk.catalogue.editions.get(found.edition)
    return replace(found, edition=lesson.edition, at_ms=lesson.carry_over(found.at_ms, old) if old else 0)


def is_heard(talk: Talk, lesson: Lesson) -> bool:
    """Whether it was heard to the end, in whatever language: in this call, or by the one who is speaking; in a group,
    by everybody present."""
    translations = _translations(talk, lesson)
    if any(each.slug in talk.state.heard for each in translations):
        return True
    return all(
        any(found.completed for each in translations if (found := place(who, each, talk))) for who in _people(talk)
    )


def _people(talk: Talk) -> tuple[Learner | None, ...]:
    """For whom the lesson is played."""
    return tuple(talk.state.learners[at] for at in talk.state.present) or (talk.learner,)


def _translations(talk: Talk, lesson: Lesson) -> list[Lesson]:
    offered = (lesson_of(talk, edition) for edition in talk.state.offer)
    return [each for each in offered if each.code == lesson.code]


def unheard(talk: Talk) -> list[Lesson]:
    """What is still to be heard, oldest first."""
    return [each for each in lessons(talk) if not is_heard(talk, each)]


def next_lesson(talk: Talk) -> Lesson | None:
    """The oldest lesson that is not heard; for somebody unknown, the newest in the same language."""
    waiting = unheard(talk)
    if not waiting:
        return None
    known = talk.learner or talk.state.present
    return waiting[0] if known else _newest(waiting)


def listening(talk: Talk, lesson: Lesson | None = None) -> Listening:
    """This lesson, or the next, from where the learner last was; when all are heard, the newest once more."""
    lesson = lesson or next_lesson(talk)
    if lesson is None:
        return Listening(_newest(lessons(talk)).edition, 0)
    at_ms = talk.state.left.get(lesson.slug, _reached(talk, lesson))
    return Listening(lesson.edition, lesson.sentence_start(at_ms) if at_ms < lesson.length_ms else 0)


def _reached(talk: Talk, lesson: Lesson) -> int:
    """How far the learner is in a lesson that is not heard yet; in a group, whoever of them is least far."""
    places = [place(who, lesson, talk) for who in _people(talk)]
    return min((found.at_ms if found else 0 for found in places if not (found and found.completed)), default=0)


def leaving(talk: Talk, edition: str, at_ms: int) -> Mapping[str, int]:
    """Where lessons were left in this call, once this one is, too."""
    return {**talk.state.left, lesson_of(talk, edition).slug: at_ms}


def next_part(talk: Talk, lesson: Lesson, segment: int, *events: Event) -> Go:
    """On with the part that comes after this segment's."""
    at_ms = lesson.base_ms(lesson.after_part(segment))
    if at_ms >= lesson.length_ms:
        return finished(talk, lesson, *events)
    return talk.go(Listening(lesson.edition, at_ms, lead="part"), events=events)


def finished(talk: Talk, lesson: Lesson, *events: Event) -> Go:
    """The lesson came to its end in this call."""
    heard = (*(slug for slug in talk.state.heard if slug != lesson.slug), lesson.slug)
    left = {slug: at_ms for slug, at_ms in talk.state.left.items() if slug != lesson.slug}
    return talk.go(AfterLesson(lesson.edition), Say("lesson_over"), events=events, heard=heard, left=left)


def done_with(talk: Talk, lesson: Lesson, *events: Event) -> Go:
    """Goodbye; but on a visit, the member first confirms it."""
    return talk.go(Confirming(lesson.edition) if talk.state.grade == "visit" else Over(), events=events)


def other_waiting(talk: Talk, lesson: Lesson) -> Lesson | None:
    """The lesson to be heard after this one; None where it is the only one that waits."""
    waiting = [each for each in unheard(talk) if each.code != lesson.code]
    later = [each for each in waiting if lessons(talk).index(each) > _index(talk, lesson)]
    return next(iter(later or waiting), None)


def _index(talk: Talk, lesson: Lesson) -> int:
    return next((n for n, each in enumerate(lessons(talk)) if each.code == lesson.code), 0)


def lesson_to_answer(talk: Talk) -> Lesson | None:
    """The lesson whose questions come next: the one heard in this call, else the newest begun with questions
    left, else the next to be heard, else any that has questions."""
    asking = [lesson for lesson in lessons(talk) if lesson.questions]
    heard_now = [lesson for lesson in asking if lesson.slug in talk.state.heard[-1:]]
    begun = [lesson for lesson in asking if place(talk.learner, lesson, talk) and questions_left(talk, lesson)]
    coming = [lesson for lesson in asking if lesson == next_lesson(talk)]
    return next((_newest(each) for each in (heard_now, begun, coming, asking) if each), None)


def lesson_to_answer_after(talk: Talk, lesson: Lesson) -> Lesson | None:
    """The lesson whose questions come once this one has ended: its own; where it has none, those of the newest that was
    begun before and is not all answered."""
    if lesson.questions:
        return lesson
    begun = (each for each in lessons(talk) if place(talk.learner, each, talk) or each.slug in talk.state.heard)
    waiting = [each for each in begun if each.questions and not _is_answered(talk, each)]
    return _newest(waiting) if waiting else None


def _is_answered(talk: Talk, lesson: Lesson) -> bool:
    found = place(talk.learner, lesson, talk)
    return found is not None and {question.id for question in lesson.questions} <= set(found.answered)


def questions_left(talk: Talk, lesson: Lesson) -> tuple[str, ...]:
    """The questions that the learner has not yet answered right; all of them, when none is left."""
    found = place(talk.learner, lesson, talk)
    done = found.answered if found else ()
    every = tuple(question.id for question in lesson.questions)
    return tuple(each for each in every if each not in done) or every


def due(talk: Talk) -> tuple[Lesson, tuple[str, ...]] | None:
    """A lesson with questions once answered wrong that it is time to ask again."""
    for lesson in lessons(talk):
        found = place(talk.learner, lesson, talk)
        asked = {question.id for question in lesson.questions}
        if found and (again := tuple(each for each in found.due if each in asked)):
            return lesson, again
    return None


def _newest(some: Sequence[Lesson]) -> Lesson:
    """The newest of those in the same language as the first."""
    return [lesson for lesson in some if lesson.language == some[0].language][-1]
