"""A spreadsheet's own grid with its problems at their cells: problem rows first, what is wrong and the fix beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.forms.notices import Level, Notice
from server.forms.workbook import Row, Sheet, Workbook
from server.web.frame.words import language
from server.words import say

WHOLE = 300
"""Rows of a sheet that are shown whole below its problems."""

GROUPS = {"must": (Level.REFUSED, Level.ERROR), "should": (Level.WARNING,), "know": (Level.NOTE,)}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in the reader's language. `ref` is sheet and cell; `mark` its anchor in the grid; `protect` a survey row."""

    level: Level
    sheet: str
    row: int | None
    column: str | None
    header: str | None
    path: str | None
    message: str
    fix: str
    protect: int | None = None

    @property
    def ref(self) -> str:
        """`survey!C14`, as spreadsheet programs write it."""
        return f"{self.sheet}!{self.column or ''}{self.row or ''}".rstrip("!") if self.sheet else ""

    @property
    def mark(self) -> str:
        """The row's anchor in the grid; empty where the notice has no row."""
        return f"{self.sheet}-{self.row}" if self.sheet and self.row else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the grid: its number, its cells as (column letter, text, how it is marked), and what is said of it."""

    number: int
    cells: tuple[tuple[str, str, str], ...]
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet with problems. `header` is (letter, heading, mark); `more` says that rows were left out of `whole`."""

    name: str
    header: tuple[tuple[str, str, str], ...]
    problems: tuple[Line, ...]
    whole: tuple[Line, ...]
    more: bool


def told(notices: Sequence[Notice]) -> dict[str, list[Told]]:
    """Notices by group (must, should, know), in the reader's language, in the order of the sheet."""
    found: dict[str, list[Told]] = {group: [] for group in GROUPS}
    for one in notices:
        message, fix = one.in_(language(), lambda text: say(language(), text))
        place, row = one.place, one.args.get("protect_row")
        group = next(group for group, levels in GROUPS.items() if one.level in levels)
        found[group].append(
            Told(
                one.level,
                place.sheet if place else "",
                place.row if place else None,
                place.column if place else None,
                place.header if place else None,
                one.path,
                message,
                fix,
                int(row) if row is not None else None,
            )
        )
    return found


def grids(book: Workbook | None, notices: Sequence[Notice]) -> list[Grid]:
    """The sheets that have problems, as grids."""
    if book is None:
        return []
    by_sheet: dict[str, list[Told]] = {}
    for group in told(notices).values():
        for one in group:
            if one.sheet and one.level is not Level.NOTE:
                by_sheet.setdefault(one.sheet, []).append(one)
    return [_grid(sheet, by_sheet[sheet.name]) for sheet in book.sheets.values() if sheet.name in by_sheet]


def _grid(sheet: Sheet, said: Sequence[Told]) -> Grid:
    by_row: dict[int, list[Told]] = {}
    for one in said:
        by_row.setdefault(one.row or 1, []).append(one)
    header = tuple(
        (sheet.columns[head], head, _mark(by_row.get(1, ()), sheet.columns[head])) for head in sheet.header
    )
    problems = tuple(
        _line(sheet, row, by_row[row.number])
        for row in _rows(sheet)
        if row.number in by_row and row.number != 1
    )
    whole = tuple(_line(sheet, row, by_row.get(row.number, ())) for row in sheet.rows[:WHOLE])
    return Grid(sheet.name, header, problems, whole, len(sheet.rows) > WHOLE)


def _rows(sheet: Sheet) -> Iterator[Row]:
    yield from sheet.rows


def _line(sheet: Sheet, row: Row, said: Sequence[Told]) -> Line:
    cells = []
    for head in sheet.header:
        letter, cell = sheet.columns[head], row.cells.get(head)
        cells.append((letter, cell.text if cell else "", _mark(said, letter)))
    return Line(row.number, tuple(cells), tuple(said))


def _mark(said: Sequence[Told], letter: str) -> str:
    here = [one for one in said if one.column == letter]
    if not here:
        return ""
    return "cell-bad" if any(one.level in GROUPS["must"] for one in here) else "cell-doubt"
