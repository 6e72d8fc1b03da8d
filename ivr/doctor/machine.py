"""What the machine must have: room, a clock that is right, ffmpeg; and for PDFs, libraries and fonts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ivr.config import Settings
from ivr.doctor.finding import Finding
from ivr.errors import MissingPart
from ivr.web import paper

LEAST_MB, LITTLE_MB = 200, 2000  # below the first, calls may not be written down
YEARS = range(2026, 2100)
FONT_DIRS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
CHINESE = ("notosanscjk", "notoserifcjk", "sourcehansans", "wqy-", "simsun", "msyh", "pingfang", "lxgwwenkai")


def disk(settings: Settings, _: datetime) -> Iterator[Finding]:
    """Where the data lie, or will."""
    folder = next(each for each in (settings.data, *settings.data.parents) if each.exists())
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    told = f"{free_mb:,} MB free for {settings.data}"
    if free_mb < LEAST_MB:
        yield Finding("disk", "missing", told, f"Make room: below {LEAST_MB} MB calls may not be written down.")
    elif free_mb < LITTLE_MB:
        yield Finding("disk", "note", told, "`ivr lesson tidy` deletes audio that nothing needs any more.")
    else:
        yield Finding("disk", "well", told)


def clock(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The year must be a possible one; whether the clock is kept right is not known from here."""
    local = now.astimezone(settings.line.zone)
    told = f"{local:%Y-%m-%d %H:%M} in {settings.line.timezone}"
    if now.year not in YEARS:
        yield Finding("clock", "missing", told, "Set the clock: records would lie in the wrong month.")
        return
    yield Finding("clock", "well", told)
    yield Finding("clock", "note", "whether it is kept right by NTP is not known here", "timedatectl shows it.")


def ffmpeg(_: Settings, __: datetime) -> Iterator[Finding]:
    import imageio_ffmpeg

    try:
        binary = imageio_ffmpeg.get_ffmpeg_exe()
        told = subprocess.run([binary, "-version"], capture_output=True, text=True, timeout=20, check=True).stdout  # noqa: S603
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        mend = "apt-get install ffmpeg, or pip install --force-reinstall imageio-ffmpeg."
        yield Finding("ffmpeg", "missing", f"does not start ({error})", mend)
        return
    yield Finding("ffmpeg", "well", " ".join(told.split()[:3]))


def pdf(_: Settings, __: datetime) -> Iterator[Finding]:
    """A page is set, with our own style sheet. Without it pages still print from the browser."""
    try:
        made = paper.to_pdf('<html lang="zh-CN"><link rel="stylesheet" href="/desk/static/desk.css"><p>听课</p></html>')
    except MissingPart as error:
        told, _sign, mend = str(error).partition(". ")
        yield Finding("PDF", "note", told, mend)
        return
    yield Finding("PDF", "well", f"WeasyPrint sets pages ({len(made) // 1000} kB)")


def fonts(_: Settings, __: datetime) -> Iterator[Finding]:
    found = sorted({name for name in _font_files() if any(each in name.casefold() for each in CHINESE)})
    if found:
        yield Finding("fonts", "well", f"Chinese letters are here ({found[0]})")
    else:
        yield Finding(
            "fonts", "note", "no Chinese font was found; PDFs would have boxes", "apt-get install fonts-noto-cjk"
        )


def _font_files() -> Iterator[str]:
    for folder in (*map(Path, FONT_DIRS), Path.home() / ".fonts", Path.home() / ".local/share/fonts"):
        if folder.is_dir():
            yield from (path.name for path in folder.rglob("*") if path.suffix.casefold() in (".ttf", ".ttc", ".otf"))
