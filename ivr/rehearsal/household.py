"""Two neighbours, enrolled or not, with two telephones or one; what waits for them, what one does for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from random import Random

from sqlalchemy import Connection, insert, select

from ivr.catalogue import Clip
from ivr.records import pins, questions
from ivr.records.models import Member, MemberPhone, Notice, Phone, Recording, Reply
from ivr.rehearsal import persons
from ivr.rehearsal.persons import Errand, Person
from ivr.rehearsal.village import Village

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = ("秀英", "桂兰", "玉珍", "凤英", "素芬", "建国", "德明", "志强", "福生", "长河", "大山", "永贵")
NAMES = tuple(surname + given for surname in SURNAMES for given in GIVEN)
LETTER_MS = 4_000
REPLY, NOTICE = "您问的事已经办好了。", "活动室星期三开门。"
ROOM = 10  # members that a household may have
NUMBERED_FROM = 10_000_000  # so that no end of a member number is one


@dataclass(frozen=True, slots=True)
class Resident:
    """A member as enrolled; `phone` is "" for who has none, `pin` for who has none."""

    member: int
    name: str
    number: str
    phone: str = ""
    pin: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply or a notice that waits for one member; `audio` names its file."""

    kind: str
    id: int
    owner: int
    audio: str
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives there, who of them is enrolled, and who sets out for what, if anybody."""

    people: tuple[Person, Person]
    residents: tuple[Resident, ...]
    errand: tuple[Person, Errand] | None

    def with_number(self, typed: str) -> Resident | None:
        return next((each for each in self.residents if each.number == typed), None)

    def on_phone(self, number: str) -> list[Resident]:
        return [each for each in self.residents if each.phone == number]


def drawn(village: Village, n: int, chance: Random) -> Household:
    """The household with this number."""
    names = chance.sample(NAMES, 3)
    shared = chance.random() < village.share_a_phone.value
    people, residents = [], []
    for at, name in enumerate(names[:2]):
        enrolled = chance.random() >= village.not_enrolled.value or shared
        phone, member = f"+86139{2 * n + (0 if shared else at):08}", ROOM * n + at + 1
        person = persons.drawn(village, chance, name, phone, _number(member) if enrolled else "")
        people.append(person)
        residents += [Resident(member, name, _number(member), phone, person.pin)] if enrolled else []
    what = _errand(village, chance) if len(residents) == 2 else ""
    third = Resident(ROOM * n + 3, names[2], _number(ROOM * n + 3))
    if what == "group":
        return _with_group((people[0], people[1]), (*residents, third))
    if what == "visit":
        return _with_visit((people[0], people[1]), residents, with_lesson=chance.random() < 0.5)
    return Household((people[0], people[1]), tuple(residents), None)


def _number(member: int) -> str:
    return str(NUMBERED_FROM + member)


def _errand(village: Village, chance: Random) -> str:
    group, visit = (chance.random() < each.value for each in (village.open_a_group, village.log_a_visit))
    return "group" if group else "visit" if visit else ""


def _on_duty(resident: Resident, role: str) -> Resident:
    return replace(resident, role=role, pin=resident.pin or f"314{resident.member % 1000:03}")


def _sets_out(person: Person, number: str) -> Person:
    """On duty nobody is shy of keys, and wants nothing for themselves."""
    free = replace(person, talks=False, asks=False, paces=False, has_notice=False)
    return replace(free, number=number, presses=True, member_number="", pin="")


def _with_group(people: tuple[Person, Person], residents: Sequence[Resident]) -> Household:
    leader = _on_duty(residents[0], "leader")
    errand = Errand("group", leader.name, leader.number, leader.pin, tuple(each.number for each in residents))
    knowing = replace(people[0], pin=leader.pin)
    everybody = (leader, *residents[1:])
    return Household((knowing, people[1]), everybody, (_sets_out(people[0], people[0].number), errand))


def _with_visit(people: tuple[Person, Person], residents: Sequence[Resident], *, with_lesson: bool) -> Household:
    visited, visitor = residents[0], _on_duty(residents[1], "visitor")
    errand = Errand("visit", visited.name, visitor.number, visitor.pin, with_lesson=with_lesson)
    knowing = replace(people[1], pin=visitor.pin)
    return Household((people[0], knowing), (visited, visitor), (_sets_out(people[1], visited.phone), errand))


# ── in the records ───────────────────────────────────────────────────────────────────────────────────────────────


def enrol(connection: Connection, residents: Sequence[Resident]) -> None:
    phones: dict[str, int] = {}
    for each in residents:
        if each.phone and each.phone not in phones:
            phones[each.phone] = each.member
            connection.execute(insert(Phone), {"id": each.member, "number": each.phone})
        row = {"id": each.member, "branch_id": 1, "number": each.number, "digits": each.number, "name": each.name}
        connection.execute(insert(Member), {**row, "role": each.role})
        if each.phone:
            connection.execute(insert(MemberPhone), {"member_id": each.member, "phone_id": phones[each.phone]})
        if each.pin:
            pins.set_pin(connection, each.member, each.pin)


def clip_for(what: str, member: int, words: str) -> Clip:
    """What somebody recorded for one member only: a file that nobody else ever hears."""
    return Clip(sha256(f"{what} for {member}".encode()).hexdigest(), LETTER_MS, words)


def give_notice(connection: Connection, member: int, now: datetime) -> Clip:
    clip = clip_for("notice", member, NOTICE)
    row = {"member_id": member, "words": clip.words, "audio": clip.audio, "length_ms": clip.length_ms}
    connection.execute(insert(Notice), {**row, "made_at": now})
    return clip


def reply(connection: Connection, member: int, now: datetime) -> Clip | None:
    """The secretary replies to this member's question; None where they are not known to have asked any."""
    theirs = (Recording.member_id == member) & (Recording.kind == "question")
    question = connection.execute(select(Recording.id).where(theirs).order_by(Recording.id)).scalars().first()
    if question is None:
        return None
    clip = clip_for("reply", member, REPLY)
    questions.reply(connection, question, clip, now)
    return clip


def letters(connection: Connection, members: Sequence[int]) -> list[Letter]:
    """All that was given to them."""
    notices = select(Notice.id, Notice.member_id, Notice.audio, Notice.delivered_at)
    notices = notices.where(Notice.member_id.in_(members)).order_by(Notice.id)
    replies = select(Reply.id, Recording.member_id, Reply.audio, Reply.delivered_at)
    replies = replies.join(Recording, Recording.id == Reply.question_id)
    replies = replies.where(Recording.member_id.in_(members)).order_by(Reply.id)
    return [
        *(Letter("notice", *row) for row in connection.execute(notices)),
        *(
            Letter("reply", row.id, row.member_id or 0, row.audio, row.delivered_at)
            for row in connection.execute(replies)
        ),
    ]
