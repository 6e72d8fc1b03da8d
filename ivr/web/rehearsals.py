"""Rehearsals: calls from the desk, in a copy of the records that is thrown away. The records themselves are only read,
once, when the copy is made; so nothing of a rehearsal can become anybody's record, nor need be left out of any report.

Each copy is a SQLite file in a folder of its user's, in the data folder: any thread or process may go on with the call,
as with a real one, and whoever asks for it by another user's name finds nothing. It is deleted half an hour after the
last act; a user has three at most, and a further one ends the one that stood still longest. Whoever uses or deletes one
of a user's holds the user's lock: none is deleted in the midst of an act.

Time passes as the caller's would: who waits hears all that is said and waits as long as the line does, however soon
they say so; who presses a key did so when they did, but no later than that.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from ivr import calls
from ivr.dialogue.turn import Gather, Input, Pressed, Record, Silent, Spoke, Turn
from ivr.errors import NotThere
from ivr.keeping import locked, locked_if_free, write_whole
from ivr.records import ledger, pins
from ivr.records.copying import copied_about
from ivr.records.db import Database
from ivr.records.models import Call, TurnRow
from ivr.records.users import Known
from ivr.reports import traces
from ivr.reports.traces import Traces
from ivr.voicing import Sound, Voicing, length_ms, sounding, voicing
from ivr.web.desk import Desk

PROVIDER = "desk"
TOUCHED = "touched"  # the file that says when
MOST = 3  # at once, of one user
IDLE = timedelta(minutes=30)
PIN = "2580"  # of everybody who has one: the middle of the keypad, from above

_copying = threading.Lock()  # what brings a new database up to date is one for the whole process


@dataclass(frozen=True, slots=True)
class Standing:
    """A call as it stands: its newest turn, since when that is said, and when the call began (both in its own time);
    `over` once somebody hung up. `number` is the caller's, "" for one that the line does not know."""

    id: int
    n: int
    turn: Turn
    number: str
    began_at: datetime
    sent_at: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One that goes on, or is over and still told about."""

    desk: Desk
    voiced: Voicing
    folder: Path
    database: Database

    @property
    def sid(self) -> str:
        return self.folder.name

    def standing(self) -> Standing:
        with self.database.reading() as connection:
            known = ledger.latest(connection, PROVIDER, self.sid, hold=False)
            if known is None:  # made, but never answered: the process ended just then
                raise NotThere(self.sid)
            number, began_at = connection.execute(
                select(Call.number, Call.started_at).where(Call.id == known.call)
            ).one()
            newest = (TurnRow.call_id == known.call) & (TurnRow.n == known.n)
            sent_at = connection.execute(select(TurnRow.sent_at).where(newest)).scalar_one()
        return Standing(known.call, known.n, known.turn, number, began_at, sent_at, known.settled)

    def turn(self, n: int) -> Turn:
        """Raises UnknownCall."""
        call = self.standing().id
        with self.database.reading() as connection:
            return ledger.stored(connection, call, n)

    def sounds(self, turn: Turn) -> tuple[Sound, ...]:
        return tuple(sounding(turn, self.desk.shelf, self.voiced))

    def answer(self, number: str) -> None:
        self._spoken(calls.answer(self._line(self.desk.clock()), PROVIDER, self.sid, number))

    def press(self, n: int, keys: str) -> None:
        """Keys, in turn `n`. After the tone any key ends what is said."""
        at, standing = self._now(), self.standing()
        if isinstance(standing.turn.gather, Record):
            said_ms = (at - standing.sent_at) / timedelta(milliseconds=1) - length_ms(standing.turn, self.voiced)
            self._act(n, "spoke", self._spoke(standing.turn.gather, int(said_ms // 1000)), at)
        else:
            self._act(n, "key", Pressed(keys), at)

    def wait(self, n: int) -> None:
        """Nothing was pressed, or said."""
        turn = self.standing().turn
        act = self._spoke(turn.gather, 0) if isinstance(turn.gather, Record) else Silent()
        self._act(n, "spoke" if isinstance(act, Spoke) else "end", act, self._latest(self.standing()))

    def speak(self, n: int, seconds: int) -> None:
        """So much was said after the tone; where there is none, nothing happens."""
        standing = self.standing()
        if isinstance(standing.turn.gather, Record):
            act = self._spoke(standing.turn.gather, seconds)
            said = timedelta(milliseconds=length_ms(standing.turn, self.voiced), seconds=act.seconds)
            self._act(n, "spoke", act, standing.sent_at + said)

    def hang_up(self) -> None:
        if not self.standing().over:
            self._hang_up(self._now())

    def traces(self) -> Traces:
        """What the call left in its copy of the records."""
        call, catalogue = self.standing().id, self.desk.shelf.catalogue()
        with self.database.reading() as connection:
            return traces.of_call(connection, call, catalogue)

    def _act(self, n: int, kind: str, act: Input, at: datetime) -> None:
        """What comes twice, or too late, changes nothing."""
        standing = self.standing()
        if n == standing.n and not standing.over:
            self._spoken(calls.resume(self._line(at), PROVIDER, self.sid, n, kind, act))

    def _spoken(self, spoken: calls.Spoken) -> None:
        _touch(self.folder, self.desk.clock())
        if spoken.turn.gather is None:  # goodbye
            self._hang_up(self._latest(self.standing()))

    def _hang_up(self, at: datetime) -> None:
        began_at = self.standing().began_at
        lasted_s = round((at - began_at).total_seconds())
        calls.hang_up(self._line(at), PROVIDER, self.sid, "completed", at, lasted_s)
        _touch(self.folder, self.desk.clock())

    def _spoke(self, asked: Record, seconds: int) -> Spoke:
        return Spoke(f"{PROVIDER}-{secrets.token_hex(8)}", "", max(0, min(seconds, asked.seconds)))

    def _now(self) -> datetime:
        """In the call's own time."""
        standing = self.standing()
        passed = self.desk.clock() - _touched(self.folder)
        return min(standing.sent_at + max(passed, timedelta()), self._latest(standing))

    def _latest(self, standing: Standing) -> datetime:
        """When the line would go on by itself."""
        gather = standing.turn.gather
        waited_s = gather.seconds if isinstance(gather, Gather | Record) else 0
        said = timedelta(milliseconds=length_ms(standing.turn, self.voiced))
        return standing.sent_at + said + timedelta(seconds=waited_s)

    def _line(self, at: datetime) -> calls.Line:
        desk = self.desk
        return calls.Line(self.database, desk.shelf, self.voiced, desk.settings, lambda: at, PROVIDER)


class Rehearsals:
    """Those of all users."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._voiced = voicing(desk.shelf, desk.settings.line.language)
        self._root = desk.settings.data / "rehearsals"

    def dial(self, user: Known, members: Collection[int], number: str) -> str:
        """A call from `number` begins, in a copy about these members; returns its name."""
        self.tidy()
        folder = self._of(user) / secrets.token_hex(16)
        with locked(_lock(self._of(user))):
            self._make_room(user)
            folder.mkdir(parents=True)
            self._root.chmod(0o700)
            with _copying:
                database = copied_about(self._desk.database, members, _url(folder))
            with closing(database):
                with database.writing() as connection:
                    pins.same_for_all(connection, PIN)
                Rehearsal(self._desk, self._voiced, folder, database).answer(number)
        return folder.name

    @contextmanager
    def opened(self, user: Known, name: str) -> Iterator[Rehearsal]:
        """Raises NotThere for one that is no more, or was never this user's."""
        self.tidy()
        folder = self._of(user) / name
        if not re.fullmatch("[0-9a-f]{32}", name) or not folder.exists():
            raise NotThere(name)
        with locked(_lock(self._of(user))):
            if not (folder / TOUCHED).exists():
                raise NotThere(name)
            with closing(Database(_url(folder))) as database:
                yield Rehearsal(self._desk, self._voiced, folder, database)

    def tidy(self) -> None:
        """Delete those that stood still too long, whosever they are."""
        for theirs in {folder.parent for folder in self._root.glob("*/*") if self._stood_still(folder)}:
            with locked_if_free(_lock(theirs)) as is_free:
                for folder in filter(self._stood_still, theirs.glob("*") if is_free else ()):
                    shutil.rmtree(folder, ignore_errors=True)

    def _stood_still(self, folder: Path) -> bool:
        """Too long; not where somebody else has just deleted it."""
        with suppress(FileNotFoundError):
            return self._desk.clock() - _touched(folder) > IDLE
        return False

    def _make_room(self, user: Known) -> None:
        theirs = sorted(self._of(user).glob("*"), key=_touched)
        for folder in theirs[: max(0, len(theirs) - MOST + 1)]:
            shutil.rmtree(folder, ignore_errors=True)

    def _of(self, user: Known) -> Path:
        return self._root / str(user.id)


def _lock(theirs: Path) -> Path:
    """Of all the rehearsals in the folder of a user."""
    return theirs.with_name(f"{theirs.name}.lock")


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'records.db'}"


def _touch(folder: Path, now: datetime) -> None:
    write_whole(folder / TOUCHED, now.isoformat().encode())


def _touched(folder: Path) -> datetime:
    """When something was last done in this call; or its folder was made, if nothing was yet."""
    try:
        return datetime.fromisoformat((folder / TOUCHED).read_text("ascii"))
    except FileNotFoundError:
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
