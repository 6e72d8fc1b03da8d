"""What people chose first, of each question: tables of what was done, and how it is counted."""

from __future__ import annotations

import pytest

from ivr.reports.choices import choices
from ivr.reports.queries import Given
from tests.reports.lessons import QUESTION

RIGHT, WRONG, OTHER_WRONG = ("2", "right"), ("1", "wrong"), ("3", "wrong")
SILENT, UNKNOWN, SKIPPED, STRAY = ("", "silent"), ("4", "unknown"), ("#", "skipped"), ("8", "other")


@pytest.mark.parametrize(
    ("given", "options", "unknown", "silent", "other"),
    [
        ([], (0, 0, 0), 0, 0, 0),
        ([(1, RIGHT)], (0, 1, 0), 0, 0, 0),
        ([(1, WRONG), (1, RIGHT)], (1, 0, 0), 0, 0, 0),  # the first try tells how hard it is
        ([(1, RIGHT), (1, WRONG)], (0, 1, 0), 0, 0, 0),  # in another call, too
        ([(1, SILENT), (1, RIGHT)], (0, 1, 0), 0, 0, 0),  # said again, then answered
        ([(1, STRAY), (1, OTHER_WRONG), (1, RIGHT)], (0, 0, 1), 0, 0, 0),
        ([(1, SILENT), (1, SILENT)], (0, 0, 0), 0, 1, 0),
        ([(1, SILENT), (1, UNKNOWN)], (0, 0, 0), 1, 0, 0),
        ([(1, STRAY), (1, SILENT)], (0, 0, 0), 0, 1, 0),
        ([(1, STRAY)], (0, 0, 0), 0, 0, 1),
        ([(1, UNKNOWN), (2, SKIPPED), (3, SILENT), (4, WRONG), (5, WRONG), (6, RIGHT)], (2, 1, 0), 2, 1, 0),
        ([(99, RIGHT)], (0, 0, 0), 0, 0, 0),  # somebody else's
    ],
)
def test_everybody_is_counted_once(
    given: list[tuple[int, tuple[str, str]]], options: tuple[int, ...], unknown: int, silent: int, other: int
) -> None:
    rows = [Given(member, "e", "q", key, outcome) for member, (key, outcome) in given]
    found = choices(QUESTION, [*rows, Given(1, "e", "another", "2", "right")], range(1, 20))
    assert (found.options, found.unknown, found.silent, found.other) == (options, unknown, silent, other)
    assert found.right == options[1] and found.chose == sum(options)
    assert found.asked == len({member for member, _ in given if member < 20})


@pytest.mark.parametrize(("keys", "tempting"), [("", None), ("2", None), ("1", 0), ("13", None), ("1333", 2)])
def test_the_wrong_option_that_most_fall_for(keys: str, tempting: int | None) -> None:
    rows = [Given(n, "e", "q", key, "right" if key == "2" else "wrong") for n, key in enumerate(keys)]
    assert choices(QUESTION, rows, range(9)).tempting == tempting
