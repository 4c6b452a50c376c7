"""Expressions compiled to closures over rows and slots, once for each form version.

References are resolved here: what an absolute path means inside a repeat, what a relative one means after going up
(JavaRosa's `TreeReference.contextualize`). Functions come from `functions/`, paths from `paths.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from ..findings import Source
from .faults import XPathFault
from .state import At, Many, Run, State
from .tree import Binary, Call, Expr, Negative, Number, Path, String
from .values import Value, divide, equal, modulo, to_boolean, to_number

if TYPE_CHECKING:
    from ..model import FormModel
    from ..plan import Place, Plan, Row


@dataclass(frozen=True, slots=True)
class Here:
    """Where an expression stands. `place` is its context node, whose scope the given row is of, `original` what
    current() means. In a predicate over a list's items `items` is true: relative paths are columns then."""

    place: Place
    original: Place
    items: bool = False
    predicate: bool = False


@dataclass(slots=True)
class Notes:
    """What an expression refers to, gathered while it is compiled: places (values and relevance), secondary instances,
    functions, and what else its value depends on."""

    places: dict[Place, None] = field(default_factory=dict)
    instances: dict[str, None] = field(default_factory=dict)
    sources: set[Source] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    depth: int = 0
    """Depth of the innermost row that the value depends on: 0 where every row of every repeat sees the same."""


@dataclass(slots=True)
class Code:
    """A compiled expression. `many` is there for paths alone; `constant` where the value is known already."""

    run: Run
    many: Many | None = None
    constant: Value | None = None


Builder = Callable[["Compiler", Call, Here, Notes], Code]


class Compiler:
    """Compiles the expressions of one form."""

    def __init__(self, model: FormModel, plan: Plan, functions: Mapping[str, Builder]) -> None:
        self.model = model
        self.plan = plan
        self._functions = functions
        self._memos = 0

    def compile(self, expr: Expr, here: Here, notes: Notes) -> Code:
        """Raises `XPathFault`."""
        match expr:
            case Number(value=value) | String(value=value):
                return constant(value)
            case Path():
                from .paths import compile_path

                return compile_path(self, expr, here, notes)
            case Binary():
                return self._binary(expr, here, notes)
            case Negative(value=inner):
                code = self.compile(inner, here, notes)
                run = code.run
                if code.constant is not None:
                    return constant(-to_number(code.constant))
                return Code(lambda st, row, at: -to_number(run(st, row, at)))
            case Call():
                return self._call(expr, here, notes)

    def _call(self, call: Call, here: Here, notes: Notes) -> Code:
        builder = self._functions.get(call.name)
        if builder is None:
            raise XPathFault("unknown_function", {"name": call.name[:80]}, at=call.at)
        mine = Notes()
        code = builder(self, call, here, mine)
        mine.functions.add(call.name)
        merge(notes, mine)
        if here.predicate or mine.depth >= here.place.scope.depth or Source.CHANCE in mine.sources:
            return code
        if not mine.places:
            return code
        return self._remembered(code, here, mine.depth)

    def _remembered(self, code: Code, here: Here, depth: int) -> Code:
        """The same value for all rows inside one: worked out once there. Right, because every value that it reads is
        settled before (the graph's order) and none changes after."""
        self._memos += 1
        number, run = self._memos, code.run
        climb = here.place.scope.depth - depth

        def remembered(st: State, row: Row, at: At | None) -> Value:
            over = row
            for _ in range(climb):
                over = over.up
            key = (number, id(over))
            found = st.memo.get(key)
            if found is None:
                found = st.memo[key] = run(st, row, at)
            return found

        return replace(code, run=remembered)

    def _binary(self, expr: Binary, here: Here, notes: Notes) -> Code:
        left = self.compile(expr.left, here, notes)
        right = self.compile(expr.right, here, notes)
        return Code(_operation(expr.op, left, right))


def constant(value: Value) -> Code:
    """A value known already."""
    return Code(lambda st, row, at: value, constant=value)


def merge(notes: Notes, inner: Notes) -> None:
    """Adds what an inner expression refers to."""
    notes.places.update(inner.places)
    notes.instances.update(inner.instances)
    notes.sources |= inner.sources
    notes.functions |= inner.functions
    notes.depth = max(notes.depth, inner.depth)


_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge}


def _operation(op: str, left: Code, right: Code) -> Run:
    a, b = left.run, right.run
    if op == "and":
        return lambda st, row, at: to_boolean(a(st, row, at)) and to_boolean(b(st, row, at))
    if op == "or":
        return lambda st, row, at: to_boolean(a(st, row, at)) or to_boolean(b(st, row, at))
    if op in ("=", "!="):
        return _equality(left, right, wanted=op == "=")
    if op in _COMPARE:
        return _comparison(_COMPARE[op], left, right)
    if op == "+":
        return lambda st, row, at: to_number(a(st, row, at)) + to_number(b(st, row, at))
    if op == "-":
        return lambda st, row, at: to_number(a(st, row, at)) - to_number(b(st, row, at))
    if op == "*":
        return lambda st, row, at: to_number(a(st, row, at)) * to_number(b(st, row, at))
    if op == "div":
        return lambda st, row, at: divide(to_number(a(st, row, at)), to_number(b(st, row, at)))
    return lambda st, row, at: modulo(to_number(a(st, row, at)), to_number(b(st, row, at)))


def _comparison(compare: Callable[[float, float], bool], left: Code, right: Code) -> Run:
    a, b = left.run, right.run
    if right.constant is not None:
        bound = to_number(right.constant)
        return lambda st, row, at: compare(to_number(a(st, row, at)), bound)
    return lambda st, row, at: compare(to_number(a(st, row, at)), to_number(b(st, row, at)))


def _equality(left: Code, right: Code, *, wanted: bool) -> Run:
    a, b = left.run, right.run
    if left.constant is not None and right.constant is None:
        a, b, left, right = b, a, right, left
    if isinstance(right.constant, str):
        text = right.constant

        def with_text(st: State, row: Row, at: At | None) -> Value:
            value = a(st, row, at)
            return ((value == text) if value.__class__ is str else equal(value, text)) is wanted

        return with_text
    return lambda st, row, at: equal(a(st, row, at), b(st, row, at)) is wanted
