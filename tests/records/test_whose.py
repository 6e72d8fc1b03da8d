"""Who may see a call: a table of calls, and of who sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, insert, select, update

from ivr.dialogue.state import AtMenu, Numbering
from ivr.records import ledger, progress, whose
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.models import Attendance, Branch, Call, Member, Recording, Visit
from ivr.records.progress import Counting
from ivr.shelf import Shelf
from tests.reports.village import ZONE, Step, Village, at, bye, listens, menu

ROSTER = """姓名,电话,支部,编号
王秀英,13800138001,初心村党支部,001
李大山,13800138002,初心村党支部,002
周国强,13800138007,东村党支部,101
孙凤英,13800138008,西村党支部,0201
"""
HOME, EAST, WEST = "初心村党支部", "东村党支部", "西村党支部"
STRANGER = "+8615900001111"


@pytest.fixture
def village(database: Database, shelf: Shelf) -> Iterator[Village]:
    import_roster(database, ROSTER.encode(), "roster.csv", "CN")
    with database.writing() as connection:
        yield Village(connection, shelf.catalogue())


def number(connection: Connection, of: str) -> int:
    return connection.execute(select(Member.id).where(Member.number == of)).scalar_one()


def branches(connection: Connection, *names: str) -> list[int]:
    return list(connection.execute(select(Branch.id).where(Branch.name.in_(names))).scalars())


def sees(village: Village, call: int) -> list[str]:
    """Which branches, each by itself, and whether the county does."""
    by_one = [each for each in (HOME, EAST, WEST) if whose.is_seen(village.connection, call, _of(village, each))]
    everybody = whose.is_seen(village.connection, call, _of(village, HOME, EAST, WEST))
    return [*by_one, *(["county"] if everybody else [])]


def _of(village: Village, *names: str) -> list[int]:
    return branches(village.connection, *names)


def own(village: Village) -> int:
    return village.call("001", "2026-11-09 08:00", menu(), bye(), hung_up=1)


def attended(village: Village, *grades: tuple[str, str, bool]) -> int:
    call = village.call(None, "2026-11-09 08:00", menu(), *listens(village.falls, 0), bye(13.5), phone=STRANGER)
    for of, grade, joined in grades:
        row = {"call_id": call, "turn": 1, "member_id": number(village.connection, of), "at": at("2026-11-09 08:00")}
        village.connection.execute(insert(Attendance), {**row, "grade": grade, "joined": joined})
    return call


def group(village: Village) -> int:
    return attended(village, ("001", "group", True), ("101", "group", True))


def taken_out_of_a_group(village: Village) -> int:
    return attended(village, ("001", "group", True), ("101", "group", True), ("101", "group", False))


def visit(village: Village) -> int:
    call = attended(village, ("001", "visit", True))
    row = {"call_id": call, "turn": 2, "edition": "", "confirmed": True, "at": at("2026-11-09 08:05")}
    who = {"visitor_id": number(village.connection, "101"), "member_id": number(village.connection, "001")}
    village.connection.execute(insert(Visit), {**row, **who})
    return call


def from_a_shared_phone(village: Village) -> int:
    """王秀英 listened first; now the call is 周国强's."""
    call = village.call("001", "2026-11-09 08:00", menu(), *listens(village.falls, 0), bye(13.5), hung_up=1)
    other = number(village.connection, "101")
    village.connection.execute(update(Call).where(Call.id == call).values(member_id=other))
    return call


def stranger(village: Village, phone: str = STRANGER, *steps: Step) -> int:
    steps = steps or (menu(), *listens(village.falls, 0), bye(13.5))
    return village.call(None, "2026-11-16 18:00", *steps, phone=phone, hung_up=1)


def enrolled_number(village: Village) -> int:
    return stranger(village, "+8613800138002")


def number_of_an_earlier_call(village: Village) -> int:
    village.call("101", "2026-11-02 08:00", menu(), bye(), phone=STRANGER, hung_up=1)
    return stranger(village)


def withheld(village: Village) -> int:
    village.call("101", "2026-11-02 08:00", menu(), bye(), phone="", hung_up=1)
    return stranger(village, "")


def typing(keys: str) -> Callable[[Village], int]:
    def call(village: Village) -> int:
        asks = Step(0, "", Numbering("me"))
        return stranger(village, STRANGER, asks, menu(4, keys), *listens(village.falls, 0), bye(13.5))

    return call


def typing_at_the_menu(village: Village) -> int:
    """Where a number is not asked for, keys are no number."""
    return stranger(village, STRANGER, Step(0, "", AtMenu()), menu(4, "101"), *listens(village.falls, 0), bye(13.5))


def claimed(village: Village) -> int:
    call = stranger(village)
    ledger.claim(village.connection, call, number(village.connection, "101"), at("2026-11-17 08:00"))
    progress.settle(village.connection, call, at("2026-11-17 08:00"), Counting(village.catalogue, 0.9, ZONE))
    return call


def given_back(village: Village) -> int:
    call = claimed(village)
    ledger.give_back(village.connection, call, number(village.connection, "101"), at("2026-11-17 08:01"))
    return call


WHO: list[tuple[Callable[[Village], int], list[str]]] = [
    (own, [HOME, "county"]),
    (group, [HOME, EAST, "county"]),
    (taken_out_of_a_group, [HOME, "county"]),
    (visit, [HOME, EAST, "county"]),
    (from_a_shared_phone, [HOME, EAST, "county"]),
    (stranger, ["county"]),
    (withheld, ["county"]),
    (enrolled_number, [HOME, "county"]),
    (number_of_an_earlier_call, [EAST, "county"]),
    (typing("101"), [EAST, "county"]),
    (typing("0101"), [EAST, "county"]),
    (typing("77*101"), [EAST, "county"]),
    (typing("201"), [WEST, "county"]),
    (typing("77*201"), [WEST, "county"]),
    (typing("101*77"), ["county"]),
    (typing("10"), ["county"]),
    (typing("0"), ["county"]),
    (typing("*"), ["county"]),
    (typing_at_the_menu, ["county"]),
    (claimed, [EAST, "county"]),
    (given_back, ["county"]),
]


@pytest.mark.parametrize(("made", "who"), WHO)
def test_who_sees_a_call(village: Village, made: Callable[[Village], int], who: list[str]) -> None:
    assert sees(village, made(village)) == who


def test_what_nothing_ties_shows_to_the_only_branch_there_is(village: Village) -> None:
    call = stranger(village)
    assert sees(village, call) == ["county"]
    home = branches(village.connection, HOME)
    village.connection.execute(update(Member).values(branch_id=home[0]))
    assert whose.is_seen(village.connection, call, home)
    assert not whose.is_seen(village.connection, call, branches(village.connection, EAST))


def test_nobody_sees_a_call_that_is_none(village: Village) -> None:
    assert sees(village, own(village) + 1) == []


@pytest.mark.parametrize(
    ("made", "seen_by", "names", "others"),
    [
        (group, HOME, ["王秀英"], 1),
        (group, EAST, ["周国强"], 1),
        (visit, EAST, ["周国强"], 1),
        (from_a_shared_phone, HOME, ["王秀英"], 1),
        (taken_out_of_a_group, HOME, ["王秀英"], 0),
        (stranger, HOME, [], 0),
    ],
)
def test_people_of_other_branches_are_counted(
    village: Village, made: Callable[[Village], int], seen_by: str, names: list[str], others: int
) -> None:
    call = made(village)
    told = whose.parties(village.connection, [call], branches(village.connection, seen_by))[call]
    assert [person.name for person in told.known] == names and told.others == others
    everybody = whose.parties(village.connection, [call], branches(village.connection, HOME, EAST, WEST))[call]
    assert len(everybody.known) == len(names) + others and everybody.others == 0


@pytest.mark.parametrize(
    ("made", "speaker", "hear"),
    [
        (group, "001", [HOME]),
        (group, None, [HOME, EAST]),
        (stranger, None, []),
        (number_of_an_earlier_call, None, [EAST]),
    ],
)
def test_who_may_hear_what_was_said(
    village: Village, made: Callable[[Village], int], speaker: str | None, hear: list[str]
) -> None:
    call = made(village)
    member = number(village.connection, speaker) if speaker else None
    row = {"call_id": call, "turn": 2, "kind": "name", "member_id": member, "name": "RE1", "address": "", "seconds": 3}
    recording = village.connection.execute(
        insert(Recording).values(**row, left_at=at("2026-11-16 18:00")).returning(Recording.id)
    ).scalar_one()
    other = own(village)

    def hears(*names: str) -> bool:
        return whose.recording_seen(village.connection, call, recording, branches(village.connection, *names))

    assert [each for each in (HOME, EAST, WEST) if hears(each)] == hear
    assert hears(HOME, EAST, WEST)
    assert not whose.recording_seen(village.connection, other, recording, branches(village.connection, HOME))


def test_the_names_that_may_be_told(village: Village) -> None:
    told = whose.named_within(village.connection, {"王秀英", "周国强", "谁"}, branches(village.connection, HOME))
    assert told == {"王秀英"}


def test_calls_of_a_member_are_those_that_count(village: Village) -> None:
    calls = [own(village), group(village), taken_out_of_a_group(village), visit(village), stranger(village)]
    theirs: dict[str, list[int]] = {}
    for of in ("001", "101", "0201"):
        which = whose.counts_for([number(village.connection, of)])
        theirs[of] = list(village.connection.execute(select(Call.id).where(which).order_by(Call.id)).scalars())
    assert theirs == {"001": calls[:4], "101": [calls[1]], "0201": []}
