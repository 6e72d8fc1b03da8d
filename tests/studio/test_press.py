"""A script becomes audio whose positions are those of its sentences; nothing is spoken twice."""

from __future__ import annotations

import os
import re
import signal
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.catalogue import Lesson
from ivr.config import Settings
from ivr.errors import DamagedAudio, MissingPart, VoiceFailed
from ivr.shelf import Shelf
from ivr.studio.joining import decode
from ivr.studio.lesson_file import load
from ivr.studio.level import level_db
from ivr.studio.mastering import PLAIN, STRONG
from ivr.studio.phrases import Phrase, unsayable
from ivr.studio.press import Voices, press, press_phrases
from ivr.studio.script import Script, parse
from ivr.studio.takes import Progress, tidy

VOICES = Voices({"zh": "tone:a", "en": "tone:b"})
TEXT = """---
标题: 在家防跌倒
及格: 1
播出: 2026-11-01 至 2026-11-30
---
# 开头
您好，欢迎来听课。今天讲怎样防跌倒。
# 第一段 收拾家里
先看看家里的地面。走路的地方，不要堆东西。[停顿 2秒]
小板凳、电线、绳子，[停顿 1秒]都靠墙收好。

地上有水，马上擦干净。
# 第二段 起身要慢
起床要慢，分三步来。第一步，先躺一会儿。第二步，坐一会儿。第三步，扶着床边站起来。
# 测验
## 夜里起床，先做什么？
- [ ] 马上走
- [x] 先坐一坐
> 答对：说得对。
# 结尾
这一课讲完了，请您都记住。谢谢您。
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "data")


def script(text: str = TEXT) -> Script:
    written, mistakes = parse(text.encode(), "falls")
    assert not [each for each in mistakes if each.severity == "mistake"]
    return written


def pressed(shelf: Shelf, text: str = TEXT, voices: Voices = VOICES) -> tuple[Lesson, Progress]:
    seen: list[Progress] = []
    return press(script(text), shelf, voices, seen.append), seen[-1]


def sound(shelf: Shelf, audio: str) -> NDArray[np.int16]:
    return decode(shelf.audio(audio).read_bytes())


def heard(samples: NDArray[np.int16]) -> list[tuple[int, int]]:
    """From where to where something is heard, in ms, by the audio alone; pauses up to 100 ms are not silences."""
    loud = np.flatnonzero(samples)
    cuts = np.flatnonzero(np.diff(loud) > 800)
    starts = [loud[0], *loud[cuts + 1]]
    ends = [*loud[cuts], loud[-1]]
    return [(round(start / 8), round((end + 1) / 8)) for start, end in zip(starts, ends, strict=True)]


def test_a_lesson_is_pressed_and_may_be_published(shelf: Shelf) -> None:
    lesson, counted = pressed(shelf)
    published = shelf.publish(lesson)
    assert (published.slug, published.code, published.title.words) == ("falls", "falls", "在家防跌倒")
    assert (published.language, published.voice, published.pass_mark) == ("zh", "tone:a", 1)
    assert (str(published.opens), str(published.closes)) == ("2026-11-01", "2026-11-30")
    assert counted.done == counted.total == counted.made
    assert [segment.title for segment in published.segments] == ["第一段 收拾家里", "第二段 起身要慢"]
    assert published.other_pace is not None
    assert (published.pace, published.other_pace.pace) == ("normal", "slow")
    for segment, slowly in zip(published.segments, published.other_pace.segments, strict=True):
        assert 18_000 <= segment.length_ms < slowly.length_ms <= 45_000
        assert [each.words for each in segment.sentences] == [each.words for each in slowly.sentences]


def test_positions_are_those_of_the_sound(shelf: Shelf) -> None:
    for segment in pressed(shelf)[0].segments:
        samples = sound(shelf, segment.audio)
        assert len(samples) == segment.length_ms * 8
        found = heard(samples)
        starts = {start for start, _ in found}
        ends = {end for _, end in found}
        for sentence in segment.sentences:
            assert min(abs(sentence.start_ms - start) for start in starts) <= 1
            assert min(abs(sentence.end_ms - end) for end in ends) <= 1


def test_silences_are_as_long_as_written(shelf: Shelf) -> None:
    first = pressed(shelf)[0].segments[0]
    spans = heard(sound(shelf, first.audio))
    gaps = [later - end for (_, end), (later, _) in pairwise(spans)]
    assert spans[0][0] == pytest.approx(500, abs=1)
    assert first.length_ms - spans[-1][1] == pytest.approx(500, abs=1)
    # sentence, paragraph, sentence, written, written within a sentence, paragraph
    assert gaps == pytest.approx([800, 1300, 800, 2000, 1000, 1300], abs=1)


def test_the_level_is_that_of_a_telephone(shelf: Shelf) -> None:
    lesson = pressed(shelf)[0]
    for audio in [each.audio for each in lesson.segments] + [lesson.title.audio, lesson.questions[0].ask.audio]:
        assert level_db(sound(shelf, audio)) == pytest.approx(-22, abs=0.5)
        assert np.abs(sound(shelf, audio).astype(int)).max() <= 32768 * 10 ** (-3 / 20)


def test_a_question_is_asked_with_its_keys(shelf: Shelf) -> None:
    (question,) = pressed(shelf)[0].questions
    assert question.ask.words == "夜里起床，先做什么？马上走，请按1。先坐一坐，请按2。"
    assert question.stem.words == "夜里起床，先做什么？"
    assert [option.words for option in question.options] == ["马上走", "先坐一坐"]
    assert (question.right, question.keys) == ("2", ("1", "2"))
    assert (question.when_right.words, question.when_wrong.words) == ("说得对。", "不对。正确答案是先坐一坐。")
    assert re.fullmatch("[0-9a-f]{12}", question.id)
    assert len(heard(sound(shelf, question.ask.audio))) == 3


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [("说得对", "对极了", True), ("谢谢您", "再见", True), ("先做什么", "做什么", False), ("马上走", "跑过去", False)],
)
def test_a_question_keeps_its_id_until_its_words_change(shelf: Shelf, old: str, new: str, same: bool) -> None:
    before, after = pressed(shelf)[0].questions[0], pressed(shelf, TEXT.replace(old, new))[0].questions[0]
    assert (before.id == after.id) is same


def test_pressing_again_speaks_nothing_and_comes_out_the_same(shelf: Shelf) -> None:
    lesson, first = pressed(shelf)
    published = shelf.publish(lesson)
    again, counted = pressed(shelf)
    assert (counted.made, counted.reused) == (0, first.made)
    assert shelf.publish(again) == published


def test_one_changed_sentence_is_one_new_take(shelf: Shelf) -> None:
    before, counted = pressed(shelf)
    after, again = pressed(shelf, TEXT.replace("先躺一会儿", "先躺一下"))
    assert (again.made, again.reused) == (1, counted.total - 1)
    assert before.segments[0] == after.segments[0]
    assert shelf.publish(before).edition != shelf.publish(after).edition


@pytest.mark.parametrize(
    "change", [{"specs": {"zh": "tone:c"}}, {"rate": "fast"}, {"preset": STRONG}, {"preset": PLAIN.at(-24)}]
)
def test_another_voice_rate_or_preset_speaks_everything_anew(shelf: Shelf, change: dict[str, object]) -> None:
    total = pressed(shelf)[1].total
    assert pressed(shelf, voices=msgspec.structs.replace(VOICES, **change))[1].made == total


def test_a_lesson_may_choose_its_voice_and_rate(shelf: Shelf) -> None:
    slow = pressed(shelf)[0]
    fast = pressed(shelf, TEXT.replace("及格", "发音人: tone:d\n语速: 快\n及格"))[0]
    assert fast.voice == "tone:d"
    assert fast.title.length_ms < slow.title.length_ms


def test_a_lesson_may_choose_its_preset_but_not_its_level(shelf: Shelf) -> None:
    louder = msgspec.structs.replace(VOICES, preset=PLAIN.at(-20))
    by_lesson = press(script(TEXT.replace("及格", "声音: 清晰\n及格")), shelf, louder)
    assert by_lesson == press(script(), shelf, msgspec.structs.replace(VOICES, preset=STRONG.at(-20)))
    assert by_lesson != press(script(), shelf, louder)
    assert level_db(sound(shelf, by_lesson.title.audio)) == pytest.approx(-20, abs=0.5)


def test_any_number_of_threads_comes_to_the_same(shelf: Shelf, tmp_path: Path) -> None:
    one = press(script(), shelf, msgspec.structs.replace(VOICES, threads=1))
    assert press(script(), Shelf(tmp_path / "other"), msgspec.structs.replace(VOICES, threads=8)) == one


@pytest.mark.parametrize("stop", [KeyboardInterrupt, VoiceFailed])
def test_an_interrupted_press_goes_on_where_it_was(shelf: Shelf, stop: type[BaseException]) -> None:
    def interrupt(now: Progress) -> None:
        if now.done == 5:
            raise stop

    voices = msgspec.structs.replace(VOICES, threads=1)
    with pytest.raises(stop):
        press(script(), shelf, voices, interrupt)
    kept = len(list((shelf.root / "takes").iterdir())) // 2  # at two rates
    assert kept in (5, 6)  # the one that was being made is finished
    _, counted = pressed(shelf)
    assert (counted.reused, counted.made) == (kept, counted.total - kept)


def test_a_damaged_take_is_made_again(shelf: Shelf) -> None:
    lesson, _ = pressed(shelf)
    take = next((shelf.root / "takes").glob("*.wav"))
    take.write_bytes(take.read_bytes()[:-100])
    again, counted = pressed(shelf)
    assert (again, counted.made) == (lesson, 1)


def test_a_take_that_is_deleted_during_the_press_is_told(shelf: Shelf) -> None:
    def delete(_now: Progress) -> None:
        for path in (shelf.root / "takes").glob("*.wav"):
            path.unlink()

    with pytest.raises(DamagedAudio, match=r"was deleted during the press. Run the same command again"):
        press(script(), shelf, VOICES, delete)
    assert pressed(shelf)[0].segments


def espeak_workers() -> list[int]:
    """Those of this process, busy ones, too."""
    children = (each.read_text().split() for each in Path("/proc/self/task").glob("*/children"))
    ids = [int(each) for several in children for each in several]
    return [each for each in ids if b"espeak_worker" in Path(f"/proc/{each}/cmdline").read_bytes()]


def test_a_killed_engine_fails_the_press_and_the_next_one_goes_on(shelf: Shelf) -> None:
    voices = Voices({"zh": "espeak:cmn"}, threads=1)

    def kill(now: Progress) -> None:
        for worker in espeak_workers() if now.done == 3 else ():
            os.kill(worker, signal.SIGSTOP)
            threading.Timer(0.2, os.kill, (worker, signal.SIGKILL)).start()

    with pytest.raises(VoiceFailed, match="stopped while saying"):
        press(script(), shelf, voices, kill)
    lesson, counted = pressed(shelf, voices=voices)
    assert counted.reused >= 3 and counted.made > 0
    assert shelf.publish(lesson).edition


@pytest.mark.parametrize(
    ("voices", "told"),
    [
        (Voices({"en": "tone:a"}), "Nobody speaks 'zh'"),
        (Voices({"zh": "nobody:a"}), "no voice 'nobody:a'"),
        (Voices({"zh": "espeak:xx-none"}), "no voice 'xx-none'"),
    ],
)
def test_a_voice_that_is_not_there_is_told(shelf: Shelf, voices: Voices, told: str) -> None:
    with pytest.raises((VoiceFailed, MissingPart), match=told):
        press(script(), shelf, voices)
    assert shelf.catalogue().lessons == ()


def test_phrases_are_pressed_and_found_by_their_words(shelf: Shelf) -> None:
    words = ["您好。", "王秀英", "没关系。想听，请按1。"]
    clips = press_phrases(words, "zh", shelf, VOICES)
    assert [clip.words for clip in clips] == words
    assert [shelf.phrase("zh", each) for each in words] == list(clips)
    for clip in clips:
        spans = heard(sound(shelf, clip.audio))
        assert spans[0][0] == pytest.approx(400, abs=1)
        assert clip.length_ms - spans[-1][1] == pytest.approx(400, abs=1)
    assert len(heard(sound(shelf, clips[2].audio))) == 2


def test_phrases_are_plain_text_and_nothing_is_spoken_twice(shelf: Shelf) -> None:
    seen: list[Progress] = []
    (clip,) = press_phrases(["请按{键}。"], "zh", shelf, VOICES, seen.append)
    assert clip.words == "请按{键}。"
    press_phrases(["请按{键}。", "……"], "zh", shelf, VOICES, seen.append)
    assert [(each.made, each.reused) for each in seen] == [(1, 0), (0, 1)]
    assert shelf.phrase("zh", "……") is None


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("falls.lesson.md", "falls"),
        ("FZ-2026-07.lesson.md", "FZ-2026-07"),
        ("防 骗.v2.md", "防-骗-v2"),
        (".lesson.md", "lesson"),
        ("-a b-", "a-b"),
    ],
)
def test_a_file_name_becomes_a_slug(tmp_path: Path, name: str, slug: str) -> None:
    path = tmp_path / name
    path.write_text(TEXT, "utf-8")
    loaded, mistakes = load(path)
    assert loaded.slug == slug
    assert all(each.severity == "advice" for each in mistakes)


def test_a_file_that_is_too_big_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "big.md"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)  # takes no room on disk
    (only,) = load(path)[1]
    assert "50000.0 MB" in only.what


def test_takes_that_no_press_uses_are_deleted(shelf: Shelf) -> None:
    pressed(shelf)
    folder = shelf.root / "takes"
    kept = set(folder.glob("*.wav"))
    now = datetime.now(UTC)  # noqa: TID251 - files have the time of the machine
    assert tidy(folder, now + timedelta(days=80)) == tidy(shelf.root / "nowhere", now) == 0
    sizes = sum(path.stat().st_size for path in kept)
    assert tidy(folder, now + timedelta(days=100)) == sizes
    assert not list(folder.glob("*.wav"))


def test_what_a_voice_would_refuse_is_told_before_it_is_asked(tmp_path: Path) -> None:
    """As for a lesson's check, word by word."""
    kokoro = Voices({"zh": "kokoro:zm_yunxi"})
    long = "请大家今天下午带着书来" * 12
    said = ("请来领书。", "加WeChat或Line。", "……", f"好。{long}", "，".join([long[:60]] * 4))
    phrases = [Phrase("zh", "", words) for words in said]
    told = unsayable(Settings(data=tmp_path), phrases, {"zh": kokoro})
    assert {each.words: (wrong.words, wrong.stretch) for each, wrong in told.items()} == {
        said[1]: (("WeChat", "Line"), ""),
        said[2]: ((), ""),
        said[3]: ((), long),
    }
