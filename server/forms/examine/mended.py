"""A copy of a spreadsheet in which faults that are known are taken away, so that pyxform goes on to those that are not.

The copy is read for its faults and thrown away: it never becomes a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.forms.lint.headings import Columns
from server.forms.lint.types import read_type
from server.forms.notices import Notice
from server.forms.workbook import Cell, Row, Sheet, Workbook

_LABEL = "x"
_PLAIN_TYPE = "text"
_NAMES = frozenset(
    {"name.missing", "name.invalid", "name.duplicate", "name.repeat_duplicate", "name.root", "name.meta"}
)
_REFERENCES = frozenset({"name.unknown", "name.ambiguous", "name.reference_form"})


def touched(notices: Iterable[Notice]) -> set[tuple[str, int | None]]:
    """Sheet and row of what a copy without these faults differs in."""
    return {(one.place.sheet, one.place.row) for one in notices if one.place is not None and one.place.row}


@dataclass(frozen=True, slots=True)
class Copy:
    """A mended workbook. `rows`: the numbers of its survey rows -> those of the sheet, where ends were put in between."""

    book: Workbook
    rows: dict[int, int]

    def back(self, one: Notice) -> Notice:
        """What was said of the copy, at the row of the sheet itself."""
        place = one.place
        survey = self.book.survey
        if (
            not self.rows
            or place is None
            or survey is None
            or place.sheet != survey.name
            or place.row is None
        ):
            return one
        return replace(one, place=replace(place, row=self.rows.get(place.row, place.row)))


def mended(book: Workbook, notices: Iterable[Notice]) -> Copy:
    """The copy. Faults without a cell stay, but for those of which it is known what takes them away."""
    notices = list(notices)
    by_sheet: dict[str, dict[int, list[Notice]]] = {}
    codes: set[str] = set()
    for one in notices:
        codes.add(one.code.removesuffix("_near"))
        if one.place is not None and one.place.row is not None:
            by_sheet.setdefault(one.place.sheet, {}).setdefault(one.place.row, []).append(one)
    sheets: dict[str, Sheet] = {}
    for key, sheet in book.sheets.items():
        said = by_sheet.get(sheet.name, {})
        if sheet is book.survey:
            sheets[key] = _survey(sheet, said, no_lists=bool(codes & {"choices.no_sheet", "choices.empty"}))
        elif key == "choices":
            sheets[key] = _choices(sheet, said)
        else:
            sheets[key] = _without_cells(sheet, said)
    if book.survey is None:
        return Copy(replace(book, sheets=sheets), {})
    key = next(key for key, sheet in book.sheets.items() if sheet is book.survey)
    ends = [one for one in notices if one.code in ("group.no_end", "group.not_closed_before")]
    sheets[key], numbers = _with_ends(sheets[key], ends)
    return Copy(replace(book, sheets=sheets), numbers)


def _survey(sheet: Sheet, said: dict[int, list[Notice]], *, no_lists: bool) -> Sheet:
    columns = Columns(sheet, "survey")
    label = next(iter(columns.of("label") or columns.of("hint")), "label")
    rows: list[Row] = []
    for row in sheet.rows:
        here = said.get(row.number, [])
        kind = read_type(columns.text(row, "type"))
        if no_lists and kind.kind == "select":
            rows.append(_plain_question(columns, row, label, here))
            continue
        if any(one.code == "group.no_begin" for one in here):
            continue
        rows.append(_mended_row(columns, row, here, label) if here else row)
    header = sheet.header if label in sheet.header else [*sheet.header, label]
    return replace(sheet, header=header, rows=rows)


def _with_ends(sheet: Sheet, missing: Iterable[Notice]) -> tuple[Sheet, dict[int, int]]:
    """The sheet with the ends that are missing, the innermost (which began last) first; and the numbers of its rows."""
    before: dict[int, list[str]] = {}
    last = sheet.rows[-1].number + 1 if sheet.rows else 2
    for one in sorted(missing, key=lambda one: -(one.place.row or 0) if one.place else 0):
        before.setdefault(int(one.args.get("end_row", last)), []).append(str(one.args["type"]))
    if not before:
        return sheet, {}
    header = Columns(sheet, "survey").of("type")[0]
    rows: list[Row] = []
    numbers: dict[int, int] = {}
    put_in = 0
    for row in [*sheet.rows, Row(last, {})]:
        for control in before.get(row.number, []):
            number = row.number + put_in
            rows.append(Row(number, {header: Cell(f"end {control}", "")}))
            numbers[number] = row.number
            put_in += 1
        if row.cells:
            rows.append(Row(row.number + put_in, row.cells))
            numbers[row.number + put_in] = row.number
    return replace(sheet, rows=rows), numbers


def _mended_row(columns: Columns, row: Row, here: list[Notice], label: str) -> Row:
    cells = dict(row.cells)
    for one in here:
        header = one.place.header if one.place else None
        meaning = columns.headings[header].meaning if header in columns.headings and header else ""
        code = one.code.removesuffix("_near")
        if meaning == "type" and not code.startswith("group."):
            return _plain_question(columns, row, label, here)
        if code.startswith("group."):
            continue
        if code in _NAMES:
            cells[columns.of("name")[0]] = Cell(f"fault_{row.number}", "")
        elif header and meaning != "trigger" and code in _REFERENCES:
            cells[header] = _without_references(cells[header])
        elif code == "label.missing" or meaning == "label":
            cells[header if meaning == "label" and header else label] = Cell(_LABEL, "")
        elif code == "calculation.missing" or meaning == "calculation":
            if not header:
                return _plain_question(columns, row, label, here)
            cells[header] = Cell("1", "")
        elif meaning and header:
            cells.pop(header, None)
        else:
            return _plain_question(columns, row, label, here)
    return Row(row.number, cells)


def _without_references(cell: Cell) -> Cell:
    return Cell(re.sub(r"\$\{[^}]*\}?", "1", cell.text), cell.ref)


def _plain_question(columns: Columns, row: Row, label: str, here: Iterable[Notice]) -> Row:
    """The row as a text question of its name, or as the group it opens."""
    kind, name = columns.header(row, "type"), columns.header(row, "name")
    written = columns.text(row, "type")
    opens = read_type(written).kind in ("begin", "end")
    cells = {kind: Cell(written if opens else _PLAIN_TYPE, ""), label: Cell(_LABEL, "")}
    if name:
        kept = None if any(one.code in _NAMES for one in here) else row.cells.get(name)
        cells[name] = kept or Cell(f"fault_{row.number}", "")
    return Row(row.number, cells)


def _choices(sheet: Sheet, said: dict[int, list[Notice]]) -> Sheet:
    columns = Columns(sheet, "choices")
    rows = []
    for row in sheet.rows:
        cells = dict(row.cells)
        for one in said.get(row.number, []):
            if one.code == "choices.no_name":
                cells[columns.header(row, "name")] = Cell(f"fault_{row.number}", "")
            elif one.code == "choices.duplicate":
                cells[columns.header(row, "name")] = Cell(f"{columns.text(row, 'name')}_{row.number}", "")
            elif one.code == "choices.space":
                cells[columns.header(row, "name")] = Cell(columns.text(row, "name").replace(" ", "_"), "")
            elif one.place is not None and one.place.header in cells:
                cells[one.place.header] = Cell(_LABEL, "")
        rows.append(Row(row.number, cells))
    return replace(sheet, rows=rows)


def _without_cells(sheet: Sheet, said: dict[int, list[Notice]]) -> Sheet:
    rows = []
    for row in sheet.rows:
        cells = dict(row.cells)
        for one in said.get(row.number, []):
            header = one.place.header if one.place else None
            if header in cells and one.code.removesuffix("_near") in _REFERENCES:
                cells[header] = _without_references(cells[header])
            elif header in cells:
                del cells[header]
        if cells:
            rows.append(Row(row.number, cells))
    return replace(sheet, rows=rows)
