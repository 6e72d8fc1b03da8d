"""The provider knows what every caller really heard and pressed; the line's record must not fall behind it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, select

from ivr.catalogue import Catalogue, Lesson
from ivr.dialogue import codec
from ivr.dialogue.turn import Ignored
from ivr.records import plays
from ivr.records.heard import union_ms
from ivr.records.models import Answer, Call, Recording, TurnRow
from ivr.rehearsal.callers import PERSISTENT
from ivr.rehearsal.calling import MOST_PASSAGES, Story
from ivr.rehearsal.hearing import audio_in, audio_of, clips_of
from ivr.rehearsal.provider import Sent
from ivr.rehearsal.understanding import says

ROUNDING_MS = 60  # positions at two paces are rounded to milliseconds, sentence by sentence
MANY_KEYS_S = 1.6  # keys that come closer together may be told as one
_TURN = re.compile(r"/turn/(\d+)/key$")
_GATHER = re.compile(r'action="[^"]*/turn/(\d+)/key"')


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an edition that reached the caller's ear, in content positions of its own pace."""

    edition: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where in which lesson each file is."""

    lessons: Mapping[str, Lesson]
    by_audio: Mapping[str, tuple[Lesson, Lesson, int]]  # the lesson, the same at the file's pace, the segment's start
    questions: Mapping[str, frozenset[str]]  # the keys that answer it, by each of a question's files

    @classmethod
    def of(cls, catalogue: Catalogue) -> Places:
        by_audio: dict[str, tuple[Lesson, Lesson, int]] = {}
        questions: dict[str, frozenset[str]] = {}
        for lesson in catalogue.editions.values():
            for played in (lesson, *((lesson.other_pace,) if lesson.other_pace else ())):
                for n, segment in enumerate(played.segments):
                    by_audio[segment.audio] = lesson, played, played.base_ms(n)
            for question in lesson.questions:
                keys = frozenset((*question.keys, str(len(question.keys) + 1)))  # the last: "I don't know"
                questions |= {clip.audio: keys for clip in clips_of(question)[:2]}
        return cls(catalogue.editions, by_audio, questions)

    def spans(self, story: Story) -> list[Span]:
        """What was heard of lessons, in order."""
        spans = []
        for heard in story.call.heard:
            name, from_ms = audio_of(heard.what) if heard.kind == "play" else ("", 0)
            if name in self.by_audio:
                lesson, played, base_ms = self.by_audio[name]
                start_ms, end_ms = base_ms + from_ms, base_ms + from_ms + round(heard.to_s * 1000)
                spans.append(Span(lesson.edition, played.moved(start_ms, lesson), played.moved(end_ms, lesson)))
        return spans


# ── what was heard ───────────────────────────────────────────────────────────────────────────────────────────────


def heard_whole(spans: Sequence[Span], places: Places, share: float) -> bool:
    """Whether some lesson was heard: enough of it, and its end."""
    by_edition = _by_edition(spans)
    for edition, stretches in by_edition.items():
        length_ms = places.lessons[edition].length_ms
        if union_ms(stretches) >= share * length_ms and max(end for _, end in stretches) >= length_ms - ROUNDING_MS:
            return True
    return False


def _by_edition(spans: Sequence[Span]) -> dict[str, list[tuple[int, int]]]:
    by_edition: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for span in spans:
        by_edition[span.edition].append((span.start_ms, span.end_ms))
    return by_edition


# ── the call ─────────────────────────────────────────────────────────────────────────────────────────────────────


def wrong_in_call(story: Story) -> Iterator[str]:
    """What no caller should have to hear."""
    yield from (f"the provider refused: {error}" for error in story.call.errors)
    if story.call.disagreements:
        yield "the provider refused: a request that came again was answered otherwise"
    if any(says("sorry", moment.heard.words) for moment in story.moments):
        yield "dead end: the line says that something broke"
    if any(not moment.heard.said for moment in story.moments):
        yield "dead end: nothing is said"
    if len(story.moments) >= MOST_PASSAGES or _going_round(story):
        yield "dead end: the same again and again"
    by_line = story.call.ended and not story.hung_up and not story.dropped
    if by_line and not says("goodbye", story.last_words):
        yield f"hung up before the goodbye, after {story.last_words[-20:]!r}"


def _going_round(story: Story) -> bool:
    """So often in a row nothing was said that had not been said before."""
    known, vain = set[str](), 0
    for moment in story.moments:
        vain = vain + 1 if moment.heard.words in known else 0
        known.add(moment.heard.words)
        if vain >= PERSISTENT:
            return True
    return False


def longest_silence(story: Story) -> tuple[float, str]:
    """Seconds in which nothing was said, and what had been said before; not counting what was said after a tone."""
    recording = {sent.number for sent in story.call.documents if b"<Record" in sent.body}
    longest, before = 0.0, ""
    words = {moment.document: moment.heard.words for moment in story.moments}
    for one, other in pairwise(story.call.heard):
        silence = (other.started - one.started).total_seconds() - one.to_s
        if one.document not in recording and silence > longest:
            longest, before = silence, words.get(one.document, "")
    return longest, before


# ── the record ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Kept:
    """What the line wrote down of some calls, by the provider's names of them."""

    members: Mapping[str, int | None]
    answers: Mapping[tuple[str, int], str]  # their outcomes, by call and turn
    ignored: frozenset[tuple[str, int]]
    recordings: frozenset[str]
    bounds: Mapping[str, Mapping[str, tuple[int, int]]]  # at least and at most heard, by call and edition

    @classmethod
    def of(cls, connection: Connection, stories: Sequence[Story], catalogue: Catalogue) -> Kept:
        which = Call.sid.in_([story.call.sid for story in stories])
        rows = connection.execute(select(Call.id, Call.sid, Call.member_id).where(which)).all()
        sids = {row.id: row.sid for row in rows}
        answers = connection.execute(select(Answer.__table__).where(Answer.call_id.in_(sids))).all()
        names = connection.execute(select(Recording.name).where(Recording.call_id.in_(sids))).scalars()
        keyed = (TurnRow.act == "key") & TurnRow.call_id.in_(sids)
        turns = connection.execute(select(TurnRow.call_id, TurnRow.n, TurnRow.turn).where(keyed)).all()
        return cls(
            {row.sid: row.member_id for row in rows},
            {(sids[row.call_id], row.turn): row.outcome for row in answers},
            frozenset((sids[row.call_id], row.n) for row in turns if _is_ignored(row.turn)),
            frozenset(names),
            _bounds(connection, which, sids, catalogue),
        )


def _is_ignored(turn: str) -> bool:
    return any(isinstance(event, Ignored) for event in codec.decode(turn).events)


def _bounds(
    connection: Connection, which: ColumnElement[bool], sids: Mapping[int, str], catalogue: Catalogue
) -> dict[str, dict[str, tuple[int, int]]]:
    heard: dict[str, dict[str, list[plays.HeardRow]]] = defaultdict(lambda: defaultdict(list))
    for row in plays.heard_in(connection, catalogue, which):
        heard[sids[row.call_id]][row.edition].append(row)
    return {
        sid: {edition: plays.heard_ms(rows, edition) for edition, rows in editions.items()}
        for sid, editions in heard.items()
    }


def wrong_in_record(stories: Sequence[Story], kept: Kept, places: Places) -> Iterator[str]:
    """What one caller did and heard in these calls, and the record doesn't have."""
    for story in stories:
        yield from _lost_answers(story, kept, places)
        yield from _lost_words(story, kept)
        yield from _out_of_bounds(story, kept, places)
    for before, after in pairwise(stories):
        if before.dropped and kept.members[before.call.sid] == kept.members.get(after.call.sid) is not None:
            yield from _lost_place(stories, before, after, places)


def _lost_answers(story: Story, kept: Kept, places: Places) -> Iterator[str]:
    """Every key that answers a question is written down, but for those that nobody meant to press."""
    asked = dict(_asked(story, places))
    keys = [sent for sent in story.call.requests if sent.of == sent.number and sent.params.get("Digits")]
    for n, sent in enumerate(keys):
        turn = _TURN.search(sent.url)
        if not turn or not sent.arrived or sent.params["Digits"][0] not in asked.get(int(turn[1]), ()):
            continue
        which = story.call.sid, int(turn[1]) + 1
        too_close = n > 0 and (sent.sent - keys[n - 1].sent).total_seconds() < MANY_KEYS_S
        if which not in kept.answers and not (which in kept.ignored and too_close):
            yield f"lost answer: {sent.params['Digits']} in turn {turn[1]}"


def _asked(story: Story, places: Places) -> Iterator[tuple[int, frozenset[str]]]:
    """The turns that asked a question, with the keys that answer it."""
    for sent in story.call.documents:
        xml = sent.body.decode()
        keys = [places.questions[audio] for audio in sorted(audio_in(xml)) if audio in places.questions]
        if keys and (turn := _GATHER.search(xml)):
            yield int(turn[1]), keys[0]


def _lost_words(story: Story, kept: Kept) -> Iterator[str]:
    """What was said after the tone, and the line was told of it."""
    told = {_recording(sent) for sent in story.call.requests if sent.arrived and "RecordingUrl" in sent.params}
    yield from (f"lost words: {name}" for name in sorted(told - kept.recordings))


def _recording(sent: Sent) -> str:
    return sent.params["RecordingUrl"].rpartition("/")[2]


def _out_of_bounds(story: Story, kept: Kept, places: Places) -> Iterator[str]:
    """The truth lies between at least and at most."""
    truth = {edition: union_ms(each) for edition, each in _by_edition(places.spans(story)).items()}
    bounds = kept.bounds.get(story.call.sid, {})
    for edition in sorted(truth.keys() | bounds.keys()):
        heard, (at_least, at_most) = truth.get(edition, 0), bounds.get(edition, (0, 0))
        if not at_least - ROUNDING_MS <= heard <= at_most + ROUNDING_MS:
            yield f"record beside the truth: {heard} ms heard, {at_least} to {at_most} ms recorded"


def _lost_place(stories: Sequence[Story], before: Story, after: Story, places: Places) -> Iterator[str]:
    """After a dropped line the lesson goes on no more than one segment back, and not after what was never heard."""
    left, found = places.spans(before)[-1:], places.spans(after)[:1]
    if not left or not found or left[0].edition != found[0].edition:
        return
    lesson, resumed = places.lessons[left[0].edition], found[0].start_ms
    earlier = [span for story in stories[: stories.index(after)] for span in places.spans(story)]
    if heard_whole(earlier, places, 0.9):
        return
    reached = max(span.end_ms for span in earlier if span.edition == lesson.edition)
    segment = lesson.segments[lesson.locate(max(0, left[0].end_ms - 1))[0]]
    if left[0].end_ms - resumed > segment.length_ms + ROUNDING_MS:
        yield f"lost place: {left[0].end_ms - resumed} ms to be heard again, more than a segment"
    if resumed > reached + ROUNDING_MS:
        yield f"lost place: {resumed - reached} ms never heard"
