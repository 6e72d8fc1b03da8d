"""A turn as a document, to the letter, and a form as what the caller did."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import prompts
from ivr.catalogue import Clip
from ivr.dialogue.machine import every_say
from ivr.dialogue.state import AtMenu, Over, State
from ivr.dialogue.turn import Gather, Input, Name, Play, Pressed, Said, Say, Turn
from ivr.rehearsal.provider import Response, read
from ivr.shelf import Shelf
from ivr.telephony import twiml
from ivr.telephony.audio import address
from ivr.voicing import voicing

BASE = "https://line.example"
LINE = f"{BASE}/line/twilio"
SHA = "0123456789abcdef" * 4
OTHER = "f" * 64
PLAY = Play("e1", "falls", 1, SHA, within_ms=4000, base_ms=16_000, length_ms=6000)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
PRESSED = {"您好。": Clip(OTHER, 600, "您好。")}


def turn(*says: Said, wait_s: int | None = 10) -> Turn:
    scene = Over() if wait_s is None else AtMenu()
    return Turn(State(scene, (), ()), says, None if wait_s is None else Gather(wait_s))


def voiced(said: Say | Name, _language: str) -> Clip | str:
    """Some words are pressed, some are not."""
    words = said.words if isinstance(said, Name) else prompts.load("zh_CN").words(said.prompt, said.value)
    return PRESSED.get(words, words)


def rendered(n: int, turn: Turn, base: str = BASE, language: str = "cmn-CN") -> str:
    return twiml.render(n, turn, voiced, address(base, "wav"), f"{base}/line/twilio", {"": language})


def gathered(says: str, wait_s: int = 10, n: int = 1) -> str:
    return (
        f'{HEAD}<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="{wait_s}" method="POST" '
        f'action="{LINE}/turn/{n}/key">{says}</Gather>'
        f'<Redirect method="POST">{LINE}/turn/{n}/end</Redirect></Response>'
    )


def said(words: str) -> str:
    return f'<Say language="cmn-CN">{words}</Say>'


DOCUMENTS = {
    "words that are not pressed": (turn(Say("welcome")), gathered(said("您好，这里是听课电话。"))),
    "a prompt's blank": (turn(Say("choose_listen", "1")), gathered(said("要听课，请按1。"))),
    "a pressed prompt": (turn(Say("hello")), gathered(f"<Play>{BASE}/audio/{OTHER}.wav</Play>")),
    "a pressed name": (turn(Name("您好。")), gathered(f"<Play>{BASE}/audio/{OTHER}.wav</Play>")),
    "a name": (turn(Name("王秀英")), gathered(said("王秀英"))),
    "a clip": (turn(Clip(SHA, 1000, "防跌倒")), gathered(f"<Play>{BASE}/audio/{SHA}.wav</Play>")),
    "a lesson": (turn(PLAY, wait_s=1), gathered(f"<Play>{BASE}/audio/{SHA}-4000.wav</Play>", 1)),
    "a lesson's start": (
        turn(Play("e1", "falls", 0, SHA, 0, 0, 9000), wait_s=1),
        gathered(f"<Play>{BASE}/audio/{SHA}.wav</Play>", 1),
    ),
    "in order": (
        turn(Say("hello"), Name("王"), Say("hello"), wait_s=3),
        gathered(f"<Play>{BASE}/audio/{OTHER}.wav</Play>{said('王')}<Play>{BASE}/audio/{OTHER}.wav</Play>", 3),
    ),
    "nothing": (turn(), gathered("")),
    "goodbye": (turn(Say("goodbye"), wait_s=None), f"{HEAD}<Response>{said('谢谢您，再见。')}<Hangup/></Response>"),
    "a wordless goodbye": (turn(wait_s=None), f"{HEAD}<Response><Hangup/></Response>"),
    "marks": (turn(Name("<a> & \"b\" 'c' ]]>")), gathered(said("&lt;a&gt; &amp; \"b\" 'c' ]]&gt;"))),
    "what can't stand in XML": (
        turn(Name("王\0\x01\x0b\x1f\ud800\udfff\ufffe\uffff英\t\n")),
        gathered(said("王英\t\n")),
    ),
    "beyond the BMP": (turn(Name("𠮷😀")), gathered(said("𠮷😀"))),
    "right to left": (turn(Name("\u202e王\u200f")), gathered(said("\u202e王\u200f"))),
}


@pytest.mark.parametrize(("spoken", "document"), DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_a_document(spoken: Turn, document: str) -> None:
    assert rendered(1, spoken) == document


@pytest.mark.parametrize("n", [1, 2, 2000, 10**9])
def test_the_turn_s_number_is_in_both_addresses(n: int) -> None:
    document = rendered(n, turn(Say("hello")))
    assert f'action="{LINE}/turn/{n}/key"' in document
    assert f"{LINE}/turn/{n}/end</Redirect>" in document


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "https://line.example:8443/a&b", "https://a.example/'\"<"])
def test_addresses_are_escaped(base: str) -> None:
    root = ElementTree.fromstring(rendered(7, turn(PLAY), base))
    assert root[0].attrib["action"] == f"{base}/line/twilio/turn/7/key"
    assert root[0][0].text == f"{base}/audio/{SHA}-4000.wav"
    assert root[1].text == f"{base}/line/twilio/turn/7/end"


@pytest.mark.parametrize(("length", "kept"), [(399, 399), (400, 400), (401, 400), (100_000, 400)])
def test_no_say_is_longer_than_a_voice_will_say(length: int, kept: int) -> None:
    root = ElementTree.fromstring(rendered(1, turn(Name("王" * length))))
    assert root[0][0].text == "王" * kept


def test_the_apology_needs_no_file() -> None:
    assert twiml.apology("对不起 & <再见>", "en-US") == (
        f'{HEAD}<Response><Say language="en-US">对不起 &amp; &lt;再见&gt;</Say><Hangup/></Response>'
    )


def test_every_prompt_is_a_document_that_the_provider_takes(pressed: Path) -> None:
    for language, named in (("zh_CN", "cmn-CN"), ("yue", "yue-HK"), ("en", "en-US")):
        for shelf in (Shelf(pressed), Shelf(pressed / "nowhere")):
            voiced_here = voicing(shelf, language)
            for say in every_say():
                document = twiml.render(1, turn(say), voiced_here, address(BASE, "wav"), LINE, {"": named})
                read(answer(document), LINE)


def answer(document: str) -> Response:
    return Response(200, (("Content-Type", "text/xml; charset=utf-8"),), document.encode())


@given(st.lists(st.text(max_size=600), max_size=4))
def test_any_names_at_all(names: list[str]) -> None:
    """Well-formed, encodable, and what is left of the words is said."""
    document = rendered(1, turn(*map(Name, names)))
    assert len(document.encode()) < 64 * 1024
    said = [say.text or "" for say in ElementTree.fromstring(document).iter("Say")]
    fitting = ["".join(map(kept, name))[:400] for name in names]
    read = [words.replace("\r\n", "\n").replace("\r", "\n") for words in fitting]  # as every XML parser does
    assert [words for words in said if words.strip()] == [words for words in read if words.strip()]


def kept(letter: str) -> str:
    number = ord(letter)
    fine = letter in "\t\n\r" or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or number >= 0x10000
    return letter if fine else ""


# ── what the caller did ──────────────────────────────────────────────────────────────────────────────────────────

FORMS: dict[str, tuple[dict[str, str], Input]] = {
    **{f"the key {key}": ({"Digits": key}, Pressed(key)) for key in "0123456789*#ABCD"},
    "a number": ({"Digits": "0012"}, Pressed("0012")),
    "a number begun anew": ({"Digits": "12*3"}, Pressed("12*3")),
    "no digits": ({}, Pressed("")),
    "empty digits": ({"Digits": ""}, Pressed("")),
    "a hang-up": ({"Digits": "hangup"}, Pressed("")),
    "another script's digit": ({"Digits": "１"}, Pressed("")),
    "an Arabic digit": ({"Digits": "٣"}, Pressed("")),
    "a small letter": ({"Digits": "a"}, Pressed("")),
    "a blank first": ({"Digits": " 1"}, Pressed("")),
    "a line break first": ({"Digits": "\n1"}, Pressed("")),
    "another field": ({"digits": "1", "FinishedOnKey": "#", "SpeechResult": "1"}, Pressed("")),
}


@pytest.mark.parametrize(("form", "act"), FORMS.values(), ids=list(FORMS))
def test_read_input(form: dict[str, str], act: Input) -> None:
    """What can't be read was a key all the same."""
    assert twiml.read_input(form) == act


@given(st.text() | st.text("0123456789*#ABCDx", max_size=40))
def test_any_digits(digits: str) -> None:
    """The keys up to what is none, or to the last that are taken."""
    keys = "".join(takewhile("0123456789*#ABCD".__contains__, digits))
    assert twiml.read_input({"Digits": digits}) == Pressed(keys[:32])
