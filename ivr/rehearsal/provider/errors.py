"""What went wrong carries the number that Twilio's debugger would show for it."""

from __future__ import annotations


class ProviderError(Exception):
    """A document or an answer that the provider could not use; `url` is where it came from."""

    def __init__(self, code: int, what: str, url: str = "") -> None:
        super().__init__(f"{code} {what}" + (f" <{url}>" if url else ""))
        self.code = code
        self.what = what
        self.url = url

    def __repr__(self) -> str:
        return f"ProviderError({self})"


class Unreachable(OSError):
    """No HTTP answer could be had: connection refused, broken off, or not within 15 s."""
