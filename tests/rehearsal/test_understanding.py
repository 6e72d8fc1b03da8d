"""What callers listen for is what the line says, in each of its languages: new words there need new ones here."""

from __future__ import annotations

import pytest

from ivr import prompts
from ivr.rehearsal.understanding import says, wished

SAID = {
    "playing": ("now_playing", "go_on_with", "going_on", "again_now", "once_more"),
    "over": ("lesson_over",),
    "help": ("help",),
    "how": ("help_listening",),
    "paced": ("slower_now", "faster_now"),
    "waiting": ("paused", "still_waiting"),
    "questions": ("now_answering", "hear_answers"),
    "answered": ("you_chose", "i_tell_you"),
    "reminder": ("no_key_1", "no_key_2"),
    "any_key": ("any_key",),
    "any_key_offered": ("one_key_offered",),
    "number": ("number_of_me",),
    "staff": ("number_of_staff",),
    "pin": ("pin",),
    "roll": ("roll_call", "next_number", "nobody_yet", "no_such_number", "all_here"),
    "all_here": ("all_here",),
    "name": ("say_your_name",),
    "note": ("leave_note",),
    "reply": ("speak_reply",),
    "notice": ("a_notice",),
    "visit": ("hand_over",),
    "sorry": ("sorry",),
    "goodbye": ("goodbye",),
}
OFFERED = {
    "somebody_else": "somebody_else",
    "who": "who",
    "one_key": "one_key",
    "listen": "listen",
    "go_on": "go_on",
    "answer": "answer",
    "next": "next",
    "other_lesson": "other_lesson",
    "ask": "question",
    "hear_notice": "notice",
    "done": "done",
    "dont_know": "dont_know",
    "pause": "pause",
    "pace": "slower",
    "help": "help",
    "on_duty": "on_duty",
    "group": "group",
    "visit": "visit",
    "visit_lesson": "visit_lesson",
    "visit_talk": "visit_talk",
    "confirm": "confirm",
}


@pytest.mark.parametrize("language", prompts.LANGUAGES)
@pytest.mark.parametrize(("what", "ids"), SAID.items())
def test_what_is_said(language: str, what: str, ids: tuple[str, ...]) -> None:
    line = prompts.load(language)
    assert [each for each in ids if not says(what, line.words(each, ""))] == []


@pytest.mark.parametrize("language", prompts.LANGUAGES)
@pytest.mark.parametrize(("wish", "does"), OFFERED.items())
def test_what_is_offered(language: str, wish: str, does: str) -> None:
    line = prompts.load(language)
    assert wished(wish, line.words(f"choose_{does}", "1"))
    assert wished(wish, line.words(f"pick_{does}", ""))
