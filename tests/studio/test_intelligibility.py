"""Is it understood? A machine listens to a fixed corpus through the telephone, with young ears and with old ones.

The corpus is a sample, not a goal: what helps only these sentences helps nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr import prompts
from ivr.studio.engines import open_engine
from ivr.studio.engines.engine import Rate
from ivr.studio.markup import Words
from ivr.studio.mastering import master
from ivr.studio.reading import read_aloud
from tests.studio import ear
from tests.studio.ear import Ear

HERE = Path(__file__).parent
pytestmark = pytest.mark.no_cover  # minutes of a machine's listening; what speaks is counted in other tests

MOST_WRONG, MOST_WRONG_BY_OLD_EARS = 0.05, 0.09


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Ear:
    return Ear(tmp_path_factory.mktemp("ear"))


def said(language: str, data: Path, rate: Rate = "normal", step: int = 1) -> Iterator[tuple[str, NDArray[np.int16]]]:
    """Every `step`-th sentence of the corpus, and how it leaves the studio."""
    engine, voice = open_engine(prompts.PRESSED_BY[language], data)
    corpus = (HERE / f"corpus_{language}.txt").read_text("utf-8").splitlines()[::step]

    def take(sentence: str) -> NDArray[np.int16]:
        (utterance,) = read_aloud([Words(sentence)], language, {}).utterances
        samples = engine.synthesize(utterance.text, voice, rate)
        return master(samples.sound, samples.rate_hz)

    with ThreadPoolExecutor(2) as pool:
        yield from zip(corpus, pool.map(take, corpus), strict=True)


class Listening:
    """Counts what a machine hears wrong of a language's corpus, and tells it sentence by sentence."""

    def __init__(self, machine: Ear, language: str, tell: Callable[[str, object], None]) -> None:
        self.machine, self.language, self.tell = machine, language, tell
        self.units = ear.syllables if language == "zh" else ear.words

    def share_wrong(self, who: str, lines: list[tuple[str, ear.Sound]]) -> float:
        """Errors by syllables (words) said, all sentences together."""
        wrong = total = 0
        for sentence, line in lines:
            heard = self.machine.write_down(line, self.language)
            said = self.units(sentence)
            errors = ear.errors(said, self.units(heard))
            self.tell("told", f"{who}  {errors:2} of {len(said):2}  {sentence}" + (f"  ->  {heard}" if errors else ""))
            wrong, total = wrong + errors, total + len(said)
        self.tell("told", f"{who}: {wrong} of {total} wrong, {wrong / total:.1%}")
        return wrong / total


@pytest.mark.timeout(1200)
def test_mandarin_is_understood_by_phone(
    neural: Path, machine: Ear, record_property: Callable[[str, object], None]
) -> None:
    listening = Listening(machine, "zh", record_property)
    lines = [(sentence, ear.through_the_line(sound)) for sentence, sound in said("zh", neural)]
    by_old_ears = [(sentence, ear.as_an_old_ear(line)) for sentence, line in lines]
    wrong = listening.share_wrong("young ear", lines), listening.share_wrong("old ear", by_old_ears)
    assert len(lines) == 40
    assert wrong[0] <= MOST_WRONG
    assert wrong[1] <= MOST_WRONG_BY_OLD_EARS


@pytest.mark.timeout(1200)
def test_mandarin_is_understood_at_the_slow_pace(
    neural: Path, machine: Ear, record_property: Callable[[str, object], None]
) -> None:
    """A third of the corpus: whoever chooses this pace needs it more than others."""
    lines = [(sentence, ear.through_the_line(sound)) for sentence, sound in said("zh", neural, "slow", step=3)]
    assert len(lines) == 14
    assert Listening(machine, "zh", record_property).share_wrong("slow pace", lines) <= MOST_WRONG


@pytest.mark.timeout(1200)
def test_english_is_understood_by_phone(
    neural: Path, machine: Ear, record_property: Callable[[str, object], None]
) -> None:
    lines = [(sentence, ear.through_the_line(sound)) for sentence, sound in said("en", neural)]
    assert Listening(machine, "en", record_property).share_wrong("english", lines) <= MOST_WRONG
