"""What the line is compared with: a turn as the textbooks write it, with mapped objects and Twilio's own library.

It does the work of a listening turn and no more: validate, load the call, write a turn, move the call on, answer. It
keeps no answers for repeated requests, has no dialogue, and its lesson is in memory. SQLAlchemy is used as it comes:
what is read after a commit is loaded again.

The `tuned` textbook is as good as such code gets without becoming other code: it looks at no object after the commit,
and its SQLite is opened as ours is (WAL, synchronous=FULL, BEGIN IMMEDIATE, one writer at a time).
"""

from __future__ import annotations

import logging
import threading
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial

from flask import Flask, Response, abort, request
from sqlalchemy import DateTime, Engine, ForeignKey, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.config import Settings

log = logging.getLogger(__name__)

AUDIO = "0f" * 32
SEGMENT_MS = 30_000
now = partial(datetime.now, UTC)


class Base(DeclarativeBase):
    pass


class Call(Base):
    __tablename__ = "textbook_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(128), unique=True)
    number: Mapped[str] = mapped_column(String(32), index=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    turn: Mapped[int]
    segment: Mapped[int]


class Turn(Base):
    __tablename__ = "textbook_turns"

    call_id: Mapped[int] = mapped_column(ForeignKey("textbook_calls.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(8))
    digits: Mapped[str] = mapped_column(String(32))
    arrived_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    segment: Mapped[int]
    base_ms: Mapped[int]
    length_ms: Mapped[int]


def _one_by_one(engine: Engine) -> threading.Lock:
    """Durable, and with locks taken at the start: SQLAlchemy's manual, "SQLite", "Database Locking Behavior"."""

    @event.listens_for(engine, "connect")
    def configure(connection, _record) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return threading.Lock()


def create_app(settings: Settings, *, tuned: bool = False) -> Flask:
    app = Flask(__name__, static_folder=None)
    public_url = settings.line.public_url
    validator = RequestValidator(settings.twilio.auth_token)
    engine = create_engine(settings.database, pool_size=8)  # as many as there are threads
    opened = partial(Session, engine, expire_on_commit=not tuned)
    turn_to_write = _one_by_one(engine) if tuned and engine.dialect.name == "sqlite" else nullcontext()
    Base.metadata.create_all(engine)

    @app.before_request
    def validate() -> None:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(public_url + request.path, request.form, signature):
            abort(403)

    @app.post("/line/twilio/answer")
    def answer() -> Response:
        number = request.form["From"]
        with turn_to_write, opened() as session:
            session.add(Call(sid=request.form["CallSid"], number=number, started_at=now(), turn=1, segment=0))
            session.commit()
        return spoken(1, 0)

    @app.post("/line/twilio/turn/<int:n>/<kind>")
    def resume(n: int, kind: str) -> Response:
        arrived_at = now()
        with turn_to_write, opened() as session:
            call = session.scalars(select(Call).where(Call.sid == request.form["CallSid"])).one()
            call.turn = n + 1
            call.segment += 1
            turn = Turn(
                call_id=call.id,
                n=call.turn,
                act=kind,
                digits=request.form.get("Digits", ""),
                arrived_at=arrived_at,
                sent_at=now(),
                segment=call.segment,
                base_ms=call.segment * SEGMENT_MS,
                length_ms=SEGMENT_MS,
            )
            session.add(turn)
            session.commit()
            log.debug("call %s turn %d %s -> %d", call.sid, n, kind, call.turn)
            return spoken(call.turn, call.segment)

    def spoken(n: int, segment: int) -> Response:
        response = VoiceResponse()
        here = f"{public_url}/line/twilio/turn/{n}"
        gather = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=1, method="POST", action=f"{here}/key")
        gather.play(f"{public_url}/audio/{AUDIO}-{segment}.wav")
        response.append(gather)
        response.redirect(f"{here}/end", method="POST")
        return Response(str(response), mimetype="text/xml")

    return app
