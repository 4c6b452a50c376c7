"""Lays an instance beside its form and works its logic out: values and relevance, in the order of their dependencies.

One walk loads, one pass over the program evaluates. Judges nothing: that is `checks/`'s.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .errors import Message
from .findings import Context, Finding, Rule, Source
from .plan import Place, Row, is_relevant, path_of
from .program import CALCULATE, Logic, Program
from .values import Clock, kept, written
from .xpath.faults import EvaluationFault, OverBudget
from .xpath.paths import relevance_around
from .xpath.state import State
from .xpath.values import Value, java_int, to_boolean, to_int

if TYPE_CHECKING:
    from .instance import Instance, Node
    from .model import FormModel
    from .tables import Table

Leaf = tuple[Place, Row, str]
"""A node that came with an answer: its place, its row, its text."""

LONGEST_NAME = 100
"""Characters of a stranger's name that a path repeats."""

BEYOND = frozenset({Source.CHANCE, Source.PHONE, Source.CLOCK})
"""What a server cannot ask again: a calculation that reads it keeps what the phone worked out."""


@dataclass(slots=True)
class Answers:
    """One instance laid beside its form: what each check walks over.

    `state` is what expressions read; `leaves` hold answers in document order; `structure` the findings of the laying
    itself; `rows` every scope's rows.
    """

    form: FormModel
    context: Context
    state: State
    clock: Clock
    rows: list[list[Row]]
    leaves: list[Leaf] = field(default_factory=list)
    structure: list[Finding] = field(default_factory=list)
    attributes: dict[tuple[Place, Row], Mapping[str, str]] = field(default_factory=dict)
    unsure: list[tuple[Logic, Row, str]] = field(default_factory=list)
    differs: list[tuple[Place, Row]] = field(default_factory=list)
    over_budget: bool = False


def lay(form: FormModel, instance: Instance, context: Context) -> Answers:
    """Lays an instance beside its form in one walk: unknown and duplicate nodes, too many rows, and the leaves. Its root may
    have any name: the root's id says which form it is."""
    plan = form.plan
    root = Row(plan.scopes[0], None, 0)
    rows: list[list[Row]] = [[root], *([] for _ in plan.scopes[1:])]
    attributes: dict[tuple[Place, Row], Mapping[str, str]] = {}
    state = _state(form, context, root, attributes)
    answers = Answers(form, context, state, Clock(state.now, state.offset), rows, attributes=attributes)
    _lay(instance.root, plan.root, root, answers)
    return answers


def _lay(node: Node, place: Place, row: Row, answers: Answers) -> None:
    known = place.children
    leaves, rows, sent = answers.leaves, answers.rows, row.sent
    seen: dict[str, int] = {}
    for child in node.children:
        name = child.name
        at = known.get(name)
        if at is None:
            if name not in place.allowed:
                _note(
                    answers,
                    f"{path_of(place, row)}/{name[:LONGEST_NAME]}",
                    Rule.UNKNOWN,
                    Message("unknown.node"),
                )
            continue
        if at.is_leaf:
            text = child.text
            if sent[at.slot] is not None:
                _note(answers, path_of(at, row), Rule.UNKNOWN, Message("unknown.duplicate"))
                continue
            sent[at.slot] = text
            if text and not text.isspace():
                leaves.append((at, row, text))
            for extra in child.children:
                _note(
                    answers,
                    f"{path_of(at, row)}/{extra.name[:LONGEST_NAME]}",
                    Rule.UNKNOWN,
                    Message("unknown.node"),
                )
        elif at.is_repeat:
            scope = at.scope
            among = row.rows[scope.slot]
            inner = Row(scope, row, len(among))
            among.append(inner)
            rows[scope.number].append(inner)
            _lay(child, at, inner, answers)
        else:
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                _note(answers, path_of(at, row), Rule.UNKNOWN, Message("unknown.duplicate"))
            else:
                if child.attributes:
                    answers.attributes[at, row] = child.attributes
                _lay(child, at, row, answers)
    if place.scope.inner:
        _limit_rows(place, row, answers)


def _limit_rows(place: Place, row: Row, answers: Answers) -> None:
    limit = answers.context.max_repeat_rows
    for among, scope in zip(row.rows, place.scope.inner, strict=True):
        if len(among) > limit and scope.repeat is not None and scope.repeat.parent is place:
            message = Message("budget.repeat_rows", {"rows": len(among), "limit": limit})
            _note(answers, f"{path_of(place, row)}/{scope.repeat.name}", Rule.BUDGET, message)


def _note(answers: Answers, path: str, rule: Rule, message: Message) -> None:
    if len(answers.structure) <= answers.context.max_findings:  # one past the limit shows that it was passed
        answers.structure.append(Finding(path, rule, message))


# --- working out ----------------------------------------------------------------------------------------------------


def work_out(answers: Answers) -> None:
    """Evaluates the form's program over laid answers, in place: values, relevance, and what differs from what came.

    A calculation that reads chance, the clock or the phone keeps what the phone sent, if it sent something."""
    program = read(answers)
    try:
        for logic in program.order:
            if logic.kind == CALCULATE:
                _calculate(answers, logic)
            else:
                _relevance(answers, logic)
    except OverBudget:
        answers.over_budget = True


def recalculated(form: FormModel, instance: Instance, context: Context | None = None) -> dict[str, str]:
    """What each calculation of a form comes to for an instance, as the text of a submission, by the path of its node with
    positions of repeats: of those that are relevant, and can be worked out within the budget. What reads chance, clock or phone
    stays as it was sent. The instance itself is not changed."""
    answers = lay(form, instance, context or Context())
    work_out(answers)
    return {
        path_of(place, row): written(place.type, row.values[place.slot], answers.clock)
        for place in form.program.of_value
        for row in answers.rows[place.scope.number]
        if is_relevant(place, row)
    }


def read(answers: Answers) -> Program:
    """Gives laid answers their values, as the form's expressions see them; the program, which says how, is compiled first."""
    program, clock = answers.form.program, answers.clock
    for place, row, text in answers.leaves:
        convert = place.convert
        if convert is not None:
            row.values[place.slot] = convert(text, clock)
    return program


def _calculate(answers: Answers, logic: Logic) -> None:
    place, run, state = logic.place, logic.run, answers.state
    slot, type_ = place.slot, place.type
    keeps = not logic.reads.isdisjoint(BEYOND)
    differs, clock = answers.differs, answers.clock
    for row in answers.rows[place.scope.number]:
        sent = row.sent[slot]
        if keeps and sent:
            continue
        try:
            value = kept(type_, run(state, row, None), clock)
        except EvaluationFault as fault:
            answers.unsure.append((logic, row, fault.key))
            continue
        row.values[slot] = value
        if sent is not None and value != sent:
            differs.append((place, row))


def _relevance(answers: Answers, logic: Logic) -> None:
    place, run, state = logic.place, logic.run, answers.state
    flag, around = place.flag, relevance_around(place)
    for row in answers.rows[place.scope.number]:
        if around is not None and not around(row):
            row.flags[flag] = False
            continue
        try:
            row.flags[flag] = to_boolean(run(state, row, None))
        except EvaluationFault as fault:
            answers.unsure.append((logic, row, fault.key))


def rows_asked(count: Value) -> int:
    """How many rows a repeat's count asks for."""
    return max(0, java_int(to_int(count)))


def _state(
    form: FormModel,
    context: Context,
    root: Row,
    attributes: Mapping[tuple[Place, Row], Mapping[str, str]],
) -> State:
    """What expressions read beside the rows: clock, lists, the phone's properties, and what they may spend."""
    now = context.now or datetime.now(UTC)
    offset = now.utcoffset() or timedelta(0)

    def file(name: str) -> Table | None:
        return context.lists.table(name) if context.lists is not None else None

    def instance(id_: str) -> Table | None:
        known = form.instances.get(id_)
        if known is None:
            return None
        return known.table if known.src is None else file(known.file or id_)

    return State(
        root,
        attributes,
        now=now.replace(tzinfo=None),
        offset=offset,
        instance=instance,
        file=file,
        properties={**context.properties, "language": context.language or ""},
        version=form.version,
        limit=context.max_steps,
        seconds=context.max_seconds,
        random=random.random,
    )
