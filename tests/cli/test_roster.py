"""`ivr roster`, as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.roster import roster
from ivr.config import Settings, StudioSettings
from ivr.errors import BadRoster, NotEnrolled
from ivr.shelf import Shelf

LIST = "姓名,电话,支部,编号\n王秀英,13800138001,初心村,001\n李大山,13800138002、0371-65432100,东村,002\n"


@pytest.fixture
def beeping(settings: Settings) -> Settings:
    """Settings whose voices only beep."""
    studio = StudioSettings(voices={"zh": "tone:a", "en": "tone:a"})
    return settings.model_copy(update={"studio": studio})


def run(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(roster, arguments, obj=settings, catch_exceptions=False)


def written(folder: Path, text: str = LIST) -> str:
    path = folder / "members.csv"
    path.write_text(text, "utf-8")
    return str(path)


def test_import_enrols_and_presses_the_names(beeping: Settings, tmp_path: Path) -> None:
    told = run(beeping, "import", written(tmp_path)).output.splitlines()
    assert told[0] == "Imported members.csv: 2 added, 0 changed, 0 unchanged; 3 phones, 2 branches."
    assert any(line.startswith("pressed ") for line in told[1:])
    assert Shelf(beeping.data).phrase("zh", "王秀英")
    again = run(beeping, "import", written(tmp_path)).output
    assert again == "Imported members.csv: 0 added, 0 changed, 2 unchanged; 3 phones, 2 branches.\n"


def test_a_dry_run_changes_nothing(beeping: Settings, tmp_path: Path) -> None:
    told = run(beeping, "import", "--dry-run", written(tmp_path)).output
    assert told == (
        "Nothing was changed; importing members.csv would mean: "
        "2 added, 0 changed, 0 unchanged; 3 phones, 2 branches.\n"
    )
    assert run(beeping, "list").output == "0 人\n"


def test_mistakes_are_told_and_nothing_is_imported(beeping: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadRoster, match=r"members\.csv can't be imported; nothing was changed:\n  row 4, 电话"):
        run(beeping, "import", written(tmp_path, LIST + "张,1380013,东村,003\n"))
    assert run(beeping, "list").output == "0 人\n"


def test_who_is_enrolled_stays_so_when_the_voice_fails(beeping: Settings, tmp_path: Path) -> None:
    silent = beeping.model_copy(update={"studio": StudioSettings(voices={"zh": "nothing:at-all"})})
    assert "`ivr prompts press`" in run(silent, "import", written(tmp_path)).output
    assert run(silent, "list").output.startswith("2 人\n")


def test_numbers_are_listed_masked(beeping: Settings, tmp_path: Path) -> None:
    run(beeping, "import", written(tmp_path))
    assert run(beeping, "list").output.splitlines() == [
        "2 人",
        "",
        "支部    编号  姓名    电话",
        "─" * 46,
        "东村    002   李大山  138****8002、371****2100",
        "初心村  001   王秀英  138****8001",
    ]
    assert run(beeping, "list", "--branch", "东村").output.startswith("1 人\n")
    with pytest.raises(NotEnrolled, match="西村"):
        run(beeping, "list", "--branch", "西村")
