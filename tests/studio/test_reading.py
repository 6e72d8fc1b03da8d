"""How written language is said: sentences, silences, marks and the lexicon."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.markup import read_markup
from ivr.studio.reading import Utterance, Wording, read_aloud, sentences


def read(text: str, language: str = "zh", lexicon: Mapping[str, str] | None = None) -> list[Wording]:
    spans, mistakes = read_markup(text, 1)
    assert all(each.severity == "advice" for each in mistakes)
    return [read_aloud(each, language, lexicon or {}) for each in sentences(spans, language)]


def said(text: str, language: str = "zh", lexicon: Mapping[str, str] | None = None) -> list[str]:
    return [utterance.text for wording in read(text, language, lexicon) for utterance in wording.utterances]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("先坐。再站！好吗？好；走", ["先坐。", "再站！", "好吗？", "好；", "走"]),
        ("他说：“您好。”我走了。", ["他说：您好。", "我走了。"]),
        ("好吗?好!走", ["好吗?", "好!", "走"]),
        ("还有……没了", ["还有……", "没了"]),
        ("真的？！好", ["真的？！", "好"]),
        ("重三点五公斤，合3.5公斤。", ["重三点五公斤，合三点五公斤。"]),
        ("《课》。（完。）", ["课。", "完。"]),
        ("。。好。", ["好。"]),
        ("好。 ”", ["好。"]),
        ("第一{句。|句}好。", ["第一句好。"]),
    ],
)
def test_chinese_sentences(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sit up. Stand! Well? Yes; go", ["Sit up.", "Stand!", "Well?", "Yes; go"]),
        ('He said "stop." We left.', ['He said "stop."', "We left."]),
        (
            "Mr. Li and Dr. Wu take e.g. 3.5 kg. Yes.",
            ["Mister Li and Doctor Wu take for example three point five kilograms.", "Yes."],
        ),
        ("Take No. 5 now. No. Wait.", ["Take number five now.", "No.", "Wait."]),
        ("Wait... now", ["Wait...", "now"]),
        ("See https://a.b/c?d=1. Then www.a.b!", ["See .", "Then !"]),
        ("See example.org today.", ["See example.org today."]),
        ("Prof. Wu vs. Li on Nov. 5. Go.", ["Professor Wu versus Li on November fifth.", "Go."]),
        ("Come at 9 a.m. or at 4 p.m. We wait.", ["Come at nine A M or at four P M.", "We wait."]),
    ],
)
def test_english_sentences(text: str, expected: list[str]) -> None:
    assert said(text, "en") == expected


def test_a_sentence_that_is_too_long_is_cut_at_commas_and_nothing_is_lost() -> None:
    text = "一二三四五六七八九十，" * 15 + "完。"
    pieces = said(text)
    assert "".join(pieces) == text
    assert [len(piece) for piece in pieces] == [66, 66, 35]
    assert [each.utterances[-1].pause_after_ms for each in read(text)] == [300, 300, 800]


def test_a_long_sentence_without_commas_stays_whole() -> None:
    assert said("一" * 100) == ["一" * 100]


def slowly(text: str, before_ms: int = 0, after_ms: int = 0) -> Utterance:
    return Utterance(text, before_ms, after_ms, slow=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好。", [Utterance("好。", 0, 800)]),
        ("先坐[停顿 1秒]再站。", [Utterance("先坐", 0, 0), Utterance("再站。", 1000, 800)]),
        ("好。[停顿 2秒]", [Utterance("好。", 0, 2000)]),
        ("好。[停顿 １秒]", [Utterance("好。", 0, 1000)]),
        ("好。[停顿 0.5秒]", [Utterance("好。", 0, 800)]),
        ("[pause 1s]好。[pause 1s][停顿 半秒]走。", [Utterance("好。", 1000, 800), Utterance("走。", 1500, 800)]),
        ("好[停顿]走[停顿 300毫秒]吧", [Utterance("好"), Utterance("走", 1000), Utterance("吧", 300, 800)]),
        ("好[停顿 两秒钟]，[停顿 1秒]走。", [Utterance("好"), Utterance("走。", 3000, 800)]),
        ("先坐，[停顿 0.1秒]再站。", [Utterance("先坐，"), Utterance("再站。", 300, 800)]),
        ("请**挂断**电话。", [Utterance("请"), Utterance("挂断电话。", 200, 800)]),
        ("请，**挂断**电话。", [Utterance("请，"), Utterance("挂断电话。", 300, 800)]),
        ("请[停顿 1秒]**挂断**电话。", [Utterance("请"), Utterance("挂断电话。", 1000, 800)]),
        ("**请**挂断。**千万**别信。", [Utterance("请挂断。", 0, 800), Utterance("千万别信。", 0, 800)]),
        ("打**110**，花了110块。", [Utterance("打"), Utterance("幺幺零，花了一百一十块。", 200, 800)]),
        ("打[停顿 1秒][慢]110[/慢]。", [Utterance("打"), slowly("幺幺零。", 1000, 800)]),
        ("打{急救|救命}的120。", [Utterance("打救命的幺二零。", 0, 800)]),
        ("（先坐）再**站**。", [Utterance("先坐，再"), Utterance("站。", 200, 800)]),
        ("\U000f0000先\ue001坐\U000f0003。", [Utterance("先坐。", 0, 800)]),
        ("打**{110|幺幺零}**。", [Utterance("打"), Utterance("幺幺零。", 200, 800)]),
        ("打{**110**|幺幺零}。", [Utterance("打幺幺零。", 0, 800)]),
        ("二**三，四** 五*六。", [Utterance("二"), Utterance("三，四 五六。", 200, 800)]),
        ("先**坐。", [Utterance("先坐。", 0, 800)]),
        ("[慢]先坐。再站。[/慢]走。", [slowly("先坐。", 0, 800), slowly("再站。", 0, 800), Utterance("走。", 0, 800)]),
        ("先[慢]{坐|座}下[/慢]，再站。", [Utterance("先"), slowly("座下"), Utterance("再站。", 300, 800)]),
        ("先坐，[慢]打[[逐位]]110[/ 慢]。", [Utterance("先坐，"), slowly("打幺幺零。", 300, 800)]),
        ("先[slow]**坐**[停顿 1秒]好[/slow]。", [Utterance("先"), slowly("坐", 200), slowly("好。", 1000, 800)]),
    ],
)
def test_silences_and_paces(text: str, expected: list[Utterance]) -> None:
    assert [each for wording in read(text) for each in wording.utterances] == expected


@pytest.mark.parametrize(
    ("text", "shown", "spoken"),
    [
        ("打{110|一一零}。", "打110。", "打一一零。"),
        ("是{公安局}的。", "是公安局的。", "是公安局的。"),
        ("**不听、不信**。", "不听、不信。", "不听、不信。"),
        ("打[[数字 逐位]]12345热线。", "打12345热线。", "打幺二三四五热线。"),
        ("打 [[逐位]] 010-6512。", "打 010-6512。", "打 零幺零六五幺二。"),
        ("[慢]先坐[/慢]。", "先坐。", "先坐。"),
        ("看[这里](https://example.org)。", "看这里。", "看这里。"),
        ("{图一|}见图。", "图一见图。", "见图。"),
        ("算3*5，不算三*五。", "算3*5，不算三五。", "算三乘五，不算三五。"),
        ("看https://a.cn/b?c=1;d，再说。", "看https://a.cn/b?c=1;d，再说。", "看，再说。"),
        ("[不是记号]。", "[不是记号]。", "不是记号。"),
        ("看[ma3]和重庆[chong2 qing4]。", "看[ma3]和重庆[chong2 qing4]。", "看，ma三，和重庆，chong二 qing四。"),
        ("去{重庆|chong2 qing4}玩。", "去重庆玩。", "去重庆[chong2 qing4]玩。"),
        ("去{重庆|Chóng Qìng}玩。", "去重庆玩。", "去重庆[chong2 qing4]玩。"),
        ("{你好，吗|nǐ hǎo ma}？", "你好，吗？", "你好[ni3 hao3]，吗[ma5]？"),
        ("{绿|lu:4}{女儿|nǚ'ér}{略|lve4}。", "绿女儿略。", "绿[lv4]女儿[nv3 er2]略[lve4]。"),
        ("听{歌|曲[二]}。", "听歌。", "听曲(二)。"),
    ],
)
def test_marks(text: str, shown: str, spoken: str) -> None:
    (wording,) = read(text)
    assert (wording.words, wording.utterances[0].text) == (shown, spoken)


PIECES = (
    "打",
    "110",
    "（好）",
    "(",
    "，",
    "3",
    "个",
    "[停顿 1秒]",
    "**急**",
    "[慢]走[/慢]",
    "比分3:",
    "2月",
    "至",
    "$",
    "{甲|春}",
    "{乙|夏}",
)


@given(st.lists(st.sampled_from(PIECES)), st.sampled_from(["zh", "yue", "en"]))
def test_no_rule_reaches_over_what_is_said_otherwise(pieces: list[str], language: str) -> None:
    meant = [{"{甲|春}": "春", "{乙|夏}": "夏"}[piece] for piece in pieces if piece in ("{甲|春}", "{乙|夏}")]
    heard = "".join(said("".join(pieces), language))
    assert [each for each in heard if each in "春夏"] == meant
    assert not any(each in "0123456789" or (each >= "\ue000" and not "\uff00" < each < "\uffef") for each in heard)


def test_english_digits_are_said_one_by_one() -> None:
    assert said("Ring [[digits]]112 now.", "en") == ["Ring one one two now."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("重庆到重。", "崇庆到众。"),
        ("打12345，不打112345。", "打一二三四五，不打十一万二千三百四十五。"),
        ("用app，不用apple。", "用应用，不用apple。"),
        ("{重庆|重庆}。", "重庆。"),
    ],
)
def test_the_lexicon(text: str, expected: str) -> None:
    lexicon = {"重": "众", "重庆": "崇庆", "12345": "一二三四五", "app": "应用"}
    assert said(text, lexicon=lexicon) == [expected]


def test_pinyin_in_the_lexicon_goes_past_the_rules() -> None:
    lexicon = {"重庆": "重庆[chong2 qing4]", "12345": "一二三四五", "长乐": "长乐[chang2 le4]"}
    text = "3个人去重庆2天，打12345，回长乐。[停顿]\ue000长乐"
    assert said(text, lexicon=lexicon) == [
        "三个人去重庆[chong2 qing4]两天，打一二三四五，回长乐[chang2 le4]。",
        "长乐[chang2 le4]",
    ]


def test_what_can_not_be_spoken_is_not() -> None:
    assert said("……") == []
    assert said("[停顿 1秒]") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("食2粒藥。下晝2:30再食！好唔好?好", ["食兩粒藥。", "下晝兩點半再食！", "好唔好?", "好"]),
        ("打[[逐位]]112。", ["打一一二。"]),
        ("[停頓 兩秒]去{上海|沪}。", ["去沪。"]),
        ("去長樂。", ["去長樂。"]),
    ],
)
def test_cantonese_sentences(text: str, expected: list[str]) -> None:
    """Without Mandarin's pinyin."""
    assert said(text, "yue", {"長樂": "長樂[chang2 le4]"}) == expected
