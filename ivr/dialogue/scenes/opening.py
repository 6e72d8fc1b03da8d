"""What is asked once, before the menu: which language; and where keys kept failing, whether any key shall do."""

from __future__ import annotations

from ivr.dialogue.greeting import onward, replace_state
from ivr.dialogue.keys import NEXT, NO, REMINDERS, UNIVERSAL, YES, Choice, chosen, says_of
from ivr.dialogue.state import ChoosingLanguage, OfferingOneKey
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Event, Input, Preferred, Pressed, Say, Stray, Turn, Waited

LANGUAGES = ("zh", "yue", "en")
ONE_KEY = Choice(YES, "one_key"), Choice(NO, "digits")
SAYS = (
    *(Say("choose_language", str(n), each) for n in range(1, len(LANGUAGES) + 1) for each in LANGUAGES),
    *(Say("pick_language", language=each) for each in LANGUAGES),
    *says_of(*ONE_KEY),
    Say("one_key_offered"),
    Say("one_key_now"),
    Say("digits_now"),
    *REMINDERS,
)


def choices(talk: Talk, scene: ChoosingLanguage | OfferingOneKey) -> tuple[Choice, ...]:
    if isinstance(scene, OfferingOneKey):
        return ONE_KEY
    return tuple(Choice(str(n), "language", language=each) for n, each in enumerate(talk.rules.languages, 1))


def enter(talk: Talk, scene: ChoosingLanguage | OfferingOneKey) -> Turn:
    lead = (Say("one_key_offered"),) if isinstance(scene, OfferingOneKey) else ()
    return talk.ask(scene, choices(talk, scene), *lead)


def answer(talk: Talk, scene: ChoosingLanguage | OfferingOneKey, act: Input) -> Way:
    where = "one_key" if isinstance(scene, OfferingOneKey) else "language"
    offered = choices(talk, scene)
    match act:
        case Pressed(key) if choice := chosen(offered, key):
            if isinstance(scene, OfferingOneKey):
                return _any_key(talk, choice)
            return _speak(talk, choice.language, Chose(key, "language"))
        case Pressed(key) if key in UNIVERSAL and key != NEXT:
            return talk.go(scene, events=(Chose(key, "again"),))
        case Pressed(key) if key != NEXT:
            return talk.missed(scene, offered, Stray(key), where, _undecided(talk, scene))
        case Pressed(key):
            left = _undecided(talk, scene)
            return Go(left.state, left.says, (Chose(key, "next"),))
        case _:
            return talk.missed(scene, offered, Waited(where), where, _undecided(talk, scene))


def _speak(talk: Talk, language: str, *events: Event) -> Go:
    """In this language from now on; a member's choice is kept for later calls."""
    chosen_state = talk.go(talk.state.scene, language=language).state
    if talk.learner:
        events = (*events, Preferred(talk.learner.member, "language", language))
        chosen_state = talk.go(talk.state.scene, language=language, learners=talk.changed(language=language)).state
    way = onward(replace_state(talk, chosen_state))
    return Go(way.state, way.says, events)


def _any_key(talk: Talk, choice: Choice) -> Go:
    assert talk.learner
    wanted = choice.does == "one_key"
    learners = talk.changed(one_key=wanted, clumsy=False)
    way = onward(replace_state(talk, talk.go(talk.state.scene, learners=learners).state))
    event = Preferred(talk.learner.member, "one_key", "yes" if wanted else "no")
    return Go(way.state, (Say("one_key_now" if wanted else "digits_now"), *way.says), (event,))


def _undecided(talk: Talk, scene: ChoosingLanguage | OfferingOneKey) -> Go:
    """As it is, in this call; the next one asks again."""
    if isinstance(scene, ChoosingLanguage):
        decided = talk.go(scene, language=talk.state.language or talk.rules.languages[0])
    else:
        decided = talk.go(scene, learners=talk.changed(clumsy=False))
    return onward(replace_state(talk, decided.state))
