"""Lexicon files: how they are typed, which one wins, what is wrong in them; and that the shipped one is needed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pypinyin import Style, lazy_pinyin

from ivr.errors import BadLexicon
from ivr.studio.languages.hanzi import Lexicon
from ivr.studio.languages.lexicon import FILE, load, of_everybody, of_lesson, read_lexicon

SHIPPED = Path(__file__).parents[2] / "audio_lessons" / FILE
TYPED = "# 词\t读音\n单县\tshan4 xian4\t山东\n\n六盘水\t陆盘水\n"
MEANT = {"单县": "单县[shan4 xian4]", "六盘水": "陆盘水"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_editors_write_is_read(encoding: str, end: str) -> None:
    assert read_lexicon(TYPED.replace("\n", end).encode(encoding)) == (MEANT, ())


@pytest.mark.parametrize(
    "typed",
    ["", "\n", "＃ 词\n", " # 词\n", "\ufeff#\n"],
)
def test_a_lexicon_may_be_empty(typed: str) -> None:
    assert read_lexicon(typed.encode()) == ({}, ())


@pytest.mark.parametrize(
    ("typed", "line", "what", "mend"),
    [
        ("a\tb\n单县 shan4 xian4\n", 2, "not a word, a tab and how it is said: '单县 shan4 xian4'", "a tab between"),
        ("单县\t\t山东\n", 1, "not a word, a tab", "a tab between"),
        ("\tshan4\n", 1, "not a word, a tab", "a tab between"),
        ("单县\tshan4\n", 1, "'单县' has 2 hanzi, but its pinyin 'shan4' 1", "one syllable for each"),
        ("单县\tshan4 xiam4\n", 1, "'xiam4' is not a syllable", "chong2 qing4"),
        ("单县\tshan4 xian4\n#\n单县\t山县\n", 3, "单县 stands in line 1 already", "Delete one"),
        ("\x00\x01", 1, "not a text file", "UTF-8"),
    ],
)
def test_a_mistake_names_its_line_and_how_to_mend_it(typed: str, line: int, what: str, mend: str) -> None:
    (wrong,) = read_lexicon(typed.encode())[1]
    assert (wrong.line, wrong.severity) == (line, "mistake")
    assert what in wrong.what
    assert mend in wrong.mend


def test_every_mistake_is_told_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text("单县\n\n单县\tshan4\n")
    with pytest.raises(BadLexicon) as error:
        load(file)
    assert [str(each).startswith(f"{file}: line {n}: ") for each, n in zip(error.value.mistakes, (1, 3), strict=True)]


@pytest.mark.parametrize("content", [b"a\tb\n" * (1 << 18) + b"\n", None])
def test_a_file_that_is_no_lexicon(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / FILE
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(BadLexicon, match=FILE):
        load(file)


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    with pytest.raises(BadLexicon, match=f"{FILE}: this is no file"):
        of_everybody(tmp_path / FILE)


def written(folder: Path, entries: Lexicon) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text("".join(f"{word}\t{said}\n" for word, said in entries.items()), "utf-8")


def test_the_nearer_lexicon_wins(tmp_path: Path) -> None:
    lesson = tmp_path / "branch" / "fraud" / "fraud.lesson.md"
    common = {"甲": "everybody", "乙": "everybody", "丙": "everybody"}
    assert of_lesson(lesson, common) == common
    written(tmp_path, {"甲": "too far away"})
    written(tmp_path / "branch", {"乙": "branch", "丙": "branch"})
    written(tmp_path / "branch" / "fraud", {"丙": "lesson"})
    assert of_lesson(lesson, common) == {"甲": "everybody", "乙": "branch", "丙": "lesson"}


def test_a_lesson_finds_it_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"甲": "branch"})
    (tmp_path / "fraud").mkdir()
    monkeypatch.chdir(tmp_path / "fraud")
    assert of_lesson(Path("fraud.lesson.md"), {}) == {"甲": "branch"}


def test_everybody_s_lexicon_may_be_missing(tmp_path: Path) -> None:
    assert of_everybody(tmp_path / FILE) == {}


def by_itself(word: str) -> str:
    return " ".join(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True))


def test_the_shipped_lexicon_has_only_what_the_voice_gets_wrong_without_it() -> None:
    """Or what keeps a longer word from a shorter one's reading."""
    said = load(SHIPPED)
    needless = {word for word, reading in said.items() if reading == f"{word}[{by_itself(word)}]"}
    assert {word for word in needless if not any(other in word for other in said if other != word)} == set()


@pytest.mark.parametrize("text", ["经济源于生活", "响应县委号召", "由于都来了", "其余干部", "未雨绸缪", "广大夫妇"])
def test_the_shipped_lexicon_leaves_other_words_alone(text: str) -> None:
    said = load(SHIPPED)
    found = sorted((word for word in said if word in text), key=len, reverse=True)
    assert all(said[word] == f"{word}[{by_itself(word)}]" for word in found[:1])
