"""Sound in a terminal is played by whatever program is there."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import which

import click

PLAYERS = (("aplay", "-q"), ("paplay",), ("afplay",), ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"))


def find_player(otherwise: str = "leave out --play") -> Sequence[str]:
    """The command that plays a file named after it; raises UsageError, which says what to install."""
    for command in PLAYERS:
        if which(command[0]):
            return command
    raise click.UsageError(f"No program to play sound was found. Install aplay (alsa-utils), or {otherwise}.")


def play(player: Sequence[str], wav: bytes) -> bool:
    """Play a WAV file to its end, or until Ctrl-C; whether the player was content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        path.write_bytes(wav)
        try:
            return subprocess.run([*player, str(path)], check=False).returncode == 0  # noqa: S603 - found by name
        except KeyboardInterrupt:
            click.echo()  # enough heard
            return True
