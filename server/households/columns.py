"""The catalogue: what a spreadsheet may write to, read from the models of tables/.

The one thing that the forms room may know of the monitoring database. Pure: no session, no form.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from server.households.codes import BOOLEAN, CODES
from server.households.tables import TABLES

Type = Literal["i", "d", "b", "t", "c", "l", "p", "g", "date", "key", "area", "when"]
"""integer, decimal, yes/no, text, one code, list of codes, photo, point, day; and of the virtual columns: a subject's
UUID, an area's code, a date or dateTime."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a question can be mapped to. `codes` are those accepted (of `b`: yes, no, unknown, refused).

    `virtual` columns are no columns of a table: they say whose the answers are, where and when. `repeated`: the
    table takes rows of a repeat (`bind::hh:table`), and no column of it stands outside one. `retired` refuses new
    mappings.
    """

    table: str
    name: str
    type: Type
    codes: tuple[str, ...] | None
    protected: bool
    unit: str | None
    comment: str
    retired: bool = False
    virtual: bool = False
    repeated: bool = False

    @property
    def full_name(self) -> str:
        """`water.source`, as spreadsheets write it."""
        return f"{self.table}.{self.name}"


@cache
def catalogue() -> Mapping[str, Column]:
    """Every column by its full name, virtual and retired ones included."""
    columns = {column.full_name: column for column in _VIRTUAL}
    for table in TABLES.values():
        for physical in table.history.columns:
            info = physical.info
            if "type" not in info:
                continue
            codes = (
                tuple(BOOLEAN) if info["type"] == "b" else CODES[info["codes"]] if "codes" in info else None
            )
            column = Column(
                table=table.name,
                name=physical.name,
                type=info["type"],
                codes=codes,
                protected=bool(info.get("protected")),
                unit=info.get("unit"),
                comment=info["comment"],
                retired=bool(info.get("retired")),
                repeated=table.repeated,
            )
            columns[column.full_name] = column
    return columns


def find(full_name: str) -> Column | None:
    """The column of that name, or None; `suggest` then says what may have been meant."""
    return catalogue().get(full_name)


def tables() -> Mapping[str, bool]:
    """Every table that can be mapped to, and whether it takes the rows of a repeat."""
    return {table.name: table.repeated for table in TABLES.values()}


def suggest(full_name: str) -> str | None:
    """The nearest right name of a wrong column name: `water.sorce` -> `water.source`; None where nothing is near."""
    names = [name for name, column in catalogue().items() if not column.retired]
    wanted = full_name.strip().lower()
    if wanted in names:
        return wanted
    table, _, name = wanted.partition(".")
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)
    if near:
        return near[0]
    elsewhere = [n for n in names if n.partition(".")[2] == (name or table)]
    if len(elsewhere) == 1:
        return elsewhere[0]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    return near[0] if near else None


def suggest_table(name: str) -> str | None:
    """The nearest right name of a wrong table name."""
    near = difflib.get_close_matches(name.strip().lower(), list(TABLES), n=1, cutoff=0.6)
    return near[0] if near else None


def suggest_code(column: Column, code: str) -> str | None:
    """The nearest code that the column accepts."""
    near = difflib.get_close_matches(code.strip().lower(), column.codes or (), n=1, cutoff=0.6)
    return near[0] if near else None


def _virtual(table: str, name: str, type_: Type, comment: str) -> Column:
    return Column(table, name, type_, None, protected=False, unit=None, comment=comment, virtual=True)


_VIRTUAL = (
    _virtual("household", "id", "key", "The household's UUID: which household the answers are about"),
    _virtual("facility", "id", "key", "The facility's UUID: which facility the answers are about"),
    _virtual("area", "code", "area", "The area's code: which area the answers are about"),
    _virtual("household", "area", "area", "Code of the area that the household lies in"),
    _virtual("facility", "area", "area", "Code of the area that the facility lies in"),
    _virtual("visit", "observed_at", "when", "When it was so; else the form's end, start or receipt"),
)
