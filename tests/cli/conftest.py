"""Data folders in which everything is said already, for tests of something else: pressing it takes seconds."""

from __future__ import annotations

import os
import shutil
from itertools import groupby
from pathlib import Path

import pytest

from ivr.cli.prompts import wanted
from ivr.config import Settings, StudioSettings
from ivr.records.db import Database
from ivr.shelf import Shelf
from tests.databases import EMPTY, Filling, Originals
from tests.made_lessons import clip
from tests.reports.village import Village, enrol, november

TONES = StudioSettings(voices={"zh": "tone:a", "yue": "tone:c", "en": "tone:b"})


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all that the line says where voices only beep; to be put on other shelves only."""
    data = tmp_path_factory.mktemp("spoken") / "data"
    as_if_pressed(Settings(data=data, studio=TONES))
    return data


@pytest.fixture
def with_november(pressed: Path) -> Filling:
    """The calls of November 2026."""

    def fill(database: Database) -> None:
        enrol(database)
        with database.writing() as connection:
            november(Village(connection, Shelf(pressed).catalogue()))

    return Filling("november", fill)


def as_if_pressed(settings: Settings) -> None:
    """All that the line wants said is there, as if the voices of the settings had said it."""
    shelf = Shelf(settings.data)
    for language, phrases in groupby(wanted(settings), key=lambda each: each.language):
        voice = settings.studio.voices.get(language, "")
        shelf.put_phrases(language, [clip(shelf, each.words) for each in phrases], voice)


def on_the_shelf(original: Path, data: Path) -> None:
    """What is on one shelf is on another, too; linked, not copied, for a shelf's files are replaced and not changed."""
    locks = shutil.ignore_patterns(".*")
    for kind in filter(Path.is_dir, (original / each for each in ("audio", "editions", "phrases", "takes"))):
        shutil.copytree(kind, data / kind.name, copy_function=_linked, dirs_exist_ok=True, ignore=locks)
    if (original / "index.json").exists():
        _linked(str(original / "index.json"), str(data / "index.json"))


def database_in(data: Path, originals: Originals, filling: Filling = EMPTY) -> None:
    """The data folder has its database already, with its tables and its filling: each test need not make them."""
    data.mkdir(parents=True, exist_ok=True)
    originals.sqlite(filling, data / "ivr.db")


def _linked(original: str, copy: str) -> None:
    Path(copy).unlink(missing_ok=True)
    os.link(original, copy)


def harmed(path: Path, content: bytes) -> None:
    """Another file under its name: the one that was there may be on other shelves, too."""
    path.unlink()
    path.write_bytes(content)
