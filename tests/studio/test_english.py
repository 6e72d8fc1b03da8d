"""Written English in the words it is said with: the table `readings_en.tsv`, and what holds for any text."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.languages.english import digit_by_digit, spoken
from ivr.studio.languages.english_numbers import cardinal, ordinal, year

TABLE = Path(__file__).with_name("readings_en.tsv")
CASES = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("# ")]


@pytest.mark.parametrize(("text", "said"), CASES, ids=[text for text, _ in CASES])
def test_a_text_is_said(text: str, said: str) -> None:
    assert spoken(text).strip() == said


def test_the_table_is_large_enough_and_says_nothing_twice() -> None:
    assert len(CASES) >= 100
    assert len({text for text, _ in CASES}) == len(CASES)


@given(st.text("0123456789.,-/:%$£°C ampkgstndrhth()+#<>=~ to½１①", max_size=30))
def test_no_digit_is_left_and_nothing_breaks(text: str) -> None:
    assert not any(each in "0123456789" for each in spoken(text))


@given(st.text(max_size=60))
def test_any_text_can_be_said(text: str) -> None:
    spoken(text)


@pytest.mark.parametrize("written", ["{0}/8", "8/{0}", "{0} 1/2", "${0}.50", "{0}:{0}", "{0}^{0}", "{0}th", "{0} kg"])
def test_a_number_of_any_length_is_said(written: str) -> None:
    assert spoken(written.format("7" * 5000)).count("seven") >= 5000


@pytest.mark.parametrize(
    "text", ["1", "1-", "1,", "1,000,", "a", "A", "1.", "1 ", " ", "(", "call 110 ", "$1 to ", "+1 "]
)
def test_nonsense_is_said_soon(text: str) -> None:
    started = time.monotonic()
    spoken(text * 2_000)
    assert time.monotonic() - started < 10


VALUES = {cardinal(number): number for number in range(100)}
SIZES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def understood(said: str) -> int:
    """A number in words, as a listener adds it up."""
    total, section = 0, 0
    for word in said.replace(" and ", " ").split():
        if word == "hundred":
            section *= 100
        elif word in SIZES:
            total, section = total + section * SIZES[word], 0
        else:
            section += VALUES[word]
    return total + section


@given(st.integers(0, 10**15 - 1) | st.integers(0, 10**5))
def test_a_number_is_understood(number: int) -> None:
    assert understood(cardinal(number)) == number
    assert "," not in cardinal(number)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "first"),
        (5, "fifth"),
        (12, "twelfth"),
        (20, "twentieth"),
        (31, "thirty-first"),
        (108, "one hundred and eighth"),
    ],
)
def test_an_ordinal(number: int, said: str) -> None:
    assert ordinal(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1066, "ten sixty-six"),
        (1900, "nineteen hundred"),
        (1905, "nineteen oh five"),
        (2000, "two thousand"),
        (2009, "two thousand and nine"),
        (2010, "twenty ten"),
        (2100, "twenty-one hundred"),
    ],
)
def test_a_year(number: int, said: str) -> None:
    assert year(number) == said


@given(st.text("0123456789 -", max_size=20))
def test_digits_are_said_one_by_one(number: str) -> None:
    assert [VALUES[word] for word in digit_by_digit(number).split()] == [
        int(each) for each in re.findall(r"\d", number)
    ]
