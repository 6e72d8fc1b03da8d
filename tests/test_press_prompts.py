"""The prompts that ship are replaced by whole new ones, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.press_prompts import swap


def workshop(folder: Path, *kinds: str) -> Path:
    for kind in (*kinds, "takes"):
        (folder / "workshop" / kind).mkdir(parents=True)
        (folder / "workshop" / kind / "new").touch()
    return folder / "workshop"


def test_what_was_pressed_takes_the_place_of_what_is_there(tmp_path: Path) -> None:
    place = tmp_path / "pressed"
    (place / "audio").mkdir(parents=True)
    (place / "audio" / "old").touch()
    swap(workshop(tmp_path / "made", "audio", "phrases"), place)
    assert sorted(str(path.relative_to(place)) for path in place.rglob("*/*")) == ["audio/new", "phrases/new"]


def test_half_a_pressing_leaves_what_is_there(tmp_path: Path) -> None:
    place = tmp_path / "pressed"
    (place / "audio").mkdir(parents=True)
    with pytest.raises(FileNotFoundError):
        swap(workshop(tmp_path / "made", "audio"), place)
    assert (place / "audio").is_dir()
