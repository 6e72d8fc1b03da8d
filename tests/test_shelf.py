"""Publishing is all or nothing: a reader sees the old lesson or the new one, and only audio that is whole."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import threading
import wave
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from ivr.catalogue import Clip, Lesson, Question, Segment, Sentence
from ivr.errors import DamagedAudio, IvrError, UnknownLesson
from ivr.shelf import Shelf, edition_of

DAY, LATER = date(2026, 11, 3), date(2026, 12, 24)


def sound(length_ms: int, value: int = 1, rate_hz: int = 8000, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(value.to_bytes(2, "little") * (rate_hz * length_ms // 1000 * channels))
    return out.getvalue()


def clip(shelf: Shelf, words: str, length_ms: int = 100) -> Clip:
    return Clip(shelf.put_audio(sound(length_ms, sum(words.encode()) % 9999)), length_ms, words)


def lesson(shelf: Shelf, slug: str = "falls", length_ms: int = 2000) -> Lesson:
    segment = Segment("第一段", shelf.put_audio(sound(length_ms)), length_ms, (Sentence("慢慢起。", 500, 1500),))
    asked = clip(shelf, "问是否"), clip(shelf, "问")
    question = Question("q1", *asked, (clip(shelf, "是"), clip(shelf, "否")), "1", clip(shelf, "对"), clip(shelf, "错"))
    window = (date(2026, 11, 1), date(2026, 11, 30))
    return Lesson(slug, "T-1", clip(shelf, slug), "zh", "made", (segment,), (question,), 1, *window)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "data")


def test_an_empty_shelf_is_not_an_error_and_leaves_no_folder(shelf: Shelf) -> None:
    assert shelf.catalogue().lessons == ()
    assert shelf.phrase("zh", "您好") is None
    assert not shelf.root.exists()


def test_a_published_lesson_is_on_offer_with_its_edition(shelf: Shelf) -> None:
    unpublished = lesson(shelf)
    published = shelf.publish(unpublished)
    assert published == msgspec.structs.replace(unpublished, edition=edition_of(unpublished))
    assert len(published.edition) == 16
    for reader in (shelf, Shelf(shelf.root)):
        assert reader.catalogue().lessons == (published,)
        assert reader.catalogue().editions == {published.edition: published}


def test_audio_is_named_by_its_content_and_kept_once(shelf: Shelf) -> None:
    name = shelf.put_audio(sound(100))
    written = shelf.audio(name).stat().st_ino
    assert shelf.put_audio(sound(100)) == name
    assert shelf.audio(name).stat().st_ino == written
    assert [path.name for path in (shelf.root / "audio").iterdir()] == [f"{name}.wav"]


@pytest.mark.parametrize("name", ["", "a" * 64, "../../etc/passwd", "A" * 64, "0" * 63 + "\n"])
def test_a_name_that_is_no_audio_is_refused(shelf: Shelf, name: str) -> None:
    with pytest.raises(DamagedAudio):
        shelf.audio(name)


def test_publishing_the_same_again_writes_nothing(shelf: Shelf) -> None:
    unpublished = lesson(shelf)
    first = shelf.publish(unpublished)
    before = {path: path.stat().st_mtime_ns for path in shelf.root.rglob("*.json")}
    assert shelf.publish(unpublished) == first
    assert {path: path.stat().st_mtime_ns for path in shelf.root.rglob("*.json")} == before


def test_a_new_edition_takes_the_place_of_the_old_which_stays(shelf: Shelf) -> None:
    old = shelf.publish(lesson(shelf))
    other = shelf.publish(lesson(shelf, "stoves"))
    new = shelf.publish(lesson(shelf, length_ms=3000))
    assert shelf.catalogue().lessons == (new, other)
    assert shelf.catalogue().editions == {each.edition: each for each in (old, other, new)}


def test_a_withdrawn_lesson_is_off_offer_and_its_edition_stays(shelf: Shelf) -> None:
    published = shelf.publish(lesson(shelf))
    shelf.withdraw("falls")
    assert shelf.catalogue().lessons == ()
    assert shelf.catalogue().editions == {published.edition: published}
    assert shelf.audio(published.segments[0].audio).is_file()
    with pytest.raises(UnknownLesson, match="falls"):
        shelf.withdraw("falls")
    assert shelf.publish(lesson(shelf)) == published
    assert shelf.catalogue().lessons == (published,)


def test_the_catalogue_is_read_only_when_something_changed(shelf: Shelf) -> None:
    shelf.publish(lesson(shelf))
    known = shelf.catalogue()
    assert shelf.catalogue() is known
    Shelf(shelf.root).publish(lesson(shelf, "stoves"))
    assert [each.slug for each in shelf.catalogue().lessons] == ["falls", "stoves"]


PUBLISH_ELSEWHERE = """
import sys
from pathlib import Path
from ivr.shelf import Shelf
from tests.test_shelf import DAY, lesson
shelf = Shelf(Path(sys.argv[1]))
for slug in sys.argv[2:]:
    shelf.publish(lesson(shelf, slug), DAY)
"""


def elsewhere(root: Path, *slugs: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PUBLISH_ELSEWHERE, str(root), *slugs])


def test_what_another_process_published_is_seen(shelf: Shelf) -> None:
    shelf.publish(lesson(shelf))
    shelf.catalogue()
    assert elsewhere(shelf.root, "stoves").wait() == 0
    assert [each.slug for each in shelf.catalogue().lessons] == ["falls", "stoves"]


def test_two_processes_and_two_threads_publish_at_once_and_nothing_is_lost(shelf: Shelf) -> None:
    slugs = [[f"lesson-{room}-{number}" for number in range(10)] for room in range(4)]
    processes = [elsewhere(shelf.root, *each) for each in slugs[:2]]
    threads = [threading.Thread(target=lambda each=each: _publish(shelf, each)) for each in slugs[2:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait() for process in processes] == [0, 0]
    everything = {slug for each in slugs for slug in each}
    assert {each.slug for each in shelf.catalogue().lessons} == everything
    assert shelf.catalogue().first_days == dict.fromkeys(everything, DAY)


def _publish(shelf: Shelf, slugs: list[str]) -> None:
    for slug in slugs:
        shelf.publish(lesson(shelf, slug), DAY)


def test_the_first_day_of_a_lesson_stays_its_first(shelf: Shelf) -> None:
    """Another edition keeps it, and what was withdrawn; what was on offer before such days were kept has none."""
    shelf.publish(lesson(shelf, "old"))
    shelf.publish(lesson(shelf), DAY)
    shelf.withdraw("falls")
    for slug in ("old", "falls"):
        shelf.publish(lesson(shelf, slug), LATER)
        shelf.publish(lesson(shelf, slug, length_ms=3000), LATER)
    assert shelf.catalogue().first_days == {"falls": DAY}


@pytest.mark.parametrize(("lost", "first"), [(("index.json",), 0), (("index.json", "editions/falls"), 1)])
def test_a_first_day_is_written_before_there_is_anything_to_offer(
    shelf: Shelf, lost: tuple[str, ...], first: int
) -> None:
    """And is found by whoever publishes again after it was broken off before the index, or before the manifest."""
    shelf.publish(lesson(shelf), DAY)
    for name in lost:
        path = shelf.root / name
        path.rename(shelf.root / "gone") if path.is_file() else shutil.rmtree(path)
    shelf.publish(lesson(shelf), LATER)
    assert shelf.catalogue().first_days == {"falls": (DAY, LATER)[first]}


def test_first_days_that_are_damaged_stop_no_call_and_are_not_written_over(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    published = shelf.publish(lesson(shelf), DAY)
    (shelf.root / "offered.json").write_text("no")
    reader = Shelf(shelf.root)
    assert (reader.catalogue().lessons, reader.catalogue().first_days) == ((published,), {})
    assert "offered.json" in caplog.text
    with pytest.raises(DamagedAudio, match=r"offered\.json"):
        shelf.publish(lesson(shelf, "stoves"), DAY)
    assert Shelf(shelf.root).catalogue().lessons == (published,)


def test_readers_never_see_half_a_lesson(shelf: Shelf) -> None:
    process = elsewhere(shelf.root, *[f"lesson-{number}" for number in range(30)])
    while process.poll() is None:
        assert all(each.segments for each in shelf.catalogue().lessons)
    assert process.returncode == 0
    assert len(shelf.catalogue().lessons) == 30


def break_segment(unpublished: Lesson, wav: bytes, shelf: Shelf) -> Lesson:
    segment = msgspec.structs.replace(unpublished.segments[0], audio=shelf.put_audio(wav))
    return msgspec.structs.replace(unpublished, segments=(segment,))


@pytest.mark.parametrize(
    ("wav", "told"),
    [
        (sound(1999), "segment 1 .*lasts 1999.0 ms, not 2000"),
        (sound(2001), "segment 1 .*lasts 2001.0 ms, not 2000"),
        (sound(2000, rate_hz=16000), "segment 1 .*not a whole mono 16-bit 8000 Hz"),
        (sound(2000, channels=2), "segment 1 .*not a whole mono"),
        (sound(2000)[:-400], "segment 1 .*not a whole"),
        (b"", "segment 1 .*not a whole mono"),
        (b"RIFF" + bytes(60), "segment 1 .*not a whole mono"),
    ],
    ids=["short", "long", "16 kHz", "stereo", "cut off", "empty", "no sound"],
)
def test_audio_that_is_not_as_stated_is_not_published(shelf: Shelf, wav: bytes, told: str) -> None:
    with pytest.raises(DamagedAudio, match=told):
        shelf.publish(break_segment(lesson(shelf), wav, shelf))
    assert shelf.catalogue().lessons == ()


@pytest.mark.parametrize(
    ("piece", "told"),
    [("title", "the title"), ("ask", "question 1"), ("when_right", "right answer"), ("when_wrong", "wrong answers")],
)
def test_damage_on_disk_is_told_by_piece_and_mended_by_pressing_again(shelf: Shelf, piece: str, told: str) -> None:
    unpublished = lesson(shelf)
    damaged = unpublished.title if piece == "title" else getattr(unpublished.questions[0], piece)
    path = shelf.audio(damaged.audio)
    whole = path.read_bytes()
    path.write_bytes(whole[:-2] + b"\x07\x07")
    with pytest.raises(DamagedAudio, match=f"{told}.*changed on disk"):
        shelf.publish(unpublished)
    assert [told in fault for fault in shelf.faults(unpublished)] == [True]
    path.unlink()
    with pytest.raises(DamagedAudio, match=f"{told}.*is not there"):
        shelf.publish(unpublished)
    shelf.put_audio(whole)
    assert shelf.publish(unpublished).edition


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"slug": 3}', b"\xff\xfe"])
def test_a_damaged_manifest_is_named_and_publishing_mends_it(shelf: Shelf, content: bytes) -> None:
    unpublished = lesson(shelf)
    published = shelf.publish(unpublished)
    path = shelf.root / "editions" / "falls" / f"{published.edition}.json"
    path.write_bytes(content)
    with pytest.raises(DamagedAudio, match=path.name):
        Shelf(shelf.root).catalogue()
    shelf.publish(unpublished)
    assert Shelf(shelf.root).catalogue().lessons == (published,)


def test_a_manifest_that_somebody_edited_is_not_believed(shelf: Shelf) -> None:
    published = shelf.publish(lesson(shelf))
    path = shelf.root / "editions" / "falls" / f"{published.edition}.json"
    path.write_bytes(path.read_bytes().replace(b"2000", b"2001"))
    with pytest.raises(DamagedAudio, match="changed after it was published"):
        Shelf(shelf.root).catalogue()


def test_a_damaged_old_edition_does_not_stop_the_line(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    old = shelf.publish(lesson(shelf))
    new = shelf.publish(msgspec.structs.replace(old, code="another"))
    (shelf.root / "editions" / "falls" / f"{old.edition}.json").write_text("no")
    assert list(Shelf(shelf.root).catalogue().editions) == [new.edition]
    assert old.edition in caplog.text


def test_a_missing_manifest_and_a_damaged_index_are_named(shelf: Shelf) -> None:
    published = shelf.publish(lesson(shelf))
    (shelf.root / "editions" / "falls" / f"{published.edition}.json").unlink()
    with pytest.raises(DamagedAudio, match=published.edition):
        Shelf(shelf.root).catalogue()
    (shelf.root / "index.json").write_text("no")
    with pytest.raises(IvrError, match=r"index\.json"):
        Shelf(shelf.root).catalogue()


@pytest.mark.parametrize("slug", ["../outside", "", "a/b", "a.b", "-x"])
def test_a_slug_can_not_leave_the_shelf(shelf: Shelf, slug: str) -> None:
    with pytest.raises(ValueError, match="can't name"):
        shelf.publish(lesson(shelf, slug))


def test_phrases_are_found_by_their_words_in_each_language(shelf: Shelf) -> None:
    chinese, english = clip(shelf, "您好"), clip(shelf, "Hello")
    shelf.put_phrases("zh", [chinese])
    shelf.put_phrases("en", [english])
    assert (shelf.phrase("zh", "您好"), shelf.phrase("en", "Hello")) == (chinese, english)
    assert shelf.phrase("zh", "Hello") is None
    other = Shelf(shelf.root)
    other.put_phrases("zh", [clip(shelf, "再见")])
    assert shelf.phrase("zh", "再见") and shelf.phrase("zh", "您好") == chinese


def test_phrases_put_at_once_are_all_kept(shelf: Shelf) -> None:
    clips = [clip(shelf, f"第{number}句") for number in range(40)]
    threads = [threading.Thread(target=Shelf(shelf.root).put_phrases, args=("zh", [each])) for each in clips]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(shelf.phrase("zh", each.words) == each for each in clips)


def test_a_phrase_without_its_audio_is_refused(shelf: Shelf) -> None:
    with pytest.raises(DamagedAudio, match="lasts"):
        shelf.put_phrases("zh", [msgspec.structs.replace(clip(shelf, "您好"), length_ms=90)])
    assert shelf.phrase("zh", "您好") is None


def test_old_editions_are_heard_to_the_end_and_then_collected(shelf: Shelf) -> None:
    old = shelf.publish(lesson(shelf, length_ms=2000))
    shelf.put_phrases("zh", [clip(shelf, "您好", 300)])
    new = shelf.publish(lesson(shelf, length_ms=3000))
    now = datetime.now(UTC)  # noqa: TID251 - files have the time of the machine
    assert shelf.tidy(now) == shelf.tidy(now + timedelta(days=1)) == 0
    freed = shelf.tidy(now + timedelta(days=3))
    assert freed == len(sound(2000))
    assert not (shelf.root / "audio" / f"{old.segments[0].audio}.wav").exists()
    assert shelf.audio(new.segments[0].audio).is_file()
    phrase = shelf.phrase("zh", "您好")
    assert phrase and shelf.audio(phrase.audio).is_file()
    assert set(Shelf(shelf.root).catalogue().editions) == {old.edition, new.edition}
    assert shelf.tidy(now + timedelta(days=3)) == 0
