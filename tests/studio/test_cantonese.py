"""Written Cantonese in the words it is said with: the table `readings_yue.tsv`, and what holds for any text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.languages.cantonese import digit_by_digit, spoken

TABLE = Path(__file__).with_name("readings_yue.tsv")
CASES = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("text", "said"), CASES, ids=[text for text, _ in CASES])
def test_a_text_is_said(text: str, said: str) -> None:
    assert spoken(text) == said


def test_the_table_is_large_enough_and_says_nothing_twice() -> None:
    assert len(CASES) >= 60
    assert len({text for text, _ in CASES}) == len(CASES)


@given(st.text("0123456789.,-~/:%元蚊年月日點点個個隻次$￥℃×+=<>≥ ，：、第打電話GmgLA（）½²１", max_size=30))
def test_no_digit_is_left_and_one_is_never_the_mandarin_one(text: str) -> None:
    said = spoken(text)
    assert not any(each in "0123456789幺" or "\ue000" <= each <= "\uf8ff" for each in said)


@given(st.text("今日去個点點兩两號号電电話话萬万车車", max_size=10))
def test_a_text_stays_in_its_script(text: str) -> None:
    said = spoken(text)
    assert said == text or any(each in text for each in "个点两号电话万车")


def test_digits_are_said_one_by_one() -> None:
    assert digit_by_digit("11020") == "一一零二零"


@pytest.mark.parametrize("text", ["1", "1-", "$1,", "1,000,", "a", "1.", "1 ", "打1", "電話23", "兩"])
def test_nonsense_is_said_soon(text: str) -> None:
    started = time.monotonic()
    spoken(text * 2_000)
    assert time.monotonic() - started < 10
