"""The key that the desk signs with: from the environment, or made once and kept where only its owner reads it."""

from __future__ import annotations

import secrets

from ivr.config import Settings
from ivr.errors import NotKept
from ivr.keeping import locked, write_whole

NAME = "secret_key"
LEAST = 32  # characters


def secret_key(settings: Settings) -> str:
    """Raises NotKept where it can't be kept, or is not what we wrote."""
    if settings.secrets.desk:
        return settings.secrets.desk
    path = settings.data / NAME
    with locked(settings.data / f".{NAME}.lock"):
        if not path.exists():
            write_whole(path, secrets.token_urlsafe(48).encode(), secret=True)
    key = path.read_text("ascii").strip()
    if len(key) < LEAST:
        raise NotKept(f"{path} holds no key of {LEAST} characters or more. Delete it; a new one is made.")
    return key
