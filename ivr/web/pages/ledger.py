"""The ledger and the other sheets: on the page, and to take away; the month's page to take away, too."""

from __future__ import annotations

import logging
from io import BytesIO

from flask import Blueprint, Response, current_app, render_template, send_file

from ivr.errors import MissingPart
from ivr.reports import sheets
from ivr.reports.formats import shown, to_csv, to_json
from ivr.reports.sheet import Sheet
from ivr.reports.sheets import LOOKS_BACK, PAGES, SHEETS
from ivr.reports.workbook import to_xlsx
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.paper import to_pdf
from ivr.web.scope import Seen, seen

log = logging.getLogger(__name__)

MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
ONE_OF = f"<any({', '.join(SHEETS)}):which>"
FORMS = f"<any({', '.join(MIMETYPES)}):form>"
SIGNED = ("month", "detail", "visits")  # below the table; others have columns for it


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/ledger", defaults={"which": "ledger"})
    @routes.get(f"/<place:place>/<written>/ledger/{ONE_OF}")
    def ledger_page(place: str, written: str, which: str) -> str:
        about = seen(desk, place, written)
        return render_template(
            "desk/ledger.html",
            **of_month(desk, about),
            which=which,
            sheets=tuple(SHEETS),
            sheet=made(desk, about, which),
            forms=tuple(MIMETYPES),
            written_cell=shown,
            is_signed=which in SIGNED,
        )

    @routes.get(f"/<place:place>/<written>/ledger.{FORMS}", defaults={"which": "ledger"})
    @routes.get(f"/<place:place>/<written>/ledger/{ONE_OF}.{FORMS}")
    def ledger_file(place: str, written: str, which: str, form: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        name = f"{desk.words.say(f'sheet_{which}')}-{about.name}-{about.month}"
        if form == "pdf":
            return as_pdf(ledger_page(place, written, which), name)
        return as_file(which, about, made(desk, about, which), form, name)

    @routes.get(f"/<place:place>/<written>/month.{FORMS}")
    def month_file(place: str, written: str, form: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        sheet = made(desk, about, "month")
        if form == "pdf":
            page = current_app.view_functions["desk.month"](place, written)
            return as_pdf(str(page), sheet.title)
        return as_file("month", about, sheet, form, sheet.title)


def made(desk: Desk, about: Seen, which: str) -> Sheet:
    """Of these branches, and of nobody else."""
    with desk.database.reading() as connection:
        basis = sheets.gather(
            connection,
            about.period,
            desk.shelf.catalogue(),
            about.branches,
            about.name,
            desk.words,
            desk.settings.records,
            several=about.one is None,
            looks_back=which in LOOKS_BACK,
        )
    return PAGES[which](basis)


def as_file(which: str, about: Seen, sheet: Sheet, form: str, name: str) -> Response:
    if form == "xlsx":
        return sent(to_xlsx(sheet), form, name)
    text = to_csv(sheet) if form == "csv" else to_json(which, about.month, sheet)
    return sent(text.encode(), form, name)


def as_pdf(html: str, name: str) -> Response | tuple[str, int]:
    """A page as it is printed; where that can't be done here, what to do instead."""
    try:
        return sent(to_pdf(html), "pdf", name)
    except MissingPart as error:
        log.warning("no PDF was made: %s", error)
        return render_template("desk/no_pdf.html"), 503


def sent(content: bytes, form: str, name: str) -> Response:
    return send_file(BytesIO(content), MIMETYPES[form], as_attachment=True, download_name=f"{name}.{form}")
