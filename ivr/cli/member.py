"""`ivr member`: what the line has learned of one member, and what was chosen for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from ivr import prompts
from ivr.config import Settings
from ivr.records import acquaintance, latency, pins, typable
from ivr.records.acquaintance import Acquaintance
from ivr.records.db import open_database
from ivr.records.learners import Now
from ivr.records.numbers import masked
from ivr.reports.formats import to_text
from ivr.reports.sheet import Sheet
from ivr.shelf import Shelf

NEW = "new"


@click.group()
def member() -> None:
    """One member: what the line knows of them, and what they chose."""


@member.command()
@click.argument("number")
@click.pass_obj
def show(settings: Settings, number: str) -> None:
    """Show what the line has learned of the member with this member NUMBER, and why it acts as it does."""
    now = Now(Shelf(settings.data).catalogue(), settings, datetime.now(UTC))
    database = open_database(settings.database)
    try:
        with database.reading() as connection:
            known = acquaintance.of(connection, number, now)
    finally:
        database.close()
    for what, told in _told(known, settings):
        click.echo(f"{what:<10}{told}")
    cells = tuple(
        (each.id, _local(each.started_at, settings), masked(each.number), "按键不顺" if each.keys_failed else "")
        for each in known.calls
    )
    click.echo()
    click.echo(to_text([Sheet("最近的电话", ("通话", "开始", "电话", "按键"), cells)]), nl=False)


def _told(known: Acquaintance, settings: Settings) -> Iterator[tuple[str, str]]:
    who, chosen = known.member, known.chosen
    yield "member", f"{who.number} {who.name}, {who.branch}"
    yield "phones", "、".join(map(masked, who.phones)) or "none"
    yield "role", f"{who.role or 'none'}; {'has a PIN' if known.has_pin else 'no PIN'}"
    yield "language", chosen.get("language") or "as the line"
    yield "pace", chosen.get("pace") or "as the lesson"
    yield "one key", {"yes": "any key picks", "no": "never to be offered"}.get(chosen.get("one_key", ""), "not chosen")
    yield "wait", _wait(known, settings)
    yield "minutes", f"{known.minutes} this month" + (f" of {known.allowed}" if known.allowed else "")


def _wait(known: Acquaintance, settings: Settings) -> str:
    """How long, and from what it follows."""
    latencies = sorted(known.learned.latencies)
    since = f" since {_local(known.since, settings)}" if known.since else ""
    if not known.learned.wait_s:
        return (
            f"{settings.dialogue.wait_s} s, as the settings say: {len(latencies)} keys{since} are too few to learn by"
        )
    within_s = latencies[math.ceil(latency.SHARE * len(latencies)) - 1]
    slow = f"{latency.SHARE:.0%} of the last {len(latencies)} keys{since} came within {within_s:.1f} s"
    return f"{known.learned.wait_s} s: {slow}, and half as much again"


def _local(at: datetime, settings: Settings) -> str:
    return f"{at.astimezone(settings.line.zone):%Y-%m-%d %H:%M}"


@member.command()
@click.argument("number")
@click.option("--wait", is_flag=True, help="How long the line waits for their keys.")
@click.option("--language", is_flag=True)
@click.option("--pace", is_flag=True)
@click.option("--one-key", is_flag=True)
@click.pass_obj
def reset(settings: Settings, /, number: str, **asked: bool) -> None:
    """Forget what was learned and chosen: all of it, or only what is named."""
    named = frozenset(what for what, is_asked in asked.items() if is_asked)
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            what = named or frozenset(acquaintance.CHOICES)
            who = acquaintance.forget(connection, number, what, datetime.now(UTC))
    finally:
        database.close()
    click.echo(f"Forgotten of {who.name}: {', '.join(each for each in acquaintance.CHOICES if each in what)}.")


@member.command("set")
@click.argument("number")
@click.option("--language", type=click.Choice(["line", *sorted(prompts.PRESSED_BY)]), help="line: as the line speaks.")
@click.option("--pace", type=click.Choice(["slow", "normal", "fast"]), help="normal: as each lesson is.")
@click.option("--one-key", type=click.Choice(["yes", "no"]), help="Choices are read one by one, and any key picks.")
@click.option("--role", type=click.Choice(["leader", "visitor", "secretary", "none"]))
@click.option("--pin", is_flag=False, flag_value=NEW, metavar="[DIGITS]", help="Without DIGITS, a new one is made.")
@click.option("--no-pin", is_flag=True, help="Take the PIN away.")
@click.pass_obj
def set_(settings: Settings, /, number: str, pin: str | None, no_pin: bool, **chosen: str | None) -> None:
    """Choose for the member with this member NUMBER. A PIN that is made is shown once, here, and kept nowhere."""
    if pin is not None and no_pin:
        raise click.UsageError("Give one of --pin and --no-pin.")
    if pin == "":
        raise click.UsageError("--pin '' is no PIN. Leave out the digits for a new one; --no-pin takes the PIN away.")
    choices = {what: _plain(value) for what, value in chosen.items() if value is not None}
    made = pins.new_pin() if pin == NEW else ""
    if pin is not None or no_pin:
        choices["pin"] = made or pin or ""
    if not choices:
        raise click.UsageError("Say what is chosen, for example --pace slow.")
    database = open_database(settings.database)
    try:
        with database.writing() as connection:
            if choices.get("pin") or choices.get("role"):
                typable.require(connection, number)
            who = acquaintance.choose(connection, number, choices)
    finally:
        database.close()
    click.echo(f"Changed for {who.name}: {', '.join(choices)}.")
    if made:
        click.echo(f"The PIN is {made}. Tell it to {who.name} alone.")


def _plain(value: str) -> str:
    """What is the rule is kept as no choice at all."""
    return "" if value in ("line", "normal", "none") else value
