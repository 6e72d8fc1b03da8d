"""The neural voices, for those tests that need real speech."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ivr.errors import MissingPart
from ivr.studio.engines import kokoro_voices, voices_folder


@pytest.fixture(scope="session")
def neural(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the neural voices."""
    data = tmp_path_factory.mktemp("neural")
    try:
        kokoro_voices.fetch(voices_folder(data, "kokoro"))
    except MissingPart as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"NOT TESTED, the neural voices could not be fetched: {error}")
    return data
