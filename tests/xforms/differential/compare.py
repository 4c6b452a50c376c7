"""One form and one submission in both engines, compared node by node."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from server.xforms import Context, FormModel, parse_instance
from server.xforms.evaluate import Answers, lay, work_out
from server.xforms.plan import path_of
from server.xforms.program import Logic
from server.xforms.values import same
from server.xforms.xpath.faults import EvaluationFault
from server.xforms.xpath.paths import relevance
from server.xforms.xpath.values import to_boolean
from tests.xforms.differential.forms import TOWNS_CSV
from tests.xforms.forms import Beside

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two do not agree: the node, what about it, JavaRosa's, ours, and the node's logic."""

    path: str
    what: str
    theirs: object
    ours: object
    logic: str


BESIDE = Beside({"towns.csv": TOWNS_CSV})


class Stopped(Exception):
    """JavaRosa stopped with an error of its own: nothing to compare."""


def differences(
    javarosa: JavaRosa, xml: str, submission: bytes, compared: Counter[str] | None = None
) -> list[Difference]:
    """Every difference in a node's value, relevance, required and constraint. `compared` counts what was. Raises `Stopped`."""
    compared = Counter() if compared is None else compared
    import jpype

    model = FormModel.from_xml(xml.encode())
    answers = lay(model, parse_instance(submission), Context(now=datetime.now(UTC), lists=BESIDE))
    work_out(answers)
    program, state = model.program, answers.state
    required = {logic.place: logic for every in program.required.values() for logic in every}
    try:
        phone = javarosa.load(xml, {"towns.csv": TOWNS_CSV}, submission)
        nodes = {node.path: node for node in phone.nodes() if "@" not in node.path}
    except jpype.JException as fault:
        if "This field is repeated" not in str(fault) or not _asks_one_of_many(answers, program.every):
            raise Stopped(str(fault)) from None
        compared["one value asked of many, where a phone stops"] += 1
        return []
    found: list[Difference] = [
        Difference(path_of(logic.place, row), "fault", "", key, logic.source)
        for logic, row, key in answers.unsure
    ]
    for place in model.plan.by_path.values():
        if not place.is_leaf or "/meta/" in place.path:
            continue
        is_relevant = relevance(place)
        for row in answers.rows[place.scope.number]:
            path = path_of(place, row)
            node = nodes.get(path)
            if node is None:
                found.append(Difference(path, "missing there", "", "", ""))
                continue
            relevant = is_relevant(row)
            compared["relevant"] += 1
            if relevant != node.relevant:
                logic = program.of_relevance.get(place.guard) if place.guard else None
                found.append(
                    Difference(path, "relevant", node.relevant, relevant, logic.source if logic else "")
                )
            if place in program.of_value:
                compared["value"] += 1
                value, source = row.values[place.slot], program.of_value[place].source
                if not same(place.type, value, node.value, answers.clock):
                    found.append(Difference(path, "value", node.value, value, source))
            for what, logic, theirs in (
                ("required", required.get(place), node.required),
                ("constraint", program.constraints.get(place), node.constraint_holds),
            ):
                if logic is None or (
                    what == "constraint" and row.values[place.slot] == "" and not row.sent[place.slot]
                ):
                    continue
                compared[what] += 1
                try:
                    ours = to_boolean(logic.run(state, row, None))
                except EvaluationFault as fault:
                    found.append(Difference(path, what, theirs, fault.key, logic.source))
                    continue
                if ours != theirs:
                    found.append(Difference(path, what, theirs, ours, logic.source))
    return found


def _asks_one_of_many(answers: Answers, logics: list[Logic]) -> bool:
    """Whether here too an expression asks one value of several rows, which is a fault (`repeated`). A phone works out
    also what nothing asks for, within a group that is not relevant."""
    for logic in logics:
        for row in answers.rows[logic.place.scope.number]:
            try:
                logic.run(answers.state, row, None)
            except EvaluationFault as fault:
                if fault.key == "repeated":
                    return True
    return False
