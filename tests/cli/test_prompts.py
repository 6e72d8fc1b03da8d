"""`ivr prompts`: which of the line's own words have no audio, and pressing them."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, update

from ivr import prompts as texts
from ivr.catalogue import Clip
from ivr.cli.pressing import press_letters
from ivr.cli.prompts import missing, prompts, to_press, wanted
from ivr.config import BranchSettings, DialogueSettings, LineSettings, Settings, StudioSettings
from ivr.dialogue.machine import every_say
from ivr.dialogue.turn import Left, Name
from ivr.errors import VoiceFailed
from ivr.records import ledger, preferences
from ivr.records.db import open_database
from ivr.records.models import Member, Notice, Recording, Reply
from ivr.shelf import Shelf
from ivr.studio.phrases import Phrase, unsaid
from ivr.voicing import voicing
from tests.cli.conftest import TONES, as_if_pressed, database_in, harmed, on_the_shelf
from tests.databases import Originals
from tests.drivers import BEGIN, enrol
from tests.made_lessons import NAMES, publish_lessons


@pytest.fixture
def settings(tmp_path: Path, originals: Originals) -> Settings:
    database_in(tmp_path / "data", originals)
    return Settings(data=tmp_path / "data", studio=TONES)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that the line says, pressed once for all tests."""
    data = tmp_path_factory.mktemp("tones") / "data"
    result = run(Settings(data=data, studio=TONES), "press")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"pressed {len(line_words())} prompts and names"
    return data


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that it says in all its languages, to two people."""
    data = tmp_path_factory.mktemp("three") / "data"
    at = in_languages(Settings(data=data, studio=TONES), "zh", "yue", "en")
    enrolled(at, "王秀英", "李大山")
    as_if_pressed(at)
    return data


@pytest.fixture
def ready(settings: Settings, tones: Path) -> None:
    """The line's own words are pressed; names are not."""
    on_the_shelf(tones, settings.data)


@pytest.fixture
def ready_in_three(settings: Settings, three: Path) -> None:
    """The line's own words are pressed in all its languages."""
    on_the_shelf(three, settings.data)


def run(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(prompts, list(words), obj=settings)


def enrolled(settings: Settings, *names: str) -> None:
    database = open_database(settings.database)
    enrol(database, [(name, f"+861380000000{n}") for n, name in enumerate(names)])
    database.close()


def line_words(language: str = "zh_CN", people: int = 0) -> set[str]:
    """What is said in a call that is in this language alone."""
    line = texts.load(language)
    return {line.words(say.prompt, say.value) for say in every_say(people) if say.language in ("", line.voice)}


def words(phrases: list[Phrase], language: str = "zh") -> list[str]:
    return [each.words for each in phrases if each.language == language]


def test_everything_is_missing_at_first(settings: Settings) -> None:
    enrolled(settings, "王秀英")
    result = run(settings, "check")
    assert result.exit_code == 1
    *absent, told = result.stdout.splitlines()
    assert absent == sorted(line_words(people=1) | {"王秀英"})
    assert told == f"{len(absent)} missing or damaged. `ivr prompts press` makes them."


@pytest.mark.usefixtures("ready")
def test_press_what_is_missing_and_then_nothing(settings: Settings) -> None:
    enrolled(settings, "王秀英", "李大山", "王秀英")
    many = len(line_words(people=3) - line_words()) + 2
    result = run(settings, "press")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"pressed {many} prompts and names"
    check = run(settings, "check")
    assert (check.exit_code, check.stdout) == (0, "0 missing or damaged.\n")
    before = {path: path.stat().st_mtime_ns for path in settings.data.rglob("*.wav")}
    assert before
    again = run(settings, "press")
    assert (again.exit_code, again.stdout) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in settings.data.rglob("*.wav")} == before


def test_every_clip_is_audio_of_its_length(tones: Path) -> None:
    shelf = Shelf(tones)
    for each in line_words():
        clip = shelf.phrase("zh", each)
        assert clip and clip.words == each
        with wave.open(str(shelf.audio(clip.audio))) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
            assert abs(file.getnframes() / 8 - clip.length_ms) < 1


@pytest.mark.usefixtures("ready")
def test_a_new_member_s_name_is_all_that_is_missing(settings: Settings) -> None:
    run(settings, "press")
    enrolled(settings, "欧阳海")
    one_more = texts.load("zh_CN").words("people", "1")
    assert words(missing(settings)) == [one_more, "欧阳海"]
    assert run(settings, "press").stdout.splitlines()[-1] == "pressed 2 prompts and names"
    assert missing(settings) == []


@pytest.mark.usefixtures("ready")
def test_everybody_s_lexicon_says_how_a_name_is_said(settings: Settings, tmp_path: Path) -> None:
    lexicon = tmp_path / "own.tsv"
    lexicon.write_text("单桂兰\t善善善善桂兰\n", "utf-8")
    at = settings.model_copy(update={"studio": settings.studio.model_copy(update={"lexicon": lexicon})})
    enrolled(at, "单桂兰", "单桂花")
    run(at, "press")
    longer, shorter = (Shelf(at.data).phrase("zh", name) for name in ("单桂兰", "单桂花"))
    assert longer and shorter and longer.length_ms > shorter.length_ms + 800


@pytest.mark.usefixtures("ready")
def test_another_voice_presses_again(settings: Settings) -> None:
    """Whatever it did not say."""
    shelf = Shelf(settings.data)
    clips = [clip for words in sorted(line_words()) if (clip := shelf.phrase("zh", words))]
    others, own = clips[:3], clips[3:]
    shelf.put_phrases("zh", own, "tone:b")
    other = settings.model_copy(
        update={"studio": StudioSettings(voices={"zh": "tone:b", "yue": "tone:b", "en": "tone:b"})}
    )
    assert missing(other) == []
    result = run(other, "press")
    assert result.stdout.splitlines()[-1] == "pressed 3 prompts and names"
    for old in others:
        new = shelf.phrase("zh", old.words)
        assert new and new.audio != old.audio
    assert all(shelf.phrase("zh", kept.words) == kept for kept in own)
    assert run(other, "press").stdout == ""


@pytest.mark.parametrize("absent", ["kokoro:zm_nobody", "nonesuch:a"])
@pytest.mark.usefixtures("ready")
def test_what_a_stand_in_said_stays_until_the_right_voice_is_here(settings: Settings, absent: str) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    at = settings.model_copy(update={"studio": StudioSettings(voices={"zh": absent})})
    assert to_press(at) == []


@pytest.mark.usefixtures("ready")
def test_names_from_before_voices_were_kept_are_pressed_once_more(settings: Settings) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    shelf = Shelf(settings.data)
    name = shelf.phrase("zh", "王秀英")
    assert name and type(name) is Clip
    shelf.put_phrases("zh", [name])
    assert words(to_press(settings)) == ["王秀英"]
    assert run(settings, "press").stdout == "pressed 1 prompts and names\n"
    assert to_press(settings) == []


@pytest.mark.usefixtures("ready")
def test_a_branch_s_lexicon_says_how_its_members_are_called(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "east"
    folder.mkdir()
    (folder / "lexicon.tsv").write_text("单桂兰\t善善善善桂兰\n", "utf-8")
    branches = {"初心村党支部": BranchSettings(folder=folder)}
    at = settings.model_copy(update={"branches": branches})
    enrolled(at, "单桂兰", "单桂花")
    run(at, "press")
    longer, shorter = (Shelf(at.data).phrase("zh", name) for name in ("单桂兰", "单桂花"))
    assert longer and shorter and longer.length_ms > shorter.length_ms + 800


@pytest.mark.usefixtures("ready")
def test_each_language_has_its_own(settings: Settings, three: Path) -> None:
    run(settings, "press")
    english = settings.model_copy(update={"line": LineSettings(language="en")})
    assert set(words(missing(english), "en")) == line_words("en")
    on_the_shelf(three, settings.data)
    assert missing(english) == missing(settings) == []


def test_a_name_that_is_empty_or_the_same_as_a_prompt(settings: Settings) -> None:
    """Two of a name, and one that is called like a prompt, are pressed once."""
    enrolled(settings, NAMES[0], NAMES[0], "您好。")
    assert words(wanted(settings)) == sorted(line_words(people=3) | {NAMES[0]})


@pytest.mark.parametrize("voice", ["nonesuch:a", "tone", "", "espeak:nonesuch"])
def test_a_voice_that_is_none(settings: Settings, voice: str, spoken: Path) -> None:
    """Told in words, and nothing is left half-done on the shelf."""
    at = settings.model_copy(update={"studio": StudioSettings(voices={"zh": voice})})
    before = all_but_two(at, spoken)
    result = run(at, "press")
    assert result.exit_code != 0
    assert isinstance(result.exception, VoiceFailed | SystemExit) or "Ivr" in str(type(result.exception).__mro__)
    assert (at.data / "phrases" / "zh.json").read_bytes() == before


def all_but_two(settings: Settings, spoken: Path) -> bytes:
    """All is pressed, and two prompts are gone; returns what the shelf says that it has."""
    on_the_shelf(spoken, settings.data)
    as_if_pressed(settings)
    shelf = Shelf(settings.data)
    for prompt in ("hello", "welcome"):
        clip = shelf.phrase("zh", texts.load("zh_CN").words(prompt))
        assert clip
        shelf.audio(clip.audio).unlink()
    return (settings.data / "phrases" / "zh.json").read_bytes()


def test_no_voice_for_the_language(settings: Settings, spoken: Path) -> None:
    at = settings.model_copy(update={"studio": StudioSettings(voices={"en": "tone:a"})})
    all_but_two(at, spoken)
    result = run(at, "press")
    assert result.exit_code != 0
    assert "IvrError" in str(type(result.exception).__mro__)


@pytest.mark.usefixtures("ready")
def test_a_name_changed_on_the_roster(settings: Settings) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    database = open_database(settings.database)
    with database.writing() as connection:
        connection.execute(update(Member).values(name="王秀云"))
    database.close()
    assert words(missing(settings)) == ["王秀云"]


def test_a_name_that_no_voice_can_say_keeps_nothing_back() -> None:
    pressed: list[str] = []

    def press(phrase: Phrase) -> None:
        if phrase.words == "Tom":
            raise VoiceFailed
        pressed.append(phrase.words)

    three = [Phrase("zh", "", name) for name in ("王秀英", "Tom", "李大山")]
    assert words(unsaid(three, press)) == ["Tom"]
    assert pressed == ["王秀英", "李大山"]


# ── several languages ────────────────────────────────────────────────────────────────────────────────────────────


def in_languages(settings: Settings, *languages: Literal["zh", "yue", "en"]) -> Settings:
    return settings.model_copy(update={"dialogue": DialogueSettings(languages=languages)})


def test_every_language_that_callers_may_choose_is_pressed(settings: Settings, three: Path) -> None:
    enrolled(settings, "王秀英", "Mary Poppins")
    at = in_languages(settings, "zh", "en")
    absent = missing(at)
    assert {each.language for each in absent} == {"zh", "en"}
    assert "Mary Poppins" in words(absent, "en") and "王秀英" not in words(absent, "en")
    offers = {texts.load(name).words("choose_language", "2") for name in ("zh_CN", "en")}
    assert offers <= {each.words for each in absent}
    assert run(at, "check").stdout.splitlines()[0].startswith("zh: ")
    on_the_shelf(three, at.data)
    assert run(at, "press").stdout == "pressed 2 prompts and names\n"  # her name, in both
    assert run(at, "check").stdout == "0 missing or damaged.\n"
    assert run(settings, "check").exit_code == 0


@pytest.mark.usefixtures("ready")
def test_a_language_that_only_one_member_has_is_spoken_too(settings: Settings) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    database = open_database(settings.database)
    with database.writing() as connection:
        preferences.prefer(connection, 1, "language", "yue")
    database.close()
    absent = missing(settings)
    assert {each.language for each in absent} == {"yue"} and "王秀英" in words(absent, "yue")


def test_the_line_s_own_language_may_be_cantonese(settings: Settings, three: Path) -> None:
    at = settings.model_copy(update={"line": LineSettings(language="yue")})
    assert {each.language for each in missing(at)} == {"yue"}
    on_the_shelf(three, at.data)
    assert missing(at) == []
    hello = texts.load("yue").words("hello")
    clip = Shelf(at.data).phrase("yue", hello)
    assert clip
    Shelf(at.data).audio(clip.audio).unlink()
    assert hello in words(missing(at), "yue")
    run(at, "press")
    assert missing(at) == []


def test_counts_reach_to_the_largest_branch(settings: Settings) -> None:
    enrolled(settings, *(f"王{n}" for n in range(7)))
    line = texts.load("zh_CN")
    wanted_words = words(wanted(settings))
    assert line.words("people", "7") in wanted_words and line.words("people", "8") not in wanted_words


@pytest.mark.usefixtures("ready_in_three")
def test_no_turn_that_a_call_can_reach_lacks_a_clip_once_all_is_pressed(settings: Settings) -> None:
    """What the check looks at is what calls really speak."""
    enrolled(settings, "王秀英", "Tom")
    at = in_languages(settings, "zh", "yue", "en")
    run(at, "press")
    voiced = voicing(Shelf(at.data, None), "zh_CN")
    for say in every_say(2):
        for spoken_here in ("", "zh", "yue", "en"):
            assert not isinstance(voiced(say, spoken_here), str)
    for name in ("王秀英", "Tom"):
        for spoken_here in ("", "zh", "yue", "en"):
            assert not isinstance(voiced(Name(name), spoken_here), str)


@pytest.mark.usefixtures("ready")
def test_a_lost_notice_is_told_and_pressed_again(settings: Settings) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    database = open_database(settings.database)
    row = {"member_id": 1, "words": "开会改到周五。", "audio": "0" * 64, "length_ms": 1, "made_at": BEGIN}
    with database.writing() as connection:
        connection.execute(insert(Notice), row)
    told = run(settings, "check")
    assert (told.exit_code, told.stdout.splitlines()[0]) == (1, "notice 1, for 王秀英: 开会改到周五。")
    assert run(settings, "press").stdout == "pressed 1 replies and notices\n"
    assert run(settings, "check").stdout == "0 missing or damaged.\n"
    with database.reading() as connection:
        notice = connection.execute(select(Notice.__table__)).one()
    database.close()
    assert Shelf(settings.data).audio(notice.audio).is_file() and notice.length_ms > 1000


# ── files that are gone or damaged ───────────────────────────────────────────────────────────────────────────────


def cut(path: Path) -> None:
    harmed(path, path.read_bytes()[:-2])


def lengthen(path: Path) -> None:
    """Whole, and as long as it says; but not what was pressed."""
    harmed(path, sound_of(9000))


def sound_of(length_ms: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\0" * 8 * length_ms)
    return out.getvalue()


HARMS: list[Callable[[Path], None]] = [Path.unlink, cut, lengthen]


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.usefixtures("ready")
def test_a_damaged_prompt_or_name_is_told_and_pressed_again(settings: Settings, harm: Callable[[Path], None]) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    shelf = Shelf(settings.data)
    hello = texts.load("zh_CN").words("hello")
    for each in (hello, "王秀英"):
        clip = shelf.phrase("zh", each)
        assert clip
        harm(shelf.audio(clip.audio))
    told = run(settings, "check")
    *absent, count = told.stdout.splitlines()
    assert told.exit_code == 1 and {hello, "王秀英"} <= {*absent}  # and what sounds the same
    assert count == f"{len(absent)} missing or damaged. `ivr prompts press` makes them."
    assert run(settings, "press").stdout.splitlines()[-1] == f"pressed {len(absent)} prompts and names"
    assert run(settings, "check").stdout == "0 missing or damaged.\n"


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.usefixtures("ready")
def test_a_damaged_notice_is_told_and_pressed_again(settings: Settings, harm: Callable[[Path], None]) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    phrase = Phrase("zh", "", "开会改到下个星期五的上午九点，请带上本子和笔，在村部二楼。")
    clip = press_letters(settings, [phrase])[phrase]
    database = open_database(settings.database)
    row = {"member_id": 1, "words": clip.words, "audio": clip.audio, "length_ms": clip.length_ms, "made_at": BEGIN}
    with database.writing() as connection:
        connection.execute(insert(Notice), row)
    database.close()
    assert run(settings, "check").stdout == "0 missing or damaged.\n"
    harm(Shelf(settings.data).audio(clip.audio))
    assert run(settings, "check").stdout.splitlines()[0] == f"notice 1, for 王秀英: {clip.words}"
    assert run(settings, "press").stdout.splitlines()[-1] == "pressed 1 replies and notices"
    assert run(settings, "check").stdout == "0 missing or damaged.\n"


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.usefixtures("ready")
def test_what_people_said_and_is_lost_comes_from_a_copy(settings: Settings, harm: Callable[[Path], None]) -> None:
    enrolled(settings, "王秀英")
    run(settings, "press")
    shelf = Shelf(settings.data)
    asked, replied = (shelf.put_recording(sound_of(ms)) for ms in (2000, 3000))
    database = open_database(settings.database)
    with database.writing() as connection:
        call = ledger.open_call(connection, "twilio", "CA1", "+8613800000000", BEGIN)
        for turn in (2, 3):
            ledger.keep_recording(connection, call, turn, Left("question", "RE", "https://x", 2, None), 1, BEGIN)
        connection.execute(update(Recording).values(audio=asked))
        reply = {"question_id": 2, "words": "", "audio": replied, "length_ms": 3000, "made_at": BEGIN}
        connection.execute(insert(Reply), reply)
    database.close()
    assert run(settings, "check").stdout == "0 missing or damaged.\n"
    harm(shelf.audio(asked))
    harm(shelf.audio(replied))
    told = run(settings, "check")
    assert (told.exit_code, [line.partition(":")[0] for line in told.stdout.splitlines()]) == (
        1,
        ["reply 1, for 王秀英", "question 1, from 王秀英", "2 missing or damaged."],
    )
    assert all(f"recordings/{each}.wav back from a copy" in told.stdout for each in (asked, replied))


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.usefixtures("ready")
def test_a_damaged_lesson_is_told_by_piece_with_its_mend(settings: Settings, harm: Callable[[Path], None]) -> None:
    publish_lessons(Shelf(settings.data))
    run(settings, "press")
    shelf = Shelf(settings.data)
    assert run(settings, "check").stdout == "0 missing or damaged.\n"
    lesson = shelf.catalogue().lessons[0]
    other = lesson.other_pace
    assert other
    pieces = {
        "segment 2 ": lesson.segments[1].audio,
        "option 1 of question 1 ": lesson.questions[0].options[0].audio,
        "segment 1 ": other.segments[0].audio,
    }
    for audio in pieces.values():
        harm(shelf.audio(audio))
    told = run(settings, "check")
    assert told.exit_code == 1
    for piece, audio in pieces.items():
        (line,) = [line for line in told.stdout.splitlines() if piece in line and audio in line]
        assert line.startswith(f"lesson {lesson.slug}: ") and line.endswith("`ivr lesson publish FILE` mends it.")


@pytest.mark.usefixtures("ready")
def test_a_lesson_whose_manifest_is_gone_is_told(settings: Settings) -> None:
    publish_lessons(Shelf(settings.data))
    run(settings, "press")
    lesson = Shelf(settings.data).catalogue().lessons[0]
    (settings.data / "editions" / lesson.slug / f"{lesson.edition}.json").unlink()
    told = run(settings, "check")
    assert told.exit_code == 1 and f"{lesson.slug}/{lesson.edition}.json is missing" in told.stdout
