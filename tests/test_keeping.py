"""Files are kept whole, by one at a time; what can't be kept is said in words."""

from __future__ import annotations

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.errors import NotKept
from ivr.keeping import DRAFT, WRITTEN, delete_drafts, locked, write_whole


def test_a_new_name_is_on_the_disk_when_the_call_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content before it has the name, the folder after it has."""
    path, synced, sync = tmp_path / "new" / "file", [], os.fsync

    def watched(opened: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(opened).st_mode), path.exists()))
        sync(opened)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(path, b"whole")
    assert synced == [(False, False), (True, True)]
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_what_lies_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(NotKept, match=r"a/file could not be written: .*/taken is a file, not a folder. Move it"):
        write_whole(tmp_path / "taken" / "a" / "file", b"")
    with (
        pytest.raises(NotKept, match=r"\.lock could not be written: .*/taken is a file"),
        locked(tmp_path / "taken" / ".lock"),
    ):
        raise AssertionError("nobody has the lock")


def test_a_lock_that_can_t_be_had_is_told(tmp_path: Path) -> None:
    (tmp_path / ".lock").mkdir()
    with pytest.raises(NotKept, match=r"\.lock could not be written \(Is a directory\)"), locked(tmp_path / ".lock"):
        raise AssertionError("nobody has the lock")


def test_one_at_a_time_and_errors_let_go(tmp_path: Path) -> None:
    entered: list[int] = []

    def enter(number: int) -> None:
        with locked(tmp_path / "new" / ".lock"):
            entered.append(number)

    with pytest.raises(KeyError), locked(tmp_path / "new" / ".lock"):
        other = threading.Thread(target=enter, args=(1,))
        other.start()
        other.join(0.2)
        assert not entered
        raise KeyError
    other.join()
    assert entered == [1]


def test_drafts_of_the_dead_are_deleted_and_those_of_the_living_stay(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - files have the time of the machine
    for name, age in (("old", WRITTEN * 2), ("new", timedelta(0))):
        draft = tmp_path / "takes" / f".{name}.wav.1.2{DRAFT}"
        draft.parent.mkdir(exist_ok=True)
        draft.write_bytes(bytes(100))
        os.utime(draft, times=((now - age).timestamp(),) * 2)
    write_whole(tmp_path / "takes" / "whole.wav", b"")
    assert delete_drafts(tmp_path / "nowhere", now) == 0
    assert delete_drafts(tmp_path, now) == 100
    assert {path.name for path in (tmp_path / "takes").iterdir()} == {f".new.wav.1.2{DRAFT}", "whole.wav"}
