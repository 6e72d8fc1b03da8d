"""Rows are opened up below a row of a workbook, which is copied into them; all that lies below, and all that speaks of
it, moves along: merged cells, heights, lists to choose from, colours by condition, what is printed, formulas."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula import Tokenizer
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange

REFERENCE = re.compile(r"(\$?[A-Z]{1,3}\$?)([0-9]{1,7})(?::(\$?[A-Z]{1,3}\$?)([0-9]{1,7}))?$")


def open_rows(book: Any, page: Any, row: int, more: int) -> None:
    """`more` copies of `row`, below it."""
    last, width = page.max_row, page.max_column
    merged = [copy(each) for each in page.merged_cells.ranges if each.min_row == each.max_row == row]
    if last > row:
        page.move_range(f"A{row + 1}:{get_column_letter(width)}{last}", rows=more)
    _move_merged(page, row, more)
    _move_heights(page, row, last, more)
    _move_ranges(page, row, more)
    _move_formulas(book, page, row, more)
    for n in range(1, more + 1):
        _copy_row(page, row, row + n, width)
        for each in merged:
            page.merge_cells(range_string=_down(each, n))


def _down(merged: Any, rows: int) -> str:
    merged = copy(merged)
    merged.shift(row_shift=rows)
    return str(merged.coord)


def _copy_row(page: Any, row: int, to: int, width: int) -> None:
    page.row_dimensions[to].height = page.row_dimensions[row].height
    for column in range(1, width + 1):
        old, new = page.cell(row, column), page.cell(to, column)
        if old.has_style:
            new._style = copy(old._style)
        if type(old).__name__ == "MergedCell":
            continue
        new.value = old.value
        if old.data_type == "f":
            new.value = Translator(old.value, old.coordinate).translate_formula(new.coordinate)


def _move_merged(page: Any, row: int, more: int) -> None:
    for each in page.merged_cells.ranges:
        if each.min_row > row:
            each.shift(row_shift=more)
        elif each.max_row > row:
            each.expand(down=more)


def _move_heights(page: Any, row: int, last: int, more: int) -> None:
    for n in range(last, row, -1):
        page.row_dimensions[n + more].height = page.row_dimensions[n].height


def _move_ranges(page: Any, row: int, more: int) -> None:
    for each in page.data_validations.dataValidation:
        each.sqref = _moved_ranges(each.sqref, row, more)
    rules = ConditionalFormattingList()
    for each in page.conditional_formatting:
        for rule in each.rules:
            rules.add(str(_moved_ranges(each.sqref, row, more)), rule)
    page.conditional_formatting = rules
    if page.print_area:
        areas = (area.rpartition("!")[2] for area in page.print_area.split(","))
        page.print_area = ",".join(_moved(area, row, more).replace("$", "") for area in areas)
    if page.auto_filter.ref:
        page.auto_filter.ref = _moved(page.auto_filter.ref, row, more)


def _moved_ranges(ranges: Any, row: int, more: int) -> MultiCellRange:
    moved = (_moved(str(each), row, more, one=True) for each in ranges.ranges)
    return MultiCellRange(" ".join(moved))


def _moved(reference: str, row: int, more: int, *, one: bool = False) -> str:
    """A cell or a range where it lies now: what lies below moved, what reaches over the row grew; `one`: so does the
    row's cell alone."""
    found = REFERENCE.match(reference)
    if not found:
        return reference
    column, first, to, last = found.groups()
    top = int(first) + more * (int(first) > row)
    if last is None:
        if one and int(first) == row:
            return f"{column}{top}:{column}{row + more}"
        return f"{column}{top}"
    return f"{column}{top}:{to}{int(last) + more * (int(last) >= row)}"


def _move_formulas(book: Any, page: Any, row: int, more: int) -> None:
    """In every page, what speaks of this one."""
    for each in book.worksheets:
        for cells in each.iter_rows():
            for cell in cells:
                if cell.data_type == "f" and isinstance(cell.value, str):
                    cell.value = _moved_formula(cell.value, each is page, page.title, row, more)


def _moved_formula(formula: str, is_here: bool, title: str, row: int, more: int) -> str:
    tokens = Tokenizer(formula)
    for token in tokens.items:
        if token.type == "OPERAND" and token.subtype == "RANGE":
            named, mark, reference = token.value.rpartition("!")
            if (is_here and not mark) or named.strip("'") == title:
                token.value = f"{named}{mark}{_moved(reference, row, more)}"
    return str(tokens.render())
