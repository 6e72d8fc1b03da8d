"""eSpeak NG, the voice that is always there: in processes of its own, which may die; the next words start another."""

from __future__ import annotations

import numpy as np

from ivr.errors import VoiceFailed
from ivr.studio.engines.engine import Rate, Samples, installed_version, plain
from ivr.studio.engines.own_process import Answer, Died, OwnProcesses, Unable

# In Mandarin 145 is 3.2 syllables a second while speaking, 165 is 3.6, 190 is 4.3 (measured with eSpeak NG 1.52).
WORDS_PER_MINUTE: dict[Rate, int] = {"slow": 145, "normal": 165, "fast": 190}
PATIENCE_S = 30.0
SETTINGS = "rates-1"  # part of a take's name: raise it when the table above changes


class Espeak:
    """A process for each thread that asks at once, started with its first words."""

    name = "espeak"

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        """Raises MissingPart where the package is not installed."""
        self.version = f"{installed_version('espeakng-loader', 'espeak')} {SETTINGS}"
        self._processes = OwnProcesses("ivr.studio.engines.espeak_worker", patience_s=patience_s)

    def synthesize(self, text: str, voice: str, rate: Rate) -> Samples:
        answer = self._ask(plain(text), voice, words_per_minute=WORDS_PER_MINUTE[rate])
        sound = np.frombuffer(answer.content, "<i2").astype(np.float32) / np.float32(32768)
        if not sound.any():
            raise VoiceFailed(f"eSpeak NG said nothing for {text!r}. Does the voice {voice!r} speak its language?")
        return Samples(sound, answer.rate_hz)

    def phonemes(self, text: str, voice: str) -> str:
        """A text in the International Phonetic Alphabet, with the marks that end its clauses. Raises VoiceFailed."""
        return self._ask(text, voice).content.decode()

    def _ask(self, text: str, voice: str, **more: object) -> Answer:
        try:
            return self._processes.ask(text=text, voice=voice, **more)
        except Died as error:
            raise VoiceFailed(f"eSpeak NG stopped while saying {text[:30]!r}. Try again.") from error
        except Unable as error:
            raise VoiceFailed(f"{error}. Choose another one in config.toml, [studio.voices].") from error

    @property
    def worker_ids(self) -> list[int]:
        """The processes that have spoken and wait for more."""
        return self._processes.idle_ids
