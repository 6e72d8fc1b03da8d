"""How far long work is, where nobody watches: a log is not filled with it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ivr.cli import progress_bar
from ivr.studio.takes import Progress


def test_without_a_terminal_a_line_tells_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress_bar, "time", SimpleNamespace(monotonic=lambda: clock.now))
    with progress_bar.shown("falls") as show:
        for made in range(35):
            clock.now = made
            show(Progress(made, 5, 50))
    told = [f"falls: {done} of 50 sentences" for done in (15, 25, 35)]
    assert capsys.readouterr() == ("", "\n".join([*told, ""]))
