"""What is wrong with a form's logic before anyone fills it in: for whoever designs it.

Faults and cycles make a form unusable; the rest is likely a mistake. Small questions are answered by trying: every
combination of the values that an expression can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from .errors import Message, Scalar
from .plan import Row
from .program import CALCULATE, CONSTRAINT, COUNT, RELEVANT, Logic, Program, dependencies
from .xpath.faults import EvaluationFault, OverBudget
from .xpath.state import State
from .xpath.tree import Binary, Call, Expr, Number, Path, String, walk
from .xpath.values import EPOCH, Value, to_boolean

if TYPE_CHECKING:
    from .model import FormModel
    from .plan import Place

MAX_TRIES = 20_000
"""Combinations tried for one expression; above it nothing is said."""


class Trouble(StrEnum):
    """What is wrong. The first two refuse a form."""

    FAULT = "fault"
    CYCLE = "cycle"
    NEVER = "never_relevant"
    UNREACHABLE = "unreachable"
    REFUSES_ALL = "refuses_every_choice"
    ENDLESS = "endless_repeat"


@dataclass(frozen=True, slots=True)
class Remark:
    """One trouble: at which node's which expression (`kind`: relevant, constraint, calculate, required, readonly, count,
    choices), from which character on, and with which key and arguments it is worded."""

    trouble: Trouble
    path: str
    kind: str
    source: str
    key: str
    args: Mapping[str, Scalar] = field(default_factory=dict, hash=False)
    at: int | None = None

    @property
    def message(self) -> Message:
        """The trouble as a message."""
        return Message(f"{'xpath' if self.trouble is Trouble.FAULT else 'lint'}.{self.key}", self.args)


def lint(model: FormModel) -> list[Remark]:
    """Every trouble of a form's logic: faults and cycles first, then by document order of their nodes."""
    program = model.program
    found = [
        Remark(
            Trouble.FAULT, one.path, one.kind, one.source, one.fault.key, one.fault.arguments, one.fault.at
        )
        for one in program.faults
    ]
    for ring in program.cycles:
        way = " → ".join([*ring, ring[0]])
        found.append(Remark(Trouble.CYCLE, ring[0], CALCULATE, "", "cycle", {"way": way}))
    never = {logic.place: logic for logic in program.every if logic.kind == RELEVANT and _never(model, logic)}
    for place, logic in never.items():
        found.append(Remark(Trouble.NEVER, place.path, RELEVANT, logic.source, "never_relevant"))
    found.extend(_unreachable(model, never))
    for logic in program.every:
        if logic.kind == CONSTRAINT and _refuses_all(model, logic):
            found.append(
                Remark(
                    Trouble.REFUSES_ALL, logic.place.path, CONSTRAINT, logic.source, "refuses_every_choice"
                )
            )
        elif logic.kind == COUNT and _grows(program, logic):
            found.append(Remark(Trouble.ENDLESS, logic.place.path, COUNT, logic.source, "endless_repeat"))
    return found


def _unreachable(model: FormModel, never: Mapping[Place, Logic]) -> Iterator[Remark]:
    """Questions inside a group that no answer opens."""
    for place in model.plan.by_path.values():
        if place.field is None or place.field.control is None or not place.is_leaf or place in never:
            continue
        shut = next((one for one in place.chain()[:-1] if one in never), None)
        if shut is not None:
            yield Remark(Trouble.UNREACHABLE, place.path, RELEVANT, "", "unreachable", {"group": shut.path})


def _grows(program: Program, count: Logic) -> bool:
    """Whether a repeat's count reads, through whatever, the repeat itself: each row asks for one more."""
    repeat = count.place
    waiting, seen = [count], {id(count)}
    while waiting:
        logic = waiting.pop()
        if any(repeat in place.chain() for place in logic.notes.places):
            return True
        for inner in dependencies(program, logic):
            if id(inner) not in seen:
                seen.add(id(inner))
                waiting.append(inner)
    return False


def _refuses_all(model: FormModel, logic: Logic) -> bool:
    """Whether a constraint on a question with written choices holds for none of them."""
    place = logic.place
    if (
        place.choices is None
        or not place.choices
        or set(logic.notes.places) != {place}
        or logic.notes.sources
    ):
        return False
    return not _holds_for_some(model, logic, [place], [[name for name in place.choices if name]])


def _never(model: FormModel, logic: Logic) -> bool:
    """Whether a relevance holds for no combination of answers that it can tell apart."""
    if logic.notes.sources or logic.notes.instances or "once" in logic.notes.functions:
        return False
    if not _comparable(logic.expr):
        return False
    places = list(logic.notes.places)
    if any(not one.is_leaf or one in model.program.calculated for one in places):
        return False
    domains = [_domain(one, logic.expr) for one in places]
    if any(domain is None for domain in domains):
        return False
    known = [domain for domain in domains if domain is not None]
    tries = 1
    for domain in known:
        tries *= len(domain)
    return tries <= MAX_TRIES and not _holds_for_some(model, logic, places, known)


_KNOWN_CALLS = frozenset(
    {"selected", "not", "true", "false", "boolean", "string", "number", "count-selected", "if"}
)


def _comparable(expr: Expr) -> bool:
    """Whether an expression tells answers apart by comparing them with what is written in it, and in no other way."""
    for one in walk(expr):
        match one:
            case Call(name=name) if name not in _KNOWN_CALLS:
                return False
            case Binary(op=op) if op in ("+", "-", "*", "div", "mod"):
                return False
            case Binary(op=op, left=Path(), right=Path()) if op not in ("and", "or"):
                return False
            case Path(steps=steps) if any(step.predicates for step in steps):
                return False
    return True


def _domain(place: Place, expr: Expr) -> list[Value] | None:
    """Values that stand for all a question can have, as far as an expression with these literals can tell."""
    type_ = place.type
    if place.choices is not None and type_ == "select1":
        return ["", *sorted(place.choices)]
    if place.choices is not None and type_ in ("select", "rank"):
        names = sorted(place.choices)
        if len(names) > 8:
            return None
        return [" ".join(chosen) for chosen in _subsets(names)]
    numbers = sorted({one.value for one in walk(expr) if isinstance(one, Number)} | _numbers_in(expr))
    if type_ in ("int", "decimal"):
        step = 1.0 if type_ == "int" else 0.5
        near = {value for number in [0.0, *numbers] for value in _around(number, step, type_)}
        return ["", *sorted(near | {-number for number in near})]
    if type_ == "string" and place.field is not None and place.field.itemset is None:
        texts = {one.value for one in walk(expr) if isinstance(one, String)}
        return list(dict.fromkeys(["", "x", *sorted(texts), *(str(int(one)) for one in numbers)]))
    if type_ == "boolean":
        return ["", True, False]
    return None


def _around(number: float, step: float, type_: str) -> Iterable[float]:
    if type_ == "int":
        whole = float(int(number))
        return (whole - 1, whole, whole + 1)
    return (number - step, number, number + step)


def _numbers_in(expr: Expr) -> set[float]:
    found = set()
    for one in walk(expr):
        if isinstance(one, String):
            try:
                found.add(float(one.value))
            except ValueError:
                continue
    return {number for number in found if abs(number) < 1e12}


def _subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    for mask in range(1 << len(names)):
        yield tuple(name for at, name in enumerate(names) if mask >> at & 1)


def _holds_for_some(model: FormModel, logic: Logic, places: list[Place], domains: list[list[Value]]) -> bool:
    rows: dict[int, Row] = {}
    lists: list[list[Row]] = []
    for scope in model.plan.scopes:
        up = rows[scope.parent.number] if scope.parent is not None else None
        row = rows[scope.number] = Row(scope, up, 0)
        lists.append([row])
        if up is not None:
            up.rows[scope.slot].append(row)
    state = State(
        rows[0],
        lists,
        {},
        now=EPOCH,
        offset=timedelta(0),
        instance=lambda _: None,
        file=lambda _: None,
        properties={},
        version=model.version,
        limit=1_000_000,
        seconds=0.2,
        random=lambda: 0.5,
    )
    here = rows[logic.place.scope.number]
    for values in product(*domains):
        for place, value in zip(places, values, strict=True):
            rows[place.scope.number].values[place.slot] = value
        state.memo.clear()
        try:
            if to_boolean(logic.run(state, here, None)):
                return True
        except (EvaluationFault, OverBudget):
            return True  # it cannot be told
    return False
