"""The virtual provider's line is as bad as told, the same seed makes the same trouble, and all of it is logged."""

from __future__ import annotations

import random
from collections import Counter
from email.utils import parsedate_to_datetime
from threading import Barrier

import pytest

from ivr.rehearsal.provider import Call, Faults
from tests.provider_server import (
    LESSON,
    Page,
    document,
    make,
    story,
    told,
)

VILLAGE_D = (0.25, 3.5)  # twilio-contract.md B.1, the working window


def live(call: Call, acts: random.Random) -> None:
    """A caller who presses and listens at random, and hangs up in the end."""
    for _ in range(8):
        if acts.random() < 0.6:
            call.press(acts.choice("0123456789*#"), after=acts.uniform(0, 12))
        else:
            call.listen()
    call.hang_up(after=acts.uniform(0, 12))
    call.finish()


# ── a bad line ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(12))
def test_in_the_village_d_stays_within_its_window(seed: int) -> None:
    """What the server can measure of a play, less what was heard of it, is D: 0.25 to 3.5 s, but after a retry."""
    provider, _ = make(LESSON, Faults.village(seed))
    call = provider.call()
    live(call, random.Random(seed))
    log, documents = provider.requests, call.documents
    for heard in call.heard:
        served = log[log[heard.document].of].arrived
        following = [one for one in documents if one.number > heard.document]
        if heard.stopped == "key" and following:
            asked = log[following[0].of].arrived
            assert served and asked
            d = (asked - served).total_seconds() - heard.to_s - heard.late
            assert VILLAGE_D[0] <= d <= VILLAGE_D[1]
        if heard.stopped == "hang-up" and call.ended_at and served:
            d = (call.ended_at - served).total_seconds() - heard.to_s - heard.late
            assert VILLAGE_D[0] <= d <= VILLAGE_D[1]
    assert call.errors == []
    assert call.disagreements == []


def test_the_same_seed_tells_the_same_story() -> None:
    stories = []
    for seed in (5, 5, 6):
        call = make(LESSON, Faults.village(1), seed)[0].call()
        live(call, random.Random(0))
        stories.append(story(call))
    assert stories[0] == stories[1] != stories[2]


def test_the_village_loses_and_doubles_as_often_as_it_says() -> None:
    lost, doubled, calls = 0, 0, 400
    provider, _ = make("<Hangup/>", Faults.village(3))
    for _ in range(calls):
        call = provider.call()
        call.finish()
        lost += any(one.trouble == "lost on the way" for one in call.requests)
        doubled += any(one.copy == "double" and one.kind == "document" for one in call.requests)
    assert 0.10 < lost / calls < 0.20
    assert 0.24 < doubled / calls < 0.36


def test_doubles_come_at_once_after_other_requests_and_minutes_later() -> None:
    provider, _ = make(LESSON, Faults(doubled=1.0, copies=(3, 3)))
    call = provider.call()
    for _ in range(20):
        call.listen()
    call.hang_up()
    call.finish()
    waits = Counter[str]()
    for one in call.requests:
        first = provider.requests[one.of]
        if one.copy == "double" and one.arrived and first.arrived:
            assert (one.url, one.params, one.payload, one.headers) == (
                first.url,
                first.params,
                first.payload,
                first.headers,
            )
            wait = (one.arrived - first.arrived).total_seconds()
            waits["at once" if wait == 0 else "soon" if wait < 60 else "minutes later"] += 1
    assert min(waits["at once"], waits["soon"], waits["minutes later"]) > 5
    assert all(one.arrived for one in call.requests)


def test_a_lost_answer_brings_the_same_request_again_and_is_marked() -> None:
    provider, server = make(LESSON, Faults(lost_answers=1.0, retry_after=(4.0, 4.0)))
    call = provider.call()
    first, retry = call.requests
    assert (first.lost, first.status, retry.copy, retry.of) == (True, 200, "retry", first.number)
    assert (first.payload, first.headers["X-Twilio-Signature"]) == (retry.payload, retry.headers["X-Twilio-Signature"])
    assert first.arrived and retry.arrived
    assert retry.late == pytest.approx(4.15) == (retry.arrived - first.arrived).total_seconds()
    call.listen()
    assert call.heard[0].late == retry.late
    assert len(server.forms("/line/twilio/answer")) == 4


def test_whether_a_retry_keeps_its_idempotency_token_is_not_promised() -> None:
    """The page does not say that the token stays the same across retries; public code uses it both ways."""
    name = "I-Twilio-Idempotency-Token"
    kept = set()
    for seed in range(12):
        first, retry = make(LESSON, Faults(lost_answers=1.0), seed)[0].call().requests
        kept.add(first.headers[name] == retry.headers[name])
    assert kept == {True, False}


def test_a_lost_request_never_reached_the_server() -> None:
    """Default retry policy `ct`: only a failed connection is tried again."""
    provider, server = make(LESSON, Faults(lost_requests=1.0, retry_after=(5.0, 5.0)))
    call = provider.call()
    first, retry = call.requests
    assert (first.arrived, first.status, retry.status, retry.late) == (None, 0, 200, 5.0)
    assert len(server.forms("/line/twilio/answer")) == 1


def test_an_error_to_a_copy_is_an_error() -> None:
    provider, server = make(LESSON, Faults(lost_answers=1.0))
    answers = iter([Page(b"", status=500), document(LESSON)])
    server.pages["/line/twilio/answer"] = lambda _form: next(answers)
    call = provider.call()
    assert [error.code for error in call.errors] == [11200]
    assert len(call.disagreements) == 1


def test_a_callback_may_arrive_during_the_next_call() -> None:
    """Order: events are sent as separate requests, no guarantee of arrival order."""
    provider, server = make(LESSON, Faults(callback_delay=(5.0, 5.0)))
    first = provider.call()
    first.hang_up(after=1)
    second = provider.call()
    assert server.forms("/line/twilio/status") == []
    second.listen()
    assert server.forms("/line/twilio/status")[0]["CallSid"] == first.sid
    second.hang_up()
    provider.finish()
    assert server.forms("/line/twilio/status")[1]["CallSid"] == second.sid


def test_the_last_key_may_arrive_after_the_callback() -> None:
    provider, server = make(LESSON)
    call = provider.call()
    call.hang_up(after=4.0, pressing="2")
    call.finish()
    assert [asked.target.rpartition("/")[2] for asked in server.asked[2:]] == ["status", "answer"]
    assert server.asked[-1].form["Digits"] == "2"
    assert (told(call.heard), call.errors, len(call.documents)) == ([("ten.wav", 4.0)], [], 1)


def test_the_timestamp_is_off_by_a_second_at_most() -> None:
    provider, server = make(LESSON, Faults(timestamp_error=1.0))
    errors = []
    for tenth in range(60):
        call = provider.call()
        call.hang_up(after=tenth / 7)
        stamp = parsedate_to_datetime(server.forms("/line/twilio/status")[-1]["Timestamp"])
        assert call.ended_at
        errors.append((stamp - call.ended_at).total_seconds())
    assert -1 <= min(errors) < -0.5 < 0.5 < max(errors) <= 1


def test_a_steady_line_keeps_its_latencies() -> None:
    provider, _ = make(LESSON, Faults.village(2, steadiness=1.0))
    call = provider.call()
    ways = set()
    for _ in range(6):
        call.listen()
        sent = call.documents[-1]
        assert sent.arrived
        ways.add(round((sent.arrived - sent.sent).total_seconds() - sent.late, 5))
    assert len(ways) == 1


@pytest.mark.parametrize("concurrently", [False, True])
def test_repeating_a_request(concurrently: bool) -> None:
    provider, server = make(LESSON)
    together = Barrier(4)

    def page(form: dict[str, str]) -> Page:
        if concurrently:
            together.wait(timeout=5)
        return document(LESSON)

    call = provider.call()
    provider.clock.advance(72 * 3600)
    server.pages["/line/twilio/answer"] = page
    bodies = provider.repeat(call.requests[0], 4, concurrently=concurrently)
    assert bodies == [call.requests[0].body] * 4
    assert [one.copy for one in call.requests] == ["first"] + ["repeat"] * 4
