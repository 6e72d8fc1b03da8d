"""Pinyin with hanzi: what people write, what is wrong with it, and what each voice makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.studio.engines.engine import plain, pronounced, syllables
from ivr.studio.languages.hanzi import plainly_written, read_reading
from ivr.studio.mistakes import mistake


@pytest.mark.parametrize(
    ("word", "said", "reading"),
    [
        ("重庆", "chong2 qing4", "重庆[chong2 qing4]"),
        ("重庆", "chóng qìng", "重庆[chong2 qing4]"),
        ("重庆", "Chóng-QÌNG", "重庆[chong2 qing4]"),
        ("重庆", "ｃｈｏｎｇ２\u3000ｑｉｎｇ４", "重庆[chong2 qing4]"),
        ("重庆、长乐", "chong2 qing4, chang2 le4", "重庆[chong2 qing4]、长乐[chang2 le4]"),
        ("妈妈", "mā ma", "妈妈[ma1 ma5]"),
        ("旅", "lü3", "旅[lv3]"),
        ("旅", "lv3", "旅[lv3]"),
        ("旅", "lu:3", "旅[lv3]"),
        ("六盘水", "陆盘水", "陆盘水"),
        ("歌", "曲[ge1]", "曲(ge1)"),
        ("MP3", "mp3", "mp3"),
    ],
)
def test_a_reading(word: str, said: str, reading: str) -> None:
    assert read_reading(word, said, 7) == (reading, ())


@pytest.mark.parametrize(
    ("word", "said", "what"),
    [
        ("重庆", "chong2", "'重庆' has 2 hanzi, but its pinyin 'chong2' 1"),
        ("重庆", "chong2 qing4 shi4", "'重庆' has 2 hanzi, but its pinyin 'chong2 qing4 shi4' 3"),
        ("重庆", "chóngqìng", "'chóngqìng' is not a syllable of Mandarin"),
        ("重庆", "chong2 qimg4", "'qimg4' is not a syllable of Mandarin"),
        ("重庆", "cung4 hing3", "'cung4' is not a syllable of Mandarin"),
        ("放歌", "fang4 MP3", "'mp3' is not a syllable of Mandarin"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(word: str, said: str, what: str) -> None:
    reading, (wrong,) = read_reading(word, said, 7)
    assert reading == word
    assert wrong == mistake(7, what, wrong.mend) and wrong.mend


def test_each_run_has_its_pinyin() -> None:
    runs = [run for run in pronounced("去重庆[chong2 qing4]和绿[lv4]玩") if run[0]]
    assert runs == [("去", ""), ("重庆", "chong2 qing4"), ("和", ""), ("绿", "lv4"), ("玩", "")]


RUNS = st.lists(st.tuples(st.text("去玩，。A ", max_size=4), st.integers(0, 3)), max_size=5)


@given(RUNS)
def test_a_voice_that_knows_only_hanzi_hears_no_pinyin(runs: list[tuple[str, int]]) -> None:
    bare = "".join(text + "行" * count for text, count in runs)
    told = "".join(text + ("行" * count + f"[{' '.join(['hang2'] * count)}]" if count else "") for text, count in runs)
    assert plain(told) == bare
    assert syllables(told) == syllables(bare)
    assert [text for text, pinyin in pronounced(told) if pinyin] == ["行" * count for _, count in runs if count]


@given(st.text("去玩[]()a1 ", max_size=20))
def test_what_was_written_in_brackets_is_no_pinyin(text: str) -> None:
    assert [pinyin for _, pinyin in pronounced(plainly_written(text)) if pinyin] == []
