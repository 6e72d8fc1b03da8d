"""A line at whose web door a test may knock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.config import Settings
from tests.telephony.door import OpenDoor, opened


@pytest.fixture
def door(settings: Settings, pressed: Path, database_url: str) -> Iterator[OpenDoor]:
    """A line with the made lessons and one learner, on each kind of database."""
    door = opened(settings, pressed, database_url)
    yield door
    door.line.database.close()


@pytest.fixture
def lite(settings: Settings, pressed: Path, tmp_path: Path) -> Iterator[OpenDoor]:
    """The same, where the kind of database does not matter."""
    door = opened(settings, pressed, f"sqlite:///{tmp_path / 'ivr.db'}")
    yield door
    door.line.database.close()
