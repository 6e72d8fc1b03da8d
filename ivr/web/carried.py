"""Whoever has to sign in again comes to the page that they asked for, and what they typed goes along, in the pages of
the sign-in themselves: to be sent by whoever sees it there, to a form of the desk, and to nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

ADDRESS = re.compile(r"/desk/[!-\[\]-~]{0,500}")  # plain letters and signs, and no backslash
LEADING = "typed."  # before the names of fields that are carried
MOST_BYTES = 16_000  # of them, as they are sent
SECRET = frozenset(("csrf_token", "password", "old", "new", "again", "code", "kept"))  # fields that are never carried
# What leads to a page of the sign-in, and forms that are worth nothing without their file, or without their call.
NOWHERE = frozenset(("sign_in", "signing_in", "code", "code_given", "sign_out", "static"))
NEVER = NOWHERE | {"looking", "importing", "returned", "dial", "phone_act"}


@dataclass(frozen=True, slots=True)
class Carried:
    """The `page` to come to, "" for the first one; what was `typed`, and the address of the `form` that it was meant
    for."""

    page: str = ""
    form: str = ""
    typed: tuple[tuple[str, str], ...] = ()

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Fields for a form of the sign-in; `carried` reads them."""
        typed = tuple((f"{LEADING}{name}", value) for name, value in self.typed)
        return tuple((name, value) for name, value in (("to", self.page), ("form", self.form)) if value) + typed


def asked() -> Carried:
    """What this request asks for, or would have changed; of a form that stood on somebody else's page, nothing. For a
    file, it is the page that it was asked for from: where only a file comes, the sign-in seems to go on."""
    here = quote(request.script_root + request.path)
    if request.method in ("GET", "HEAD"):
        is_file = "." in here.rpartition("/")[2]
        return Carried(_came_from() if is_file else _page(here, request.query_string.decode("latin-1")))
    if not _is_ours():
        return Carried()
    return _bounded(_came_from() or _own(here, "GET"), _own(here, "POST"), request.form.items(multi=True))


def _came_from() -> str:
    """The page of ours with the link or form that led here."""
    page = urlsplit(request.referrer or "")
    return _page(page.path, page.query)


def _page(path: str, query: str) -> str:
    return _own(f"{path}?{query}" if query else path, "GET")


def carried() -> Carried:
    """What was carried as far as this page of the sign-in."""
    if request.method != "POST":
        return Carried(_own(request.args.get("to", ""), "GET"))
    if not _is_ours():
        return Carried()
    page, form = _own(request.form.get("to", ""), "GET"), _own(request.form.get("form", ""), "POST")
    fields = ((name, value) for name, value in request.form.items(multi=True) if name.startswith(LEADING))
    return _bounded(page, form, ((name.removeprefix(LEADING), value) for name, value in fields))


def _bounded(page: str, form: str, fields: Iterable[tuple[str, str]]) -> Carried:
    typed = tuple((name, value.replace("\0", "")) for name, value in fields if name not in SECRET)
    if not form or not typed or len(urlencode(typed)) > MOST_BYTES:
        return Carried(page)
    return Carried(page, form, typed)


def _own(address: str, method: str) -> str:
    """An address of ours, if that is what it is; else ""."""
    place, _, name = _matched(address, method)[0].partition(".")
    return address if place == "desk" and name not in (NOWHERE if method == "GET" else NEVER) else ""


def form_at(address: str) -> str:
    """The name of a form of ours: its kind, where one address is that of several, else its endpoint."""
    endpoint, values = _matched(address, "POST")
    return str(values.get("kind", endpoint.removeprefix("desk.")))


def _matched(address: str, method: str) -> tuple[str, Mapping[str, Any]]:
    """The endpoint at an address, and what stands in it; "" for none."""
    below = quote(request.script_root)  # where the line is mounted
    if not address.startswith(below) or not ADDRESS.fullmatch(within := address.removeprefix(below)):
        return "", {}
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter.match(unquote(urlsplit(within).path), method) if adapter else ("", {})
    except HTTPException:
        return "", {}


def _is_ours() -> bool:
    """Did the form stand on a page of ours?"""
    return urlsplit(request.headers.get("Origin") or request.referrer or "").netloc == request.host
