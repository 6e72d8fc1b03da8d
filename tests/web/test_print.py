"""The month on paper: 18 members on one page of A4, as Chromium prints it.

It starts Debian's chromium, which scripts/system-packages installs; where there is none, this is left out, unless all
must be checked (CI)."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from pathlib import Path
from unicodedata import normalize

import pdfplumber
import pytest

from ivr import web
from ivr.records.db import Database
from ivr.records.importing import import_roster
from tests.databases import ON_ONE
from tests.web.conftest import Browser

CHROMIUM = shutil.which("chromium")
NEEDS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="there is no chromium here to print with"
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-pdf-header-footer"),
)
MEMBERS = 18
MM = 72 / 25.4  # points
SHEET = Path(web.__file__).parent / "static" / "desk.css"


def printed(html: str, folder: Path) -> bytes:
    """The page as a PDF, with its own style sheet, and nothing from anywhere else."""
    (folder / "desk.css").write_bytes(SHEET.read_bytes())
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(re.sub(r'href="/desk/static/desk.css.*?"', 'href="desk.css"', html), "utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return pdf.read_bytes()


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@ON_ONE
@NEEDS_CHROMIUM
def test_eighteen_members_are_one_page(browser: Browser, database: Database, tmp_path: Path) -> None:
    more = (f"欧阳春{chr(0x4E00 + n)},,初心村党支部,{n:03}" for n in range(7, MEMBERS + 1))
    import_roster(database, "\n".join(["姓名,电话,支部,编号", *more]).encode(), "more.csv", "CN")
    browser.sign_in("chuxin")
    page = browser.get("/desk/").text
    assert f'<td class="number">{MEMBERS}</td>' in page
    pdf = printed(page, tmp_path)
    assert pages(pdf) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", pdf)
    many = page.replace("</tbody>", "<tr><th>王</th></tr>" * 60 + "</tbody>")
    assert pages(printed(many, tmp_path)) > 1


@ON_ONE
@NEEDS_CHROMIUM
def test_the_list_to_ring_is_set_in_one_size_and_each_cell_holds_its_own(browser: Browser, tmp_path: Path) -> None:
    """Ticked or not; the longest number of a landline."""
    browser.sign_in("chuxin")
    browser.post("/desk/all/2026-11/ring/tick", member="002", outcome="耳朵不好，女儿晚上帮忙接")
    pdf = printed(browser.get(browser.post("/desk/all/2026-11/ring/numbers").location).text, tmp_path)
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        (page,) = opened.pages
        table = page.find_tables()[0]
        _, top, _, _ = table.rows[1].bbox  # the first is what stands above
        _, _, _, bottom = table.rows[-2].bbox
        sizes = {round(each["size"], 1) for each in page.chars if top < each["top"] < bottom}
        cells = [" ".join((cell or "").split()) for row in table.extract() for cell in row]
        *_, by_hand = table.rows[2].cells
    assert sizes == {12.0} and by_hand and by_hand[2] - by_hand[0] > 50 * MM and by_hand[3] - by_hand[1] > 17 * MM
    assert "138 0013 8004 0371 6543 2100" in cells and "138 0013 8002" in cells


@ON_ONE
@NEEDS_CHROMIUM
def test_the_detail_of_members_can_be_read(browser: Browser, county: dict[str, int], tmp_path: Path) -> None:
    """No heading stands on end but where nobody has anything, and no number is broken."""
    browser.sign_in("chuxin")
    page = browser.get(f"/desk/{county['初心村党支部']}/2026-11/ledger/detail").text
    assert page.count("左右滑动") == 1
    page = page.replace("30.0", "194.6")  # three minutes
    with pdfplumber.open(io.BytesIO(printed(page, tmp_path))) as opened:
        (table, *_), chars = opened.pages[0].extract_tables(), opened.pages[0].chars
    cells = {normalize("NFKC", cell) for row in table for cell in row if cell}
    on_end = {cell for cell in cells if "\n" in cell and max(map(len, cell.split("\n"))) == 1}
    assert on_end == {"序\n号", "性\n别", "年\n龄", "小\n组", "备\n注"}
    assert {"是否\n免学", "课题", "建议\n学时", "王秀英", "8001", "2026-\n11-09", "100%\n(194.6/\n194.6 秒)"} <= cells
    assert min(round(each["size"], 1) for each in chars if each["text"] in "防跌倒") == 9.5


MEASURED = """<script>onload = () => {
  const rights = [...document.querySelectorAll("main *, .tabs a")].map((each) => each.getBoundingClientRect().right);
  const tops = [...document.querySelectorAll(".tabs a")].map((each) => Math.round(each.getBoundingClientRect().top));
  const strokes = [...document.querySelectorAll(".stacked .name")].map((each) => getComputedStyle(each).boxShadow);
  const when = document.querySelector(".steps td:first-child");
  const narrow = strokes.every((each) => each === "none") && (!when || when.offsetWidth < 80);
  const told = [document.title, innerWidth, Math.max(...rights) <= innerWidth, new Set(tops).size, narrow];
  parent.postMessage(told.join("|"), "*");
}</script></body>"""
GATHERED = "<title></title><script>onmessage = (told) => { document.title += told.data + ';' }</script>"


@ON_ONE
@NEEDS_CHROMIUM
def test_on_a_phone_nothing_lies_beside_the_screen(browser: Browser, county: dict[str, int], tmp_path: Path) -> None:
    """No column, no card; the tabs are in one line, no stroke stands in a cell, and what was heard has room beside the
    day of a claim."""
    browser.sign_in("chuxin")
    here = f"/desk/{county['初心村党支部']}/2026-11"
    addresses = {
        "month": here,
        "detail": f"{here}/ledger/detail",
        "members": f"{here}/members",
        "a6": f"{here}/key-cards",
        "call": "/desk/call/1",
    }
    for name in ("desk.css", "desk.js"):
        (tmp_path / name).write_bytes((SHEET.parent / name).read_bytes())
    for name, address in addresses.items():
        html = re.sub(r"<title>.*?</title>", f"<title>{name}</title>", browser.get(f"{address}?size=a6").text)
        html = re.sub(r'"/desk/static/(desk\.\w+)[^"]*"', r'"\1"', html).replace("</body>", MEASURED)
        html = html.replace('<td class="number">0:00</td>', '<td class="number">11-28 05:13</td>')
        (tmp_path / f"{name}.html").write_text(html, "utf-8")
    phones = (f'<iframe src="{name}.html" width="400" height="800" style="border: 0"></iframe>' for name in addresses)
    (tmp_path / "phones.html").write_text(GATHERED + "".join(phones), "utf-8")
    flags = (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom")
    command = [str(CHROMIUM), *flags, (tmp_path / "phones.html").as_uri()]
    shown = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode()
    told = shown.partition("<title>")[2].partition("</title>")[0]
    assert sorted(told.split(";")[:-1]) == sorted(f"{name}|400|true|1|true" for name in addresses)
