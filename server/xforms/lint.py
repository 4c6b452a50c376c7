"""What is wrong with a form's logic before anyone fills it in: for whoever designs it.

Faults, cycles and written values that stop a phone make a form unusable; the rest is likely a mistake. Small questions
are answered by trying: every combination of the values that an expression can tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from .errors import Message, Scalar
from .findings import Source
from .functions import FUNCTIONS
from .plan import Row
from .program import CALCULATE, CONSTRAINT, COUNT, RELEVANT, VALUE, Logic, Program, dependencies
from .repeated import Watch
from .xpath.compile import Compiler, Here, Notes
from .xpath.faults import EvaluationFault, OverBudget, XPathFault
from .xpath.parser import parse
from .xpath.state import State
from .xpath.tree import Binary, Call, Expr, Number, Path, String, walk
from .xpath.values import EPOCH, Value, to_boolean, to_text

if TYPE_CHECKING:
    from .model import FormModel
    from .plan import Place

MAX_TRIES = 20_000
"""Combinations tried for one expression; above it nothing is said."""


class Trouble(StrEnum):
    """What is wrong. The first three refuse a form."""

    FAULT = "fault"
    CYCLE = "cycle"
    STOPS = "stops"
    NEVER = "never_relevant"
    UNREACHABLE = "unreachable"
    REFUSES_ALL = "refuses_every_choice"
    ENDLESS = "endless_repeat"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Remark:
    """One trouble: at which node's which expression (`kind`: relevant, constraint, calculate, required, readonly, count,
    choices, or the sheet's column of a text that people read), from which character on, and with which key and arguments it is worded."""

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
    """Every trouble of a form's logic: what refuses it first, then by document order of their nodes."""
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
    found.extend(_stops(model))
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
    found.extend(_repeated(model))
    return found


# --- written values that stop a phone -----------------------------------------------------------------------------------

_PROPERTIES = frozenset({"deviceid", "email", "phonenumber", "simserial", "subscriberid", "username"})
"""What phones know of themselves, `uri:` before it or not (specification, 'Metadata'); of others they have no value at
all, which ends a calculation."""

_DEPEND = frozenset({"once", "position", "last", "current", "property"})
"""Functions whose value is another at another node, or on another phone."""

_INSTEAD: Mapping[str, Expr] = {
    "regex": String("a"),
    "digest": String("a"),
    "format-date": Call("today", ()),
    "format-date-time": Call("today", ()),
    "geofence": String("0 0 0 0"),
}
"""What stands for an answer as a function's first argument, where the others alone are to be judged."""

_BLAMED = {
    "date": slice(1),
    "date_range": slice(1),
    "format": slice(1, 2),
    "pattern": slice(1, 2),
    "digest": slice(1, 3),
}
"""Of a reason: the arguments that are to blame, else all."""

_JAVA_ALONE = re.compile(r"\\[kcGHVXR1-9]|\\p\{java|&&|\(\?-?[a-z]*[duU]")
"""What a phone may take in a pattern and ours does not: of such a pattern nothing is known."""


def _stops(model: FormModel) -> Iterator[Remark]:
    for path, kind, source, expr, place in _written(model):
        for call, reason in stopping(model, expr, place):
            args = {"reason": reason, "name": call.name, "given": _given(model, call, reason, place)}
            yield Remark(Trouble.STOPS, path, kind, source, "stops", args, call.at)


def _written(model: FormModel) -> Iterator[tuple[str, str, str, Expr, Place]]:
    """Every expression of a form that can be used, with its node, its kind, and where it stands."""
    for logic in model.program.every:
        yield logic.place.path, logic.kind, logic.source, logic.expr, logic.place
    others = [(action.ref, VALUE, action.value) for action in model.actions]
    others += [
        (path, CALCULATE, bind.calculate)
        for path, bind in model.binds.items()
        if path not in model.plan.by_path  # an attribute of an entity block
    ]
    for path, kind, source in others:
        place = model.plan.by_path.get(path.rpartition("/")[0] if "@" in path else path)
        if source is None or place is None:
            continue
        try:
            yield path, kind, source, parse(source), place
        except XPathFault:
            continue  # a fault already


def stopping(model: FormModel, expr: Expr, place: Place) -> Iterator[tuple[Call, str]]:
    """The calls in an expression at which a phone stops whatever is answered, innermost first, each with the reason: an
    `EvaluationFault`'s key, or `property`. Only what is written there is judged: values, formats, patterns."""
    state: State | None = None
    bad: set[int] = set()
    for one in reversed(list(walk(expr))):
        if not isinstance(one, Call) or not one.args:
            continue
        if any(id(inner) in bad for inner in walk(one)):
            bad.add(id(one))
        elif one.name == "property" and isinstance(one.args[0], String):
            if one.args[0].value.lower().removeprefix("uri:") not in _PROPERTIES:
                bad.add(id(one))
                yield one, "property"
        elif (tried := _tried(one)) is not None:
            state = state or _state(model)[0]
            reason = _reason(model, tried, place, state)
            if reason:
                bad.add(id(one))
                yield one, reason


def _tried(call: Call) -> Call | None:
    """The call as it can be tried: itself where all is written, or with a value that stands for an answer."""
    if all(map(_is_written, call.args)):
        return call
    instead = _INSTEAD.get(call.name)
    if instead is None or not all(map(_is_written, call.args[1:])):
        return None
    return Call(call.name, (instead, *call.args[1:]), call.at)


def _is_written(expr: Expr) -> bool:
    return not any(
        isinstance(one, Path) or (isinstance(one, Call) and one.name in _DEPEND) for one in walk(expr)
    )


def _reason(model: FormModel, call: Call, place: Place, state: State) -> str:
    notes = Notes()
    try:
        run = Compiler(model, model.plan, FUNCTIONS).compile(call, Here(place, place), notes).run
        if notes.places or notes.instances or Source.LIST in notes.sources:
            return ""
        run(state, state.root, None)
    except EvaluationFault as fault:
        if fault.key == "pattern" and _JAVA_ALONE.search(_given(model, call, fault.key, place)):
            return ""
        return fault.key
    except (XPathFault, OverBudget):
        return ""  # a fault already, or too much to try
    return ""


def _given(model: FormModel, call: Call, reason: str, place: Place) -> str:
    """The arguments to blame as texts."""
    args = call.args[_BLAMED.get(reason, slice(None))]
    state = _state(model)[0]
    compiler = Compiler(model, model.plan, FUNCTIONS)
    texts = [
        to_text(compiler.compile(one, Here(place, place), Notes()).run(state, state.root, None))
        for one in args
    ]
    return ", ".join(texts)


def _repeated(model: FormModel) -> Iterator[Remark]:
    """What stops a phone as soon as a repeat has a second row: some forms are only ever given one."""
    watch = Watch(model)
    told = [
        (path, kind, source, one)
        for path, kind, source, expr, place in _written(model)
        for one in watch.of(expr, place, kind)
    ]
    for path, kind, source, one in (*told, *watch.outputs()):
        args = {"name": one.target.path, "group": one.repeat.path}
        yield Remark(Trouble.REPEATED, path, kind, source, "repeated", args, one.at)


# --- what nobody can have meant -----------------------------------------------------------------------------------------


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
    if any(not one.is_leaf or one in model.program.of_value for one in places):
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


def _state(model: FormModel) -> tuple[State, dict[int, Row]]:
    """An empty form, one row of each repeat, in which an expression can be tried."""
    rows: dict[int, Row] = {}
    for scope in model.plan.scopes:
        up = rows[scope.parent.number] if scope.parent is not None else None
        row = rows[scope.number] = Row(scope, up, 0)
        if up is not None:
            up.rows[scope.slot].append(row)
    state = State(
        rows[0],
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
    return state, rows


def _holds_for_some(model: FormModel, logic: Logic, places: list[Place], domains: list[list[Value]]) -> bool:
    state, rows = _state(model)
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
