"""What people chose when a question was first put to them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ivr.catalogue import Question
from ivr.reports.queries import Given

CHOSEN = ("right", "wrong")  # the outcomes that are one of its options


@dataclass(frozen=True, slots=True)
class Choices:
    """A question in numbers of people: `options` in their order, by first choice. Whoever never chose one said that
    they don't know, or went on (`unknown`), or pressed nothing (`silent`), or only keys that mean nothing (`other`)."""

    question: Question
    options: tuple[int, ...]
    unknown: int
    silent: int
    other: int

    @property
    def asked(self) -> int:
        return self.chose + self.unknown + self.silent + self.other

    @property
    def chose(self) -> int:
        return sum(self.options)

    @property
    def right(self) -> int:
        return self.options[int(self.question.right) - 1]

    @property
    def tempting(self) -> int | None:
        """Which wrong option most people chose, by its place; None where nobody chose one, or several as often."""
        wrong = {n: count for n, count in enumerate(self.options) if str(n + 1) != self.question.right and count}
        most = [n for n, count in wrong.items() if count == max(wrong.values())]
        return most[0] if len(most) == 1 else None


def choices(question: Question, given: Iterable[Given], members: Collection[int]) -> Choices:
    """`given` in the order it came; only what these members did counts."""
    firsts: dict[int, Given] = {}
    for each in given:
        if each.question == question.id and each.member_id in members:
            known = firsts.get(each.member_id)
            if known is None or known.outcome not in CHOSEN:
                firsts[each.member_id] = each
    outcomes = [each.outcome for each in firsts.values()]
    keys = [each.key for each in firsts.values() if each.outcome in CHOSEN]
    return Choices(
        question,
        tuple(keys.count(key) for key in question.keys),
        unknown=outcomes.count("unknown") + outcomes.count("skipped"),
        silent=outcomes.count("silent"),
        other=outcomes.count("other"),
    )
