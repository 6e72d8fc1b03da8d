"""Documents as people type them become lessons: headings, header, title and quiz are found; no words are lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.documents.document import Block, Document, lines_of
from ivr.studio.documents.typed import as_lesson
from ivr.studio.documents.written import Asked, Section, Written, front_value, language_of, lesson_text
from ivr.studio.front_matter import read_front_matter
from ivr.studio.script import parse


def read(text: str) -> Written:
    lesson, left_out = as_lesson(lines_of(text), "档案")
    assert left_out == ()
    return lesson


def asked(text: str) -> tuple[Asked, ...]:
    return read(f"# 测验\n{text}").questions


ORDINARY = """谨防电话诈骗
同志们好。今天讲防骗。
第一段 骗子怎么骗
骗子会说：“我是公安局的。”请记住{110|幺幺零}。[停顿 1秒]
二、遇到了怎么办
先挂电话。

有人要您转账，怎么办？
A. 马上转账
B. 挂断电话
答案：B
结尾
谢谢您。
"""


def test_an_ordinary_document_without_any_marks() -> None:
    lesson = read(ORDINARY)
    assert lesson.front == (("标题", "谨防电话诈骗"),)
    assert [(each.role, each.title) for each in lesson.sections] == [
        ("opening", ""),
        ("part", "第一段 骗子怎么骗"),
        ("part", "二、遇到了怎么办"),
        ("closing", "结尾"),
    ]
    assert lesson.questions == (Asked("有人要您转账，怎么办？", ("马上转账", "挂断电话"), (1,)),)


def test_the_lesson_file_has_a_sentence_a_line_and_no_mistakes() -> None:
    text = lesson_text(read(ORDINARY), "zh")
    assert text == (
        "---\n标题: 谨防电话诈骗\n---\n\n# 开头\n\n同志们好。\n今天讲防骗。\n\n# 第一段 骗子怎么骗\n\n"
        "骗子会说：“我是公安局的。”\n请记住{110|幺幺零}。[停顿 1秒]\n\n# 二、遇到了怎么办\n\n先挂电话。\n\n"
        "# 测验\n\n## 有人要您转账，怎么办？\n- [ ] 马上转账\n- [x] 挂断电话\n\n# 结尾\n\n谢谢您。\n"
    )
    assert parse(text.encode(), "x")[1] == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("防骗\n\n同志们好。", "防骗"),
        ("# 防骗\n# 开头\n同志们好。", "防骗"),
        ("# 防骗\n同志们好。\n## 骗子\n骗子会骗。", "防骗"),
        ("# 骗子\n骗子会骗。\n# 办法\n挂电话。", "档案"),
        ("同志们好。\n今天讲防骗。", "档案"),
        ("第一段 骗子\n骗子会骗。", "档案"),
        ("一、骗子\n骗子会骗。", "档案"),
        ("测验\n问？\nA. 是\nB. 不\n答案：A", "档案"),
        ("防骗", "档案"),
        ("今天我们请来了几位老人家，一起来讲一讲怎样防备电话里的骗子，请大家好好听\n\n好。", "档案"),
        ("Falls at home\n\nHello.", "Falls at home"),
        ("Old people fall at home\nmore often than elsewhere.", "档案"),
    ],
)
def test_the_title(text: str, title: str) -> None:
    assert read(text).front[0][1] == title


@pytest.mark.parametrize(
    ("header", "front"),
    [
        ("标题：防骗\n课号：003", (("标题", "防骗"), ("课号", "003"))),
        ("title: Falls\nCode: T-1", (("title", "Falls"), ("Code", "T-1"))),
        ("课号：003\n防骗", (("标题", "防骗"), ("课号", "003"))),
        ("---\n标题：防骗\n---", (("标题", "防骗"),)),
    ],
)
def test_a_header_typed_above_everything(header: str, front: tuple[tuple[str, str], ...]) -> None:
    assert read(f"{header}\n同志们好。").front == front


@pytest.mark.parametrize(
    ("key", "words", "line"),
    [
        ("标题", "防骗：第一课 #1", '标题: "防骗：第一课 #1"'),
        ("标题", "防骗：第一课", "标题: 防骗：第一课"),
        ("标题", "防骗 #1", '标题: "防骗 #1"'),
        ("title", "A: b", 'title: "A: b"'),
        ("title", "- a", 'title: "- a"'),
        ("title", "'a'", "title: \"'a'\""),
        ("目标", "[党员, 高龄组]", "目标: 党员, 高龄组"),
        ("读音", "重庆：崇庆\n\n六盘水: 陆盘水", "读音:\n  重庆: 崇庆\n  六盘水: 陆盘水"),
        ("say", "12345: 一二三", "say:\n  12345: 一二三"),
        ("期次", "2026年\n11月", "期次: 2026年 11月"),
        ("期次", "", "期次:"),
    ],
)
def test_a_header_is_written_as_it_is_read(key: str, words: str, line: str) -> None:
    front = (("标题", "x"), (key, words)) if key not in ("标题", "title") else ((key, words),)
    text = lesson_text(Written(front, (Section("", ("好。",), "opening"),), ()), "zh")
    assert line in text
    script, mistakes = parse(text.encode(), "x")
    assert [each for each in mistakes if each.severity == "mistake"] == []
    if key in ("标题", "title"):
        assert script.front.title == words


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("第一段 骗子", True),
        ("第2节：骗子", True),
        ("第三部分", True),
        ("Part two", True),
        ("二、骗子怎么骗？", True),
        ("结束语：", True),
        ("三、小结", True),
        ("第一段讲完了。", False),
        ("二、先挂电话，再报警", False),
        ("第一，不要怕。", False),
        ("- 第一段", True),
        ("今天我们请来了几位老人家", False),
    ],
)
def test_what_looks_like_a_heading(line: str, is_heading: bool) -> None:
    lesson = read(f"# 开头\n同志们好。\n{line}\n骗子会骗。")
    assert (len(lesson.sections) == 2) == (is_heading and not line.startswith("-"))


def test_counted_lines_that_follow_each_other_are_a_list() -> None:
    assert len(read("# 开头\n记住：\n一、不听\n二、不信\n三、不转账").sections) == 1


@pytest.mark.parametrize(
    "text",
    [
        "怎么办？\nA. 转账\nB. 挂断\n答案：B",
        "怎么办？\nＡ、转账\nＢ、挂断\n正确答案：Ｂ",
        "怎么办？\na) 转账\nb) 挂断\nANSWER: b",
        "1. 怎么办？（B）\nA. 转账  B. 挂断",
        "第1题 怎么办？( B )\nA．转账\tB．挂断",
        "（1）怎么办？（ ）\nA．转账\nB．挂断\n参考答案 B",
        "怎么办？\n1. 转账\n2. 挂断 √",
        "怎么办？\n• 转账\n• √挂断",
        "怎么办？\nA. 转账\n√B. 挂断",
        "怎么办？\nA. 转账\nB. √挂断",
        "怎么办？\nA. 转账   B. 挂断√",
        "怎么办？\n□A. 转账\n☑B. 挂断",
        "怎么办？\n- □ 转账\n- 🗹 挂断",
        "## 怎么办？\n- [ ] 转账\n- [x] 挂断",
        "怎么办？\n－【】转账\n－【√】挂断",
    ],
)
def test_a_question_typed_in_many_ways(text: str) -> None:
    question = Asked("怎么办？", ("转账", "挂断"), (1,))
    assert asked(text) == (question,)
    assert asked(f"{text}\n\n{text}") == (question, question)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "1. 可以信。（×）\n2. 不信（√）。",
            (Asked("可以信。", ("对", "错"), (1,)), Asked("不信", ("对", "错"), (0,))),
        ),
        (
            "1. 甲？\nA. 一\nB. 二\n2. 乙？\nA. 一\nB. 二\n参考答案：1、B 2. A",
            (Asked("甲？", ("一", "二"), (1,)), Asked("乙？", ("一", "二"), (0,))),
        ),
        ("可以信吗？\nA. 不对\nB. 对\n答案：对", (Asked("可以信吗？", ("不对", "对"), (1,)),)),
        ("维生素（A）好吗？\nA. 好\nB. 坏\n答案：B", (Asked("维生素（A）好吗？", ("好", "坏"), (1,)),)),
        ("怎么\n办？（B）\nA. 一\nB. 二", (Asked("怎么 办？", ("一", "二"), (1,)),)),
        ("可以信。\n答案：错", (Asked("可以信。", ("对", "错"), (1,)),)),
        ("问？\nA. 甲\nB. 乙\n答案：AB", (Asked("问？", ("甲", "乙"), (0, 1)),)),
        ("问？\nA. 甲\nB. 乙", (Asked("问？", ("甲", "乙"), ()),)),
        ("问？\nA. 甲\nB. 乙\n答案：A\n解析：因为。", (Asked("问？", ("甲", "乙"), (0,), "因为。", "因为。"),)),
        (
            "问？\n- [x] 甲\n- [ ] 乙\n> 答对：对。\n> 真的。\n> 答错：不。",
            (Asked("问？", ("甲", "乙"), (0,), "对。 真的。", "不。"),),
        ),
        (
            "问？\n- [x] 甲\n- [ ] 乙\n> 因为。\n再问？\n- [x] 甲\n- [ ] 乙",
            (Asked("问？", ("甲", "乙"), (0,), "因为。", "因为。"), Asked("再问？", ("甲", "乙"), (0,))),
        ),
        (
            "一、选择题（每题五分）\n1. 问？（A）\nA. 甲 B. 乙\n二、判断题\n1. 信。（√）",
            (Asked("问？", ("甲", "乙"), (0,)), Asked("信。", ("对", "错"), (0,))),
        ),
    ],
)
def test_other_quizzes(text: str, meant: tuple[Asked, ...]) -> None:
    assert asked(text) == meant


def test_what_is_no_text_is_named_with_its_line() -> None:
    _, left_out = as_lesson(
        lines_of("# 开头\n好。\n![图](a.png)\n| a | b |\n# 测验\n答案：A\n电话是（ ）。\nA. 1\nB. 2"), "x"
    )
    assert [each.partition(":")[0] for each in left_out] == ["line 3", "line 4", "line 6", "line 7"]


def test_a_header_has_the_last_word_about_the_title() -> None:
    document = Document((Block("好。", "at '好。'"),), front=(("标题", "防骗"),), title="党课")
    lesson, left_out = as_lesson(document, "x")
    assert lesson.front == (("标题", "防骗"),)
    assert left_out == ("at the beginning: the title '党课'; the header has another one",)


FORMS = """\
{}
# {}
## {}
第一段 {}
一、{}
1. {}
1、{}
- {}
- [x] {}
A. {}
B、{}
> {}
> 答对：{}
答错：{}
解析：{}
{}（×）
{}（A）
{}（ ）
# 测验{}
测验
结尾
答案：A
标题：{}

| {} |
{}。
""".splitlines()


@given(st.text(st.sampled_from(":：#'\"[]{}-? ,&*!|>%@`\\天a1") | st.characters(exclude_categories=["C"]), min_size=1))
def test_any_value_of_a_header_is_read_as_it_was(typed: str) -> None:
    words = " ".join(typed.split())
    front, _, mistakes = read_front_matter(f"title: {front_value(words)}", 1)
    assert (front.title, mistakes) == (words, ())


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=12))
def test_no_words_are_lost(forms: list[str]) -> None:
    names = [f"甲{chr(0x4E00 + number)}乙" for number in range(len(forms))]
    lesson, left_out = as_lesson(
        lines_of("\n".join(form.format(name) for form, name in zip(forms, names, strict=True))), "x"
    )
    text = lesson_text(lesson, language_of(""))
    found = text + "".join(left_out)
    assert [name for form, name in zip(forms, names, strict=True) if "{}" in form and name not in found] == []
