"""Whoever looks at a call sees only what their own people did in it, and the same end of it as everybody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.reports import call_list
from ivr.reports.call_list import Chosen, Listed
from ivr.reports.period import of_month
from tests.reports.village import ZONE, Village, menu, november, plays
from tests.reports.writing import places_of

NOVEMBER = of_month("2026-11", ZONE)


def listed(village: Village, *branches: str, only: call_list.Only = "") -> list[Listed]:
    """What somebody sees who sees these branches, or all."""
    seen = [each.id for each in places_of(village.connection) if not branches or each.name in branches]
    which = call_list.within(NOVEMBER, seen, Chosen(only=only))
    return call_list.page(village.connection, NOVEMBER, village.catalogue, seen, which)


@pytest.mark.parametrize("first, second", [("001", "101"), ("101", "001")])
def test_a_call_of_two_branches_ended_alike_for_both(first: str, second: str, village: Village) -> None:
    """One listens; then another of the same telephone, until the line breaks."""
    steps = menu(), plays(village.falls, 0), replace(plays(village.stoves, 0, after=10), by=second)
    village.call(first, "2026-11-02 08:00", *steps, hung_up=2)
    both, *each = (listed(village, *branches) for branches in ((), ("初心村党支部",), ("东村党支部",)))
    assert [[len(call.heard) for call in seen] for seen in (both, *each)] == [[2], [1], [1]]
    assert {call.ended for seen in (both, *each) for call in seen} == {"broke_off"}


def test_the_calls_that_broke_off_are_those_that_say_so(village: Village) -> None:
    november(village)
    broken_off = [call for call in listed(village) if call.ended == "broke_off"]
    assert len(broken_off) == 2 and listed(village, only="dropped") == broken_off
