"""The virtual provider performs TwiML by the documentation, which is quoted, and knows what the caller heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.rehearsal.provider import Faults
from tests.provider_server import (
    BASE,
    LESSON,
    dial,
    gather,
    make,
    play,
    redirect,
    told,
)

# ── Gather ───────────────────────────────────────────────────────────────────────────────────────────────────────


class TestGather:
    def test_silence_falls_through(self) -> None:
        """ "If no input is received before timeout, <Gather> falls through to the next verb in the TwiML document." """
        call, server = dial(gather(play("ten")) + redirect("/end"))
        call.listen()
        assert (len(server.forms("/key")), len(server.forms("/end"))) == (0, 1)
        assert "Digits" not in server.forms("/end")[0]
        assert told(call.heard) == [("ten.wav", 10.0)]

    def test_the_timeout_begins_when_the_audio_has_ended(self) -> None:
        """The timeout starts after all nested verbs finished, or at the first key press."""
        call, server = dial(gather(play("ten") + "<Pause length='3'/>") + redirect("/end"))
        begun = call.provider.clock()
        call.listen()
        assert (server.asked[-1].at - begun).total_seconds() == pytest.approx(10 + 3 + 2 + 0.15)

    def test_the_last_digit_submits(self) -> None:
        """numDigits: Twilio submits the data "immediately after" that many digits."""
        call, server = dial(gather(numDigits="4", action=f"{BASE}/key?a=1#rc=2&amp;rp=all"))
        call.press("123")
        assert server.forms("/key") == []
        call.press("4")
        (form,) = server.forms("/key")
        assert (form["Digits"], form["FinishedOnKey"], form["msg"]) == ("1234", "", "Gather End")
        assert (form["CallStatus"], form["CallSid"]) == ("in-progress", call.sid)

    def test_the_finishing_key_submits_and_is_not_a_digit(self) -> None:
        """Default "#"; the finishing key itself is not included in Digits."""
        call, server = dial(gather(numDigits="none"))
        call.press("12#")
        assert server.forms("/key")[0]["Digits"] == "12"
        assert server.forms("/key")[0]["FinishedOnKey"] == "#"

    def test_the_finishing_key_first_is_silence(self) -> None:
        """ "If … the caller enters the 'finishOnKey' value before entering any other digits, Twilio will not make a
        request to the 'action' URL but instead continue processing … with the verb immediately following." """
        call, server = dial(gather(play("ten")) + redirect("/end"))
        call.press("#", after=1.0)
        assert (len(server.forms("/key")), len(server.forms("/end"))) == (0, 1)
        assert told(call.heard) == [("ten.wav", 1.0)]

    @pytest.mark.parametrize("key", "0123456789*#")
    def test_without_a_finishing_key_every_key_is_input(self, key: str) -> None:
        """finishOnKey: for the empty string "<Gather> captures all input and no key will end the <Gather>"."""
        call, server = dial(gather(finishOnKey=""))
        call.press(key)
        assert server.forms("/key")[0]["Digits"] == key

    def test_unlimited_digits_wait_for_the_timeout(self) -> None:
        """ "Twilio will wait 10 seconds for the caller to press another key before submitting the previously entered
        digits to the action URL." """
        call, server = dial(gather(numDigits="none", timeout="10"))
        call.press("1")
        call.press("2", after=9.9)
        pressed = call.provider.clock()
        assert server.forms("/key") == []
        call.listen()
        assert server.forms("/key")[0]["Digits"] == "12"
        assert (server.asked[-1].at - pressed).total_seconds() == pytest.approx(10.15)

    def test_five_seconds_are_the_default(self) -> None:
        call, server = dial(gather(timeout="none") + redirect("/end"))
        begun = call.provider.clock()
        call.listen()
        assert (server.asked[-1].at - begun).total_seconds() == pytest.approx(5.15)

    def test_the_first_key_stops_the_audio(self) -> None:
        """ "After the first digit is received the audio will stop playing." """
        call, _ = dial(gather(play("ten") + play("four"), numDigits="2"))
        call.press("1", after=3.2)
        call.press("2", after=1.0)
        assert told(call.heard) == [("ten.wav", 3.2)]

    def test_all_files_are_fetched_before_the_first_plays(self) -> None:
        """ "Twilio fetches all the files before it starts the first": a fetch proves nothing about listening."""
        call, server = dial(gather(play("ten") + play("four")))
        assert [asked.target for asked in server.asked[1:]] == ["/ten.wav", "/four.wav"]
        assert call.heard == []

    def test_without_an_action_the_document_is_asked_for_again(self) -> None:
        """ "If no 'action' is provided, Twilio will by default make a POST request to the current document's URL." """
        call, server = dial(gather(action="none"))
        call.press("1")
        assert [form.get("Digits") for form in server.forms("/line/twilio/answer")] == [None, "1"]

    @pytest.mark.parametrize(("blank", "digits"), [(0.0, None), (1.0, "")])
    def test_action_on_empty_result(self, blank: float, digits: str | None) -> None:
        """actionOnEmptyResult: the action is requested without digits too; Digits is then absent or empty."""
        provider, server = make(gather(actionOnEmptyResult="true"), Faults(blank_digits=blank))
        provider.call().listen()
        assert server.forms("/key")[0].get("Digits") == digits

    def test_by_get_the_digits_are_in_the_signed_address(self) -> None:
        call, server = dial(gather(method="GET", action=f"{BASE}/key?a=1"))
        call.press("5")
        assert server.asked[-1].method == "GET"
        assert server.asked[-1].target.startswith("/key?a=1&CallSid=CA")
        assert "&Digits=5&" in server.asked[-1].target

    def test_no_request_when_the_caller_hangs_up(self) -> None:
        call, server = dial(gather(play("ten")) + redirect("/end"))
        call.hang_up(after=2.5)
        assert [asked.target for asked in server.asked[2:]] == ["/line/twilio/status"]


# ── the other verbs ──────────────────────────────────────────────────────────────────────────────────────────────


def test_no_verbs_left_is_a_hang_up() -> None:
    """ "If no verbs remain, Twilio hangs up." """
    call, server = dial(play("four"))
    call.listen()
    assert call.ended
    assert server.forms("/line/twilio/status")[0]["CallDuration"] == "4"


def test_nothing_after_a_redirect_or_a_hangup() -> None:
    call, _ = dial("<Say>一</Say><Hangup/><Say>二</Say>")
    call.listen()
    assert [one.what for one in call.heard] == ["一"]
    assert call.ended


def test_loops_and_pauses_take_their_time() -> None:
    """loop: how often; 0 is until hang-up. Pause: length in seconds, default 1."""
    call, _ = dial(play("four", loop="2") + "<Pause/>" + play("ten", loop="0"))
    call.wait(4 + 4 + 1 + 0.005 + 0.05)
    call.hang_up(after=25)
    assert [seconds for _, seconds in told(call.heard)] == pytest.approx([4, 4, 10, 10, 5], abs=0.05)


@pytest.mark.parametrize(("reason", "status"), [("", "no-answer"), ('reason="busy"', "busy")])
def test_reject_first_leaves_the_call_unanswered(reason: str, status: str) -> None:
    """Reject, "only as first verb keeps the call unanswered/unbilled"; final status no-answer or busy."""
    call, server = dial(f"<Reject {reason}/>")
    assert call.ended
    form = server.forms("/line/twilio/status")[0]
    assert (form["CallStatus"], form["CallDuration"]) == (status, "0")


class TestRecord:
    FIRST = f'<Record action="{BASE}/key" timeout="3" recordingStatusCallback="{BASE}/end"/>' + redirect(
        "/line/twilio/x"
    )

    def test_a_key_ends_it(self) -> None:
        """action gets RecordingUrl, RecordingDuration, Digits (= ending key, or `hangup`)."""
        call, server = dial(self.FIRST)
        call.speak(6.2, then="#")
        (form,) = server.forms("/key")
        assert (form["RecordingDuration"], form["Digits"]) == ("6", "#")
        call.finish()
        assert "From" not in server.forms("/end")[0]
        assert server.forms("/end")[0]["RecordingUrl"] == form["RecordingUrl"]

    def test_silence_ends_it(self) -> None:
        call, server = dial(self.FIRST)
        begun = call.provider.clock()
        call.speak(6)
        assert "Digits" not in server.forms("/key")[0]
        assert (server.asked[-1].at - begun).total_seconds() == pytest.approx(9.15)

    def test_hanging_up_is_reported(self) -> None:
        call, server = dial(self.FIRST)
        call.speak(6, then="hang up")
        call.finish()
        assert server.forms("/key")[0]["Digits"] == "hangup"
        assert call.ended

    def test_an_empty_recording_goes_on_with_the_next_verb(self) -> None:
        """ "If Twilio receives an empty recording, it will not make a request to the 'action' URL." """
        call, server = dial(self.FIRST)
        call.listen()
        assert server.forms("/key") == []
        assert server.forms("/line/twilio/x") != []


# ── the truth ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seconds", [0.0, 0.1, 3.2, 9.7, 10.0])
@pytest.mark.parametrize("how", ["key", "hang-up"])
def test_what_was_heard_is_what_went_by(seconds: float, how: str) -> None:
    call, _ = dial(LESSON)
    acts: dict[str, Callable[[], None]] = {
        "key": lambda: call.press("2", after=seconds),
        "hang-up": lambda: call.hang_up(after=seconds),
    }
    acts[how]()
    (heard,) = [one for one in call.heard if one.document == 0]
    assert (heard.kind, heard.what, heard.from_s) == ("play", f"{BASE}/ten.wav", 0.0)
    assert heard.to_s == pytest.approx(seconds)
    assert (heard.file_length_s, heard.stopped, heard.late) == (10.0, how, 0.0)


def test_the_server_reads_its_clock_between_the_two_ways() -> None:
    """D = 0.15 back + 0.05 for the file + 0.1 to the ear, and 0.15 for the key's way: 0.45 s."""
    call, server = dial(LESSON)
    start = server.asked[0].at
    call.press("2", after=3.2)
    assert (call.heard[0].started - start).total_seconds() == pytest.approx(0.3)
    assert (server.asked[2].at - start).total_seconds() == pytest.approx(3.2 + 0.45)


def test_a_key_between_two_documents_is_lost() -> None:
    call, server = dial(LESSON)
    call.press("12", after=1.0, gap=0.2)
    assert [form.get("Digits") for form in server.forms("/line/twilio/answer")] == [None, "1"]
    assert [key for key, _ in call.unheard_keys] == ["2"]


def test_a_line_cut_between_two_documents_hears_nothing_of_the_second() -> None:
    provider, _ = make(LESSON)
    call = provider.call()
    call.hang_up(after=11.1)
    assert told(call.heard) == [("ten.wav", 10.0)]
    assert call.ended_at is not None
    assert (call.ended_at - call.heard[0].started).total_seconds() == pytest.approx(11.1)


def test_pressing_waits_for_the_gather() -> None:
    call, server = dial(play("four") + gather(play("ten")))
    call.press("1")
    assert told(call.heard) == [("four.wav", 4.0), ("ten.wav", 0.0)]
    assert len(server.forms("/key")) == 1


def test_a_key_outside_a_gather_does_nothing() -> None:
    call, server = dial(play("four") + gather(play("ten")))
    call.press("1", after=2.0)
    assert (server.forms("/key"), len(call.unheard_keys)) == ([], 1)
    call.press("1", after=3.0)
    assert told(call.heard)[0] == ("four.wav", 4.0)
    assert len(server.forms("/key")) == 1


def test_four_hours_are_the_end() -> None:
    """Calls last 4 hours by default; loop="0" alone would end after 1000 times, 10,000 s here."""
    call, server = dial(play("ten", loop="0") * 2)
    call.wait(5 * 3600)
    assert call.ended
    assert len(call.heard) == 1440
    assert server.forms("/line/twilio/status")[0]["CallDuration"] == "14400"


def test_this_side_knows_nothing_of_the_other() -> None:
    for path in (Path(__file__).parent / "provider").glob("*.py"):
        source = path.read_text("utf-8")
        assert "import ivr" not in source
        assert "from ivr" not in source
