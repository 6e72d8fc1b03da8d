"""What a line needs to be well, looked at one after the other; nothing is changed, no fault hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from ivr.config import Settings
from ivr.doctor import machine, ours
from ivr.doctor.finding import Finding

Check = Callable[[Settings, datetime], Iterable[Finding]]
CHECKS: dict[str, Check] = {
    "settings": ours.settings,
    "address": ours.address,
    "provider": ours.provider,
    "database": ours.database,
    "desk": ours.desk,
    "lessons": ours.lessons,
    "prompts": ours.prompts,
    "voices": ours.voices,
    "disk": machine.disk,
    "clock": machine.clock,
    "ffmpeg": machine.ffmpeg,
    "PDF": machine.pdf,
    "fonts": machine.fonts,
}

__all__ = ["CHECKS", "Finding", "examine"]


def examine(settings: Settings, now: datetime) -> list[Finding]:
    return [finding for what, check in CHECKS.items() for finding in _looked(what, check, settings, now)]


def _looked(what: str, check: Check, settings: Settings, now: datetime) -> Iterator[Finding]:
    """A check that itself fails is a finding, too: whoever asks wants to know all."""
    try:
        yield from check(settings, now)
    except Exception as error:
        told = f"could not be looked at ({type(error).__name__}: {error})".splitlines()[0]
        yield Finding(what, "missing", told, "Mend what is named before it, and look again.")
