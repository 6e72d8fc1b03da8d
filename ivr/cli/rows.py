"""What is named by the number of its row: a call, a recording, a notice. No database has more rows than this."""

from __future__ import annotations

import click

ROW = click.IntRange(1, 2**63 - 1)
