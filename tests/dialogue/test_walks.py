"""From wherever a conversation can come, every key and every silence leads somewhere sensible."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from ivr import prompts
from ivr.catalogue import Catalogue, Clip, Lesson
from ivr.config import DialogueSettings
from ivr.dialogue import codec, machine
from ivr.dialogue.turn import Input, Learner, Name, Over, Place, Play, Pressed, Say, Silent, Turn
from ivr.shelf import Shelf
from tests.drivers import BEGIN

KEYS = "0123456789*#"
RULES = DialogueSettings()
MOST_SILENCES = 40  # in which an unattended call must have ended


@pytest.fixture(autouse=True)
def lessons(pressed: Path) -> None:
    Walk.lessons = Shelf(pressed).catalogue().lessons


def catalogue_of(lessons: tuple[Lesson, ...]) -> Catalogue:
    return Catalogue(lessons, {lesson.edition: lesson for lesson in lessons})


class Walk(RuleBasedStateMachine):
    """A caller who does anything at any time."""

    lessons: tuple[Lesson, ...] = ()

    @initialize(
        count=st.integers(0, 2),
        people=st.integers(0, 6),
        at_ms=st.integers(0, 40_000),
        completed=st.booleans(),
        answered=st.booleans(),
    )
    def begin(self, count: int, people: int, at_ms: int, completed: bool, answered: bool) -> None:
        self.catalogue = catalogue_of(self.lessons[:count])
        places = {
            lesson.slug: Place(
                lesson.edition, at_ms, completed, tuple(q.id for q in lesson.questions) if answered else ()
            )
            for lesson in self.lessons[:count]
        }
        learners = tuple(Learner(n, f"学员{n}", places if n % 2 else {}) for n in range(1, people + 1))
        offer = tuple(self.catalogue.editions)
        self.now: datetime = BEGIN
        self.turn = machine.begin(learners, offer, self.catalogue, self.now, RULES)

    @rule(key=st.sampled_from(KEYS), after_s=st.floats(0, 60))
    def press(self, key: str, after_s: float) -> None:
        self._step(Pressed(key), after_s)

    @rule(after_s=st.floats(0, 60))
    def wait(self, after_s: float) -> None:
        self._step(Silent(), after_s)

    def _step(self, act: Input, after_s: float) -> None:
        self.now += timedelta(seconds=after_s)
        state = codec.decode(codec.encode(self.turn)).state
        assert state == self.turn.state
        self.turn = machine.step(state, act, self.catalogue, self.now, RULES)

    @invariant()
    def something_is_said(self) -> None:
        assert self.turn.says

    @invariant()
    def goodbye_is_the_end_and_nothing_else_is(self) -> None:
        assert (self.turn.gather is None) == isinstance(self.turn.state.scene, Over)

    @invariant()
    def a_lesson_plays_alone_and_within_its_segment(self) -> None:
        for said in self.turn.says:
            if isinstance(said, Play):
                assert len(self.turn.says) == 1
                segment = self.catalogue.editions[said.edition].segments[said.segment]
                assert 0 <= said.within_ms < segment.length_ms == said.within_ms + said.length_ms

    @invariant()
    def every_prompt_is_known(self) -> None:
        assert {said for said in self.turn.says if isinstance(said, Say)} <= machine.every_say()
        assert all(isinstance(said, Say | Name | Clip | Play) for said in self.turn.says)

    @invariant()
    def an_unattended_line_ends_by_itself(self) -> None:
        turn, now = self.turn, self.now
        for _ in range(MOST_SILENCES):
            if turn.gather is None:
                return
            now += timedelta(seconds=60)
            turn = machine.step(turn.state, Silent(), self.catalogue, now, RULES)
        raise AssertionError(f"still talking: {turn}")


def test_walks() -> None:
    quick = settings(max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Walk, settings=quick)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_prompt_has_words(language: str) -> None:
    words = prompts.load(language)
    for say in machine.every_say():
        spoken = words.words(say.prompt, say.value)
        assert spoken and prompts.BLANK not in spoken
        assert (prompts.BLANK in words.texts[say.prompt]) == bool(say.value)


def test_no_prompt_is_left_over() -> None:
    assert set(prompts.load("zh_CN").texts) == {say.prompt for say in machine.every_say()}


def silent(turn: Turn, catalogue: Catalogue) -> Turn:
    return machine.step(turn.state, Silent(), catalogue, BEGIN, RULES)


def test_with_nothing_on_offer_the_caller_is_told(pressed: Path) -> None:
    turn = machine.begin((), (), catalogue_of(()), BEGIN, RULES)
    assert turn.gather is None
    assert Say("nothing_yet") in turn.says


def test_a_lesson_is_offered_within_its_window_only() -> None:
    lesson = replace(Walk.lessons[0], opens=date(2026, 11, 1), closes=date(2026, 11, 30))
    catalogue = catalogue_of((lesson,))
    assert [bool(catalogue.offered_on(date(2026, *day))) for day in ((10, 31), (11, 1), (11, 30), (12, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_bookmark_in_an_older_edition_moves_to_the_same_sentence() -> None:
    old = Walk.lessons[0]
    shorter = replace(old, segments=old.segments[1:], edition="newer")
    catalogue = Catalogue((shorter,), {shorter.edition: shorter, old.edition: old})
    at_ms = old.base_ms(1) + 4_500  # in the third sentence of the second segment
    learner = Learner(1, "王秀英", {old.slug: Place(old.edition, at_ms, completed=False)})
    turn = machine.begin((learner,), (shorter.edition,), catalogue, BEGIN, RULES)
    announced = silent(turn, catalogue)
    assert Say("go_on_with") in announced.says
    (play,) = silent(announced, catalogue).says
    assert isinstance(play, Play)
    assert (play.edition, play.segment, play.within_ms) == ("newer", 0, 4_000)


def test_somebody_unknown_hears_the_newest_lesson_in_the_line_s_language() -> None:
    first, second = Walk.lessons
    foreign = replace(second, language="en", slug="foreign", edition="foreign")
    catalogue = catalogue_of((first, second, foreign))
    turn = silent(machine.begin((), tuple(catalogue.editions), catalogue, BEGIN, RULES), catalogue)
    assert second.title in turn.says
