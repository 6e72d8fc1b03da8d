"""A data folder that is closed, or no folder: every command says so in words, and changes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.shelf import Shelf
from ivr.studio.press import Voices, press
from ivr.studio.script import parse

LESSON = "---\n标题: 试\n发音人: tone:a\n---\n# 开头\n您好。\n# 结尾\n再见。\n"
MAY_ANYTHING = os.geteuid() == 0  # root may write everywhere, unless the right to is taken away
AS_OTHERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] if MAY_ANYTHING else []

pytestmark = pytest.mark.skipif(MAY_ANYTHING and not shutil.which("setpriv"), reason="root may write everywhere")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder with a lesson, and a data folder in which it is published."""
    (tmp_path / "config.toml").touch()
    (tmp_path / "new.lesson.md").write_text(LESSON, "utf-8")
    shelf = Shelf(tmp_path / "data")
    shelf.publish(press(parse(LESSON.encode(), "old")[0], shelf, Voices({})))
    yield tmp_path
    for folder in (tmp_path / "data", *filter(Path.is_dir, (tmp_path / "data").rglob("*"))):
        folder.chmod(0o755)


def ivr(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*AS_OTHERS, str(Path(sys.executable).with_name("ivr")), *words]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "words",
    [("lesson", "tidy"), ("lesson", "withdraw", "old"), ("lesson", "listen", "new.lesson.md", "--to", "a")],
)
def test_nobody_may_write_there(place: Path, words: tuple[str, ...]) -> None:
    (place / "data" / "takes" / ".lock").unlink()
    (place / "data" / ".shelf.lock").unlink()
    for folder in ("", "takes"):
        (place / "data" / folder).chmod(0o555)
    done = ivr(place, *words)
    assert done.returncode == 1
    assert "lock could not be written (Permission denied). What was made before is kept" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("lesson", "list"), ("voices", "list")])
def test_nobody_may_look_into_it(place: Path, words: tuple[str, ...]) -> None:
    (place / "data").chmod(0)
    done = ivr(place, *words)
    assert done.returncode == 1
    assert done.stderr.startswith(f"ivr: {place / 'data'}")
    assert "is closed to you (Permission denied). Run this as the user" in done.stderr
    assert "Traceback" not in done.stderr
