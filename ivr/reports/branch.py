"""One row for each branch: how many heard a lesson of the month, and whom to help.

Nobody is ranked: branches stand by name, and those who have not heard it yet are a list of people to help.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ivr.records.numbers import masked
from ivr.records.roster import Enrolled
from ivr.reports import member, month
from ivr.reports.facts import Facts
from ivr.reports.member import HEARD, NOT_YET, PARTLY, Studied
from ivr.reports.sheet import Cell, Sheet

FEW = 4  # of so few people a percentage says nothing


@dataclass(frozen=True, slots=True)
class Standing:
    """How members stand: each is in exactly one of `heard`, `partly`, `not_yet`."""

    heard: int
    partly: int
    not_yet: int

    @property
    def members(self) -> int:
        return self.heard + self.partly + self.not_yet

    @property
    def share(self) -> float | None:
        return round(self.heard / self.members, 4) if self.members else None


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch: its members by the lesson they came farthest in, and by lesson (in the month's order)."""

    branch: str
    standing: Standing
    by_lesson: tuple[Standing, ...]
    answered: int
    correct: int
    calls: int


def rows(facts: Facts, studied: Iterable[Studied]) -> list[BranchRow]:
    """By name; branches without members of whom study is asked are left out."""
    theirs: dict[str, list[Studied]] = {}
    for row in _due(facts, studied):
        theirs.setdefault(row.branch, []).append(row)
    people = {branch: list(group) for branch, group in groupby(facts.due, key=lambda each: each.branch)}
    return [_row(facts, branch, people[branch], theirs.get(branch, [])) for branch in people]


def _row(facts: Facts, branch: str, people: list[Enrolled], studied: list[Studied]) -> BranchRow:
    members = {person.id for person in people}
    return BranchRow(
        branch,
        _standing([_best(mine) for mine in _by_member(people, studied).values()]),
        tuple(_standing([r.standing for r in studied if r.lesson == each.lesson]) for each in facts.lessons),
        answered=sum(row.answered for row in studied),
        correct=sum(row.correct for row in studied),
        calls=sum(not members.isdisjoint(call.members) for call in facts.calls.values()),
    )


def _due(facts: Facts, studied: Iterable[Studied]) -> list[Studied]:
    """Of those of whom study is asked."""
    asked = {person.number for person in facts.due}
    return [row for row in studied if row.number in asked]


def _by_member(people: Iterable[Enrolled], studied: Iterable[Studied]) -> dict[str, list[Studied]]:
    mine: dict[str, list[Studied]] = {person.number: [] for person in people}
    for row in studied:
        mine[row.number].append(row)
    return mine


def _best(mine: Iterable[Studied]) -> str:
    standings = {row.standing for row in mine}
    return next((each for each in (HEARD, PARTLY) if each in standings), NOT_YET)


def _standing(standings: list[str]) -> Standing:
    return Standing(*(standings.count(each) for each in (HEARD, PARTLY, NOT_YET)))


def table(facts: Facts) -> Sheet:
    """A dotted heading is a part of a whole: `lessons.<slug>.heard`."""
    names = ("branch", "members", "heard", "partly", "not_yet", "completion_share", "answered", "correct", "calls")
    parts = ("members", "heard", "partly", "not_yet", "completion_share")
    of_lessons = tuple(f"lessons.{each.lesson}.{part}" for each in facts.lessons for part in parts)
    return Sheet("", names + of_lessons, tuple(_cells(row) for row in rows(facts, member.rows(facts))))


def _cells(row: BranchRow) -> tuple[Cell, ...]:
    by_lesson = (cell for standing in row.by_lesson for cell in _figures(standing))
    return (row.branch, *_figures(row.standing), row.answered, row.correct, row.calls, *by_lesson)


def _figures(standing: Standing) -> tuple[Cell, ...]:
    return standing.members, standing.heard, standing.partly, standing.not_yet, standing.share


# ── for reading ──────────────────────────────────────────────────────────────────────────────────────────────────


def page(facts: Facts) -> tuple[Sheet, ...]:
    """All branches side by side; of a single one, whom to ring first, then everybody. Only words in a month without a
    lesson."""
    studied = member.rows(facts)
    branches = rows(facts, studied)
    words = tuple(member.sentences(facts, studied))
    if len(branches) != 1:
        return (_overview(facts, branches, words),)
    by_member = _by_member(facts.due, _due(facts, studied))
    title = f"{branches[0].branch}　{facts.period.words}　电话学习情况"
    if not facts.lessons:
        return (Sheet(title, above=words),)
    summary = (*words, f"完成率 {_share(branches[0].standing)}")
    return Sheet(title, above=summary), *_to_ring(facts, by_member), _everybody(facts, by_member)


def _overview(facts: Facts, branches: list[BranchRow], words: tuple[str, ...]) -> Sheet:
    lessons = tuple(f"听完《{lesson.title}》" for lesson in facts.lessons)
    headings = ("支部", "应学", "● 听完", "◐ 一部分", "○ 没听", "完成率", "答对/答题", "来电", *lessons)
    cells = tuple(
        (
            row.branch,
            *_figures(row.standing)[:-1],
            _share(row.standing),
            f"{row.correct}/{row.answered}",
            row.calls,
            *(standing.heard for standing in row.by_lesson),
        )
        for row in branches
        if facts.lessons
    )
    return Sheet(f"各支部电话学习情况　{facts.period.words}", headings, cells, above=words)


def _share(standing: Standing) -> str:
    counted = f"{standing.heard}÷{standing.members}"
    if standing.members <= FEW:
        return counted
    return f"{month.percent(standing.heard, standing.members)}%（{counted}）"


def _to_ring(facts: Facts, by_member: dict[str, list[Studied]]) -> Iterator[Sheet]:
    waiting = [person for person in facts.due if _best(by_member[person.number]) != HEARD]
    if waiting and facts.lessons:
        rang = Counter(member for call in facts.calls.values() for member in call.members)
        cells = tuple(
            (each.name, "、".join(map(masked, each.phones)), *_help(by_member[each.number], each, rang[each.id]))
            for each in waiting
        )
        yield Sheet("一、请先打这几个电话（还没听完的同志）", ("姓名", "电话", "情况", "怎么帮"), cells)


def _help(mine: list[Studied], person: Enrolled, calls: int) -> tuple[str, str]:
    """What happened to somebody who has not heard a lesson whole, though they may have called; and what would help."""
    farthest = max(mine, key=lambda row: row.heard_at_least_s)
    if not person.phones and not calls:
        return "○ 没有电话", "代拨或送学上门"
    if not calls:
        return "○ 没有打进来", "问问号码是否换了；代拨或送学上门"
    if strays := sum(row.stray_keys for row in mine):
        return f"◐ 按错键 {strays} 次", "告诉本人：什么键都不用按"
    if any(row.dropped for row in mine):
        return f"◐ 中途断线 {member.heard_of(farthest)}".rstrip(), "再打会接着听"
    if not farthest.heard_at_least_s:
        return "○ 打进来了，没有听课", "告诉本人：等一会儿，课会自己开始"
    return f"◐ 听了 {member.heard_of(farthest)}", "再打会接着听"


def _everybody(facts: Facts, by_member: dict[str, list[Studied]]) -> Sheet:
    titles = tuple(f"《{lesson.title}》" for lesson in facts.lessons) if len(facts.lessons) > 1 else ()
    cells = tuple(
        (n, person.name, *_person(by_member[person.number], len(titles))) for n, person in enumerate(facts.due, 1)
    )
    headings = ("序号", "姓名", "状态", *titles, "听了", "答对", "来电", "日期")
    return Sheet("二、逐人情况", headings, cells, above=("● 听完　◐ 一部分　○ 没听",))


def _person(mine: list[Studied], titles: int) -> tuple[Cell, ...]:
    signs = [row.standing[0] for row in mine][:titles]
    days = [row.last_call for row in mine if row.last_call]
    heard = sum(row.heard_at_least_s for row in mine)
    marked = [row for row in mine if row.answered]
    right, asked = sum(row.correct for row in marked), sum(row.questions for row in marked)
    return (
        _best(mine),
        *signs,
        member.clock(heard),
        f"{right}/{asked}" if marked else "",
        max((row.calls for row in mine), default=0) or None,
        f"{max(days):%m-%d}" if days else "",
    )
