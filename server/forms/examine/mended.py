"""A copy of a spreadsheet in which faults that are known are taken away, so that pyxform goes on to those that are not.

The copy is read for its faults and thrown away: it never becomes a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from server.forms.lint.headings import Columns
from server.forms.lint.types import read_type
from server.forms.notices import Notice
from server.forms.workbook import Cell, Row, Sheet, Workbook
from server.forms.workbook.places import Places

_LABEL = "x"
_PLAIN_TYPE = "text"
_NAMES = frozenset(
    {"name.missing", "name.invalid", "name.duplicate", "name.repeat_duplicate", "name.root", "name.meta"}
)
_HOUSE = "hh:"
_MAKES = frozenset({"type", "name"})
"""What a question is; all else is said of it."""
_OF_A_CELL = frozenset(
    {
        "map.column_unknown",
        "map.table_unknown",
        "map.form",
        "map.column_closed",
        "map.column_retired",
        "map.protect_value",
    }
)
"""Told of a cell whatever its question is."""
_OF_THE_KEY = frozenset({"map.no_key", "map.two_keys", "map.wrong_key"})
_OF_REPEATS = frozenset(
    {"map.key_place", "map.repeat_column", "map.row_outside", "map.row_table", "map.twice", "map.entity_many"}
)
_TRIED = frozenset(
    {"logic.never_relevant", "logic.unreachable", "logic.refuses_every_choice", "logic.endless_repeat"}
)
_MADE_UP = re.compile(r"\bfault_\d+\b")
_REFERENCES = frozenset({"name.unknown", "name.ambiguous", "name.reference_form"})


def touched(notices: Iterable[Notice]) -> set[tuple[str, int | None]]:
    """Sheet and row of what a copy without these faults differs in."""
    return {(one.place.sheet, one.place.row) for one in notices if one.place is not None and one.place.row}


@dataclass(frozen=True, slots=True)
class Copy:
    """A mended workbook. `rows`: the numbers of its survey rows -> those of the sheet, where ends were put in between."""

    book: Workbook
    rows: dict[int, int]
    original: Workbook
    faults: tuple[Notice, ...] = ()

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

    def own(self, found: Iterable[Notice], places: Places) -> Iterator[Notice]:
        """What was said of the copy's form and is true of the sheet, at its cells; `places` are the copy's.

        Nothing that rests on what was replaced, taken away or put in: it would be gone once the first faults are mended.
        Whether a question can ever be shown, or a repeat ends, is found by trying values, so it is left out as well.
        """
        changed = _changed(self)
        survey = self.original.survey
        unsure = self._unsure(changed, survey.name if survey else "")
        dropped = False
        keyless: list[Notice] = []
        for one in found:
            told = self.back(one)
            row = places.row(one.path) if one.path else None
            node = (survey.name, self.rows.get(row.number, row.number)) if survey and row else None
            stands = _stands(told, changed, node) and told.code.removesuffix("_near") not in unsure
            if stands and told.code in _OF_THE_KEY:
                keyless.append(told)
            elif stands:
                yield told
            elif told.code.startswith("map."):
                dropped = True
        if not dropped:
            yield from keyless

    def _unsure(self, changed: dict[tuple[str, int], frozenset[str]], survey: str) -> set[str]:
        """Codes that rest on the form as a whole, which the copy may have otherwise than the mended sheet."""
        found: set[str] = set(_TRIED)
        groups = [one for one in self.faults if one.code.startswith("group.")]
        if self.original.survey is None:
            return found
        columns = Columns(self.original.survey, "survey")
        rows = {row.number: row for row in self.original.survey.rows}
        remade = [
            rows[number]
            for (sheet, number), headers in changed.items()
            if sheet == survey
            and any(columns.headings[head].meaning in _MAKES for head in headers if head in columns.headings)
        ]
        if groups or any(columns.header(row, "name") in changed[survey, row.number] for row in remade):
            found.add("logic.node_unknown")
        if remade:
            found.add("logic.list_unknown")
        if any(sheet != survey for sheet, _ in changed) or any(
            _of_house(columns, head) for row in remade for head in row.cells
        ):
            found |= _OF_THE_KEY
        if any(one.code != "group.no_end" or one.args.get("type") != "group" for one in groups):
            found |= _OF_REPEATS | _OF_THE_KEY
        opened = [rows[one.place.row] for one in groups if one.place and one.place.row in rows]
        if any(columns.text(row, meaning) for row in opened for meaning in ("relevant", "repeat_count")):
            found.add("logic.circular")
        return found


def _changed(copy: Copy) -> dict[tuple[str, int], frozenset[str]]:
    """Sheet and row of the original -> headings under which the copy has something else."""
    found: dict[tuple[str, int], frozenset[str]] = {}
    for key, sheet in copy.original.sheets.items():
        survey = sheet is copy.original.survey
        after = {
            copy.rows.get(row.number, row.number) if survey else row.number: row.cells
            for row in copy.book.sheets[key].rows
        }
        for row in sheet.rows:
            cells = after.get(row.number, {})
            heads = frozenset(
                head for head in row.cells.keys() | cells.keys() if row.cells.get(head) != cells.get(head)
            )
            if heads:
                found[sheet.name, row.number] = heads
    return found


def _stands(
    one: Notice, changed: dict[tuple[str, int], frozenset[str]], node: tuple[str, int] | None
) -> bool:
    """Whether neither the cell nor what makes its question is the copy's own."""
    code = one.code.removesuffix("_near")
    if code == "logic.function_unknown":
        return True
    if any(_MADE_UP.search(str(value)) for value in one.args.values()):
        return False
    place = one.place
    if place is not None and place.row is not None:
        heads = changed.get((place.sheet, place.row), frozenset())
        if heads and (place.header is None or place.header in heads):
            return False
    if code in _OF_A_CELL:
        return True
    return node is None or not any(_plain_meaning(head) in _MAKES for head in changed.get(node, ()))


def _plain_meaning(header: str) -> str:
    return Columns(Sheet("", [header], {}, []), "survey").headings[header].meaning


def _of_house(columns: Columns, header: str) -> bool:
    return header in columns.headings and columns.headings[header].meaning.startswith(_HOUSE)


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
        return Copy(replace(book, sheets=sheets), {}, book, tuple(notices))
    key = next(key for key, sheet in book.sheets.items() if sheet is book.survey)
    ends = [one for one in notices if one.code in ("group.no_end", "group.not_closed_before")]
    sheets[key], numbers = _with_ends(sheets[key], ends)
    return Copy(replace(book, sheets=sheets), numbers, book, tuple(notices))


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


def _plain_question(columns: Columns, row: Row, label: str, here: Sequence[Notice]) -> Row:
    """The row as a text question of its name, or as the group it opens; what it maps to stays."""
    kind, name = columns.header(row, "type"), columns.header(row, "name")
    written = columns.text(row, "type")
    opens = read_type(written).kind in ("begin", "end")
    wrong = {one.place.header for one in here if one.place is not None}
    cells = {head: cell for head, cell in row.cells.items() if head not in wrong and _of_house(columns, head)}
    cells |= {kind: row.cells[kind] if opens else Cell(_PLAIN_TYPE, ""), label: Cell(_LABEL, "")}
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
