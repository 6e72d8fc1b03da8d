"""What is advised, and from what on: tables of how a lesson went, and what is told of it."""

from __future__ import annotations

import pytest

from ivr import vocabulary
from ivr.records.plays import HeardRow
from ivr.reports.advice import Advice, advice
from ivr.reports.choices import Choices
from ivr.reports.painting import paint
from tests.reports.lessons import LESSON, QUESTION, heard, play


def whole(*members: int) -> list[HeardRow]:
    return [play(member, base, 10) for member in members for base in (0, 10)]


def hangs_up(at_s: float, *members: int, until_s: float | None = None) -> list[HeardRow]:
    """In the first segment, or after it in the second."""
    base = at_s // 10 * 10
    before = [play(member, 0, 10) for member in members if base]
    until = None if until_s is None else until_s - base
    return before + [play(member, base, at_s - base, until, closed_by=None) for member in members]


def again(*members: int) -> list[HeardRow]:
    """The first segment, from its start."""
    return [play(member, 0, 9.5) for member in members]


def advised(played: list[HeardRow], *questions: Choices) -> list[Advice]:
    return list(advice(paint(LESSON, heard(played)), questions))


@pytest.mark.parametrize(
    ("played", "told"),
    [
        ([], []),
        (whole(1), [("advice_few", None)]),
        (whole(1, 2, 3, 4), [("advice_few", None)]),
        (hangs_up(2, 1, 2, 3, 4), [("advice_few", None)]),  # everybody, and yet too few
        (whole(1, 2, 3, 4, 5), [("advice_none", None)]),
        (whole(1, 2, 3, 4, 5) + hangs_up(2, 6), [("advice_none", None)]),
        (whole(1, 2, 3, 4) + hangs_up(6, 5, 6), [("advice_broke_off", 1)]),
        (whole(1, 2, 3, 4, 5) + hangs_up(6, 6, 7), [("advice_none", None)]),  # not a third of them
        # somewhere in two sentences; two of them in one is less sure than all in both
        (whole(1, 2, 3) + hangs_up(3, 4, 5, 6, until_s=7), [("advice_broke_off_in", 0)]),
        # the shortest stretch; another that overlaps it is not told
        (whole(1, 2, 3) + hangs_up(2, 4, 5, 6) + hangs_up(6, 7, 8), [("advice_broke_off", 0), ("advice_broke_off", 1)]),
        # bounds so far apart that nobody knows where
        (whole(1, 2, 3, 4) + hangs_up(0, 5, 6, 7, until_s=9.9), [("advice_few", None)]),
        (whole(1, 2, 3, 4, 5) + hangs_up(0, 6, 7, 8, until_s=9.9), [("advice_broke_off_in", 0)]),
        (whole(1, 2, 3, 4, 5) + hangs_up(12, 6, 7, 8, until_s=20), [("advice_none", None)]),  # or after the last word
        # after the first segment, in numbers: not because of its last sentence
        (whole(1, 2) + hangs_up(9.5, 3, 4, 5), [("advice_stopped", None)]),
        (whole(1, 2, 3, 4) + hangs_up(9.5, 5, 6), [("advice_broke_off", 1)]),
    ],
)
def test_where_people_hang_up(played: list[HeardRow], told: list[tuple[str, int | None]]) -> None:
    assert [(each.text, each.sentence) for each in advised(played)] == told


@pytest.mark.parametrize(
    ("played", "told"),
    [
        (whole(1, 2, 3, 4, 5, 6) + again(1, 2), ["advice_again"]),
        (whole(1, 2, 3, 4, 5, 6, 7) + again(1, 2), ["advice_none"]),
        (whole(1, 2, 3, 4) + again(1, 2), ["advice_few"]),
        (whole(1, 2, 3, 4, 5) * 2, ["advice_none"]),  # everybody all of it: no sentence stands out
    ],
)
def test_what_is_heard_again(played: list[HeardRow], told: list[str]) -> None:
    assert [each.text for each in advised(played)] == told


def q(options: tuple[int, ...], unknown: int = 0, silent: int = 0) -> Choices:
    return Choices(QUESTION, options, unknown, silent, other=0)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (q((0, 5, 0)), ["advice_none"]),
        (q((2, 3, 0)), ["advice_none"]),
        (q((3, 2, 0)), ["advice_wrong_option"]),
        (q((3, 6, 3)), ["advice_wrong"]),  # no one option that misleads
        (q((4, 0, 0)), ["advice_none"]),
        (q((0, 4, 0), silent=4), ["advice_unanswered"]),
        (q((0, 5, 0), silent=4), ["advice_none"]),
        (q((3, 2, 0), unknown=3, silent=2), ["advice_unanswered", "advice_wrong_option"]),
    ],
)
def test_how_a_question_goes(question: Choices, told: list[str]) -> None:
    found = advised(whole(1, 2, 3, 4, 5), question)
    assert [each.text for each in found] == told
    assert all(each.question == 0 for each in found if each.text != "advice_none")


def test_no_more_than_a_few_the_heaviest_first() -> None:
    played = whole(1, 2, 3, 4) + hangs_up(6, 5, 6)
    found = advised(played, *[q((n, 0, 0)) for n in (5, 9, 6, 7)])
    assert [each.count for each in found] == [9, 7, 6, 5]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_advice_can_be_said(language: str) -> None:
    words = vocabulary.load(language)
    played = [
        whole(1),
        whole(1, 2, 3, 4, 5),
        whole(1, 2, 3, 4) + hangs_up(6, 5, 6),
        whole(1, 2, 3) + hangs_up(3, 4, 5, 6, until_s=7),
        whole(1, 2, 3, 4, 5, 6) + again(1, 2),
        whole(1, 2) + hangs_up(9.5, 3, 4, 5),
    ]
    asked = [q((3, 2, 0)), q((3, 6, 3)), q((0, 4, 0), silent=4)]
    told = [each for rows in played for each in advised(rows)] + advised(whole(1, 2, 3, 4, 5), *asked)
    assert {each.text for each in told} == {key for key in words.texts if key.startswith("advice_")} - {
        "advice_heading",
        "advice_go",
    }
    assert all(words.say(each.text, **each.blanks) for each in told)
