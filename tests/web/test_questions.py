"""What members asked after the tone, and replies by words and by voice; nothing of it for those of other branches."""

from __future__ import annotations

import io
import re
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from flask import Flask
from sqlalchemy import select, update

from ivr import letters, vocabulary
from ivr.catalogue import Clip
from ivr.config import Settings, StudioSettings
from ivr.errors import BadEntry, Unsayable
from ivr.records import deeds, preferences, recordings
from ivr.records import questions as records
from ivr.records.db import Database
from ivr.records.models import Deed, Reply
from ivr.shelf import Shelf
from ivr.web import presses
from ivr.web.pages.questions import MOST_A_DAY, can_t_say
from ivr.web.presses import Ended, Far, Pieces, Presses, at_once
from tests.databases import Filling
from tests.studio.people import converted
from tests.studio.sounds import murmur
from tests.web.conftest import COUNTY, USERS, Browser, Clock
from tests.web.letter_desk import ask, finished, letter_desk, send, waited

OF = {"初心村党支部": 1, "东村党支部": 7, "西村党支部": 9}  # a member of each branch
SINGLE = ("question", "reply")  # arguments of addresses that are walked here


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def filling() -> Filling:
    return COUNTY


@pytest.fixture
def app(database: Database, data: Path, clock: Clock) -> Flask:
    return letter_desk(database, data, clock)


@pytest.fixture
def question(database: Database, county: dict[str, int], data: Path, clock: Clock) -> int:
    """What 王秀英 of 初心村 asked."""
    return ask(database, data, clock, OF["初心村党支部"])


def replies(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(Reply.__table__).order_by(Reply.id)))


def wav(sound: Any, rate_hz: int = 16000) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, sound, rate_hz, format="WAV")
    return out.getvalue()


SPEECH = wav(murmur(3.0))


def mistakes(html: str) -> dict[str, str]:
    """What is wrong, by field."""
    found = re.findall(r'<p class="mistake" id="(\w+)-wrong" role="alert">(.*?)</p>', html)
    return dict(found)


# ── the page, and a reply by words ───────────────────────────────────────────────────────────────────────────────


def test_from_the_tone_to_the_reply_that_was_heard(
    browser: Browser, database: Database, question: int, clock: Clock, data: Path
) -> None:
    browser.sign_in("chuxin")
    assert "语音提问（1 个等您回复）" in browser.get("/desk/all/2026-11/more").text
    page = browser.get("/desk/questions").text
    assert "有 1 个问题等您回复。" in page and "王秀英" in page and "2026-11-20 09:00" in page and "○" in page
    assert f'<audio controls preload="none" src="/desk/questions/{question}.wav"' in page
    assert browser.get(f"/desk/questions/{question}.wav").data[:4] == b"RIFF"
    clock.pass_(minutes=5)
    page = finished(
        browser, send(browser, f"/desk/questions/{question}", words="星期三上午九点开会。", by="words")
    ).text
    assert "王秀英下次打来电话，先听到它" in page and "星期三上午九点开会。" in page and "已回复，还没听" in page
    (reply,) = replies(database)
    assert (reply.question_id, reply.words, reply.delivered_at) == (question, "星期三上午九点开会。", None)
    assert browser.get(f"/desk/questions/replies/{reply.id}.wav").data == Shelf(data).audio(reply.audio).read_bytes()
    for each in (page, browser.get("/desk/questions?all=1").text):  # one state, one sign
        signs = re.findall('<p class="(.*?)"><span aria-hidden="true">(.)</span> 已回复，还没听</p>', each)
        assert signs == [("stands partly", "◐")] * each.count("已回复，还没听")
    assert "没有问题等您回复。" in browser.get("/desk/questions").text
    assert "个等您回复" not in browser.get("/desk/all/2026-11/more").text
    with database.writing() as connection:
        connection.execute(update(Reply).values(delivered_at=clock.now))
    page = browser.get("/desk/questions?all=1").text
    assert "2026-11-20 09:05 听了" in page and "回复已经听了" in page


def test_the_reply_is_in_the_language_of_whoever_asked(
    browser: Browser, database: Database, question: int, data: Path, clock: Clock
) -> None:
    """And a second one takes the place of the first, which nobody has heard: the form says so, and what it led to."""
    browser.sign_in("chuxin")
    assert "再寄一条，就换掉它" not in browser.get(f"/desk/questions/{question}").text
    page = finished(browser, send(browser, f"/desk/questions/{question}", words="好的。")).text
    assert "再寄一条，就换掉它" in page and "已经换掉了" not in page
    with database.writing() as connection:
        preferences.prefer(connection, 1, "language", "yue")
    (mandarin,) = replies(database)
    page = finished(browser, send(browser, f"/desk/questions/{question}", words="好的。")).text
    assert "原来那条还没听的回复，已经换掉了。" in page
    (cantonese,) = replies(database)
    assert mandarin.audio != cantonese.audio


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({}, "words", "还没有写"),
        ({"words": "  \r\n　 "}, "words", "还没有写"),
        ({"by": "sound"}, "sound", "还没有选声音文件"),
        ({"by": "sound", "words": "我写了。"}, "sound", "还没有选声音文件"),
        ({"words": "请报银 行-卡号。"}, "words", "银行卡"),
        ({"words": "请报密——码，<b>快</b>。"}, "words", "密码"),
        ({"words": "字" * 501}, "words", "写了 501 个字，最多 500 个字"),
    ],
)
def test_what_is_no_reply_is_told_beside_its_field_and_nothing_is_lost(
    browser: Browser, database: Database, question: int, fields: dict[str, str], field: str, told: str
) -> None:
    browser.sign_in("chuxin")
    answer = send(browser, f"/desk/questions/{question}", **fields)
    assert answer.status_code == 400 and told in mistakes(answer.text)[field]
    kept = answer.text.partition('name="words"')[2].partition(">")[2].partition("</textarea>")[0]
    typed = fields.get("words", "").strip()
    assert kept == typed.replace("<", "&lt;").replace(">", "&gt;")
    assert replies(database) == []


@pytest.mark.parametrize(("words", "told"), [("……", "没有能念出来的字"), ("？！", "没有能念出来的字")])
def test_what_shows_while_pressing_is_told_with_what_was_typed(
    browser: Browser, database: Database, question: int, words: str, told: str
) -> None:
    browser.sign_in("chuxin")
    page = finished(browser, send(browser, f"/desk/questions/{question}", words=words)).text
    assert told in mistakes(page)["words"] and f">{words}</textarea>" in page
    assert replies(database) == []


@pytest.mark.parametrize(
    "words", ["a\0b星期三。", "第一行\r\n第二行\x1b[2J。", "'; DROP TABLE replies; --好", "<script>好</script>"]
)
def test_whatever_is_typed_is_text(browser: Browser, database: Database, question: int, words: str) -> None:
    browser.sign_in("chuxin")
    page = finished(browser, send(browser, f"/desk/questions/{question}", words=words)).text
    (reply,) = replies(database)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", reply.words) and "<script>好" not in page


def test_a_voice_that_fails_loses_nothing(
    browser: Browser, database: Database, question: int, data: Path, clock: Clock
) -> None:
    other = Browser(letter_desk(database, data, clock, voice="nonesuch:a").test_client())
    other.sign_in("chuxin")
    page = finished(other, send(other, f"/desk/questions/{question}", words="星期三开会。")).text
    assert "声音没有做成" in mistakes(page)["words"] and ">星期三开会。</textarea>" in page
    assert replies(database) == []


def test_what_is_not_fetched_yet_or_never_says_so(
    browser: Browser, database: Database, county: dict[str, int], data: Path, clock: Clock
) -> None:
    late = ask(database, data, clock, 1, fetched=False)
    browser.sign_in("chuxin")
    assert "录音正在取过来" in browser.get("/desk/questions").text
    assert browser.get(f"/desk/questions/{late}.wav").status_code == 404
    for for_good, told in ((False, "系统会再试"), (True, "不会再试了")):
        with database.writing() as connection:
            taken = recordings.take(connection, late, clock.now, at_once=True)
            assert taken
            recordings.failed(connection, taken, "it is gone there", clock.now, for_good=for_good)
        assert told in browser.get("/desk/questions").text


def test_a_reply_by_telephone_is_on_its_way_and_then_heard_here(
    browser: Browser, database: Database, question: int, data: Path, clock: Clock
) -> None:
    browser.sign_in("chuxin")
    ask(database, data, clock, 2, kind="reply", about=question, fetched=False)
    page = browser.get("/desk/questions?all=1").text
    assert "在电话里回复了" in page and "没有问题等您回复。" in page
    ask(database, data, clock, 2, kind="reply", about=question)
    page = browser.get(f"/desk/questions/{question}").text
    assert "（录音）" in page and "/desk/questions/replies/1.wav" in page


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("user", USERS)
def test_each_hears_their_own_and_nothing_else(
    app: Flask, browser: Browser, database: Database, county: dict[str, int], data: Path, clock: Clock, user: str
) -> None:
    """Every address that names a question or a reply, got and posted to."""
    asked = {branch: ask(database, data, clock, member) for branch, member in OF.items()}
    with database.writing() as connection:
        for number in asked.values():
            audio = Shelf(data).put_recording(wav(np.zeros(800), 8000))
            records.reply(connection, number, Clip(audio, 100, ""), clock.now)
        given = {each.question_id: each.id for each in connection.execute(select(Reply.__table__))}
    browser.sign_in(user)
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments & set(SINGLE)]
    assert len(rules) == 5
    for branch, number in asked.items():
        is_theirs = branch in USERS[user][2]
        for rule in rules:
            built = rule.build({"question": number, "reply": given[number]}, append_unknown=False)
            assert built is not None
            if "GET" in (rule.methods or ()):
                assert browser.get(built[1]).status_code == (200 if is_theirs else 404), built
            else:
                refused = 400 if rule.endpoint == "desk.replying" else 303
                assert send(browser, built[1], words="").status_code == (refused if is_theirs else 404), built
                assert send(browser, built[1], by="sound", sound=b"x").status_code == (303 if is_theirs else 404)
    listed = browser.get("/desk/questions?all=1").text
    assert {branch for branch in OF if f"/desk/questions/{asked[branch]}.wav" in listed} == set(USERS[user][2])


def test_a_reply_is_taken_back_until_it_is_heard(
    browser: Browser, database: Database, question: int, data: Path, clock: Clock
) -> None:
    def given() -> str:
        with database.writing() as connection:
            records.reply(connection, question, Clip(Shelf(data).put_recording(SPEECH), 100, ""), clock.now)
        return str(replies(database)[0].audio)

    browser.sign_in("chuxin")
    here, audio = f"/desk/questions/{question}", given()
    (shown,) = re.findall(r'name="audio" value="(.*?)"', browser.get(here).text)
    assert shown == audio
    send(browser, f"{here}/take-back", audio="0" * 64)  # of a page from before: this one stays
    assert len(replies(database)) == 1
    for _ in range(2):  # twice is once
        answer = send(browser, f"{here}/take-back", audio=audio)
        page = browser.get(answer.location).text
        assert answer.status_code == 303 and "已撤回。" in page and "等您回复" in page
    assert replies(database) == [] and "有 1 个问题等您回复。" in browser.get("/desk/questions").text
    with database.writing() as connection:
        assert connection.execute(select(Deed.what, Deed.about)).all() == [("reply taken back", str(question))]
    given()
    with database.writing() as connection:
        connection.execute(update(Reply).values(delivered_at=clock.now))
    assert 'name="audio"' not in browser.get(here).text
    answer = send(browser, f"{here}/take-back", audio=audio)
    assert answer.status_code == 409 and "收不回来了" in mistakes(answer.text)["all"] and len(replies(database)) == 1


@pytest.mark.parametrize("user", USERS)
def test_who_is_unknown_is_the_county_s_and_has_to_be_claimed_first(
    browser: Browser, database: Database, county: dict[str, int], data: Path, clock: Clock, user: str
) -> None:
    unknown = ask(database, data, clock, None)
    browser.sign_in(user)
    there = user == "xian"
    assert browser.get(f"/desk/questions/{unknown}.wav").status_code == (200 if there else 404)
    page = browser.get(f"/desk/questions/{unknown}")
    assert page.status_code == (200 if there else 404)
    assert "<textarea" not in page.text and "13912345678" not in page.text and ("139****5678" in page.text) == there
    answer = send(browser, f"/desk/questions/{unknown}", words="好的。")
    assert answer.status_code == (400 if there else 404)
    assert not there or "请先认领" in mistakes(answer.text)["all"]
    assert replies(database) == []


def test_only_questions_are_questions(
    browser: Browser, database: Database, county: dict[str, int], data: Path, clock: Clock
) -> None:
    browser.sign_in("chuxin")
    for kind in ("note", "name"):
        said = ask(database, data, clock, 1, kind=kind)
        assert browser.get(f"/desk/questions/{said}").status_code == 404
        assert browser.get(f"/desk/questions/{said}.wav").status_code == 404
    for number in (0, 99, 2**31, 10**30, "1.mp3", "x"):
        assert browser.get(f"/desk/questions/{number}").status_code == 404
        assert browser.get(f"/desk/questions/{number}.wav").status_code == 404


def test_no_reply_without_the_form_s_token_or_a_sign_in(
    browser: Browser, fresh: Browser, database: Database, question: int
) -> None:
    browser.sign_in("chuxin")
    path = f"/desk/questions/{question}"
    assert browser.client.post(path, base_url="https://line.example", data={"words": "好的。"}).status_code == 400
    assert send(fresh, path, words="好的。").status_code == 403
    assert replies(database) == []


def test_what_one_sent_nobody_else_sees(app: Flask, browser: Browser, fresh: Browser, question: int) -> None:
    browser.sign_in("chuxin")
    address = send(browser, f"/desk/questions/{question}", words="……").headers["Location"]
    waited(browser, address)
    fresh.sign_in("xian")
    assert "……" not in fresh.get(address).text and "……" in browser.get(address).text


# ── a reply by voice ─────────────────────────────────────────────────────────────────────────────────────────────

SENT: dict[str, Callable[[], bytes]] = {
    "wav": lambda: SPEECH,
    "mp3": lambda: converted(SPEECH, form="mp3"),
    "m4a of a telephone": lambda: converted(SPEECH, "-c:a", "aac", form="ipod"),
    "webm of Chromium": lambda: converted(SPEECH, "-c:a", "libopus", "-live", "1", form="webm"),
    "ogg of Firefox": lambda: converted(SPEECH, "-c:a", "libopus", form="ogg"),
    "mp4 of Safari": lambda: converted(SPEECH, "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", form="mp4"),
    "amr": lambda: converted(SPEECH, "-ar", "8000", form="amr"),
}


@pytest.mark.parametrize("kind", SENT)
def test_whatever_telephones_and_browsers_record_is_a_reply(
    browser: Browser, database: Database, question: int, data: Path, kind: str
) -> None:
    browser.sign_in("chuxin")
    page = finished(browser, send(browser, f"/desk/questions/{question}", by="sound", sound=SENT[kind]())).text
    assert "先听到它" in page, mistakes(page)
    (reply,) = replies(database)
    assert reply.words == "" and 2000 < reply.length_ms < 5000
    with wave.open(str(Shelf(data).audio(reply.audio))) as kept:
        assert (kept.getnchannels(), kept.getsampwidth(), kept.getframerate()) == (1, 2, 8000)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: "这不是声音".encode() * 100, "放不出声音"),
    "a page": (lambda: b"<html>" * 1000, "放不出声音"),
    "a list of files": (lambda: b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "放不出声音"),
    "a list of addresses": (lambda: b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n", "放不出声音"),
    "a list to join": (lambda: b"ffconcat version 1.0\nfile /etc/hostname\n", "放不出声音"),
    "a session": (lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n", "放不出声音"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(4000), "放不出声音"),
    "half a wav": (lambda: SPEECH[: len(SPEECH) // 2], "不完整"),
    "half an m4a": (lambda: (m4a := converted(SPEECH, "-c:a", "aac", form="ipod"))[: len(m4a) // 2], "放不出声音"),
    "nothing in it": (lambda: b"", "空的"),
    "no numbers": (lambda: _nan(), "放不出声音"),
    "silence": (lambda: wav(np.zeros(32000)), "话筒开了吗"),
    "noise": (lambda: wav(np.random.default_rng(0).standard_normal(48000) / 10), "话筒选对了吗"),
    "too quiet": (lambda: wav(murmur(3.0) / 300), "声音太小"),
    "too coarse": (lambda: wav(np.zeros(4000), 4000), "太粗"),
    "an hour": (lambda: converted(wav(np.zeros(8000), 8000), "-af", "apad=whole_dur=3600", form="flac"), "最长 5 分钟"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_good_is_refused_in_words(
    browser: Browser, database: Database, question: int, data: Path, kind: str
) -> None:
    content, told = HOSTILE[kind]
    browser.sign_in("chuxin")
    answer = send(browser, f"/desk/questions/{question}", by="sound", words="这些还在。", sound=content())
    page = finished(browser, answer).text
    assert told in mistakes(page)["sound"] and ">这些还在。</textarea>" in page
    assert replies(database) == [] and len([*(data / "recordings").glob("*.wav")]) == 1


def _nan() -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.full(3000, np.nan, np.float32), 16000, format="WAV", subtype="FLOAT")
    return out.getvalue()


def test_what_could_be_better_is_said_and_taken(browser: Browser, database: Database, question: int) -> None:
    browser.sign_in("chuxin")
    soft = wav(murmur(3.0) / 8)
    page = finished(browser, send(browser, f"/desk/questions/{question}", by="sound", sound=soft)).text
    assert "先听到它" in page and "提醒：声音有点小" in page and len(replies(database)) == 1


UNSAID = {
    "words": (Unsayable(words=("WeChat", "Line")), "这几个字念不出来：WeChat、Line。请照读音写成汉字。"),
    "nothing": (Unsayable(), "这里没有能念出来的字。请用文字写。"),
    "no stop": (
        Unsayable(stretch="请大家今天下午带着书来" * 20),
        "从“请大家今天下午带着书来请……”起的这一段太长，一口气念不完。请加上句号或者逗号。",
    ),
}


@pytest.mark.parametrize(("wrong", "told"), UNSAID.values(), ids=UNSAID)
def test_what_the_voice_can_t_say_is_told_with_its_mend(wrong: Unsayable, told: str) -> None:
    assert can_t_say(vocabulary.load("zh"), wrong) == told


@pytest.mark.parametrize(
    ("size", "status", "told"), [(21 << 20, 400, "这个文件太大了，最大 20 MB"), (33 << 20, 413, "声音最大 20 MB")]
)
def test_a_file_that_is_too_large_is_told_so(
    browser: Browser, question: int, size: int, status: int, told: str, database: Database
) -> None:
    browser.sign_in("chuxin")
    answer = send(browser, f"/desk/questions/{question}", by="sound", words="这些还在。", sound=bytes(size))
    assert answer.status_code == status and told in answer.text
    assert status == 413 or ">这些还在。</textarea>" in answer.text


def test_only_who_is_signed_in_and_only_here_sends_much(browser: Browser, fresh: Browser, question: int) -> None:
    large = bytes(100 * 1024)
    assert send(fresh, f"/desk/questions/{question}", sound=large).status_code == 413
    browser.sign_in("chuxin")
    assert send(browser, "/desk/notices/1/withdraw", sound=large).status_code == 413
    assert send(browser, "/desk/sign-out", sound=large).status_code == 413


def test_nothing_sent_stays_behind(
    browser: Browser, question: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    browser.sign_in("chuxin")
    for sound in (SPEECH, b"not a sound"):
        finished(browser, send(browser, f"/desk/questions/{question}", by="sound", sound=sound))
    send(browser, f"/desk/questions/{question}", by="sound", sound=bytes(21 << 20))
    assert [*aside.iterdir()] == []


# ── several at once ──────────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_replies_at_once_one_is_heard(database: Database, question: int, data: Path, clock: Clock) -> None:
    settings = Settings(data=data, studio=StudioSettings(voices={"zh": "tone:a"}))
    words = [f"星期{each}开会。" for each in "一二三四"]
    troubles: list[Exception] = []

    def reply(each: str) -> None:
        try:
            letters.reply(database, settings, question, each, clock.now)
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=reply, args=(each,)) for each in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = replies(database)
    assert troubles == [] and kept.words in words
    assert Shelf(data).is_kept(kept.audio)


def test_what_one_may_reply_in_a_day(
    app: Flask, browser: Browser, question: int, database: Database, clock: Clock
) -> None:
    browser.sign_in("chuxin")
    assert "先听到它" in finished(browser, send(browser, f"/desk/questions/{question}", words="好。")).text
    with database.writing() as connection:
        ((user, what, about),) = connection.execute(select(Deed.user_id, Deed.what, Deed.about))
        assert about == str(question)
        for _ in range(MOST_A_DAY - 1):
            deeds.did(connection, user, what, about, clock.now)
    answer = send(browser, f"/desk/questions/{question}", words="还有。")
    assert answer.status_code == 400 and "最多 100 个" in mistakes(answer.text)["all"]
    assert ">还有。</textarea>" in answer.text and len(replies(database)) == 1


def test_two_secretaries_at_once(
    app: Flask, browser: Browser, fresh: Browser, question: int, database: Database
) -> None:
    browser.sign_in("chuxin")
    fresh.sign_in("xian")
    sent = [
        send(each, f"/desk/questions/{question}", words=f"{n}月开会。") for n, each in enumerate((browser, fresh), 1)
    ]
    for each, answer in zip((browser, fresh), sent, strict=True):
        assert "先听到它" in finished(each, answer).text
    assert [each.words for each in replies(database)] == ["2月开会。"]


def test_a_page_is_not_held_up_by_what_is_being_pressed(clock: Clock) -> None:
    """The second waits for the first, and nobody for either; beyond a number none is taken; in an hour it is over."""
    go = threading.Event()
    working = Presses()
    waits, no = (
        at_once(lambda: Ended(("done",)) if go.wait(30) else Ended()),
        at_once(lambda: Ended(wrong={"words": "no"})),
    )
    first = working.begin(1, "a", {}, waits, Ended(), clock.now)
    second = working.begin(1, "a", {"words": "好"}, no, Ended(), clock.now)
    for ticket in (first, second):
        press = working.of(1, "a", ticket)
        assert press is not None and press.ended is None
    assert working.of(2, "a", first) is None and working.of(1, "b", first) is None and working.of(1, "a", "") is None
    for n in range(2, presses.MOST):
        working.begin(n // presses.MOST_OF_ONE + 1, "a", {}, at_once(Ended), Ended(), clock.now)
    for user in (1, 99):
        with pytest.raises(BadEntry, match="busy"):
            working.begin(user, "a", {}, at_once(Ended), Ended(), clock.now)
    go.set()
    assert end_of(working, second).wrong == {"words": "no"}
    clock.pass_(hours=2)
    last = working.begin(1, "a", {}, at_once(breaks), Ended(wrong={"words": "broke"}), clock.now)
    assert end_of(working, last).wrong == {"words": "broke"}
    working.close()


def test_users_take_turns(clock: Clock) -> None:
    """Who asked for much does not hold up who asked for little."""
    working, made, go = Presses(), list[str](), threading.Event()

    def work(name: str, pieces: int) -> Callable[[], Pieces]:
        def each() -> Pieces:
            assert go.wait(30)
            for n in range(pieces):
                made.append(name)
                yield Far(n, pieces)
            return Ended((name,))

        return each

    asked = [(1, "list", 3), (1, "next", 1), (2, "reply", 1), (3, "other", 2)]
    tickets = {
        name: working.begin(user, "a", {}, work(name, pieces), Ended(), clock.now) for user, name, pieces in asked
    }
    go.set()
    assert end_of(working, tickets["next"]).told == ("next",)
    assert made == ["list", "reply", "other", "list", "other", "list", "next"]
    working.close()


def test_how_it_ended_is_seen_however_long_it_took(clock: Clock) -> None:
    """And an hour after that it is forgotten."""
    working, go = Presses(), threading.Event()
    slow = working.begin(1, "a", {}, at_once(lambda: Ended(("done",)) if go.wait(30) else Ended()), Ended(), clock.now)
    clock.pass_(hours=2)
    go.set()
    assert end_of(working, slow).told == ("done",)
    for _ in range(2):
        assert end_of(working, slow).told == ("done",)
        working.begin(2, "a", {}, at_once(Ended), Ended(), clock.now)
    clock.pass_(hours=1)
    working.begin(2, "a", {}, at_once(Ended), Ended(), clock.now)
    assert working.of(1, "a", slow) is None
    working.close()


def end_of(working: Presses, ticket: str) -> Ended:
    press = working.of(1, "a", ticket)
    assert press is not None
    for _ in range(3000):
        if press.ended:
            return press.ended
        time.sleep(0.01)
    raise AssertionError("it never ended")


def breaks() -> Ended:
    raise OSError("no space left")
