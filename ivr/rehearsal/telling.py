"""What became of a village, on one page: shares and gates, minutes and documents, and the seed of every failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ivr.rehearsal.calling import Moment, Story
from ivr.rehearsal.persons import HangUp, Listen, Press, Talk
from ivr.rehearsal.rehearsal import Outcome

ENOUGH = 0.95  # of first calls by a caller of 70: https://pubmed.ncbi.nlm.nih.gov/23103382/ found 0.795 on real lines
FIRST = "first calls that did not break off"
REDIALLED = "callers, after a drop with their redials"
BARS = 40  # characters of the longest bar
FAULTS = (
    "dead end",
    "hung up before the goodbye",
    "lost place",
    "lost answer",
    "changed answer",
    "lost words",
    "lost letter",
    "lost visit",
    "private words",
    "somebody else",
    "record beside the truth",
    "the provider refused",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure, and whether it lets a release pass."""

    name: str
    figure: str
    wanted: str
    passed: bool


def gates(outcomes: Sequence[Outcome], unproven: int) -> list[Gate]:
    """`unproven` rows of stored progress do not follow from the record."""
    first = [outcome.first for outcome in outcomes if outcome.first]
    redialled = [outcome.redialled for outcome in outcomes]
    faults = Counter(wrong.partition(":")[0].partition(",")[0] for outcome in outcomes for wrong in outcome.wrong)
    return [
        _share(f"{FIRST}: heard a whole lesson", [gist.heard_whole for gist in first]),
        _share(f"{FIRST}: answered, where a key was pressed", [gist.answered for gist in first if gist.pressed]),
        _share(f"{REDIALLED}: heard a whole lesson", [gist.heard_whole for gist in redialled]),
        _share(
            f"{REDIALLED}: answered, where a key was pressed", [gist.answered for gist in redialled if gist.pressed]
        ),
        *(Gate(fault, str(faults[fault]), "none", not faults[fault]) for fault in FAULTS),
        Gate("stored progress that does not follow", str(unproven), "none", not unproven),
    ]


def _share(name: str, each: Sequence[bool]) -> Gate:
    share = sum(each) / len(each) if each else 1.0
    return Gate(name, f"{100 * share:.1f} % ({sum(each)} of {len(each)})", f"{100 * ENOUGH:.0f} %", share >= ENOUGH)


def told(seed: str, outcomes: Sequence[Outcome], unproven: int) -> Iterator[str]:
    """The page, line by line; the same outcomes are the same page."""
    calls = [minutes for outcome in outcomes for minutes in outcome.minutes]
    documents = [count for outcome in outcomes for count in outcome.documents]
    known = [each for outcome in outcomes for each in outcome.known]
    dropped = sum(outcome.dropped for outcome in outcomes)
    yield f"{len(outcomes)} callers, {len(calls)} calls, seed {seed}"
    yield f"{dropped} calls broke off; in {sum(known)} the line knew who was calling"
    yield ""
    yield from (
        f"{'  ' if gate.passed else '✗ '}{gate.name:<77}{gate.figure:<23}wanted: {gate.wanted}"
        for gate in gates(outcomes, unproven)
    )
    yield ""
    yield from _histogram("minutes a call", calls, _width(calls))
    yield from _histogram("documents a call", documents, _width(documents))
    silence, before = max(outcome.silence for outcome in outcomes)
    yield f"longest silence: {silence:.1f} s, after “{before}”"
    yield from _failures(outcomes)


def _width(values: Sequence[float]) -> float:
    """Of a bar's range: about eight of them, in a round number."""
    return next(width for width in (0.5, 1, 2, 5, 10, 20, 50, 100) if width >= max(values) / 8 or width == 100)


def _histogram(name: str, values: Sequence[float], width: float) -> Iterator[str]:
    counts = Counter(int(value // width) for value in values)
    most = max(counts.values())
    yield f"{name}: median {median(values):.1f}, most {max(values):.1f}"
    for n in range(max(counts) + 1):
        bar = "█" * round(BARS * counts[n] / most)
        yield f"  {f'{n * width:g} to {(n + 1) * width:g}':>12}  {counts[n]:>5} {bar}".rstrip()
    yield ""


def _failures(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Every caller for whom something failed, with the seed that rings their household again."""
    lines = [f"  --seed {outcome.seed}  {what}" for outcome in outcomes for what in _failed(outcome)]
    if lines:
        yield ""
        yield f"{len(lines)} failures; each can be heard again: ivr rehearse --show --seed …"
        yield from lines


def _failed(outcome: Outcome) -> Iterator[str]:
    for which, gist in ((FIRST, outcome.first), (REDIALLED, outcome.redialled)):
        if gist and not gist.heard_whole:
            yield f"{which}: heard no whole lesson"
        if gist and gist.pressed and not gist.answered:
            yield f"{which}: pressed keys, answered no question"
    yield from outcome.wrong


# ── one call ─────────────────────────────────────────────────────────────────────────────────────────────────────


def transcript(story: Story) -> Iterator[str]:
    """A call, word for word, with what the caller did."""
    person = story.person
    yield f"{person.name} rings from {person.number}; takes {person.think_s:.1f} s to think" + (
        "" if person.presses else "; never presses a key"
    )
    began = story.moments[0].at
    for moment in story.moments:
        seconds = int((moment.at - began).total_seconds())
        yield f"  {seconds // 60:02}:{seconds % 60:02}  {moment.heard.words or '(nothing is said)'}"
        yield from _done(moment)
    yield "  (the line broke off)" if story.dropped else "  (the call is over)"
    yield ""


def _done(moment: Moment) -> Iterator[str]:
    match moment.act:
        case Press(keys, after_s):
            yield f"         presses {' '.join(keys)} after {after_s:.1f} s"
        case Talk(seconds):
            yield f"         speaks for {seconds:.0f} s"
        case HangUp(after_s):
            yield f"         hangs up after {after_s:.1f} s"
        case Listen():
            pass
