"""What is wrong with a form, said once: at its cell in the sheet's own grid, or in a list where it has no row there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from server.forms.notices import Level, Notice
from server.forms.workbook import Row, Sheet, Workbook
from server.web.frame.words import code_apart, language
from server.words import say

WHOLE = 300
"""Rows of a sheet that are shown whole below its problems."""

GROUPS = {"must": (Level.REFUSED, Level.ERROR), "should": (Level.WARNING,), "know": (Level.NOTE,)}
GAPS = "language."
"""Codes of what one language lacks: a group of its own, `gaps`."""
UNFINISHED = "convert.first_fault"
"""Said at the head of the page: it is about all the others."""
_ALWAYS = ("type", "name", "list_name")
"""Headings that say which row it is: shown beside the cells that are marked."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in the reader's language. `ref` is sheet and cell; `mark` its anchor in the grid; `protect` a survey row."""

    level: Level
    sheet: str
    row: int | None
    column: str | None
    header: str | None
    path: str | None
    message: Markup
    fix: Markup
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
class Cell:
    """A cell of the grid: its column's letter and heading, its text, and how it is marked (a class, or empty)."""

    letter: str
    head: str
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the grid: its number, its cells, and what is said of it."""

    number: int
    cells: tuple[Cell, ...]
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of a sheet. `more` says that rows were left out."""

    name: str
    header: tuple[Cell, ...]
    lines: tuple[Line, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What is said of one weight: `loose` in a list, the rest in `grids`, each notice in one of the two."""

    loose: tuple[Told, ...]
    grids: tuple[Grid, ...]

    @property
    def all(self) -> list[Told]:
        """Everything of the group."""
        return [*self.loose, *(one for grid in self.grids for line in grid.lines for one in line.told)]

    def __len__(self) -> int:
        return len(self.all)


def groups(book: Workbook | None, notices: Sequence[Notice]) -> dict[str, Group]:
    """Notices by group (must, should, gaps, know), in the reader's language, those with a row in the sheet's grid."""
    return {kind: _group(book, found) for kind, found in told(notices).items()}


def unfinished(notices: Sequence[Notice]) -> Markup:
    """That reading the sheet did not come to its end, in the reader's language; empty where it did."""
    said = (
        one.in_(language(), lambda text: say(language(), text)) for one in notices if one.code == UNFINISHED
    )
    return code_apart(" ".join(next(said, ())))


def told(notices: Sequence[Notice]) -> dict[str, list[Told]]:
    """Notices by group, in the reader's language, in the order given."""
    found: dict[str, list[Told]] = {kind: [] for kind in ("must", "should", "gaps", "know")}
    for one in notices:
        if one.code == UNFINISHED:
            continue
        message, fix = one.in_(language(), lambda text: say(language(), text))
        place, row = one.place, one.args.get("protect_row")
        kind = next(kind for kind, levels in GROUPS.items() if one.level in levels)
        found["gaps" if one.code.startswith(GAPS) and kind != "must" else kind].append(
            Told(
                one.level,
                place.sheet if place else "",
                place.row if place else None,
                place.column if place else None,
                place.header if place else None,
                one.path,
                code_apart(message),
                code_apart(fix),
                int(row) if row is not None else None,
            )
        )
    return found


def whole(book: Workbook | None, notices: Sequence[Notice]) -> list[Grid]:
    """The sheets that something is said of, each as a whole, their cells marked."""
    named = {one.place.sheet for one in notices if one.place and one.place.row}
    by_row = _by_row([one for kind in told(notices).values() for one in kind])
    return [_whole(sheet, by_row) for sheet in (book.sheets.values() if book else ()) if sheet.name in named]


def _by_row(said: Sequence[Told]) -> dict[tuple[str, int], list[Told]]:
    found: dict[tuple[str, int], list[Told]] = {}
    for one in said:
        if one.row is not None:
            found.setdefault((one.sheet, one.row), []).append(one)
    return found


def _group(book: Workbook | None, said: Sequence[Told]) -> Group:
    by_row = _by_row(said)
    grids: list[Grid] = []
    shown: set[tuple[str, int]] = set()
    for sheet in book.sheets.values() if book else ():
        rows = [row for row in sheet.rows if (sheet.name, row.number) in by_row]
        if rows:
            shown.update((sheet.name, row.number) for row in rows)
            grids.append(_problems(sheet, rows, by_row))
    loose = tuple(one for one in said if one.row is None or (one.sheet, one.row) not in shown)
    return Group(loose, tuple(grids))


def _problems(sheet: Sheet, rows: Sequence[Row], by_row: Mapping[tuple[str, int], list[Told]]) -> Grid:
    """The rows with problems, and of their columns those that name the row or hold a marked cell."""
    marked = {one.column for row in rows for one in by_row[(sheet.name, row.number)]}
    heads = [
        head
        for head in sheet.header
        if sheet.columns[head] in marked or head.lower() in _ALWAYS or head.lower().startswith("label")
    ]
    heads = heads or sheet.header
    lines = [_line(sheet, heads, row, by_row[(sheet.name, row.number)]) for row in rows]
    return Grid(sheet.name, tuple(Cell(sheet.columns[head], head, head) for head in heads), tuple(lines))


def _whole(sheet: Sheet, by_row: Mapping[tuple[str, int], list[Told]]) -> Grid:
    first = by_row.get((sheet.name, 1), ())
    header = [
        Cell(sheet.columns[head], head, head, _mark(first, sheet.columns[head])) for head in sheet.header
    ]
    lines = [
        _line(sheet, sheet.header, row, by_row.get((sheet.name, row.number), ()))
        for row in sheet.rows[:WHOLE]
    ]
    return Grid(sheet.name, tuple(header), tuple(lines), len(sheet.rows) > WHOLE)


def _line(sheet: Sheet, heads: Sequence[str], row: Row, said: Sequence[Told]) -> Line:
    cells = [
        Cell(
            sheet.columns[head],
            head,
            row.cells[head].text if head in row.cells else "",
            _mark(said, sheet.columns[head]),
        )
        for head in heads
    ]
    return Line(row.number, tuple(cells), tuple(said))


def _mark(said: Sequence[Told], letter: str) -> str:
    here = [one for one in said if one.column == letter]
    if not here:
        return ""
    return "cell-bad" if any(one.level in GROUPS["must"] for one in here) else "cell-doubt"
