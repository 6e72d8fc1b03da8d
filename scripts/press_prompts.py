"""What the line says, as the sound that ships with the package: ivr/prompts/pressed, made anew as a whole, and
put there when all of it is made.

The same words by the same voice come out the same, bit for bit, on processors of the same kind.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ivr import config, prompts
from ivr.cli.progress_bar import shown
from ivr.dialogue.machine import every_say
from ivr.shelf import Shelf
from ivr.studio.engines import kokoro_voices, voices_folder
from ivr.studio.press import Voices, press_phrases

CONFIG = Path(__file__).resolve().parent.parent / "config.toml"


def main() -> None:
    settings = config.load(CONFIG, {})
    voices = voices_folder(settings.data, "kokoro")
    kokoro_voices.fetch(voices)
    with tempfile.TemporaryDirectory(prefix=".pressing-", dir=prompts.PRESSED.parent) as folder:  # no takes from before
        workshop = Shelf(Path(folder) / "workshop", None)
        shutil.copytree(voices, voices_folder(workshop.root, "kokoro"))
        for language in prompts.LANGUAGES:
            _press(language, workshop)
        swap(workshop.root, prompts.PRESSED)


def swap(workshop: Path, place: Path) -> None:
    """Put what was pressed in the place of what is there, which stays whole until then."""
    new, old = workshop.with_name("new"), workshop.with_name("old")
    for kind in ("audio", "phrases"):
        shutil.copytree(workshop / kind, new / kind)
    if place.exists():
        place.rename(old)
    new.rename(place)


def _press(language: str, workshop: Shelf) -> None:
    line = prompts.load(language)
    words = sorted({line.words(say.prompt, say.value) for say in every_say(prompts.PEOPLE)})
    with shown(language) as show:
        press_phrases(words, line.voice, workshop, Voices(prompts.PRESSED_BY), show)
    print(f"{language}: {len(words)} prompts by {prompts.PRESSED_BY[line.voice]}")


if __name__ == "__main__":
    main()
