"""A line at whose web door a test may knock."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.config import LineSettings, Settings, TwilioSettings
from tests.databases import EMPTY, Originals, copied
from tests.telephony.door import OpenDoor, opened

CALLS = itertools.count(1)


@pytest.fixture
def door(settings: Settings, pressed: Path, database_url: str) -> Iterator[OpenDoor]:
    """A line with the made lessons and one learner, on each kind of database."""
    door = opened(settings, pressed, database_url)
    yield door
    door.line.database.close()


@pytest.fixture
def lite(settings: Settings, pressed: Path, tmp_path: Path, originals: Originals) -> Iterator[OpenDoor]:
    """The same, where the kind of database does not matter."""
    door = opened(settings, pressed, originals.sqlite(EMPTY, tmp_path / "ivr.db"))
    yield door
    door.line.database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def _shared(
    request: pytest.FixtureRequest, pressed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenDoor]:
    url = copied(request, EMPTY, tmp_path_factory.mktemp("shared"))
    settings = Settings(
        line=LineSettings(public_url="https://line.example"),
        twilio=TwilioSettings(account_sid="AC" + "0" * 32, auth_token="a token for tests"),
    )
    door = opened(settings, pressed, url)
    yield door
    door.line.database.close()


@pytest.fixture
def shared(_shared: OpenDoor) -> OpenDoor:
    """A line that other tests called before, and a new call to make; on each kind of database."""
    _shared.sid = f"CA{next(CALLS):032}"
    _shared.clock.advance(3600)
    return _shared
