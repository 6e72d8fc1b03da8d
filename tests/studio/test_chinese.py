"""Written Chinese in the words it is said with: the table `readings_zh.tsv`, and what holds for any text."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.languages import cantonese
from ivr.studio.languages.chinese import spoken
from ivr.studio.languages.numerals import cardinal

TABLE = Path(__file__).with_name("readings_zh.tsv")
CASES = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("text", "said"), CASES, ids=[text for text, _ in CASES])
def test_a_text_is_said(text: str, said: str) -> None:
    assert spoken(text) == said


def test_the_table_is_large_enough_and_says_nothing_twice() -> None:
    assert len(CASES) >= 300
    assert len({text for text, _ in CASES}) == len(CASES)


@given(st.text("0123456789.,-~/:%‰元年月日点个次￥$℃×+=<>≥ ，：、第共打GmgLA（）½²١", max_size=30))
def test_no_digit_is_left_and_nothing_breaks(text: str) -> None:
    assert not any(each in "0123456789" for each in spoken(text))


@given(st.text(max_size=60))
def test_any_text_can_be_said_twice(text: str) -> None:
    """What was said once has nothing more to say."""
    once = spoken(text)
    assert spoken(once) == once


@pytest.mark.parametrize("written", ["{0}/8", "8/{0}", "{0} 1/2", "{0}.25元", "${0}.50", "{0}:{0}", "{0}^{0}", "{0}kg"])
@pytest.mark.parametrize("say", [spoken, cantonese.spoken])
def test_a_number_of_any_length_is_said(written: str, say: Callable[[str], str]) -> None:
    assert say(written.format("7" * 5000)).count("七") >= 5000


@pytest.mark.parametrize(
    "text", ["1", "1-", "1,", "1,000,", "a", "a-", "1.", "1 ", " ", "(", "110打", "京A", "，", "第1"]
)
def test_nonsense_is_said_soon(text: str) -> None:
    started = time.monotonic()
    spoken(text * 20_000)
    assert time.monotonic() - started < 30  # seconds of one core; minutes would be quadratic


VALUES = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}


def understood(said: str) -> int:
    """A number in words, as a listener adds it up."""
    total, section, digit = 0, 0, 0
    for each in said.replace("万亿", "兆"):
        if each in VALUES:
            digit = VALUES[each]
        elif each in UNITS:
            section, digit = section + (digit or 1) * UNITS[each], 0
        else:
            total, section, digit = total + (section + digit) * {"万": 10**4, "亿": 10**8, "兆": 10**12}[each], 0, 0
    return total + section + digit


@given(st.integers(0, 10**16 - 1) | st.integers(0, 10**6))
def test_a_number_is_understood(number: int) -> None:
    assert understood(cardinal(number)) == number
