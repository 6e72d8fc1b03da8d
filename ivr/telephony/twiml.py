"""TwiML is only a way to write a Turn, and a form only a way to read what the caller did. Pure.

Only the verbs that every TwiML provider has: Gather, Record, Play, Say, Redirect, Hangup. Addresses are absolute. What
can't stand in XML is left out, so the document is well-formed whatever a name contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, quoteattr

from ivr.catalogue import Clip
from ivr.dialogue.turn import Gather, Input, Name, Play, Pressed, Record, Said, Say, Silent, Spoke, Turn
from ivr.voicing import Voicing

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Response>'
TAIL = "</Response>"
EMPTY = f"{HEAD}{TAIL}"
MOST_SAID = 400  # characters in one <Say>: providers count bytes, and Chinese has three a character

NO_KEY = Silent()

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEYS = re.compile(r"[0-9*#A-D]{1,32}")
SILENCE_S = 5  # that ends what is said after the tone

# Where a piece of audio is fetched: its hash, or "hash-start_ms" for what comes after so many milliseconds.
Address = Callable[[str], str]


def render(n: int, turn: Turn, voicing: Voicing, audio: Address, line_url: str, languages: Mapping[str, str]) -> str:
    """A turn as a document. `audio` has the pieces, `line_url` the provider's routes, `languages` the provider's names
    of languages, by ours ("": the line's own)."""
    spoken = turn.state.language
    language = languages[spoken]
    says = "".join(_verb(said, lambda said: voicing(said, spoken), audio, language) for said in turn.says)
    here = f"{line_url}/turn/{n}"
    match turn.gather:
        case None:
            return f"{HEAD}{says}<Hangup/>{TAIL}"
        case Gather():
            return f"{HEAD}{_gather(turn.gather, says, here)}{_redirect(here)}{TAIL}"
        case Record(seconds):
            return f"{HEAD}{says}{_record(seconds, here)}{_redirect(here)}{TAIL}"


def _gather(gather: Gather, says: str, here: str) -> str:
    """One key, whichever; or a number, that # may end."""
    ended_by = "" if gather.digits == 1 else "#"
    return (
        f'<Gather input="dtmf" numDigits="{gather.digits}" finishOnKey="{ended_by}" timeout="{gather.seconds}"'
        f' method="POST" action={quoteattr(here + "/key")}>{says}</Gather>'
    )


def _record(seconds: int, here: str) -> str:
    """Told twice, at the end and when the file is there: the first is lost where the caller hangs up on some lines."""
    return (
        f'<Record maxLength="{seconds}" timeout="{SILENCE_S}" finishOnKey="0123456789*#" playBeep="true" method="POST"'
        f" action={quoteattr(here + '/spoke')} recordingStatusCallback={quoteattr(here + '/recording')}"
        ' recordingStatusCallbackMethod="POST"/>'
    )


def _redirect(here: str) -> str:
    return f'<Redirect method="POST">{escape(here)}/end</Redirect>'


def apology(words: str, language: str) -> str:
    """What a caller hears when something broke: no file is needed for it."""
    return f"{HEAD}{_say(words, language)}<Hangup/>{TAIL}"


def read_input(form: Mapping[str, str]) -> Input:
    """The keys that were pressed; what can't be read is still a key, and means nothing anywhere."""
    keys = _KEYS.match(form.get("Digits", ""))
    return Pressed(keys.group() if keys else "")


def read_recording(form: Mapping[str, str]) -> Spoke:
    """What was said after the tone; 0 seconds where there was nothing, or no file of it."""
    address = form.get("RecordingUrl", "")
    name = form.get("RecordingSid", "") or address.rstrip("/").rpartition("/")[2]
    seconds = form.get("RecordingDuration", "")
    lasted = int(seconds) if re.fullmatch("[0-9]{1,6}", seconds) else 0
    kept = lasted if address and form.get("RecordingStatus", "completed") == "completed" else 0
    return Spoke(name, address, kept, hung_up=form.get("Digits") == "hangup")


def _verb(said: Said, voiced: Callable[[Say | Name], Clip | str], audio: Address, language: str) -> str:
    match said:
        case Play():
            return _play(audio(f"{said.audio}-{said.within_ms}" if said.within_ms else said.audio))
        case Clip():
            return _play(audio(said.audio))
        case Say() | Name():
            clip = voiced(said)
            return _say(clip, language) if isinstance(clip, str) else _play(audio(clip.audio))


def _play(url: str) -> str:
    return f"<Play>{escape(url)}</Play>"


def _say(words: str, language: str) -> str:
    sayable = _NOT_XML.sub("", words)[:MOST_SAID]
    return f"<Say language={quoteattr(language)}>{escape(sayable)}</Say>" if sayable.strip() else ""
