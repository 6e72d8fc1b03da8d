"""Files of every kind become lesson files; a lesson's questions go out and come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.documents.document import Unreadable
from ivr.studio.documents.gift import read_gift, write_gift
from ivr.studio.documents.sources import asked_in, read_source, with_questions
from ivr.studio.documents.written import Asked, lesson_text, skeleton
from ivr.studio.script import parse

SHIPPED = sorted((Path(__file__).parents[2] / "audio_lessons").glob("*/*.lesson.md"))
GIFT = "报警电话是多少？{=110 ~114}"
AIKEN = "报警电话是多少？\nA. 110\nB. 114\n答案：A\n"
QUESTION = Asked("报警电话是多少？", ("110", "114"), (0,))
LESSON = "---\n标题: 防骗\n---\n# 开头\n好。\n"
QUIZ = "# 测验\n## 怎么办？\n- [ ] 转账\n- [x] 挂断\n"
CLOSING = "# 结尾\n谢谢。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    ("suffix", "text"), [(".gift", GIFT), (".txt", GIFT), (".txt", AIKEN), (".aiken", AIKEN), (".AIKEN", AIKEN)]
)
def test_questions_alone_get_a_lesson_around_them(suffix: str, text: str, encoding: str) -> None:
    source = read_source("防骗", suffix, text.replace("\n", "\r\n").encode(encoding))
    assert (source.questions, source.only_questions, source.left_out) == ((QUESTION,), True, ())
    script, mistakes = parse(source.text.encode(), "x")
    assert (script.front.title, [each.options for each in script.questions]) == ("防骗", [("110", "114")])
    assert {each.what.split()[-1] for each in mistakes} == {"text"}  # "the segment … has no text", three times


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_a_lesson_file_by_another_name_is_taken_as_it_is(suffix: str) -> None:
    text = LESSON + QUIZ + "<!-- {=a ~b} -->\n" + CLOSING
    source = read_source("x", suffix, text.encode("gbk"))
    assert (source.text, source.only_questions, source.left_out) == (text, False, ())


def test_english_gets_english_headings() -> None:
    text = read_source("falls", ".aiken", b"What helps?\nA) Light\nB) Haste\nANSWER: A\n").text
    assert text.startswith("---\ntitle: falls\n---\n\n# Opening\n")
    assert "# Quiz\n\n## What helps?\n- [x] Light\n- [ ] Haste\n" in text


@pytest.mark.parametrize(
    ("suffix", "content", "told"),
    [
        (".txt", b"", "the file is empty"),
        (".md", b" \n\n", "the file is empty"),
        (".md", b"---", "no text in it"),
        (".txt", b"PK\x03\x04\0\0", "not a text file"),
        (".txt", b"x" * (2 << 20), "2.1 MB"),
        (".gift", b"Tell us. {}", "no question in it that can be asked by telephone; line 1: an essay"),
        (".aiken", b"ANSWER: A", "no text in it; line 1: the line 'ANSWER: A', which belongs to no question"),
        (".doc", b"x", "save it as .docx"),
        (".wps", b"x", "save it as .docx"),
        (".PDF", b"x", "save it as .docx"),
        (".xlsx", b"x", "known are .docx"),
        ("", b"x", "this kind of file"),
        (".docx", b"x", "not a zip file"),
    ],
)
def test_what_can_not_be_imported_says_what_to_do(suffix: str, content: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as raised:
        read_source("x", suffix, content)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LESSON, f"{LESSON}\n# 测验\n\nNEW\n"),
        (LESSON + CLOSING, f"{LESSON}\n# 测验\n\nNEW\n\n{CLOSING}"),
        (LESSON + QUIZ, f"{LESSON}{QUIZ}\nNEW\n"),
        (LESSON + QUIZ + "\n\n" + CLOSING + "\n", f"{LESSON}{QUIZ}\nNEW\n\n{CLOSING}"),
        (LESSON + CLOSING + QUIZ, f"{LESSON}{CLOSING}{QUIZ}\nNEW\n"),
        (CLOSING + LESSON.rpartition("---\n")[2], f"# 测验\n\nNEW\n\n{CLOSING}# 开头\n好。\n"),
    ],
)
def test_questions_are_added_to_the_end_of_the_quiz(before: str, after: str) -> None:
    written = "## 报警电话是多少？\n- [x] 110\n- [ ] 114"
    assert with_questions(before, [QUESTION], "zh") == after.replace("NEW", written)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_questions_of_the_lessons_here_go_out_and_come_back(path: Path) -> None:
    script, _ = parse(path.read_bytes(), "x")
    asked = asked_in(script)
    assert all(each.when_wrong for each in asked)
    assert read_gift(write_gift(asked, "x")) == (asked, ())


@pytest.mark.parametrize("language", ["粤语", "ug", "kk"])
def test_questions_are_added_to_a_lesson_in_another_language(language: str) -> None:
    text = f"---\n标题: 防骗\n语言: {language}\n---\n# 开头\n您好。\n"
    script, _ = parse(text.encode(), "fraud")
    longer = with_questions(text, [Asked("怎么办？", ("挂断", "转账"), (0,))], script.language)
    (asked,) = asked_in(parse(longer.encode(), "fraud")[0])
    assert asked == Asked("怎么办？", ("挂断", "转账"), (0,))


def test_what_the_line_says_by_itself_is_not_exported() -> None:
    script, _ = parse((LESSON + QUIZ + "> 答对：说得对。\n" + CLOSING).encode(), "x")
    assert asked_in(script) == (Asked("怎么办？", ("转账", "挂断"), (1,), "说得对。", ""),)
    english = "---\ntitle: T\n---\n# Opening\nHi.\n# Quiz\n## What?\n- [x] This\n- [ ] That\n"
    assert asked_in(parse(english.encode(), "x")[0]) == (Asked("What?", ("This", "That"), (0,)),)


spoken = st.text("ab1电话。？！，~=#:%/\\$&<", min_size=1, max_size=9).map(lambda text: f"问{text}".rstrip("。，."))


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    options = draw(st.lists(spoken, min_size=2, max_size=3, unique=True))
    right = draw(st.integers(0, len(options) - 1))
    said = st.just("") | spoken
    return Asked(draw(spoken), tuple(options), (right,), draw(said), draw(said))


@given(st.lists(questions(), min_size=1, max_size=3, unique_by=lambda each: (each.words, each.options)))
def test_questions_go_through_a_lesson_file_and_gift_unchanged(asked: list[Asked]) -> None:
    text = lesson_text(skeleton((("标题", "x"),), "zh", asked), "zh")
    script, _ = parse(text.encode(), "x")
    out = asked_in(script)
    assert out == tuple(asked)
    back = read_source("x", ".gift", write_gift(out, "x").encode())
    assert (back.questions, back.left_out) == (out, ())
    assert parse(back.text.encode(), "x")[0].questions == script.questions
