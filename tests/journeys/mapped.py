"""What a form's XML says should stand in the tables, read from its binds and the submission alone: nothing of the product's own mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

HH = "{urn:fieldfare:household}"
XFORMS = "{http://www.w3.org/2002/xforms}"
NOT_COLUMNS = {
    "household.id", "household.area", "facility.id", "facility.area", "area.code", "visit.observed_at",
}  # fmt: skip
"""Mappings that say whose the answers are, where and when: they are no columns."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A form's mapped questions: path -> `table.column`, and the repeats that are rows: path -> table."""

    columns: Mapping[str, str]
    repeats: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """A row that must stand: its table, its place in the submission, and the text of every mapped column ('' unanswered)."""

    table: str
    path: str
    texts: Mapping[str, str]


def mapping_of(xform: bytes) -> Mapped:
    """The mapping that the binds of an XForm carry."""
    columns: dict[str, str] = {}
    repeats: dict[str, str] = {}
    for bind in etree.fromstring(xform).iter(f"{XFORMS}bind"):
        path = str(bind.get("nodeset"))
        if (column := bind.get(f"{HH}column")) and column not in NOT_COLUMNS:
            columns[path] = column
        if table := bind.get(f"{HH}table"):
            repeats[path] = table
    return Mapped(columns, repeats)


def expected_rows(mapping: Mapped, xml: bytes) -> Iterator[ExpectedRow]:
    """The rows that a submission must write: one of each table with an answer, one of each repetition with one; of an
    enrolment that was refused, which is nobody's, the visit alone."""
    root = etree.fromstring(xml)
    ours = any(writes(element) for element in root.iter() if etree.QName(element).localname == "entity")
    singles: dict[str, dict[str, str]] = {}
    for path, column in mapping.columns.items():
        if any(path.startswith(f"{repeat}/") for repeat in mapping.repeats):
            continue
        table, _, name = column.partition(".")
        text = _text(root, path.split("/")[2:])
        row = singles.setdefault(table, {})
        row[name] = text or row.get(name, "")
    for table, texts in singles.items():
        if any(texts.values()) and (ours or table == "visit"):
            yield ExpectedRow(table, "", texts)
    for repeat, table in mapping.repeats.items() if ours else ():
        yield from _repeated(root, repeat, table, mapping)


def writes(entity: etree._Element) -> bool:
    """Whether an entity block creates or updates (its condition held)."""
    return any(entity.get(act, "") in ("1", "true") for act in ("create", "update"))


def _repeated(root: etree._Element, repeat: str, table: str, mapping: Mapped) -> Iterator[ExpectedRow]:
    inside = {path: column for path, column in mapping.columns.items() if path.startswith(f"{repeat}/")}
    *above, name = repeat.split("/")[2:]
    parent = _find(root, above)
    if parent is None:
        return
    repetitions = [child for child in parent if etree.QName(child).localname == name]
    for position, element in enumerate(repetitions, 1):
        texts = {
            column.partition(".")[2]: _text(element, path.removeprefix(f"{repeat}/").split("/"))
            for path, column in inside.items()
        }
        if any(texts.values()):
            yield ExpectedRow(table, f"{repeat}[{position}]", texts)


def _find(element: etree._Element, steps: list[str]) -> etree._Element | None:
    for step in steps:
        found = next((child for child in element if etree.QName(child).localname == step), None)
        if found is None:
            return None
        element = found
    return element


def _text(element: etree._Element, steps: list[str]) -> str:
    found = _find(element, steps)
    return "" if found is None else (found.text or "").strip()


def typed(kind: str, text: str) -> Any:
    """An answer as a column of that kind gives it over REST; None where it was not given or not known."""
    if not text:
        return None
    match kind:
        case "i":
            return int(Decimal(text))
        case "d":
            return float(text)
        case "b":
            return {"yes": True, "no": False}.get(text)
        case "l":
            return text.split()
        case "g":
            return [float(number) for number in text.split()]
        case "date":
            return text[:10]
        case _:
            return text
