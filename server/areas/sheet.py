"""A CSV of areas becomes rows, whoever wrote it: UTF-8, UTF-16 or GBK, with or without BOM; `,`, `;` or tab between cells.

Pure: knows no database. A refusal names each faulty row, counted as a spreadsheet counts (the header is row 1).
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
from server.areas.faults import Fault, refusal
from server.problems import Sentence

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


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a CSV, those with faults among them as far as they go, and all that is wrong with them by themselves."""

    rows: tuple[AreaRow, ...]
    faults: tuple[Fault, ...] = ()


def read_sheet(content: bytes, effort: Effort | None = None) -> Sheet:
    """The rows of a CSV `code,name,parent,level,lat,lon,boundary`, with `name:<language>` columns; empty rows are left out.

    A boundary (or `geometry`) is what `read_boundary` takes. Only `code` and `name` are needed; columns may stand in any
    order, unknown ones are refused (a typing error would pass for a missing column). `effort` is for all boundaries
    together. Raises `AREAS_INVALID` where it is no such CSV at all.
    """
    if len(content) > MOST_BYTES:
        raise problems.AREAS_INVALID(reason=Sentence("the file is larger than 20 MB"), row=None)
    text = _text(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    with _LIMIT:
        before = csv.field_size_limit(MOST_BYTES)  # a boundary is a long cell; the file is bounded already
        faults: list[Fault] = []
        rows: list[AreaRow] = []
        try:
            header = [_header(cell) for cell in next(lines, [])]
            faults += [Fault(1, reason) for reason in _of_header(header)]
            if faults:
                raise refusal(faults)
            for row in _rows(lines, header, effort or Effort(), faults):
                rows.append(row)
        except csv.Error:
            faults.append(
                Fault(lines.line_num, Sentence("the row is not closed or has a stray quotation mark"))
            )
        finally:
            csv.field_size_limit(before)
    return Sheet(tuple(rows), tuple(faults))


def _rows(
    lines: Iterator[list[str]], header: list[str], effort: Effort, faults: list[Fault]
) -> Iterator[AreaRow]:
    for number, cells in enumerate(lines, start=2):
        if number > MOST_ROWS:
            faults.append(Fault(number, Sentence("there are more than {most} rows", most=f"{MOST_ROWS:,}")))
            return
        if not any(cell.strip() for cell in cells):
            continue
        cell_of = dict(zip_longest(header, (cell.strip() for cell in cells[: len(header)]), fillvalue=""))
        found: list[Sentence] = []
        if any(cell.strip() for cell in cells[len(header) :]):
            found.append(Sentence("it has more cells than the header"))
        yield _row(number, cell_of, effort, found)
        faults += [Fault(number, reason) for reason in found]


def _row(number: int, cells: Mapping[str, str], effort: Effort, found: list[Sentence]) -> AreaRow:
    code, name, level = cells.get("code", ""), cells.get("name", ""), cells.get("level", "")
    if not CODE.fullmatch(code):
        found.append(
            Sentence("the code “{code}” is not of letters A-Z, digits and . _ - (40 at most)", code=code[:60])
        )
    if not name:
        found.append(Sentence("the name is missing"))
    if len(name) > 200:
        found.append(Sentence("the name is longer than 200 characters"))
    if len(level) > 40:
        found.append(Sentence("the level is longer than 40 characters"))
    lat, lon = _degrees("lat", cells, 90, found), _degrees("lon", cells, 180, found)
    if bool(cells.get("lat")) != bool(cells.get("lon")):
        found.append(Sentence("lat and lon go together: one of them is missing"))
    names = {
        key.removeprefix("name:"): cell for key, cell in cells.items() if key.startswith("name:") and cell
    }
    boundary = _boundary(cells.get("boundary", ""), lat, lon, effort, found)
    parent, columns = cells.get("parent", ""), frozenset(cells)
    return AreaRow(number, code, name, parent, level, lat, lon, names, boundary, columns)


def _boundary(cell: str, lat: float | None, lon: float | None, effort: Effort, found: list[Sentence]) -> str:
    if not cell:
        return ""
    try:
        geometry = read_boundary(cell, effort)
    except BoundaryError as error:
        found.append(error.reason)
        return ""
    west, south, east, north = box(geometry)
    if lat is not None and lon is not None and not (west <= lon <= east and south <= lat <= north):
        found.append(
            Sentence(
                "the boundary lies elsewhere than lat and lon, as where latitude and longitude are swapped"
            )
        )
    return geometry


def _degrees(column: str, cells: Mapping[str, str], most: int, found: list[Sentence]) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if abs(value) <= most:
        return value
    found.append(
        Sentence(
            "{column} “{given}” is not a number of degrees from -{most} to {most}",
            column=column,
            given=text[:20],
            most=most,
        )
    )
    return None


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
    reason = Sentence("the text is neither UTF-8 nor GBK: save it as CSV UTF-8")
    raise problems.AREAS_INVALID(reason=reason, row=None)


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=first.count)


def _header(cell: str) -> str:
    name, colon, language = cell.strip().lower().partition(":")
    if name == "geometry":
        return "boundary"
    return f"{name.strip()}:{language.strip()}" if colon else name


def _of_header(header: list[str]) -> Iterator[Sentence]:
    """What is wrong with it; empty cells at its end are dropped first."""
    while header and not header[-1]:
        header.pop()
    for name in ("code", "name"):
        if name not in header:
            expected = f"{', '.join(COLUMNS)}, name:<language>"
            yield Sentence(
                "the column {name} is missing (expected: {expected})", name=name, expected=expected
            )
    for name in dict.fromkeys(header):
        if name not in COLUMNS and not re.fullmatch(r"name:[a-z]{2,3}(-[a-z0-9]+)*", name):
            yield Sentence("the column “{name}” is not known", name=name[:40])
        if header.count(name) > 1:
            yield Sentence("the column {name} stands there twice", name=name)
    if ("lat" in header) != ("lon" in header):
        yield Sentence("the columns lat and lon go together: one of them is missing")
