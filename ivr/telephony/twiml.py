"""TwiML is only a way to write a Turn, and a form only a way to read what the caller did. Pure.

Only the verbs that every TwiML provider has: Gather, Play, Say, Redirect, Hangup. Addresses are absolute. What can't
stand in XML is left out, so the document is well-formed whatever a name contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, quoteattr

from ivr.catalogue import Clip
from ivr.dialogue.turn import Input, Name, Play, Pressed, Said, Say, Silent, Turn

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Response>'
TAIL = "</Response>"
EMPTY = f"{HEAD}{TAIL}"
MOST_SAID = 400  # characters in one <Say>: providers count bytes, and Chinese has three a character

NO_KEY = Silent()

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY = re.compile(r"[0-9*#A-D]")

# Where a piece of audio is fetched: its hash, or "hash-start_ms" for what comes after so many milliseconds.
Address = Callable[[str], str]

# The pressed clip of a prompt or a name, or the words to say where there is none.
Voicing = Callable[[Say | Name], Clip | str]


def render(n: int, turn: Turn, voicing: Voicing, audio: Address, line_url: str, language: str) -> str:
    """A turn as a document. `audio` has the pieces, `line_url` the provider's routes."""
    says = "".join(_verb(said, voicing, audio, language) for said in turn.says)
    if turn.gather is None:
        return f"{HEAD}{says}<Hangup/>{TAIL}"
    here = f"{line_url}/turn/{n}"
    gather = (
        f'<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="{turn.gather.seconds}"'
        f' method="POST" action={quoteattr(here + "/key")}>{says}</Gather>'
    )
    return f'{HEAD}{gather}<Redirect method="POST">{escape(here)}/end</Redirect>{TAIL}'


def apology(words: str, language: str) -> str:
    """What a caller hears when something broke: no file is needed for it."""
    return f"{HEAD}{_say(words, language)}<Hangup/>{TAIL}"


def read_input(form: Mapping[str, str]) -> Input:
    """The key that was pressed; one that can't be read is still a key, and means nothing anywhere."""
    key = _KEY.match(form.get("Digits", ""))
    return Pressed(key.group() if key else "")


def _verb(said: Said, voicing: Voicing, audio: Address, language: str) -> str:
    match said:
        case Play():
            return _play(audio(f"{said.audio}-{said.within_ms}" if said.within_ms else said.audio))
        case Clip():
            return _play(audio(said.audio))
        case Say() | Name():
            voiced = voicing(said)
            return _say(voiced, language) if isinstance(voiced, str) else _play(audio(voiced.audio))


def _play(url: str) -> str:
    return f"<Play>{escape(url)}</Play>"


def _say(words: str, language: str) -> str:
    sayable = _NOT_XML.sub("", words)[:MOST_SAID]
    return f"<Say language={quoteattr(language)}>{escape(sayable)}</Say>" if sayable.strip() else ""
