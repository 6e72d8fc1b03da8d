"""What every scene may look at, and its ways on: a turn to speak, another scene to enter, something to look up.

Scenes never call each other; they name where to go, and the machine takes the call there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ivr.catalogue import Catalogue
from ivr.config import DialogueSettings
from ivr.dialogue.keys import HELP, Choice, offers
from ivr.dialogue.state import Learner, Scene, State
from ivr.dialogue.turn import Event, Gather, GaveUp, Lookup, Record, Said, Say, Stray, Turn, Waited, Wanted


@dataclass(frozen=True, slots=True)
class Go:
    """Enter the scene of `state`, saying something and noting events on the way."""

    state: State
    says: tuple[Said, ...] = ()
    events: tuple[Event, ...] = ()

    def after(self, *says: Said, events: Sequence[Event] = ()) -> Go:
        """The same, but this is said and noted before."""
        return Go(self.state, (*says, *self.says), (*events, *self.events))


Way = Turn | Go | Wanted


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation so far, the lessons, the time, the rules."""

    state: State
    catalogue: Catalogue
    now: datetime
    rules: DialogueSettings

    # ── ways on ──────────────────────────────────────────────────────────────────────────────────────────────────

    def turn(self, scene: Scene, *says: Said, wait_s: int | None = None, events: Sequence[Event] = ()) -> Turn:
        """Say something and wait for a key: as long as this caller needs, unless told otherwise."""
        wait = Gather(self.wait_s if wait_s is None else wait_s)
        return Turn(replace(self.state, scene=scene, scan=None), says, wait, tuple(events))

    def ask(
        self,
        scene: Scene,
        choices: Sequence[Choice],
        *lead: Said,
        tail: Sequence[Said] = (),
        events: Sequence[Event] = (),
    ) -> Turn:
        """Offer choices; one by one to those who pick by any key."""
        if not choices or not self.one_key:
            return self.turn(scene, *lead, *offers(choices), *tail, events=events)
        state = replace(self.state, scene=scene, scan=0)
        says = (*lead, Say("any_key"), choices[0].pick)
        return Turn(state, says, Gather(self.rules.scan_s), tuple(events))

    def number(self, scene: Scene, digits: int, *says: Said, events: Sequence[Event] = ()) -> Turn:
        """Say something and wait for a number, of so many digits at most."""
        state = replace(self.state, scene=scene, scan=None)
        return Turn(state, says, Gather(self.rules.digits_s, digits), tuple(events))

    def record(self, scene: Scene, seconds: int, *says: Said, events: Sequence[Event] = ()) -> Turn:
        """Say something, and keep what is said after the tone."""
        return Turn(replace(self.state, scene=scene, scan=None), says, Record(seconds), tuple(events))

    def go(self, scene: Scene, *says: Said, events: Sequence[Event] = (), **changes: Any) -> Go:
        """Enter a scene; `changes` are other parts of the state."""
        return Go(replace(self.state, scene=scene, **changes), says, tuple(events))

    def want(self, lookup: Lookup, *, events: Sequence[Event] = ()) -> Wanted:
        return Wanted(self.state, lookup, tuple(events))

    def missed(
        self,
        scene: Any,
        choices: Sequence[Choice],
        event: Stray | Waited,
        where: str,
        otherwise: Go,
        *,
        usual: Choice | None = None,
    ) -> Turn | Go:
        """Ask again, kindly, each time in other words; after the last time, go on without an answer. Where one choice
        is the `usual` one, which comes of itself, the last reminder names no other."""
        misses = scene.misses + 1
        silent = isinstance(event, Waited)
        if misses > self.rules.reminders:
            return otherwise.after(events=(event,) if silent else (event, GaveUp(where)))
        spoken = [choice for choice in choices if choice.key != HELP]
        if usual and misses >= 3 and not self.one_key:
            spoken = [usual]
        lead = Say(f"no_key_{misses}" if silent else f"other_key_{misses}")
        return self.ask(replace(scene, misses=misses), spoken, lead, events=(event,))

    def at(self, state: State) -> Talk:
        """The same conversation, in another state."""
        return Talk(state, self.catalogue, self.now, self.rules)

    # ── the learner ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def learner(self) -> Learner | None:
        return None if self.state.learner is None else self.state.learners[self.state.learner]

    @property
    def on_own_phone(self) -> bool:
        """Does the call come from a telephone of the one who is speaking? Anybody can type a member number."""
        return self.learner is not None and self.learner.member in self.state.phone

    @property
    def may_hear_private(self) -> bool | None:
        """What is for the one who is speaking alone: yes; None: after their PIN; no."""
        if self.learner is None:
            return False
        if self.learner.has_pin:
            return self.state.proven or None
        return self.on_own_phone

    @property
    def staff(self) -> Learner | None:
        return None if self.state.staff is None else self.state.learners[self.state.staff]

    @property
    def wait_s(self) -> int:
        return (self.learner.wait_s if self.learner else 0) or self.rules.wait_s

    @property
    def one_key(self) -> bool:
        """Whether choices are read one by one: for who wants that, and, before anybody said who they are, on a phone of
        somebody who does."""
        if self.state.grade == "group":
            return False
        if self.learner is not None:
            return self.learner.one_key
        return any(each.one_key for each in self.state.learners if each.member in self.state.phone)

    def changed(self, **changes: Any) -> tuple[Learner, ...]:
        """All learners of the call, the one who is speaking with these changes."""
        assert self.state.learner is not None
        at = self.state.learner
        known = self.state.learners
        return (*known[:at], replace(known[at], **changes), *known[at + 1 :])

    def with_learner(self, learner: Learner) -> tuple[tuple[Learner, ...], int]:
        """All learners of the call with this one among them, as now told, and where."""
        known = self.state.learners
        at = next((n for n, each in enumerate(known) if each.member == learner.member), len(known))
        return (*known[:at], learner, *known[at + 1 :]), at
