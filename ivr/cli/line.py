"""`ivr serve` and `ivr phone`: the line for callers, and for a person who tries it in the terminal."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from flask import Flask

from ivr import calls
from ivr.app import create_app
from ivr.cli.number import Number
from ivr.cli.player import find_player
from ivr.cli.player import play as play_file
from ivr.cli.prompts import missing
from ivr.config import LineSettings, Settings
from ivr.dialogue.turn import Gather, Record
from ivr.errors import IvrError
from ivr.records.copying import copied
from ivr.records.db import open_database
from ivr.records.numbers import e164
from ivr.shelf import Shelf
from ivr.telephony import terminal
from ivr.telephony.recordings import fetching
from ivr.voicing import Sound, voicing
from ivr.web import paper
from ivr.web.sending import LARGEST_BODY


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=Number(0, 65535))
@click.option("--threads", default=8, show_default=True, type=Number(1, 256))
@click.option("--verbose", is_flag=True, help="Log every turn, not only how calls begin and end.")
@click.pass_obj
def serve(settings: Settings, host: str, port: int, threads: int, verbose: bool) -> None:
    """Answer calls: the provider's webhooks, and the audio they play; and open the secretary's desk. Without the
    variables of a provider's account, there is the desk alone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("ivr").setLevel(logging.DEBUG if verbose else logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = reached_here(settings, host, port)
    app = create_app(settings)
    if absent := missing(settings):
        click.secho(
            f"Note: {len(absent)} prompts and names are not pressed, so callers hear the provider's own voice."
            " `ivr prompts press` makes them.",
            fg="yellow",
            err=True,
        )
    server = _listening(app, host, port, threads)
    settled_in()  # before it says that it is open: Ctrl-C may be lost in it
    if lacking := settings.twilio.lacking:
        click.echo(
            f"No calls come in by /line/twilio: {' and '.join(lacking)} are not set. Open on http://{host}:{port}."
        )
    else:
        answer = f"{settings.line.public_url}/line/twilio/answer"
        click.echo(f"The line is open on http://{host}:{port}, for requests to {answer}")
    click.echo(f"The secretary's desk is at {settings.line.public_url}/desk/ (`ivr user add` lets people in)")
    threading.Thread(target=_load_what_sets_pdfs, name="PDFs", daemon=True).start()
    with fetching(app.extensions["line"]):
        server.run()


def settled_in() -> None:
    """All that is loaded by now stays: to look through it again and again, for what is not needed any more, would stop
    every call that is on the line for a tenth of a second. Of what comes later, a page of thousands makes tens of
    thousands at once: it is looked through less often, which takes 1 MB."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def _load_what_sets_pdfs() -> None:
    """It takes longer to load than callers may wait for a line that was started again: they come first."""
    paper.load()
    gc.freeze()


def reached_here(settings: Settings, host: str, port: int) -> Settings:
    """Where nobody said how the line is reached, and only this machine reaches it, that is where it listens."""
    line = settings.line
    if host != "127.0.0.1" or line.public_url != LineSettings().public_url:
        return settings
    return settings.model_copy(update={"line": line.model_copy(update={"public_url": f"http://{host}:{port}"})})


def _listening(app: Flask, host: str, port: int, threads: int) -> Any:
    """A server that is bound already. Raises IvrError, which says why nobody could listen there."""
    import waitress

    try:
        return waitress.create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            ident=None,
            max_request_body_size=LARGEST_BODY,  # the desk takes files; the webhooks measure again
        )
    except (OSError, ValueError) as error:  # the latter for a host that can't be
        raise IvrError(f"The line can't be opened on {host}, port {port}: {error}. Choose another by --port.") from None


@click.command()
@click.option(
    "--from", "number", default="", metavar="NUMBER", help="Call from this number; without it, from an unknown one."
)
@click.option("--play", is_flag=True, help="Play the sound too, with aplay, paplay, afplay or ffplay.")
@click.pass_obj
def phone(settings: Settings, number: str, play: bool) -> None:
    """Call the line from here. Nothing of it is recorded.

    Type a key and Enter: 1, 2, 0, * or #. "2@12" presses 2 after twelve seconds. Enter alone presses nothing and
    hears everything; q hangs up. Where a number is asked for, type all of it, with or without the # that ends it; after
    the tone, type what you would say.
    """
    player = find_player() if play else None
    known = open_database(settings.database)
    database = copied(known)
    known.close()
    clock = terminal.TerminalClock(datetime.now(UTC))
    shelf = Shelf(settings.data)
    voiced = voicing(shelf, settings.line.language)
    line = calls.Line(database, shelf, voiced, settings, clock, "terminal")
    caller = (e164(number, settings.line.country) or number) if number else ""
    try:
        terminal.converse(line, clock, caller, _Ear(player))
    finally:
        database.close()
    click.echo("— the call is over —")


class _Ear:
    """A person in front of a terminal: reads the words, hears the sound if there is a player, types."""

    def __init__(self, player: Sequence[str] | None) -> None:
        self.player = player

    def __call__(self, sounds: tuple[Sound, ...], gather: Gather | Record | None) -> terminal.Typed:
        for sound in sounds:
            where = "" if sound.file is None or self.player else f"   [{sound.file}]"
            click.echo(f"  {sound.words or '(somebody speaks)'}{where}")
            if self.player and sound.file:
                self._play(sound)
        return self._typed(gather) if gather else terminal.Typed(None, None)

    def _typed(self, gather: Gather | Record) -> terminal.Typed:
        asked = "say" if isinstance(gather, Record) else "key" if gather.digits == 1 else "number"
        while True:
            try:
                text = click.prompt(asked, default="", show_default=False, prompt_suffix="> ")
            except click.Abort:
                return terminal.Typed(None, 0)
            if typed := terminal.read_typed(text, gather):
                return typed
            click.echo('Type 0-9, * or #, "2@12" for a key after 12 s, Enter for none, q to hang up.')

    def _play(self, sound: Sound) -> None:
        from ivr.telephony.audio import sliced

        assert self.player and sound.file
        play_file(self.player, sliced(sound.file.read_bytes(), sound.start_ms) or b"")
