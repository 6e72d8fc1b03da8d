"""Voice questions and their replies, and whatever else was said after the tone, as the secretary sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, insert, select, true
from sqlalchemy.orm import aliased

from ivr.catalogue import Clip
from ivr.errors import NotThere
from ivr.records import preferences, whose
from ivr.records.models import Branch, Call, Member, Recording, Reply


@dataclass(frozen=True, slots=True)
class Left:
    """Something said after the tone. `name` and `branch` are "" where nobody is known, `audio` until it is fetched;
    `trouble` is what kept it from being so, and where it `is_lost` nobody tries any more. `replies` were given to it,
    of which `heard` so many."""

    id: int
    kind: str
    left_at: datetime
    name: str
    number: str
    seconds: int
    audio: str
    trouble: str
    replies: int
    heard: int
    branch: str = ""
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A reply; `words` is "" where somebody spoke it, `heard_at` None until the asker did."""

    id: int
    question: int
    words: str
    audio: str
    seconds: int
    made_at: datetime
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom a reply is for: their branch, and the language they chose ("": none)."""

    name: str
    branch: str
    language: str


def waits_for_reply() -> ColumnElement[bool]:
    """Of a recording: it is a question that nobody has replied to, and no spoken reply is on its way to us. A reply
    that could not be fetched is none, so its question waits again."""
    spoken = aliased(Recording)
    on_its_way = exists().where(spoken.about == Recording.id, spoken.kind == "reply", spoken.next_try_at.is_not(None))
    replied = exists().where(Reply.question_id == Recording.id)
    return (Recording.kind == "question") & ~replied.correlate(Recording) & ~on_its_way.correlate(Recording)


def heard_by(branches: Collection[int]) -> ColumnElement[bool]:
    """Of a recording, for whoever sees these branches: a member of theirs said it; or somebody unknown, in a call that
    they may see."""
    theirs = Recording.member_id.in_(select(Member.id).where(Member.branch_id.in_(branches)))
    calls = select(Call.id).where(whose.seen_within(branches))
    return theirs | (Recording.member_id.is_(None) & Recording.call_id.in_(calls))


def how_many_wait(connection: Connection, which: ColumnElement[bool]) -> int:
    """How many of these wait for a reply."""
    found = select(func.count()).select_from(Recording).where(which, waits_for_reply())
    return connection.execute(found).scalar_one()


def left(connection: Connection, *, waiting: bool = False, which: ColumnElement[bool] | None = None) -> list[Left]:
    """Everything that was said after the tone, or what of it is asked for, oldest first; only the questions that wait
    for a reply, if asked so."""
    replies = select(Reply.question_id, func.count().label("replies"), func.count(Reply.delivered_at).label("heard"))
    given = replies.group_by(Reply.question_id).subquery()
    found: Select[Any] = (
        select(Recording.__table__, Call.number, Member.name.label("who"), Branch.name.label("branch"))
        .add_columns(func.coalesce(given.c.replies, 0).label("replies"), func.coalesce(given.c.heard, 0).label("heard"))
        .join(Call, Call.id == Recording.call_id)
        .outerjoin(Member, Member.id == Recording.member_id)
        .outerjoin(Branch, Branch.id == Member.branch_id)
        .outerjoin(given, given.c.question_id == Recording.id)
        .where(true() if which is None else which)
        .order_by(Recording.id)
    )
    if waiting:
        found = found.where(waits_for_reply())
    return [_left(row) for row in connection.execute(found)]


def _left(row: Any) -> Left:
    length = round(row.length_ms / 1000) or row.seconds
    told = (row.id, row.kind, row.left_at, row.who or "", row.number, length, row.audio, row.trouble)
    return Left(*told, row.replies, row.heard, row.branch or "", _is_lost(row))


def _is_lost(row: Any) -> bool:
    return not row.audio and row.next_try_at is None


def asked(connection: Connection, which: ColumnElement[bool], *, waiting: bool = False) -> list[Left]:
    """The questions among these, oldest first."""
    return left(connection, waiting=waiting, which=which & (Recording.kind == "question"))


def one_asked(connection: Connection, question: int, which: ColumnElement[bool]) -> Left | None:
    """A question, if it is among these."""
    return next(iter(asked(connection, which & (Recording.id == question))), None)


def reply_audio(connection: Connection, reply: int, which: ColumnElement[bool]) -> str:
    """Where a reply to one of these lies on the shelf; "" for none."""
    found = select(Reply.audio).join(Recording, Recording.id == Reply.question_id).where(Reply.id == reply, which)
    return connection.execute(found).scalar() or ""


def replies_to(connection: Connection, questions: Iterable[int]) -> list[Given]:
    """The replies to these questions, oldest first."""
    found = select(Reply.__table__).where(Reply.question_id.in_(list(questions))).order_by(Reply.id)
    return [
        Given(row.id, row.question_id, row.words, row.audio, round(row.length_ms / 1000), row.made_at, row.delivered_at)
        for row in connection.execute(found)
    ]


def audio_of(connection: Connection, recording: int) -> str:
    """Where a recording lies on the shelf. Raises NotThere for one that is not, or not yet."""
    row = connection.execute(select(Recording.audio, Recording.trouble).where(Recording.id == recording)).first()
    if row is None:
        raise NotThere(f"There is no recording {recording}. `ivr questions list --all` shows those there are.")
    if not row.audio:
        why = f" ({row.trouble})" if row.trouble else ""
        raise NotThere(f"Recording {recording} is not fetched yet{why}. `ivr questions fetch` tries at once.")
    return str(row.audio)


def asker(connection: Connection, question: int) -> Asker:
    """Who asked a question. Raises NotThere for one that can't be replied to."""
    row = connection.execute(select(Recording.__table__).where(Recording.id == question)).first()
    if row is None or row.kind != "question":
        raise NotThere(f"There is no question {question}. `ivr questions list` shows those there are.")
    if row.member_id is None:
        first = f"Say first who: `ivr calls claim {row.call_id} NUMBER`"
        raise NotThere(f"Nobody is known to have asked question {question}. {first}.")
    person = select(Member.name, Branch.name.label("branch")).join(Branch, Branch.id == Member.branch_id)
    who = connection.execute(person.where(Member.id == row.member_id)).one()
    chosen = preferences.preferred(connection, [row.member_id])[row.member_id]
    return Asker(who.name, who.branch, chosen.get("language", ""))


def reply(connection: Connection, question: int, clip: Clip, now: datetime) -> bool:
    """The asker hears this first of all in their next call. True where it took the place of one that was not heard yet.
    Raises NotThere for what can't be replied to."""
    asker(connection, question)
    return give(connection, question, clip, now)


def take_back(connection: Connection, question: int, audio: str) -> bool:
    """The reply that is said with this is not given after all. False where it was heard, or there is none by now."""
    unheard = (Reply.question_id == question) & (Reply.audio == audio) & Reply.delivered_at.is_(None)
    return connection.execute(delete(Reply).where(unheard)).rowcount == 1


def give(connection: Connection, question: int, clip: Clip, now: datetime) -> bool:
    """A reply, written or spoken, takes the place of one that is not heard yet; of two at once, the later one. The same
    again changes nothing, were it heard already. True where one was replaced."""
    connection.execute(select(Recording.id).where(Recording.id == question).with_for_update())
    newest = select(Reply.words, Reply.audio).where(Reply.question_id == question).order_by(Reply.id.desc()).limit(1)
    if connection.execute(newest).first() == (clip.words, clip.audio):
        return False
    unheard = delete(Reply).where(Reply.question_id == question, Reply.delivered_at.is_(None))
    replaced = connection.execute(unheard).rowcount > 0
    row = {"question_id": question, "words": clip.words, "audio": clip.audio, "length_ms": clip.length_ms}
    connection.execute(insert(Reply), {**row, "made_at": now})
    return replaced
