"""Looks whether phones can read a choice list (.csv) as it is. Says so in words; never changes a byte.

Knows no form: which columns a form reads is given by the caller.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from server.forms.notices import Level, Notice, listed

_BOM = b"\xef\xbb\xbf"
_SEPARATORS = {";": ";", "\t": "tab", "|": "|"}
_MOST_RAGGED = 5
_OTHER_KINDS = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
)
"""How workbooks, archives, pictures and documents begin, whatever their name says."""


class Key(NamedTuple):
    """A column that answers hold, the columns of its labels, and whether questions filter the list wherever they use it."""

    column: str
    labels: frozenset[str] = frozenset()
    filtered: bool = False

    def told_by(self, header: Sequence[str]) -> list[int]:
        """Where the columns stand that tell rows apart: its own and, in a filtered list, all that are no label: the same name
        may stand once in each district."""
        return [
            index
            for index, one in enumerate(header)
            if one == self.column or (self.filtered and one.partition("::")[0] not in self.labels)
        ]


def look(
    name: str, data: bytes, columns: Collection[str] = (), keys: Collection[Key] = ()
) -> tuple[Notice, ...]:
    """What there is to say of a list's bytes; errors where phones would read it wrongly. `columns` are those the form reads,
    `keys` those among them that answers hold."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return (Notice(Level.ERROR, "csv.utf16", args={"name": name}),)
    if data.startswith(_OTHER_KINDS) or b"\x00" in data or data.removeprefix(_BOM).lstrip().startswith(b"<"):
        return (Notice(Level.ERROR, "csv.no_table", args={"name": name}),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return (Notice(Level.ERROR, "csv.encoding", args={"name": name}),)
    notices = [Notice(Level.NOTE, "csv.bom", args={"name": name})] if data.startswith(_BOM) else []
    notices.extend(_table(name, text, columns, keys))
    return tuple(notices)


def rows(data: bytes) -> Iterator[dict[str, str]]:
    """The rows of a list that `look` found no error in, by column."""
    return csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), restval="")


def _table(name: str, text: str, columns: Collection[str], keys: Collection[Key]) -> Iterator[Notice]:
    records = csv.reader(io.StringIO(text, newline=""))
    header = next(records, [])
    if not any(cell.strip() for cell in header):
        yield Notice(Level.ERROR, "csv.empty", args={"name": name})
        return
    if len(header) == 1:
        for separator, words in _SEPARATORS.items():
            if separator in header[0]:
                yield Notice(Level.ERROR, "csv.separator", args={"name": name, "found": words})
                return
    twice = list(dict.fromkeys(cell for cell in header if cell and header.count(cell) > 1))
    if twice:
        yield from (Notice(Level.ERROR, "csv.duplicate", args={"name": name, "column": one}) for one in twice)
        return
    for column in columns:
        if column not in header:
            yield Notice(Level.WARNING, "csv.no_column", args={"name": name, "column": column})
    ragged = 0
    seen = {
        header.index(key.column): _Seen(key.column, key.told_by(header))
        for key in keys
        if key.column in header
    }
    try:
        for record in records:
            if record and len(record) != len(header) and ragged < _MOST_RAGGED:
                args = {"line": records.line_num, "got": len(record), "expected": len(header)}
                yield Notice(Level.WARNING, "csv.ragged", args={"name": name, **args})
                ragged += 1
            for index, one in seen.items():
                if index < len(record):
                    one.add(record[index].strip(), record)
    except csv.Error:
        yield Notice(Level.ERROR, "csv.broken", args={"name": name, "line": records.line_num})
        return
    for one in seen.values():
        if one.again:
            told = {"name": name, "column": one.column, "names": listed(one.again)}
            yield Notice(Level.WARNING, "csv.same_name", args={**told, "count": len(one.again)})


@dataclass(slots=True)
class _Seen:
    """The rows of a column by what tells them apart, and the values that came again, in order."""

    column: str
    told_by: Sequence[int]
    all: set[tuple[str, ...]] = field(default_factory=set)
    again: dict[str, None] = field(default_factory=dict)

    def add(self, value: str, record: Sequence[str]) -> None:
        row = tuple(record[index].strip() for index in self.told_by if index < len(record))
        if value and row in self.all:
            self.again[value] = None
        self.all.add(row)
