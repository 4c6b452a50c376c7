"""Where things stand in a spreadsheet: from a row, a heading or a node's path to the cell. Never a guess.

Reads the workbook alone; what a cell means is questions/sheet.py's.
"""

from __future__ import annotations

import re

from server.forms.workbook import Place, Row, Sheet, Workbook

REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+?)\s*\}")
"""`${name}`, as pyxform reads it."""

_BEGIN = re.compile(r"begin[ _](?:group|repeat|loop|lgroup|looped group)\b.*", re.IGNORECASE)
_END = re.compile(r"end[ _](?:group|repeat|loop|lgroup|looped group)\b.*", re.IGNORECASE)

_SAME: dict[str, frozenset[str]] = {
    "name": frozenset({"name", "tag", "value"}),
    "type": frozenset({"type", "command"}),
    "label": frozenset({"label", "caption"}),
    "list_name": frozenset({"list_name", "dataset"}),
    "save_to": frozenset({"save_to", "bind::entities:saveto"}),
    "calculation": frozenset({"calculation", "calculate", "bind::calculate"}),
    "relevant": frozenset({"relevant", "relevance", "bind::relevant"}),
    "constraint": frozenset({"constraint", "bind::constraint"}),
    "required": frozenset({"required", "bind::required"}),
    "read_only": frozenset({"read_only", "readonly", "bind::readonly"}),
    "repeat_count": frozenset({"repeat_count", "count", "jr:count"}),
    "parameters": frozenset({"parameters"}),
    "label_entity": frozenset({"label"}),
}
"""Headings that mean the same column."""


def _plain(header: str) -> str:
    return re.sub(r"[ -]+", "_", header.strip().lower())


def header_place(sheet: Sheet, row: int | None, column: str) -> Place | None:
    """The cell of a row under a heading, as written or under another of its names; None where it is not the only one."""
    if column in sheet.columns:
        return sheet.place(row, column)
    wanted = _plain(column)
    names = next(
        (same for key, same in _SAME.items() if wanted == key or wanted in same), frozenset({wanted})
    )
    candidates = [header for header in sheet.header if _plain(header) in names]
    if not candidates:
        candidates = [header for header in sheet.header if _plain(header.split("::")[0]) in names]
    return sheet.place(row, candidates[0]) if len(candidates) == 1 else None


def row_place(sheet: Sheet, row: Row | int) -> Place:
    """A row as a whole."""
    return Place(sheet.name, row.number if isinstance(row, Row) else row)


class Places:
    """From the paths of a form's nodes to the rows of its survey sheet, and on to cells."""

    def __init__(self, book: Workbook, root: str) -> None:
        self._book = book
        self._rows: dict[str, Row] = {}
        self._choices: dict[tuple[str, str], int] | None = None
        self._sheet = book.survey
        stack = [f"/{root}"]
        for row in self._sheet.rows if self._sheet else ():
            kind = " ".join(row.text("type", "command").split())
            name = row.text("name", "tag", "value") or kind
            if _END.fullmatch(kind):
                if len(stack) > 1:
                    stack.pop()
                continue
            path = f"{stack[-1]}/{name}"
            self._rows.setdefault(path, row)
            if _BEGIN.fullmatch(kind):
                stack.append(path)

    def row(self, path: str) -> Row | None:
        """The survey row that makes the node."""
        return self._rows.get(path)

    def at(self, path: str, *headers: str) -> Place | None:
        """The node's cell under the first of `headers` that the row has filled, else its row, else None."""
        row = self._rows.get(path)
        if row is None or self._sheet is None:
            return None
        for header in headers:
            place = header_place(self._sheet, row.number, header)
            if place and place.header in row.cells:
                return place
        return row_place(self._sheet, row)

    def choice(self, list_name: str, name: str) -> Place | None:
        """The `name` cell of a choice."""
        sheet = self._book.sheets.get("choices")
        if sheet is None:
            return None
        if self._choices is None:
            self._choices = {}
            for row in sheet.rows:
                key = (row.text("list_name", "list name"), row.text("name", "value"))
                self._choices.setdefault(key, row.number)
        number = self._choices.get((list_name, name))
        return header_place(sheet, number, "name") if number is not None else None

    def list_of(self, path: str) -> str:
        """The name of the choice list that a select's row names; empty where it is none."""
        row = self._rows.get(path)
        parts = row.text("type", "command").split() if row else []
        return parts[1] if len(parts) > 1 else ""

    def setting(self, name: str) -> Place | None:
        """A setting's cell, or the settings sheet, or None."""
        sheet = self._book.sheets.get("settings")
        if sheet is None:
            return None
        return header_place(sheet, sheet.rows[0].number if sheet.rows else 1, name) or Place(sheet.name)

    def sets(self, *names: str) -> bool:
        """Whether the sheet settings has a value under one of these headings."""
        sheet = self._book.sheets.get("settings")
        rows = sheet.rows[:1] if sheet is not None else []
        return any(_plain(header) in names for row in rows for header in row.cells)

    def entity(self, dataset: str, header: str) -> Place | None:
        """A cell of the entities sheet's row for a dataset."""
        sheet = self._book.sheets.get("entities")
        for row in sheet.rows if sheet else ():
            if sheet and row.text("list_name", "dataset", "list name") == dataset:
                return header_place(sheet, row.number, header) or row_place(sheet, row)
        return None
