"""Whoever calls, and whatever people are called: the document is well-formed, short enough, and sayable."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from ivr.records.models import Member
from tests.telephony.door import OpenDoor, is_apology, turn_of

# ── who calls ────────────────────────────────────────────────────────────────────────────────────────────────────

CALLERS = {
    "anonymous": "anonymous",
    "withheld": "",
    "a client": "client:a b<c>&\"'",
    "a SIP address": "sip:wang@example.org;transport=tls",
    "digits of a machine": "+266696687",
    "control characters": "\x01\x02\x7f\x1b[31m",
    "a null": "+86138\x0000000001",
    "a line break": "+8613800000001\r\nX-Evil: 1",
    "the end of a CDATA section": "]]><!-- -->",
    "right to left": "\u202e\u2066+86138\u200f",
    "no character": "\ufffe\uffff",
    "beyond the BMP": "😀𠮷" * 40,
    "10,000 characters": "a" * 10_000,
    "6,000 characters": "王" * 6_000,
    "SQL": "'; DROP TABLE turns; --",
    "a wildcard": "%",
    "a number in other digits": "+８６１３８００００００００１",
}


@pytest.mark.parametrize("number", CALLERS.values(), ids=list(CALLERS))
def test_any_caller_is_answered(door: OpenDoor, number: str) -> None:
    """Whoever it says it is may listen, and is nobody that is enrolled."""
    form = door.form(SID, number)
    document = door.said("/answer", form)
    assert turn_of(document) == 1 and not is_apology(document)
    document = door.said("/turn/1/key", form | {"Digits": "1"})
    assert turn_of(document) == 2
    with door.line.database.reading() as connection:
        assert connection.execute(select(Call.member_id)).scalars().all() == [None]


def test_no_caller_at_all(door: OpenDoor) -> None:
    form = {name: value for name, value in door.form().items() if name != "From"}
    assert turn_of(door.said("/answer", form)) == 1


NAMES = {
    "markup": "<Say>&amp;\"'</Say>",
    "the end of a CDATA section": "]]>",
    "control characters": "王\x01\x08\x0b\x0c\x0e\x1f\x7f秀\x85英",
    "nothing but control characters": "\x01\x02",
    "right to left": "\u202e王\u2066秀\u200f英",
    "no character": "王\ufffe\uffff",
    "beyond the BMP": "𠮷" * 100,
    "a processing instruction": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "a URL": "https://evil.example/?a=b&c=d",
    "a blank": "{}",
    "200 marks": "&" * 200,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
def test_any_name_is_said(door: OpenDoor, name: str) -> None:
    """Alone, and among four on a shared phone."""
    with door.line.database.writing() as connection:
        connection.execute(update(Member).values(name=name))
    document = door.said("/answer")
    assert "\x01" not in document and "<!DOCTYPE" not in document and turn_of(document) == 1


@pytest.mark.parametrize("length", [400, 401, 10_000])
def test_a_name_of_any_length(lite: OpenDoor, length: int) -> None:
    """SQLite keeps a name of any length; the document stays under 64 kB, and under what a voice will say."""
    with lite.line.database.writing() as connection:
        connection.execute(update(Member).values(name="王&" * (length // 2)))
    assert len(lite.said("/answer").encode()) < 64 * 1024
