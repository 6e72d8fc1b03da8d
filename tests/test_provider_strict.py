"""The virtual provider takes no document that Twilio would not take, and names what is wrong by Twilio's number."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pytest
import soundfile

from ivr.rehearsal.provider import Clock, Provider, Response, Unreachable, read
from tests.provider_server import ACCOUNT, BASE, Page, dial, document, gather, make, play, redirect, sound, told

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
DTD = '<!DOCTYPE Response [<!ENTITY a "b">]>'
BAD_DOCUMENTS: dict[str, tuple[int, str | bytes | Page]] = {
    # 12100: "Document parse failure"
    "not XML": (12100, "hello"),
    "never closed": (12100, "<Response><Hangup/>"),
    "a bare ampersand": (12100, "<Response><Say>你 & 我</Say></Response>"),
    "white space before the declaration": (12100, f" {HEAD}<Response/>"),
    "a byte order mark": (12100, f"\ufeff{HEAD}<Response/>"),
    "an undeclared entity": (12100, "<Response><Say>a&nbsp;b</Say></Response>"),
    "a declared entity": (12100, f"{DTD}<Response><Say>&a;</Say></Response>"),
    "any DTD": (12100, '<!DOCTYPE Response SYSTEM "http://line.example/x.dtd"><Response/>'),
    "not UTF-8": (12100, "<Response><Say>你好</Say></Response>".encode("gb18030")),
    "declared as something else": (12100, '<?xml version="1.0" encoding="GB18030"?><Response/>'),
    "a control character": (12100, "<Response><Say>\x0b</Say></Response>"),
    "an attribute twice": (12100, '<Response><Pause length="1" length="2"/></Response>'),
    "two roots": (12100, "<Response/><Response/>"),
    # 12102: "The root element must be Response"
    "another root": (12102, "<Answer/>"),
    "the root in small letters": (12102, "<response/>"),
    # 12200: "Schema validation warning"
    "an unknown element": (12200, "<Response><Sing/></Response>"),
    "a verb not rehearsed": (12200, "<Response><Dial>+861</Dial></Response>"),
    "a verb in small letters": (12200, "<Response><hangup/></Response>"),
    "a name space": (12200, '<Response xmlns="urn:x"/>'),
    "an unknown attribute": (12200, '<Response><Hangup now="1"/></Response>'),
    "an attribute in the wrong case": (12200, '<Response><Gather numdigits="1"/></Response>'),
    "loose words": (12200, "<Response>喂</Response>"),
    "words in Gather": (12200, "<Response><Gather>喂</Gather></Response>"),
    "a verb within Play": (12200, f"<Response><Play>{BASE}/a.wav<Pause/></Play></Response>"),
    "markup within Say": (12200, "<Response><Say>你<break/>好</Say></Response>"),
    "Response within Response": (12200, "<Response><Response/></Response>"),
    "an unknown reason": (12200, '<Response><Reject reason="tired"/></Response>'),
    # 13320: "Gather: Invalid nested verb"
    "Redirect within Gather": (13320, f"<Response><Gather>{redirect('/end')}</Gather></Response>"),
    "Gather within Gather": (13320, "<Response><Gather><Gather/></Gather></Response>"),
    "Hangup within Gather": (13320, "<Response><Gather><Hangup/></Gather></Response>"),
    "Play digits within Gather": (13320, '<Response><Gather><Play digits="1"/></Gather></Response>'),
    # values out of range
    "finishOnKey of two keys": (13310, '<Response><Gather finishOnKey="#*"/></Response>'),
    "method in small letters": (13312, '<Response><Gather method="post"/></Response>'),
    "method PUT": (13312, '<Response><Gather method="PUT"/></Response>'),
    "a timeout of nothing": (13313, '<Response><Gather timeout="0"/></Response>'),
    "a timeout of half a second": (13313, '<Response><Gather timeout="0.5"/></Response>'),
    "no digits": (13314, '<Response><Gather numDigits="0"/></Response>'),
    "input by speech": (13326, '<Response><Gather input="speech"/></Response>'),
    "actionOnEmptyResult yes": (13338, '<Response><Gather actionOnEmptyResult="yes"/></Response>'),
    "loop for ever and a day": (13410, f'<Response><Play loop="1001">{BASE}/a.wav</Play></Response>'),
    "loop backwards": (13410, f'<Response><Play loop="-1">{BASE}/a.wav</Play></Response>'),
    "tones that no phone has": (13430, '<Response><Play digits="1x"/></Response>'),
    "Say in a loop of words": (13510, '<Response><Say loop="twice">喂</Say></Response>'),
    "a language that is none": (13512, '<Response><Say language="中文">喂</Say></Response>'),
    "nothing to say": (13520, "<Response><Say> </Say></Response>"),
    "too much to say": (13521, f"<Response><Say>{'话' * 1001}</Say></Response>"),
    "a recording of one second": (13612, '<Response><Record maxLength="1"/></Response>'),
    "a recording of five hours": (13612, '<Response><Record maxLength="18000"/></Response>'),
    "Record trim of some kind": (13699, '<Response><Record trim="some"/></Response>'),
    "Redirect by PUT": (13710, f'<Response><Redirect method="PUT">{BASE}/a</Redirect></Response>'),
    "Pause of nothing": (13910, '<Response><Pause length="0"/></Response>'),
    # 11100: "Invalid URL format"
    "an empty Redirect": (11100, "<Response><Redirect/></Response>"),
    "an empty Play": (11100, "<Response><Play/></Response>"),
    "a relative Redirect": (11100, "<Response><Redirect>/end</Redirect></Response>"),
    "a relative action": (11100, '<Response><Gather action="key"/></Response>'),
    "a Play between blanks": (11100, f"<Response><Play> {BASE}/a.wav </Play></Response>"),
    "Chinese in an address": (11100, f"<Response><Play>{BASE}/课.wav</Play></Response>"),
    "no scheme": (11100, "<Response><Play>//line.example/a.wav</Play></Response>"),
    "what can never be reached": (11100, "<Response><Hangup/><Redirect/></Response>"),
    # the answer itself
    "more than 64 kB": (11750, f"<Response><!--{'x' * 65536}--></Response>"),
    "an empty body": (11770, ""),
    "no Content-Type": (12300, Page(b"<Response/>", None)),
    "text/html": (12300, Page(b"<Response/>", "text/html; charset=utf-8")),
    "text/plain": (12300, Page(b"<Response/>", "text/plain")),
    "Content-Type without a slash": (12300, Page(b"<Response/>", "xml")),
    "another charset": (12300, Page(b"<Response/>", "text/xml; charset=gb18030")),
    "status 404": (11200, Page(b"<Response/>", status=404)),
    "status 500": (11200, Page(b"<Response/>", status=500)),
    "status 302": (11200, Page(b"<Response/>", status=302, headers=(("Location", f"{BASE}/end"),))),
    "status 201": (11200, Page(b"<Response/>", status=201)),
}


@pytest.mark.parametrize(("code", "bad"), BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_bad_document_has_its_number_and_leads_to_the_fallback(code: int, bad: str | bytes | Page) -> None:
    """TW:usage/security/availability-reliability: extra parameters ErrorCode, ErrorUrl; the call continues."""
    page = bad if isinstance(bad, Page) else Page(bad.encode() if isinstance(bad, str) else bad)
    call, server = dial(page)
    assert [error.code for error in call.errors] == [code]
    (form,) = server.forms("/line/twilio/fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == (str(code), f"{BASE}/line/twilio/answer")
    call.listen()
    assert [one.what for one in call.heard] == ["线路有问题"]
    assert call.ended


GOOD_DOCUMENTS = {
    "nothing": "<Response/>",
    "a declaration and a comment": f"{HEAD}<!-- 听课 --><Response><!-- -->\n</Response>",
    "a declaration in small letters": '<?xml version="1.0" encoding="utf-8"?><Response/>',
    "CDATA": "<Response><Say><![CDATA[你 & 我]]></Say></Response>",
    "all of Gather": f'<Response><Gather input="dtmf" action="{BASE}/a?b=c&amp;d=e#rc=2" method="GET" timeout="1" '
    f'numDigits="1" finishOnKey="" actionOnEmptyResult="true"><Say language="zh-CN" voice="alice" loop="0">喂</Say>'
    f'<Play loop="2">{BASE}/a.wav</Play><Pause length="2"/></Gather></Response>',
    "tones": '<Response><Play digits="1wW2#"/></Response>',
    "all of Record": f'<Response><Record action="{BASE}/a" timeout="0" finishOnKey="" maxLength="14400" '
    f'playBeep="false" trim="do-not-trim" recordingStatusCallback="{BASE}/b" '
    'recordingStatusCallbackEvent="completed absent"/></Response>',
}


@pytest.mark.parametrize("good", GOOD_DOCUMENTS.values(), ids=GOOD_DOCUMENTS)
@pytest.mark.parametrize("kind", ["text/xml", "application/xml", 'text/xml; charset="UTF-8"'])
def test_a_good_document_is_taken(good: str, kind: str) -> None:
    read(Response(200, (("content-type", kind),), good.encode()), f"{BASE}/x")


def test_relative_addresses_where_they_are_wanted() -> None:
    """TW:voice/twiml/redirect: an absolute or relative URL."""
    answer = Response(200, (("Content-Type", "text/xml"),), b"<Response><Redirect>../end?a=1</Redirect></Response>")
    (verb,) = read(answer, f"{BASE}/line/answer", require_absolute=False)
    assert verb.url == f"{BASE}/end?a=1"  # type: ignore[union-attr]


def coded(container: str, coding: str, rate_hz: int = 8000) -> bytes:
    """A second of a tone."""
    out = io.BytesIO()
    tone = (np.sin(np.arange(rate_hz) / 3) * 9000).astype(np.int16)
    soundfile.write(out, tone, rate_hz, format=container, subtype=coding)
    return out.getvalue()


BAD_AUDIO: dict[str, tuple[int, int, Page]] = {
    "not there": (11200, 11200, Page(b"", "audio/wav", 404)),
    "not a WAV file": (11200, 11200, Page(b"RIFFxxxxWAVE", "audio/wav")),
    "cut short": (11200, 11200, Page(sound(1).body[:-2], "audio/wav")),
    "without a sound": (11200, 11200, sound(0)),
    "no type": (12300, 12300, Page(sound(1).body, None)),
    "as text": (13420, 13325, Page(sound(1).body, "text/plain")),
    "as something binary": (13420, 13325, Page(sound(1).body, "application/octet-stream")),
    "longer than 40 minutes": (13420, 13325, sound(2401)),
    "A-law": (11200, 11200, Page(coded("WAV", "ALAW"), "audio/wav")),
    "mu-law, cut short": (11200, 11200, Page(coded("WAV", "ULAW")[:-2], "audio/wav")),
    "16 kHz": (11200, 11200, Page(coded("WAV", "PCM_16", 16000), "audio/wav")),
    "MP3 as WAV": (11200, 11200, Page(coded("MP3", "MPEG_LAYER_III"), "audio/wav")),
    "WAV as MP3": (11200, 11200, Page(sound(1).body, "audio/mpeg")),
    "MP3, cut short": (11200, 11200, Page(coded("MP3", "MPEG_LAYER_III")[:-2], "audio/mpeg")),
    "an MP3 of nothing": (11200, 11200, Page(b"", "audio/mpeg")),
}


@pytest.mark.parametrize(("container", "coding", "seconds"), [("WAV", "ULAW", 1.0), ("MP3", "MPEG_LAYER_III", 1.152)])
def test_what_else_twilio_plays(container: str, coding: str, seconds: float) -> None:
    """TW:voice/twiml/play: audio/mpeg among others; an encoder's delay counts, since nobody says that it is cut off."""
    provider, server = make(play("other"))
    content_type = "audio/mpeg" if container == "MP3" else "audio/wav"
    server.pages["/other.wav"] = Page(coded(container, coding), content_type)
    call = provider.call()
    call.listen()
    assert call.errors == []
    assert told(call.heard)[0] == ("other.wav", seconds)


@pytest.mark.parametrize(("alone", "nested", "page"), BAD_AUDIO.values(), ids=BAD_AUDIO)
def test_bad_audio_has_its_number(alone: int, nested: int, page: Page) -> None:
    """13420 is "Play: Invalid Content-Type", 13325 "Gather->Play: Invalid Content-Type"."""
    for code, verbs in ((alone, play("bad")), (nested, gather(play("ten") + play("bad")))):
        provider, server = make(verbs)
        server.pages["/bad.wav"] = page
        call = provider.call()
        assert [error.code for error in call.errors] == [code]
        assert server.forms("/line/twilio/fallback")[0]["ErrorUrl"] == f"{BASE}/bad.wav"
        assert call.heard == []  # all were fetched before the first would have played


def test_ten_redirects_without_a_sound_are_borne_and_no_more() -> None:
    """TW:voice/twiml: at most 10 redirects are followed, then error 11215."""
    call, server = dial(redirect("/line/twilio/answer"))
    assert [error.code for error in call.errors] == [11215]
    assert len(server.forms("/line/twilio/answer")) == 11


def test_a_fallback_that_fails_ends_the_call() -> None:
    provider, server = make(Page(b"", status=500))
    server.pages["/line/twilio/fallback"] = Page(b"", status=500)
    call = provider.call()
    assert [error.code for error in call.errors] == [11200, 11200]
    assert len(server.forms("/line/twilio/fallback")) == 1
    assert call.ended
    assert server.forms("/line/twilio/status")[0]["CallStatus"] == "completed"


def test_the_fallback_may_lead_back_and_be_needed_again() -> None:
    provider, server = make(Page(b"", status=500))
    server.pages["/line/twilio/fallback"] = document("<Say>等一下</Say>" + redirect("/line/twilio/answer"))
    call = provider.call()
    call.listen()
    assert [error.code for error in call.errors] == [11200, 11200]
    assert not call.ended


@pytest.mark.parametrize(("seconds", "codes"), [(14.9, []), (15.1, [11200])])
def test_an_answer_has_fifteen_seconds(seconds: float, codes: list[int]) -> None:
    """TW:usage/webhooks/webhooks-connection-overrides: hard upper limit of 15 s for all call-related requests."""
    provider, server = make("<Pause/>")
    server.thinking = seconds
    call = provider.call()
    assert [error.code for error in call.errors][:1] == codes


def test_nobody_at_home() -> None:
    def refuse(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        raise Unreachable("connection refused")

    call = Provider(refuse, ACCOUNT, clock=Clock()).call()
    assert [error.code for error in call.errors] == [11205, 11205, 11205]  # the document, the fallback, the callback
    assert call.ended
