"""What paths of both kinds share: a path as it is shown to people, and one value of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .faults import EvaluationFault
from .state import At, Many, Run, State
from .tree import Axis, Origin, Path
from .values import Value

if TYPE_CHECKING:
    from ..plan import Row


def one_of(many: Many) -> Run:
    """One value of a node-set. Raises `EvaluationFault` (repeated)."""

    def run(st: State, row: Row, at: At | None) -> Value:
        values = many(st, row, at)
        if len(values) > 1:
            raise EvaluationFault("repeated")
        return values[0] if values else ""

    return run


def written(path: Path) -> str:
    """A path as it may be shown: without its predicates."""
    begin = {Origin.ROOT: "/", Origin.CONTEXT: "", Origin.CURRENT: "current()/"}.get(path.origin)
    if begin is None:
        begin = f"instance('{path.instance}')/"
    signs = {Axis.SELF: ".", Axis.PARENT: ".."}
    return begin + "/".join(
        signs.get(step.axis) or ("@" if step.axis is Axis.ATTRIBUTE else "") + step.name
        for step in path.steps
    )
