"""The demonstration leaves the voices where a line of one's own finds them."""

from __future__ import annotations

from pathlib import Path

from ivr.studio.engines import voices_folder
from scripts.demo_call import share_voices


def test_voices_are_fetched_once_for_both(tmp_path: Path) -> None:
    own, demo = tmp_path / "data", tmp_path / "data" / "demo"
    share_voices(demo)
    share_voices(demo)
    voices_folder(demo, "kokoro").mkdir()
    assert voices_folder(own, "kokoro").is_dir()


def test_the_voices_of_an_older_demonstration_stay(tmp_path: Path) -> None:
    kept = voices_folder(tmp_path / "demo", "kokoro")
    kept.mkdir(parents=True)
    share_voices(tmp_path / "demo")
    assert kept.is_dir() and not (tmp_path / "demo" / "voices").is_symlink()
