"""One submission's XML read safely into a light tree, with what a server must know before it knows the form.

Knows no form model: `records.py` and `checks.py` lay the two beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from . import safexml
from .entities import EntityBlock, read_block
from .errors import InstanceError

MAX_BYTES = 10 * 1024 * 1024
MAX_NODES = 400_000

_ORX_VERSION = "{http://openrosa.org/xforms}version"


class Node:
    """An element: local name, text (of leaves), children. Attributes are kept for the root and entity blocks alone.

    Names are local: clients put the root, or `meta`, in a namespace or in none, and mean the same.
    """

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(
        self, name: str, text: str, children: list[Node], attributes: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.text = text
        self.children = children
        self.attributes = attributes

    def child(self, name: str) -> Node | None:
        """The first child of a name."""
        return next((one for one in self.children if one.name == name), None)

    def __repr__(self) -> str:  # without the text: a log line must not hold an answer
        return f"<Node {self.name} with {len(self.children)} children>"


@dataclass(frozen=True, slots=True)
class Encryption:
    """The envelope of an encrypted submission (specification, 'Encryption'): names of files and the wrapped key."""

    key: str
    xml_file: str
    media_files: tuple[str, ...]
    signature: str | None


@dataclass(frozen=True, slots=True)
class Instance:
    """A submission as sent. `version` is '' where the root names none; ids are None where meta lacks them."""

    root: Node
    form_id: str
    version: str
    instance_id: str | None
    deprecated_id: str | None
    instance_name: str | None
    entities: tuple[EntityBlock, ...]
    encryption: Encryption | None

    @property
    def encrypted(self) -> bool:
        return self.encryption is not None


def parse_instance(
    xml: bytes,
    *,
    max_depth: int = safexml.MAX_DEPTH,
    max_bytes: int = MAX_BYTES,
    max_nodes: int = MAX_NODES,
) -> Instance:
    """Reads a submission's XML. No DTD, no entities, no network; bytes, elements and depth are bounded.

    Raises `InstanceError` with the keys empty, malformed, encoding, characters, dtd, too_large, too_deep, no_form_id.
    A missing instanceID is None here: whether that is refused is the server's rule.
    """
    element = safexml.parse(xml, InstanceError, max_bytes=max_bytes, max_nodes=max_nodes)
    root = _node(element, 1, max_depth)
    root.attributes = attributes = {str(name): str(value) for name, value in element.attrib.items()}
    form_id = attributes.get("id", "").strip()
    if not form_id:
        raise InstanceError("no_form_id")
    meta = root.child("meta")
    encryption = _encryption(root) if attributes.get("encrypted") == "yes" else None
    return Instance(
        root,
        form_id,
        attributes.get("version", attributes.get(_ORX_VERSION, "")),
        _words(meta, "instanceID") or _words(root, "instanceID"),
        _words(meta, "deprecatedID"),
        _words(meta, "instanceName"),
        tuple(read_block(node, path) for node, path in _entity_nodes(root, f"/{root.name}")),
        encryption,
    )


def _node(element: etree._Element, depth: int, max_depth: int) -> Node:
    if depth > max_depth:
        raise InstanceError("too_deep", {"limit": max_depth})
    tag: str = element.tag
    if tag[0] == "{":
        tag = tag.rpartition("}")[2]
    children = [_node(child, depth + 1, max_depth) for child in element]
    node = Node(tag, "" if children else element.text or "", children)
    if tag == "entity":
        node.attributes = {str(name): str(value) for name, value in element.attrib.items()}
    return node


def _entity_nodes(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    for child in node.children:
        if child.children or child.name == "entity":
            here = f"{path}/{child.name}"
            if child.name == "entity" and node.name == "meta":
                yield child, here
            else:
                yield from _entity_nodes(child, here)


def _encryption(root: Node) -> Encryption:
    files: list[str] = []
    for media in root.children:
        if media.name == "media":
            files.extend(one.text.strip() for one in media.children if one.name == "file")
    return Encryption(
        _words(root, "base64EncryptedKey") or "",
        _words(root, "encryptedXmlFile") or "",
        tuple(name for name in files if name),
        _words(root, "base64EncryptedElementSignature"),
    )


def _words(node: Node | None, name: str) -> str | None:
    child = node.child(name) if node is not None else None
    return (child.text.strip() or None) if child is not None else None


def text_at(instance: Instance, path: str) -> str:
    """The text at a path outside repeats (`/data/meta/timeEnd`); '' where the node did not come."""
    node: Node | None = instance.root
    for name in path.split("/")[2:]:
        node = node.child(name) if node is not None else None
    return node.text.strip() if node is not None else ""
