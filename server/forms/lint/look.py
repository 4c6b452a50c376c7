"""All passes over a spreadsheet, and what must be there before they can be made: the sheets and their columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from server.forms.lint import choices, parameters, references, translations
from server.forms.lint.headings import Columns
from server.forms.lint.survey import read_survey
from server.forms.notices import Level, Notice, listed, nearest
from server.forms.workbook import Place, Row, Sheet, Workbook


def look(book: Workbook) -> list[Notice]:
    """Every fault that the spreadsheet's cells show, and every gap of its translations, in the order of the sheets."""
    missing = no_survey(book)
    if missing is not None:
        return [missing]
    notices = list(_headings(book))
    book = headed(book)
    if book.survey is None or "type" not in Columns(book.survey, "survey"):
        return notices
    survey = read_survey(book.survey)
    notices += survey.notices
    if not survey.notices and all(line.type.kind in ("begin", "end") for line in survey.lines):
        notices.append(
            Notice(Level.ERROR, "survey.empty", Place(book.survey.name), {"sheet": book.survey.name})
        )
    notices += references.look(book, survey)
    notices += choices.look(book, survey)
    notices += parameters.look(book.survey)
    notices += translations.gaps(book)
    return notices


def no_survey(book: Workbook) -> Notice | None:
    """What is said where there is no sheet of questions: nothing else in the workbook can be judged then. The only sheet
    there is is that sheet whatever its name, if any of its headings says so."""
    sheet = book.survey
    if sheet is not None:
        named = sheet.name.strip().lower() == "survey"
        absent = [one for one in _columns(sheet, "survey", ("type", "name")) if one.code == "header.missing"]
        if named or len(absent) < 2:
            return None
    near = nearest("survey", book.sheets)
    if near:
        return Notice(Level.ERROR, "survey.no_sheet_near", None, {"near": book.sheets[near].name})
    known = listed(sheet.name for sheet in book.sheets.values())
    return Notice(Level.ERROR, "survey.no_sheet", None, {"known": known})


def headed(book: Workbook) -> Workbook:
    """The workbook with headings put right that are misspelled and needed: what stands under them can then be read."""
    for one in _headings(book):
        if "near" in one.args and one.place is not None:
            sheet = next(sheet for sheet in book.sheets.values() if sheet.name == one.place.sheet)
            renamed = _renamed(sheet, str(one.args["near"]), str(one.args["column"]))
            sheets = {key: renamed if it is sheet else it for key, it in book.sheets.items()}
            book = replace(book, sheets=sheets)
    return book


def _renamed(sheet: Sheet, old: str, new: str) -> Sheet:
    def right(header: str) -> str:
        return new if header == old else header

    rows = [Row(row.number, {right(head): cell for head, cell in row.cells.items()}) for row in sheet.rows]
    columns = {right(header): letter for header, letter in sheet.columns.items()}
    return Sheet(sheet.name, [right(header) for header in sheet.header], columns, rows)


def _headings(book: Workbook) -> Iterator[Notice]:
    if book.survey is not None:
        yield from _columns(book.survey, "survey", ("type", "name"))
    lists = book.sheets.get("choices")
    if lists is not None and lists.rows:
        yield from _columns(lists, "choices", ("list_name", "name"))


def _columns(sheet: Sheet, kind: str, needed: tuple[str, ...]) -> Iterator[Notice]:
    columns = Columns(sheet, kind)
    known = {"type", "name", "label", "hint", "list_name"}
    spare = [header for header in sheet.header if columns.headings[header].meaning not in known]
    for name in needed:
        if name not in columns:
            near = nearest(name, spare)
            place = sheet.place(1, near) if near else sheet.place(1)
            args: dict[str, str | int] = {"sheet": sheet.name, "column": name}
            if near:
                yield Notice(Level.ERROR, "header.missing_near", place, {**args, "near": near})
            else:
                yield Notice(Level.ERROR, "header.missing", place, {**args, "known": listed(sheet.header)})
