"""The secretary hears the month by telephone: how many of how many, who has not yet, which questions wait; and can
record a reply."""

from __future__ import annotations

from msgspec.structs import replace

from ivr.dialogue.keys import AGAIN, HELP, NEXT, REMINDERS, Choice, chosen, says_of
from ivr.dialogue.state import AtMenu, HearingQuestion, Replying, TellingMonth
from ivr.dialogue.talk import Go, Talk, Way
from ivr.dialogue.turn import Chose, Event, Input, Left, Name, Pressed, Said, Say, Spoke, Stray, Turn, Waited

NAMES_AT_ONCE = 5
REPLY_S = 120
NAMES, MORE = Choice("1", "names"), Choice("1", "more_names")
QUESTIONS, DONE = Choice("2", "questions"), Choice("3", "to_menu")
REPLY, HEAR_AGAIN, NEXT_ONE = Choice("1", "reply"), Choice("2", "hear_again"), Choice("3", "next_question")
SAYS = (
    *says_of(NAMES, MORE, QUESTIONS, DONE, REPLY, HEAR_AGAIN, NEXT_ONE),
    *(Say(each) for each in ("members", "have_heard", "have_not_heard", "questions_waiting")),
    Say("all_have_heard"),
    Say("no_questions_waiting"),
    Say("a_question"),
    Say("speak_reply"),
    Say("reply_kept"),
    Say("no_reply"),
    *REMINDERS,
)

Secretary = TellingMonth | HearingQuestion | Replying


def counts(most: int) -> tuple[Say, ...]:
    """Every count of people that may have to be said in branches of so many."""
    return tuple(Say("people", str(n)) for n in range(most + 1))


def choices(_talk: Talk, scene: TellingMonth | HearingQuestion) -> tuple[Choice, ...]:
    if isinstance(scene, HearingQuestion):
        return (REPLY, HEAR_AGAIN, NEXT_ONE)
    left = scene.month.waiting[scene.page * NAMES_AT_ONCE :]
    names = (MORE if scene.page else NAMES,) if left else ()
    return (*names, *((QUESTIONS,) if scene.month.questions else ()), DONE)


def enter(talk: Talk, scene: Secretary) -> Turn:
    match scene:
        case TellingMonth(month, page=0):
            return talk.ask(scene, choices(talk, scene), *_sums(month.members, month.heard, len(month.questions)))
        case TellingMonth():
            return talk.ask(scene, choices(talk, scene), *_names(scene))
        case HearingQuestion(month, index):
            asked = month.questions[index]
            return talk.ask(scene, choices(talk, scene), Name(asked.name), Say("a_question"), asked.clip)
        case Replying():
            return talk.record(scene, REPLY_S, Say("speak_reply"))


def _sums(members: int, heard: int, questions: int) -> tuple[Said, ...]:
    people = Say("members"), Say("people", str(members)), Say("have_heard"), Say("people", str(heard))
    rest = (Say("all_have_heard"),) if heard >= members else ()
    return (*people, *rest, Say("questions_waiting") if questions else Say("no_questions_waiting"))


def _names(scene: TellingMonth) -> tuple[Said, ...]:
    """The next handful of those who have not heard it yet."""
    start = (scene.page - 1) * NAMES_AT_ONCE
    return Say("have_not_heard"), *map(Name, scene.month.waiting[start : start + NAMES_AT_ONCE])


def answer(talk: Talk, scene: Secretary, act: Input) -> Way:
    match scene:
        case Replying():
            return _replied(talk, scene, act)
        case HearingQuestion():
            return _question(talk, scene, act)
        case TellingMonth():
            return _month(talk, scene, act)


def _month(talk: Talk, scene: TellingMonth, act: Input) -> Way:
    offered = choices(talk, scene)
    back = talk.go(AtMenu(), staff=None)
    match act:
        case Pressed(key) if choice := chosen(offered, key):
            return _chosen(talk, scene, choice, back)
        case Pressed(key) if key in (AGAIN, HELP):
            return talk.go(replace(scene, misses=0), events=(Chose(key, "again"),))
        case Pressed(key) if key == NEXT:
            return Go(back.state, (), (Chose(key, "next"),))
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "month", back)
        case _:
            return talk.missed(scene, offered, Waited("month"), "month", back)


def _chosen(talk: Talk, scene: TellingMonth, choice: Choice, back: Go) -> Go:
    events = (Chose(choice.key, choice.does),)
    match choice.does:
        case "questions":
            return talk.go(HearingQuestion(scene.month), events=events)
        case "to_menu":
            return Go(back.state, (), events)
        case _:
            return talk.go(TellingMonth(scene.month, scene.page + 1), events=events)


def _question(talk: Talk, scene: HearingQuestion, act: Input) -> Way:
    offered = choices(talk, scene)
    here = HearingQuestion(scene.month, scene.index)
    match act:
        case Pressed(key) if chosen(offered, key) == REPLY:
            return talk.go(Replying(scene.month, scene.index), events=(Chose(key, "reply"),))
        case Pressed(key) if chosen(offered, key) == NEXT_ONE or key == NEXT:
            return _next(talk, scene, Chose(key, "next_question"))
        case Pressed(key) if chosen(offered, key) == HEAR_AGAIN or key in (AGAIN, HELP):
            return talk.go(here, events=(Chose(key, "again"),))
        case Pressed(key):
            return talk.missed(scene, offered, Stray(key), "question", _next(talk, scene))
        case _:
            return talk.missed(scene, offered, Waited("question"), "question", _next(talk, scene))


def _next(talk: Talk, scene: HearingQuestion | Replying, *events: Event) -> Go:
    if scene.index + 1 < len(scene.month.questions):
        return talk.go(HearingQuestion(scene.month, scene.index + 1), events=events)
    return talk.go(TellingMonth(scene.month), events=events)


def _replied_to(scene: Replying) -> Replying:
    """The question waits no longer; the next one has its place."""
    questions = scene.month.questions
    left = questions[: scene.index] + questions[scene.index + 1 :]
    return Replying(replace(scene.month, questions=left), scene.index - 1)


def _replied(talk: Talk, scene: Replying, act: Input) -> Way:
    match act:
        case Spoke(name, address, seconds) if seconds:
            assert talk.staff
            about = scene.month.questions[scene.index].id
            left = Left("reply", name, address, seconds, about, by=talk.staff.member)
            return _next(talk, _replied_to(scene), left).after(Say("reply_kept"))
        case _:
            return _next(talk, scene, Waited("reply")).after(Say("no_reply"))
