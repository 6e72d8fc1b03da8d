"""The tree of organisations, as member lists tell it."""

from __future__ import annotations

import pytest

from ivr.errors import BadRoster, NotThere
from ivr.records import places
from ivr.records.copying import copied
from ivr.records.db import Database
from ivr.records.importing import import_roster
from ivr.records.roster import enrolled

HEADINGS = "姓名,电话,支部,编号,乡镇\n"
LIST = (
    HEADINGS
    + "王秀英,,初心村,1,河东镇\n李大山,,初心村,2,\n周国强,,东村,3,河东镇\n孙凤英,,西村,4,河西镇\n何有才,,北村,5,\n"
)


def load(database: Database, text: str, *, dry_run: bool = False) -> tuple[int, int]:
    done = import_roster(database, text.encode(), "list.csv", "CN", dry_run=dry_run)
    return done.added, done.changed


def tree(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        return {place.name: place.district for place in places.seen_by(connection, "county", None)}


def test_branches_lie_where_the_list_says(database: Database) -> None:
    assert load(database, LIST, dry_run=True) == (5, 0) and tree(database) == {}
    assert load(database, LIST) == (5, 0)
    assert tree(database) == {"初心村": "河东镇", "东村": "河东镇", "西村": "河西镇", "北村": ""}
    with database.reading() as connection:
        assert {each.name: each.district for each in enrolled(connection)}["李大山"] == "河东镇"
    assert load(database, LIST) == (0, 0)


def test_a_branch_moves_and_a_list_that_tells_no_districts_moves_none(database: Database) -> None:
    load(database, LIST)
    assert load(database, "姓名,电话,支部,编号\n王秀英,,初心村,1\n") == (0, 0)
    assert load(database, HEADINGS + "王秀英,,初心村,1,河西镇\n") == (0, 1)
    assert tree(database) == {"初心村": "河西镇", "东村": "河东镇", "西村": "河西镇", "北村": ""}


def test_everybody_sees_their_own(database: Database) -> None:
    load(database, LIST)
    with database.reading() as connection:
        east = places.named(connection, "township", "河东镇")
        one = places.named(connection, "branch", "西村")
        assert [each.name for each in places.seen_by(connection, "township", east)] == ["东村", "初心村"]
        assert [each.name for each in places.seen_by(connection, "branch", one)] == ["西村"]
        assert (places.name_of(connection, east), places.name_of(connection, None)) == ("河东镇", "")
        assert [each.name for each in enrolled(connection, within=[one])] == ["孙凤英"]
        assert enrolled(connection, within=[]) == []
        for role, name in [("township", "东村"), ("branch", "河东镇"), ("branch", "南村")]:
            with pytest.raises(NotThere, match=name):
                places.named(connection, role, name)  # type: ignore[arg-type]


MIXED = {
    "one branch in two districts": (
        HEADINGS + "王,,初心村,11,河东镇\n李,,初心村,12,河西镇\n",
        'row 3, 乡镇: "河西镇", but in row 2 初心村 lies in "河东镇"; write one of them',
    ),
    "a branch as a district": (
        HEADINGS + "王,,初心村,11,东村\n李,,东村,12,\n",
        'row 2, 乡镇: "东村" is a branch in this list',
    ),
    "a branch with members as a district": (HEADINGS + "王,,南村,11,西村\n", "西村 is a branch with members here"),
    "a district as a branch": (HEADINGS + "王,,河东镇,11,\n", "河东镇 is a district here"),
    "a formula": (HEADINGS + "王,,南村,11,=1\n", 'row 2, 乡镇: "=1" looks like a formula'),
}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(("text", "mistake"), MIXED.values(), ids=list(MIXED))
def test_what_is_no_tree_is_refused(database: Database, text: str, mistake: str, dry_run: bool) -> None:
    load(database, LIST)
    with pytest.raises(BadRoster) as told:
        load(database, text, dry_run=dry_run)
    assert mistake in str(told.value) and len(tree(database)) == 4


def test_a_copy_has_it(database: Database) -> None:
    """Also where a district was made after what lies in it."""
    load(database, "姓名,电话,支部,编号\n王秀英,,初心村,1\n")
    load(database, LIST)
    copy = copied(database)
    assert tree(copy) == tree(database)
    copy.close()
