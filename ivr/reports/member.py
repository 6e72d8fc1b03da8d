"""One row for each member and lesson of the month: what was surely heard, what was answered, how the calls went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ivr.records.plays import is_whole
from ivr.records.roster import Enrolled
from ivr.reports.facts import Facts, MonthFacts, Version
from ivr.reports.sheet import Sheet, sheet_of

METHODS = {"inferred": "电话", "group": "集体", "visit": "上门", "claimed": "认领", "meeting": "集中"}  # by grade
HEARD, PARTLY, NOT_YET = "● 听完", "◐ 一部分", "○ 没听"


@dataclass(frozen=True, slots=True)
class Studied:
    """A member in a lesson. Times are seconds to 0.1; `completed` is heard whole, or written down as studied in a visit
    or a meeting; `answered` and `correct` count questions, not tries; `dropped` counts calls that ended while the
    lesson was playing; days are local; `method` is how it was studied."""

    member: str
    number: str
    branch: str
    lesson: str
    title: str
    edition: str
    heard_at_least_s: float
    heard_at_most_s: float
    length_s: float
    completed: bool
    answered: int
    correct: int
    questions: int
    calls: int
    stray_keys: int
    dropped: int
    first_call: date | None
    last_call: date | None
    method: str | None

    @property
    def standing(self) -> str:
        return HEARD if self.completed else PARTLY if self.heard_at_least_s else NOT_YET


def rows(facts: MonthFacts) -> list[Studied]:
    """By branch, member number and lesson."""
    by_hand = facts.by_hand()
    return [
        _studied(facts, person, lesson, by_hand.get((person.id, lesson.lesson), set()))
        for person in facts.people
        for lesson in facts.lessons
    ]


def _studied(facts: MonthFacts, person: Enrolled, lesson: Version, by_hand: set[str]) -> Studied:
    row = facts.studied.get((person.id, lesson.lesson))
    version = facts.versions[row.edition] if row and row.edition else lesson
    grades = {*(row.grades.split() if row else ()), *by_hand}
    at_least_ms = row.heard_at_least_ms if row else 0
    return Studied(
        member=person.name,
        number=person.number,
        branch=person.branch,
        lesson=version.lesson,
        title=version.title,
        edition=version.edition,
        heard_at_least_s=_seconds(at_least_ms),
        heard_at_most_s=_seconds(row.heard_at_most_ms if row else 0),
        length_s=_seconds(version.length_ms),
        completed=bool(by_hand) or is_whole(at_least_ms, version.length_ms, facts.completed_share),
        answered=row.answered if row else 0,
        correct=row.correct if row else 0,
        questions=len(version.questions) or (row.questions if row else 0),
        calls=row.calls if row else 0,
        stray_keys=row.stray_keys if row else 0,
        dropped=row.dropped if row else 0,
        first_call=_day(facts, row.first_at if row else None),
        last_call=_day(facts, row.last_at if row else None),
        method=method(grades),
    )


def _day(facts: MonthFacts, at: datetime | None) -> date | None:
    return facts.period.local(at).date() if at else None


def method(grades: Collection[str]) -> str | None:
    return "、".join(words for grade, words in METHODS.items() if grade in grades) or None


def _seconds(ms: int) -> float:
    return round(ms / 1000, 1)


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────


def table(facts: Facts) -> Sheet:
    return sheet_of(Studied, rows(facts))


def page(facts: Facts) -> tuple[Sheet, ...]:
    studied = rows(facts)
    headings = ("支部", "姓名", "课", "状态", "听了", "答对", "来电", "断线", "按错键", "最后来电", "学习方式")
    cells = tuple(
        (
            row.branch,
            row.member,
            row.title,
            row.standing,
            heard_of(row),
            marks(row),
            row.calls,
            row.dropped,
            row.stray_keys,
            row.last_call,
            row.method,
        )
        for row in studied
    )
    title = f"学员学习情况　{facts.period.words}"
    return (Sheet(title, headings, cells, above=tuple(sentences(facts, studied))),)


def sentences(facts: Facts, studied: Iterable[Studied]) -> Iterator[str]:
    """The month in words, before any table."""
    if facts.begins:
        yield f"这时名册上还没有人，学习记录从{facts.begins.year}年{facts.begins.month}月开始。"
    elif not facts.people:
        yield "名册还是空的（ivr roster import）。"
    elif not facts.lessons:
        yield "这个月没有课。"
    else:
        yield _counted(facts, studied)
    if facts.excused:
        yield f"另有 {len(facts.excused)} 人不作硬性要求，不在应学之内。"
    unclaimed = sum(call.waits for call in facts.calls.values())
    if facts.everybody and unclaimed:
        yield f"另有 {unclaimed} 个电话不知道是谁打的，等您认领（ivr calls unclaimed）。"


def _counted(facts: Facts, studied: Iterable[Studied]) -> str:
    due = {person.number for person in facts.due}
    heard = len({row.number for row in studied if row.completed and row.number in due})
    help_wanted = f"，还有 {len(due) - heard} 人请帮一帮" if heard < len(due) else ""
    return f"{len(due)} 人应学，{heard} 人听完{help_wanted}。"


def clock(seconds: float | None) -> str:
    """6:05; nothing where there is nothing to tell."""
    return "{}:{:02}".format(*divmod(round(seconds), 60)) if seconds else ""


def heard_of(row: Studied) -> str:
    """Heard, at least and at most, of how much; nothing where nothing was heard."""
    if not row.heard_at_most_s:
        return ""
    bounds = dict.fromkeys((clock(row.heard_at_least_s), clock(row.heard_at_most_s)))
    return f"{'–'.join(bounds)}/{clock(row.length_s)}"


def marks(row: Studied) -> str:
    return f"{row.correct}/{row.questions}" if row.answered else ""
