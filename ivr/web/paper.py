"""A page as a PDF: the same HTML that is shown and printed, set by WeasyPrint, an extra that need not be there.

It reads our own style sheet and nothing else: no other file, no address.
"""

from __future__ import annotations

import logging
import threading
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ivr.errors import MissingPart, TooManyRows

STATIC = Path(__file__).parent / "static"
BASE = "http://desk.invalid/"  # what is asked for there is read from our own files
KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
HOW = (
    "PDFs need pip install 'tingke[pdf]' and, on Debian, "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk; pages print from the browser without them."
)
MOST_ROWS = 600  # of all tables: some seconds of a core that takes calls, too
_one_at_a_time = threading.Lock()  # Pango's maps of fonts are not made for several threads
_missing = threading.Event()
_loading = threading.Lock()  # of two at once, one would leave what is printed redirected for good


def is_made_here() -> bool:
    """Whether pages lead to PDFs: as soon as WeasyPrint is loaded, which takes longer than a page may. Nobody waits for
    that; whoever asks first has it begun."""
    _begin_to_load()
    return _weasyprint.cache_info().currsize > 0


@cache
def _begin_to_load() -> None:
    threading.Thread(target=load, name="PDFs", daemon=True).start()


def load() -> None:
    """WeasyPrint, if it is there."""
    try:
        _weasyprint()
    except MissingPart:
        _missing.set()


def is_missing() -> bool:
    """Whether it was looked for in vain."""
    return _missing.is_set()


def to_pdf(html: str) -> bytes:
    """Raises MissingPart where WeasyPrint, or a library of the system that it needs, is not there; TooManyRows;
    ValueError for a page that wants anything but our own files."""
    weasyprint = _weasyprint()
    ours = _fetcher()
    if html.count("<tr") > MOST_ROWS:
        raise TooManyRows
    with _one_at_a_time:
        try:
            pdf: bytes = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=ours).write_pdf()
        except weasyprint.urls.FatalURLFetchingError as error:  # no Exception of Python's
            raise ValueError(str(error)) from error
    return pdf


@cache
def _weasyprint() -> Any:
    for noisy in ("weasyprint", "fontTools"):  # of its own sheets, of what is left out of ours, of each font
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        with _loading, redirect_stdout(StringIO()):  # it prints which libraries it misses
            import weasyprint
    except ImportError as error:
        raise MissingPart(f"WeasyPrint is not installed. {HOW}") from error
    except OSError as error:  # a library that it loads by name
        raise MissingPart(f"WeasyPrint does not start: {error}. {HOW}") from error
    return weasyprint


@cache
def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Ours(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, *_: Any, **__: Any) -> Any:
            path = STATIC / Path(urlsplit(url).path).name
            if not url.startswith(BASE) or path.suffix not in KINDS or not path.is_file():
                raise FatalURLFetchingError(f"{url} is not ours")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": KINDS[path.suffix]})

    return Ours()
