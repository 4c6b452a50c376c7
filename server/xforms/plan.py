"""A form compiled once for the walks over its instances: nodes by name under their parent, each with its checks.

Pure lookup structure; the rules themselves are `checks.py`'s and `types.py`'s.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from . import types
from .model import Field, FormModel

if TYPE_CHECKING:
    from .types import Value

_MAX_STEPS = 10**15  # past it decimals have no exact remainder, and no thumb finds the step

META_NODES = frozenset(
    {
        "instanceID",
        "instanceName",
        "deprecatedID",
        "timeStart",
        "timeEnd",
        "deviceID",
        "userID",
        "email",
        "phoneNumber",
        "audit",
        "entity",
    }
)
"""Nodes that a client may add to `meta` unasked (specification, 'Metadata'; `deprecatedID` at an edit)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A range's limits as numbers, lower first; `step` is None where it is zero or no number."""

    low: Decimal
    high: Decimal
    start: Decimal
    step: Decimal | None


@dataclass(slots=True)
class PlanNode:
    """One node of the form with what its walkers and checks need, resolved beforehand."""

    name: str
    index: int
    field: Field | None
    is_leaf: bool
    is_repeat: bool
    children: dict[str, PlanNode] = dataclasses.field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    parse: Callable[[str], Value] | None = None
    choices: frozenset[str] | None = None
    multiple: bool = False
    ranked: bool = False
    list_file: str | None = None
    list_column: str = ""
    limits: Limits | None = None
    is_media: bool = False


@dataclass(slots=True)
class Plan:
    """A whole form's plan. `has_media`: some question takes a file."""

    root: PlanNode
    has_media: bool


def compile_plan(model: FormModel) -> Plan:
    """Lays a form out for walking. Linear in its fields and choices."""
    root = PlanNode(model.root, 0, None, is_leaf=False, is_repeat=False)
    by_path = {f"/{model.root}": root}
    names: dict[tuple[str, ...], frozenset[str]] = {}
    for one in model.fields():
        parent = by_path[one.path.rpartition("/")[0]]
        node = _node(one, len(parent.children), names)
        parent.children[one.name] = node
        by_path[one.path] = node
    if "meta" not in root.children:  # clients add it all the same
        root.allowed = frozenset({"meta"})
    return Plan(root, any(node.is_media for node in by_path.values()))


def _node(one: Field, index: int, names: dict[tuple[str, ...], frozenset[str]]) -> PlanNode:
    node = PlanNode(one.name, index, one, is_leaf=one.is_leaf, is_repeat=one.type == "repeat")
    if one.name == "meta" and not one.is_leaf:
        node.allowed = META_NODES
    elif one.path.endswith("/meta/entity"):
        node.allowed = frozenset({"label"})
    if not one.is_leaf:
        return node
    if one.type in types.CHECKED:
        node.parse = types.PARSERS[one.type]
    node.is_media = one.type == "binary" or one.path.endswith("/meta/audit")
    if one.control in ("select1", "select", "rank"):
        _choices(node, one, names)
    if one.range is not None:
        node.limits = _limits(one)
    return node


def _choices(node: PlanNode, one: Field, names: dict[tuple[str, ...], frozenset[str]]) -> None:
    node.multiple = one.control != "select1"
    node.ranked = one.control == "rank"
    if one.has_search:
        return
    if one.itemset is not None and one.itemset.file is not None:
        node.list_file, node.list_column = one.itemset.file, one.itemset.value_ref
    elif one.choices:
        key = tuple(choice.name for choice in one.choices)
        node.choices = names.setdefault(key, frozenset(key))


def _limits(one: Field) -> Limits | None:
    assert one.range is not None
    try:
        start, end = types.parse_decimal(one.range.start), types.parse_decimal(one.range.end)
    except types.TypeFault:
        return None  # an expression: the evaluator's
    try:
        step = abs(types.parse_decimal(one.range.step))
    except types.TypeFault:
        step = Decimal(0)
    if step and abs(end - start) / step > _MAX_STEPS:
        step = Decimal(0)
    return Limits(min(start, end), max(start, end), start, step or None)
