"""An uploaded spreadsheet as neutral values: sheets, rows and cells that know where they stand.

Opens only what is safe to open (bounded size, no password, no DTD) and knows nothing of what the cells mean.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from openpyxl.utils import column_index_from_string, get_column_letter
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

Kind = Literal["xlsx", "xlsm", "xls", "csv", "md"]

MAX_UNPACKED = 96 * 1024 * 1024  # bytes of XML in an .xlsx: a choice list of 100,000 rows needs about 30 MB
MAX_RATIO = 250  # XML of a sheet packs 10 to 60 times; a bomb 1,000 times
MAX_CELLS = 8_000_000  # rows x columns of one sheet: readers hold the whole rectangle in memory
_RATIO_COUNTS_FROM = 4 * 1024 * 1024
_KNOWN_SHEETS = frozenset({"survey", "choices", "settings", "entities", "external_choices", "osm"})

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL_REF = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_NEEDED_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:workbook\.xml|styles\.xml|sharedStrings\.xml|_rels/workbook\.xml\.rels"
    r"|worksheets/[^/]+\.xml|metadata\.xml)",
    re.IGNORECASE,
)


class WorkbookError(Exception):
    """The file cannot be read as a form's spreadsheet. `key` is stable, the words are chosen at the door.

    Keys: workbook.empty, not_a_spreadsheet, password, too_large, damaged, xlsb, ods, encoding, no_survey_sheet.
    """

    def __init__(self, key: str, args: Mapping[str, str | int] | None = None) -> None:
        super().__init__(key)
        self.key = f"workbook.{key}"
        self.arguments: dict[str, str | int] = dict(args or {})


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the designer should know that hinders nothing: macros ignored, links ignored."""

    key: str
    args: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: sheet, 1-based spreadsheet row, column letter and that column's heading."""

    sheet: str
    row: int | None = None
    column: str | None = None
    header: str | None = None

    @property
    def ref(self) -> str:
        """`C14`; a row without a column is `14`, a whole sheet the empty string."""
        return f"{self.column or ''}{self.row or ''}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text as pyxform reads it (trimmed, whole numbers without a fraction) and its reference."""

    text: str
    ref: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the heading. `number` is the spreadsheet's own, from 1; `cells` holds the non-empty ones."""

    number: int
    cells: dict[str, Cell]

    def text(self, *headers: str) -> str:
        """The first non-empty text among the columns named, else the empty string."""
        for header in headers:
            cell = self.cells.get(header)
            if cell:
                return cell.text
        return ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name as written, headings in order, the column letter of each, rows that hold anything."""

    name: str
    header: list[str]
    columns: dict[str, str]
    rows: list[Row]

    def place(self, row: Row | int | None = None, header: str | None = None) -> Place:
        """The place of a heading's cell in a row (row 1 is the heading itself)."""
        number = row.number if isinstance(row, Row) else row
        return Place(self.name, number, self.columns.get(header or ""), header)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet. `sheets` is keyed by lower-case name, the way pyxform looks them up."""

    kind: Kind
    sheets: dict[str, Sheet]
    notices: tuple[Notice, ...] = ()

    @property
    def survey(self) -> Sheet | None:
        """The sheet `survey`, or the only sheet there is whatever its name, as pyxform has it."""
        if "survey" in self.sheets:
            return self.sheets["survey"]
        if len(self.sheets) == 1:
            (name, only) = next(iter(self.sheets.items()))
            return only if name not in _KNOWN_SHEETS else None
        return None


def read(data: bytes, filename: str = "") -> Workbook:
    """Read an uploaded .xlsx, .xlsm, .xls, .csv (pyxform's, sheet name in the first column) or Markdown table.

    The kind is told by the bytes, never by the file's name. Raises `WorkbookError`.
    """
    if not data.strip(b"\x00\t\r\n "):
        raise WorkbookError("empty")
    if data.startswith(b"PK"):
        return _read_zip(data)
    if data.startswith(_OLE):
        return _read_xls(data)
    return _read_text(data, filename)


# --- .xlsx and .xls ---------------------------------------------------------------------------------------------


def _read_zip(data: bytes) -> Workbook:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = {info.filename: info for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise WorkbookError("damaged") from error
    if "xl/workbook.bin" in names:
        raise WorkbookError("xlsb")
    if "xl/workbook.xml" not in names:
        raise WorkbookError("ods" if "content.xml" in names and "mimetype" in names else "not_a_spreadsheet")
    safe = _repacked(archive, len(data))
    macros = "xl/vbaProject.bin" in names
    notices = []
    if macros:
        notices.append(Notice("workbook.macros_ignored"))
    links = sum(1 for name in names if re.fullmatch(r"xl/externalLinks/[^/]+\.xml", name))
    if links:
        notices.append(Notice("workbook.external_links_ignored", {"count": links}))
    return _with_calamine(safe, "xlsm" if macros else "xlsx", tuple(notices))


def _repacked(archive: zipfile.ZipFile, packed: int) -> bytes:
    """The parts a reader needs, unpacked under a bound and packed again without compression.

    What is parsed is then exactly what was counted: sizes in a ZIP's directory can lie, and macros, links,
    pictures and embedded files never reach a parser.
    """
    out = io.BytesIO()
    budget = MAX_UNPACKED
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as safe:
        for info in archive.infolist():
            if info.file_size > MAX_UNPACKED:
                raise WorkbookError("too_large", {"limit_mb": MAX_UNPACKED // 1024**2})
            if not _NEEDED_PARTS.fullmatch(info.filename):
                continue
            if info.flag_bits & 0x1:
                raise WorkbookError("password")
            part = _part(archive, info, budget)
            budget -= len(part)
            safe.writestr(info.filename, part)
    unpacked = MAX_UNPACKED - budget
    if unpacked > _RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed:
        raise WorkbookError("too_large", {"limit_mb": MAX_UNPACKED // 1024**2})
    return out.getvalue()


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: int) -> bytes:
    try:
        with archive.open(info) as stream:
            part = stream.read(budget + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise WorkbookError("damaged") from error
    if len(part) > budget:
        raise WorkbookError("too_large", {"limit_mb": MAX_UNPACKED // 1024**2})
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:  # no spreadsheet program writes one
        raise WorkbookError("damaged")
    if "worksheets/" in info.filename:
        _bound_rectangle(part)
    return part


def _bound_rectangle(sheet_xml: bytes) -> None:
    """Refuse a sheet whose outermost cells span more than `MAX_CELLS`: one cell in XFD1048576 is enough."""
    columns, rows = 0, 0
    for match in _CELL_REF.finditer(sheet_xml):
        columns = max(columns, column_index_from_string(match[1].decode()))
        rows = max(rows, int(match[2]))
    if columns * rows > MAX_CELLS:
        raise WorkbookError("too_large", {"limit_cells": MAX_CELLS})


def _read_xls(data: bytes) -> Workbook:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise WorkbookError("password")
    return _with_calamine(data, "xls", ())


def _with_calamine(data: bytes, kind: Kind, notices: tuple[Notice, ...]) -> Workbook:
    sheets: dict[str, Sheet] = {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for name in book.sheet_names:
                key = name.strip().lower()
                if key not in _KNOWN_SHEETS and len(book.sheet_names) > 1:
                    # Notes and drafts are not part of the form: only their name and heading are kept.
                    table = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=1)
                else:
                    table = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                sheets[key] = _sheet(name, ([_text(value) for value in row] for row in table))
    except PasswordError as error:
        raise WorkbookError("password") from error
    except (CalamineError, ValueError, OSError) as error:
        if "assword" in str(error):
            raise WorkbookError("password") from error
        raise WorkbookError("damaged") from error
    return Workbook(kind, sheets, notices)


def _text(value: object) -> str:
    """A cell's value the way pyxform writes it out, so that both read the same form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date) and not isinstance(value, datetime):
        return str(datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a cell has no time zone
    return str(value).replace("\xa0", " ").strip()


def _sheet(name: str, table: Iterable[Sequence[str]], first_column: int = 1, first_row: int = 1) -> Sheet:
    header: list[str] = []
    keys: list[str | None] = []
    columns: dict[str, str] = {}
    rows: list[Row] = []
    for number, texts in enumerate(table, start=first_row):
        if number == first_row:
            for index, text in enumerate(texts):
                key = re.sub(r" +", " ", text.strip()) or None
                while (
                    key is not None and key in columns
                ):  # pyxform refuses the second; its cells are read all the same
                    key += " (again)"
                keys.append(key)
                if key is not None:
                    header.append(key)
                    columns[key] = get_column_letter(index + first_column)
            continue
        cells = {
            key: Cell(text, f"{columns[key]}{number}")
            for key, text in zip(keys, texts, strict=False)
            if key is not None and text and not text.isspace()
        }
        if cells:
            rows.append(Row(number, cells))
    return Sheet(name, header, columns, rows)


# --- .csv and Markdown ------------------------------------------------------------------------------------------


def _read_text(data: bytes, filename: str) -> Workbook:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4096]:
        raise WorkbookError("encoding" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "not_a_spreadsheet")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        looks_like_csv = filename.lower().endswith(".csv") and b"," in data[:5000]
        raise WorkbookError("encoding" if looks_like_csv else "not_a_spreadsheet") from error
    if text.lstrip().startswith("<"):
        raise WorkbookError("not_a_spreadsheet")
    kind: Kind
    if re.match(r"\s*\|", text):
        kind, records = "md", _markdown_records(text)
    else:
        kind, records = "csv", _csv_records(text)
    sheets = _sheets_of_records(records)
    if "survey" not in sheets:
        raise WorkbookError("no_survey_sheet" if sheets else "not_a_spreadsheet")
    return Workbook(kind, sheets)


def _csv_records(text: str) -> list[list[str]]:
    try:
        return [[value.strip() for value in record] for record in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        raise WorkbookError("damaged") from error


def _markdown_records(text: str) -> list[list[str]]:
    records = []
    for line in text.splitlines():
        match = re.fullmatch(r"\s*\|(.*)\|\s*", line)
        if match and not re.fullmatch(r"[|\-\s:]+", match[1]):
            records.append([part.strip().replace(r"\|", "|") for part in re.split(r"(?<!\\)\|", match[1])])
        else:
            records.append([])
    return records


def _sheets_of_records(records: list[list[str]]) -> dict[str, Sheet]:
    """Sheets one under the other: a name in the first column opens one, the next filled row is its heading."""
    sheets: dict[str, Sheet] = {}
    name, start, body = "", 0, list[list[str]]()
    for number, record in enumerate([*records, ["\x00"]], start=1):
        if (
            record
            and record[0]
            and (len(record) == 1 or record[0].lower() in _KNOWN_SHEETS or not any(record[1:]))
        ):
            if name and body:
                sheets.setdefault(name.strip().lower(), _sheet(name, body, first_column=2, first_row=start))
            name, body = record[0], []
        content = record[1:]
        if body or any(content):
            if not body:
                start = number
            body.append(content)
    return {key: sheet for key, sheet in sheets.items() if sheet.header}
