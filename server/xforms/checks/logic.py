"""Rules that need the form's expressions: relevance, required, constraints, choice filters, calculations.

Judged on the recalculated tree, as a phone judges. A fault in an expression gives no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, TypeVarTuple

from ..errors import Message
from ..evaluate import BEYOND, Answers, rows_asked
from ..findings import Finding, Rule, Source
from ..plan import Place, Row, is_relevant, path_of
from ..program import Logic
from ..text import Text
from ..values import same, written
from ..xpath.faults import EvaluationFault, OverBudget
from ..xpath.paths import relevance
from ..xpath.state import State
from ..xpath.values import Value, to_boolean, to_text

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def relevant(answers: Answers) -> Iterator[Finding]:
    """Answers where none may be, and rows past a repeat's count."""
    for place, row, _ in answers.leaves:
        if not is_relevant(place, row):
            reads = _guard_reads(answers, place)
            yield Finding(path_of(place, row), Rule.RELEVANT, Message("relevant.not_asked"), reads)
    yield from _counted(answers)


def _counted(answers: Answers) -> Iterator[Finding]:
    for scope, logic in answers.form.program.counts:
        if scope.repeat is None or scope.parent is None:
            continue
        for row in answers.rows[scope.parent.number]:
            among = row.rows[scope.slot]
            value = _value(answers, logic, row) if among else None
            if value is None:
                continue
            count = rows_asked(value)
            for extra in among[count:]:
                message = Message("relevant.past_count", {"count": count})
                yield Finding(path_of(scope.repeat, extra), Rule.RELEVANT, message, logic.reads)


def required(answers: Answers) -> Iterator[Finding]:
    """Questions without the answer that they must have, missing nodes included, where they are relevant."""
    program = answers.form.program
    for number, every in program.required.items():
        for logic in every:
            place = logic.place
            asked = relevance(place)
            slot, calculated = place.slot, place in program.of_value
            for row in answers.rows[number]:
                text = row.values[slot] if calculated else row.sent[slot]
                if (text and not (isinstance(text, str) and text.isspace())) or not asked(row):
                    continue
                value = _value(answers, logic, row)
                if value is not None and to_boolean(value):
                    own = place.bind and place.bind.required_msg
                    yield _broken(answers, logic, row, Rule.REQUIRED, own or Message("required.empty"))


def constraints(answers: Answers) -> Iterator[Finding]:
    """Answers that the form's own rule does not allow, with the form's own words."""
    program = answers.form.program
    if not program.constraints:
        return
    for place, row, _ in answers.leaves:
        logic = program.constraints.get(place)
        if logic is None:
            continue
        if place.convert is not None and row.values[place.slot] == "":
            continue  # no value of its type, which is said already
        value = _value(answers, logic, row) if is_relevant(place, row) else None
        if value is not None and not to_boolean(value):
            own = place.bind and place.bind.constraint_msg
            yield _broken(answers, logic, row, Rule.CONSTRAINT, own or Message("constraint.broken"))


def choice_filters(answers: Answers) -> Iterator[Finding]:
    """Choices that the list's filter leaves out for these answers."""
    program = answers.form.program
    if not program.filters:
        return
    for place, row, text in answers.leaves:
        logic = program.filters.get(place)
        if logic is None or not is_relevant(place, row):
            continue
        names = place.names(text)
        if place.choices is not None and not place.choices.issuperset(names):
            continue  # not in the list at all: said already
        if _tried(answers, _offered, logic, answers.state, row, names) is False:
            yield Finding(path_of(place, row), Rule.CHOICE, Message("choice.filtered"), logic.reads)


def _offered(logic: Logic, state: State, row: Row, names: Sequence[str]) -> bool:
    """Whether a list, filtered, has all these names."""
    if logic.offers is not None:
        return all(logic.offers(state, row, name) for name in names)
    return logic.many is None or set(map(to_text, logic.many(state, row, None))).issuperset(names)


def calculations(answers: Answers) -> Iterator[Finding]:
    """Calculated nodes, and attributes of entity blocks, that are not what the server works out. Only ever warnings."""
    for path, logic, _ in differences(answers):
        yield Finding(path, Rule.CALCULATION, Message("calculation.differs"), logic.reads)


def differences(answers: Answers) -> Iterator[tuple[str, Logic, str]]:
    """Path, expression and the server's own result of each calculation that came out otherwise on the phone."""
    clock, program = answers.clock, answers.form.program
    for place, row in answers.differs:
        sent = row.sent[place.slot] or ""
        value = row.values[place.slot]
        if same(place.type, value, sent, clock) or not is_relevant(place, row):
            continue
        yield path_of(place, row), program.of_value[place], written(place.type, value, clock)
    yield from _blocks(answers)


_SAID = frozenset({"id", "create", "update"})
"""Attributes that the answers decide; versions and branches are the phone's to know."""


def _blocks(answers: Answers) -> Iterator[tuple[str, Logic, str]]:
    """Attributes of entity blocks: whose it is, whether it is made or changed."""
    for name, logic in answers.form.program.attributes:
        place = logic.place
        if name not in _SAID or not logic.reads.isdisjoint(BEYOND):
            continue
        for row in answers.rows[place.scope.number]:
            sent = answers.attributes.get((place, row), {}).get(name)
            if sent is None or not is_relevant(place, row):
                continue
            value = _value(answers, logic, row)
            if value is not None and _meaning(name, to_text(value)) != _meaning(name, sent):
                yield f"{path_of(place, row)}/@{name}", logic, to_text(value)


def _meaning(name: str, text: str) -> object:
    text = text.strip().lower()
    return text in ("1", "true") if name in ("create", "update") else text


def unsure(answers: Answers) -> Iterator[Finding]:
    """Expressions that the answers stop: a phone would have stopped there too. A list that is not at hand says nothing."""
    for logic, row, key in answers.unsure:
        if key != "list_unknown":
            yield Finding(
                path_of(logic.place, row), Rule.CALCULATION, Message("calculation.fault"), logic.reads
            )


def budget(answers: Answers) -> Iterator[Finding]:
    """That not everything could be worked out within what one submission may ask for."""
    if answers.over_budget:
        yield Finding(f"/{answers.form.root}", Rule.BUDGET, Message("budget.steps"))


def _value(answers: Answers, logic: Logic, row: Row) -> Value | None:
    """What an expression comes to in a row; None where it cannot be worked out, or nothing more may be."""
    return _tried(answers, logic.run, answers.state, row, None)


def _tried(answers: Answers, ask: Callable[[*Ts], T], *args: *Ts) -> T | None:
    """What a question comes to; None where it cannot be worked out, or nothing more may be."""
    if answers.over_budget:
        return None
    try:
        return ask(*args)
    except EvaluationFault:
        return None
    except OverBudget:
        answers.over_budget = True
        return None


def _broken(answers: Answers, logic: Logic, row: Row, rule: Rule, message: Message | Text) -> Finding:
    """A finding on a relevant node, which hangs on what its relevance read too."""
    place = logic.place
    return Finding(path_of(place, row), rule, message, logic.reads | _guard_reads(answers, place))


def _guard_reads(answers: Answers, place: Place) -> frozenset[Source]:
    """What the relevance of a node read: a verdict on a relevant node hangs on it too."""
    if place.guard is None:
        return frozenset()
    logic = answers.form.program.of_relevance.get(place.guard)
    return logic.reads if logic is not None else frozenset()
