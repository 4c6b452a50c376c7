"""Choice lists and the selects that use them: names, doubles, lists that are missing, empty or used by nothing.

A list that stands in a file beside the form is attachments.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from server.forms.lint.headings import Columns
from server.forms.lint.survey import YES, Line, Survey
from server.forms.notices import Level, Nearest, Notice, listed
from server.forms.workbook import Row, Sheet, Workbook

_FILES = (".xml", ".csv", ".geojson")


def look(book: Workbook, survey: Survey) -> Iterator[Notice]:
    """What is wrong with the selects, then with the choices."""
    sheet = book.sheets.get("choices")
    columns = Columns(sheet, "choices") if sheet else None
    lists: dict[str, list[Row]] = {}
    if sheet and columns:
        for row in sheet.rows:
            name = columns.text(row, "list_name")
            if name:
                lists.setdefault(name, []).append(row)
    external = _external(book)
    if sheet and columns and sheet.rows and not {"list_name", "name"} <= set(_meanings(columns)):
        return  # told at the heading: every row would say the same
    near, near_external = Nearest(lists), Nearest(external)
    many: set[str] = set()
    missing_sheet = False
    for line in survey.lines:
        if line.type.kind != "select" and not (line.type.kind == "begin" and line.type.control == "loop"):
            continue
        name = line.type.list_name
        if not _in_sheet(line):
            continue
        if line.type.command == "select_one_external":
            if name not in external:
                yield _unknown(survey, line, near_external, "external_choices", external)
            elif not survey.columns.text(line.row, "choice_filter"):  # pyxform falls over it
                place = survey.sheet.place(line.row, survey.columns.header(line.row, "type"))
                yield Notice(Level.ERROR, "choices.external_filter", place)
        elif not lists:
            missing_sheet = True
        elif name not in lists:
            yield _unknown(survey, line, near, "choices", lists)
        elif line.type.many:
            many.add(name)
        if line.type.other and survey.columns.text(line.row, "choice_filter"):
            header = survey.columns.header(line.row, "choice_filter")
            yield Notice(Level.ERROR, "choices.other_filter", survey.sheet.place(line.row, header))
    if missing_sheet:
        yield _no_choices(sheet)
    if sheet and columns:
        yield from _rows(book, sheet, columns, lists, many)
        yield from _unused(sheet, columns, lists, survey, book)


def _in_sheet(line: Line) -> bool:
    name = line.type.list_name
    return bool(name) and not name.endswith(_FILES) and "${" not in name and "from_file" not in (
        line.type.command.replace(" ", "_")
    )  # fmt: skip


def _meanings(columns: Columns) -> Iterator[str]:
    yield from (one.meaning for one in columns.headings.values())


def _external(book: Workbook) -> dict[str, None]:
    sheet = book.sheets.get("external_choices")
    if sheet is None:
        return {}
    columns = Columns(sheet, "choices")
    return dict.fromkeys(name for row in sheet.rows if (name := columns.text(row, "list_name")))


def _unknown(survey: Survey, line: Line, nearest: Nearest, sheet: str, known: Iterable[str]) -> Notice:
    place = survey.sheet.place(line.row, survey.columns.header(line.row, "type"))
    name = line.type.list_name
    near = nearest.of(name)
    code = "choices.list_unknown" if sheet == "choices" else "choices.external_unknown"
    if near:
        return Notice(Level.ERROR, f"{code}_near", place, {"list": name, "near": near})
    return Notice(Level.ERROR, code, place, {"list": name, "known": listed(known)})


def _no_choices(sheet: Sheet | None) -> Notice:
    if sheet is None:
        return Notice(Level.ERROR, "choices.no_sheet")
    return Notice(Level.ERROR, "choices.empty", sheet.place())


def _rows(
    book: Workbook, sheet: Sheet, columns: Columns, lists: dict[str, list[Row]], many: set[str]
) -> Iterator[Notice]:
    settings = book.sheets.get("settings")
    doubles_allowed = bool(
        settings
        and settings.rows
        and Columns(settings, "settings").text(settings.rows[0], "allow_choice_duplicates") in YES
    )
    for list_name, rows in lists.items():
        seen: dict[str, int] = {}
        for row in rows:
            name = columns.text(row, "name")
            place = sheet.place(row, columns.header(row, "name"))
            if not name:
                yield Notice(Level.ERROR, "choices.no_name", place)
                continue
            if " " in name and list_name in many:
                yield Notice(Level.ERROR, "choices.space", place, {"name": name})
            if name in seen and not doubles_allowed:
                yield Notice(Level.ERROR, "choices.duplicate", place)
            seen.setdefault(name, row.number)


def _unused(
    sheet: Sheet, columns: Columns, lists: dict[str, list[Row]], survey: Survey, book: Workbook
) -> Iterator[Notice]:
    """Lists that no cell of any other sheet names: as a type's list, a parameter, or in instance('…')."""
    named: set[str] = set()
    for other in (survey.sheet, book.sheets.get("entities"), book.sheets.get("settings")):
        for row in other.rows if other else ():
            for cell in row.cells.values():
                named.update(re.findall(r"[\w.\-]+", cell.text))
    for name, rows in lists.items():
        if not set(re.findall(r"[\w.\-]+", name)) <= named:
            place = sheet.place(rows[0], columns.header(rows[0], "list_name"))
            yield Notice(Level.NOTE, "choices.unused", place, {"list": name})
