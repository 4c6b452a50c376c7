"""Entity blocks: what a form declares (ODK entities specification, 2022.1 to 2025.1) and what an instance carries.

Reads and matches; whether an entity exists, may be changed or is in conflict is for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .model import Action, Bind, EntityDecl, Field, FormModel
from .records import Record, steps_of
from .schema import Skeleton

if TYPE_CHECKING:
    from .instance import Instance, Node

_TRUE = ("1", "true")


@dataclass(frozen=True, slots=True)
class EntityBlock:
    """A `meta/entity` of an instance, as sent: nothing is normalised but `create` and `update`.

    `path` has no positions: which of its steps are repeats only the form knows (`saved_entities` says it). `label` is
    None where the block has none, which in an update means: keep the old one.
    """

    path: str
    dataset: str
    id: str
    create: bool
    update: bool
    base_version: str | None = None
    trunk_version: str | None = None
    branch_id: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SavedEntity:
    """One entity that an instance writes: its block at its place, and the properties saved to it.

    `path` has positions on repeats (`/data/tree[2]/meta/entity`). `properties` holds only what the instance has: a
    node left out (non-relevant) changes nothing, an empty one empties its property. `sources` names each property's
    field path.
    """

    path: str
    block: EntityBlock
    properties: Mapping[str, str] = field(default_factory=dict, hash=False)
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)


def declarations(
    root: Skeleton,
    binds: Mapping[str, Bind],
    fields: Mapping[str, Field],
    actions: Iterable[Action],
    version: str,
) -> tuple[EntityDecl, ...]:
    """The form's entity blocks. What is not calculated is set by an action or written in the block (as an XPath
    literal, then). Each saveto belongs to the block of the closest node around it."""
    scopes = dict(_scopes(root, f"/{root.name}"))
    saveto: dict[str, dict[str, str]] = {scope: {} for scope in scopes}
    for path in fields:
        bind = binds.get(path)
        if bind is None or not bind.saveto:
            continue
        scope = path
        while scope and scope not in scopes:
            scope = scope.rpartition("/")[0]
        if scope:
            saveto[scope][path] = bind.saveto
    sources = {action.ref: action.value for action in actions if action.kind == "setvalue" and action.value}
    sources.update({path: bind.calculate for path, bind in binds.items() if bind.calculate})
    return tuple(
        _declaration(scope, node, sources, fields, version, saveto[scope]) for scope, node in scopes.items()
    )


def _scopes(node: Skeleton, path: str) -> Iterator[tuple[str, Skeleton]]:
    meta = node.children.get("meta")
    if meta is not None and (entity := meta.children.get("entity")) is not None:
        yield path, entity
    for child in node.children.values():
        yield from _scopes(child, f"{path}/{child.name}")


def _declaration(
    scope: str,
    node: Skeleton,
    sources: Mapping[str, str],
    fields: Mapping[str, Field],
    version: str,
    saveto: Mapping[str, str],
) -> EntityDecl:
    path = f"{scope}/meta/entity"

    def source(name: str) -> str | None:
        written = node.attributes.get(name)
        return sources.get(f"{path}/@{name}") or (f"'{written}'" if written else written)

    around = fields.get(scope)
    return EntityDecl(
        path=path,
        scope=scope,
        dataset=(node.attributes.get("dataset") or "").strip(),
        create=source("create"),
        update=source("update"),
        id=source("id"),
        label=sources.get(f"{path}/label", "" if "label" in node.children else None),
        base_version=source("baseVersion"),
        trunk_version=source("trunkVersion"),
        branch_id=source("branchId"),
        version=version,
        repeat=scope if around is not None and around.type == "repeat" else None,
        saveto=dict(saveto),
    )


def read_block(node: Node, path: str) -> EntityBlock:
    """The block of an instance's `entity` node at a path without positions."""
    attributes = node.attributes or {}
    label = next((child.text for child in node.children if child.name == "label"), None)
    return EntityBlock(
        path,
        attributes.get("dataset", "").strip(),
        attributes.get("id", "").strip(),
        attributes.get("create", "").strip() in _TRUE,
        attributes.get("update", "").strip() in _TRUE,
        attributes.get("baseVersion"),
        attributes.get("trunkVersion"),
        attributes.get("branchId"),
        label,
    )


def saved_entities(model: FormModel, instance: Instance, record: Record) -> list[SavedEntity]:
    """Each entity block that the form declares and the instance carries, with the properties of its own row.

    `record` is `record(model, instance)`. Blocks that the form does not declare write nothing.
    """
    found = []
    for decl in model.declared:
        for path, node, answers in _rows(
            model, instance.root, record, steps_of(decl.scope), f"/{model.root}"
        ):
            meta = node.child("meta")
            entity = meta.child("entity") if meta is not None else None
            if entity is None:
                continue
            properties, sources = {}, {}
            for field_path, name in decl.saveto.items():
                value = _leaf(answers, steps_of(field_path)[len(steps_of(decl.scope)) :])
                if value is not None:
                    properties[name] = value
                    sources[name] = field_path
            block = read_block(entity, decl.path)
            found.append(SavedEntity(f"{path}/meta/entity", block, properties, sources))
    return found


def _rows(
    model: FormModel, node: Node, answers: Record, steps: tuple[str, ...], path: str
) -> Iterator[tuple[str, Node, Record]]:
    """Every instance of a scope with its answers, in document order; rows of repeats counted from 1."""
    if not steps:
        yield path, node, answers
        return
    name, rest = steps[0], steps[1:]
    value = answers.get(name)
    nodes = [child for child in node.children if child.name == name]
    if isinstance(value, dict) and nodes:
        yield from _rows(model, nodes[0], value, rest, f"{path}/{name}")
    elif isinstance(value, list):
        for index, (child, row) in enumerate(zip(nodes, value, strict=False), start=1):
            yield from _rows(model, child, row, rest, f"{path}/{name}[{index}]")


def _leaf(answers: Record, steps: tuple[str, ...]) -> str | None:
    value: object = answers
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value if isinstance(value, str) else None
