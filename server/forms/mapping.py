"""Compiles what a form writes to the monitoring tables, and checks it against the catalogue (docs/forms.md).

A pure function from a form's model to the mapping stored with its version for ever; every error at its cell with the nearest
right name. Knows no submission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.forms.notices import Level, Notice, nearest
from server.forms.questions import PROTECTS
from server.forms.references import assigned, shown
from server.forms.workbook.places import Places
from server.households import columns as catalogue
from server.households.columns import Column
from server.xforms.model import EntityDecl, Field, FormModel

NAMESPACE = "urn:fieldfare:household"
"""What the settings sheet declares for the prefix `hh`."""

COLUMN, TABLE, PROTECT = (f"{{{NAMESPACE}}}{name}" for name in ("column", "table", "protect"))

LISTS = {"households": "household", "facilities": "facility"}
"""Entity lists whose entities are subjects of the monitoring tables."""

_KEYS = {"household.id": "household", "facility.id": "facility", "area.code": "area"}
_BY_SERVER = frozenset({
    "household_id", "facility_id", "project_id", "area_id", "observed_at", "observed_offset", "recorded_at", "superseded_at",
    "submission", "submission_id", "form_version_id", "seq", "started", "ended", "path", "merged_from",
})  # fmt: skip
_BY_SERVER_IN: Mapping[str, frozenset[str]] = {
    "household": frozenset(
        {"uuid", "code", "confirmed", "created_by", "merged_into", "dwelling_lat", "dwelling_lon"}
    ),
    "visit": frozenset({"form", "version", "distance", "phone", "point_lat", "point_lon"}),
    "need": frozenset({"request", "met_on"}),
    "facility": frozenset({"uuid", "code", "confirmed", "created_by", "point_lat", "point_lon"}),
}
"""Columns that exist and take no answers: the server writes them. The first stand in every table."""

_FACILITY_TABLES = frozenset({"facility", "inspection", "facility_issue"})
_POINTS = frozenset({"geopoint", "geotrace", "geoshape"})
_NO = frozenset({"", "no", "false", "false()", "0"})

_TYPES: Mapping[str, frozenset[str]] = {
    "i": frozenset({"int"}),
    "d": frozenset({"decimal", "int"}),
    "b": frozenset({"select1"}),
    "t": frozenset({"string", "barcode", "select1"}),
    "c": frozenset({"select1"}),
    "l": frozenset({"select"}),
    "p": frozenset({"binary"}),
    "g": frozenset({"geopoint"}),
    "date": frozenset({"date"}),
    "key": frozenset({"string", "select1", "barcode"}),
    "area": frozenset({"string", "select1", "barcode"}),
    "when": frozenset({"date", "dateTime"}),
}
"""Types of questions that fit a column's; a calculation fits all but photos."""

_EXPECTED = {
    "i": "a whole number (integer)",
    "d": "a number (decimal or integer)",
    "b": "yes or no (select_one)",
    "t": "text",
    "c": "one code (select_one)",
    "l": "codes (select_multiple)",
    "p": "a photo (image)",
    "g": "a point (geopoint)",
    "date": "a day (date)",
    "key": "the id of one of a list (select_one_from_file)",
    "area": "an area's code (select_one_from_file areas.csv)",
    "when": "a day or a time (date or dateTime)",
}
_SPOKEN = {
    "int": "integer",
    "string": "text",
    "select1": "select_one",
    "select": "select_multiple",
    "binary": "a file",
    "structure": "a group",
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A form's mapping (core of `FormVersion.mapping`; None: writes to no table), protected paths, and what is wrong."""

    mapping: dict[str, Any] | None
    protected: tuple[str, ...]
    household_form: bool
    notices: tuple[Notice, ...]
    asked: tuple[tuple[str, str, str], ...] = ()
    """(table, column, path) of every physical column that the version asks."""


@dataclass(slots=True)
class _Compiler:
    model: FormModel
    places: Places | None
    notices: list[Notice] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    key_words: list[str] = field(default_factory=list)
    virtual: dict[str, str] = field(default_factory=dict)
    columns: list[dict[str, str]] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: dict[tuple[str, str], str] = field(default_factory=dict)
    mapped: list[tuple[Field, Column]] = field(default_factory=list)
    protected: list[str] = field(default_factory=list)

    def error(self, one: Field, header: str, code: str, **args: str | int) -> None:
        """An error at a field's cell."""
        place = self.places.at(one.path, header) if self.places else None
        self.notices.append(Notice(Level.ERROR, code, place, args, one.path))


def compile_mapping(model: FormModel, places: Places | None = None) -> Compiled:
    """The mapping of a form, compiled and checked. `places` finds the cells of a spreadsheet; without it paths are named."""
    work = _Compiler(model, places)
    _entity_keys(work)
    for one in model.fields():
        if TABLE in one.extra:
            _table(work, one, one.extra[TABLE].strip())
    for one in model.fields():
        if COLUMN in one.extra:
            _column(work, one, one.extra[COLUMN].strip())
        if PROTECT in one.extra:
            _protect(work, one, one.extra[PROTECT].strip().lower())
    kind = _kind(work)
    household_form = kind == "household" or any(word.startswith("household") for word in work.key_words)
    if household_form:
        work.protected += [one.path for one in model.fields() if one.type in _POINTS]
    protected = tuple(dict.fromkeys([*work.protected, *_copies(work)]))
    if kind is None:
        return Compiled(None, protected, household_form, tuple(work.notices))
    return Compiled(_mapping(work), protected, household_form, tuple(work.notices), _asked(work))


# --- whose the answers are ------------------------------------------------------------------------------------------


def _entity_keys(work: _Compiler) -> None:
    """The entity blocks of households and facilities are keys."""
    by_list: dict[str, list[EntityDecl]] = {}
    for one in work.model.entities():
        if one.dataset in LISTS:
            by_list.setdefault(one.dataset, []).append(one)
    for dataset, blocks in by_list.items():
        if len(blocks) > 1 or blocks[0].repeat is not None:
            place = work.places.entity(dataset, "list_name") if work.places else None
            args: dict[str, str | int] = {"dataset": dataset, "count": len(blocks)}
            work.notices.append(Notice(Level.ERROR, "map.entity_many", place, args, blocks[0].path))
        block = blocks[0]
        key = {"kind": LISTS[dataset], "by": "entity", "path": block.path, "create": block.create is not None}
        work.keys.append(key)
        work.key_words.append(dataset)


def _kind(work: _Compiler) -> str | None:
    """What the form is about: household, facility or area; None where it writes to no table, or with errors."""
    if not work.keys:
        if work.mapped or work.rows:
            place = None
            first = work.mapped[0][0] if work.mapped else None
            if first is not None and work.places:
                place = work.places.at(first.path, "bind::hh:column")
            work.notices.append(Notice(Level.ERROR, "map.no_key", place, path=first.path if first else None))
        return None
    if len(work.keys) > 1:
        place = None
        question = next((key for key in reversed(work.keys) if key["by"] == "question"), None)
        if question is not None and work.places:
            place = work.places.at(question["path"], "bind::hh:column")
        elif work.places:
            place = work.places.entity(work.key_words[-1], "list_name")
        work.notices.append(Notice(Level.ERROR, "map.two_keys", place, {"keys": ", ".join(work.key_words)}))
        return None
    kind = str(work.keys[0]["kind"])
    for one, column in work.mapped:
        needs = _subject(column)
        if needs is not None and needs != kind:
            work.error(
                one, "bind::hh:column", "map.wrong_key", column=column.full_name, needs=needs, kind=kind
            )
    return kind


def _subject(column: Column) -> str | None:
    """Whose a column is; None where it fits every form (the key itself, the time)."""
    if column.full_name in _KEYS or column.type == "when":
        return None
    if column.virtual:
        return column.table
    return "facility" if column.table in _FACILITY_TABLES else "household"


# --- questions ------------------------------------------------------------------------------------------------------


def _table(work: _Compiler, one: Field, name: str) -> None:
    """`bind::hh:table` on a repeat."""
    header = "bind::hh:table"
    known = catalogue.tables()
    if one.type != "repeat":
        work.error(one, header, "map.table_not_repeat")
    elif name not in known:
        near = catalogue.suggest_table(name)
        many = ", ".join(table for table, repeated in known.items() if repeated)
        if near:
            work.error(one, header, "map.table_unknown_near", table=name, near=near)
        else:
            work.error(one, header, "map.table_unknown", table=name, known=many)
    elif not known[name]:
        many = ", ".join(table for table, repeated in known.items() if repeated)
        work.error(one, header, "map.table_single", table=name, known=many)
    else:
        work.tables[one.path] = name
        work.rows[one.path] = {"table": name, "path": one.path, "columns": []}


def _column(work: _Compiler, one: Field, name: str) -> None:
    """`bind::hh:column` on a question."""
    column = catalogue.find(name)
    if column is None:
        _unknown(work, one, name)
        return
    if column.retired:
        work.error(one, "bind::hh:column", "map.column_retired", column=name)
        return
    if not one.is_leaf:
        work.error(one, "bind::hh:column", "map.on_group", column=name)
        return
    if not (
        _fits_type(work, one, column) and _fits_codes(work, one, column) and _fits_place(work, one, column)
    ):
        return
    table_path = one.repeats[-1] if one.repeats else ""
    other = work.used.setdefault((table_path, name), one.path)
    if other != one.path:
        work.error(one, "bind::hh:column", "map.twice", column=name, other=other.rpartition("/")[2])
        return
    work.mapped.append((one, column))
    if column.protected:
        work.protected.append(one.path)
    if name in _KEYS:
        work.keys.append({"kind": _KEYS[name], "by": "question", "path": one.path, "create": False})
        work.key_words.append(name)
    elif column.virtual:
        work.virtual[name] = one.path
    elif table_path:
        work.rows[table_path]["columns"].append({"column": column.name, "path": one.path})
    else:
        work.columns.append({"table": column.table, "column": column.name, "path": one.path})


def _unknown(work: _Compiler, one: Field, name: str) -> None:
    table, dot, column = name.partition(".")
    header = "bind::hh:column"
    if not dot or not table or not column:
        work.error(one, header, "map.form", value=name)
        return
    of_table = [
        known for known in catalogue.catalogue().values() if known.table == table and not known.retired
    ]
    if not of_table:
        near_table = catalogue.suggest_table(table)
        if near_table:
            work.error(one, header, "map.table_unknown_near", table=table, near=near_table)
        else:
            work.error(one, header, "map.table_unknown", table=table, known=", ".join(catalogue.tables()))
        return
    if column in _BY_SERVER or column in _BY_SERVER_IN.get(table, ()):
        work.error(one, header, "map.column_closed", column=name)
    elif near := nearest(column, (known.name for known in of_table)):
        work.error(one, header, "map.column_unknown_near", table=table, column=column, near=near)
    else:
        known_names = ", ".join(known.name for known in of_table)
        work.error(one, header, "map.column_unknown", table=table, column=column, known=known_names)


def _is_calculation(one: Field) -> bool:
    return one.control is None and one.bind is not None and bool(one.bind.calculate)


def _fits_type(work: _Compiler, one: Field, column: Column) -> bool:
    fits = one.type in _TYPES[column.type]
    if column.type == "p":
        fits = fits and (one.media_type or "").startswith("image/")
    elif not fits and (_is_calculation(one) or (one.control is None and column.type in ("t", "key", "area"))):
        fits = True  # its result is checked as the column's type
    if not fits:
        spoken = _SPOKEN.get(one.type, one.type)
        work.error(
            one,
            "bind::hh:column",
            "map.type",
            column=column.full_name,
            expected=_EXPECTED[column.type],
            type=spoken,
        )
    return fits


def _fits_codes(work: _Compiler, one: Field, column: Column) -> bool:
    """A coded column accepts exactly its list's codes; a form's list may be a part of it."""
    if column.codes is None or one.type not in ("select1", "select"):
        return True
    if one.has_search or (one.itemset is not None and (one.itemset.external or one.itemset.instance is None)):
        work.error(one, "bind::hh:column", "map.codes_outside", column=column.full_name)
        return False
    unknown = [choice.name for choice in one.choices if choice.name not in column.codes]
    for name in unknown:
        near = catalogue.suggest_code(column, name)
        place = work.places.choice(work.places.list_of(one.path), name) if work.places else None
        if place is None and work.places:
            place = work.places.at(one.path, "bind::hh:column")
        args = {"column": column.full_name, "name": name}
        if near:
            notice = Notice(Level.ERROR, "map.code_unknown_near", place, {**args, "near": near}, one.path)
        else:
            known = ", ".join(column.codes)
            notice = Notice(Level.ERROR, "map.code_unknown", place, {**args, "known": known}, one.path)
        work.notices.append(notice)
    return not unknown


def _fits_place(work: _Compiler, one: Field, column: Column) -> bool:
    """Inside a mapped repeat stand that table's columns; outside stand those of single rows."""
    header, name = "bind::hh:column", column.full_name
    if not one.repeats:
        if column.repeated:
            work.error(one, header, "map.row_outside", column=name, table=column.table)
            return False
        return True
    if name in _KEYS or column.virtual:
        work.error(one, header, "map.key_place")
        return False
    table = work.tables.get(one.repeats[-1])
    if table is None:
        repeat = work.model.field(one.repeats[-1])
        if repeat is None or TABLE not in repeat.extra:  # a wrong one is told at the repeat
            code = "map.repeat_table" if column.repeated else "map.repeat_column"
            work.error(one, header, code, column=name, table=column.table)
        return False
    if table != column.table:
        work.error(one, header, "map.row_table", column=name, table=table)
        return False
    return True


def _protect(work: _Compiler, one: Field, value: str) -> None:
    if value in PROTECTS:
        inside = f"{one.path}/"
        work.protected += [
            leaf.path for leaf in work.model.fields() if leaf.path == one.path or leaf.path.startswith(inside)
        ]
    elif value not in _NO:
        work.error(one, "bind::hh:protect", "map.protect_value", value=value)


def _copies(work: _Compiler) -> list[str]:
    """Calculations that show a protected answer are protected like it; a mapped one follows its column."""
    sources = assigned(work.model)
    shows = {
        path: {named for expression in expressions for named in shown(expression, path)}
        for path, expressions in sources.items()
        if (one := work.model.field(path)) is not None and one.is_leaf and COLUMN not in one.extra
    }
    hidden = set(work.protected)
    found: list[str] = []
    more = True
    while more:
        more = False
        for path, named in shows.items():
            if path not in hidden and not named.isdisjoint(hidden):
                hidden.add(path)
                found.append(path)
                more = True
    return found


# --- what is stored -------------------------------------------------------------------------------------------------


def _mapping(work: _Compiler) -> dict[str, Any]:
    key = work.keys[0]
    kind = key["kind"]
    area = key["path"] if kind == "area" else work.virtual.get(f"{kind}.area")
    return {
        "key": key,
        "area": area,
        "observed_at": work.virtual.get("visit.observed_at"),
        "end": work.model.preload("timestamp", "end"),
        "start": work.model.preload("timestamp", "start"),
        "columns": work.columns,
        "rows": list(work.rows.values()),
    }


def _asked(work: _Compiler) -> tuple[tuple[str, str, str], ...]:
    single = [(one["table"], one["column"], one["path"]) for one in work.columns]
    many = [
        (row["table"], one["column"], one["path"]) for row in work.rows.values() for one in row["columns"]
    ]
    return tuple(single + many)
