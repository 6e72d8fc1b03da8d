"""What was found, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "note", "missing"]  # a note is worth knowing; the line works all the same


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    told: str
    mend: str = ""
