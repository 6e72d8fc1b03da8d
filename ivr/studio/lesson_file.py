"""A lesson file on disk, with the lexicon and the recordings that lie beside it."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from ivr.keeping import locked
from ivr.studio import script
from ivr.studio.languages.hanzi import EMPTY, Lexicon
from ivr.studio.languages.lexicon import of_lesson
from ivr.studio.mastering import PresetName
from ivr.studio.mistakes import Mistake
from ivr.studio.recording import recordings
from ivr.studio.script import NOBODY, Script, Voices


def alone_in(folder: Path) -> AbstractContextManager[None]:
    """Be the only one, while it lasts, who changes the lessons of a folder or its recordings. Raises NotKept."""
    return locked(folder / ".lock")


def load(
    path: Path, lexicon: Lexicon = EMPTY, voices: Voices = NOBODY, preset: PresetName | None = None
) -> tuple[Script, tuple[Mistake, ...]]:
    """Read a lesson file and see after its recordings; its name without endings is the lesson's slug. A file that is
    too big is not read.

    `lexicon` is everybody's; the branch's is read from beside the lesson. `voices` says who speaks each
    language where the lesson names nobody: what they would refuse is a mistake. `preset` is the branch's, for a lesson
    that names none. Raises BadLexicon.
    """
    slug = re.sub(r"[^\w-]+", "-", path.name.removesuffix(".md").removesuffix(".lesson")).strip("-") or "lesson"
    size = path.stat().st_size
    if size > script.MOST_BYTES:
        return script.parse(b"", slug)[0], (script.too_big(size),)
    written, wrong = script.parse(path.read_bytes(), slug, of_lesson(path, lexicon), voices)
    front = msgspec.structs.replace(written.front, preset=written.front.preset or preset)
    written = msgspec.structs.replace(written, front=front)
    written, missing = recordings.with_recordings(written, path.parent)
    return written, tuple(sorted((*wrong, *missing), key=lambda each: each.line))
