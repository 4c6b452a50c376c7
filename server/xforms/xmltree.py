"""A submission's XML as a tree to look at, change and write again: for what is shown or edited as XML, not as answers.

Read by the parser that took it at first, so that whatever was accepted can be read back. Names are local, as in `instance.py`.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from . import safexml
from .errors import InstanceError
from .instance import MAX_BYTES, MAX_NODES

Element: TypeAlias = etree._Element


def read(xml: bytes) -> Element:
    """The root. Comments and processing instructions are gone, so that every child is an element; CDATA is text.

    Raises `InstanceError` with the keys of `parse_instance` but no_form_id; depth is libxml2's own bound of 256.
    """
    return safexml.parse(xml, InstanceError, max_bytes=MAX_BYTES, max_nodes=MAX_NODES)


def write(root: Element) -> bytes:
    """The tree as UTF-8 with its declaration, however it was encoded when it came."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def name(element: Element) -> str:
    """Its name without a namespace."""
    return safexml.local(element.tag)


def text(element: Element) -> str:
    """The answer that it holds, as it came: what stands between elements is none."""
    return "" if len(element) else element.text or ""


def named(parent: Element, wanted: str) -> list[Element]:
    """The children of a name, in order."""
    return [one for one in parent if name(one) == wanted]


def child(parent: Element, wanted: str, number: int = 1) -> Element | None:
    """One child of a name, counted from 1."""
    same = named(parent, wanted)
    return same[number - 1] if len(same) >= number else None


def new(wanted: str, beside: Element) -> Element:
    """An element in the namespace of another, standing nowhere yet."""
    space = safexml.namespace(beside.tag)
    return etree.Element(f"{{{space}}}{wanted}" if space else wanted)


def fill(element: Element, words: str) -> None:
    """Make `words` all that it holds; its attributes stay."""
    del element[:]
    element.text = words
