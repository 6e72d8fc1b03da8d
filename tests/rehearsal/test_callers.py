"""A caller goes by what is said: the words before a key, the time when it was named, and where the call is."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from ivr.rehearsal import village
from ivr.rehearsal.callers import DUTY_KEY, Mind
from ivr.rehearsal.hearing import Passage, Said
from ivr.rehearsal.persons import Act, Errand, Listen, Person, Press, Talk
from ivr.rehearsal.understanding import named
from ivr.rehearsal.village import Village

MENU = "您好，这里是听课电话。王秀英您好。要听课，请按1。要答题，请按2。有话要问，请按3。需要帮忙，请按0。"
WHO = "您好，这里是听课电话。李大山请按1。王秀英请按2。"
AFTER = "这一课放完了。听下一课，请按1。要答题，请按2。有话要问，请按3。今天就到这里，请按4。"
QUIZ = "现在答题。防跌倒夜里起床，先做什么？马上走，请按1。先坐一坐，请按2。不知道，请按3。"


def heard(*pieces: str, tone: bool = False) -> Passage:
    """Pieces, one after the other, at four characters a second."""
    starts = [sum(map(len, pieces[:n])) / 4 for n in range(len(pieces))]
    return Passage(tuple(Said(words, at, len(words) / 4) for words, at in zip(pieces, starts, strict=True)), tone)


def faultless() -> Village:
    measures = msgspec.to_builtins(village.read())
    for name in ("wrong_key", "too_early", "double_tone", "hear_again", "pause", "dont_know"):
        measures[name]["value"] = 0.0
    return msgspec.convert(measures, Village)


def mind(errand: Errand | None = None, **more: Any) -> Mind:
    usual: dict[str, Any] = {"presses": True, "talks": False, "asks": False, "patient": True, "ends_with_hash": False}
    person = Person("王秀英", "+8613900000001", think_s=2.0, **{"member_number": "", **usual, **more})
    return Mind(person, faultless(), Random(1), errand)


def key(act: Act) -> str:
    return act.keys if isinstance(act, Press) else ""


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        (MENU, [("要听课，", "1"), ("要答题，", "2"), ("有话要问，", "3"), ("需要帮忙，", "0")]),
        (WHO, [("李大山", "1"), ("王秀英", "2")]),
        ("Hello. To listen, press 1. For help, press 0.", [(" To listen, ", "1"), (" For help, ", "0")]),
        ("想聽課，請撳1。", [("想聽課，", "1")]),
    ],
)
def test_what_is_offered(words: str, offers: list[tuple[str, str]]) -> None:
    assert [(offer.what, offer.key) for offer in named(heard(words))] == offers


def test_a_key_is_pressed_after_it_was_named() -> None:
    patient, other = mind().act(heard(MENU)), mind(patient=False).act(heard(MENU))
    assert isinstance(patient, Press)
    assert isinstance(other, Press)
    assert patient.after_s > len(MENU) / 4 > other.after_s > MENU.index("请按1") / 4


@pytest.mark.parametrize(("words", "keys"), [(MENU, "1"), (WHO, "2"), ("用炉子第1段第1句。", "")])
def test_at_first(words: str, keys: str) -> None:
    assert key(mind().act(heard(words))) == keys


def test_a_whole_call() -> None:
    caller = mind()
    acts = [key(caller.act(heard(words))) for words in (WHO, MENU, "现在开始听课。防跌倒", "第1句。", AFTER)]
    assert acts == ["2", "1", "", "", "2"]
    assert key(caller.act(heard(QUIZ))) in ("1", "2")
    assert not caller.has_answered  # as far as the caller knows
    caller.act(heard("您选的是：马上走"))
    assert caller.has_answered


def test_steering() -> None:
    caller = mind(paces=True)
    caller.act(heard("现在开始听课。防跌倒"))
    assert key(caller.act(heard("第1句。"))) == "0"
    how = "想再听刚才的话，请按左下角的星号键。听下一段，请按右下角的井号键。想听慢一点，请按1。等一会儿再听，请按2。"
    assert key(caller.act(heard(how))) == "1"
    caller.act(heard("好，放慢一点。接着往下听。"))
    assert key(caller.act(heard("第1句。"))) == ""


def test_a_pause_is_longer_than_a_thought() -> None:
    act = mind().act(heard("好，我等您。想接着听，随便按一个键。"))
    assert isinstance(act, Press)
    assert act.keys == "5"


def test_a_pin_is_typed_by_who_has_one() -> None:
    asked = "有一条只给您的消息。请按您的听课密码，按完再按右下角的井号键。"
    assert key(mind(pin="259001").act(heard(asked))) == "259001#"
    assert mind().act(heard(asked)) == Listen()


HELP = "用电话就能听课，听完还能答题。想听慢一点，请按1。要我一样一样念给您选，请按2。换别人来听，请按3。"


def test_a_leader_opens_a_group() -> None:
    caller = mind(Errand("group", "王秀英", "0011", "314", ("0011", "0012")))
    said = (
        MENU,
        HELP,
        "请按您自己的编号，按完再按右下角的井号键。",
        "请按您的听课密码，按完再按右下角的井号键。",
        "大家一起听，请按1。上门看望，请按2。",
        "现在点名。请一个一个按编号，每按完一个，按井号键。",
        "王秀英到了。下一位。",
        "李大山到了。下一位。",
        "人都到了吗？没到的，接着按编号。到齐了，按井号键，或者等一等，就开始。",
    )
    assert [key(caller.act(heard(words))) for words in said] == [
        "0",
        DUTY_KEY,
        "0011#",
        "314#",
        "1",
        "0011#",
        "0012#",
        "",
        "#",
    ]


def test_a_visitor_logs_a_visit() -> None:
    caller = mind(Errand("visit", "李大山", "0011", "314", with_lesson=False))
    said = (
        WHO,
        "组长、上门的同志和书记，请按5。",
        "上门看望，请按2。",
        "一起听课，请按1。只是看望，请按2。",
        "李大山请听：今天有人来看您了，是不是？是，请按1。不是，请按2。",
    )
    assert [key(caller.act(heard(words))) for words in said] == ["1", "5", "2", "2", "1"]
    tone = heard("好，记下了。请上门的同志在嘀的一声以后，说一说情况，最多三十秒。", tone=True)
    assert isinstance(caller.act(tone), Talk)


def test_habits() -> None:
    assert key(mind(ends_with_hash=True).act(heard(MENU))) == "1#"
    assert mind(presses=False).act(heard(MENU)) == Listen()
    assert key(mind(member_number="000012").act(heard("请按您的编号，按完再按右下角的井号键。"))) == "000012#"
    assert isinstance(mind(asks=True).act(heard("请在嘀的一声以后说，最多两分钟。", tone=True)), Talk)


def test_choices_that_are_read_one_by_one() -> None:
    caller = mind()
    assert key(caller.act(heard("听到您要的，随便按一个键。", "听课。"))) != ""
    other = mind()
    other.has_heard = True
    assert key(other.act(heard("听到您要的，随便按一个键。", "听课。"))) == ""
    assert key(other.act(heard("答题。"))) != ""
