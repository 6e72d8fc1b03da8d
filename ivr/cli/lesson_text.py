"""A lesson file is read everywhere with the same lexicon, voices and preset: those of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivr.config import Settings

if TYPE_CHECKING:  # the studio takes a moment to load: only the commands that need it do so
    from ivr.studio.mistakes import Mistake
    from ivr.studio.script import Script


def read_lesson(settings: Settings, path: Path) -> tuple[Script, tuple[Mistake, ...]]:
    """A lesson and what is wrong with it, for the voices and the branch that would publish it. Raises BadLexicon."""
    from ivr.studio.languages.lexicon import of_everybody
    from ivr.studio.lesson_file import load

    return load(path, of_everybody(settings.studio.lexicon), settings.studio.voices, settings.preset_of(path))
