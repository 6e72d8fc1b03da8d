"""A document is taken only if Twilio would take it without a warning in its debugger; else its error number is raised.

Twilio lets some of these pass with a warning (12200, 133xx …). Here a warning is an error: what the provider shrugs at
on one day is what breaks on another, and on another provider at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers import expat

from .audio import media_type
from .errors import ProviderError
from .network import Response
from .verbs import Gather, Hangup, Pause, Play, Record, Redirect, Reject, Say, Verb

LARGEST = 64 * 1024  # 11750: "TwiML response body too large"
LONGEST_SAY = 3000  # bytes; 13521: the smallest of the voices' limits (Basic 4096, Polly 3000, Google 5000)


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""


URL = "url"  # in place of a pattern: an address, checked and resolved
METHOD = "GET|POST"
YES_NO = "true|false"
LOOP = "[0-9]{1,3}|1000"  # TW:voice/twiml/play: 0 is until hang-up "or 1000 times"

# element -> attribute -> the error's number, and what is allowed. Names are case-sensitive.
ATTRIBUTES: dict[str, dict[str, tuple[int, str]]] = {
    "Response": {},
    "Gather": {
        "action": (11100, URL),
        "method": (13312, METHOD),
        "input": (13326, "dtmf"),  # Twilio allows speech; this phone only has keys
        "timeout": (13313, "[1-9][0-9]{0,3}"),
        "numDigits": (13314, "[1-9][0-9]{0,3}"),
        "finishOnKey": (13310, "[0-9#*]?"),
        "actionOnEmptyResult": (13338, YES_NO),
    },
    "Say": {
        "voice": (13511, r"[A-Za-z][A-Za-z0-9.\-]*"),
        "language": (13512, "[a-z]{2,3}(-[A-Za-z0-9]+)*"),
        "loop": (13510, LOOP),
    },
    "Play": {"loop": (13410, LOOP), "digits": (13430, "[0-9A-D#*wW]+")},
    "Pause": {"length": (13910, "[1-9][0-9]{0,3}")},
    "Redirect": {"method": (13710, METHOD)},
    "Hangup": {},
    "Reject": {"reason": (12200, "rejected|busy")},
    "Record": {
        "action": (11100, URL),
        "method": (13610, METHOD),
        "timeout": (13611, "[0-9]{1,4}"),
        "finishOnKey": (13613, "[0-9#*]*"),
        "maxLength": (13612, "[2-9]|[1-9][0-9]{1,3}|1[0-3][0-9]{3}|14[0-3][0-9]{2}|14400"),
        "playBeep": (13616, YES_NO),
        "trim": (13699, "trim-silence|do-not-trim"),
        "recordingStatusCallback": (11100, URL),
        "recordingStatusCallbackMethod": (13610, METHOD),
        "recordingStatusCallbackEvent": (13621, "(in-progress|completed|absent)( (in-progress|completed|absent))*"),
    },
}
NESTED = {"Response": set(ATTRIBUTES) - {"Response"}, "Gather": {"Say", "Play", "Pause"}}
WORDED = {"Say", "Play", "Redirect"}
ABSOLUTE = re.compile(r"https?://(?:[!-.0-~]+@)?[A-Za-z0-9.\-]+(?::[0-9]{1,5})?(?:[/?#][!-~]*)?")


def read(answer: Response, url: str, *, require_absolute: bool = True) -> tuple[Verb, ...]:
    """The verbs of the document that came from `url`, its addresses made absolute; raises ProviderError."""
    root = _parse(_text(answer, url), url)
    if root.name != "Response":
        raise ProviderError(12102, f"the root element must be Response, not {root.name}", url)
    _check(root, url, require_absolute)

    def absolute(value: str) -> str:
        return urljoin(url, value)

    return tuple(_verb(child, url, absolute) for child in root.children)


def _text(answer: Response, url: str) -> str:
    """The answer's body, if an answer like this may hold a document at all."""
    if answer.status != 200:
        raise ProviderError(11200, f"status {answer.status}", url)
    if len(answer.body) > LARGEST:
        raise ProviderError(11750, f"{len(answer.body)} bytes; 64 kB are allowed", url)
    value = answer.header("Content-Type")
    kind, charset = media_type(value or "")
    if kind not in ("text/xml", "application/xml") or charset not in (None, "utf-8"):
        raise ProviderError(12300, f"Content-Type is {value!r}", url)
    if not answer.body:
        raise ProviderError(11770, "the body is empty", url)
    try:
        text = answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProviderError(12100, f"not UTF-8: {error}", url) from error
    if not text.startswith("<"):
        raise ProviderError(12100, f"the document begins with {text[:10]!r}, not with <", url)
    return text


def _parse(text: str, url: str) -> Element:
    """Elements as they stand; a DTD is refused before anything in it is read."""
    parser = expat.ParserCreate()
    top = Element("", {})
    stack = [top]

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise ProviderError(12100, f"declared as {encoding}", url)

    def doctype(*_: object) -> None:
        raise ProviderError(12100, "a document type declaration", url)

    def begin(name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def characters(words: str) -> None:
        stack[-1].text += words

    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ProviderError(12100, f"does not parse: {error}", url) from error
    return top.children[0]


def _check(element: Element, url: str, require_absolute: bool) -> None:
    """Names, attributes, values, text and nesting, all the way down; also of what can never be reached."""
    name = element.name
    for attribute, value in element.attributes.items():
        if attribute not in ATTRIBUTES[name]:
            raise ProviderError(12200, f"{name} has no attribute {attribute}", url)
        code, allowed = ATTRIBUTES[name][attribute]
        if allowed == URL:
            _check_address(value, f"{name} {attribute}", url, require_absolute)
        elif not re.fullmatch(allowed, value):
            raise ProviderError(code, f"{name} {attribute}={value!r}", url)
    if element.text.strip() and name not in WORDED:
        raise ProviderError(12200, f"words in {name}: {element.text.strip()[:40]!r}", url)
    if name in ("Redirect", "Play") and not ("digits" in element.attributes and not element.text):
        _check_address(element.text, name, url, require_absolute)
    if name == "Say":
        _check_words(element.text, url)
    for child in element.children:
        _check_place(child, name, url)
        _check(child, url, require_absolute)


def _check_place(child: Element, parent: str, url: str) -> None:
    if child.name not in ATTRIBUTES:
        raise ProviderError(12200, f"{child.name} is not an element known here", url)
    if child.name not in NESTED.get(parent, set()):
        raise ProviderError(13320 if parent == "Gather" else 12200, f"{child.name} within {parent}", url)
    if parent == "Gather" and "digits" in child.attributes:
        raise ProviderError(13320, "Play digits within Gather", url)


def _check_address(value: str, where: str, url: str, require_absolute: bool) -> None:
    relative = not require_absolute and re.fullmatch("[!-~]+", value) and "://" not in value
    if not relative and not ABSOLUTE.fullmatch(value):
        raise ProviderError(11100, f"{where} is {value!r}, not an absolute address", url)


def _check_words(words: str, url: str) -> None:
    if not words.strip():
        raise ProviderError(13520, "nothing to say", url)
    if len(words.encode()) > LONGEST_SAY:
        raise ProviderError(13521, f"{len(words.encode())} bytes to say; {LONGEST_SAY} are allowed", url)


def _verb(element: Element, url: str, absolute: Callable[[str], str]) -> Verb:
    """The element with the documented defaults filled in."""
    get = element.attributes.get
    match element.name:
        case "Say":
            return Say(" ".join(element.text.split()), int(get("loop", "1")))
        case "Play":
            return Play(absolute(element.text) if element.text else "", int(get("loop", "1")), get("digits", ""))
        case "Pause":
            return Pause(int(get("length", "1")))
        case "Redirect":
            return Redirect(absolute(element.text), get("method", "POST"))
        case "Reject":
            return Reject(get("reason", "rejected"))
        case "Hangup":
            return Hangup()
        case "Gather":
            return _gather(element, url, absolute)
        case _:
            return _record(element, url, absolute)


def _gather(element: Element, url: str, absolute: Callable[[str], str]) -> Gather:
    get = element.attributes.get
    nested = (_verb(child, url, absolute) for child in element.children)
    return Gather(
        action=absolute(get("action", url)),
        method=get("method", "POST"),
        timeout=int(get("timeout", "5")),
        digits=int(get("numDigits", "0")) or None,
        finish_on_key=get("finishOnKey", "#"),
        action_on_empty=get("actionOnEmptyResult", "false") == "true",
        nested=tuple(verb for verb in nested if isinstance(verb, Say | Play | Pause)),
    )


def _record(element: Element, url: str, absolute: Callable[[str], str]) -> Record:
    get = element.attributes.get
    callback = get("recordingStatusCallback", "")
    return Record(
        action=absolute(get("action", url)),
        method=get("method", "POST"),
        timeout=int(get("timeout", "5")),
        finish_on_key=get("finishOnKey", "1234567890*#"),
        longest=int(get("maxLength", "3600")),
        trim=get("trim", "trim-silence") == "trim-silence",
        callback=absolute(callback) if callback else "",
        callback_method=get("recordingStatusCallbackMethod", "POST"),
    )
