"""What a voice or a listener stumbles over is told; what is clear is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.languages.stumbles import judge, sound


def told(text: str, language: str = "zh", words: str = "") -> list[str]:
    return [each.what for each in judge(words, [text], language, 7)]


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("他说行。", "行 in 他说[行] will be read xing2", "{行|hang2}"),
        ("重做一遍", "重 in [重]做一遍 will be read zhong4", "{重|chong2}"),
        ("有借有还。", "还 in 有借有[还] will be read hai2", "{还|huan2}"),
        ("还他钱", "还 in [还]他钱 will be read hai2", "{还|huan2}"),
        ("您得去", "得 in 您[得]去 will be read de2", "{得|de5} or {得|dei3}"),
        ("那只鸡", "只 in 那[只]鸡 will be read zhi3", "{只|zhi1}"),
        ("他种三亩地", "种 in 他[种]三亩地 will be read zhong3", "{种|zhong4}"),
        ("背着孙子", "背 in [背]着孙子 will be read bei4", "{背|bei1}"),
        ("衣服干了", "干 in 衣服[干]了 will be read gan4", "{干|gan1}"),
        ("腿长", "长 in 腿[长] will be read zhang3", "{长|chang2}"),
    ],
)
def test_a_doubtful_reading_is_told_with_the_other_one(text: str, what: str, mend: str) -> None:
    found = list(judge("", [text], "zh", 7))
    assert [(each.line, each.severity, each.what) for each in found] == [(7, "advice", what)]
    assert found[0].mend == f"If that is wrong, write {mend}."


@pytest.mark.parametrize(
    "text",
    [
        "银行的行长",
        "重庆很重要，重量很重",
        "还有，还是，还没来，还给他",
        "得了病，得到，取得，觉得",
        "只有一种，只要",
        "坐着，着急，睡着了",
        "长大了，长寿，校长",
        "他说行[hang2]，重[chong2]做，长[chang2]，炉火闷[men1]着烧",
    ],
)
def test_what_a_longer_word_or_its_context_settles_is_not_told(text: str) -> None:
    assert told(text) == []


def test_only_mandarin_has_these_readings() -> None:
    assert told("您得去", "en") == ["no rule says how 您得去 is read"]


@pytest.mark.parametrize(
    ("text", "language", "signs"),
    [
        ("用WeChat或者it’s付", "zh", ["WeChat", "it’s"]),
        ("北京-上海★好α，β～", "zh", ["-", "★", "α", "β", "～"]),
        ("去重庆[chong2 qing4]，（好）“吗”？", "zh", ["“", "”"]),
        ("好，（吗）？…… ok", "zh", ["ok"]),
        ("Go to 重庆 now ★", "en", ["重庆", "★"]),
        ("It's a naïve “test” (of 3) – no—yes…", "en", []),
    ],
)
def test_signs_that_no_rule_reads_are_told(text: str, language: str, signs: list[str]) -> None:
    assert told(text, language) == [f"no rule says how {sign} is read" for sign in signs]


def test_what_is_left_out_is_told() -> None:
    assert told("好", words="好😀👍看★https://a.b/c?d=1 和www.a.b") == [
        f"{each} is not said" for each in ("😀👍", "★", "https://a.b/c?d=1", "www.a.b")
    ]


def test_a_sign_that_is_read_as_another_is_not_left_out() -> None:
    assert told("一、好", words="❶好") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("四个", "十个"),
        ("一号", "七号"),
        ("姓陈", "姓岑"),
        ("南方", "兰方"),
        ("金子", "镜子"),
        ("权利", "权力"),
        ("买", "卖"),
        ("挂断", "挂，断。"),
        ("行[hang2]", "航"),
        ("ABC", "abc"),
    ],
)
def test_these_sound_alike_on_a_telephone(one: str, other: str) -> None:
    assert sound([one], "zh") == sound([other], "zh") != ""


@pytest.mark.parametrize(
    ("one", "other"), [("一幺零", "一幺九"), ("马上转账", "挂断电话"), ("行[hang2]", "行[xing2]"), ("是", "不是")]
)
def test_these_do_not(one: str, other: str) -> None:
    assert sound([one], "zh") != sound([other], "zh")


def test_elsewhere_words_sound_like_themselves() -> None:
    assert sound(["Hang up!"], "en") == sound(["hang-up"], "en") != sound(["hung up"], "en")


@given(st.text(max_size=40), st.sampled_from(["zh", "en"]))
def test_any_text_can_be_judged(text: str, language: str) -> None:
    assert all(each.line == 7 and each.mend for each in judge(text, [text], language, 7))
    sound([text], language)
