"""Reads secondary instances and the choice lists that selects take from them.

Knows items and itext; leaves filters to the evaluator and lists outside the form to whoever has them.
"""

from __future__ import annotations

import re

from lxml import etree

from .errors import FormError
from .model import Choice, Itemset, SecondaryInstance
from .safexml import line_of, local
from .schema import strip_prefixes
from .tables import of_element
from .text import NO_TEXT, Text, file_name, literal
from .words import ITEXT_NODE, Words, children, content, first

# randomize( instance('id')/root/item[filter], seed ): the list itself is the instance and the steps before a filter.
_NODESET = re.compile(
    r"\s*(?:randomize\(\s*)?instance\(\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)((?:\s*/\s*[\w.\-:]+)+)\s*(\[)?"
)


class Lists:
    """The secondary instances of one form. A list shared by many questions is read once."""

    def __init__(self, model: etree._Element, words: Words) -> None:
        self._words = words
        self._elements: dict[str, etree._Element] = {}
        self._read: dict[tuple[str, str, str, str], tuple[Choice, ...]] = {}
        self.instances: dict[str, SecondaryInstance] = {}
        for index, element in enumerate(children(model, "instance")):
            id_ = element.get("id")
            if index == 0 or not id_:
                continue  # the first one is the primary instance
            src = element.get("src")
            inside = next(iter(element), None) if src is None else None
            table = of_element(inside) if inside is not None else None
            self.instances[id_] = SecondaryInstance(id_, src, file_name(src) if src else None, table)
            self._elements[id_] = element

    def choices_of(self, control: etree._Element) -> tuple[tuple[Choice, ...], Itemset | None]:
        """The choices of a select or rank: its items, or those of its itemset where they stand in the form."""
        items = tuple(self._item(item) for item in children(control, "item"))
        element = first(control, "itemset")
        if element is None:
            return items, None
        itemset = self._itemset(element)
        return items + self._listed(itemset), itemset

    def _item(self, item: etree._Element) -> Choice:
        value, label = first(item, "value"), first(item, "label")
        if label is None:
            raise FormError("choice_without_label", line=line_of(item))
        return Choice(content(value) if value is not None else "", self._words.of(label))

    def _itemset(self, element: etree._Element) -> Itemset:
        nodeset = (element.get("nodeset") or "").strip()
        value, label = first(element, "value"), first(element, "label")
        value_ref = (value.get("ref") or "name").strip() if value is not None else "name"
        label_ref = (label.get("ref") or "label").strip() if label is not None else "label"
        match = _NODESET.match(nodeset)
        if match is None:
            return Itemset(nodeset, value_ref, label_ref, filtered="[" in nodeset)
        instance = match[1] if match[1] is not None else match[2]
        known = self.instances.get(instance)
        return Itemset(
            nodeset, value_ref, label_ref, instance, known.file if known else None, match[4] is not None
        )

    def _listed(self, itemset: Itemset) -> tuple[Choice, ...]:
        known = self.instances.get(itemset.instance or "")
        if known is None or known.src is not None or itemset.instance is None:
            return ()
        match = _NODESET.match(itemset.nodeset)
        steps = re.sub(r"\s", "", match[3]) if match else ""
        key = (itemset.instance, steps, itemset.value_ref, itemset.label_ref)
        if key not in self._read:
            self._read[key] = tuple(
                self._row(item, itemset) for item in self._at(self._elements[itemset.instance], steps)
            )
        return self._read[key]

    def _at(self, element: etree._Element, steps: str) -> list[etree._Element]:
        found = [element]
        for step in strip_prefixes(steps).strip("/").split("/"):
            found = [child for parent in found for child in children(parent, step)]
        return found

    def _row(self, item: etree._Element, itemset: Itemset) -> Choice:
        columns = {local(str(child.tag)): child for child in item}
        value = columns.get(strip_prefixes(itemset.value_ref))
        label_node = ITEXT_NODE.match(itemset.label_ref)
        label_name = label_node[1] if label_node else strip_prefixes(itemset.label_ref)
        label = columns.get(label_name)
        return Choice(
            content(value) if value is not None else "",
            self._label(label, by_id=label_node is not None),
            {
                name: content(child)
                for name, child in columns.items()
                if child is not value and child is not label
            },
        )

    def _label(self, element: etree._Element | None, *, by_id: bool) -> Text:
        if element is None:
            return NO_TEXT
        return self._words.text(content(element)) if by_id else literal(content(element))
