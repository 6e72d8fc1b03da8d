"""The ledger and the other sheets: on the page, and to take away; the month's page to take away, too."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from urllib.parse import quote

from flask import Blueprint, Response, current_app, render_template, send_file
from markupsafe import Markup

from ivr.errors import MissingPart, TooManyRows
from ivr.reports import sheets, xapi
from ivr.reports.columns import Basis, BriefBasis
from ivr.reports.facts import BriefFacts
from ivr.reports.formats import shown, to_csv, to_json
from ivr.reports.sheet import LONG, TALL, Cell, Sheet
from ivr.reports.sheets import BRIEFS, BY_BRANCH, LOOKS_BACK, PAGES, SHEETS, Asked
from ivr.reports.workbook import to_xlsx
from ivr.studio.documents.published import gift_of
from ivr.web.desk import Desk
from ivr.web.framing import of_month
from ivr.web.paper import is_made_here, to_pdf
from ivr.web.scope import Seen, seen

log = logging.getLogger(__name__)

MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",  # Flask tells the charset of text
    "json": "application/json; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "gift": "text/plain",
}
OF_SHEETS = ("pdf", "xlsx", "csv", "json")
ONE_OF = f"<any({', '.join(SHEETS)}):which>"
FORMS = f"<any({', '.join(OF_SHEETS)}):form>"
BRIEF = ("first", "day", "title", "meeting", "due", "done", "share", "suggested", "confirmed", "expected", "present")
SIGNED = ("month", "detail", "visits")  # below the table; others have columns for it


def add_to(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/<place:place>/<written>/ledger", defaults={"which": "ledger"})
    @routes.get(f"/<place:place>/<written>/ledger/{ONE_OF}")
    def ledger_page(place: str, written: str, which: str) -> str:
        return page(seen(desk, place, written), which)

    def page(about: Seen, which: str, *, whole: bool = False) -> str:
        """Of several branches, only what tells a row from others: the forms of thousands are for paper."""
        is_brief = not (about.one or whole)
        facts, sheet = _shown(desk, about, which, is_brief=is_brief)
        return render_template(
            "desk/ledger.html",
            **of_month(desk, about),
            which=which,
            brief=_brief(which, sheet) if is_brief else [],
            ids={place.name: place.id for place in about.branches},
            sheets=tuple(SHEETS),
            sheet=sheet,
            told=[sentence for sentence in [facts.not_begun(desk.words)] if sentence],
            forms=offered(),
            has_any=bool(facts.people and facts.lessons),
            long=LONG,
            tall=TALL,
            written_cell=_in_lines,
            classed=_classed,
            headed=_headed(sheet),
            is_signed=which in SIGNED,
        )

    @routes.get(f"/<place:place>/<written>/ledger.{FORMS}", defaults={"which": "ledger"})
    @routes.get(f"/<place:place>/<written>/ledger/{ONE_OF}.{FORMS}")
    def ledger_file(place: str, written: str, which: str, form: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        name = called(about, which, desk.words.say(f"sheet_{which}"))
        if form == "pdf":
            return as_pdf(page(about, which, whole=True), name)
        return as_file(which, about, made(desk, about, which), form, name)

    @routes.get(f"/<place:place>/<written>/month.{FORMS}")
    def month_file(place: str, written: str, form: str) -> Response | tuple[str, int]:
        about = seen(desk, place, written)
        name = called(about, "month", desk.words.say("month_file"))
        if form == "pdf":
            return as_pdf(str(current_app.view_functions["desk.month"](place, written)), name)
        return as_file("month", about, made(desk, about, "month"), form, name)

    @routes.get("/<place:place>/<written>/xapi.jsonl")
    def xapi_file(place: str, written: str) -> Response:
        about = seen(desk, place, written)
        told = xapi.statements(
            desk.facts(about.period, about.branches), desk.settings.line.public_url, desk.words.language
        )
        return sent(xapi.to_lines(told).encode(), "jsonl", called(about, "xapi", "xapi"))

    @routes.get("/<place:place>/<written>/questions.gift")
    def questions_file(place: str, written: str) -> Response:
        """Of the lessons that could be heard in the month; lessons are no secret."""
        about = seen(desk, place, written)
        catalogue = desk.shelf.catalogue()
        versions = desk.brief_facts(about.period, about.branches).lessons
        lessons = [catalogue.editions[each.edition] for each in versions if each.edition in catalogue.editions]
        return sent(gift_of(lessons).encode(), "gift", called(about, "questions", desk.words.say("questions_file")))


def _brief(which: str, sheet: Sheet) -> list[int]:
    """The columns that are shown of many branches; none where the whole sheet is."""
    shown = (key for key in sheet.keys if key != "branch") if which in BRIEFS else BRIEF if sheet.form else ()
    return [sheet.keys.index(key) for key in shown if key in sheet.keys]


def _headed(sheet: Sheet) -> list[tuple[str, str, bool]]:
    """Each column's key and heading, and whether nothing stands in it."""
    filled = [any(cell not in ("", None) for cell in column) for column in zip(*sheet.cells, strict=True)]
    return [
        (key, heading, not has_any)
        for key, heading, has_any in zip(sheet.keys, sheet.headings, filled or [False] * len(sheet.keys), strict=True)
    ]


def _classed(keys: Sequence[str], cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Each cell of a row as it is written, after how it is set; a township's sheet has thousands."""
    for key, cell in zip(keys, cells, strict=True):
        text = _in_lines(cell)
        yield _kind(key, cell, text), _breakable(key, cell, text)


def _breakable(key: str, cell: Cell, text: str) -> str:
    """In a narrow column the day stands below its year, and of how much below a share: no number is broken."""
    if isinstance(cell, date):
        return Markup("<wbr>").join((text[:5], text[5:]))
    return Markup("<wbr>").join(re.split("(?=（)|(?<=/)", text)) if key == "heard_share" else text


def _in_lines(cell: Cell) -> str:
    """As it is shown everywhere, in as many lines as it was written in."""
    if isinstance(cell, str) and "\n" in cell:
        return "\n".join(map(shown, cell.split("\n")))
    return shown(cell)


def _kind(key: str, cell: Cell, text: str) -> str:
    if isinstance(cell, int | float):
        return "number"
    if key == "result":
        return "by-hand"
    if key == "name":
        return "name"
    if len(text) <= 5 or isinstance(cell, date):
        return "short"
    return "phones" if key.startswith("phone") else "long" if len(text) > 20 else "text"


def offered() -> tuple[str, ...]:
    """The forms that a page leads to: no PDF where none can be made."""
    return tuple(form for form in OF_SHEETS if form != "pdf" or is_made_here())


@dataclass(frozen=True, slots=True)
class Called:
    """What a file is called, before its ending; `plain` in letters that every program takes."""

    name: str
    plain: str


def called(about: Seen, which: str, what: str) -> Called:
    """Files of a branch lie together in a folder, by month."""
    return Called(f"{about.name}_{about.month}_{what}", f"{which}-{about.month}")


def made(desk: Desk, about: Seen, which: str) -> Sheet:
    return PAGES[which](basis(desk, about, looks_back=which in LOOKS_BACK))


def basis(desk: Desk, about: Seen, *, looks_back: bool) -> Basis:
    """Of these branches, and of nobody else."""
    with desk.database.reading() as connection:
        return sheets.gather(connection, _asked(desk, about, looks_back=looks_back))


def brief_basis(desk: Desk, about: Seen, *, looks_back: bool) -> BriefBasis:
    """Likewise."""
    with desk.database.reading() as connection:
        return sheets.gather_brief(connection, _asked(desk, about, looks_back=looks_back))


def _asked(desk: Desk, about: Seen, *, looks_back: bool) -> Asked:
    told = (about.period, desk.shelf.catalogue(), about.branches, about.name, desk.words, desk.settings.records)
    return Asked(*told, several=about.one is None, looks_back=looks_back)


def _shown(desk: Desk, about: Seen, which: str, *, is_brief: bool) -> tuple[BriefFacts, Sheet]:
    """A sheet, and what it was made from."""
    looks_back = which in LOOKS_BACK
    if brief := (BRIEFS.get(which) if is_brief else None) or BY_BRANCH.get(which):
        counted = brief_basis(desk, about, looks_back=looks_back)
        return counted.facts, brief(counted)
    told = basis(desk, about, looks_back=looks_back)
    return told.facts, SHEETS[which](told)


def as_file(which: str, about: Seen, sheet: Sheet, form: str, name: Called) -> Response:
    if form == "xlsx":
        return sent(to_xlsx(sheet), form, name)
    text = to_csv(sheet) if form == "csv" else to_json(which, about.month, sheet)
    return sent(text.encode(), form, name)


def as_pdf(html: str, name: Called) -> Response | tuple[str, int]:
    """A page as it is printed; where that can't be done here, what to do instead."""
    try:
        return sent(to_pdf(html), "pdf", name)
    except (MissingPart, TooManyRows) as error:
        log.warning("no PDF was made: %s", error)
        return render_template("desk/no_pdf.html", too_long=isinstance(error, TooManyRows)), 503


def sent(content: bytes, form: str, name: Called) -> Response:
    response = send_file(BytesIO(content), MIMETYPES[form])
    whole = {"filename*": f"UTF-8''{quote(f'{name.name}.{form}', safe='')}"}
    response.headers.set("Content-Disposition", "attachment", filename=f"{name.plain}.{form}", **whole)
    return response
