"""A telephone provider to rehearse and test with, as strict as Twilio: it calls, performs TwiML in virtual time, and
knows the truth. It shares no code with the rest of `ivr`: it is the other side of the contract.

    clock = Clock()
    provider = Provider(WsgiTransport(app, "https://line.example"), Account(sid, token), clock=clock)
    call = provider.call()      # dials; the first document has begun
    call.press("2", after=3.2)  # or listen(), wait(s), speak(s), hang_up(after=s)
    call.heard                  # what reached the caller's ear
    call.errors                 # what Twilio's debugger would show; empty, if all is well
"""

from .audio import Fetch, silent_wav
from .clock import Clock
from .errors import ProviderError, Unreachable
from .execute import say_seconds
from .faults import Faults
from .files import mp3_seconds, wav_seconds
from .network import Account, HttpTransport, Response, Transport, WsgiTransport, signature
from .phone import Call, Heard, Provider
from .sent import Sent
from .twiml import read

__all__ = [
    "Account",
    "Call",
    "Clock",
    "Faults",
    "Fetch",
    "Heard",
    "HttpTransport",
    "Provider",
    "ProviderError",
    "Response",
    "Sent",
    "Transport",
    "Unreachable",
    "WsgiTransport",
    "mp3_seconds",
    "read",
    "say_seconds",
    "signature",
    "silent_wav",
    "wav_seconds",
]
