"""People's recordings in a lesson: taken, marked, cut, pressed with what a voice says, left out where words change."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.catalogue import Lesson
from ivr.errors import BadRecording, NotKept, Refused
from ivr.shelf import Shelf
from ivr.studio.engines.engine import Samples, syllables
from ivr.studio.joining import decode
from ivr.studio.lesson_file import load
from ivr.studio.level import level_db
from ivr.studio.press import Voices, plan, press
from ivr.studio.recording.cutting import cut
from ivr.studio.recording.marking import Target, targets
from ivr.studio.recording.taking import take
from ivr.studio.script import Script, every_wording
from ivr.studio.takes import Progress
from tests.studio.people import RATE_HZ, Sound, converted, hiss, spoken, told, wav

VOICES = Voices({"zh": "tone:a"})
PARTS = (
    ("您好，欢迎来听课。", "今天讲怎样防备诈骗。"),
    ("先挂电话，再打电话给家里人。", "骗子常说自己是公安局的人。", "请您记住不要转账。"),
    ("这一课讲完了。",),
)
TEXT = """---
标题: 防骗
---
# 开头
您好，欢迎来听课。今天讲怎样防备诈骗。
# 第一段 怎么办
先挂电话，再打电话给家里人。**骗子**常说自己是公安局的人。

请您记住不要转账。
# 测验
## 怎么办？
- [x] 挂断电话
- [ ] 转账
# 结尾
这一课讲完了。
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "fraud" / "fraud.lesson.md"
    path.parent.mkdir()
    path.write_text(TEXT, "utf-8")
    return path


def file(folder: Path, sound: Sound, name: str = "sound.wav") -> Path:
    path = folder / name
    path.write_bytes(wav(sound))
    return path


def script(lesson: Path) -> Script:
    written, mistakes = load(lesson)
    assert all(each.severity == "advice" for each in mistakes), mistakes
    return written


def sentence(lesson: Path, words: str) -> Target:
    written = script(lesson)
    said = list(every_wording(written))
    return next(each for each in targets(written)[0] if words in said[each.first].words)


def recorded(lesson: Path) -> list[tuple[str, str]]:
    return [(each.words, each.recording.file) for each in every_wording(script(lesson)) if each.recording]


def pressed(lesson: Path, voices: Voices = VOICES) -> tuple[Lesson, Shelf, Progress]:
    shelf = Shelf(lesson.parent / "data")
    seen: list[Progress] = []
    made = press(script(lesson), shelf, voices, seen.append)
    return shelf.publish(made), shelf, seen[-1]


def edges(sound: NDArray[np.int16], start_ms: int, end_ms: int) -> tuple[int, int]:
    """Where sound is heard from and to, from one silence to the next around a sentence; by energy."""
    frames = np.abs(sound[: len(sound) // 8 * 8].reshape(-1, 8).astype(float)).max(axis=1)
    loud = frames > frames.max() * 0.01
    before = start_ms - 300 + np.flatnonzero(loud[max(0, start_ms - 300) : start_ms + 300])
    after = end_ms - 300 + np.flatnonzero(loud[end_ms - 300 : end_ms + 300])
    return int(before[0]), int(after[-1]) + 1


def assert_placed(lesson: Lesson, shelf: Shelf) -> None:
    """Positions are those of the sound within 30 ms, silences lie between, the level is the line's: at both paces."""
    assert lesson.other_pace
    for paced in (lesson, lesson.other_pace):
        for segment in paced.segments:
            sound = decode(shelf.audio(segment.audio).read_bytes())
            assert len(sound) == segment.length_ms * 8
            assert level_db(sound) == pytest.approx(-22, abs=1)
            for each in segment.sentences:
                start, end = edges(sound, each.start_ms, each.end_ms)
                assert abs(start - each.start_ms) <= 30 and abs(end - each.end_ms) <= 30, each
            for one, other in pairwise(segment.sentences):
                assert not sound[one.end_ms * 8 + 80 : other.start_ms * 8 - 80].any()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mark_is_put_in_and_no_other_byte_changes(lesson: Path, encoding: str, end: str, tmp_path: Path) -> None:
    before = TEXT.replace("\n", end).encode(encoding)
    lesson.write_bytes(before)
    sound = file(tmp_path, told(PARTS[1][1:2]), "b.WAV")
    taken = take(lesson, sentence(lesson, "骗子常说"), sound, "王大爷")
    assert taken.file == "recordings/fraud-sentence-4.wav"
    after = lesson.read_bytes().decode(encoding)
    assert after == TEXT.replace("\n", end).replace("**骗子", f"[录音 {taken.file}]**骗子")
    assert recorded(lesson) == [("骗子常说自己是公安局的人。", taken.file)]
    assert (lesson.parent / taken.file).read_bytes() == sound.read_bytes()
    labels = (lesson.parent / "recordings" / "recordings.tsv").read_text("utf-8-sig")
    assert labels == f"file\twords\tby\n{taken.file}\t骗子常说自己是公安局的人。\t王大爷\n"


def test_everything_can_be_marked(lesson: Path, tmp_path: Path) -> None:
    written = script(lesson)
    wordings = list(every_wording(written))
    for number, each in enumerate(targets(written)[0]):
        sound = file(tmp_path, told([wordings[each.first].words]))
        if "答" in wordings[each.first].words or wordings[each.first].words == "不对。":
            with pytest.raises(BadRecording, match="must be written out"):
                take(lesson, each, sound)
        else:
            take(lesson, each, sound)
            assert recorded(lesson)[-1][1] == f"recordings/fraud-sentence-{number}.wav"
    assert "标题: 防骗 [录音 recordings/fraud-sentence-0.wav]" in lesson.read_text("utf-8")
    assert "- [x] [录音 recordings/fraud-sentence-8.wav]挂断电话" in lesson.read_text("utf-8")


def test_recording_again_keeps_the_old_file_and_replaces_the_mark(lesson: Path, tmp_path: Path) -> None:
    target = sentence(lesson, "不要转账")
    one = take(lesson, target, file(tmp_path, told(PARTS[1][2:])))
    other = take(lesson, target, file(tmp_path, hiss(told(PARTS[1][2:]), 40)))
    assert other.file == "recordings/fraud-sentence-5-2.wav"
    assert lesson.read_text("utf-8").count("录音") == 1
    assert recorded(lesson) == [("请您记住不要转账。", other.file)] and (lesson.parent / one.file).is_file()
    assert take(lesson, target, file(tmp_path, told(PARTS[1][2:]))).file == one.file


def test_what_is_recorded_otherwise_is_told(lesson: Path, tmp_path: Path) -> None:
    _, segments, whole = targets(script(lesson))
    sound = file(tmp_path, told(PARTS[1]))
    take(lesson, segments[1], sound)
    assert "# 第一段 怎么办 [录音 recordings/fraud-segment-2.wav]" in lesson.read_text("utf-8")
    before = lesson.read_bytes()
    for target, told_ in ((sentence(lesson, "不要转账"), PARTS[1][2:]), (whole, sum(PARTS, ()))):
        with pytest.raises(BadRecording, match=r"line 6 \(recordings/fraud-segment-2.wav\). Delete that mark"):
            take(lesson, target, file(tmp_path, told(told_)))
    assert lesson.read_bytes() == before


def test_a_bad_recording_changes_nothing(lesson: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"was not taken .*\n  It has .* something of the text is missing"):
        take(lesson, sentence(lesson, "先挂电话"), file(tmp_path, told(["先。"])))
    assert lesson.read_text("utf-8") == TEXT and not (lesson.parent / "recordings").exists()


def test_a_lesson_mixes_people_and_a_voice(lesson: Path, tmp_path: Path) -> None:
    take(lesson, sentence(lesson, "骗子常说"), file(tmp_path, hiss(told(PARTS[1][1:2]), 35)))
    made, shelf, counted = pressed(lesson)
    words = [each.words for segment in made.segments for each in segment.sentences]
    assert words == list(sum(PARTS, ()))
    assert_placed(made, shelf)
    assert (counted.made, counted.total) == (counted.total, 15)
    assert pressed(lesson)[2].made == 0 and plan(script(lesson), shelf, VOICES).made == 0


def test_at_the_slower_pace_a_person_is_slower(lesson: Path, tmp_path: Path) -> None:
    take(lesson, sentence(lesson, "骗子常说"), file(tmp_path, told(PARTS[1][1:2])))
    made, _, _ = pressed(lesson)
    assert made.other_pace
    lengths = [
        next(s.end_ms - s.start_ms for segment in each.segments for s in segment.sentences if s.words == PARTS[1][1])
        for each in (made, made.other_pace)
    ]
    assert lengths[0] == pytest.approx(len(spoken(PARTS[1][1])) * 1000 / RATE_HZ, abs=60)
    assert lengths[1] / lengths[0] == pytest.approx(4.45 / 3.8, abs=0.03)


def test_a_segment_and_a_lesson_are_cut_at_their_pauses(lesson: Path, tmp_path: Path) -> None:
    whole = targets(script(lesson))[2]
    sound = file(tmp_path, hiss(told(sum(PARTS, ())), 30))
    take(lesson, whole, sound)
    assert lesson.read_text("utf-8").startswith("---\n录音: recordings/fraud-whole-lesson.wav\n标题")
    made, shelf, _ = pressed(lesson)
    assert [each.words for segment in made.segments for each in segment.sentences] == list(sum(PARTS, ()))
    assert_placed(made, shelf)


def test_without_pauses_a_segment_is_one_block(lesson: Path, tmp_path: Path) -> None:
    sound = np.concatenate([spoken(each) for each in PARTS[1]])
    take(lesson, targets(script(lesson))[1][1], file(tmp_path, np.pad(sound, 5000)))
    made, shelf, _ = pressed(lesson)
    words = [each.words for segment in made.segments for each in segment.sentences]
    assert words == [*PARTS[0], "".join(PARTS[1]), *PARTS[2]]
    assert_placed(made, shelf)


def test_a_long_recording_without_its_sentences_pauses_is_cut_in_blocks() -> None:
    sentence = "先挂电话再打电话给家里人。"
    clause = spoken(sentence)
    pause = np.zeros(RATE_HZ // 2, np.float32)
    sound = np.concatenate([np.concatenate([clause, clause, pause]) for _ in range(12)])  # 24 sentences, 12 pauses
    spans = cut(Samples(sound, RATE_HZ), [syllables(sentence)] * 24)
    assert 2 < len(spans) < 12
    assert [each.first for each in spans] == [0, *np.cumsum([each.count for each in spans])[:-1].tolist()]
    assert sum(each.count for each in spans) == 24
    assert all(each.end_ms - each.start_ms <= 37_000 for each in spans)
    assert all(one.end_ms < other.start_ms for one, other in pairwise(spans))


def test_a_lesson_recorded_throughout_needs_no_voice(lesson: Path, tmp_path: Path) -> None:
    lesson.write_text(TEXT.replace("- [ ] 转账\n", "- [ ] 转账\n> 答对：说得对。\n> 答错：不能转账。\n"), "utf-8")
    for each in targets(script(lesson))[0]:
        words = list(every_wording(script(lesson)))[each.first].words
        take(lesson, each, file(tmp_path, told([words])))
    made, shelf, counted = pressed(lesson, Voices({}))
    assert (made.voice, counted.made) == ("people", counted.total)
    assert_placed(made, shelf)


def test_when_the_words_change_a_voice_says_them(lesson: Path, tmp_path: Path) -> None:
    take(lesson, sentence(lesson, "不要转账"), file(tmp_path, told(PARTS[1][2:])))
    text = lesson.read_text("utf-8")
    lesson.write_text(text.replace("不要转账。", "不要转账！"), "utf-8")
    assert len(recorded(lesson)) == 1
    lesson.write_text(text.replace("不要转账", "不要汇款"), "utf-8")
    (told_,) = [each for each in load(lesson)[1] if "changed" in each.what]
    assert (told_.line, told_.severity) == (9, "advice") and "Record them again" in told_.mend
    assert recorded(lesson) == [] and pressed(lesson)[0].segments


def test_a_file_where_the_recordings_should_lie_is_named(lesson: Path, tmp_path: Path) -> None:
    (lesson.parent / "recordings").touch()
    with pytest.raises(NotKept, match=r"fraud/recordings is a file, not a folder. Move it out of the way"):
        take(lesson, sentence(lesson, "不要转账"), file(tmp_path, told(PARTS[1][2:])))
    assert lesson.read_text("utf-8") == TEXT


def test_labels_that_can_t_be_read_are_not_lost(lesson: Path, tmp_path: Path) -> None:
    labels = lesson.parent / "recordings" / "recordings.tsv"
    labels.mkdir(parents=True)
    with pytest.raises(BadRecording, match=r"recordings\.tsv can't be read \(Is a directory\)"):
        take(lesson, Target("sentence 1", 1, 1), file(tmp_path, told(PARTS[0][:1])))
    assert lesson.read_text("utf-8") == TEXT


@pytest.mark.parametrize(
    ("mark", "told_"),
    [
        ("../other.wav", "lies outside"),
        ("/etc/passwd", "lies outside"),
        ("..\\other.wav", "lies outside"),
        ("link.wav", "lies outside"),
        ("loop/a.wav", "lies outside"),
        ("none.wav", "there is no recording none.wav"),
        ("x" * 5000, "there is no recording|lies outside"),
        ("fraud.lesson.md/a.wav", "there is no recording"),
        (".", "there is no recording"),
    ],
)
def test_a_mark_names_a_file_in_the_lesson_s_folder(lesson: Path, mark: str, told_: str) -> None:
    (lesson.parent.parent / "other.wav").write_bytes(wav(told(PARTS[2])))
    (lesson.parent / "link.wav").symlink_to(lesson.parent.parent / "other.wav")
    (lesson.parent / "loop").symlink_to(lesson.parent / "loop")
    lesson.write_text(TEXT.replace("请您记住", f"[录音 {mark}]请您记住"), "utf-8")
    (wrong,) = [each for each in load(lesson)[1] if each.severity == "mistake"]
    assert wrong.line == 9 and re.search(told_, wrong.what)


def test_a_file_put_there_by_hand_is_trusted_if_somebody_speaks(lesson: Path) -> None:
    folder = lesson.parent / "fangyan"
    folder.mkdir()
    (folder / "a.m4a").write_bytes(converted(wav(told(PARTS[1][2:])), "-c:a", "aac", form="ipod"))
    lesson.write_text(TEXT.replace("请您记住", "[录音 fangyan/a.m4a]\n请您记住"), "utf-8")
    made, shelf, _ = pressed(lesson)
    assert_placed(made, shelf)
    (folder / "a.m4a").write_bytes(wav(np.zeros(20000, np.float32)))
    with pytest.raises(BadRecording, match=r"Nobody speaks in fangyan/a.m4a \(line 9\)"):
        pressed(lesson)
    shutil.rmtree(folder)
    assert load(lesson)[1][0].line == 9


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100])
def test_sentences_lie_where_they_are_said_at_any_sample_rate(rate_hz: int) -> None:
    """A second of sound, a second of silence, a hundred times: the last does not drift."""
    second = np.sin(2 * np.pi * 300 * np.arange(rate_hz) / rate_hz).astype(np.float32) / 3
    sound = np.tile(np.concatenate([second, second * 0]), 100)
    spans = cut(Samples(sound, rate_hz), [4] * 100)
    assert len(spans) == 100
    assert all(abs(each.start_ms - 2000 * n) <= 60 for n, each in enumerate(spans))


def test_a_recorded_question_of_several_sentences_is_heard_whole(tmp_path: Path) -> None:
    long = "，".join(["有人打电话来，说您的儿子出了事"] * 6) + "，怎么办？"
    text = f"---\n标题: 防骗\n---\n# 开头\n您好。\n# 测验\n## [录音 q.wav]{long}\n- [x] 挂断\n- [ ] 转账\n"
    path = tmp_path / "fraud.lesson.md"
    path.write_text(text, "utf-8")
    file(tmp_path, told([long]), "q.wav")
    recordings = [each.recording for each in script(path).questions[0].ask if each.recording]
    assert len(recordings) > 1
    assert len(set(recordings)) == len(recordings)
