"""A workbook as LibreOffice opens it: text stays text, nothing runs, columns are as wide as what stands in them.

It starts soffice (apt-get install --no-install-recommends libreoffice-calc-nogui); where there is none, this is left
out, but never under CI."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ivr.reports.sheet import Sheet
from ivr.reports.workbook import to_xlsx

SOFFICE = shutil.which("soffice")
WIDE = "一二三四五六七八九十"
SHEET = Sheet(
    "台账",
    ("name", "n", "share", "day", "phone", "wide", "hours"),
    (
        ("=1+1", 3, "33%（2/6）", date(2026, 11, 9), "013800138001", WIDE, 6.56),
        ("@SUM(A1)", 12, "", None, "+8613800138001", "", 0.2),
        ('=HYPERLINK("http://example.org")', None, "", None, "0012", 'a,b\n"c"', 3.0),
    ),
    keys=("name", "n", "share", "day", "phone", "wide", "hours"),
    choices={"share": ("是", "否")},
    notes=Sheet("填表说明", ("栏目", "说明"), (("share", "=1+1"),)),
)
needs_soffice = pytest.mark.skipif(
    SOFFICE is None and not os.environ.get("CI"), reason="there is no soffice here to open it with"
)


def converted(folder: Path, content: bytes, to: str) -> bytes:
    assert SOFFICE, "apt-get install --no-install-recommends libreoffice-calc-nogui"
    (folder / "sheet.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(folder / "sheet.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (folder / f"sheet.{to.partition(':')[0]}").read_bytes()


@needs_soffice
def test_text_stays_text_and_nothing_runs_and_no_place_of_a_number_is_lost(tmp_path: Path) -> None:
    as_csv = converted(tmp_path, to_xlsx(SHEET), "csv:Text - txt - csv (StarCalc):44,34,76,1")
    headings, *rows = csv.reader(io.StringIO(as_csv.decode("utf-8-sig"), newline=""))
    assert headings == list(SHEET.headings)
    assert rows == [
        ["=1+1", "3", "33%（2/6）", "2026-11-09", "013800138001", WIDE, "6.56"],
        ["@SUM(A1)", "12", "", "", "+8613800138001", "", "0.2"],
        ['=HYPERLINK("http://example.org")', "", "", "", "0012", 'a,b\n"c"', "3.0"],
    ]


@needs_soffice
def test_in_its_own_format_there_is_no_formula_and_every_width_holds(tmp_path: Path) -> None:
    ods = zipfile.ZipFile(io.BytesIO(converted(tmp_path, to_xlsx(SHEET), "ods")))
    content = ods.read("content.xml").decode()
    assert "table:formula" not in content and "xlink:href" not in content
    texts = re.findall(r'<table:table-cell[^>]*office:value-type="string"[^>]*><text:p>(.*?)</text:p>', content)
    assert {"=1+1", "013800138001", "0012", "+8613800138001"} <= set(texts)
    first = content.partition('<table:table table:name="台账"')[2].partition("<table:table-row")[0]
    of_columns = r'<table:table-column table:style-name="(\w+)"(?: table:number-columns-repeated="(\d+)")?'
    named = [name for name, times in re.findall(of_columns, first) for _ in range(int(times or 1))]
    inches = dict(
        re.findall(r'style:name="(co\d+)"[^>]*><style:table-column-properties[^>]*column-width="([\d.]+)in"', content)
    )
    widths = [float(inches[name]) for name in named[: len(SHEET.headings)]]
    assert len(widths) == len(SHEET.headings) and min(widths) > 0.4
    assert widths[5] > 20 * 0.07  # ten hanzi of 11 pt
    assert 'style:scale-to-X="1"' in ods.read("styles.xml").decode()
