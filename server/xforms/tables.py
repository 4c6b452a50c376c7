"""Secondary instances as tables: lists inside the form, and the CSV, XML and GeoJSON files beside it.

Rows are shared shapes (names once, values many), looked up through an index by column. Knows no expression.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lxml import etree

from . import safexml
from .errors import FormError
from .xpath.values import to_number

Shape = Mapping[str, int]
Key = Callable[[str], str | float]
"""What an index is by: the text itself, or the number that it is."""


class Item:
    """One element of a list: its columns' texts, and the elements inside it that have columns of their own."""

    __slots__ = ("_shape", "inside", "text", "values")

    def __init__(
        self, shape: Shape, values: Sequence[str], text: str = "", inside: dict[str, list[Item]] | None = None
    ) -> None:
        self._shape = shape
        self.values = values
        self.text = text
        self.inside = inside

    def get(self, name: str) -> str | None:
        """A column's text, '' where it is empty; None where the list has no such column."""
        at = self._shape.get(name)
        return self.values[at] if at is not None else None

    def elements(self, name: str) -> list[Item]:
        """The elements of a name, a column among them."""
        found = self.inside.get(name) if self.inside else None
        if found is not None:
            return found
        text = self.get(name)
        return [] if text is None else [Item({}, (), text)]

    def columns(self) -> dict[str, str]:
        """All columns by name."""
        return {name: self.values[at] for name, at in self._shape.items()}


class Table:
    """A secondary instance. Indexes are made at the first lookup by a column and kept as long as the table is."""

    def __init__(self, root_name: str, root: Item) -> None:
        self.root_name = root_name
        self.root = root
        self._indexes: dict[tuple[tuple[str, ...], str, Key], dict[str | float, list[Item]]] = {}

    def items(self, steps: tuple[str, ...]) -> list[Item]:
        """The elements at names below the instance: ('root', 'item')."""
        if not steps or steps[0] not in (self.root_name, "*"):
            return []
        found = [self.root]
        for name in steps[1:]:
            if len(found) == 1:
                found = found[0].elements(name)
            else:
                found = [one for item in found for one in item.elements(name)]
        return found

    def where(self, steps: tuple[str, ...], column: str, value: str) -> list[Item]:
        """The elements whose column has exactly this text."""
        return self._index(steps, column, str).get(value, [])

    def where_number(self, steps: tuple[str, ...], column: str, value: float) -> list[Item]:
        """The elements whose column is this number, however it is written."""
        return self._index(steps, column, to_number).get(value, [])

    def _index(self, steps: tuple[str, ...], column: str, key: Key) -> dict[str | float, list[Item]]:
        """The elements by what their column's text is to `key`; without those that have no column, or no number in it."""
        made = self._indexes.get((steps, column, key))
        if made is not None:
            return made
        index: dict[str | float, list[Item]] = {}
        for item in self.items(steps):
            text = item.get(column)
            if text is not None and (one := key(text)) == one:
                index.setdefault(one, []).append(item)
        self._indexes[steps, column, key] = index  # whole: another thread may look it up at once
        return index


def of_element(element: etree._Element) -> Table:
    """An `<instance>`'s child, or the root of an attached XML."""
    return Table(safexml.local(str(element.tag)), _item(element, {}))


def of_xml(content: bytes) -> Table:
    """An attached XML file. Raises `FormError` where it is not well-formed."""
    return of_element(safexml.parse(content, FormError, max_bytes=100_000_000, max_nodes=20_000_000))


def of_csv(content: bytes) -> Table:
    """An attached CSV, as JavaRosa reads it: `/root/item` with a column each; UTF-8 with or without BOM."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
    header = next(rows, [])
    return of_rows(header, rows)


def of_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of `/root/item`."""
    shape = {name: at for at, name in enumerate(header)}
    width = len(header)
    items = [
        Item(shape, tuple(row) if len(row) == width else (*row[:width], *[""] * (width - len(row))))
        for row in rows
        if row
    ]
    return Table("root", Item({}, (), "", {"item": items}))


def of_geojson(content: bytes) -> Table:
    """An attached GeoJSON FeatureCollection: a row a feature, `geometry` in ODK's text, properties, `id`."""
    try:
        features = json.loads(content)["features"]
        rows = [_feature(one) for one in features]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FormError("malformed") from None
    names = list(dict.fromkeys(name for row in rows for name in row))
    return of_rows(names, [[row.get(name, "") for name in names] for row in rows])


def _feature(feature: Any) -> dict[str, str]:
    """Of any JSON: a wrong shape raises what `of_geojson` catches."""
    row = {"geometry": _geometry(feature["geometry"])}
    properties = feature.get("properties") or {}
    row |= {str(name): _scalar(value) for name, value in properties.items()}
    if "id" in feature:
        row["id"] = _scalar(feature["id"])
    return row


def _scalar(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _geometry(geometry: Any) -> str:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Point":
        coordinates = [coordinates]
    elif geometry["type"] == "Polygon":
        coordinates = coordinates[0]
    return "; ".join(f"{one[1]} {one[0]} 0 0" for one in coordinates)


def _item(element: etree._Element, shapes: dict[tuple[str, ...], Shape]) -> Item:
    names: list[str] = []
    values: list[str] = []
    inside: dict[str, list[Item]] = {}
    for child in element:
        name = safexml.local(str(child.tag))
        if len(child):
            inside.setdefault(name, []).append(_item(child, shapes))
        elif name in inside:
            inside[name].append(_item(child, shapes))
        elif name in names:
            inside[name] = [Item({}, (), values[names.index(name)]), _item(child, shapes)]
        else:
            names.append(name)
            values.append(child.text or "")
    for attribute, value in element.attrib.items():
        names.append(f"@{safexml.local(str(attribute))}")
        values.append(str(value))
    key = tuple(names)
    shape = shapes.setdefault(key, {name: at for at, name in enumerate(key)})
    return Item(shape, tuple(values), (element.text or "") if not len(element) else "", inside or None)
