"""The database: only ever added to, the same on SQLite and PostgreSQL, brought up to date once, and if it can't be
opened that is told in words and without its password."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, delete, insert, inspect, make_url, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ivr.errors import IvrError, MissingPart, NoDatabase
from ivr.records.db import Database, _configure_postgresql, alembic_config, open_database
from ivr.records.models import (
    Answer,
    Attendance,
    Base,
    Call,
    Deed,
    Evidence,
    Exemption,
    FollowUp,
    Hours,
    Member,
    MemberPhone,
    Occasion,
    PinTry,
    Presence,
    Progress,
    SignIn,
    SignInTry,
    Studied,
    TurnRow,
    User,
    Visit,
)
from tests.databases import EMPTY, Filling, copied
from tests.drivers import BEGIN, enrol

FIRST_TABLES = ("branches", "members", "phones", "member_phones", "calls", "turns", "answers", "evidence", "progress")
NEW_TABLES = ("preferences", "pin_tries", "attendance", "visits", "recordings", "replies", "notices")
DESK_TABLES = ("users", "sign_ins", "sign_in_tries")
WRITTEN_TABLES = ("deeds", "exemptions", "follow_ups", "hours", "occasions", "presences", "studied")
TABLES = FIRST_TABLES + NEW_TABLES + DESK_TABLES + WRITTEN_TABLES


def a_row_in_every_table(database: Database) -> None:
    enrol(database, [("王秀英", "+8613800000001")])
    with database.writing() as connection:
        connection.execute(
            insert(Call),
            {"id": 1, "provider": "twilio", "sid": "CA1", "number": "+8613800000001", "started_at": BEGIN},
        )
        turn = {"act": "answer", "digits": "", "arrived_at": BEGIN, "sent_at": BEGIN, "boot": "one", "turn": "{}"}
        connection.execute(insert(TurnRow), {"call_id": 1, "n": 1, **turn})
        connection.execute(insert(Evidence), {"call_id": 1, "kind": "ended", "arrived_at": BEGIN})
        answer = {"lesson": "falls", "edition": "e", "question": "q", "attempt": 1, "key": "1", "is_right": True}
        connection.execute(insert(Answer), {"call_id": 1, "turn": 1, "at": BEGIN, "outcome": "right", **answer})
        there = {"call_id": 1, "turn": 1, "member_id": 1, "at": BEGIN}
        connection.execute(insert(Attendance), {**there, "grade": "group", "joined": True})
        connection.execute(insert(Visit), {**there, "visitor_id": 1, "edition": "", "confirmed": True})
        tried = {"member_id": 1, "number": "", "from_own": False, "is_right": False, "at": BEGIN}
        connection.execute(insert(PinTry), tried)
        heard = {"bookmark_ms": 0, "heard_at_least_ms": 0, "heard_at_most_ms": 0, "length_ms": 1, "completed": False}
        standing = {"member_id": 1, "lesson": "falls", "edition": "e", "answered": 1, "correct": 1}
        connection.execute(insert(Progress), {**standing, **heard})
        user = {"name": "chuxin", "password": "", "password_at": BEGIN, "role": "branch", "branch_id": 1}
        connection.execute(insert(User), {"id": 1, **user})
        connection.execute(insert(SignIn), {"token": "t", "user_id": 1, "began_at": BEGIN, "seen_at": BEGIN})
        connection.execute(insert(SignInTry), {"name": "n", "is_right": True, "at": BEGIN})
        _write_down(connection)


ROWS = Filling("rows", a_row_in_every_table)


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    return ROWS if "filled" in request.fixturenames else EMPTY


@pytest.fixture
def filled(database: Database) -> Database:
    """A row in every table."""
    return database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unchanged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same for several tests: what they try is refused."""
    database = open_database(copied(request, ROWS, tmp_path_factory.mktemp("unchanged")))
    yield database
    database.close()


def _write_down(connection: Connection) -> None:
    """What secretaries do."""
    day, by = date(2026, 11, 2), {"member_id": 1, "user_id": 1, "made_at": BEGIN}
    connection.execute(insert(Exemption), {**by, "kind": "excused", "reason": "", "since": day})
    connection.execute(insert(FollowUp), {**by, "month": "2026-11", "outcome": ""})
    connection.execute(insert(Hours), {**by, "lesson": "falls", "month": "2026-11", "tenths": 1, "change": 1})
    where = {"kind": "visit", "day": day, "topic": "", "host": "", "place": "", "note": ""}
    connection.execute(insert(Occasion), {"id": 1, "branch_id": 1, "made_at": BEGIN, **where})
    connection.execute(insert(Presence), {"occasion_id": 1, "member_id": 1})
    month = {"member_id": 1, "lesson": "falls", "month": "2026-11", "edition": "e", "call_ids": "1", "grades": ""}
    names = ("heard_at_least_ms", "heard_at_most_ms", "length_ms", "answered", "correct", "questions")
    connection.execute(insert(Studied), month | dict.fromkeys((*names, "stray_keys", "dropped"), 0))
    connection.execute(insert(Deed), {"user_id": 1, "what": "export", "about": "", "at": BEGIN})


# ── the record is only ever added to ─────────────────────────────────────────────────────────────────────────────

CHANGES: dict[str, Any] = {
    "update a turn": update(TurnRow).values(digits="9"),
    "update a turn with what it has": update(TurnRow).values(digits=""),
    "delete a turn": delete(TurnRow),
    "update an answer": update(Answer).values(is_right=False),
    "delete an answer": delete(Answer),
    "update evidence": update(Evidence).values(provider_s=1),
    "delete evidence": delete(Evidence),
    "update attendance": update(Attendance).values(joined=False),
    "delete attendance": delete(Attendance),
    "update a visit": update(Visit).values(confirmed=False),
    "delete a visit": delete(Visit),
    "update a tried PIN": update(PinTry).values(is_right=True),
    "delete a tried PIN": delete(PinTry),
    "update confirmed hours": update(Hours).values(tenths=9),
    "delete confirmed hours": delete(Hours),
    "update a deed": update(Deed).values(about="x"),
    "delete a deed": delete(Deed),
    "delete a presence": delete(Presence),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_ledger_is_only_added_to(unchanged: Database, change: Any) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), unchanged.writing() as connection:
        connection.execute(change)
    with unchanged.reading() as connection:
        assert connection.execute(select(TurnRow.digits)).scalars().all() == [""]
        assert connection.execute(select(Answer.is_right)).scalars().all() == [True]
        assert connection.execute(select(Evidence.provider_s)).scalars().all() == [None]


def test_nor_by_sqlite_s_own_way(database: Database) -> None:
    """REPLACE deletes, and tells a trigger so only where recursive_triggers is on."""
    if not database.is_sqlite:
        pytest.skip("SQLite's own")
    with database.writing() as connection:
        call = {"id": 1, "provider": "twilio", "sid": "CA1", "number": "", "started_at": BEGIN}
        connection.execute(insert(Call), call)
        connection.execute(insert(Evidence), {"id": 1, "call_id": 1, "kind": "ended", "arrived_at": BEGIN})
    with pytest.raises(DBAPIError, match="only ever added to"), database.writing() as connection:
        later = BEGIN + timedelta(hours=1)
        row = {"id": 1, "call_id": 1, "kind": "resent", "arrived_at": later}
        connection.execute(insert(Evidence).prefix_with("OR REPLACE"), row)


REFUSED: dict[str, Any] = {
    "the same call twice": insert(Call).values(provider="twilio", sid="CA1", number="", started_at=BEGIN),
    "a turn of no call": insert(TurnRow).values(
        call_id=9, n=1, act="key", digits="", arrived_at=BEGIN, sent_at=BEGIN, boot="", turn="{}"
    ),
    "a turn by nobody": insert(TurnRow).values(
        call_id=1, n=2, act="key", digits="", arrived_at=BEGIN, sent_at=BEGIN, boot="", turn="{}", member_id=99
    ),
    "the same turn twice": insert(TurnRow).values(
        call_id=1, n=1, act="key", digits="", arrived_at=BEGIN, sent_at=BEGIN, boot="", turn="{}"
    ),
    "evidence of no call": insert(Evidence).values(call_id=9, kind="ended", arrived_at=BEGIN),
    "a call by nobody": update(Call).values(member_id=99),
    "a member of no branch": insert(Member).values(branch_id=99, number="P9", name="李"),
    "progress of nobody": insert(Progress).values(
        member_id=9,
        lesson="a",
        edition="",
        bookmark_ms=0,
        heard_at_least_ms=0,
        heard_at_most_ms=0,
        length_ms=0,
        completed=False,
        answered=0,
        correct=0,
    ),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=list(REFUSED))
def test_rows_that_contradict_each_other_are_refused(unchanged: Database, change: Any) -> None:
    with pytest.raises(IntegrityError), unchanged.writing() as connection:
        connection.execute(change)


def test_somebody_on_record_is_not_deleted(filled: Database) -> None:
    with filled.writing() as connection:
        connection.execute(update(Call).values(member_id=1))
        connection.execute(delete(Progress))
        connection.execute(delete(MemberPhone))
    with pytest.raises(IntegrityError), filled.writing() as connection:
        connection.execute(delete(Member))


# ── transactions and times ───────────────────────────────────────────────────────────────────────────────────────


def test_what_raises_is_undone(filled: Database) -> None:
    with pytest.raises(ZeroDivisionError), filled.writing() as connection:
        connection.execute(insert(Evidence), {"call_id": 1, "kind": "resent", "arrived_at": BEGIN})
        raise ZeroDivisionError
    with filled.reading() as connection:
        assert len(connection.execute(select(Evidence.id)).all()) == 1


def test_a_reader_sees_one_state(filled: Database) -> None:
    """Whatever is committed while it reads."""

    def count(connection: Connection) -> int:
        return len(connection.execute(select(Evidence.id)).all())

    with filled.reading() as reader:
        assert count(reader) == 1
        with filled.writing() as connection:
            connection.execute(insert(Evidence), {"call_id": 1, "kind": "resent", "arrived_at": BEGIN})
        assert count(reader) == 1
    with filled.reading() as reader:
        assert count(reader) == 2


def test_many_writers_wait_for_each_other(filled: Database) -> None:
    """From two open databases, as two processes have: everybody's row is there, nobody was turned away."""
    other = open_database(filled.engine.url.render_as_string(hide_password=False))

    def write(n: int) -> None:
        with (filled if n % 2 else other).writing() as connection:
            seen = len(connection.execute(select(Evidence.id)).all())
            connection.execute(
                insert(Evidence), {"call_id": 1, "kind": "resent", "arrived_at": BEGIN, "turn": n, "provider_s": seen}
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with filled.reading() as connection:
        assert len(connection.execute(select(Evidence.id)).all()) == 41
    other.close()


@pytest.mark.parametrize("hours", [-12, -3.5, 0, 5.75, 8, 14])
def test_times_come_back_as_the_same_moment(filled: Database, hours: float) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=hours)))
    with filled.writing() as connection:
        connection.execute(update(Call).values(settled_at=moment))
    with filled.reading() as connection:
        back = connection.execute(select(Call.settled_at)).scalar_one()
    assert back == moment
    assert back is not None and back.utcoffset() == timedelta(0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_wherever_a_server_is_its_sessions_are_in_utc(database_url: str) -> None:
    """By any driver: all have cursors, few have more."""
    url = make_url(database_url).update_query_dict({"options": "-c TimeZone=Asia/Shanghai"})
    database = Database(url.render_as_string(hide_password=False))
    for opened in (database.reading, database.writing, database.writing_singly):
        with opened() as connection:
            assert connection.execute(text("SHOW TimeZone")).scalar_one() == "UTC"
    other = create_engine(database.engine.url)
    with other.connect() as connection:
        assert connection.execute(text("SHOW TimeZone")).scalar_one() == "Asia/Shanghai"
        connection.rollback()
        driver = connection.connection
        _configure_postgresql(SimpleNamespace(cursor=driver.cursor, commit=driver.commit), None)
        assert connection.execute(text("SHOW TimeZone")).scalar_one() == "UTC"
    other.dispose()
    database.close()


def test_what_is_committed_is_on_the_disk(tmp_path: Path) -> None:
    """The settings of SQLite that a power cut cannot do without."""
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    with database.writing() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    assert pragmas == PRAGMAS
    database.close()


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


# ── migrations ───────────────────────────────────────────────────────────────────────────────────────────────────


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def migrate(database: Database, way: Callable[[Any, str], None], revision: str) -> None:
    with database.writing() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        way(config, revision)


def test_up_and_down_and_up(filled: Database) -> None:
    assert tables(filled) == set(TABLES)
    migrate(filled, command.downgrade, "base")
    assert tables(filled) == set()
    migrate(filled, command.upgrade, "head")
    assert tables(filled) == set(TABLES)
    with filled.reading() as connection:
        assert connection.execute(text("SELECT * FROM plays")).all() == []


def test_the_first_tables_keep_their_rows(filled: Database) -> None:
    """Up from them, and down again; what is told of old answers is what they were."""
    migrate(filled, command.downgrade, "0001")
    assert tables(filled) == set(FIRST_TABLES)
    answer = "INSERT INTO answers VALUES (1, 2, NULL, 'falls', 'e', 'q', 2, '2', FALSE, '2026-11-02 01:00:00')"
    with filled.writing() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM turns")).scalar_one() == 1
        connection.execute(text("UPDATE members SET number = '初-0 12号'"))
        connection.execute(text(answer))
    migrate(filled, command.upgrade, "head")
    with filled.reading() as connection:
        member = connection.execute(select(Member.digits, Member.role, Member.pin)).one()
        assert tuple(member) == ("012", "", "")
        answers = connection.execute(select(Answer.is_right, Answer.outcome).order_by(Answer.turn)).all()
        assert [tuple(each) for each in answers] == [(True, "right"), (False, "wrong")]
        assert connection.execute(select(Call.keys_failed)).scalars().all() == [False]
        assert connection.execute(select(TurnRow.pace, TurnRow.said_ms)).all() == [(None, None)]
    with pytest.raises(DBAPIError, match="only ever added to"), filled.writing() as connection:
        connection.execute(delete(Answer))


def test_migrations_make_what_the_models_say(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_open_database_is_left_alone(database: Database) -> None:
    enrol(database, [("王秀英", "+8613800000001")])
    again = open_database(database.engine.url.render_as_string(hide_password=False))
    with again.reading() as connection:
        assert connection.execute(select(Member.name)).scalars().all() == ["王秀英"]
    again.close()


OPEN = """
import sys
from ivr.records.db import open_database
sys.stdin.readline()
open_database(sys.argv[1]).close()
"""


@pytest.mark.parametrize("start", range(2))
def test_several_processes_open_a_new_database_at_once(database_url: str, start: int) -> None:
    empty(database_url)
    command_line = [sys.executable, "-W", "error", "-c", OPEN, database_url]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command_line, text=True, stdin=pipe, stderr=pipe) for _ in range(3)]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[1] for process in processes]
    assert [(process.returncode, error) for process, error in zip(processes, told, strict=True)] == [(0, "")] * 3
    database = open_database(database_url)
    assert tables(database) == set(TABLES)
    database.close()


def test_several_threads_open_a_new_database_at_once(database_url: str) -> None:
    empty(database_url)
    barrier = threading.Barrier(4)

    def opened(_: int) -> set[str]:
        barrier.wait()
        database = open_database(database_url)
        found = tables(database)
        database.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opened, range(4))) == [set(TABLES)] * 4


def empty(url: str) -> None:
    """Take away what the template had."""
    database = Database(url)
    migrate(database, command.downgrade, "base")
    database.close()


# ── what can't be opened ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def no_folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "file").write_text("not a folder")
    yield tmp_path / "file"


UNREACHABLE = {
    "nobody listens": "postgresql://ivr:geheim@127.0.0.1:1/lessons",
    "the long name": "postgresql+psycopg://ivr:geheim@127.0.0.1:1/lessons",
    "the old name": "postgres://ivr:geheim@127.0.0.1:1/lessons",
    "no such socket": "postgresql://ivr:geheim@/lessons?host=/nowhere",
    "the password as a parameter": "postgresql://127.0.0.1:1/lessons?user=ivr&password=geheim",
    "no such kind": "nonesuch://ivr:geheim@127.0.0.1/lessons",
    "not a URL": "ivr:geheim@127.0.0.1/lessons",
    "a slash too few": "postgresql:/ivr:geheim@127.0.0.1/lessons",
    "no number for a port": "postgresql://ivr:geheim@127.0.0.1:port/lessons",
    "another driver": "mysql://ivr:geheim@127.0.0.1/lessons",
    "a folder of SQLite": "sqlite:////tmp",
    "a path through a file": "sqlite:////dev/null/ivr.db",
    "no database": "sqlite:////dev/null",
    "a folder that can't be made": "sqlite:////proc/nowhere/ivr.db",
}


@pytest.mark.parametrize("url", UNREACHABLE.values(), ids=list(UNREACHABLE))
def test_it_is_told_in_words_and_without_the_password(url: str) -> None:
    with pytest.raises(IvrError) as raised:
        open_database(url)
    assert "geheim" not in str(raised.value)


def test_which_database_it_is_and_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match=r"postgresql\+psycopg://ivr:\*\*\*@127.0.0.1:1/lessons .* refused"):
        open_database(UNREACHABLE["nobody listens"])
    (tmp_path / "ivr.db").write_bytes(b"this is no database\n" * 500)
    with pytest.raises(NoDatabase, match=r"ivr\.db can't be opened: .*not a database"):
        open_database(f"sqlite:///{tmp_path / 'ivr.db'}")


def test_a_driver_that_is_not_installed() -> None:
    with pytest.raises(MissingPart, match="mysql"):
        open_database("mysql+mysqldb://ivr@127.0.0.1/ivr")


def test_a_database_of_a_later_version(database: Database) -> None:
    """Tables that this version does not know are not touched."""
    url = database.engine.url.render_as_string(hide_password=False)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NoDatabase, match="9999"):
        open_database(url)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'a' / 'b' / 'ivr.db'}").close()
    assert (tmp_path / "a" / "b" / "ivr.db").exists()
