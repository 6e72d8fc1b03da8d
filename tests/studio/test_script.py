"""Lesson files as people really type them; every mistake with its line and a way to mend it."""

from __future__ import annotations

import time
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.studio.engines.engine import syllables
from ivr.studio.mistakes import Mistake
from ivr.studio.script import Script, parse

FRONT = "---\n标题: 防骗\n---\n"
QUIZ = "# 测验\n## 怎么办？\n- [ ] 转账\n- [x] 挂电话\n"
CLOSING = "# 结尾\n谢谢您。\n"
LESSON = f"{FRONT}# 开头\n同志们好。\n# 第一段\n先挂电话。\n{QUIZ}{CLOSING}"


def read(text: str | bytes, slug: str = "fraud") -> tuple[Script, tuple[Mistake, ...]]:
    return parse(text if isinstance(text, bytes) else text.encode(), slug)


def good(text: str | bytes) -> Script:
    script, mistakes = read(text)
    assert [str(each) for each in mistakes] == []
    return script


def anywhere(value: object) -> object:
    """A script without the lines in which it is written."""
    match value:
        case dict():
            return {key: anywhere(each) for key, each in value.items() if key != "line"}
        case list() | tuple():
            return [anywhere(each) for each in value]
        case Script():
            return anywhere(msgspec.to_builtins(value))
        case _:
            return value


def words(script: Script) -> list[tuple[str, list[list[str]]]]:
    return [(part.title, [[each.words for each in group] for group in part.paragraphs]) for part in script.parts]


def said(script: Script) -> list[str]:
    groups = [group for part in script.parts for group in part.paragraphs]
    return [utterance.text for group in groups for wording in group for utterance in wording.utterances]


@pytest.mark.parametrize("voice", ["espeak:cmn", "gtts:zh-CN", "sherpa:vits-melo_1.0#12", "sherpa:本地话"])
def test_a_lesson_may_name_its_voice(voice: str) -> None:
    assert good(LESSON.replace("标题:", f"发音人: {voice}\n标题:")).front.voice == voice


def test_a_whole_lesson() -> None:
    """The order is opening, parts, closing, wherever they stand."""
    script = good(
        "---\n课号: 003\n标题: 防骗\n语言: zh\n期次: 2026年11月\n发音人: tone:a\n语速: 快\n目标: [党员, 高龄组]\n"
        "播出: 2026-11-01 至 2026-11-30\n学时: 0.5\n及格: 1\n读音:\n  重庆: 崇庆\n---\n"
        f"{CLOSING}{QUIZ}# 第一段 骗子\n骗子在重庆。真的！\n换一行\n\n新的一段。\n# 开头\n您好。\n"
    )
    front = script.front
    assert (front.code, front.title, script.language, front.issue) == ("003", "防骗", "zh", "2026年11月")
    assert (front.voice, front.rate, front.audience) == ("tone:a", "fast", ("党员", "高龄组"))
    assert (front.opens, front.closes) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (front.hours, front.pass_mark, front.say) == (0.5, 1, {"重庆": "崇庆"})
    assert words(script) == [
        ("开头", [["您好。"]]),
        ("第一段 骗子", [["骗子在重庆。", "真的！", "换一行"], ["新的一段。"]]),
        ("结尾", [["谢谢您。"]]),
    ]
    assert said(script)[1] == "骗子在崇庆。"


def test_english_keys_and_headings_and_wrapped_lines() -> None:
    script = good(
        "---\ncode: T-1\ntitle: Falls\nrate: slow\nwindow: 2026-11-01 to 2026-11-30\nhours: auto\npass: 1\n"
        "audience: all, old\n---\n# Opening\nHello there.\nThis line is\nwrapped here. Mr. Li goes on!\n"
        "# Quiz\n## What now?\n- [x] Wait\n- [ ] Run\n> Right: Good.\n> Wrong: No. Wait.\n# Closing\nGoodbye.\n"
    )
    assert script.language == "en"
    assert words(script)[0][1] == [["Hello there.", "This line is wrapped here.", "Mr. Li goes on!"]]
    (question,) = script.questions
    assert [each.words for each in question.ask] == ["What now?", "For Wait, press 1.", "For Run, press 2."]
    assert [each.words for each in question.when_wrong] == ["No.", "Wait."]


@pytest.mark.parametrize("language", ["yue", "粤语", "粵語", "Cantonese", "广东话", "zh-HK"])
def test_cantonese_in_its_own_hanzi(language: str) -> None:
    script = good(
        f"---\n標題: 防騙\n語言: {language}\n語速: 慢\n---\n# 開頭\n早晨。食2粒藥\n先[停頓 半秒]坐低。\n"
        "# 測驗\n## 點做？\n- [x] 收線\n- [ ] 過數\n> 答對：啱。\n# 結尾\n多謝。\n"
    )
    assert (script.language, script.front.rate) == ("yue", "slow")
    assert words(script)[0] == ("開頭", [["早晨。", "食2粒藥", "先坐低。"]])
    (question,) = script.questions
    assert [each.words for each in question.ask] == ["點做？", "收線，請按1。", "過數，請按2。"]
    assert [each.utterances[0].text for each in question.ask] == ["點做？", "收線，請按一。", "過數，請按二。"]
    assert [each.words for each in question.when_right] == ["啱。"]
    assert [each.words for each in question.when_wrong] == ["唔啱。", "正確答案係收線。"]


def test_cantonese_is_measured_in_hanzi_and_heeds_no_pinyin() -> None:
    found = read(LESSON.replace("标题:", "语言: 粤语\n标题:").replace("先挂", "一" * 23 + "{挂|gua4}"))[1]
    assert [(each.line, each.what) for each in found] == [
        (1, "yue does not heed pinyin; it reads hanzi its own way"),
        (8, "a sentence of 26 characters"),
    ]


def test_the_code_is_the_slug_where_none_is_given() -> None:
    assert good(LESSON).front.code == "fraud"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_notepad_writes_is_read(encoding: str, end: str) -> None:
    assert good(LESSON.replace("\n", end).encode(encoding)) == good(LESSON)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("标题: 防骗", "标题：防骗"),
        ("标题: 防骗", "标题：　防骗"),
        ("标题: 防骗", "title：防骗"),
        ("# 开头", "#开头"),
        ("# 开头", "＃ 开头"),
        ("# 开头", "　# 开头"),
        ("## 怎么办？", "##怎么办？"),
        ("## 怎么办？", "怎么办？"),
        ("- [x] 挂电话", "- [X] 挂电话"),
        ("- [x] 挂电话", "－ ［x］ 挂电话"),
        ("- [x] 挂电话", "-【x】挂电话"),
        ("- [x] 挂电话", "- [√] 挂电话。"),
        ("- [x] 挂电话", "- √ 挂电话"),
        ("- [x] 挂电话", "- 挂电话 ✓"),
        ("- [x] 挂电话", "• [ x ] 挂电话"),
        ("- [ ] 转账\n- [x] 挂电话", "1. 转账\n2. √ 挂电话"),
        ("- [ ] 转账\n- [x] 挂电话", "A. 转账\nB. 挂电话\nANSWER: B"),
        ("- [ ] 转账\n- [x] 挂电话", "Ａ、转账\nＢ、挂电话\n答案：Ｂ"),
        ("- [ ] 转账\n- [x] 挂电话", "a) 转账\nb) 挂电话\n答案: 2"),
        ("同志们好。", "    同志们好。"),
        ("同志们好。", "　　同志们好。"),
        ("同志们好。", "同志们好。<!-- 不\n念 -->"),
        ("同志们好。", "**同志们**好。"),
    ],
)
def test_the_same_lesson_typed_another_way(typed: str, meant: str) -> None:
    assert typed in LESSON
    assert anywhere(good(LESSON.replace(typed, meant))) == anywhere(good(LESSON))


def test_a_question_is_asked_with_its_keys_and_explained() -> None:
    (question,) = good(LESSON).questions
    assert (question.words, question.options, question.right) == ("怎么办？", ("转账", "挂电话"), "2")
    assert [each.words for each in question.ask] == ["怎么办？", "转账，请按1。", "挂电话，请按2。"]
    assert [each.words for each in question.when_right] == ["答对了，是挂电话。"]
    assert [each.words for each in question.when_wrong] == ["不对。", "正确答案是挂电话。"]


@pytest.mark.parametrize(
    "mark", ["> 答对：好。\n> 答错：不好。\n> 真的。\n", "\n答对：好。\n\n> 答错了：不好。\n真的。\n"]
)
def test_what_is_said_after_an_answer(mark: str) -> None:
    (question,) = good(LESSON.replace("- [x] 挂电话\n", f"- [x] 挂电话\n{mark}")).questions
    assert [each.words for each in question.when_right] == ["好。"]
    assert [each.words for each in question.when_wrong] == ["不好。", "真的。"]


def test_shown_and_said_differ_where_the_marks_say_so() -> None:
    (question,) = good(LESSON.replace("挂电话\n", "打{110|一一零}\n")).questions
    assert question.options == ("转账", "打110")
    assert question.ask[2].utterances[0].text == "打一一零，请按二。"


@pytest.mark.parametrize(
    ("text", "line", "what", "mend"),
    [
        ("", 1, "the file is empty", "Write the lesson"),
        (" \n\n ", 1, "the file is empty", "Write the lesson"),
        (b"PK\x03\x04\x00\x00", 1, "not a text file", "plain text"),
        (LESSON + "\0", 1, "not a text file", "plain text"),
        (b"\xff\xff\xff\x80", 1, "not a text file", "plain text"),
        (b"\xff\xfea", 1, "not a text file", "plain text"),
        (b"a" * 1_048_577, 1, "the file has 1.0 MB; a lesson is text of at most 1.0 MB", "right file"),
        (LESSON.replace("标题: 防骗\n", ""), 1, "no title", "标题: …"),
        (LESSON.replace(FRONT, ""), 1, "no title", "标题: …"),
        (LESSON.replace("标题: 防骗", "标题: 。。"), 2, "no title", "标题: …"),
        (LESSON.replace("防骗\n---", "防骗"), 1, "the front matter has no end", "`---`"),
        (FRONT, 1, "no segments", "Write `# `"),
        (FRONT + QUIZ, 1, "no segments", "Write `# `"),
        (LESSON.replace("同志们好。\n", ""), 4, "the segment '开头' has no text", "delete its heading"),
        (LESSON.replace("同志们好。", "……"), 4, "the segment '开头' has no text", "delete its heading"),
        (LESSON.replace("# 开头\n", ""), 4, "above the first heading", "Put `# 开头`"),
        (LESSON.replace("[x]", "[ ]"), 9, "no right option", "Mark one option with [x]."),
        (LESSON.replace("[ ]", "[x]"), 9, "2 right options", "Keep one [x]."),
        (LESSON.replace("- [ ] 转账\n", ""), 9, "1 options", "2 or 3"),
        (LESSON.replace("- [ ] 转账\n- [x] 挂电话\n", ""), 9, "no options", "2 or 3"),
        (LESSON.replace("- [x]", "- [ ] 甲\n- [ ] 乙\n- [x]"), 9, "4 options", "2 or 3"),
        (LESSON.replace("- [ ] 转账\n- [x] 挂电话", "A. 转账\nB. 挂电话\n答案：D"), 9, "no right option", "[x]"),
        (LESSON.replace("转账", "挂电话"), 11, "the same option as in line 10", "another"),
        (LESSON.replace("转账", "。"), 10, "an option has no words", "delete the line"),
        (LESSON.replace("## 怎么办？", "## ？"), 9, "the question has no words", "after `## `"),
        (LESSON.replace("## 怎么办？\n", ""), 9, "belongs to no question", "Put `## `"),
        (LESSON.replace("# 结尾", "> 好\n# 结尾"), 12, "neither 答对： nor 答错：", "Begin it"),
        (LESSON.replace(QUIZ, "# 测验\n"), 8, "the quiz has no questions", "delete the heading"),
        (LESSON.replace(QUIZ, "# 测验\n" + QUIZ[5:] * 11), 39, "there are 11 questions", "Keep 10"),
        (LESSON.replace("# 第一段", "## 第一段"), 6, "'第一段' stands outside the quiz", "one `#`"),
        (LESSON.replace("先挂电话。", "[录音 a.wav]"), 7, "a.wav stands before no words", "before the words"),
        (LESSON.replace("先挂电话。", "好。[录音 a.wav]"), 7, "a.wav stands before no words", "before the words"),
        (LESSON.replace("先挂电话。", "[录音]好。"), 7, "names no recording", "Write it like"),
        (LESSON.replace("先挂电话。", "先挂[录音 a.wav]电话。"), 7, "stands within a sentence", "first word"),
        (
            LESSON.replace("先挂电话。", "[录音 a.wav]\n好。[录音 b.wav]行。"),
            8,
            "lies inside that of line 7",
            "Delete one",
        ),
        (
            LESSON.replace("第一段", "第一段[录音 a.wav]").replace("先挂", "[录音 b.wav]\n先挂"),
            7,
            "inside",
            "Delete one",
        ),
        (
            LESSON.replace("标题:", "录音: a.wav\n标题:").replace("先挂", "[录音 b.wav]先挂"),
            8,
            "line 2, a.wav",
            "Delete",
        ),
        (LESSON.replace("先挂电话。", "先[停顿 一会儿]挂。"), 7, "not a pause", "[停顿 1秒]"),
        (LESSON.replace("先挂电话。", "先[停顿 60秒]挂。"), 7, "not a pause of up to 10 seconds", "[停顿 1秒]"),
        (LESSON.replace("标题:", "标提: x\n标题:"), 2, "the key '标提' is not known", "Did you mean '标题'?"),
        (LESSON.replace("标题:", "Titel: x\n标题:"), 2, "the key 'Titel' is not known", "Did you mean 'title'?"),
        (LESSON.replace("标题:", "乙: x\n标题:"), 2, "the key '乙' is not known", "Known here: 课号, 課號, code"),
        (LESSON.replace("标题:", "title: x\n标题:"), 3, "标题 stands in line 2 already", "Delete one"),
        (LESSON.replace("标题:", "课号: a: b\n标题:"), 2, "this line can't be read", "quote"),
        (LESSON.replace("标题:", "\n课号: [a\n标题:"), 4, "this line can't be read", "quote"),
        (LESSON.replace("标题: 防骗", "防骗"), 2, "not lines like", "key: value"),
        (LESSON.replace("标题:", "播出: 十一月\n标题:"), 2, "播出 can't be understood: '十一月'", "2026-11-01 至"),
        (LESSON.replace("标题:", "播出: 2026-11-31 至 2026-12-01\n标题:"), 2, "播出 can't be", "2026-11-01 至"),
        (LESSON.replace("标题:", "播出: 2026-12-01 至 2026-11-01\n标题:"), 2, "播出 can't be", "2026-11-01 至"),
        (LESSON.replace("标题:", "播出: 2026-12-01\n标题:"), 2, "播出 can't be", "2026-11-01 至"),
        (LESSON.replace("标题:", "及格: 两个\n标题:"), 2, "及格 can't be understood", "how many right answers"),
        (LESSON.replace("标题:", "及格: -1\n标题:"), 2, "及格 can't be understood", "how many right answers"),
        (LESSON.replace("标题:", "及格: 2\n标题:"), 2, "2 right answers are needed, but only 1", "Lower 及格"),
        (LESSON.replace("标题:", "语速: 很慢很慢\n标题:"), 2, "语速 can't be understood", "慢, 中 or 快"),
        (LESSON.replace("标题:", "声音: 大声\n标题:"), 2, "声音 can't be understood: '大声'", "普通 or 清晰"),
        (LESSON.replace("标题:", "语言: 世界语\n标题:"), 2, "语言 can't be understood", "zh, yue, en, or the code"),
        (LESSON.replace("标题:", "学时: 半天\n标题:"), 2, "学时 can't be understood", "0.5"),
        (LESSON.replace("先挂", "先{挂|gua4 le5}"), 7, "'挂' has 1 hanzi, but its pinyin 'gua4 le5' 2", "one syllable"),
        (LESSON.replace("标题:", "读音:\n  重庆: chong qimg4\n标题:"), 3, "'qimg4' is not a syllable", "chong2 qing4"),
        (LESSON.replace("先挂", "先" + "7" * 5000 + "挂"), 7, "7777777777… is a number of 5000 digits", "in parts"),
        (f"---\ntitle: A\n---\n# A\n{'7' * 5000}/8 of it.\n", 5, "is a number of 5000 digits", "in parts"),
        (LESSON.replace("先挂", f"[停顿 {'9' * 5000}秒]先挂"), 7, "not a pause of up to 10 seconds", "[停顿 1秒]"),
        (LESSON.replace("先挂", "先{挂"), 7, "{ has no } in its line", "Write } behind the words, like {110|幺幺零}"),
        (LESSON.replace("先挂", "先}挂"), 7, "} ends what did not begin", "Write { before the words"),
        (LESSON.replace("先挂", "先{挂|瓜|呱}"), 7, "{挂|瓜|…} has more than one |", "one |"),
        (LESSON.replace("先挂", "先[[逐位]]挂"), 7, "[[逐位]] stands before no digits", "[[逐位]]12345"),
        (LESSON.replace("先挂", "先[[数位]]12挂"), 7, "[[数位]] stands before no digits", "[[逐位]]12345"),
        (LESSON.replace("先挂", "先[停顿 1秒挂"), 7, "[停顿 has no ] in its line", "[停顿 1秒]"),
        (LESSON.replace("先挂", "[录音 a.wav先挂"), 7, "[录音 has no ] in its line", "[录音 one.wav]"),
        (LESSON.replace("- [ ] 转账", "- [ ] 转{账"), 10, "{ has no } in its line", "Write }"),
        (LESSON.replace("[x] 挂", "[x] {挂"), 11, "{ has no } in its line", "Write }"),
        (LESSON.replace("标题: 防骗", "标题: 防{骗"), 2, "{ has no } in its line", "Write }"),
        (LESSON.replace("第一段", "第一{段"), 6, "{ has no } in its line", "Write }"),
        (LESSON.replace("先挂", "[慢]先挂"), 7, "[慢] has no end in its line", "[/慢]"),
        (LESSON.replace("先挂", "先[ / 慢 ]挂"), 7, "[ / 慢 ] ends what did not begin", "[慢]"),
        (LESSON.replace("先挂", "【慢】先[slow]挂[/slow]"), 7, "[slow] stands within [慢]", "Delete it"),
        (LESSON.replace("标题:", "读音: 重庆\n标题:"), 2, "读音 can't be understood", "one line for each word"),
    ],
)
def test_a_mistake_names_its_line_and_how_to_mend_it(text: str | bytes, line: int, what: str, mend: str) -> None:
    found = [each for each in read(text)[1] if each.severity == "mistake" and what in each.what]
    assert [each.line for each in found] == [line], read(text)[1]
    assert mend in found[0].mend
    assert str(found[0]).startswith(f"line {line}: ")


def test_a_mistake_reads_like_a_sentence() -> None:
    assert [str(each) for each in read(LESSON.replace("[x]", "[ ]"))[1]] == [
        "line 9: no right option. Mark one option with [x]."
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (LESSON.replace("先挂电话。", "一" * 23 + "。"), 7, "a sentence of 23 characters"),
        (LESSON.replace("先挂电话。", "好。\n" + "一" * 23 + "。"), 8, "a sentence of 23 characters"),
        (LESSON.replace("先挂电话。", "请您先挂电话。\n" * 500), 1, "about 20 minutes"),
        (LESSON.replace(CLOSING, ""), 8, "there is no closing"),
        (LESSON.replace(QUIZ, ""), 8, "there is no quiz"),
        (LESSON.replace("- [ ] 转账", "- [ ] 挂 电话"), 11, "sounds like the one in line 10"),
        (LESSON.replace("- [ ] 转账", "- [ ] {不接|挂电话}"), 11, "sounds like the one in line 10"),
        (LESSON.replace("- [ ] 转账", "- [ ] {不接|瓜电话}"), 11, "sounds like the one in line 10"),
        (LESSON.replace("先挂", "先重挂"), 7, "重 in 先[重]挂电话 will be read zhong4"),
        (LESSON.replace("先挂", "用App Store挂"), 7, "no rule says how Store is read"),
        (LESSON.replace("标题: 防骗", "标题: 防骗★"), 2, "★ is not said"),
        (LESSON.replace("- [ ] 转账", "- [ ] 转账★"), 10, "★ is not said"),
        (
            LESSON.replace("标题:", "发音人: espeak:cmn\n标题:").replace("先挂", "先{挂|gua4}"),
            2,
            "espeak:cmn does not heed pinyin",
        ),
        (LESSON.replace("先挂", "先**挂"), 7, "** stands alone and stresses nothing"),
        (LESSON.replace("先挂", "{图一|}先挂"), 7, "{图一|} is shown, but nothing is said for it"),
        (LESSON.replace("先挂", "看https://a.cn/b?c=1，先挂"), 7, "https://a.cn/b?c=1 is not said"),
        (LESSON.replace("标题:", "发音人: 女声\n标题:"), 2, "there is no voice '女声'"),
        ("---\ntitle: A\n---\n# A\n" + "word " * 21 + ".\n", 4 + 1, "a sentence of 21 words"),
    ],
)
def test_advice_does_not_stop_a_lesson(text: str, line: int, what: str) -> None:
    found = [each for each in read(text)[1] if what in each.what]
    assert [(each.line, each.severity) for each in found] == [(line, "advice")], read(text)[1]
    assert all(each.severity == "advice" for each in read(text)[1])


KOKORO = {"zh": "kokoro:zm_yunxi", "en": "kokoro:af_heart"}


@pytest.mark.parametrize(
    ("text", "line", "what", "mend"),
    [
        (LESSON.replace("先挂", "用WeChat挂"), 7, "kokoro:zm_yunxi can't say WeChat", "{WeChat|…}"),
        (LESSON.replace("标题: 防骗", "标题: 防骗α"), 2, "kokoro:zm_yunxi can't say α", "{α|…}"),
        (LESSON.replace("- [ ] 转账", "- [ ] 用App Store转账"), 10, "kokoro:zm_yunxi can't say Store", "{Store|…}"),
        (
            LESSON.replace("标题:", "发音人: kokoro:zf_xiaobei\n标题:").replace("先挂", "兙挂"),
            8,
            "xiaobei can't say 兙",
            "兙",
        ),
        (LESSON.replace("先挂电话", "先挂" * 80), 7, "can't say a sentence of 160 syllables in one go", "Make it two."),
        (
            "---\ntitle: A\n---\n# A\n" + "word " * 121 + ".\n",
            5,
            "af_heart can't say a sentence of 121",
            "Make it two.",
        ),
    ],
)
def test_what_the_voice_would_refuse_is_a_mistake_and_told_once(text: str, line: int, what: str, mend: str) -> None:
    _, found = parse(text.encode(), "fraud", voices=KOKORO)
    told = [each for each in found if "can't say" in each.what or "no rule says" in each.what]
    assert [(each.line, each.severity) for each in told] == [(line, "mistake")], found
    assert what in told[0].what and mend in told[0].mend


def test_what_another_voice_or_a_person_says_is_no_mistake() -> None:
    latin = LESSON.replace("先挂", "用WeChat挂")
    recorded = latin.replace("用WeChat", "[录音 a.wav]用WeChat")
    named = latin.replace("标题:", "发音人: espeak:cmn\n标题:")
    for text, voices in ((recorded, KOKORO), (named, KOKORO), (latin, {"zh": "espeak:cmn"}), (latin, {})):
        found = parse(text.encode(), "fraud", voices=voices)[1]
        assert [(each.severity, each.what) for each in found] == [("advice", "no rule says how WeChat is read")]


def test_a_voice_of_the_settings_that_heeds_no_pinyin_is_told() -> None:
    pinyin = LESSON.replace("先挂", "先{挂|gua4}").encode()
    assert not parse(pinyin, "fraud", voices=KOKORO)[1]
    (only,) = parse(pinyin, "fraud", voices={"zh": "gtts:zh-CN"})[1]
    assert only.what == "gtts:zh-CN does not heed pinyin; it reads hanzi its own way"


def test_pinyin_is_spoken() -> None:
    text = LESSON.replace("标题:", "读音：\n  电话：dian4 huà\n标题:").replace("先挂", "先{挂|gua4}")
    assert said(good(text))[1] == "先挂[gua4]电话[dian4 hua4]。"


@pytest.mark.parametrize(
    ("rate", "meant"), [("慢", "slow"), ("正常", "normal"), ("180", "normal"), ("240 字/分", "fast")]
)
def test_a_rate_may_be_a_word_or_characters_a_minute(rate: str, meant: str) -> None:
    assert good(LESSON.replace("标题:", f"语速: {rate}\n标题:")).front.rate == meant


@pytest.mark.parametrize(
    ("line", "meant"), [("声音: 清晰", "strong"), ("preset: Plain", "plain"), ("声音：普通", "plain")]
)
def test_a_preset_is_chosen_in_either_language(line: str, meant: str) -> None:
    assert good(LESSON.replace("标题:", f"{line}\n标题:")).front.preset == meant
    assert good(LESSON).front.preset is None


def test_a_pause_of_its_own_line_or_paragraph_is_kept() -> None:
    script = good(LESSON.replace("先挂电话。", "先挂电话。\n[停顿 2秒]\n再报警。\n\n[停顿 3秒]\n\n好。"))
    pauses = [each.utterances[-1].pause_after_ms for group in script.parts[1].paragraphs for each in group]
    assert pauses == [2000, 3000, 800]


def test_a_list_in_a_lesson_is_read_with_its_numbers() -> None:
    assert said(good(LESSON.replace("先挂电话。", "1. 先挂电话\n2. 再报警\n\n- 好")))[1:4] == [
        "一、先挂电话",
        "二、再报警",
        "好",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "---\n" + "[" * 100_000 + "\n---\n# A\nb\n",
        "---\n读音: &a {b: *a}\n---\n# A\nb\n",
        FRONT + "#" * 1_000_000,
        FRONT + ">" * 1_000_000,
        FRONT + "<!--" * 250_000,
        FRONT + "# A\n" + "[" * 1_000_000,
        FRONT + "# A\n" + "{" * 1_000_000,
        FRONT + "# A\n" + "*" * 1_000_000,
        FRONT + "# A\n" + "." * 1_000_000,
        FRONT + "# A\n" + "\"'" * 500_000,
        FRONT + "# A\n" + "[停顿" * 250_000,
        FRONT + "# A\n" + "Mr. " * 250_000,
        FRONT + "# A\n" + "- " * 500_000,
        FRONT + "# A\n" + "[[1 逐位]]" * 70_000,
        "标题：" * 100_000,
    ],
)
def test_nonsense_is_answered_soon_and_never_a_crash(text: str) -> None:
    started = time.monotonic()
    assert read(text)[1]
    assert time.monotonic() - started < 30  # seconds of one core; minutes would be quadratic


SCRAPS = [
    *(
        "---",
        "标题: 防骗",
        "及格: 1",
        "读音:",
        "  好: 坏",
        "# 开头",
        "# 测验",
        "# 结尾",
        "# ",
        "## ",
        "## 问？",
        "",
        "- [x] 甲",
    ),
    *(
        "- [ ] 乙",
        "- [ ] {丙|}",
        "- ",
        "A. 甲",
        "B. 乙",
        "答案：A",
        "> 答对：",
        "> 答错：不对。",
        ">",
        "好。",
        "[停顿 1秒]",
        "[录音 a.wav]",
        "。[录音 b.wav]好",
        "# 好[录音 c.wav]",
        "。。",
    ),
    *(
        "{图|}",
        "{图|}。好",
        "1. 一",
        "**",
        "[[逐位]]12",
        "Hello there. Yes",
        "<!-- x",
        "-->",
        "![",
        "| a |",
        "```",
        "\t好",
        "½ ー",
    ),
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), max_size=25), st.booleans())
def test_whatever_is_typed_ends_in_a_mistake_or_in_a_lesson_that_can_be_spoken(lines: list[str], proper: bool) -> None:
    text = FRONT * proper + "\n".join(lines)
    script, mistakes = read(text)
    assert all(1 <= each.line <= text.count("\n") + 1 for each in mistakes)
    if any(each.severity == "mistake" for each in mistakes):
        return
    groups = [group for part in script.parts for group in part.paragraphs]
    groups += [group for each in script.questions for group in (each.ask, each.when_right, each.when_wrong)]
    assert script.parts and all(part.paragraphs for part in script.parts) and all(groups)
    assert all(wording.utterances for group in groups for wording in group) and script.title.utterances
    assert all(syllables(each.text) for group in groups for wording in group for each in wording.utterances)
    assert all(2 <= len(each.options) <= 3 and int(each.right) <= len(each.options) for each in script.questions)


def test_five_megabytes_are_refused() -> None:
    (only,) = read("字".encode() * 1_700_000)[1]
    assert "5.1 MB" in only.what and "1.0 MB" in only.what


def good_enough(text: str) -> Script:
    script, mistakes = read(text)
    assert all(each.severity == "advice" for each in mistakes), mistakes
    return script


def recordings(text: str) -> list[tuple[str, int] | None]:
    """The file of each sentence, and its place in it; the title is the first."""
    script = good_enough(text)
    wordings = [script.title, *(each for part in script.parts for group in part.paragraphs for each in group)]
    wordings += [each for asked in script.questions for each in (*asked.ask, *asked.when_right)]
    found = [each.recording for each in wordings]
    return [(each.file, each.nth) if each else None for each in found]


BODY = "一一。二二。\n三三。\n\n四四。"


@pytest.mark.parametrize(
    ("body", "files"),
    [
        (BODY, [None] * 4),
        ("[录音 a.wav]\n" + BODY, [("a.wav", 0), ("a.wav", 1), ("a.wav", 2), None]),
        ("【录音：a b.wav】\n\n" + BODY, [("a b.wav", 0), ("a b.wav", 1), ("a b.wav", 2), None]),
        ("[录音 a.wav]  <!-- 方言 -->\n" + BODY, [("a.wav", 0), ("a.wav", 1), ("a.wav", 2), None]),
        (BODY.replace("三三", "[录音 a.wav]\n三三"), [None, None, ("a.wav", 0), None]),
        ("[录音 a.wav]" + BODY, [("a.wav", 0), None, None, None]),
        (BODY.replace("二二", "［录音 a.wav］二二"), [None, ("a.wav", 0), None, None]),
        (BODY.replace("二二", "[录音 a.wav]**二**{2|二}[停顿 1秒]"), [None, ("a.wav", 0), None, None]),
        ("[录音 a.wav]" + "一" * 40 + "，" + "二" * 40 + "。三。", [("a.wav", 0), ("a.wav", 1), None]),
        ("[录音 a.wav]\n1. 一一\n2. 二二\n\n- 三", [("a.wav", 0), ("a.wav", 1), None]),
        ("1. [录音 a.wav]一一\n2. 二二", [("a.wav", 0), None]),
    ],
)
def test_which_sentences_a_recording_stands_for(body: str, files: list[tuple[str, int] | None]) -> None:
    text = LESSON.replace("先挂电话。", body)
    assert recordings(text)[2 : 2 + len(files)] == files


def test_a_segment_a_lesson_a_title_and_a_question_have_recordings() -> None:
    text = LESSON.replace("先挂电话。", BODY)
    assert recordings(text.replace("第一段", "第一段 [录音 a.wav]"))[2:7] == [*(("a.wav", n) for n in range(4)), None]
    assert recordings(text.replace("开头", "开头[录音 a.wav]"))[:3] == [None, ("a.wav", 0), None]
    whole = recordings(text.replace("标题:", "录音: a.wav\n标题:"))
    assert whole == [None, *(("a.wav", n) for n in range(6)), *([None] * 4)]
    assert recordings(text.replace("标题: 防骗", "标题: 防骗 [录音 a.wav]"))[:2] == [("a.wav", 0), None]
    asked = text.replace("怎么办", "[录音 a.wav]怎么办").replace("挂电话\n# 结", "[录音 b.wav]挂电话\n# 结")
    assert recordings(asked)[7:] == [("a.wav", 0), None, ("b.wav", 0), None]
    script = good(asked.replace("开头", "开头[录音 c.wav]"))
    assert (script.questions[0].words, script.questions[0].options) == ("怎么办？", ("转账", "挂电话"))
    assert [part.title for part in script.parts] == ["开头", "第一段", "结尾"]


def test_in_english_a_recorded_sentence_goes_on_in_the_next_line() -> None:
    text = "---\ntitle: A\n---\n# Opening\nHello. [recording a.wav]This line is\nwrapped. And this.\n"
    assert recordings(text)[1:] == [None, ("a.wav", 0), None]
    (part,) = good_enough(text).parts
    assert [each.words for each in part.paragraphs[0]] == ["Hello.", "This line is wrapped.", "And this."]
    wrong = read(text.replace("wrapped", "[recording b.wav] wrapped"))[1]
    assert ["within a sentence" in each.what for each in wrong].count(True) == 1


def test_marks_that_never_end_are_read_in_linear_time() -> None:
    began = time.monotonic()
    read(f"---\n标题: 试\n---\n# 开头\n{'[录音 ' * 60_000}\n".encode())
    assert time.monotonic() - began < 30
