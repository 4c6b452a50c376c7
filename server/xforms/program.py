"""A form's logic compiled once: every expression, the order in which calculations and relevance depend on each other,
and what each verdict reads beyond the answers.

An expression that cannot be compiled is a fault of the form, kept here, and is left out when instances are checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .findings import NOTHING_READ, Source
from .functions import FUNCTIONS
from .values import converter
from .xpath.compile import Compiler, Here, Notes
from .xpath.faults import XPathFault
from .xpath.lists import Offers, offers
from .xpath.parser import parse
from .xpath.state import Many, Run
from .xpath.tree import Axis, Call, Expr, Path, Step

if TYPE_CHECKING:
    from .model import FormModel, Itemset
    from .plan import Place, Scope

CALCULATE, RELEVANT, REQUIRED, CONSTRAINT, READONLY = (
    "calculate",
    "relevant",
    "required",
    "constraint",
    "readonly",
)
COUNT, CHOICES, VALUE = "count", "choices", "value"
ATTRIBUTE = "attribute"
"""Of an entity block: worked out where it is checked, and nothing reads it. To a designer it is a calculation."""


@dataclass(slots=True, eq=False)
class Logic:
    """One expression of one node. `reads` is what its verdict reads beyond form and answers, through what it refers to
    as well."""

    place: Place
    kind: str
    source: str
    expr: Expr
    run: Run
    notes: Notes
    reads: frozenset[Source] = NOTHING_READ
    many: Many | None = None
    offers: Offers | None = None
    """Of a list's filter: whether one choice passes it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An expression that cannot be used: of which node, which of its expressions, and why."""

    path: str
    kind: str
    source: str
    fault: XPathFault


@dataclass(slots=True)
class Program:
    """A form's compiled logic. `order` holds calculations and relevance, each after what it depends on; `cycles` the
    paths of those that depend on themselves (left out of `order`)."""

    order: list[Logic] = field(default_factory=list)
    required: dict[int, list[Logic]] = field(default_factory=dict)
    constraints: dict[Place, Logic] = field(default_factory=dict)
    counts: list[tuple[Scope, Logic]] = field(default_factory=list)
    filters: dict[Place, Logic] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    cycles: list[list[str]] = field(default_factory=list)
    every: list[Logic] = field(default_factory=list)
    of_relevance: dict[Place, Logic] = field(default_factory=dict)
    of_value: dict[Place, Logic] = field(default_factory=dict)
    attributes: list[tuple[str, Logic]] = field(default_factory=list)


def compile_program(model: FormModel) -> Program:
    """Compiles all logic of a form. Never raises for an expression: `faults` and `cycles` say what is wrong."""
    return _Maker(model).make()


class _Maker:
    def __init__(self, model: FormModel) -> None:
        self._model = model
        self._plan = model.plan
        self._compiler = Compiler(model, self._plan, FUNCTIONS)
        self._program = Program()
        self._parsed: dict[str, Expr] = {}

    def make(self) -> Program:
        program = self._program
        asked = {field.path for field in self._model.fields() if field.control is not None}
        for path, bind in self._model.binds.items():
            place = self._plan.by_path.get(path)
            if place is None:
                self._attribute(path, bind.calculate)
                continue
            if bind.calculate is not None and place.is_leaf:
                self._keep(program.of_value, self._logic(place, CALCULATE, bind.calculate))
            if bind.relevant is not None:
                self._keep(program.of_relevance, self._logic(place, RELEVANT, bind.relevant))
            if bind.readonly is not None:
                self._logic(place, READONLY, bind.readonly)
            if bind.required is not None and path in asked and place.is_leaf:
                logic = self._logic(place, REQUIRED, bind.required)
                if logic is not None:
                    program.required.setdefault(place.scope.number, []).append(logic)
            if bind.constraint is not None and path in asked and place.is_leaf:
                self._keep(program.constraints, self._logic(place, CONSTRAINT, bind.constraint))
        self._repeats()
        self._choices()
        for action in self._model.actions:
            self._try(action.ref, VALUE, action.value)
        program.order, program.cycles = _order(program)
        self._reads()
        self._values_read()
        return program

    @staticmethod
    def _keep(where: dict[Place, Logic], logic: Logic | None) -> None:
        if logic is not None:
            where[logic.place] = logic

    def _attribute(self, path: str, source: str | None) -> None:
        """What an attribute of an entity block is calculated from."""
        parent, _, name = path.rpartition("/@")
        place = self._plan.by_path.get(parent)
        if place is None or source is None:
            return
        logic = self._logic(place, ATTRIBUTE, source, place.attribute(name), path)
        if logic is not None:
            self._program.attributes.append((name, logic))

    def _logic(
        self, place: Place, kind: str, source: str, at: Place | None = None, path: str | None = None
    ) -> Logic | None:
        here = Here(at or place, at or place)
        notes = Notes()
        try:
            expr = self._parse(source)
            code = self._compiler.compile(expr, here, notes)
        except XPathFault as fault:
            named = CALCULATE if kind == ATTRIBUTE else kind
            self._program.faults.append(Fault(path or place.path, named, source, fault))
            return None
        logic = Logic(place, kind, source, expr, code.run, notes, many=code.many)
        if kind != ATTRIBUTE:
            self._program.every.append(logic)
        return logic

    def _try(self, path: str, kind: str, source: str | None) -> None:
        """Looks whether an expression can be used that is none of a leaf's rules; it is not evaluated here."""
        parent, _, attribute = path.partition("/@")
        place = self._plan.by_path.get(parent)
        if source is None or place is None:
            return
        place = place.attribute(attribute) if attribute else place
        try:
            self._compiler.compile(self._parse(source), Here(place, place), Notes())
        except XPathFault as fault:
            self._program.faults.append(Fault(path, kind, source, fault))

    def _parse(self, source: str) -> Expr:
        expr = self._parsed.get(source)
        if expr is None:
            expr = self._parsed[source] = parse(source)
        return expr

    def _repeats(self) -> None:
        for scope in self._plan.scopes[1:]:
            place = scope.repeat
            if place is None or place.field is None or place.field.repeat is None:
                continue
            count = place.field.repeat.count
            if count:
                logic = self._logic(place, COUNT, count, place.around())
                if logic is not None:
                    self._program.counts.append((scope, logic))

    def _choices(self) -> None:
        for place in self._plan.by_path.values():
            one = place.field
            if one is None or one.itemset is None or one.has_search or one.control is None:
                continue
            if not one.itemset.filtered and one.itemset.instance is not None:
                continue  # the whole list counts: `choices` or the list's file
            logic = self._itemset(place, one.itemset)
            if logic is not None:
                self._program.filters[place] = logic

    def _itemset(self, place: Place, itemset: Itemset) -> Logic | None:
        """The values that an itemset offers, as a path to them; randomize() does not change which."""
        notes = Notes()
        try:
            expr = self._parse(itemset.nodeset)
            if isinstance(expr, Call) and expr.name == "randomize" and expr.args:
                expr = expr.args[0]
            if not isinstance(expr, Path):
                raise XPathFault("not_a_path", {"name": "itemset"}, at=0)
            value = Step(Axis.CHILD, itemset.value_ref.rpartition(":")[2])
            steps = expr.steps if itemset.value_ref == "." else (*expr.steps, value)
            expr = Path(expr.origin, steps, expr.instance, expr.at)
            code = self._compiler.compile(expr, Here(place, place), notes)
            one = offers(self._compiler, expr, Here(place, place), notes) if expr.instance else None
        except XPathFault as fault:
            self._program.faults.append(Fault(place.path, CHOICES, itemset.nodeset, fault))
            return None
        logic = Logic(place, CHOICES, itemset.nodeset, expr, code.run, notes, many=code.many, offers=one)
        self._program.every.append(logic)
        return logic

    def _reads(self) -> None:
        """What verdicts read, through everything that they refer to: in order, so that each is done after its own."""
        program = self._program
        for logic in program.order:
            logic.reads = self._read_by(logic)
        done = set(map(id, program.order))
        for logic in (*program.every, *(logic for _, logic in program.attributes)):
            if id(logic) not in done:
                logic.reads = self._read_by(logic)

    def _read_by(self, logic: Logic) -> frozenset[Source]:
        found = set(logic.notes.sources)
        for one in dependencies(self._program, logic):
            found |= one.reads
        return frozenset(found)

    def _values_read(self) -> None:
        for logic in (*self._program.every, *(logic for _, logic in self._program.attributes)):
            for place in logic.notes.places:
                if place.is_leaf and place.convert is None:
                    place.convert = converter(place.type)
            if "once" in logic.notes.functions and logic.place.is_leaf:
                logic.place.convert = converter(logic.place.type)


def dependencies(program: Program, logic: Logic) -> Iterable[Logic]:
    """The calculations and relevances that one expression reads: of its nodes, and of what stands around them."""
    for place in logic.notes.places:
        value = program.of_value.get(place)
        if value is not None:
            yield value
        if place.guard is not None:
            relevance = program.of_relevance.get(place.guard)
            if relevance is not None:
                yield relevance
    if logic.kind == RELEVANT:
        parent = logic.place.parent
        if parent is not None and parent.guard is not None:
            outer = program.of_relevance.get(parent.guard)
            if outer is not None:
                yield outer


def _order(program: Program) -> tuple[list[Logic], list[list[str]]]:
    """Depth first in document order, without recursion: what is done, and the cycles that were met."""
    order: list[Logic] = []
    cycles: list[list[str]] = []
    state: dict[int, int] = {}  # 1 under way, 2 done
    bad: set[int] = set()
    everything = [one for one in program.every if one.kind in (CALCULATE, RELEVANT)]
    for start in everything:
        if state.get(id(start)):
            continue
        state[id(start)] = 1
        stack: list[tuple[Logic, Callable[[], Logic | None]]] = [(start, _following(program, start))]
        while stack:
            logic, following = stack[-1]
            inner = following()
            if inner is None:
                stack.pop()
                state[id(logic)] = 2
                order.append(logic)
            elif state.get(id(inner)) == 1:
                way = [one for one, _ in stack]
                ring = way[next(at for at, one in enumerate(way) if one is inner) :]
                cycles.append([one.place.path for one in ring])
                bad.update(map(id, ring))
            elif not state.get(id(inner)):
                state[id(inner)] = 1
                stack.append((inner, _following(program, inner)))
    return [one for one in order if id(one) not in bad], cycles


def _following(program: Program, logic: Logic) -> Callable[[], Logic | None]:
    waiting = iter(list(dependencies(program, logic)))
    return lambda: next(waiting, None)
