"""`ivr export xapi`: the month as statements, to a file or to a store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli.export import export_group
from ivr.config import LrsSettings, Settings
from ivr.errors import NotSent
from tests.databases import Filling, Originals
from tests.reports.test_xapi import StrictStore, store

__all__ = ["store"]


@pytest.fixture
def village(
    settings: Settings, pressed: Path, originals: Originals, with_november: Filling, tmp_path: Path
) -> Settings:
    url = originals.sqlite(with_november, tmp_path / "ivr.db")
    return settings.model_copy(update={"data": pressed, "database_url": url})


def run(settings: Settings, *arguments: str) -> str:
    return (
        CliRunner()
        .invoke(export_group, ["xapi", "--month", "2026-11", *arguments], obj=settings, catch_exceptions=False)
        .output
    )


def test_a_line_for_each_statement_to_the_screen_or_a_file(village: Settings, tmp_path: Path) -> None:
    lines = run(village).splitlines()
    assert len(lines) > 10 and {json.loads(line)["version"] for line in lines} == {"1.0.3"}
    path = tmp_path / "out.jsonl"
    assert run(village, "--output", str(path)) == f"wrote {path}: {len(lines)} statements\n"
    assert path.read_text("utf-8").splitlines() == lines
    assert len(run(village, "--branch", "东村党支部").splitlines()) == 1


def test_it_is_sent_once(village: Settings, store: StrictStore) -> None:
    with pytest.raises(NotSent, match="No store is named"):
        run(village, "--send")
    secrets = village.secrets.model_copy(update={"lrs_key": "key", "lrs_secret": "secret"})
    to = village.model_copy(update={"lrs": LrsSettings(url=store.url), "secrets": secrets})
    count = len(run(village).splitlines())
    assert run(to, "--send") == f"sent {count} statements; 0 had been sent before\n"
    assert run(to, "--send") == f"sent 0 statements; {count} had been sent before\n"
    assert len(store.kept) == count
