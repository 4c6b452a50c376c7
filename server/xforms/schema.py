"""A form's fields in the shape of ODK Central's `…/fields`, which pyodk, ruODK and OData clients read.

Knows nothing but a skeleton of names and the typed binds. Facts from central-backend's `lib/data/schema.js`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

_PREFIX = re.compile(r"(^|/)[^:/]+:([^/]+)")


@dataclass(slots=True)
class Skeleton:
    """One name under its parent in the primary instance, same-named siblings (repeat rows, templates) merged.

    `tag` is as written, with its prefix (`orx:meta`), which binds are matched by.
    """

    tag: str
    name: str
    children: dict[str, Skeleton] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    default: str = ""


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One row of Central's fields. `type` is the bind's as declared, structure, repeat or unknown."""

    path: str
    name: str
    type: str
    binary: bool | None = None
    selectMultiple: bool | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "path": self.path,
            "name": self.name,
            "type": self.type,
            "binary": self.binary,
            "selectMultiple": self.selectMultiple,
        }


def strip_prefixes(path: str) -> str:
    """`/data/meta/instanceID` of `/data/orx:meta/orx:instanceID`."""
    return _PREFIX.sub(r"\1\2", path) if ":" in path else path


def central_fields(
    root: Skeleton, types: Mapping[str, str], repeats: Set[str], multiples: Set[str]
) -> tuple[SchemaField, ...]:
    """Central's depth-first list. `types`: binds with a type, by nodeset as written; the sets hold stripped paths.

    A node is what its typed bind says; without one a structure where it has children, else 'unknown'. Nothing is
    listed below a typed bind.
    """
    return tuple(_below(root, f"/{root.tag}", "", types, repeats, multiples))


def _below(
    node: Skeleton, binding: str, path: str, types: Mapping[str, str], repeats: Set[str], multiples: Set[str]
) -> Iterator[SchemaField]:
    for child in node.children.values():
        bound = f"{binding}/{child.tag}"
        here = f"{path}/{child.name}"
        stripped = strip_prefixes(bound)
        if stripped in repeats:
            type_ = "repeat"
        elif bound in types:
            type_ = types[bound]
        elif child.children or here.endswith("/meta/entity"):
            type_ = "structure"
        else:
            type_ = "unknown"
        binary = True if type_ == "binary" or here == "/meta/audit" else None
        yield SchemaField(here, child.name, type_, binary, True if stripped in multiples else None)
        if type_ in ("repeat", "structure"):
            yield from _below(child, bound, here, types, repeats, multiples)
