"""Callers who listen: a closed loop over a few kept connections, as cheap as Python has it.

Every request is written and signed before the clock starts. A line of stdin says for how many seconds to send; what
came of it is printed as a line of JSON. Every answer must be the next turn of its call, or this ends with an error.
"""

from __future__ import annotations

import gc
import itertools
import json
import select
import socket
import sys
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from ivr.rehearsal.provider.network import signature

OPENING = 3  # the greeting, the title; then the lesson plays
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: line.example\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
    "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nX-Twilio-Signature: {signature}\r\n"
    "I-Twilio-Idempotency-Token: {token}\r\nContent-Length: {length}\r\n\r\n"
)

Request = tuple[bytes, bytes]  # what is sent, and what the answer must contain


def number(call: int) -> str:
    """The caller's number: each call has a caller of its own."""
    return f"+861{call:010d}"


class Connection:
    """One kept connection and the requests that go over it, in order."""

    def __init__(self, port: int, requests: Iterable[Request]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = iter(requests)

    def send(self) -> None:
        request, self.expected = next(self.requests)
        self.sent_at = perf_counter()
        self.socket.sendall(request)

    def receive(self) -> float:
        """The seconds until the whole answer had come."""
        answer = more = self.socket.recv(65536)
        while more and answer.startswith(b"HTTP/1.1 200 ") and not answer.endswith(b"</Response>"):
            more = self.socket.recv(65536)
            answer += more
        took = perf_counter() - self.sent_at
        if not answer.startswith(b"HTTP/1.1 200 ") or b"<Gather" not in answer or self.expected not in answer:
            raise SystemExit(f"expected 200, a Gather and {self.expected!r}, got {answer.decode()}")
        return took


def run(connections: list[Connection], seconds: float) -> dict[str, Any]:
    """Send for so long, one request at a time on each connection."""
    by_number, poll = {each.socket.fileno(): each for each in connections}, select.epoll()
    for fd in by_number:
        poll.register(fd, select.EPOLLIN)
    took, began = [], perf_counter()
    for each in connections:
        each.send()
    busy = len(connections)
    while busy:
        for fd, _ in poll.poll():
            connection = by_number[fd]
            took.append(connection.receive())
            if perf_counter() - began < seconds:
                connection.send()
            else:
                busy -= 1
    elapsed = perf_counter() - began
    poll.close()
    took.sort()
    p50, p99 = (1000 * took[int(len(took) * share)] for share in (0.5, 0.99))
    return {"requests": len(took), "per_s": len(took) / elapsed, "p50_ms": p50, "p99_ms": p99}


def open_call(port: int, requests: Iterable[Request]) -> None:
    connection = Connection(port, requests)
    for _ in range(OPENING):
        connection.send()
        connection.receive()
    connection.socket.close()


def requests(asked: dict[str, Any], call: int) -> Iterator[Request]:
    """A whole call, up to the last segment of the lesson."""
    form = _form(asked["account_sid"], call)
    body = urlencode(form)
    for n in range(asked["segments"] + OPENING - 1):
        path = f"/line/twilio/turn/{n}/end" if n else "/line/twilio/answer"
        signed = signature(asked["auth_token"], asked["public_url"] + path, form)
        token = f"{call * 1000 + n:032x}"
        head = HEAD.format(path=asked["path"] or path, signature=signed, token=token, length=len(body))
        yield (head + body).encode(), b"" if asked["path"] else b"/turn/%d/key" % (n + 1)


def turn_by_turn(calls: list[list[Request]]) -> list[Request]:
    """The lesson of all these calls at once: each turn is another call's."""
    return [request for turn in list(zip(*calls, strict=True))[OPENING:] for request in turn]


def _form(account_sid: str, call: int) -> dict[str, str]:
    """What Twilio sends with every turn: its page "TwiML Voice", "Request parameters"."""
    ours, theirs = "+861012345678", number(call)
    form = {"CallSid": f"CA{call:032x}", "AccountSid": account_sid, "CallStatus": "in-progress"}
    form |= {"ApiVersion": "2010-04-01", "Direction": "inbound"}
    for end, who in (("From", theirs), ("To", ours), ("Caller", theirs), ("Called", ours)):
        form |= {end: who, f"{end}City": "", f"{end}State": "", f"{end}Zip": "", f"{end}Country": "CN"}
    return form


def main(asked: dict[str, Any]) -> None:
    calls = [list(requests(asked, call)) for call in range(asked["calls"])]
    port = asked["port"]
    for call in calls:
        if not asked["path"]:
            open_call(port, call)
    endless = itertools.cycle if asked["path"] else iter
    shares = [calls[first :: asked["connections"]] for first in range(asked["connections"])]
    connections = [Connection(port, endless(turn_by_turn(share))) for share in shares]
    gc.collect()
    gc.freeze()
    gc.disable()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(run(connections, float(line))), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
