"""A page as it is read: its sentences, its table."""

from __future__ import annotations

import re


def rows(html: str) -> list[list[str]]:
    """The cells of a page's first table."""
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = (re.findall(r"<t[dh](?=[ >]).*?>(.*?)</t[dh]>", row, re.S) for row in body.split("</tr>")[:-1])
    return [[" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in row] for row in cells]


def told(html: str) -> list[str]:
    return re.findall(r"<p>(.*?)</p>", html.partition('<div class="told">')[2].partition("</div>")[0])
