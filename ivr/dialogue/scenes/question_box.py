"""The question box: whatever is said after the tone is kept, also when the caller simply hangs up."""

from __future__ import annotations

from ivr.dialogue.state import AtMenu, LeavingQuestion
from ivr.dialogue.talk import Talk, Way
from ivr.dialogue.turn import Input, Left, Say, Spoke, Turn, Waited

SAYS = tuple(map(Say, ("leave_question", "no_question_1", "no_question_2", "question_kept", "nobodys_question_kept")))


def enter(talk: Talk, scene: LeavingQuestion) -> Turn:
    return talk.record(scene, talk.rules.question_s, Say("leave_question"))


def answer(talk: Talk, scene: LeavingQuestion, act: Input) -> Way:
    match act:
        case Spoke(name, address, seconds) if seconds:
            left = Left("question", name, address, seconds)
            kept = Say("question_kept" if talk.learner else "nobodys_question_kept")
            return talk.go(AtMenu(), kept, events=(left,))
        case _ if scene.misses:
            return talk.go(AtMenu(), Say("no_question_2"), events=(Waited("question"),))
        case _:
            again = LeavingQuestion(scene.misses + 1)
            return talk.record(again, talk.rules.question_s, Say("no_question_1"), events=(Waited("question"),))
