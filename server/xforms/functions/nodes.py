"""Functions of node-sets and repeats (specification, 'Node-set functions', 'Utility functions')."""

from __future__ import annotations

from ..plan import Place, Row
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.faults import XPathFault
from ..xpath.paths import relevance, rows_of, targets
from ..xpath.state import At, State
from ..xpath.tree import Axis, Call, Origin, Path, Step
from ..xpath.values import Value, java_int, to_int
from ..xpath.written import one_of
from .core import arity, builder, nodes


@builder("count")
def count(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 1, 1)
    values = nodes(compiler, call, 0, here, notes)
    return Code(lambda st, row, at: float(len(values(st, row, at))))


@builder("count-non-empty")
def count_non_empty(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Nodes with an answer; a group or a repeat counts where it holds nodes."""
    arity(call, 1, 1)
    values = nodes(compiler, call, 0, here, notes)
    path = call.args[0]
    holds = (
        isinstance(path, Path)
        and path.origin is not Origin.INSTANCE
        and not here.items
        and any(not one.place.is_leaf for one in targets(compiler, path, here, Notes()))
    )
    if holds:
        return Code(lambda st, row, at: float(len(values(st, row, at))))
    return Code(lambda st, row, at: float(sum(value != "" for value in values(st, row, at))))


@builder("position")
def position(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Without an argument the candidate's place in a predicate; of a path its first node's among its siblings."""
    arity(call, 0, 1)
    if not call.args:
        if here.predicate:
            return Code(lambda st, row, at: float(at.position))  # type: ignore[union-attr]  # predicates have one
        if here.place.is_repeat:
            notes.depth = max(notes.depth, here.place.scope.depth)
            return Code(lambda st, row, at: float(row.number + 1))
        return Code(lambda st, row, at: 1.0)
    path = call.args[0]
    if (
        not isinstance(path, Path)
        or path.origin is Origin.INSTANCE
        or (here.items and path.origin is Origin.CONTEXT)
    ):
        raise XPathFault("not_a_path", {"name": call.name}, at=call.at)
    found = targets(compiler, path, here, notes)
    if len(found) != 1:
        raise XPathFault("not_a_path", {"name": call.name}, at=call.at)
    rows, is_repeat = rows_of(found[0]), found[0].place.is_repeat

    def run(st: State, row: Row, at: At | None) -> Value:
        among = rows(st, row, at)
        if not among:
            return 0.0
        return float(among[0].number + 1) if is_repeat else 1.0

    return Code(run)


@builder("current")
def current(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 0, 0)
    return compiler.compile(Path(Origin.CURRENT, (Step(Axis.SELF),), at=call.at), here, notes)


@builder("instance")
def instance(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    raise XPathFault("not_nodes", {"name": call.name}, at=call.at)


@builder("indexed-repeat")
def indexed_repeat(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """The target's value in the numbered instance of a repeat (and of repeats around it); numbers below 1 mean 1."""
    if len(call.args) not in (3, 5, 7, 9, 11):
        raise XPathFault(
            "arguments", {"name": call.name, "given": len(call.args), "wanted": "3, 5, 7"}, at=call.at
        )
    asked = [call.args[0], *call.args[1::2]]
    paths = [one for one in asked if isinstance(one, Path)]
    if len(paths) != len(asked):
        raise XPathFault("not_a_path", {"name": call.name}, at=call.at)
    target = _place(compiler, paths[0], here, notes)
    chain = target.chain()
    wanted = {}
    for path, index in zip(paths[1:], call.args[2::2], strict=True):
        group = _place(compiler, path, here, notes)
        if group not in chain[:-1]:
            raise XPathFault("not_a_path", {"name": call.name}, at=call.at)
        wanted[group] = compiler.compile(index, here, notes).run
    home = [one for one in here.original.chain() if one.is_repeat]
    steps = []
    pinned = True
    for place in (one for one in chain if one.is_repeat):
        pinned = pinned and place in home
        steps.append((place.scope.slot, wanted.get(place), place.scope.depth if pinned else 0))
    notes.depth = max(notes.depth, here.place.scope.depth)
    notes.places[target] = None
    relevant, slot, is_leaf = relevance(target), target.slot, target.is_leaf
    depth = here.original.scope.depth

    def many(st: State, row: Row, at: At | None) -> list[Value]:
        start = at.row if at is not None else row
        found = [st.root]
        for rows_slot, index, own in steps:
            if index is not None:
                number = max(1, java_int(to_int(index(st, row, at))))
                found = [inner[number - 1] for one in found if len(inner := one.rows[rows_slot]) >= number]
            elif own:
                mine = start
                for _ in range(depth - own):
                    mine = mine.up
                found = [mine]
            else:
                found = [inner for one in found for inner in one.rows[rows_slot]]
        st.spend(len(found))
        return [one.values[slot] if is_leaf else "" for one in found if relevant(one)]

    return Code(one_of(many), many)


def _place(compiler: Compiler, path: Path, here: Here, notes: Notes) -> Place:
    place = targets(compiler, path, here, Notes())[0].place
    notes.places[place] = None
    return place
