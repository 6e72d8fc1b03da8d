"""What the provider saw of a call, by words and keys alone: who was on the line as far as they said so, what they
answered, what they left, who was present. The line's record has to say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ivr.catalogue import Lesson, Question
from ivr.rehearsal.calling import Story
from ivr.rehearsal.hearing import Passage, Sound, passage, played
from ivr.rehearsal.household import Household
from ivr.rehearsal.provider import Sent
from ivr.rehearsal.truth import Lessons
from ivr.rehearsal.understanding import named, says, wished

MANY_KEYS_S = 1.6  # keys that come closer together may be told as one
HABIT_S = 3.2  # a # that comes so soon after another key only ends that key
TURN = re.compile(r"/turn/(\d+)/(key|end|spoke|recording)$")
_GREETED = re.compile(r"(\w+?)(?:您好|你好)")


@dataclass(frozen=True, slots=True)
class Step:
    """A document as it was heard, and what the provider told the line next: `act` is key, end, spoke, or "" where the
    call ended in it. `hasty`: the keys came so soon after others that nobody may have meant them."""

    turn: int
    document: int
    said: Passage
    audio: Mapping[str, int]
    act: str
    keys: str
    hasty: bool

    def chose(self, wish: str) -> bool:
        """Whether the key takes the choice that is called so: it goes with it, or any key takes what was read last."""
        last = self.said.said[-1].words if self.said.said else ""
        if self.keys[:1] in ("", "0", "*", "#"):
            return False
        return wished(wish, last) or any(
            offer.key == self.keys[0] and wished(wish, offer.what) for offer in named(self.said)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a question: the key is that of the answer it picks."""

    lesson: str
    question: str
    key: str
    outcome: str
    member: int | None


@dataclass(frozen=True, slots=True)
class Words:
    """Something said after the tone."""

    kind: str
    seconds: int
    member: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    visitor: int | None
    member: int | None
    edition: str
    confirmed: bool


@dataclass(slots=True)
class Seen:
    """A call, by its turns."""

    steps: Sequence[Step]
    who: dict[int, int | None] = field(default_factory=dict)
    greeted: list[tuple[str, int | None]] = field(default_factory=list)  # by name, and who it was
    present: dict[int, tuple[int, ...]] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    left: dict[str, Words] = field(default_factory=dict)
    visits: dict[int, Visit] = field(default_factory=dict)
    proven: set[int] = field(default_factory=set)  # the turns after the PIN of whoever is speaking

    @property
    def caller(self) -> int | None:
        """Whom the call belongs to: whoever said last who they are."""
        return next((each for each in reversed(self.who.values()) if each is not None), None)

    def credited(self, turn: int) -> tuple[int, ...]:
        """For whom this turn counts."""
        who = self.who.get(turn)
        return self.present.get(turn, ()) if who is None else (who,)


def steps(story: Story, sounds: Mapping[str, Sound]) -> list[Step]:
    """What was said and done, document by document."""
    documents, found = story.call.documents, list[Step]()
    log = story.call.provider.requests
    turn, last_key = 0, None
    for sent, following in zip(documents, (*documents[1:], None), strict=True):
        turn = _turn(sent, turn)
        xml = sent.body.decode()
        act = _act(following)
        keys = following.params.get("Digits", "") if following and act == "key" else ""
        at = log[following.of].sent if following else None
        hasty = bool(keys and at) and _hasty(last_key, at, keys)
        last_key = at if keys else last_key
        found.append(Step(turn, sent.number, passage(xml, sounds), played(xml), act, keys, hasty))
    return found


def _turn(sent: Sent, before: int) -> int:
    """The number of the turn that a request brings; a fallback brings the one before once more."""
    told = TURN.search(sent.url)
    return int(told[1]) + 1 if told else max(before, 1)


def _act(following: Sent | None) -> str:
    told = TURN.search(following.url) if following else None
    return told[2] if told else ""


def _hasty(last: datetime | None, at: datetime | None, keys: str) -> bool:
    if last is None or at is None:
        return False
    return (at - last).total_seconds() < (HABIT_S if keys == "#" else MANY_KEYS_S)


class Witness:
    """Follows one call from its beginning; `ignored` are the turns that the line says it took for no act."""

    def __init__(
        self,
        story: Story,
        household: Household,
        lessons: Lessons,
        sounds: Mapping[str, Sound],
        ignored: frozenset[int],
    ) -> None:
        self._household = household
        self._lessons = lessons
        self._story = story
        self._ignored = ignored
        at_phone = household.on_phone(story.call.from_)
        self._who = at_phone[0].member if len(at_phone) == 1 else None
        self._present: tuple[int, ...] = ()
        self._staff: int | None = None
        self._is_proven = False
        self._open: tuple[Lesson, Question] | None = None  # the question whose answers are read one by one
        self._edition: str | None = None  # since a visit was opened
        self._confirmed: bool | None = None
        self.seen = Seen(steps(story, sounds))
        for step in self.seen.steps:
            self._follow(step)
        self._words()

    def _follow(self, step: Step) -> None:
        words = step.said.words
        if says("roll", words):
            self._who = None
        self.seen.who[step.turn], self.seen.present[step.turn] = self._who, self._present
        if self._is_proven:
            self.seen.proven.add(step.turn)
        self.seen.greeted += [(name, self._who) for name in _GREETED.findall(words) if self._is_name(name)]
        self._visit(step)
        asked = self._asked(step)
        if step.hasty and step.turn + 1 in self._ignored:
            return
        if asked:
            self._answered(step, *asked)
        elif step.act == "key":
            self._typed(step, words)

    # ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _is_name(self, name: str) -> bool:
        return any(each.name == name for each in self._household.residents)

    def _typed(self, step: Step, words: str) -> None:
        digits = step.keys.rpartition("*")[2]
        found = self._household.with_number(digits)
        if says("roll", words):
            self._called(found.member if found else None, undone=not digits)
        elif says("pin", words):
            owner = self._staff or self._who
            right = any(each.member == owner and each.pin == digits for each in self._household.residents)
            self._is_proven = self._is_proven or (right and self._staff is None)
        elif says("staff", words):
            self._staff = found.member if found else None
        elif says("number", words):
            self._is_now(found.member if found else self._who)
        else:
            self._is_now(self._named(step) or self._who)

    def _is_now(self, member: int | None) -> None:
        self._is_proven = self._is_proven and member == self._who
        self._who = member

    def _called(self, member: int | None, *, undone: bool) -> None:
        """The roll: a number adds somebody, a star alone takes the last one out."""
        if undone:
            self._present = self._present[:-1]
        elif member is not None:
            self._present = (*(each for each in self._present if each != member), member)

    def _named(self, step: Step) -> int | None:
        """Whose name goes with the key; or was read last, where any key picks."""
        names = {each.name: each.member for each in self._household.on_phone(self._story.call.from_)}
        if step.said.said and (read_last := names.get(step.said.said[-1].words)) and step.keys[0] not in "0*#":
            return read_last
        keys = {offer.key: member for offer in named(step.said) for name, member in names.items() if name == offer.what}
        return keys.get(step.keys[0])

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────────

    def _asked(self, step: Step) -> tuple[Lesson, Question, bool] | None:
        """The question that is open, and whether its answers are read one by one."""
        for audio in step.audio:
            if audio in self._lessons.asks:
                self._open = None
                return (*self._lessons.asks[audio], False)
            self._open = self._lessons.stems.get(audio, self._open)
        if self._open and self._picked(step, self._open[1]):
            return (*self._open, True)
        self._open = None
        return None

    def _picked(self, step: Step, question: Question) -> str:
        """The key of the answer that was read last."""
        last = step.said.said[-1].words if step.said.said else ""
        options = {option.words: str(n) for n, option in enumerate(question.options, 1)}
        return str(len(options) + 1) if wished("dont_know", last) else options.get(last, "")

    def _answered(self, step: Step, lesson: Lesson, question: Question, one_by_one: bool) -> None:
        unknown = str(len(question.options) + 1)
        key = step.keys[:1]
        if one_by_one and key not in ("", "0", "*", "#"):
            key = self._picked(step, question)
        if step.act not in ("key", "end") or key in ("0", "*"):
            return
        if one_by_one and not key and self._picked(step, question) != unknown:
            return  # the next answer is read
        outcomes = {question.right: "right", unknown: "unknown", "#": "skipped", "": "silent"}
        wrong = "wrong" if key.isdigit() and key < unknown else "other"
        member = self._whose(step) if self._present else self._who
        self.seen.answers[step.turn + 1] = Answer(lesson.slug, question.id, key, outcomes.get(key, wrong), member)

    def _whose(self, step: Step) -> int | None:
        """In a group, whose turn it was said to be."""
        names = {each.name: each.member for each in self._household.residents}
        called = [names[each.words] for each in step.said.said if each.words in names]
        return called[-1] if called else None

    # ── visits, and what was said after the tone ─────────────────────────────────────────────────────────────────

    def _visit(self, step: Step) -> None:
        words = step.said.words
        if any(wished(each, words) for each in ("visit_lesson", "visit_talk")):
            self._edition = ""
        for audio in step.audio if self._edition is not None else ():
            if audio in self._lessons.tracks:
                self._edition = self._lessons.tracks[audio].edition
        if says("note", words) and self._confirmed is not None:
            visit = Visit(self._staff, self._who, self._edition or "", self._confirmed)
            self.seen.visits[step.turn] = visit
            self._confirmed = None
        if says("visit", words) or self._confirmed is not None:
            self._confirmed = step.chose("confirm")

    def _words(self) -> None:
        """What the provider told of, in the call or behind it."""
        for sent in self._story.call.requests:
            told = TURN.search(sent.url)
            if not (told and sent.arrived and "RecordingUrl" in sent.params):
                continue
            step = next(each for each in self.seen.steps if each.turn == int(told[1]))
            kind = next((kind for kind in ("note", "name", "reply") if says(kind, step.said.words)), "question")
            who = self.seen.who[step.turn]
            member = self._staff if kind == "note" else who
            name = sent.params["RecordingUrl"].rpartition("/")[2]
            self.seen.left[name] = Words(kind, int(sent.params["RecordingDuration"]), member)
