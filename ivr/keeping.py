"""Files are kept whole: written beside, then renamed, by one process at a time; what a killed one left is deleted."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from ivr.errors import NotKept

DRAFT = ".draft"
WRITTEN = timedelta(hours=1)  # no file takes so long to write


def write_whole(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file so that others see the old one or the whole new one, never a part, even after a power cut; a
    `secret` one can be read by its owner only.

    Raises NotKept where the disk is full, or closed to us.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{DRAFT}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "wb", opener=_for_owner if secret else None) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise _not_kept(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until nobody else, in any process, holds this lock file; its folder is made. Raises NotKept."""
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except (OSError, NotImplementedError) as error:  # the latter from file systems without locks
        raise _not_kept(path, error) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Hold this lock file, unless somebody does already: then it is theirs, and False. Its folder must be there."""
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except (OSError, NotImplementedError) as error:
        raise _not_kept(path, error) from error
    try:
        yield True
    finally:
        lock.release()


def delete_drafts(folder: Path, now: datetime) -> int:
    """Delete what was left half-written in a folder and those below it; returns the bytes freed."""
    freed = 0
    for path in folder.rglob(f".*{DRAFT}"):
        with contextlib.suppress(FileNotFoundError):  # its writer lives, or somebody else tidies
            stat = path.stat()
            if stat.st_mtime < (now - WRITTEN).timestamp():
                path.unlink()
                freed += stat.st_size
    return freed


def _sync(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _not_kept(path: Path, error: Exception) -> NotKept:
    blocking = next((each for each in path.parents if each.exists() and not each.is_dir()), None)
    if blocking:
        return NotKept(f"{path} could not be written: {blocking} is a file, not a folder. Move it out of the way.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return NotKept(f"{path} could not be written ({reason}). {NotKept.__doc__}")
