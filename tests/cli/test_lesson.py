"""`ivr lesson`: what people type and what they read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.lesson import lesson
from ivr.cli.lesson_record import record
from ivr.config import BranchSettings, Settings, StudioSettings
from ivr.errors import BadLesson, BadLexicon, UnknownLesson, VoiceFailed
from ivr.prompts import load
from ivr.shelf import Shelf
from tests.cli.conftest import as_if_pressed, database_in, on_the_shelf
from tests.databases import Originals

GOOD = "---\n标题: 防骗\n---\n# 开头\n同志们好。\n# 测验\n## 怎么办？\n- [x] 挂断\n- [ ] 转账\n# 结尾\n谢谢。\n"
BAD = GOOD.replace("[x]", "[ ]")
ADVISED = GOOD.replace("同志们好", "同志们好" * 6)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", studio=StudioSettings(voices={"zh": "tone:a", "en": "espeak:en-us"}))


@pytest.fixture
def ready(settings: Settings, spoken: Path, originals: Originals) -> None:
    """All that the line says is pressed but one prompt."""
    on_the_shelf(spoken, settings.data)
    database_in(settings.data, originals)
    forget_a_prompt(settings)


def forget_a_prompt(settings: Settings) -> None:
    shelf = Shelf(settings.data)
    hello = shelf.phrase("zh", load("zh_CN").words("hello"))
    assert hello
    shelf.audio(hello.audio).unlink()


def run(settings: Settings, *words: object) -> Result:
    return CliRunner().invoke(lesson, [str(word) for word in words], obj=settings)


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.lesson.md"
    path.write_text(text, "utf-8")
    return path


def test_check_names_each_mistake_with_its_line(settings: Settings, tmp_path: Path) -> None:
    bad, advised = file(tmp_path, "bad", BAD), file(tmp_path, "advised", ADVISED)
    result = run(settings, "check", bad, advised)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{bad}: line 7: no right option. Mark one option with [x].",
        f"{advised}: advice: line 5: a sentence of 24 characters. Listeners follow up to 22; make it two.",
        "1 mistake, 1 advice, in 2 files.",
    ]


def test_check_knows_what_the_voice_of_the_settings_would_refuse(tmp_path: Path) -> None:
    kokoro = Settings(data=tmp_path / "data", studio=StudioSettings(voices={"zh": "kokoro:zm_yunxi"}))
    latin = file(tmp_path, "latin", GOOD.replace("。", "，用WeChat。", 1))
    for command in (("check",), ("publish", "--dry-run")):
        result = run(kokoro, *command, latin)
        assert result.exit_code == 1
        assert "kokoro:zm_yunxi can't say WeChat" in (result.output or str(result.exception))


def test_check_is_content_with_advice(settings: Settings, tmp_path: Path) -> None:
    result = run(settings, "check", file(tmp_path, "advised", ADVISED))
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "0 mistakes, 1 advice, in 1 file.")


def test_check_speaks_json(settings: Settings, tmp_path: Path) -> None:
    bad = file(tmp_path, "bad", BAD)
    result = run(settings, "check", "--json", bad)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": str(bad),
            "line": 7,
            "severity": "mistake",
            "what": "no right option",
            "mend": "Mark one option with [x].",
        }
    ]
    assert json.loads(run(settings, "check", "--json", file(tmp_path, "good", GOOD)).stdout) == []


def test_the_lexicons_are_heeded(settings: Settings, tmp_path: Path) -> None:
    everybody = tmp_path / "everybody.tsv"
    everybody.write_text("甲\t一\n乙\t一\n丙\t一\n", "utf-8")
    (tmp_path / "branch" / "new").mkdir(parents=True)
    (tmp_path / "branch" / "lexicon.tsv").write_text("乙\tshan4\n丙\t二\n", "gbk")
    text = GOOD.replace("标题:", "读音:\n  丙: 三\n标题:").replace("同志们", "甲乙丙")
    new = file(tmp_path / "branch" / "new", "new", text)
    at = settings.model_copy(update={"studio": settings.studio.model_copy(update={"lexicon": everybody})})
    assert "  1  一乙[shan4]三好。    ← 甲乙丙好。" in run(at, "check", "--said", new).stdout.splitlines()
    everybody.write_text("甲 一", "utf-8")
    for command in ("check", "publish"):
        error = run(at, command, new).exception
        assert isinstance(error, BadLexicon) and f"{everybody}: line 1: this is not a word, a tab" in str(error)


def test_check_shows_what_will_be_said(settings: Settings, tmp_path: Path) -> None:
    numbers = file(tmp_path, "numbers", GOOD.replace("同志们好。", "有事打110。{重庆|崇庆}很远。"))
    assert run(settings, "check", "--said", numbers).stdout.splitlines()[:4] == [
        "  0  防骗",
        "  1  有事打幺幺零。    ← 有事打110。",
        "  2  崇庆很远。    ← 重庆很远。",
        "  3  谢谢。",
    ]


def test_what_is_said_has_the_numbers_of_what_can_be_recorded(settings: Settings, tmp_path: Path) -> None:
    long = "接到电话先别急，" * 9 + "问问家人。"
    path = file(tmp_path, "long", GOOD.replace("同志们好。", f"同志们好。{long}再见。"))
    said = run(settings, "check", "--said", path).stdout.splitlines()
    listed = CliRunner().invoke(record, [str(path)], obj=settings).stdout.splitlines()
    numbers = [line.split()[:2] for line in listed if line.startswith("  ")]
    assert [line.split()[0] for line in said[: len(numbers)]] == [number for number, _ in numbers]
    assert said[2].startswith("  2  接到") and said[2].endswith(f"← {long}") and said[3] == "  3  再见。"


@pytest.mark.usefixtures("ready")
def test_publish_says_what_was_done_and_list_shows_it(settings: Settings, tmp_path: Path) -> None:
    good = file(tmp_path, "good", GOOD)
    first = run(settings, "publish", good).stdout.splitlines()
    assert first[-2] == "pressed 1 prompts and names"  # the line's own words come before any lesson
    assert first[-1] == "published good: 1 segment, 0:04, 1 question; 11 sentences pressed, 0 reused"
    assert run(settings, "publish", good).stdout == "unchanged good: 1 segment, 0:04, 1 question\n"
    assert list(Shelf(settings.data).catalogue().first_days) == ["good"]
    file(tmp_path, "good", GOOD.replace("谢谢", "再见"))
    assert "published good: 1 segment, 0:04, 1 question; 1 sentence pressed, 10 reused" in (
        run(settings, "publish", good).stdout
    )
    (published,) = Shelf(settings.data).catalogue().lessons
    assert run(settings, "list").stdout == (
        f"good  1 segment, 0:04, 1 question  always  edition {published.edition}  防骗\n"
    )


def test_one_mistake_in_one_file_publishes_nothing(settings: Settings, tmp_path: Path) -> None:
    good, bad = file(tmp_path, "good", GOOD), file(tmp_path, "bad", BAD)
    result = run(settings, "publish", good, bad)
    assert isinstance(result.exception, BadLesson)
    assert str(result.exception) == (
        f"Nothing was published:\n  {bad}: line 7: no right option. Mark one option with [x]."
    )
    assert not settings.data.exists()


def test_a_voice_that_is_not_there_publishes_nothing(settings: Settings, tmp_path: Path) -> None:
    good, other = file(tmp_path, "good", GOOD), file(tmp_path, "other", GOOD.replace("标题", "发音人: no:a\n标题"))
    assert isinstance(run(settings, "publish", good, other).exception, VoiceFailed)
    assert not settings.data.exists()


@pytest.mark.usefixtures("ready")
def test_two_files_of_one_name_are_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = file(tmp_path, "good", GOOD), file(tmp_path / "b", "good", GOOD)
    result = run(settings, "publish", *files)
    assert isinstance(result.exception, BadLesson)
    assert "has the same name as" in str(result.exception)
    assert run(settings, "publish", files[0], files[0]).exit_code == 0


def test_mandarin_by_espeak_is_warned_of_once(tmp_path: Path, spoken: Path) -> None:
    settings = Settings(data=tmp_path / "data", studio=StudioSettings(voices={"zh": "espeak:cmn"}))
    on_the_shelf(spoken, settings.data)
    as_if_pressed(settings)
    forget_a_prompt(settings)
    files = [file(tmp_path, name, GOOD) for name in ("one", "two")]
    result = run(settings, "publish", *files)
    assert result.exit_code == 0
    assert result.output.count("espeak:cmn is hard to understand") == 1


@pytest.mark.usefixtures("ready")
def test_withdraw(settings: Settings, tmp_path: Path) -> None:
    run(settings, "publish", file(tmp_path, "good", GOOD))
    assert run(settings, "withdraw", "good").stdout == "withdrew good\n"
    assert run(settings, "list").stdout == "Nothing is published yet. `ivr lesson publish FILE` does it.\n"
    assert isinstance(run(settings, "withdraw", "good").exception, UnknownLesson)


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_file_that_is_not_there_is_named(settings: Settings, tmp_path: Path, command: str) -> None:
    result = run(settings, command, tmp_path / "none.md")
    assert result.exit_code == 2
    assert "none.md" in result.output


@pytest.mark.usefixtures("ready")
def test_a_lost_manifest_comes_back_by_publishing(settings: Settings, tmp_path: Path) -> None:
    good = file(tmp_path, "good", GOOD)
    assert run(settings, "publish", good).exit_code == 0
    (manifest,) = (settings.data / "editions").rglob("*.json")
    manifest.unlink()
    assert run(settings, "publish", good).exit_code == 0
    assert manifest.exists() and run(settings, "list").exit_code == 0


@pytest.mark.usefixtures("ready")
def test_the_preset_of_a_lesson_wins_over_its_branch_s_and_that_over_everybody_s(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "east").mkdir()
    here, there = file(tmp_path, "here", GOOD), file(tmp_path / "east", "there", GOOD)
    own = file(tmp_path / "east", "own", GOOD.replace("标题:", "声音: 普通\n标题:"))
    branches = {"东村": BranchSettings(folder=tmp_path / "east", preset="strong")}
    assert run(settings.model_copy(update={"branches": branches}), "publish", here, there, own).exit_code == 0
    audio = {each.slug: each.segments[0].audio for each in Shelf(settings.data).catalogue().lessons}
    assert audio["here"] == audio["own"] != audio["there"]


@pytest.mark.usefixtures("ready")
def test_a_dry_run_tells_of_prompts_and_names_too(settings: Settings, tmp_path: Path) -> None:
    good = file(tmp_path, "good", GOOD)
    first, *_ = run(settings, "publish", "--dry-run", good).stdout.splitlines()
    assert first == "would press 1 prompts and names"
    assert first.replace("would press", "pressed") in run(settings, "publish", good).stdout.splitlines()
    assert "prompts" not in run(settings, "publish", "--dry-run", good).stdout
