"""Paths: which nodes they mean, found at compile time, and closures that fetch their values.

A node that is not relevant is in no node-set. One value asked of several nodes is a fault, of none ''
(JavaRosa's XPathNodeset).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .compile import Code, Here, Notes, constant
from .faults import XPathFault
from .lists import column, instance_path
from .state import At, Many, Run
from .tree import Axis, Binary, Call, Expr, Origin, Path, Step, walk
from .values import Value, to_number
from .written import one_of, written

if TYPE_CHECKING:
    from ..plan import Place, Row, Scope
    from .compile import Compiler
    from .state import State

Rows = Callable[["State", "Row", "At | None"], "list[Row]"]
Keep = Callable[["State", "list[Row]", "Row", "At | None"], "list[Row]"]

STAYS = -1
NOTHING = "null"


@dataclass(frozen=True, slots=True)
class Expansion:
    """A step of a path that stands for all rows of a repeat: where they lie in the row above, and which of them count; or
    a filtered node that is no repeat (`slot` STAYS)."""

    slot: int
    keep: tuple[Keep, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One place that a path leads to: up from the row at hand, then through repeats. `attribute` of the node, if any."""

    place: Place
    climb: int
    expansions: tuple[Expansion, ...]
    attribute: str = ""
    from_original: bool = False


def compile_path(compiler: Compiler, path: Path, here: Here, notes: Notes) -> Code:
    """A path's one value, and its many. Raises `XPathFault` (unknown_reference, unknown_instance, unsupported)."""
    if path.origin is Origin.INSTANCE:
        return instance_path(compiler, path, here, notes)
    if path.origin is Origin.CONTEXT and here.items:
        return column(path, notes)
    if _is_nothing(path, here):
        return Code(constant("").run, lambda st, row, at: [], constant="")
    found = [_code(target) for target in targets(compiler, path, here, notes)]
    if len(found) == 1:
        return found[0]
    every = [code.many for code in found if code.many is not None]

    def many(st: State, row: Row, at: At | None) -> list[Value]:
        return [value for one in every for value in one(st, row, at)]

    return Code(one_of(many), many)


def _is_nothing(path: Path, here: Here) -> bool:
    """Whether a path is the bare word `null`, which published forms write for no answer: to a phone it is a node that is
    not there, and so ''."""
    return (
        path.origin is Origin.CONTEXT
        and path.steps == (Step(Axis.CHILD, NOTHING),)
        and NOTHING not in here.place.children
    )


# --- the primary instance -------------------------------------------------------------------------------------------


def targets(compiler: Compiler, path: Path, here: Here, notes: Notes) -> list[Target]:
    """The places that a path means: one, or several where it has a wildcard. Raises `XPathFault`."""
    steps = list(path.steps)
    if path.origin is Origin.ROOT:
        chain: list[Place] = []
        context = [] if here.items else here.place.chain()  # an item's path shares no step with the form's
    else:
        start = here.original if path.origin is Origin.CURRENT else here.place
        chain = start.chain()
        while steps and steps[0].axis in (Axis.SELF, Axis.PARENT) and not steps[0].predicates:
            if steps.pop(0).axis is Axis.PARENT:
                if len(chain) == 1:
                    raise XPathFault("unknown_reference", {"path": written(path)}, at=path.at)
                chain.pop()
        context = chain[:]
    found: list[tuple[list[Place], list[tuple[Expr, ...]], str]] = [(chain, [()] * len(chain), "")]
    for step in steps:
        found = [longer for one in found for longer in _step(compiler, one, step)]
    if not found or not found[0][0]:
        if path.origin is Origin.ROOT and not path.steps:
            found = [([compiler.plan.root], [()], "")]
        else:
            raise XPathFault("unknown_reference", {"path": written(path)}, at=path.at)
    from_original = path.origin is Origin.CURRENT and here.predicate
    return [
        _target(compiler, places, filters, context, attribute, here, notes, from_original)
        for places, filters, attribute in found
    ]


def _step(
    compiler: Compiler, so_far: tuple[list[Place], list[tuple[Expr, ...]], str], step: Step
) -> list[tuple[list[Place], list[tuple[Expr, ...]], str]]:
    places, filters, attribute = so_far
    if attribute:
        return []
    if step.axis is Axis.SELF:
        return [(places, [*filters[:-1], filters[-1] + step.predicates], "")] if places else []
    if step.axis is Axis.PARENT:
        return [(places[:-1], filters[:-1], "")] if len(places) > 1 else []
    if step.axis is Axis.ATTRIBUTE:
        return [(places, filters, step.name)] if places else []
    if not places:
        root = compiler.plan.root
        wanted = [root] if step.name in ("*", root.name) else []
    elif step.name == "*":
        wanted = list(places[-1].children.values())
    else:
        child = places[-1].children.get(step.name)
        wanted = [child] if child is not None else []
    return [([*places, one], [*filters, step.predicates], "") for one in wanted]


def _target(
    compiler: Compiler,
    places: list[Place],
    filters: list[tuple[Expr, ...]],
    context: list[Place],
    attribute: str,
    here: Here,
    notes: Notes,
    from_original: bool,
) -> Target:
    """Repeats shared with the context stay in the row at hand; those after it, and filtered ones, mean all rows."""
    pinned = 0
    while (
        pinned < len(places)
        and pinned < len(context)
        and places[pinned] is context[pinned]
        and not filters[pinned]
    ):
        pinned += 1
    anchor = places[pinned - 1].scope if pinned else compiler.plan.scopes[0]
    base = here.original if from_original else here.place
    expansions = []
    for place, predicates in zip(places[pinned:], filters[pinned:], strict=True):
        if place.is_repeat:
            keep = tuple(_keep(compiler, one, place, here, notes) for one in predicates)
            expansions.append(Expansion(place.scope.slot, keep))
            notes.places[place] = None
        elif predicates:  # one node, kept or not
            keep = tuple(_keep(compiler, one, place, here, notes) for one in predicates)
            expansions.append(Expansion(STAYS, keep))
    notes.places[places[-1]] = None
    if not here.predicate or here.items or from_original:
        notes.depth = max(notes.depth, anchor.depth)
    return Target(places[-1], base.scope.depth - anchor.depth, tuple(expansions), attribute, from_original)


def _keep(compiler: Compiler, predicate: Expr, repeat: Place, here: Here, notes: Notes) -> Keep:
    """A predicate over a repeat's rows. `[position() = …]` with a number that no candidate changes takes that row."""
    position = _wanted_position(predicate)
    if position is not None and not _reads_candidate(position):
        wanted = compiler.compile(position, here, notes).run

        def nth(st: State, rows: list[Row], row: Row, at: At | None) -> list[Row]:
            number = to_number(wanted(st, row, at))
            whole = int(number) if number == number and abs(number) < 1e9 else 0
            return [rows[whole - 1]] if 1 <= whole <= len(rows) and abs(number - whole) < 1e-12 else []

        return nth
    test = compiler.compile(predicate, Here(repeat, here.original, predicate=True), notes).run

    def filtered(st: State, rows: list[Row], row: Row, at: At | None) -> list[Row]:
        st.spend(len(rows))
        original = at.row if at is not None else row
        return [
            one for number, one in enumerate(rows, 1) if test(st, one, At(None, number, original)) is True
        ]

    return filtered


def _wanted_position(predicate: Expr) -> Expr | None:
    match predicate:
        case Binary("=", Call("position", ()), other) | Binary("=", other, Call("position", ())):
            return other
    return None


def _reads_candidate(expr: Expr) -> bool:
    """Whether a predicate's number may differ from candidate to candidate: it has a relative path or position()."""
    return any(
        (isinstance(one, Path) and one.origin in (Origin.CONTEXT, Origin.ROOT))
        or (isinstance(one, Call) and one.name == "position" and not one.args)
        for one in walk(expr)
    )


def _code(target: Target) -> Code:
    if target.attribute:
        return _attribute(target)
    if not target.expansions and not target.from_original:
        return Code(_single(target), _many(target))
    many = _many(target)
    return Code(one_of(many), many)


def _attribute(target: Target) -> Code:
    """Attributes of entity blocks, as they came."""
    rows, place, name = rows_of(target), target.place, target.attribute

    def many(st: State, row: Row, at: At | None) -> list[Value]:
        found = (st.attributes.get((place, one), {}).get(name) for one in rows(st, row, at))
        return [text for text in found if text is not None]

    return Code(one_of(many), many)


def _single(target: Target) -> Run:
    """The one node of a path that stays in the row at hand."""
    place, climb = target.place, target.climb
    if not place.is_leaf:
        return lambda st, row, at: ""
    slot, guard = place.slot, place.guard
    if guard is None:
        if climb == 0:
            return lambda st, row, at: row.values[slot]
        if climb == 1:
            return lambda st, row, at: row.up.values[slot]
    elif climb == 0 and guard.scope is place.scope:
        flag = guard.flag
        return lambda st, row, at: row.values[slot] if row.flags[flag] else ""
    elif climb == 1 and guard.scope is place.scope:
        flag = guard.flag
        return lambda st, row, at: row.up.values[slot] if row.up.flags[flag] else ""

    relevant = relevance(place)

    def run(st: State, row: Row, at: At | None) -> Value:
        for _ in range(climb):
            row = row.up
        return row.values[slot] if relevant(row) else ""

    return run


def relevance(place: Place) -> Callable[[Row], bool]:
    """Whether a place is relevant, of a row of its scope."""
    return _open(place.guard, place.scope) if place.guard is not None else lambda row: True


def relevance_around(place: Place) -> Callable[[Row], bool] | None:
    """Whether what stands around a place is relevant, of a row of the place's scope; None where it always is."""
    guard = place.parent.guard if place.parent is not None else None
    return _open(guard, place.scope) if guard is not None else None


def _open(guard: Place, scope: Scope) -> Callable[[Row], bool]:
    """Whether a guard lets through, of a row of a scope in it."""
    flag, climb = guard.flag, scope.depth - guard.scope.depth
    if climb == 0:
        return lambda row: row.flags[flag]

    def relevant(row: Row) -> bool:
        for _ in range(climb):
            row = row.up
        return row.flags[flag]

    return relevant


def rows_of(target: Target) -> Rows:
    """The rows of the target's scope in which it is relevant."""
    climb, expansions = target.climb, target.expansions
    relevant = relevance(target.place) if target.place.guard is not None else None
    from_original = target.from_original

    def rows(st: State, row: Row, at: At | None) -> list[Row]:
        start = at.row if from_original and at is not None else row
        for _ in range(climb):
            start = start.up
        found = [start]
        for one in expansions:
            if len(found) == 1:
                found = found[0].rows[one.slot] if one.slot != STAYS else found
                for keep in one.keep:
                    found = keep(st, found, row, at)
            else:
                longer = []
                for over in found:
                    inner = over.rows[one.slot] if one.slot != STAYS else [over]
                    for keep in one.keep:
                        inner = keep(st, inner, row, at)
                    longer.extend(inner)
                found = longer
        st.spend(len(found))
        return found if relevant is None else [one for one in found if relevant(one)]

    return rows


def _many(target: Target) -> Many:
    rows, place = rows_of(target), target.place
    if not place.is_leaf:
        return lambda st, row, at: [""] * len(rows(st, row, at))
    slot = place.slot
    return lambda st, row, at: [one.values[slot] for one in rows(st, row, at)]
