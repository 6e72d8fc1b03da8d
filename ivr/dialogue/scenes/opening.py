"""What is asked once, before the menu: which language; and where keys kept failing, whether any key shall do."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ivr.dialogue.greeting import onward
from ivr.dialogue.keys import NEXT, REMINDERS, UNIVERSAL, Choice, chosen, says_of
from ivr.dialogue.state import ChoosingLanguage, OfferingOneKey
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Event, Input, Preferred, Pressed, Say, Stray, Turn, Waited

LANGUAGES = ("zh", "yue", "en")
SAYS = (
    *says_of(*(Choice(str(n), "language", language=each) for n in (1, 2, 3) for each in LANGUAGES)),
    Say("one_key_offered"),
    Say("one_key_now"),
    Say("digits_now"),
    *REMINDERS,
)

Opening = ChoosingLanguage | OfferingOneKey


def choices(talk: Talk, scene: Opening) -> tuple[Choice, ...]:
    if isinstance(scene, OfferingOneKey):
        return ()
    return tuple(Choice(str(n), "language", language=each) for n, each in enumerate(talk.rules.languages, 1))


def enter(talk: Talk, scene: Opening) -> Turn:
    if isinstance(scene, OfferingOneKey):
        return talk.turn(scene, Say("one_key_offered"))
    return talk.ask(scene, choices(talk, scene))


def answer(talk: Talk, scene: Opening, act: Input) -> Way:
    if isinstance(scene, OfferingOneKey):
        return _any_key(talk, act)
    offered = choices(talk, scene)
    match act:
        case Pressed(key) if choice := chosen(offered, key):
            return _speak(talk, choice.language, Chose(key, "language"))
        case Pressed(key) if key == NEXT:
            return _speak(talk, talk.state.language, Chose(key, "next"))
        case Pressed(key) if key in UNIVERSAL:
            return talk.go(ChoosingLanguage(), events=(Chose(key, "again"),))
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "language", _speak(talk, talk.state.language))
        case _:
            return _speak(talk, talk.state.language, Waited("language"))


def _speak(talk: Talk, language: str, *events: Event) -> Go:
    """In this language from now on. A member's is kept, so that nobody is asked again; help has it, too."""
    changes: dict[str, Any] = {"language": language}
    if talk.learner:
        events = (*events, Preferred(talk.learner.member, "language", language))
        changes["learners"] = talk.changed(language=language)
    return onward(talk.at(replace(talk.state, **changes))).after(events=events)


def _any_key(talk: Talk, act: Input) -> Go:
    """Whoever presses a key wants it so; whoever waits is asked again in the next call."""
    assert talk.learner
    wanted = isinstance(act, Pressed)
    way = onward(talk.at(replace(talk.state, learners=talk.changed(one_key=wanted, clumsy=False))))
    if not wanted:
        return way.after(Say("digits_now"), events=(Waited("one_key"),))
    return way.after(Say("one_key_now"), events=(Preferred(talk.learner.member, "one_key", "yes"),))
