"""GIFT as Moodle documents it is read right, and what is written in it is read as the same questions again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.documents.gift import looks_like_gift, read_gift, write_gift
from ivr.studio.documents.written import Asked

COLOUR = "What's between orange and green in the spectrum?"


def read(text: str) -> Asked:
    (asked,), left_out = read_gift(text)
    assert left_out == ()
    return asked


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            f"// with feedback\n::Q2:: {COLOUR}\n{{ =yellow # right; good! ~red # no, yellow ~blue # no, yellow }}",
            Asked(COLOUR, ("yellow", "red", "blue"), (0,), "right; good!", "no, yellow"),
        ),
        (
            "// true/false\n::Q1:: 1+1\\=2 {T}",
            Asked("1+1=2", ("True", "False"), (0,)),
        ),
        (
            "::T:: Grant is buried in a tomb in New York City.{F#No.#Right so.}",
            Asked("Grant is buried in a tomb in New York City.", ("True", "False"), (1,), "Right so.", "No."),
        ),
        (
            "The sun rises in the East.{TRUE#Look up.}",
            Asked("The sun rises in the East.", ("True", "False"), (0,), "", "Look up."),
        ),
        ("天上有太阳。{ FALSE }", Asked("天上有太阳。", ("对", "错"), (1,))),
        ("::报警:: 报警电话是多少？{=110 ~114}", Asked("报警电话是多少？", ("110", "114"), (0,))),
        (
            "Which of these is \\{right\\}\\: a\\~b, c\\#d or \\\\e? {\n=a \\= b # 50\\% \\~\n~c\\}\n}",
            Asked("Which of these is {right}: a~b, c#d or \\e?", ("a = b", "c}"), (0,), "50\\% ~"),
        ),
        ("Two lines\\nand one\nmore {=a ~b}", Asked("Two lines and one more", ("a", "b"), (0,))),
        ("A colon::in words {=a ~b}", Asked("A colon::in words", ("a", "b"), (0,))),
        ("::a\\:\\:b:: Words {=a ~b}", Asked("Words", ("a", "b"), (0,))),
        ("Q {~%-50%wrong ~%100%right}", Asked("Q", ("wrong", "right"), (1,))),
        ("Q {=%100%right ~%0%wrong}", Asked("Q", ("right", "wrong"), (0,))),
        ("Q {=a#good ~b#bad\n####Always.}", Asked("Q", ("a", "b"), (0,), "good Always.", "bad Always.")),
        ("[html]<p>Is 1 &lt; 2?</p>{=<b>yes</b> ~[plain]<no>}", Asked("Is 1 < 2?", ("yes", "<no>"), (0,))),
        ("[plain]1 < 2? {=yes ~no}", Asked("1 < 2?", ("yes", "no"), (0,))),
        ("$CATEGORY: $course$/x\n\n// 1\nQ {\n// a comment within\n=a\n~b\n}\n", Asked("Q", ("a", "b"), (0,))),
        ("Q {~a ~b}", Asked("Q", ("a", "b"), ())),
        ("Q {=a =b ~c}", Asked("Q", ("a", "b", "c"), (0, 1))),
        ("Q {~%50%a ~%50%b ~%-100%c}", Asked("Q", ("a", "b", "c"), (0, 1))),
        ("Q {=a ~b ~c ~d}", Asked("Q", ("a", "b", "c", "d"), (0,))),
    ],
)
def test_moodles_forms_are_read(text: str, meant: Asked) -> None:
    assert looks_like_gift(text)
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Who's buried in Grant's tomb?{=no one =nobody}", "one answer to write"),
        ("Two plus two is {=four}.", "one answer to write"),
        ("Match them. {=cat -> cat food =dog -> dog food}", "pairs can't be matched"),
        ("When was Ulysses S. Grant born? {#1822:5}", "a number"),
        ("A number from 1 to 5? {#=3:2#ok =%50%3:4#near}", "a number"),
        ("How are you? {}", "an essay"),
        ("Only words, to read.", "text without a question"),
        ("A { that never ends =a ~b", "text without a question"),
        ("Q {a ~b}", "not written in GIFT"),
        ("Q {=a ~b}\nR {=a ~b}", "two questions without an empty line"),
    ],
)
def test_what_a_telephone_cannot_ask_is_named_with_its_line(text: str, why: str) -> None:
    questions, (left_out,) = read_gift(f"Q{{=a ~b}}\n\n// why\n{text}\n\nQ {{=a ~b}}")
    assert left_out.startswith("line 4: ")
    assert why in left_out
    assert len(questions) == 2


@pytest.mark.parametrize(
    ("text", "meant", "why"),
    [
        ("Two plus {=two ~three} is four.", Asked("Two plus ... is four.", ("two", "three"), (0,)), "gap"),
        ("我们打{=110 ~114}报警。", Asked("我们打 …… 报警。", ("110", "114"), (0,)), "gap"),
        ("Q {=a ~%50%b}", Asked("Q", ("a", "b"), (0,)), "a part of the mark"),
        ("Q {=a#yes ~b#too low ~c#too high}", Asked("Q", ("a", "b", "c"), (0,), "yes"), "'too low', 'too high'"),
        ("Q {=a ~b#too low ~c}", Asked("Q", ("a", "b", "c"), (0,)), "'too low'"),
        ('[html]Q <img src\\="a.png"> {=a ~b}', Asked("Q", ("a", "b"), (0,)), "a picture"),
    ],
)
def test_what_is_lost_of_a_question_is_named(text: str, meant: Asked, why: str) -> None:
    questions, (left_out,) = read_gift(text)
    assert questions == (meant,)
    assert left_out.startswith("line 1: ")
    assert why in left_out


words = st.text(
    st.sampled_from("~=#{}:\\%[]/>-<&$ \nnTa1。好") | st.characters(exclude_categories=["C"]), min_size=1, max_size=12
).map(lambda text: " ".join(text.split()))


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    options = draw(st.lists(words, min_size=2, max_size=4))
    right = draw(st.integers(0, len(options) - 1))
    text = draw(words.filter(bool))
    return Asked(text, tuple(options), (right,), draw(words), draw(words))


@given(st.lists(questions(), max_size=3), words)
def test_what_is_written_is_read_again(asked: list[Asked], name: str) -> None:
    assert read_gift(write_gift(asked, name)) == (tuple(asked), ())


@given(st.text(st.sampled_from("~=#{}:\\%[]/ \nTa-><b")))
def test_any_text_is_read_or_named(text: str) -> None:
    found, left_out = read_gift(text)
    assert all(each.options for each in found)
    assert bool(found or left_out) == any(
        line.strip() and not line.lstrip().startswith(("//", "$CATEGORY:")) for line in text.split("\n")
    )
