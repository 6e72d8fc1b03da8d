"""What a lesson consists of at one pace: takes by a voice or by people, and the silences between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ivr.studio.engines.engine import SLOWER, Rate
from ivr.studio.layout import PARAGRAPH_MS, Piece, Silence, Spoken, Stretch, paragraph
from ivr.studio.markup import Recording
from ivr.studio.reading import Utterance, Wording
from ivr.studio.recording.people import Said
from ivr.studio.script import Script
from ivr.studio.takes import Cue, Take

SILENCES: Mapping[Rate, float] = {"slow": 1.35, "normal": 1.0, "fast": 0.8}  # times as long as they are written

People = Mapping[Recording, Said]


class Takes(Struct, frozen=True):
    """The takes of a pressing, heard at one of its rates."""

    takes: Mapping[Cue, Take]
    people: People
    rate: Rate

    def spoken(self, wordings: Iterable[Wording]) -> list[Spoken]:
        """Sentences; those that somebody says in one go are one."""
        spoken = (self._recorded(each) if each.recording else self._synthesized(each) for each in wordings)
        return [each for each in spoken if each]

    def _recorded(self, wording: Wording) -> Spoken | None:
        """What somebody says is heard at the first of its sentences."""
        assert wording.recording
        said = self.people[wording.recording]
        if wording != said.wordings[0]:
            return None
        after_ms = said.wordings[-1].utterances[-1].pause_after_ms
        return Spoken(said.words, (said.takes[self.rate],), 0, self.silence_ms(after_ms))

    def _synthesized(self, wording: Wording) -> Spoken:
        """A sentence of several utterances has its silences inside."""
        first, *others = wording.utterances
        pieces: list[Piece] = [self.takes[cue(first, self.rate)]]
        for each in others:
            pieces += [Silence(self.silence_ms(each.pause_before_ms)), self.takes[cue(each, self.rate)]]
        before_ms, after_ms = first.pause_before_ms, wording.utterances[-1].pause_after_ms
        return Spoken(wording.words, tuple(pieces), self.silence_ms(before_ms), self.silence_ms(after_ms))

    def silence_ms(self, at_normal_pace_ms: int) -> int:
        return round(at_normal_pace_ms * SILENCES[self.rate])


def cue(utterance: Utterance, rate: Rate) -> Cue:
    """What stands between [慢] and [/慢] is said at the next slower rate."""
    return Cue(utterance.text, SLOWER.get(rate, rate) if utterance.slow else rate)


def cues(wordings: Iterable[Wording], rates: Sequence[Rate]) -> Iterator[Cue]:
    """Every utterance of sentences, at every rate."""
    return (cue(each, rate) for wording in wordings for each in wording.utterances for rate in rates)


def stretches(written: Script, takes: Takes) -> Iterable[Stretch]:
    """The parts of a lesson as they are heard at the rate of the takes."""
    for part in written.parts:
        after_ms = takes.silence_ms(PARAGRAPH_MS)
        paragraphs = filter(None, map(takes.spoken, part.paragraphs))
        if said := tuple(each for spoken in paragraphs for each in paragraph(spoken, after_ms)):
            yield Stretch(part.title, said)
