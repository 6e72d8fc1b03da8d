"""A lesson file on disk, with the lexicon and the recordings that lie beside it."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path

from ivr.keeping import locked
from ivr.studio import script
from ivr.studio.languages.hanzi import EMPTY, Lexicon
from ivr.studio.languages.lexicon import of_lesson
from ivr.studio.mistakes import Mistake
from ivr.studio.recording import recordings
from ivr.studio.script import Script


def alone_in(folder: Path) -> AbstractContextManager[None]:
    """Be the only one, while it lasts, who changes the lessons of a folder or its recordings. Raises NotKept."""
    return locked(folder / ".lock")


def load(path: Path, lexicon: Lexicon = EMPTY) -> tuple[Script, tuple[Mistake, ...]]:
    """Read a lesson file and see after its recordings; its name without endings is the lesson's slug. A file that is
    too big is not read.

    `lexicon` is everybody's; the branch's is read from beside the lesson. Raises BadLexicon.
    """
    slug = re.sub(r"[^\w-]+", "-", path.name.removesuffix(".md").removesuffix(".lesson")).strip("-") or "lesson"
    size = path.stat().st_size
    if size > script.MOST_BYTES:
        return script.parse(b"", slug)[0], (script.too_big(size),)
    written, wrong = script.parse(path.read_bytes(), slug, of_lesson(path, lexicon))
    written, missing = recordings.with_recordings(written, path.parent)
    return written, tuple(sorted((*wrong, *missing), key=lambda each: each.line))
