"""The made lessons, for every scene."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.shelf import Shelf
from tests.dialogue.house import House


@pytest.fixture(scope="session")
def house(pressed: Path) -> House:
    return House({lesson.slug: lesson for lesson in Shelf(pressed).catalogue().lessons})
