"""Forms of one's own: Excel files with placeholders, put here by a township or the county, filled in for a month.

A township's are seen by its own branches, the county's by everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flask import Blueprint, abort, g, render_template, request
from werkzeug import Response

from ivr.errors import BadForm
from ivr.keeping import write_whole
from ivr.records import deeds, places
from ivr.reports import own_form
from ivr.reports.columns import Basis
from ivr.reports.own_form import MOST_BYTES
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.pages.ledger import Called, basis, called, sent
from ivr.web.saved import saved
from ivr.web.scope import Seen, seen

NAME = re.compile(r"[\w（）()\- ]{1,60}\.xlsx")
PUT, MOST_A_DAY = "form put", 50  # of one user
FORM = "form"  # in the plain names of its files


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/forms")
    def forms_page(place: str, written: str) -> str:
        return shown(seen(desk, place, written))

    @routes.post("/<place:place>/<written>/forms")
    def put_form(place: str, written: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        folder = writable() or abort(404)
        upload = request.files.get("form")
        name = Path(upload.filename or "").name if upload else ""
        if not upload or not NAME.fullmatch(name):
            return shown(about, [desk.words.say("form_name")]), 400
        with desk.database.reading() as connection:
            if deeds.lately(connection, g.user.id, PUT, desk.clock()) >= MOST_A_DAY:
                return shown(about, [desk.words.say("mistake_enough_forms", most=MOST_A_DAY)]), 400
        content = upload.read(MOST_BYTES + 1)
        try:
            own_form.check(content, of_nobody(about))
        except BadForm as error:
            return shown(about, list(map(str, error.mistakes))), 400
        write_whole(folder / name, content)
        did(PUT, name)
        return saved("forms_page", place=place, written=written)

    @routes.post("/<place:place>/<written>/forms/remove/<any(everybody, own):whose>/<name>")
    def remove_form(place: str, written: str, whose: str, name: str) -> Response:
        seen(desk, place, written)
        path = the_form(whose, name)
        if path.parent != writable():
            abort(404)
        path.unlink(missing_ok=True)  # somebody else may have removed it just now
        did("form removed", name)
        return saved("forms_page", place=place, written=written, kept="removed")

    @routes.get("/<place:place>/<written>/forms/<any(everybody, own):whose>/<name>")
    def filled_form(place: str, written: str, whose: str, name: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        path = the_form(whose, name)
        try:
            content = own_form.fill(path.read_bytes(), basis(desk, about, looks_back=True))
        except BadForm as error:
            return shown(about, list(map(str, error.mistakes))), 400
        return sent(content, "xlsx", called(about, FORM, path.stem))

    @routes.get("/<place:place>/<written>/forms/<any(everybody, own):whose>/<name>/empty")
    def empty_form(place: str, written: str, whose: str, name: str) -> Response:
        """As it was put here, to be changed and put here again."""
        seen(desk, place, written)
        path = the_form(whose, name)
        return sent(path.read_bytes(), "xlsx", Called(path.stem, FORM))

    def folders() -> Iterator[tuple[str, Path]]:
        """Those that the user sees."""
        yield "everybody", desk.settings.templates
        with desk.database.reading() as connection:
            district = places.district_of(connection, g.user.role, g.user.of)
        if district is not None:
            yield "own", desk.settings.templates / str(district)

    def writable() -> Path | None:
        """Where the user may put forms: a township among its own, the county among everybody's."""
        whose = {"county": "everybody", "township": "own"}.get(g.user.role)
        return dict(folders()).get(whose or "")

    def the_form(whose: str, name: str) -> Path:
        folder = dict(folders()).get(whose)
        path = folder / name if folder and NAME.fullmatch(name) else None
        return path if path and path.is_file() else abort(404)

    def did(what: str, name: str) -> None:
        with desk.database.writing() as connection:
            deeds.did(connection, g.user.id, what, name, desk.clock())

    def of_nobody(about: Seen) -> Basis:
        """Enough for what placeholders may be called."""
        return basis(desk, replace(about, branches=()), looks_back=False)

    def shown(about: Seen, mistakes: list[str] | None = None) -> str:
        found = [
            (whose, path.name, folder == writable())
            for whose, folder in folders()
            for path in sorted(folder.glob("*.xlsx"))
            if NAME.fullmatch(path.name)
        ]
        may_put = writable() is not None
        listed = known(of_nobody(about)) if may_put else {}
        framed = of_month(desk, about)
        return render_template(
            "desk/own_forms.html", **framed, found=found, mistakes=mistakes or [], may_put=may_put, known=listed
        )


def known(of: Basis) -> dict[str, list[str]]:
    """What may be written between braces: single ones under "", and those of each sheet."""
    names = own_form.names(of)
    single = {"": [name for name, key in names.by_sheet[""].items() if name != key]}
    return single | {
        sheet: [f"{sheet}.{name}" for name, key in names.by_sheet[which].items() if name != key]
        for sheet, which in names.sheets.items()
        if sheet != which
    }
