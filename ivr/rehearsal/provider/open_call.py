"""A call as the provider has it in its books: who calls whom, how it stands, and all that was sent for it."""

from __future__ import annotations

from datetime import datetime

from .errors import ProviderError
from .faults import Line
from .sent import Sent


class OpenCall:
    """From the moment somebody dials; also once it is over."""

    def __init__(self, sid: str, from_: str, to: str, account: str, line: Line) -> None:
        self.sid = sid
        self.from_ = from_
        self.line = line
        self.status = "ringing"
        self.answered: datetime | None = None
        self.ended_at: datetime | None = None
        self.errors: list[ProviderError] = []
        self.requests: list[Sent] = []  # all that was written for this call, copies and callbacks too, in order
        self._to = to
        self._account = account

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    def params(self) -> dict[str, str]:
        """TW:voice/twiml, "Request parameters"; the places are sent even where nothing is known of them."""
        to, from_ = self._to, self.from_
        params = {
            "CallSid": self.sid,
            "AccountSid": self._account,
            "From": from_,
            "To": to,
            "Caller": from_,
            "Called": to,
            "CallStatus": self.status,
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
        }
        for end in ("From", "To", "Caller", "Called"):
            params |= {f"{end}City": "", f"{end}State": "", f"{end}Zip": "", f"{end}Country": "CN"}
        return params
