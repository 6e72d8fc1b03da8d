"""`ivr doctor`: what is well, what is missing, and how to mend it. It changes nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click

from ivr import doctor as checks
from ivr.config import Settings
from ivr.doctor import Finding

SIGNS = {"well": "✓", "note": "·", "missing": "✗"}
COLOURS = {"well": "green", "note": "yellow", "missing": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
@click.pass_obj
def doctor(settings: Settings, as_json: bool) -> None:
    """Look at all that the line needs; ends with 1 if something that it needs is missing."""
    findings = checks.examine(settings, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in findings], ensure_ascii=False, indent=2))
    else:
        for each in findings:
            _tell(each)
    sys.exit(any(each.state == "missing" for each in findings))


def _tell(finding: Finding) -> None:
    click.secho(f"{SIGNS[finding.state]} {finding.what}: {finding.told}", fg=COLOURS[finding.state])
    if finding.mend:
        click.echo(f"    {finding.mend}")
