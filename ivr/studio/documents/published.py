"""The questions of published lessons, as they are asked, for other programs."""

from __future__ import annotations

from collections.abc import Iterable

from ivr.catalogue import Lesson, Question
from ivr.studio.documents.gift import write_gift
from ivr.studio.documents.written import Asked
from ivr.studio.questions import default_feedback


def gift_of(lessons: Iterable[Lesson]) -> str:
    """GIFT, of those that have questions; each question is called by its lesson and its number."""
    asked = {lesson.slug: [_asked(each, lesson.language) for each in lesson.questions] for lesson in lessons}
    return "\n".join(write_gift(questions, slug) for slug, questions in asked.items() if questions)


def _asked(question: Question, language: str) -> Asked:
    """What is said after an answer only where somebody wrote it."""
    options = tuple(option.words for option in question.options)
    right = int(question.right) - 1
    unwritten = [default_feedback(is_right, options[right], language) for is_right in (True, False)]
    said = (question.when_right.words, question.when_wrong.words)
    when_right, when_wrong = ("" if words == form else words for words, form in zip(said, unwritten, strict=True))
    return Asked(question.stem.words, options, (right,), when_right, when_wrong)
