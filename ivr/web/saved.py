"""A form that saved something leads on to a page that says so: one that is answered with a page is sent again by
whoever goes back, or asks for the page anew."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from werkzeug import Response


def saved(endpoint: str, *, kept: object = 1, **values: Any) -> Response:
    """To a page of the desk, where desk/page.html says that it is saved; `kept` is taken_back or removed where that is
    said, anything else is for pages that say it otherwise."""
    return redirect(url_for(f"desk.{endpoint}", kept=kept, **values), 303)
