"""A compiled mapping (what forms/mapping.py stores with a form version), made ready to read records with.

Pure. A mapping is used for its version's submissions for ever: a column retired since still takes their answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.households.columns import Column, find

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One question and the column that its answer goes to. `steps` lead there from the row's own record."""

    column: Column
    steps: Steps
    path: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a form asks of one table: a single row (`steps` empty), or the rows of the repeat at `steps`.

    `path` is the repeat's, or the closest group around all the questions.
    """

    table: str
    path: str
    steps: Steps
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class FormPlan:
    """What a form version writes. `kind` is household, facility or area; `by` entity or question; paths have no
    positions. `asked` names, for each table, the columns that the version asks."""

    kind: str
    by: str
    key: str
    create: bool
    area: str | None
    observed_at: str | None
    start: str | None
    end: str | None
    parts: tuple[Part, ...]
    asked: Mapping[str, frozenset[str]]
    repeats: frozenset[str]


def form_plan(mapping: Mapping[str, Any]) -> FormPlan:
    """The plan of a compiled mapping. Raises `LookupError` where it names a column that never was."""
    singles: dict[str, list[Slot]] = {}
    for entry in mapping.get("columns", ()):
        slot = _slot(entry, ())
        if not slot.column.virtual:
            singles.setdefault(entry["table"], []).append(slot)
    parts = [Part(table, _around(slots), (), tuple(slots)) for table, slots in singles.items()]
    parts += [_rows(entry) for entry in _flat(mapping.get("rows", ()))]
    asked: dict[str, frozenset[str]] = {}
    for part in parts:
        names = frozenset(slot.column.name for slot in part.slots)
        asked[part.table] = asked.get(part.table, frozenset()) | names
    key = mapping["key"]
    return FormPlan(
        kind=key["kind"],
        by=key["by"],
        key=key["path"],
        create=bool(key.get("create")),
        area=mapping.get("area"),
        observed_at=mapping.get("observed_at"),
        start=mapping.get("start"),
        end=mapping.get("end"),
        parts=tuple(parts),
        asked=asked,
        repeats=frozenset(part.table for part in parts if part.steps),
    )


def _flat(entries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Repeats in one list, those within others too: mappings of earlier versions hold these in their `rows`."""
    for entry in entries:
        yield entry
        yield from _flat(entry.get("rows", ()))


def _rows(entry: Mapping[str, Any]) -> Part:
    steps = steps_of(entry["path"])
    slots = [_slot({"table": entry["table"], **column}, steps) for column in entry["columns"]]
    return Part(entry["table"], entry["path"], steps, tuple(slots))


def _slot(entry: Mapping[str, Any], above: Steps) -> Slot:
    column = find(f"{entry['table']}.{entry['column']}")
    if column is None:
        raise LookupError(f"{entry['table']}.{entry['column']} is no column")
    steps = steps_of(entry["path"])
    return Slot(column, steps[len(above) :], entry["path"])


def _around(slots: list[Slot]) -> str:
    parents = [slot.path.split("/")[:-1] for slot in slots]
    shared = list(_shared(parents))
    return "/".join(shared)


def _shared(parents: list[list[str]]) -> Iterator[str]:
    for names in zip(*parents, strict=False):
        if len(set(names)) > 1:
            return
        yield names[0]


def steps_of(path: str) -> Steps:
    """The steps of a path below the root: ('member', 'age') of /data/member/age."""
    return tuple(path.split("/")[2:])
