"""From wherever a conversation can come, whatever a caller does leads somewhere sensible."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from ivr import prompts
from ivr.catalogue import Catalogue, Lesson
from ivr.config import DialogueSettings
from ivr.dialogue import codec, machine
from ivr.dialogue.scenes import quiz
from ivr.dialogue.state import (
    AtMenu,
    HearingNotice,
    HearingReply,
    Learner,
    Letter,
    Month,
    Over,
    Pace,
    Place,
    Quiz,
    Role,
)
from ivr.dialogue.talk import Talk
from ivr.dialogue.turn import (
    Answered,
    Checked,
    Finding,
    Found,
    Gather,
    Ignored,
    Input,
    IsPin,
    Left,
    Lookup,
    MonthOf,
    Play,
    Pressed,
    Record,
    Say,
    Silent,
    Spoke,
    Told,
    Turn,
    Wanted,
    WhoHas,
)
from tests.dialogue.house import NOTICE, REPLY, House
from tests.drivers import BEGIN

KEYS = (*"0123456789*#A", "")
MOST_SILENCES = 60  # in which an unattended call must have ended,
MOST_MINUTES = 20  # and how long that may take; no end by the clock among them
MOST_PEOPLE = 30
MOST_BYTES = 16_384
LETTERS = REPLY.clip, NOTICE.clip
RIGHT, WRONG, CLOSED = Checked(right=True), Checked(right=False), Checked(right=False, closed=True)
SECONDS = st.sampled_from((0.1, 0.6, 4, 9, 40))
THREE = ("zh", "yue", "en")
ROLES: tuple[Role, ...] = ("", "leader", "visitor", "secretary")
PACES: tuple[Pace, ...] = ("", "slow", "fast")
LUCK, SHOWN, PEOPLE = st.integers(0, 2**32), st.sampled_from((3, 2, 1, 0)), st.integers(0, 6)
rules_ = st.builds(
    DialogueSettings,
    languages=st.sampled_from(((), THREE)),
    reminders=st.sampled_from((0, 1, 3)),
    attempts=st.sampled_from((1, 3)),
    longest_call_min=st.sampled_from((2, 60, 240)),
)


@pytest.fixture(autouse=True)
def lessons(house: House) -> None:
    own, second = house.lessons.values()
    translated = replace(own, slug="falls-yue", language="yue", edition="yue", title=replace(own.title, words="防跌"))
    Walk.lessons = own, second, translated


def learner(chance: Random, lessons: tuple[Lesson, ...], member: int) -> Learner:
    """Somebody in any combination of all that a learner may be."""
    return Learner(
        member,
        f"学员{member}",
        {lesson.slug: place(chance, lesson) for lesson in lessons if chance.random() < 0.6},
        language=chance.choice(("", *THREE)),
        pace=chance.choice(PACES),
        wait_s=chance.choice((0, 6, 20)),
        one_key=chance.random() < 0.3,
        clumsy=chance.random() < 0.3,
        has_pin=chance.random() < 0.5,
        role=chance.choice(ROLES),
        minutes_left=chance.choice((None, None, None, None, 0, 3)),
        replies=(REPLY, replace(REPLY, id=9))[: chance.randrange(3)],
        notices=(NOTICE,)[: chance.randrange(2)],
    )


def place(chance: Random, lesson: Lesson) -> Place:
    done, due = (tuple(each.id for each in lesson.questions if chance.random() < 0.4) for _ in range(2))
    edition = lesson.edition if chance.random() < 0.8 else "gone"
    return Place(edition, chance.randrange(40_000), chance.random() < 0.4, done, due)


def month(chance: Random) -> Month:
    members = chance.randrange(MOST_PEOPLE + 1)
    waiting = tuple(f"学员{n}" for n in range(chance.randint(0, members)))
    questions = tuple(Letter(n, REPLY.clip) for n in range(chance.choice((0, 1, 3))))
    return Month(members, members - len(waiting), waiting, questions)


def talking(walk: Walk) -> bool:
    return walk.turn.gather is not None


class Walk(RuleBasedStateMachine):
    """A caller who does anything at any time; what the records would say is drawn."""

    lessons: tuple[Lesson, ...] = ()
    reached: ClassVar[Counter[type[Any]]] = Counter()

    @initialize(shown=SHOWN, people=PEOPLE, rules=rules_, luck=LUCK)
    def begin(self, shown: int, people: int, rules: DialogueSettings, luck: int) -> None:
        offered = self.lessons[:shown]
        self.catalogue = Catalogue(offered, {lesson.edition: lesson for lesson in offered})
        self.agreed, self.now, self.chance = rules, BEGIN, Random(luck)
        known = tuple(learner(self.chance, offered, n) for n in range(people))
        self.turn = machine.begin(known, tuple(self.catalogue.editions), self.catalogue, self.now, rules, "zh")
        self.sensible(self.turn)

    @precondition(lambda self: self.turn.gather is None)
    @rule(shown=SHOWN, people=PEOPLE, rules=rules_, luck=LUCK)
    def ring_again(self, shown: int, people: int, rules: DialogueSettings, luck: int) -> None:
        self.begin(shown, people, rules, luck)

    # ── what a caller may do ─────────────────────────────────────────────────────────────────────────────────────

    @precondition(talking)
    @rule(key=st.sampled_from(KEYS), after_s=SECONDS)
    def press(self, key: str, after_s: float) -> None:
        self.act(Pressed(key), after_s)

    @precondition(talking)
    @rule(which=st.integers(0, 4), after_s=st.sampled_from((4, 9)))
    def choose_what_is_offered(self, which: int, after_s: float) -> None:
        module = machine.SCENES[type(self.turn.state.scene)]
        choosing = isinstance(self.turn.gather, Gather) and hasattr(module, "choices")
        offered = module.choices(self.talk, self.turn.state.scene) if choosing else ()
        keys = [choice.key for choice in offered] or ["#"]
        self.act(Pressed(keys[which % len(keys)]), after_s)

    @precondition(talking)
    @rule(number=st.sampled_from(("1", "003", "481516", "12*5", "*", "99999999999")), after_s=SECONDS)
    def type_a_number(self, number: str, after_s: float) -> None:
        self.act(Pressed(number), after_s)

    @precondition(talking)
    @rule(after_s=SECONDS)
    def wait(self, after_s: float) -> None:
        self.act(Silent(), after_s)

    @precondition(talking)
    @rule(seconds=st.sampled_from((0, 120)), hung_up=st.sampled_from((False, False, True)))
    def speak(self, seconds: int, hung_up: bool) -> None:
        self.act(Spoke("RE1", "https://provider.example/RE1", seconds, hung_up), 10)

    @precondition(lambda self: isinstance(self.turn.state.scene, AtMenu) and not self.turn.state.grade)
    @rule(role=st.sampled_from((*ROLES[1:], ROLES[-1])), member=st.integers(0, MOST_PEOPLE - 1))
    def come_on_duty(self, role: Role, member: int) -> None:
        """By all its keys, which chance alone would seldom press in their order."""
        found = Found(replace(learner(self.chance, self.catalogue.lessons, member), role=role, has_pin=True))
        self.turn = replace(self.turn, state=replace(self.turn.state, scan=None, keys=()))
        keys = "0", "5", "1", "2", str(ROLES.index(role))
        for key, finding in zip(keys, (None, None, found, RIGHT, None), strict=True):
            if self.turn.gather is not None and self.turn.state.scan is None:
                self.act(Pressed(key), 4, finding)

    # ── and what comes of it ─────────────────────────────────────────────────────────────────────────────────────

    @property
    def talk(self) -> Talk:
        return Talk(self.turn.state, self.catalogue, self.now, self.agreed)

    def act(self, act: Input, after_s: float, finding: Finding | None = None) -> None:
        self.now += timedelta(seconds=after_s)
        assert codec.decode(codec.encode(self.turn)) == self.turn
        self.turn = self.step(self.turn, act, self.now, finding)

    def step(self, turn: Turn, act: Input, now: datetime, finding: Finding | None = None) -> Turn:
        reached = machine.step(turn, act, self.catalogue, now, self.agreed)
        if isinstance(reached, Wanted):
            found = finding or self.found(reached.lookup)
            reached = machine.step(replace(turn, state=reached.state), found, self.catalogue, now, self.agreed)
        assert isinstance(reached, Turn)
        self.sensible(reached)
        assert reached.is_unheard == (isinstance(act, Spoke) and act.hung_up)
        self.in_time(turn, act, reached, now)
        self.nothing_is_lost(turn, act, reached)
        return reached

    def nothing_is_lost(self, before: Turn, act: Input, turn: Turn) -> None:
        """An answer is written down, and so is what was said after the tone; a learner who is known stays so."""
        scene, ignored = before.state.scene, any(isinstance(event, Ignored) for event in turn.events)
        if isinstance(scene, Quiz) and isinstance(act, Pressed) and before.state.scan is None and not ignored:
            offered = {choice.key for choice in quiz.choices(self.talk_in(before), scene)}
            assert act.key[:1] not in offered or any(isinstance(event, Answered) for event in turn.events)
        if isinstance(before.gather, Record) and isinstance(act, Spoke) and act.seconds:
            assert any(isinstance(event, Left) for event in turn.events)
        if before.state.learner is not None and turn.state.learner is None:
            assert turn.state.grade == "group"

    def found(self, lookup: Lookup) -> Finding:
        match lookup:
            case WhoHas():
                member = self.chance.randrange(MOST_PEOPLE)
                somebody = learner(self.chance, self.catalogue.lessons, member)
                return Found(somebody if self.chance.random() < 0.7 else None)
            case IsPin():
                return self.chance.choice((RIGHT, RIGHT, WRONG, CLOSED))
            case MonthOf():
                return Told(month(self.chance))

    def sensible(self, turn: Turn) -> None:
        """Something is said to whoever is there, by prompts that exist; goodbye is the end, and nothing else is."""
        state = turn.state
        self.reached[type(state.scene)] += 1
        assert turn.says or turn.is_unheard
        assert (turn.gather is None) == isinstance(state.scene, Over)
        assert {said for said in turn.says if isinstance(said, Say)} <= EVERY_SAY
        for said in turn.says:
            if isinstance(said, Play):
                self.plays_alone(turn, said)
            if said in LETTERS and isinstance(state.scene, HearingReply | HearingNotice):
                self.in_private(turn)
        if state.scan is not None:
            offered = machine.SCENES[type(state.scene)].choices(self.talk_in(turn), state.scene)
            assert 0 <= state.scan < len(offered) and turn.says[-1] == offered[state.scan].pick

    def talk_in(self, turn: Turn) -> Talk:
        return Talk(turn.state, self.catalogue, self.now, self.agreed)

    def in_private(self, turn: Turn) -> None:
        """What is for one person alone: after their PIN, or, where they have none, on a telephone of theirs."""
        assert turn.state.learner is not None
        learner = turn.state.learners[turn.state.learner]
        assert turn.state.proven if learner.has_pin else learner.member in turn.state.phone

    def plays_alone(self, turn: Turn, play: Play) -> None:
        """And within its segment, at the pace that it says."""
        assert len(turn.says) == 1
        lesson = self.catalogue.editions[play.edition]
        played = lesson.at_pace(play.pace)
        segment = played.segments[play.segment]
        assert (played.pace == play.pace) or not play.pace
        assert 0 <= play.within_ms < segment.length_ms == play.within_ms + play.length_ms
        assert play.base_ms == played.base_ms(play.segment) + play.within_ms

    def in_time(self, before: Turn, act: Input, turn: Turn, now: datetime) -> None:
        """Once its time is up, the call ends with the caller's next act."""
        until = before.state.until
        if until and now >= until and isinstance(act, Pressed | Silent):
            assert turn.gather is None or any(isinstance(event, Ignored) for event in turn.events)

    @invariant()
    def every_key_and_silence_leads_somewhere(self) -> None:
        if hasattr(self, "turn"):
            acts: tuple[Input, ...] = (*map(Pressed, KEYS), Silent(), Spoke("RE1", "https://provider.example/RE1", 3))
            for act in acts:
                reached = machine.step(self.turn, act, self.catalogue, self.now, self.agreed)
                if isinstance(reached, Turn):
                    self.sensible(reached)

    @invariant()
    def a_turn_is_small_enough_to_wait(self) -> None:
        if hasattr(self, "turn"):
            assert len(codec.encode(self.turn).encode()) < MOST_BYTES

    @invariant()
    def an_unattended_line_ends_by_itself(self) -> None:
        if not hasattr(self, "turn"):
            return
        turn, passed_s = replace(self.turn, state=replace(self.turn.state, until=None)), 0.0
        for _ in range(MOST_SILENCES):
            if turn.gather is None:
                assert passed_s <= 60 * MOST_MINUTES
                return
            passed_s += lasts_s(turn)
            turn = self.step(turn, Silent(), self.now + timedelta(seconds=passed_s))
        raise AssertionError(f"still talking: {turn}")


EVERY_SAY = machine.every_say(MOST_PEOPLE)
PROMPT_S = 5.0


def lasts_s(turn: Turn) -> float:
    """How long everything is said and waited for, where nobody does anything."""
    said_s = sum(getattr(said, "length_ms", 1000 * PROMPT_S) / 1000 for said in turn.says)
    match turn.gather:
        case Gather(seconds):
            return said_s + seconds
        case Record():
            return said_s + 5  # of silence end it
        case None:
            return said_s


@pytest.mark.no_cover  # hundreds of thousands of steps
def test_walks() -> None:
    """And in doing so, every scene is reached."""
    Walk.reached.clear()
    checked = settings(
        max_examples=400,
        stateful_step_count=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Walk, settings=checked)
    assert set(Walk.reached) == set(machine.SCENES)


@pytest.mark.parametrize("language", prompts.LANGUAGES)
def test_every_prompt_has_words(language: str) -> None:
    words = prompts.load(language)
    for say in machine.every_say(MOST_PEOPLE):
        spoken = words.words(say.prompt, say.value)
        assert spoken and prompts.BLANK not in spoken
        assert (prompts.BLANK in words.texts[say.prompt]) == bool(say.value)


def test_no_prompt_is_left_over() -> None:
    assert set(prompts.load(prompts.REFERENCE).texts) == {say.prompt for say in machine.every_say(1)}
