"""Parts of a lesson are named on pages as the telephone numbers them."""

from __future__ import annotations

import pytest

from ivr import vocabulary
from ivr.catalogue import TOGETHER, Clip, Lesson, Segment
from ivr.dialogue.scenes.listening import _part
from ivr.dialogue.turn import Say
from ivr.reports.parts import heading, label, named

TITLES = {
    "opening and closing": (
        "开头|第一段 怎样听|第二段|结尾",
        ["开头", "第 1 段", "第 2 段", "结尾"],
        ["开头", "第 1 段　怎样听", "第 2 段", "结尾"],
    ),
    "a part of two segments": (
        "第一段 地面|第一段 地面|第二段 灯",
        ["第 1 段（1/2）", "第 1 段（2/2）", "第 2 段"],
        ["第 1 段（1/2）　地面", "第 1 段（2/2）　地面", "第 2 段　灯"],
    ),
    "numbers that are not those told": (
        "开头|第二段 灯+第三段 鞋|Part four: stairs",
        ["开头", "第 1 段", "第 2 段"],
        ["开头", f"第 1 段　灯{TOGETHER}鞋", "第 2 段　stairs"],
    ),
    "words that begin like numbers": (
        "第一节课|第二段路",
        ["第 1 段", "第 2 段"],
        ["第 1 段　第一节课", "第 2 段　第二段路"],
    ),
    "one that is not counted": ("开头|地面|结尾", ["开头", "地面", "结尾"], ["开头", "地面", "结尾"]),
    "no parts": ("||", ["第 1 小段", "第 2 小段", "第 3 小段"], ["第 1 小段", "第 2 小段", "第 3 小段"]),
    "too many": ("|".join("abcdefghij"), [*"abcdefghij"], [*"abcdefghij"]),
}


@pytest.mark.parametrize(("titles", "names", "headings"), TITLES.values(), ids=TITLES)
def test_names_of_parts(titles: str, names: list[str], headings: list[str]) -> None:
    segments = tuple(Segment(each.replace("+", TOGETHER), "", 1000, ()) for each in titles.split("|"))
    lesson = Lesson("s", "", Clip("", 0, ""), "zh", "", segments, (), 0, None, None)
    words, places = vocabulary.load("zh"), range(len(segments))
    assert [named(lesson, n, words) for n in places] == names
    assert [heading(lesson, n, words) for n in places] == headings
    for n in places:
        told = [said.value for said in _part(lesson, n) if isinstance(said, Say)][:1]
        assert [number for number in told if f"第 {number} 段" not in names[n]] == []
        assert label(lesson, n) == ("".join(told) if n in lesson.parts else "")
