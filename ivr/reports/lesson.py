"""One row for each lesson of the month: how many heard it, how far, and how each question went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from ivr.records.studied import Spans
from ivr.reports import member, month
from ivr.reports.facts import BriefFacts, Facts, Version
from ivr.reports.member import Studying
from ivr.reports.queries import Tried
from ivr.reports.sheet import Cell, Sheet
from ivr.vocabulary import Vocabulary

Answers = dict[tuple[str, str], dict[int | None, bool]]  # was it right, by lesson and question, and member


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """How many people answered a question, and how many of them right in the end."""

    answered: int
    correct: int


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson: of the `members` of whom study is asked, `listeners` surely heard something of it by telephone, and
    `completed` studied all of it, some of them only `otherwise`: in a visit or a meeting that was written down.
    `answered` counts people; `questions` in their order."""

    lesson: str
    title: str
    edition: str
    length_s: float
    members: int
    listeners: int
    completed: int
    otherwise: int
    median_heard_s: float | None
    answered: int
    questions: tuple[QuestionRow, ...]


def rows(facts: BriefFacts, tries: Iterable[Tried]) -> list[LessonRow]:
    """In the month's order; `tries` are the month's, of these people and others."""
    due = {person.id for person in facts.people} - facts.excused.keys()
    answers = _answers(due, tries)
    studied: dict[str, list[Studying]] = {lesson.lesson: [] for lesson in facts.lessons}
    for (who, lesson), row in member.met(facts).items():
        if who in due:
            studied[lesson].append(row)
    return [_row(lesson, len(due), studied[lesson.lesson], answers) for lesson in facts.lessons]


def _row(lesson: Version, due: int, studied: list[Studying], answers: Answers) -> LessonRow:
    """`studied` are those of the `due` who met with it."""
    listened = [row.heard_at_least_s for row in studied if row.heard_at_least_s]
    return LessonRow(
        lesson.lesson,
        lesson.title,
        lesson.edition,
        round(lesson.length_ms / 1000, 1),
        members=due,
        listeners=len(listened),
        completed=sum(row.completed for row in studied),
        otherwise=sum(row.completed and not row.heard_at_least_s for row in studied),
        median_heard_s=round(median(listened), 1) if listened else None,
        answered=sum(row.answered > 0 for row in studied),
        questions=tuple(_question(answers.get((lesson.lesson, question), {})) for question in lesson.questions),
    )


def _answers(members: Collection[int], tries: Iterable[Tried]) -> Answers:
    answers: Answers = {}
    for tried in tries:
        if tried.member_id in members:
            theirs = answers.setdefault((tried.lesson, tried.question), {})
            theirs[tried.member_id] = theirs.get(tried.member_id, False) or tried.right
    return answers


def _question(right: Mapping[int | None, bool]) -> QuestionRow:
    return QuestionRow(len(right), sum(right.values()))


def heard_of(facts: BriefFacts, slug: str) -> list[Spans]:
    """What each of these people heard of a lesson, who met with it."""
    rows = (facts.studied.get((person.id, slug)) for person in facts.people)
    return [row.spans() for row in rows if row]


def edition_shown(facts: BriefFacts, slug: str, heard: Iterable[Spans]) -> str | None:
    """Which edition of a lesson the month is best told by: the one on offer, if anybody `heard` it; else the one that
    most people heard; else the one on offer; None where there is no such lesson."""
    counts = Counter(edition for each in heard for edition in each)
    newest = next((lesson.edition for lesson in facts.lessons if lesson.lesson == slug), None)
    if newest in counts or not counts:
        return newest
    return min(counts, key=lambda edition: (-counts[edition], edition))


def table(facts: Facts) -> Sheet:
    """A dotted heading is a part of a whole: `questions.1.correct`; null where a lesson has fewer questions."""
    lessons = rows(facts, facts.tries)
    names = (
        *("lesson", "title", "edition", "length_s", "members", "listeners", "completed", "otherwise"),
        *("median_heard_s", "answered"),
    )
    asked = range(1, _most_questions(lessons) + 1)
    parts = ("answered", "correct", "correct_share")
    of_questions = tuple(f"questions.{n}.{part}" for n in asked for part in parts)
    return Sheet("", (*names, *of_questions), tuple(_cells(row, len(asked)) for row in lessons))


def _cells(row: LessonRow, asked: int) -> tuple[Cell, ...]:
    heard = (row.members, row.listeners, row.completed, row.otherwise, row.median_heard_s, row.answered)
    told = [cell for question in row.questions for cell in _figures(question)]
    told += [None] * (3 * asked - len(told))
    return (row.lesson, row.title, row.edition, row.length_s, *heard, *told)


def _figures(question: QuestionRow) -> tuple[Cell, ...]:
    share = round(question.correct / question.answered, 4) if question.answered else None
    return question.answered, question.correct, share


def _most_questions(lessons: Iterable[LessonRow]) -> int:
    return max((len(row.questions) for row in lessons), default=0)


def page(facts: Facts, words: Vocabulary) -> tuple[Sheet, ...]:
    lessons = rows(facts, facts.tries) if facts.people else []
    asked = tuple(words.say("quiz_n", n=n) for n in range(1, _most_questions(lessons) + 1))
    keys = ("name", "length", "due", "listened", "done", "median", "answered")
    headings = tuple(words.say("due" if key == "due" else f"lesson_{key}") for key in keys)
    cells = tuple(_line(row, len(asked)) for row in lessons)
    told = month.sentences(facts, month.count(month.standings(facts)), words)
    above = (*told, words.say("lesson_marks"))
    return (Sheet(words.say("report_lesson", month=facts.period.named(words)), (*headings, *asked), cells, above),)


def _line(row: LessonRow, asked: int) -> tuple[Cell, ...]:
    heard = (row.members, row.listeners, row.completed, member.clock(row.median_heard_s), row.answered)
    marks = [f"{question.correct}/{question.answered}" for question in row.questions]
    marks += [""] * (asked - len(marks))
    return (row.title, member.clock(row.length_s), *heard, *marks)
