"""`ivr roster`, as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.roster import roster
from ivr.config import Settings, StudioSettings
from ivr.errors import BadRoster, NotEnrolled
from ivr.shelf import Shelf
from tests.cli.conftest import TONES, database_in, on_the_shelf
from tests.databases import Originals

LIST = "姓名,电话,支部,编号\n王秀英,13800138001,初心村,001\n李大山,13800138002、0371-65432100,东村,002\n"


@pytest.fixture
def beeping(settings: Settings, spoken: Path, originals: Originals) -> Settings:
    """Settings whose voices only beep, and have said all but names."""
    on_the_shelf(spoken, settings.data)
    database_in(settings.data, originals)
    return settings.model_copy(update={"studio": TONES})


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


def test_a_name_that_is_replaced_is_told(beeping: Settings, tmp_path: Path) -> None:
    run(beeping, "import", written(tmp_path))
    other = written(tmp_path, LIST.replace("王秀英", "王秀云"))
    for dry in (["--dry-run"], []):
        told = run(beeping, "import", *dry, other).output
        assert "Note: row 2 (001): the name 王秀英 is replaced by 王秀云.\n" in told and told.count("Note: ") == 1


def test_mistakes_are_told_and_nothing_is_imported(beeping: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadRoster, match=r"members\.csv can't be imported; nothing was changed:\n  row 4, 电话"):
        run(beeping, "import", written(tmp_path, LIST + "张,1380013,东村,003\n"))
    assert run(beeping, "list").output == "0 人\n"


def test_who_is_enrolled_stays_so_when_the_voice_fails(beeping: Settings, tmp_path: Path) -> None:
    silent = beeping.model_copy(update={"studio": StudioSettings(voices={"zh": "nothing:at-all"})})
    assert "`ivr prompts press`" in run(silent, "import", written(tmp_path)).output
    assert run(silent, "list").output.startswith("2 人\n")


def test_numbers_that_can_t_be_typed_are_told(beeping: Settings, tmp_path: Path) -> None:
    more = "赵,13800138003,东村,A001\n钱,,东村,甲\n孙,,东村,000\n周,,东村,410102195001011234\n吴,,东村,1\n"
    for dry in (["--dry-run"], []):
        result = run(beeping, "import", *dry, written(tmp_path, LIST + more))
        notes = [line for line in result.output.splitlines() if line.startswith("Note: ")]
        zeros = "but for zeros in front, another has the same digits; whoever leaves these out is not known"
        can_t = "and can't be typed on the telephone. Enrol"
        assert notes == [
            f"Note: D2, D4, D8, 编号: {zeros}.",
            f"Note: row 2 (001) and row 4 (A001) have the same digits, {can_t} one of them under another number.",
            f"Note: row 5 (甲) has no digit but 0, {can_t} them under another number.",
            f"Note: row 6 (000) has no digit but 0, {can_t} them under another number.",
            f"Note: row 7 (410102195001011234) has more than 12 digits, {can_t} them under another number.",
        ]
    assert run(beeping, "list").output.startswith("7 人\n")  # told, not refused
    later = run(beeping, "import", written(tmp_path, "姓名,电话,支部,编号\n郑,,东村,B2\n冯,,东村,C002\n"))
    assert "Note: 002, enrolled before, and row 3 (C002) have the same digits, and can't" in later.output
    assert f"Note: D2, D3, 编号: {zeros}." in later.output and later.output.count("Note: ") == 2


def test_an_office_without_rights_is_told_with_its_cells(beeping: Settings, tmp_path: Path) -> None:
    people = [f"{n},书记" for n in (21, 22)] + [f"{n},支委" for n in range(31, 43)] + ["51,党员", "52,无", "53,"]
    lines = ["编号,职务,姓名,电话,支部", *(f"{each},王,,东村" for each in people)]
    (note,) = run(beeping, "import", "--dry-run", written(tmp_path, "\n".join(lines))).output.splitlines()[1:]
    cells = ", ".join(f"B{row}" for row in range(4, 14))
    assert note == f'Note: {cells} and 2 more, 职务: "支委" gives no rights on the telephone; it is kept as written.'


def test_no_more_notes_than_anybody_reads(beeping: Settings, tmp_path: Path) -> None:
    nobody = "".join(f"王{n},,东村,{name}\n" for n, name in enumerate("甲乙丙丁戊己庚辛壬癸子丑"))
    told = run(beeping, "import", "--dry-run", written(tmp_path, LIST + nobody)).output.splitlines()[1:]
    assert len(told) == 11 and told[-1] == "Note: and so it is with 2 more."


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
