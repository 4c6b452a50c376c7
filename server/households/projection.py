"""From a record of answers to rows of the monitoring tables: a pure function, the same at receipt and at a rebuild.

An answer that is no value of its column's type is left out: ingest has found it and holds the submission back, or a
person has let it pass. Knows no database; sealing protected values is the writer's.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.households.codes import BOOLEAN
from server.households.columns import Column
from server.households.mapping import FormPlan, Part, Slot, Steps
from server.xforms import types


@dataclass(frozen=True, slots=True)
class Row:
    """One row to write. `values` holds every column that the form version asks of the table, None where not answered.

    Values are plain: int, float, bool, str, date, a list of codes, or [lat, lon, altitude, accuracy] of a point.
    `path` has positions on repeats. `empty`: it was asked, for its nodes came, and nothing was answered; no row is written.
    """

    table: str
    path: str
    values: Mapping[str, Any]
    empty: bool = False

    @property
    def answered(self) -> list[str]:
        """The columns that were answered, in the form's order."""
        return [name for name, value in self.values.items() if value is not None]


def project(plan: FormPlan, record: Mapping[str, Any]) -> list[Row]:
    """The rows that a record writes, one where at least one of the columns was answered; and an `empty` one of each table,
    but repeats, that was asked in vain. Phones leave out what is not relevant: of which nothing came was not asked."""
    rows: list[Row] = []
    for part in plan.parts:
        for path, answers in _records(record, part.steps, part.path):
            row = _row(part, path, answers)
            if row is not None:
                rows.append(row)
    return rows


def misfits(
    plan: FormPlan, record: Mapping[str, Any], looked_at: Container[str]
) -> Iterator[tuple[str, Column]]:
    """Answers that are no value of their column, each by its path (with positions): they write nothing. Only those of the
    questions `looked_at` (paths without positions)."""
    for part in plan.parts:
        slots = [slot for slot in part.slots if slot.path in looked_at]
        for path, answers in _records(record, part.steps, part.path) if slots else ():
            for slot in slots:
                text = text_at(answers, slot.steps)
                if text is None or not text.strip() or text.strip() == NOT_A_NUMBER:
                    continue
                try:
                    convert(slot, text)
                except ValueError:
                    yield "/".join((path, *slot.steps)) if part.steps else slot.path, slot.column


NOT_A_NUMBER = "NaN"
"""What a phone works out of a number that was not answered: no answer."""


def _records(record: Mapping[str, Any], steps: Steps, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each record of a repeat with its path, positions from 1; the record itself where there are no steps."""
    if not steps:
        yield path, record
        return
    root = path.split("/")[1]
    yield from _below(record, steps, f"/{root}")


def _below(record: Mapping[str, Any], steps: Steps, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not steps:
        yield path, record
        return
    value = record.get(steps[0])
    if isinstance(value, list):
        for position, row in enumerate(value, 1):
            if isinstance(row, dict):
                yield from _below(row, steps[1:], f"{path}/{steps[0]}[{position}]")
    elif isinstance(value, dict):
        yield from _below(value, steps[1:], f"{path}/{steps[0]}")


def _row(part: Part, path: str, answers: Mapping[str, Any]) -> Row | None:
    values: dict[str, Any] = {}
    answered = came = False
    for slot in part.slots:
        text = text_at(answers, slot.steps)
        name = slot.column.name
        came = came or text is not None
        if text is None or not text.strip():
            values.setdefault(name, None)
            continue
        try:
            value = convert(slot, text)
        except ValueError:
            values.setdefault(name, None)
            continue
        answered = True
        if value is not None or name not in values:
            values[name] = value
    return Row(part.table, path, values, not answered) if answered or (came and not part.steps) else None


def text_at(record: Mapping[str, Any], steps: Steps) -> str | None:
    """The text of a leaf, None where nothing came there."""
    value: Any = record
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value if isinstance(value, str) else None


def convert(slot: Slot, text: str) -> Any:
    """An answer as its column's value; None where it says 'not known'. Raises `ValueError` where it is none."""
    return _CONVERT[slot.column.type](slot.column, text.strip())


def _integer(column: Column, text: str) -> int:
    number = types.parse_decimal(text)  # a calculation may write 3.0
    if number != number.to_integral_value() or abs(number) > 2**31 - 1:
        raise ValueError(column.full_name)
    return int(number)


def _yes_no(column: Column, text: str) -> bool | None:
    return BOOLEAN[text] if text in BOOLEAN else types.parse_boolean(text)


def _code(column: Column, text: str) -> str:
    if text not in (column.codes or ()):
        raise ValueError(column.full_name)
    return text


def _codes(column: Column, text: str) -> list[str]:
    found = text.split()
    if any(code not in (column.codes or ()) for code in found):
        raise ValueError(column.full_name)
    return list(dict.fromkeys(found))


def _day(column: Column, text: str) -> date:
    day, _, _ = text.partition("T")
    return types.parse_date(day)


def _point(column: Column, text: str) -> list[float | None]:
    point = types.parse_geopoint(text)
    return [point.lat, point.lon, point.altitude, point.accuracy]


def _text(column: Column, text: str) -> str:
    return text


_CONVERT: Mapping[str, Callable[[Column, str], Any]] = {
    "i": _integer,
    "d": lambda column, text: float(types.parse_decimal(text)),
    "b": _yes_no,
    "t": _text,
    "c": _code,
    "l": _codes,
    "p": lambda column, text: types.parse_file_name(text),
    "g": _point,
    "date": _day,
}
