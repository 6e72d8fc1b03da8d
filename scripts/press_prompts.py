"""What the line says, as the sound that ships with the package: ivr/prompts/pressed, made anew as a whole.

The same words by the same voice come out the same, bit for bit, on processors of the same kind.
"""

from __future__ import annotations

import shutil
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
    kokoro_voices.fetch(voices_folder(settings.data, "kokoro"))
    workshop = Shelf(settings.data / "prompts", None)
    shutil.copytree(settings.data / "voices", workshop.root / "voices", dirs_exist_ok=True)
    for folder in ("audio", "phrases"):
        shutil.rmtree(workshop.root / folder, ignore_errors=True)
    for language in prompts.LANGUAGES:
        line = prompts.load(language)
        words = sorted({line.words(say.prompt, say.value) for say in every_say()})
        with shown(language) as show:
            press_phrases(words, line.voice, workshop, Voices(prompts.PRESSED_BY), show)
        print(f"{language}: {len(words)} prompts by {prompts.PRESSED_BY[line.voice]}")
    shutil.rmtree(prompts.PRESSED, ignore_errors=True)
    for folder in ("audio", "phrases"):
        shutil.copytree(workshop.root / folder, prompts.PRESSED / folder)


if __name__ == "__main__":
    main()
