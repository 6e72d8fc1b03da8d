"""What waits for one person: replies to their questions, and notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, func, literal, or_, select, update

from ivr.catalogue import Clip
from ivr.records.models import Branch, Member, Notice, Preference, Recording, Reply


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply or a notice that may still be heard; `words` is "" where somebody spoke it, `language` the one that the
    member chose, "" for none."""

    kind: Literal["reply", "notice"]
    id: int
    words: str
    audio: str
    name: str
    branch: str
    language: str


def waiting(connection: Connection, today: date) -> list[Waiting]:
    """All replies that are not heard yet, and all notices that are open, by row."""
    replies = _of("reply", Reply).join(Recording, Recording.id == Reply.question_id)
    replies = _for_whom(replies.join(Member, Member.id == Recording.member_id)).where(Reply.delivered_at.is_(None))
    notices = _for_whom(_of("notice", Notice).join(Member, Member.id == Notice.member_id))
    is_open = or_(Notice.closes.is_(None), Notice.closes >= today)
    found = (replies.order_by(Reply.id), notices.where(is_open).order_by(Notice.id))
    return [Waiting(*row) for letters in found for row in connection.execute(letters)]


def over(connection: Connection, day: date) -> set[str]:
    """The audio of notices that were over before this day, and that nothing else is said with."""
    ended = connection.execute(select(Notice.audio).where(Notice.closes < day, Notice.audio != "")).scalars()
    open_ = select(Notice.audio).where(or_(Notice.closes.is_(None), Notice.closes >= day))
    others = (open_, select(Reply.audio), select(Recording.audio))
    return set(ended).difference(*(connection.execute(each).scalars() for each in others))


def _of(kind: str, model: type[Reply] | type[Notice]) -> Any:
    person = Member.name, Branch.name.label("branch"), func.coalesce(Preference.value, "").label("language")
    found: Any = select(literal(kind).label("kind"), model.id, model.words, model.audio, *person)
    return found.select_from(model)


def _for_whom(found: Select[Any]) -> Select[Any]:
    chosen = and_(Preference.member_id == Member.id, Preference.what == "language")
    return found.join(Branch, Branch.id == Member.branch_id).outerjoin(Preference, chosen)


def revoice(connection: Connection, letter: Waiting, clip: Clip) -> None:
    """Its words were said anew."""
    model: Any = Reply if letter.kind == "reply" else Notice
    said = {"audio": clip.audio, "length_ms": clip.length_ms}
    connection.execute(update(model).where(model.id == letter.id).values(said))
