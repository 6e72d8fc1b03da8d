"""A member list is looked at before it is taken: what is shown is what is done, or it is shown anew. Whoever may see
some branches only imports into these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug import Response as Answer

from ivr.errors import BadRoster
from ivr.records import deeds, member_list
from ivr.records.importing import Plan, Reach, carry_out, imported, planned
from ivr.records.member_list import Parsed
from ivr.records.mistakes import Mistake, together
from ivr.records.numbers import masked_apart
from ivr.records.spreadsheet import MOST_BYTES, Unreadable
from ivr.reports.sheet import Sheet
from ivr.reports.workbook import to_xlsx
from ivr.web import names
from ivr.web.desk import Desk
from ivr.web.pages.ledger import Called, sent
from ivr.web.uploads import Uploads

MOST = 200  # rows of a kind that a page shows; the counts are of all
MOST_CELLS = 20  # that a sentence names
IMPORTED = "members_imported"  # the deed
LONGEST_NAME = 100  # characters of a file's name
COLUMNS = ("name", "phone", "branch", "number", "role", "district")
PRINTED = ("sex", "born", "group")  # other columns, that sheets have, too
ASSUMED = ("branch", "district")  # for whoever has but one branch
EMPTY_ROWS = 40  # of the template, as text: where 001 stays 001


@dataclass(frozen=True, slots=True)
class Looked:
    """A list that was looked at: what it would do, or what is wrong in it."""

    filename: str
    token: str
    plan: Plan | None = None
    mistakes: tuple[Mistake, ...] = ()


def add_to(routes: Blueprint, desk: Desk) -> None:
    uploads = Uploads(desk.settings.data, desk.key)

    @routes.get("/members/import")
    def members_import() -> str:
        uploads.sweep(desk.clock())
        deed = request.args.get("done", "")
        with desk.database.reading() as connection:
            done = (
                deeds.about(connection, int(deed), g.user.id, IMPORTED) if deed.isdecimal() and len(deed) < 18 else None
            )
        return start(done)

    @routes.post("/members/import")
    def looking() -> Answer | tuple[str, int]:
        """Take the list, to show what it would do."""
        file = request.files.get("file")
        if file is None or not file.filename:
            return start(mistake="no_file"), 422
        content = file.stream.read(MOST_BYTES + 1)
        return to_look(uploads.keep(g.user.id, content, desk.clock()), plain(file.filename))

    @routes.get("/members/import/looked")
    def looked_at() -> Answer | str | tuple[str, int]:
        """What the list would do."""
        token, filename = request.args.get("file", ""), plain(request.args.get("filename", ""))
        if not token:
            return redirect(url_for("desk.members_import"))
        content = uploads.kept(g.user.id, token, desk.clock())
        if content is None:
            return start(mistake="file_gone"), 410
        return shown(looked(filename, content, token), changed="changed" in request.args)

    @routes.post("/members/import/done")
    def importing() -> Answer | tuple[str, int]:
        """Do what was shown, and only that."""
        token, filename = request.form.get("kept", ""), plain(request.form.get("filename", ""))
        content = uploads.kept(g.user.id, token, desk.clock())
        if content is None:
            return start(mistake="file_gone"), 410
        try:
            deed = taken_in(filename, content, request.form.get("shown", ""))
        except BadRoster:
            deed = None
        if deed is None:
            return to_look(token, filename, changed=1)
        uploads.forget(g.user.id, token)
        names.begin(desk)
        return redirect(url_for("desk.members_import", done=deed), 303)

    @routes.post("/members/import/returned.xlsx")
    def returned() -> Response | tuple[str, int]:
        """Their own list, with what keeps each row from being taken."""
        token, filename = request.form.get("kept", ""), plain(request.form.get("filename", ""))
        content = uploads.kept(g.user.id, token, desk.clock())
        if content is None:
            return start(mistake="file_gone"), 410
        sheet = returned_sheet(looked(filename, content, token), content)
        return workbook(sheet, returned_name(filename), "members-to-mend")

    @routes.get("/members/import/template.xlsx")
    def template() -> Response:
        return workbook(template_sheet(), desk.words.say("import_template_name"), "members")

    def start(done: str | None = None, mistake: str = "") -> str:
        return render_template("desk/members_import.html", done=done, mistake=mistake, only=only_branch())

    def to_look(token: str, filename: str, changed: int | None = None) -> Answer:
        return redirect(url_for("desk.looked_at", file=token, filename=filename, changed=changed), 303)

    def only_branch() -> str:
        """Of whoever has but one, and founds none, it need not be written."""
        return "".join(place.name for place in desk.seen_by(g.user)) if g.user.role == "branch" else ""

    def parsed(content: bytes, filename: str) -> Parsed:
        return member_list.parsed(content, filename, desk.settings.line.country, only_branch())

    # ── what it means ────────────────────────────────────────────────────────────────────────────────────────────

    def reach() -> Reach | None:
        """The county's is everywhere."""
        if g.user.role == "county":
            return None
        theirs = desk.seen_by(g.user)
        is_township = g.user.role == "township"
        district = g.user.place if is_township else "".join(place.district for place in theirs[:1])
        return Reach(frozenset(place.name for place in theirs), district, founds=is_township)

    def looked(filename: str, content: bytes, token: str) -> Looked:
        read, within = parsed(content, filename), reach()
        try:
            with desk.database.reading() as connection:
                return Looked(filename, token, planned(connection, read, within))
        except BadRoster as error:
            mistakes = [each for each in error.mistakes if isinstance(each, Mistake)]
            return Looked(filename, token, None, tuple(sorted(mistakes, key=lambda each: (each.row, each.column))))

    def taken_in(filename: str, content: bytes, fingerprint: str) -> int | None:
        """The deed; None where something else would be done than was shown. Raises BadRoster."""
        read, within = parsed(content, filename), reach()
        with desk.database.writing(alone=True) as connection:
            plan = planned(connection, read, within)
            if plan.fingerprint != fingerprint:
                return None
            carry_out(connection, plan, desk.today())
            return deeds.did(connection, g.user.id, IMPORTED, told(filename, plan), desk.clock())

    # ── how it is shown ──────────────────────────────────────────────────────────────────────────────────────────

    def told(filename: str, plan: Plan) -> str:
        done = imported(plan)
        counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
        return desk.words.say("import_counts", filename=filename, **counts)

    def shown(list_: Looked, *, changed: bool = False) -> str:
        plan = list_.plan
        return render_template(
            "desk/members_preview.html",
            looked=list_,
            plan=plan,
            counts=told(list_.filename, plan) if plan else "",
            untypable=list(untypable(plan)) if plan else [],
            notes=list(noted(plan)) if plan else [],
            changed_meanwhile=changed,
            most=MOST,
            masked_apart=masked_apart,
            told=[],
            says=says,
        )

    def says(mistake: Mistake) -> str:
        """What they typed stands there in full: it is theirs, and to be found again."""
        return desk.words.say(f"list_{mistake.why}", **{**mistake.values, "told": mistake.told})

    def noted(plan: Plan) -> Iterator[str]:
        """What may be a slip, and in which cells."""
        for note, cells in together(plan.notes):
            shown = desk.words.say("between").join(cells[:MOST_CELLS])
            shown += desk.words.say("import_more_cells") if len(cells) > MOST_CELLS else ""
            yield desk.words.say(f"note_{note.why}", n=len(cells), cells=shown, **note.values)

    def returned_sheet(list_: Looked, content: bytes) -> Sheet:
        reasons: dict[int, str] = {}
        for mistake in list_.mistakes:
            reason = f"{mistake.heading}：{says(mistake)}" if mistake.heading else says(mistake)
            reasons[mistake.row] = "\n".join(filter(None, (reasons.get(mistake.row), reason)))
        try:
            headings, rows = member_list.given_back(content, reasons, heading("refused"), only_branch())
        except Unreadable:
            abort(404)
        return Sheet(list_.filename, headings, tuple(rows))

    def heading(means: str) -> str:
        chinese, english = member_list.COLUMNS.headings[means][:2]
        return chinese if desk.words.language.startswith("zh") else english

    def template_sheet() -> Sheet:
        columns = [column for column in COLUMNS if column not in ASSUMED or not only_branch()]
        headings = (*map(heading, columns), *map(desk.words.say, ("col_sex", "import_born", "col_group")))
        example = tuple(desk.words.say(f"import_example_{column}") for column in (*columns, *PRINTED))
        empty = ((None,) * len(headings),) * EMPTY_ROWS
        return Sheet(desk.words.say("import_template"), headings, (example, *empty))

    def returned_name(filename: str) -> str:
        stem = filename.rpartition(".")[0] or filename
        return desk.words.say("import_returned_name", name=stem)


def plain(filename: str) -> str:
    """As it can stand on a page, in the heading of a file, and over a sheet."""
    return "".join(letter for letter in filename if letter.isprintable())[:LONGEST_NAME]


def untypable(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Why which numbers of the list can't be typed; those of members elsewhere are not told."""
    told = {change.wanted.number for change in plan.changes}
    for each in plan.untypable:
        yield each.kind, [number for number in each.numbers if number in told]


def workbook(sheet: Sheet, name: str, plain: str) -> Response:
    return sent(to_xlsx(sheet), "xlsx", Called(name, plain))
