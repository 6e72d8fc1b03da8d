"""Whoever calls, and whatever people are called: the document is well-formed, short enough, and sayable."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from ivr.config import Settings
from ivr.records.models import Member
from tests.telephony.door import NUMBER, OpenDoor, is_apology, opened, turn_of

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
def test_any_caller_is_answered(shared: OpenDoor, number: str) -> None:
    """Whoever it says it is may listen, and is nobody that is enrolled."""
    document = shared.said("/answer", shared.form(number=number))
    assert turn_of(document) == 1 and not is_apology(document)
    document = shared.said("/turn/1/key", shared.form(number=number, Digits="1"))
    assert turn_of(document) == 2
    assert [row.member_id for row in shared.turns()] == [None, None]


def test_no_caller_at_all(shared: OpenDoor) -> None:
    form = {name: value for name, value in shared.form().items() if name != "From"}
    assert turn_of(shared.said("/answer", form)) == 1


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
def test_any_name_is_said(shared: OpenDoor, name: str) -> None:
    with shared.line.database.writing() as connection:
        connection.execute(update(Member).values(name=name))
    document = shared.said("/answer")
    assert "\x01" not in document and "<!DOCTYPE" not in document and turn_of(document) == 1


@pytest.mark.parametrize("name", ["]]>", "王&" * 5000, "\u202e<" * 200], ids=["CDATA", "10,000 characters", "marks"])
def test_any_name_is_said_on_a_shared_phone(settings: Settings, pressed: Path, tmp_path: Path, name: str) -> None:
    """Four of them in one document; SQLite keeps a name of any length."""
    people = [(f"{name}{n}", NUMBER) for n in range(6)]
    door = opened(settings, pressed, f"sqlite:///{tmp_path / 'ivr.db'}", people)
    document = door.said("/answer")
    assert document.count("<Say ") == 4 and len(document.encode()) < 16 * 1024
    assert turn_of(door.said("/turn/1/key", door.form(Digits="4"))) == 2
    assert door.turns()[1].member_id == 4
    door.line.database.close()
