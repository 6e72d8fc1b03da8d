"""Private notices: a sentence for one member, until a day. A list is taken whole or not at all, and none may ask for
what swindlers ask for: members are told that this line never does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from ivr.catalogue import Clip
from ivr.errors import BadNotices, NotThere
from ivr.records import member_list, preferences, roster
from ivr.records.headed import Headed, Row, Wanted, clean, headed, shown
from ivr.records.mistakes import Mistake
from ivr.records.models import Branch, Member, Notice
from ivr.records.roster import Enrolled
from ivr.records.spreadsheet import Unreadable, tables

COLUMNS = Wanted(
    {
        "number": member_list.COLUMNS.headings["number"],
        "words": ("通知", "words", "通知内容", "内容", "notice", "text"),
        "closes": ("截止", "closes", "截止日期", "到期", "until"),
    },
    optional=frozenset({"closes"}),
)
LONGEST = {"number": 64, "words": 200}
MOST_ROWS = 2000  # of a list
DAY = timedelta(days=1)
# What swindlers ask for, in any spelling: the first as it stands without what is no letter, the second word by word.
ASKS = re.compile(
    r"银行卡|信用卡|卡号|密码|验证码|转账|转帐|转钱|汇款|汇钱|打款|打钱|身份证号|公安局账户|安全账户"
    r"|銀行卡|卡號|密碼|驗證碼|轉賬|轉帳|轉錢|匯款|匯錢|打錢|身份證號|公安局賬戶|公安局帳戶|安全賬戶|安全帳戶"
    r"|(?:bank|credit|debit|gift)cards?|(?:card|account)numbers?|passwords?|pass(?:code|phrase)s?|pin(?:code|number)s?"
    r"|(?:verification|security|confirmation|onetime|sms)(?:code|password)s?|(?:send|wire|transfer)(?:us)?(?:the)?money"
)
ASKS_BY_WORD = re.compile(r"(?<![a-z])(?:pins?|cvv|cvc|otp|wir(?:e|es|ed|ing)|transfer(?:s|red|ring)?)(?![a-z])")
NO_LETTER = re.compile(r"[\W_]+")
SPELT = re.compile(r"(?<=(?<![a-z])[a-z])[\W_]+(?=[a-z](?![a-z]))")  # p-i-n
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class Meant:
    """A notice of a list: for whom, in which of their languages ("": none chosen), until when (None: for ever), in
    which row (0: in none)."""

    member: Enrolled
    language: str
    words: str
    closes: date | None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """A notice as stored."""

    id: int
    name: str
    number: str
    branch: str
    words: str
    closes: date | None
    delivered_at: datetime | None
    audio: str = ""


def read(
    connection: Connection, data: bytes, filename: str, today: date, *, within: Collection[int] | None = None
) -> tuple[Meant, ...]:
    """The notices of a spreadsheet file, for members of the branches with these ids or for anybody. Raises BadNotices
    with every mistake in it."""
    try:
        meant, mistakes = _read(headed(tables(data), COLUMNS), _members(connection, within), today)
    except Unreadable as error:
        meant, mistakes = [], [error.mistake]
    if mistakes:
        raise BadNotices(f"{filename} can't be imported; no notice was taken:", mistakes)
    return in_their_languages(connection, meant)


def in_their_languages(connection: Connection, meant: Iterable[Meant]) -> tuple[Meant, ...]:
    """Each in the language that its member chose."""
    meant = tuple(meant)
    chosen = preferences.preferred(connection, {each.member.id for each in meant})
    return tuple(replace(each, language=chosen[each.member.id].get("language", "")) for each in meant)


def _members(connection: Connection, within: Collection[int] | None) -> dict[str, Enrolled]:
    return {member.number: member for member in roster.enrolled(connection, within=within)}


def _read(table: Headed, members: Mapping[str, Enrolled], today: date) -> tuple[list[Meant], list[Mistake]]:
    meant: list[Meant] = []
    mistakes: list[Mistake] = []
    rows = list(table.rows())
    if not rows:
        raise Unreadable("there are headings, but no notices below them", "no_rows")
    if len(rows) > MOST_ROWS:
        told = f"there are {len(rows)} notices; a list may have {MOST_ROWS}: part it into several"
        raise Unreadable(told, "too_many", most=MOST_ROWS)
    for row in rows:
        if found := _meant(row, members, today):
            meant.append(found)
        mistakes += row.mistakes
    return meant, mistakes


def _meant(row: Row, members: Mapping[str, Enrolled], today: date) -> Meant | None:
    number = unicodedata.normalize("NFKC", row.required("number", "the member's", LONGEST["number"]))
    words = row.required("words", "the notice's", LONGEST["words"])
    closes = _closes(row, today)
    if number and number not in members:
        told = f"nobody is enrolled as {shown(number)}; `ivr roster list` shows who is"
        row.wrong(row.of.columns["number"][0], told, "nobody")
    if told := swindling(words):
        row.wrong(row.of.columns["words"][0], f"{told}; write it without", "swindling", word=asks_for(words))
    return Meant(members[number], "", words, closes, row.n) if number in members else None


def swindling(words: str) -> str:
    """What in these words a swindler would say, told in words; "" for nothing. Signs and spaces hide nothing."""
    asks = asks_for(words)
    return f"{shown(asks)} is what swindlers speak of, and members are told that this line never does" if asks else ""


def asks_for(words: str) -> str:
    """What in these words a swindler would ask for; "" for nothing."""
    text = unicodedata.normalize("NFKC", words).casefold()
    asks = ASKS.search(NO_LETTER.sub("", text)) or ASKS_BY_WORD.search(SPELT.sub("", text))
    return asks[0] if asks else ""


def _closes(row: Row, today: date) -> date | None:
    if "closes" not in row.of.columns:
        return None
    (column,) = row.of.columns["closes"]
    written = unicodedata.normalize("NFKC", clean(row.cells[column]))
    if not written:
        return None
    closes = day(written)
    if not closes:
        row.wrong(column, f"{shown(written)} is no day; write it like {today.isoformat()}", "no_day")
        return None
    if closes < today:
        row.wrong(column, f"{closes.isoformat()} is over; write a later day, or leave it empty", "day_over")
    return closes


def day(written: str) -> date | None:
    """As people write days: 2026-12-31, 2026/12/31, 2026年12月31日; None for what is none."""
    parts = DATE.fullmatch(unicodedata.normalize("NFKC", written).strip())
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def give(connection: Connection, meant: Sequence[Meant], clips: Sequence[Clip], now: datetime, today: date) -> int:
    """Let members hear these, whose audio the clips are, in the same order. A notice that a member has already only
    gets its new last day. Returns how many are new."""
    added = 0
    for each, clip in zip(meant, clips, strict=True):
        same = (Notice.member_id == each.member.id) & (Notice.words == each.words) & _is_open(today)
        if connection.execute(update(Notice).where(same).values(closes=each.closes)).rowcount:
            continue
        row = {"member_id": each.member.id, "words": each.words, "audio": clip.audio, "length_ms": clip.length_ms}
        connection.execute(insert(Notice), {**row, "made_at": now, "closes": each.closes})
        added += 1
    return added


def _is_open(today: date) -> Any:
    return Notice.closes.is_(None) | (Notice.closes >= today)


def given(
    connection: Connection,
    today: date,
    *,
    closed: bool = False,
    within: Collection[int] | None = None,
    only: int | None = None,
) -> list[Given]:
    """The notices that may still be heard, or all of them; of everybody, or of members of the branches with these
    ids; `only` the one of this number."""
    found = (
        select(Notice.id, Member.name, Member.number, Branch.name.label("branch"), Notice.words, Notice.closes)
        .add_columns(Notice.delivered_at, Notice.audio)
        .join(Member, Member.id == Notice.member_id)
        .join(Branch, Branch.id == Member.branch_id)
        .order_by(Notice.id)
    )
    if within is not None:
        found = found.where(Member.branch_id.in_(within))
    if only is not None:
        found = found.where(Notice.id == only)
    return [Given(*row) for row in connection.execute(found if closed else found.where(_is_open(today)))]


def given_lately(connection: Connection, within: Collection[int], now: datetime) -> int:
    """How many notices members of the branches with these ids were given since this time yesterday."""
    theirs = select(Member.id).where(Member.branch_id.in_(within))
    recent = (Notice.made_at > now - DAY) & Notice.member_id.in_(theirs)
    return connection.execute(select(func.count()).select_from(Notice).where(recent)).scalar_one()


def is_open(notice: Given, today: date) -> bool:
    """May it still be heard?"""
    return notice.closes is None or notice.closes >= today


def withdraw(connection: Connection, notices: Iterable[int], today: date) -> None:
    """These are not heard from now on. Raises NotThere, and then nothing changes."""
    wanted = set(notices)
    known = set(connection.execute(select(Notice.id).where(Notice.id.in_(wanted), _is_open(today))).scalars())
    if missing := sorted(wanted - known):
        raise NotThere(f"There is no open notice {missing[0]}. `ivr notices list` shows those there are.")
    connection.execute(update(Notice).where(Notice.id.in_(wanted)).values(closes=today - timedelta(days=1)))
