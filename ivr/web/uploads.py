"""A file that was looked at waits for its user to say yes: in the data folder, for an hour, beside a few others of
theirs at most. It is given out again only to whoever sent it, and only as it came, since its name is a keyed hash of
both."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ivr.keeping import write_whole

FOLDER = "uploads"
WAITS = timedelta(hours=1)
MOST = 5  # of one user
TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Uploads:
    """Those of a desk: `data` is its data folder, `key` its own."""

    data: Path
    key: str

    def keep(self, user: int, content: bytes, now: datetime) -> str:
        """Returns what gives it out again. Raises NotKept."""
        self.sweep(now)
        token = self._token(user, content)
        path = self._path(user, token)
        write_whole(path, content, secret=True)
        os.utime(path, (now.timestamp(), now.timestamp()))
        self._make_room(path)
        return token

    def kept(self, user: int, token: str, now: datetime) -> bytes | None:
        """None where it waited for too long, or was somebody else's."""
        self.sweep(now)
        if not TOKEN.fullmatch(token):
            return None
        try:
            content = self._path(user, token).read_bytes()
        except FileNotFoundError:
            return None
        return content if hmac.compare_digest(token, self._token(user, content)) else None

    def forget(self, user: int, token: str) -> None:
        if TOKEN.fullmatch(token):
            self._path(user, token).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """Delete what waited for too long: it is full of names and telephone numbers."""
        for path in (self.data / FOLDER).glob("*/*"):
            if _sent_at(path) < (now - WAITS).timestamp():
                path.unlink(missing_ok=True)

    def _make_room(self, newest: Path) -> None:
        others = sorted((each for each in newest.parent.iterdir() if each != newest), key=_sent_at, reverse=True)
        for path in others[MOST - 1 :]:
            path.unlink(missing_ok=True)

    def _token(self, user: int, content: bytes) -> str:
        return hmac.new(self.key.encode(), f"upload:{user}:".encode() + content, hashlib.sha256).hexdigest()

    def _path(self, user: int, token: str) -> Path:
        return self.data / FOLDER / str(user) / token


def _sent_at(path: Path) -> float:
    """Long ago where somebody else tidied it away."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
