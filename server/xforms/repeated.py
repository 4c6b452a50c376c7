"""An answer inside a repeat that is taken for one value from outside it: all goes well with one row, and a phone stops at
the second (JavaRosa's XPathNodeset: "You may need to use the indexed-repeat() function").

Reads expressions and the form's plan; evaluates nothing. A path with a predicate picks its row, and is not judged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .functions import FUNCTIONS
from .program import CHOICES, COUNT
from .xpath.compile import Compiler, Here, Notes
from .xpath.faults import XPathFault
from .xpath.parser import parse
from .xpath.paths import STAYS, Target, targets
from .xpath.tree import Binary, Call, Expr, Number, Origin, Path, children

if TYPE_CHECKING:
    from .model import FormModel
    from .plan import Place
    from .text import Text

_OUTPUT = re.compile(r"\$\{([^}]+)\}")
_SHOWN = {"": "", "guidance": "guidance_"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_DEEP = 5
"""Calculations that are followed to learn how many rows a repeat can have."""


class Repeated(NamedTuple):
    """What is taken for one value, the repeat around it, and from which character of the expression on."""

    target: Place
    repeat: Place
    at: int


def takes_all(call: Call, number: int) -> bool:
    """Whether a function takes all nodes of a path as this argument of it, counted from 0, and not one value."""
    given = len(call.args)
    match call.name:
        case "sum" | "count" | "count-non-empty" | "area" | "position" | "randomize":
            return number == 0
        case "once":  # it keeps what the first row gave
            return True
        case "min" | "max" | "concat" | "distance":
            return given == 1
        case "join":
            return given == 2 and number == 1
        case "checklist":
            return given == 3 and number == 2
        case "weighted-checklist":
            return given == 4 and number >= 2
        case "geofence":
            return number == 1
        case "indexed-repeat":
            return number == 0 or number % 2 == 1
    return False


class Watch:
    """Looks through the expressions of one form."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self._compiler = Compiler(model, model.plan, FUNCTIONS)
        self._counts = {scope.repeat: logic.expr for scope, logic in model.program.counts}

    def of(self, expr: Expr, place: Place, kind: str) -> Iterator[Repeated]:
        """What an expression of a node takes for one value."""
        if len(self._model.plan.scopes) == 1:
            return
        if kind == COUNT:
            place = place.around()
        yield from self._look(expr, Here(place, place), frozenset(), all_=kind == CHOICES)

    def outputs(self) -> Iterator[tuple[str, str, str, Repeated]]:
        """What labels, hints and messages show as one value: path, column of the sheet, expression, and what it is."""
        if len(self._model.plan.scopes) == 1:
            return
        for place in self._model.plan.by_path.values():
            if place.field is None:
                continue
            bind = place.field.bind
            texts: list[tuple[str, Text | None]] = [("label", place.field.label), ("hint", place.field.hint)]
            if bind is not None:
                texts += [
                    ("constraint_message", bind.constraint_msg),
                    ("required_message", bind.required_msg),
                ]
            for column, text in texts:
                for heading, source in _sources(column, text):
                    try:
                        expr = parse(source)
                    except XPathFault:
                        continue  # words that look like a reference
                    for one in self.of(expr, place, column):
                        yield place.path, heading, source, one

    def _look(
        self, expr: Expr, here: Here, counted: frozenset[Place], *, all_: bool = False
    ) -> Iterator[Repeated]:
        """`counted`: repeats that were seen to have at most one row before it comes to this part of the expression."""
        match expr:
            case Path():
                yield from self._path(expr, here, counted, all_)
            case Call(name="if", args=(test, *branches)):
                yield from self._look(test, here, counted)
                for one, holds in zip(branches, (True, False), strict=False):
                    yield from self._look(one, here, counted | self._counted(test, here, holds=holds))
            case Binary(op="and" | "or" as op, left=left, right=right):
                yield from self._look(left, here, counted)
                known = self._counted(left, here, holds=op == "and")
                yield from self._look(right, here, counted | known)
            case Call(args=args):
                for number, one in enumerate(args):
                    yield from self._look(one, here, counted, all_=takes_all(expr, number))
            case _:
                for one in children(expr):
                    yield from self._look(one, here, counted)

    def _path(self, path: Path, here: Here, counted: frozenset[Place], all_: bool) -> Iterator[Repeated]:
        for number, step in enumerate(path.steps):
            for predicate in step.predicates:
                inner = self._inside(path, number, here)
                if inner is not None:
                    yield from self._look(predicate, inner, counted)
        if all_ or any(step.predicates for step in path.steps):
            return
        for target in self._targets(path, here):
            inside = sum(one.slot != STAYS for one in target.expansions)
            repeats = _repeats(target.place)
            first = None
            for repeat in repeats[len(repeats) - inside :]:
                if repeat in counted:  # its rows were counted over all rows of those around it
                    first = None
                elif first is None and not self._has_one_row(repeat):
                    first = repeat
            if first is not None:
                yield Repeated(target.place, first, path.at)

    def _inside(self, path: Path, number: int, here: Here) -> Here | None:
        """Where the predicates of a path's step stand."""
        if path.origin is Origin.INSTANCE:
            return Here(here.place, here.original, items=True, predicate=True)
        plain = tuple(step.__class__(step.axis, step.name) for step in path.steps[: number + 1])
        found = self._targets(Path(path.origin, plain, path.instance, path.at), here)
        return Here(found[0].place, here.original, predicate=True) if found else None

    def _targets(self, path: Path, here: Here) -> list[Target]:
        if path.origin is Origin.INSTANCE or (path.origin is Origin.CONTEXT and here.items):
            return []
        try:
            return targets(self._compiler, path, here, Notes())
        except XPathFault:
            return []  # a fault already

    def _counted(self, test: Expr, here: Here, *, holds: bool) -> frozenset[Place]:
        """The repeats that have at most one row where a test holds, or where it does not."""
        match test:
            case Call(name="not", args=(inner,)):
                return self._counted(inner, here, holds=not holds)
            case Binary(op="and" | "or" as op, left=left, right=right):
                one, other = (self._counted(part, here, holds=holds) for part in (left, right))
                return one | other if (op == "and") is holds else one & other
            case Binary(op=op, left=Call(name="count", args=(Path() as path,)), right=Number(value=bound)):
                pass
            case Binary(op=op, left=Number(value=bound), right=Call(name="count", args=(Path() as path,))):
                op = _TURNED.get(op, op)
            case _:
                return frozenset()
        if not _at_most_one(op if holds else _OPPOSITE.get(op, ""), bound):
            return frozenset()
        if any(step.predicates for step in path.steps):
            return frozenset()
        return frozenset(_repeats(one.place)[-1] for one in self._targets(path, here) if _repeats(one.place))

    def _has_one_row(self, repeat: Place) -> bool:
        """Whether a repeat can never have a second row: its count says so, or it has none and nobody can add one."""
        said = repeat.field.repeat if repeat.field is not None else None
        if said is None or (not said.count and said.no_add_remove):
            return True
        count = self._counts.get(repeat)
        return count is not None and self._most(count, repeat.around(), _DEEP) <= 1

    def _most(self, expr: Expr, place: Place, deep: int) -> float:
        """The largest number that an expression can be, as far as it shows."""
        match expr:
            case Number(value=value):
                return value
            case Binary(op="and" | "or" | "=" | "!=" | "<" | "<=" | ">" | ">="):
                return 1
            case Call(name="true" | "false" | "not" | "boolean" | "selected" | "boolean-from-string"):
                return 1
            case Call(name="if", args=(_, yes, no)):
                return max(self._most(yes, place, deep), self._most(no, place, deep))
            case Call(name="min", args=(_, _, *_) as args):
                return min(self._most(one, place, deep) for one in args)
            case Call(name="number" | "int", args=(inner,)):
                return self._most(inner, place, deep)
            case Path() if deep:
                found = self._targets(expr, Here(place, place))
                logic = self._model.program.of_value.get(found[0].place) if len(found) == 1 else None
                return self._most(logic.expr, logic.place, deep - 1) if logic is not None else math.inf
        return math.inf


def _at_most_one(op: str, bound: float) -> bool:
    """Whether a count that compares so with a number is 0 or 1."""
    match op:
        case "=" | "<=":
            return bound < 2
        case "<":
            return bound <= 2
    return False


def _repeats(place: Place) -> list[Place]:
    return [one for one in place.chain() if one.is_repeat]


def _sources(column: str, text: Text | None) -> Iterator[tuple[str, str]]:
    """The expressions that a text shows, each once under the heading that it stands under."""
    values: Mapping[str, Mapping[str, str]] = text.values if text is not None else {}
    for language, forms in values.items():
        for form, before in _SHOWN.items():
            heading = f"{before}{column}::{language}" if language else f"{before}{column}"
            for source in dict.fromkeys(_OUTPUT.findall(forms.get(form, ""))):
                yield heading, source
