"""One row for each member and lesson of the month: what was surely heard, what was answered, how the calls went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ivr.records.plays import HeardRow, heard_ms, is_whole
from ivr.records.roster import Enrolled
from ivr.reports.facts import Facts, Version
from ivr.reports.queries import StrayKeys, Tried
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


@dataclass(slots=True)
class _Met:
    """What one member did with one lesson."""

    plays: list[HeardRow]
    tries: list[Tried]
    strays: list[StrayKeys]


def rows(facts: Facts) -> list[Studied]:
    """By branch, member number and lesson."""
    met: defaultdict[tuple[int | None, str | None], _Met] = defaultdict(lambda: _Met([], [], []))
    for play in facts.plays:
        met[play.member_id, play.lesson].plays.append(play)
    for tried in facts.tries:
        met[tried.member_id, tried.lesson].tries.append(tried)
    for stray in facts.strays:
        met[stray.member_id, stray.lesson].strays.append(stray)
    nothing = _Met([], [], [])
    by_hand = facts.by_hand()
    return [
        _studied(
            facts,
            person,
            lesson,
            met.get((person.id, lesson.lesson), nothing),
            by_hand.get((person.id, lesson.lesson), set()),
        )
        for person in facts.people
        for lesson in facts.lessons
    ]


def _studied(facts: Facts, person: Enrolled, lesson: Version, met: _Met, by_hand: set[str]) -> Studied:
    version = _most_heard(facts, lesson, met.plays)
    at_least_ms, at_most_ms = heard_ms(met.plays, version.edition)
    calls = {play.call_id for play in met.plays} | {tried.call_id for tried in met.tries}
    days = sorted(facts.period.local(facts.calls[call].started_at).date() for call in calls)
    return Studied(
        member=person.name,
        number=person.number,
        branch=person.branch,
        lesson=version.lesson,
        title=version.title,
        edition=version.edition,
        heard_at_least_s=_seconds(at_least_ms),
        heard_at_most_s=_seconds(at_most_ms),
        length_s=_seconds(version.length_ms),
        completed=bool(by_hand) or is_whole(at_least_ms, version.length_ms, facts.completed_share),
        answered=len({tried.question for tried in met.tries}),
        correct=len({tried.question for tried in met.tries if tried.right}),
        questions=len(version.questions),
        calls=len(calls),
        stray_keys=sum(stray.count for stray in met.strays),
        dropped=len({p.call_id for p in met.plays if p.closed_by is None and facts.calls[p.call_id].over}),
        first_call=days[0] if days else None,
        last_call=days[-1] if days else None,
        method=method({play.grade for play in met.plays} | {tried.grade for tried in met.tries} | by_hand),
    )


def method(grades: Collection[str]) -> str | None:
    return "、".join(words for grade, words in METHODS.items() if grade in grades) or None


def _most_heard(facts: Facts, newest: Version, plays: list[HeardRow]) -> Version:
    """The edition of which the largest share was heard; the newest one if none was."""
    played = sorted({play.edition for play in plays}, key=lambda edition: edition != newest.edition)

    def share(edition: str) -> tuple[float, float]:
        at_least_ms, at_most_ms = heard_ms(plays, edition)
        length_ms = max(1, facts.versions[edition].length_ms)
        return at_least_ms / length_ms, at_most_ms / length_ms

    return facts.versions[max(played, key=share)] if played else newest


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
    if not facts.people:
        yield "名册还是空的（ivr roster import）。"
    if not facts.lessons:
        yield "这个月没有课。"
    due = {person.number for person in facts.due}
    heard = len({row.number for row in studied if row.completed and row.number in due})
    help_wanted = f"，还有 {len(due) - heard} 人请帮一帮" if heard < len(due) else ""
    yield f"{len(due)} 人应学，{heard} 人听完{help_wanted}。"
    if facts.excused:
        yield f"另有 {len(facts.excused)} 人不作硬性要求，不在应学之内。"
    unclaimed = sum(call.waits for call in facts.calls.values())
    if facts.everybody and unclaimed:
        yield f"另有 {unclaimed} 个电话不知道是谁打的，等您认领（ivr calls unclaimed）。"


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
