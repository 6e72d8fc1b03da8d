"""Every request that went out stays in the log, as it was written and as it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .network import Response

Kind = Literal["document", "fallback", "status", "recording"]
Copy = Literal["first", "double", "retry", "repeat"]


@dataclass(slots=True, eq=False)
class Sent:
    """One request, and what came back; status 0 means that the provider's side had no answer at all."""

    number: int  # its place in the provider's log
    call: str
    kind: Kind
    copy: Copy
    of: int  # the number of the request that this one is a copy of; its own, if it is the first
    method: str
    url: str  # as asked for; a GET's parameters are in it
    params: dict[str, str]
    headers: dict[str, str]
    payload: bytes
    sent: datetime
    arrived: datetime | None = None  # None: it never reached the server
    answer: Response | None = None
    trouble: str = ""
    lost: bool = False  # the server answered, and the provider never saw it
    late: float = 0.0  # seconds that a lost request or answer added until the provider had this answer

    @property
    def status(self) -> int:
        return self.answer.status if self.answer else 0

    @property
    def body(self) -> bytes:
        return self.answer.body if self.answer else b""


@dataclass(slots=True, eq=False)
class Due:
    """A request still to be delivered: at a time, or after so many others (then `at` is the latest)."""

    request: Sent
    at: datetime
    after: int | None = None
