"""A designer's spreadsheet given back with something added: protection of answers, comments in cells.

Changes only what was asked for; reading and its bounds are reading.py's.
"""

import io
from collections.abc import Iterable

import openpyxl
from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from server.forms.workbook import Kind, Sheet, Workbook, WorkbookError, read

HOUSEHOLD_NAMESPACE = "urn:fieldfare:household"
PROTECT_COLUMN = "bind::hh:protect"


def with_protection(data: bytes, kind: Kind, question_rows: Iterable[int]) -> bytes:
    """The same workbook with `bind::hh:protect` = yes in the survey rows given (1-based), as .xlsx.

    Adds the column and the setting `namespaces` = `hh="urn:fieldfare:household"` where they are missing. Styles,
    widths and other sheets stay; macros go; a .xls, .csv or .md comes back as .xlsx. Raises `WorkbookError`.
    """
    rows = set(question_rows)
    read_book = read(data)
    survey = read_book.survey
    if survey is None:
        raise WorkbookError("no_survey_sheet")
    unknown = rows - {row.number for row in survey.rows}
    if unknown:
        raise ValueError(f"no such rows in the survey sheet: {sorted(unknown)}")
    book = _editable(data, kind, read_book)
    sheet = book[survey.name]
    column, found = _column(sheet, PROTECT_COLUMN)
    if not found:
        _put(sheet, 1, column, PROTECT_COLUMN)
    for row in sorted(rows):
        _put(sheet, _row_in(read_book, survey, row), column, "yes")
    _declare_namespace(book)
    return _saved(book)


def with_comments(data: bytes, comments: Iterable[tuple[str, int, str, str]]) -> bytes:
    """The same .xlsx with a comment in each cell of (sheet, 1-based row, column letter, text); several join."""
    book = _editable(data, "xlsx", read(data))
    names = {name.strip().lower(): name for name in book.sheetnames}
    for sheet_name, row, column, text in comments:
        cell = book[names[sheet_name.strip().lower()]].cell(row, column_index_from_string(column))
        before = f"{cell.comment.text}\n\n" if cell.comment else ""
        cell.comment = Comment(before + text, "Fieldfare", width=360, height=140)
    return _saved(book)


def _editable(data: bytes, kind: Kind, read_book: Workbook) -> Book:
    """The file in openpyxl. `read` has bounded it before; formulas are replaced by the values they showed.

    openpyxl writes formulas without their last value, and pyxform reads values only: the form that comes back
    would have holes until a spreadsheet program had opened it once.
    """
    if kind in ("xlsx", "xlsm"):
        return openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_vba=False, keep_links=False)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in read_book.sheets.values():
        target = book.create_sheet(sheet.name)
        first = min((column_index_from_string(letter) for letter in sheet.columns.values()), default=1)
        offset = first - 1 if kind in ("csv", "md") else 0
        for key, letter in sheet.columns.items():
            _put(target, 1, column_index_from_string(letter) - offset, key)
        for index, row in enumerate(sheet.rows, start=2):
            for key, cell in row.cells.items():
                number = row.number if kind == "xls" else index
                _put(target, number, column_index_from_string(sheet.columns[key]) - offset, cell.text)
    return book


def _row_in(read_book: Workbook, survey: Sheet, row: int) -> int:
    """Rows of text files move up when their sheets part; those of spreadsheets stay where they are."""
    if read_book.kind in ("csv", "md"):
        return next(index for index, one in enumerate(survey.rows, start=2) if one.number == row)
    return row


def _declare_namespace(book: Book) -> None:
    name = next((name for name in book.sheetnames if name.strip().lower() == "settings"), None)
    settings = book[name] if name else book.create_sheet("settings")
    column, found = _column(settings, "namespaces")
    if not found:
        _put(settings, 1, column, "namespaces")
    declared = str(settings.cell(2, column).value or "").strip()
    if HOUSEHOLD_NAMESPACE not in declared:
        _put(settings, 2, column, f'{declared} hh="{HOUSEHOLD_NAMESPACE}"'.strip())


def _column(sheet: Worksheet, heading: str) -> tuple[int, bool]:
    """The number of the column with this heading, or of the first one free on the right; whether it was there."""
    last = 0
    for cell in sheet[1]:
        if str(cell.value or "").strip() == heading:
            return int(cell.column or 0), True
        if cell.value is not None:
            last = cell.column
    used = sheet.max_column if any(cell.value is not None for row in sheet.iter_rows() for cell in row) else 0
    return max(last, used) + 1, False


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"  # a text that begins with = stays a text


def _saved(book: Book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
