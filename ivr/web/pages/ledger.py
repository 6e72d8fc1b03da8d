"""The ledger: on the page, and to take away."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, render_template, send_file

from ivr.reports import ledger
from ivr.reports.formats import shown, to_csv
from ivr.reports.sheet import Sheet
from ivr.reports.workbook import to_xlsx
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.scope import Seen, seen

MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/ledger")
    def ledger_page(place: str, written: str) -> str:
        about = seen(desk, place, written)
        framed = of_month(desk, about)
        return render_template(
            "desk/ledger.html", **framed, sheet=sheet(about), forms=tuple(MIMETYPES), written_cell=shown
        )

    @routes.get("/<place:place>/<written>/ledger.<any(xlsx, csv):form>")
    def ledger_file(place: str, written: str, form: str) -> Response:
        about = seen(desk, place, written)
        content = to_xlsx(sheet(about)) if form == "xlsx" else to_csv(sheet(about)).encode()
        name = f"{desk.words.say('ledger')}-{about.name}-{about.month}.{form}"
        return send_file(BytesIO(content), MIMETYPES[form], as_attachment=True, download_name=name)

    def sheet(about: Seen) -> Sheet:
        return ledger.sheet(desk.month_facts(about.period, about.branches), about.name, desk.words)
