"""The desk's key: the environment's, or one that is made once and that only its owner reads."""

from __future__ import annotations

import pytest

from ivr.config import SecretSettings, Settings
from ivr.errors import NotKept
from ivr.web.secret import NAME, secret_key


def test_it_is_made_once_for_its_owner_alone(settings: Settings) -> None:
    key = secret_key(settings)
    assert len(key) >= 32 and secret_key(settings) == key
    assert (settings.data / NAME).stat().st_mode & 0o777 == 0o600


def test_the_environment_wins_and_nothing_is_written(settings: Settings) -> None:
    own = settings.model_copy(update={"secrets": SecretSettings(desk="k" * 32)})
    assert secret_key(own) == "k" * 32 and not (settings.data / NAME).exists()


def test_a_key_that_is_none_is_refused(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / NAME).write_text("")
    with pytest.raises(NotKept, match="Delete it; a new one is made"):
        secret_key(settings)
