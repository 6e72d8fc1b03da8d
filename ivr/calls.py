"""A call, whatever brought it here: answer, resume, hang up. One turn is one transaction, committed before anybody
hears of it; every driver comes through these functions.

A turn's number makes it happen once: who asks again for a turn that is done gets the stored one.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from ivr.catalogue import Catalogue
from ivr.config import Settings
from ivr.dialogue import machine
from ivr.dialogue.state import Listening, Pausing, Proving
from ivr.dialogue.turn import Gather, Input, Left, Pressed, Record, Silent, Spoke, Turn, Wanted
from ivr.errors import IvrError, UnknownCall
from ivr.records import learners, ledger, lookups, progress
from ivr.records.db import Database
from ivr.shelf import Shelf
from ivr.voicing import Voicing, length_ms

log = logging.getLogger(__name__)

MOST_FALLBACKS = 2
MOST_AT_HAND = 4096  # turns, some kilobytes each

_T = TypeVar("_T")


class AtHand:
    """Turns that this process wrote last, for the acts that follow them; the oldest are forgotten first. A written turn
    never changes, and of two turns that follow it the database takes one: so what is at hand can be out of use, but
    never wrong."""

    def __init__(self) -> None:
        self._turns: OrderedDict[tuple[str, str, int], ledger.Latest] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, provider: str, sid: str, n: int) -> ledger.Latest | None:
        with self._lock:
            return self._turns.pop((provider, sid, n), None)

    def put(self, provider: str, sid: str, latest: ledger.Latest) -> None:
        with self._lock:
            self._turns[provider, sid, latest.n] = latest
            if len(self._turns) > MOST_AT_HAND:
                self._turns.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Line:
    """All that a call needs: where records go, what can be heard, how it is voiced, the rules, the time. `boot` names
    this run."""

    database: Database
    shelf: Shelf
    voiced: Voicing
    settings: Settings
    clock: Callable[[], datetime]
    boot: str
    at_hand: AtHand = field(default_factory=AtHand)

    def counting(self, catalogue: Catalogue) -> progress.Counting:
        return progress.Counting(catalogue, self.settings.records.completed_share, self.settings.line.zone)

    def now(self, at: datetime) -> learners.Now:
        return learners.Now(self.shelf.catalogue(), self.settings, at)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn and its number: the caller's next act names it."""

    n: int
    turn: Turn


def answer(line: Line, provider: str, sid: str, number: str) -> Spoken:
    """A call comes in. `number` is the caller's, in E.164 where it is known."""
    arrived_at = line.clock()

    def work(connection: Connection) -> Spoken:
        if known := ledger.latest(connection, provider, sid):
            return _again(line, connection, known, 1, arrived_at)
        return _answered(line, connection, provider, sid, number, arrived_at)

    return _written_once(line.database, work)


def _answered(line: Line, connection: Connection, provider: str, sid: str, number: str, arrived_at: datetime) -> Spoken:
    sent_at = line.clock()
    catalogue = line.shelf.catalogue()
    today = sent_at.astimezone(line.settings.line.zone).date()
    spoken_here = line.settings.line.language.partition("_")[0]
    offer = sorted(catalogue.offered_on(today), key=lambda lesson: lesson.language != spoken_here)
    members = learners.on_phone(connection, number)
    progress.settle_open_calls(connection, number, members, sent_at, line.counting(catalogue))
    who = learners.known(connection, members, line.now(sent_at))
    editions = tuple(lesson.edition for lesson in offer)
    turn = machine.begin(who, editions, catalogue, sent_at, line.settings.dialogue, spoken_here)
    call = ledger.open_call(connection, provider, sid, number, arrived_at)
    act = ledger.Act("answer", "", arrived_at)
    return _written(line, connection, ledger.Latest(call, settled=False, n=0, turn=turn), act, turn, sent_at)


def resume(line: Line, provider: str, sid: str, n: int, kind: str, act: Input) -> Spoken:
    """The caller acted in turn `n`: `kind` says whether the provider reported a key or an end.

    Raises UnknownCall for a call that never began here, or under a version whose turns can't be read any more."""
    arrived_at = line.clock()
    if isinstance(act, Silent) and (spoken := _went_on(line, provider, sid, n, ledger.Act(kind, "", arrived_at))):
        return spoken

    def work(connection: Connection) -> Spoken:
        known = _known(connection, provider, sid)
        if n != known.n:
            return _again(line, connection, known, min(n + 1, known.n), arrived_at)
        return _stepped(line, connection, known, kind, act, arrived_at)

    return _written_once(line.database, work)


def _went_on(line: Line, provider: str, sid: str, n: int, act: ledger.Act) -> Spoken | None:
    """Nobody pressed anything, and the lesson plays on: that is most turns. Such a turn is one row, so one statement
    writes it. None, with nothing written, where it takes more than that, or somebody else was faster."""
    try:
        with line.database.writing_singly() as connection:
            known = line.at_hand.take(provider, sid, n) or ledger.latest(connection, provider, sid, hold=False)
            if known is None or known.n != n or known.settled or n >= line.settings.line.most_turns:
                return None
            sent_at = line.clock()
            turn = machine.step(known.turn, Silent(), line.shelf.catalogue(), sent_at, line.settings.dialogue)
            if isinstance(turn, Wanted) or turn.gather is None or turn.events:
                return None
            if not ledger.add_turn_to_open_call(connection, known.call, n + 1, act, turn, sent_at, line.boot):
                return None
    except IntegrityError:
        return None
    except OperationalError as error:
        log.warning("call %s goes the longer way: %s", sid, error.orig)
        if error.connection_invalidated:
            line.database.drop_connections()
        return None
    line.at_hand.put(provider, sid, ledger.Latest(known.call, settled=False, n=n + 1, turn=turn))
    return Spoken(n + 1, turn)


def _stepped(
    line: Line, connection: Connection, known: ledger.Latest, kind: str, act: Input, arrived_at: datetime
) -> Spoken:
    sent_at = line.clock()
    turn = _turned(line, connection, known.call, _as_last_said(connection, known, act), act, sent_at)
    if known.n >= line.settings.line.most_turns:
        turn = machine.ended(turn, "long_enough")
    secret = isinstance(known.turn.state.scene, Proving)
    digits = act.key if isinstance(act, Pressed) and not secret else ""
    return _written(line, connection, known, ledger.Act(kind, digits, arrived_at), turn, sent_at)


def _turned(line: Line, connection: Connection, call: int, last: Turn, act: Input, sent_at: datetime) -> Turn:
    """What the conversation says next; what it wants to know on the way is looked up."""
    now = line.now(sent_at)
    turn = machine.step(last, act, now.catalogue, sent_at, line.settings.dialogue)
    events = turn.events
    while isinstance(turn, Wanted):
        finding = lookups.found(connection, call, turn.lookup, now)
        turn = machine.step(replace(last, state=turn.state), finding, now.catalogue, sent_at, line.settings.dialogue)
        events += turn.events
    return replace(turn, events=events)


def _as_last_said(connection: Connection, known: ledger.Latest, act: Input) -> Turn:
    """A lesson that was sent again may have begun only then: count from there, and nobody misses a sentence."""
    turn = known.turn
    if isinstance(act, Pressed) and isinstance(turn.state.scene, Listening) and turn.state.scene.since:
        again = ledger.last_resent(connection, known.call, known.n)
        scene = replace(turn.state.scene, since=again or turn.state.scene.since)
        return replace(turn, state=replace(turn.state, scene=scene))
    return turn


def _written(
    line: Line, connection: Connection, known: ledger.Latest, act: ledger.Act, turn: Turn, sent_at: datetime
) -> Spoken:
    n = known.n + 1
    ledger.add_turn(connection, known.call, n, act, turn, sent_at, line.boot, _said_ms(line, turn))
    if turn.gather is None or known.settled:
        progress.settle(connection, known.call, sent_at, line.counting(line.shelf.catalogue()))
    return Spoken(n, turn)


def _said_ms(line: Line, turn: Turn) -> int | None:
    """How long it takes to ask for one key, whose latency is counted from there; None for all else: numbers take as
    long as they are, and nobody is asked to press anything while a lesson is announced, plays or waits."""
    asks = isinstance(turn.gather, Gather) and turn.gather.digits == 1
    return length_ms(turn, line.voiced) if asks and not isinstance(turn.state.scene, Listening | Pausing) else None


def _again(line: Line, connection: Connection, known: ledger.Latest, n: int, arrived_at: datetime) -> Spoken:
    """Say a turn again that was said before. If it is the newest, it may be this time that the caller hears it."""
    if n < known.n:
        return Spoken(n, ledger.stored(connection, known.call, n))
    _noted(line, connection, known, "resent", arrived_at)
    return Spoken(known.n, known.turn)


def _noted(line: Line, connection: Connection, known: ledger.Held, kind: str, arrived_at: datetime) -> None:
    ledger.add_evidence(connection, known.call, kind, arrived_at, turn=known.n)
    if known.settled:
        progress.settle(connection, known.call, arrived_at, line.counting(line.shelf.catalogue()))


def fall_back(line: Line, provider: str, sid: str) -> Spoken | None:
    """The provider could not use our last turn. Say it again, once or twice; then None: give up.

    Raises UnknownCall."""
    arrived_at = line.clock()

    def work(connection: Connection) -> Spoken | None:
        _held(connection, provider, sid)  # waits for a turn that is being written,
        held = _held(connection, provider, sid)  # and sees it
        tried = ledger.count_evidence(connection, held.call, "fallback")
        _noted(line, connection, held, "fallback", arrived_at)
        try:
            return Spoken(held.n, ledger.stored(connection, held.call, held.n)) if tried < MOST_FALLBACKS else None
        except UnknownCall:  # it can't be read any more; that this came is on record all the same
            return None

    return _written_once(line.database, work)


def recorded(line: Line, provider: str, sid: str, n: int, name: str, address: str, seconds: int) -> None:
    """The provider tells of something said after the tone of turn `n`: also when the caller hung up, and nothing else
    told of it. Raises UnknownCall."""
    arrived_at = line.clock()

    def work(connection: Connection) -> None:
        call = _held(connection, provider, sid).call
        turn = ledger.stored(connection, call, n)
        if isinstance(turn.gather, Record) and seconds:
            spoke = Spoke(name, address, seconds, hung_up=True)
            for event in _turned(line, connection, call, turn, spoke, arrived_at).events:
                if isinstance(event, Left):
                    ledger.keep_recording(connection, call, n, event, ledger.member_of(turn), arrived_at)

    _written_once(line.database, work)


def hang_up(
    line: Line, provider: str, sid: str, status: str, provider_at: datetime | None, lasted_s: int | None
) -> None:
    """The call is over, as the provider tells it; it may tell so late, or twice. Raises UnknownCall."""
    arrived_at = line.clock()

    def work(connection: Connection) -> None:
        call = _held(connection, provider, sid).call
        ledger.add_evidence(
            connection, call, "ended", arrived_at, status=status, provider_at=provider_at, provider_s=lasted_s
        )
        try:
            with connection.begin_nested():
                progress.settle(connection, call, arrived_at, line.counting(line.shelf.catalogue()))
        except IvrError:  # a damaged shelf: keep what nobody tells us twice; the next call settles this one
            log.exception("call %s is not settled yet", sid)

    _written_once(line.database, work)


def _written_once(database: Database, work: Callable[[Connection], _T]) -> _T:
    """Do a transaction; once more if it failed, because somebody else wrote the same turn first, or the connection
    was lost. That is safe: a turn happens once, by its number. What fails twice is raised."""
    try:
        with database.writing() as connection:
            return work(connection)
    except (IntegrityError, OperationalError) as error:
        log.warning("tried once more: %s", error.orig)
        if error.connection_invalidated:
            database.drop_connections()
    with database.writing() as connection:
        return work(connection)


def _known(connection: Connection, provider: str, sid: str) -> ledger.Latest:
    return _begun_here(ledger.latest(connection, provider, sid), provider, sid)


def _held(connection: Connection, provider: str, sid: str) -> ledger.Held:
    return _begun_here(ledger.held(connection, provider, sid), provider, sid)


def _begun_here(known: _T | None, provider: str, sid: str) -> _T:
    if known is None:
        raise UnknownCall(f"Call {sid} of {provider} did not begin here.")
    return known
