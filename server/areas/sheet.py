"""A CSV of areas becomes rows, whoever wrote it: UTF-8, UTF-16 or GBK, with or without BOM; `,`, `;` or tab between cells.

Pure: knows no database. Each refusal names the row, counted as a spreadsheet counts (the header is row 1).
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from server import problems
from server.areas.boundary import BoundaryError, Effort, box, read_boundary

MOST_BYTES = 20_000_000
MOST_ROWS = 200_000
CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,38}[A-Za-z0-9])?")
"""A code stands in household codes and is a choice's name on phones: ASCII, without spaces."""

COLUMNS = ("code", "name", "parent", "level", "lat", "lon", "boundary")


_LIMIT = threading.Lock()
"""Held while the process's own limit of a cell is raised: two readers at once would leave it raised."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One row: `parent` is a code or empty; `names` by language; `row` its number in the sheet; `boundary` GeoJSON or empty.

    `columns` are those the sheet has (`name:zh` by their language too): an empty cell of one of them empties what stands,
    and what has no column is left as it stands.
    """

    row: int
    code: str
    name: str
    parent: str
    level: str
    lat: float | None
    lon: float | None
    names: Mapping[str, str] = field(default_factory=dict)
    boundary: str = ""
    columns: frozenset[str] = frozenset()


def read_areas(content: bytes, effort: Effort | None = None) -> list[AreaRow]:
    """The rows of a CSV `code,name,parent,level,lat,lon,boundary`, with `name:<language>` columns; empty rows are left out.

    A boundary (or `geometry`) is what `read_boundary` takes. Only `code` and `name` are needed; columns may stand in any
    order, unknown ones are refused (a typing error would
    pass for a missing column). `effort` is for all boundaries together. Raises `AREAS_INVALID` with `row` and `reason`.
    """
    if len(content) > MOST_BYTES:
        raise problems.AREAS_INVALID(reason="the file is larger than 20 MB", row=None)
    text = _text(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    with _LIMIT:
        before = csv.field_size_limit(MOST_BYTES)  # a boundary is a long cell; the file is bounded already
        try:
            header = [_header(cell) for cell in next(lines, [])]
            _check_header(header)
            return list(_rows(lines, header, effort or Effort()))
        except csv.Error as error:
            row = lines.line_num
            raise _wrong(row, "the row is not closed or has a stray quotation mark") from error
        finally:
            csv.field_size_limit(before)


def _rows(lines: Iterator[list[str]], header: list[str], effort: Effort) -> Iterator[AreaRow]:
    for number, cells in enumerate(lines, start=2):
        if number > MOST_ROWS:
            raise _wrong(number, f"there are more than {MOST_ROWS:,} rows")
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            raise _wrong(number, "it has more cells than the header")
        cell_of = dict(zip_longest(header, (cell.strip() for cell in cells[: len(header)]), fillvalue=""))
        yield _row(number, cell_of, effort)


def _row(number: int, cells: Mapping[str, str], effort: Effort) -> AreaRow:
    code, name = cells.get("code", ""), cells.get("name", "")
    if not CODE.fullmatch(code):
        raise _wrong(number, f"the code “{code[:60]}” is not of letters A-Z, digits and . _ - (40 at most)")
    if not name or len(name) > 200:
        raise _wrong(number, "the name is missing" if not name else "the name is longer than 200 characters")
    if len(level := cells.get("level", "")) > 40:
        raise _wrong(number, "the level is longer than 40 characters")
    lat, lon = _degrees(number, "lat", cells, 90), _degrees(number, "lon", cells, 180)
    if (lat is None) != (lon is None):
        raise _wrong(number, "lat and lon go together: one of them is missing")
    names = {
        key.removeprefix("name:"): cell for key, cell in cells.items() if key.startswith("name:") and cell
    }
    boundary = _boundary(number, cells.get("boundary", ""), lat, lon, effort)
    parent, columns = cells.get("parent", ""), frozenset(cells)
    return AreaRow(number, code, name, parent, level, lat, lon, names, boundary, columns)


def _boundary(number: int, cell: str, lat: float | None, lon: float | None, effort: Effort) -> str:
    if not cell:
        return ""
    try:
        geometry = read_boundary(cell, effort)
    except BoundaryError as error:
        raise _wrong(number, f"the boundary {error}") from error
    west, south, east, north = box(geometry)
    if lat is not None and lon is not None and not (west <= lon <= east and south <= lat <= north):
        raise _wrong(
            number, "the boundary lies elsewhere than lat and lon: are latitude and longitude swapped?"
        )
    return geometry


def _degrees(number: int, column: str, cells: Mapping[str, str], most: int) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise _wrong(number, f"{column} “{text[:20]}” is not a number of degrees from -{most} to {most}")
    return value


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise problems.AREAS_INVALID(reason="the text is neither UTF-8 nor GBK: save it as CSV UTF-8", row=None)


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=first.count)


def _header(cell: str) -> str:
    name, colon, language = cell.strip().lower().partition(":")
    if name == "geometry":
        return "boundary"
    return f"{name.strip()}:{language.strip()}" if colon else name


def _check_header(header: list[str]) -> None:
    while header and not header[-1]:
        header.pop()
    for name in ("code", "name"):
        if name not in header:
            raise _wrong(1, f"the column {name} is missing (expected: {', '.join(COLUMNS)}, name:<language>)")
    for name in header:
        if name not in COLUMNS and not re.fullmatch(r"name:[a-z]{2,3}(-[a-z0-9]+)*", name):
            raise _wrong(1, f"the column “{name[:40]}” is not known")
        if header.count(name) > 1:
            raise _wrong(1, f"the column {name} stands there twice")
    if ("lat" in header) != ("lon" in header):
        raise _wrong(1, "the columns lat and lon go together: one of them is missing")


def _wrong(row: int, reason: str) -> problems.ProblemError:
    return problems.AREAS_INVALID(reason=f"row {row}: {reason}", row=row)
