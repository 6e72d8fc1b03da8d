"""A copy has whatever a call can ask for, and nothing that is done to it comes back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlalchemy import func, insert, select

from ivr.records.copying import copied, copied_about
from ivr.records.db import Database
from ivr.records.models import Base, Call, Exemption, Member, Notice, Preference, Recording, Reply, TurnRow
from ivr.shelf import Shelf
from tests.drivers import BEGIN
from tests.records.test_db import filled, filling
from tests.records.written import NUMBER, Book

assert filled and filling  # fixtures


def counted(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        counts = {table.name: select(func.count()).select_from(table) for table in Base.metadata.sorted_tables}
        return {name: connection.execute(count).scalar_one() for name, count in counts.items()}


def test_every_row_is_in_the_copy(filled: Database, shelf: Shelf) -> None:
    """But what was said in old turns: none of their calls goes on here."""
    with filled.writing() as connection:
        left = {"call_id": 1, "seconds": 5, "name": "RE", "address": "", "left_at": BEGIN, "next_try_at": None}
        for n, kind in enumerate(("question", "reply"), 1):
            connection.execute(insert(Recording), {"turn": n, "kind": kind, "about": n - 1 or None, **left})
        said = {"words": "好", "audio": "a" * 64, "length_ms": 1, "made_at": BEGIN}
        connection.execute(insert(Reply), {"question_id": 1, **said})
        connection.execute(insert(Notice), {"member_id": 1, **said})
        connection.execute(insert(Preference), {"member_id": 1, "what": "pace", "value": "slow"})
    with closing(copied(filled)) as copy:
        assert counted(copy) == counted(filled) and 0 not in counted(copy).values()
        with copy.writing() as connection:
            assert connection.execute(select(TurnRow.turn)).scalars().all() == [""]
            Book(connection, shelf.catalogue()).call(NUMBER)
        assert counted(copy)["calls"] == 2
    with filled.reading() as connection:
        assert len(connection.execute(select(Call.id)).all()) == 1
        assert connection.execute(select(TurnRow.turn)).scalars().all() == ["{}"]


def test_a_copy_about_somebody_has_all_but_who_uses_the_desk(filled: Database, tmp_path: Path) -> None:
    """Each other table has its row; what refers to users refers to nobody."""
    left_out = {"users", "sign_ins", "sign_in_tries", "deeds", "pin_tries"}
    with closing(copied_about(filled, {1}, f"sqlite:///{tmp_path / 'copy.db'}")) as copy:
        there = counted(copy)
        assert {name for name, n in there.items() if not n} == left_out | {
            name for name, n in counted(filled).items() if not n
        }
        with copy.reading() as connection:
            assert set(connection.execute(select(Exemption.user_id)).scalars()) == {None}
            assert connection.execute(select(Member.name)).scalars().all() == ["王秀英"]


def test_a_copy_about_nobody_is_empty(filled: Database, tmp_path: Path) -> None:
    with closing(copied_about(filled, set(), f"sqlite:///{tmp_path / 'copy.db'}")) as copy:
        assert set(counted(copy).values()) == {0}
