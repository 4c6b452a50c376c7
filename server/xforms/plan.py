"""A form laid out once for everything that walks its instances: each node has its place, each answer its slot.

The root and each repeat are a scope; a scope's rows hold the answers of its nodes in flat lists. Pure lookup structure:
the rules are `checks/`'s and `types.py`'s, expressions are `program.py`'s.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from . import types
from .model import Bind, Field, FormModel

if TYPE_CHECKING:
    from .types import Value
    from .values import Convert
    from .xpath.values import Value as XValue

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

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Limits:
    """A range's limits as numbers, lower first; `step` is None where it is zero or no number."""

    low: Decimal
    high: Decimal
    start: Decimal
    step: Decimal | None


@dataclass(slots=True, eq=False)
class Scope:
    """The root, or one repeat. `number` orders scopes, outer before inner; `slot` is where its rows lie in a row of the
    scope around it."""

    number: int
    parent: Scope | None
    depth: int
    slot: int = 0
    leaves: list[Place] = dataclasses.field(default_factory=list)
    guards: list[Place] = dataclasses.field(default_factory=list)
    inner: list[Scope] = dataclasses.field(default_factory=list)
    repeat: Place | None = None


@dataclass(slots=True, eq=False)
class Place:
    """One node of the form with what its walkers and checks need, resolved beforehand.

    `index` orders it among its siblings. `slot` is its answer's in rows of `scope`; `flag` its relevance's, where it has
    an expression of its own; `guard` the nearest such node from itself upwards. A repeat belongs to its own rows.
    """

    path: str
    name: str
    index: int
    field: Field | None
    parent: Place | None
    scope: Scope
    is_leaf: bool
    is_repeat: bool
    slot: int = NOWHERE
    flag: int = NOWHERE
    guard: Place | None = None
    children: dict[str, Place] = dataclasses.field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    parse: Callable[[str], Value] | None = None
    choices: frozenset[str] | None = None
    multiple: bool = False
    ranked: bool = False
    list_file: str | None = None
    list_column: str = ""
    limits: Limits | None = None
    is_media: bool = False
    convert: Convert | None = None
    """How an expression sees the answer; None where none reads it (the program's to say)."""

    @property
    def type(self) -> str:
        """The field's canonical type; 'structure' for the root."""
        return self.field.type if self.field is not None else "structure"

    @property
    def bind(self) -> Bind | None:
        """The field's bind, if it has one."""
        return self.field.bind if self.field is not None else None

    def names(self, text: str) -> Sequence[str]:
        """The choices that an answer to a select names."""
        return text.split() if self.multiple else (text.strip(),)

    def around(self) -> Place:
        """The group around a repeat, from which its count is read: at the repeat's own path, in the rows of its parent
        (JavaRosa's XFormParser.parseGroup). A form's root is in its own."""
        return (
            self
            if self.parent is None
            else dataclasses.replace(self, scope=self.parent.scope, is_repeat=False)
        )

    def attribute(self, name: str) -> Place:
        """An attribute of this node as the place of an expression: a step below it, with nothing inside."""
        return dataclasses.replace(
            self, path=f"{self.path}/@{name}", name=f"@{name}", parent=self, children={}
        )

    def chain(self) -> list[Place]:
        """From the root to this node."""
        up: list[Place] = []
        at: Place | None = self
        while at is not None:
            up.append(at)
            at = at.parent
        return up[::-1]

    def below(self) -> Iterator[Place]:
        """Everything inside, in document order."""
        for child in self.children.values():
            yield child
            yield from child.below()


@dataclass(slots=True)
class Plan:
    """A whole form's plan: all places by path, and the scopes, the root's first."""

    root: Place
    scopes: list[Scope]
    by_path: dict[str, Place]


class Row:
    """The answers of one scope's one instance: `values` of expressions by slot, `sent` the texts as they came (None where
    the node did not), `flags` of relevance, `rows` of inner repeats. `number` counts from 0 within its parent."""

    __slots__ = ("flags", "number", "rows", "sent", "up", "values")

    def __init__(self, scope: Scope, up: Row | None, number: int) -> None:
        count = len(scope.leaves)
        self.values: list[XValue] = [""] * count
        self.sent: list[str | None] = [None] * count
        self.flags: list[bool] = [True] * len(scope.guards)
        self.rows: list[list[Row]] = [[] for _ in scope.inner]
        self.up: Row = up if up is not None else self
        self.number = number


def is_relevant(place: Place, row: Row) -> bool:
    """Whether a place is relevant in a row of its scope. Where many rows are asked: `xpath.paths.relevance`."""
    guard = place.guard
    if guard is None:
        return True
    for _ in range(place.scope.depth - guard.scope.depth):
        row = row.up
    return row.flags[guard.flag]


def path_of(place: Place, row: Row) -> str:
    """A node's path in an instance: positions on repeats, always, from 1 (`/data/member[2]/age`)."""
    steps: list[str] = []
    at: Place | None = place
    while at is not None:
        if at.is_repeat:
            steps.append(f"{at.name}[{row.number + 1}]")
            row = row.up
        else:
            steps.append(at.name)
        at = at.parent
    return "/" + "/".join(reversed(steps))


def compile_plan(model: FormModel) -> Plan:
    """Lays a form out for walking. Linear in its fields and choices."""
    outer = Scope(0, None, 0)
    root = Place(f"/{model.root}", model.root, 0, None, None, outer, is_leaf=False, is_repeat=False)
    scopes = [outer]
    by_path = {root.path: root}
    names: dict[tuple[str, ...], frozenset[str]] = {}
    _guard(root, model)
    for one in model.fields():
        place = _place(one, by_path[one.path.rpartition("/")[0]], scopes)
        by_path[one.path] = place
        _guard(place, model)
        _rules(place, one, names)
    if "meta" not in root.children:  # clients add it all the same
        root.allowed = frozenset({"meta"})
    return Plan(root, scopes, by_path)


def _place(one: Field, parent: Place, scopes: list[Scope]) -> Place:
    scope = parent.scope
    is_repeat = one.type == "repeat"
    if is_repeat:
        inner = Scope(len(scopes), scope, scope.depth + 1, len(scope.inner))
        scope.inner.append(inner)
        scopes.append(inner)
        scope = inner
    index = len(parent.children)
    place = Place(one.path, one.name, index, one, parent, scope, is_leaf=one.is_leaf, is_repeat=is_repeat)
    if is_repeat:
        scope.repeat = place
    if place.is_leaf:
        place.slot = len(scope.leaves)
        scope.leaves.append(place)
    parent.children[one.name] = place
    return place


def _guard(place: Place, model: FormModel) -> None:
    bind = model.binds.get(place.path)
    if bind is not None and bind.relevant is not None:
        place.flag = len(place.scope.guards)
        place.scope.guards.append(place)
        place.guard = place
    elif place.parent is not None:
        place.guard = place.parent.guard


def _rules(place: Place, one: Field, names: dict[tuple[str, ...], frozenset[str]]) -> None:
    if one.name == "meta" and not one.is_leaf:
        place.allowed = META_NODES
    elif one.path.endswith("/meta/entity"):
        place.allowed = frozenset({"label"})
    if not one.is_leaf:
        return
    if one.type in types.CHECKED:
        place.parse = types.PARSERS[one.type]
    place.is_media = one.type == "binary" or one.path.endswith("/meta/audit")
    if one.control in ("select1", "select", "rank"):
        _choices(place, one, names)
    if one.range is not None:
        place.limits = _limits(one)


def _choices(place: Place, one: Field, names: dict[tuple[str, ...], frozenset[str]]) -> None:
    place.multiple = one.control != "select1"
    place.ranked = one.control == "rank"
    if one.has_search:
        return
    if one.itemset is not None and one.itemset.file is not None:
        place.list_file, place.list_column = one.itemset.file, one.itemset.value_ref
    elif one.choices:
        key = tuple(choice.name for choice in one.choices)
        place.choices = names.setdefault(key, frozenset(key))


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
