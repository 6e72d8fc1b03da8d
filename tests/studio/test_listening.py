"""What one number of a lesson's file stands for: the same words for who listens as for who records."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.shelf import Shelf
from ivr.studio.lesson_file import load
from ivr.studio.listening import heard_among, only
from ivr.studio.press import Voices, press
from ivr.studio.recording.marking import find, targets
from ivr.studio.script import Script, every_wording, parse
from tests.studio.people import told, wav

LONG = "接到电话先别急，" * 9 + "问问家人。"
TEXT = (
    "---\n标题: 防骗\n---\n# 开头\n您好。\n# 第一段\n"
    f"{LONG}再挂电话。\n\n请记住。\n# 测验\n## 怎么办？\n- [x] 挂断\n- [ ] 转账\n# 结尾\n谢谢。\n"
)


def lesson(text: str = TEXT) -> Script:
    written, wrong = parse(text.encode(), "fraud")
    assert [each for each in wrong if each.severity == "mistake"] == []
    return written


def words(alone: Script) -> list[str]:
    return ["".join(each.words for each in said) for part in alone.parts for said in part.paragraphs]


@pytest.mark.parametrize(
    ("sentence", "segment", "said"),
    [
        (0, None, ["防骗"]),
        (1, None, ["您好。"]),
        (2, None, [LONG]),
        (3, None, ["再挂电话。"]),
        (5, None, ["谢谢。"]),
        (6, None, ["怎么办？"]),
        (None, 2, [f"{LONG}再挂电话。", "请记住。"]),
        (None, 3, ["谢谢。"]),
    ],
)
def test_a_number_stands_for_these_words(sentence: int | None, segment: int | None, said: list[str]) -> None:
    alone, among, count = only(lesson(), find(lesson(), sentence, segment))
    assert words(alone) == said
    assert (among, alone.questions) == (range(count), ())


def test_every_sentence_of_a_lesson_has_a_number() -> None:
    written = lesson()
    sentences, _, _ = targets(written)
    said = ["".join(words(only(written, find(written, n, None))[0])) for n in range(len(sentences))]
    assert "".join(said) == "".join(each.words for each in every_wording(written))


def test_of_a_recording_only_what_was_asked_for_is_heard(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(told(["先挂电话。", "再问家人。", "不要转账。"])))
    path = tmp_path / "fraud.lesson.md"
    path.write_text(
        "---\n标题: 防骗\n---\n# 开头\n[录音 a.wav]\n先挂电话。再问家人。不要转账。\n# 结尾\n谢谢。\n", "utf-8"
    )
    written, _ = load(path)
    alone, among, count = only(written, find(written, 2, None))
    assert (among, count) == (range(1, 2), 3)
    pressed, shelf = press(alone, Shelf(tmp_path / "data"), Voices({"zh": "tone:a"})), Shelf(tmp_path / "data")
    first, _, third = pressed.segments[0].sentences
    assert len(heard_among(pressed, shelf, among)) == 8 * (third.start_ms - first.end_ms)
    assert len(heard_among(pressed, shelf, range(count))) == 8 * pressed.length_ms
