"""The two engines asked for one expression's value: ours, and the one inside ODK Collect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from server.xforms.functions import FUNCTIONS
from server.xforms.xpath.compile import Compiler, Here, Notes
from server.xforms.xpath.faults import EvaluationFault, OverBudget, XPathFault
from server.xforms.xpath.parser import parse
from tests.xforms.cases.contexts import STANDINGS, laid
from tests.xforms.cases.tables import Case, written

if TYPE_CHECKING:
    from tests.tools.javarosa import Form, JavaRosa


def ours(case: Case) -> str:
    """The value as the tables write it; `fault:key` of what cannot be compiled, `error:key` of what has no value."""
    there = laid(case.context)
    place, row = there.at(case.node or STANDINGS[case.context].node)
    compiler = Compiler(there.model, there.model.plan, FUNCTIONS)
    state = there.answers.state
    state.memo.clear()
    state.steps = 0
    try:
        code = compiler.compile(parse(case.expression), Here(place, place), Notes())
        return written(code.run(state, row, None))
    except XPathFault as fault:
        return f"fault:{fault.key}"
    except EvaluationFault as fault:
        return f"error:{fault.key}"
    except OverBudget:
        return "error:over_budget"


class Phone:
    """JavaRosa with the contexts' forms open, each opened once."""

    def __init__(self, javarosa: JavaRosa) -> None:
        self._javarosa = javarosa
        self._open: dict[str, Form] = {}

    def answer(self, case: Case) -> str:
        """The value as the tables write it; `error` where JavaRosa throws, whatever it is."""
        standing = STANDINGS[case.context]
        with _zone(standing.offset):
            definition = self._form(case.context)._definition
            element = _element(definition, case.node or standing.node)
            base = definition.getEvaluationContext()
            context = _java("org.javarosa.core.model.condition.EvaluationContext")(base, element.getRef())
            unpack = _java("org.javarosa.xpath.expr.XPathFuncExpr").unpack
            try:
                expression = _java("org.javarosa.xpath.XPathParseTool").parseXPath(case.expression)
                value = unpack(expression.eval(definition.getMainInstance(), context))
            except (
                _java("java.lang.Throwable"),
                ValueError,
            ):  # ValueError: of our own pulldata(), called by Java
                return "error"
            return "null" if value is None else written(_plain(value, standing.offset))

    def _form(self, name: str) -> Form:
        if name not in self._open:
            standing = STANDINGS[name]
            self._open[name] = self._javarosa.load(
                standing.form, dict(standing.attachments), standing.instance.encode()
            )
        return self._open[name]


def _java(name: str) -> Any:
    import jpype  # a JVM only where one is asked

    return jpype.JClass(name)


def _element(definition: Any, path: str) -> Any:
    """The node at a path with positions, a group too."""
    element = definition.getMainInstance().getRoot()
    for step in path.split("/")[2:]:
        name, _, position = step.rstrip("]").partition("[")
        element = element.getChild(name, int(position or 1) - 1)
    return element


def _plain(value: Any, offset: timedelta) -> str | float | bool | datetime:
    kind = str(value.getClass().getSimpleName())
    if kind == "Double":
        return float(value.doubleValue())
    if kind == "Boolean":
        return bool(value.booleanValue())
    if kind == "Date":
        return datetime(1970, 1, 1) + timedelta(milliseconds=int(value.getTime())) + offset  # noqa: DTZ001  # local
    if kind == "String":
        return str(value)
    return f"{kind} {value}"


@contextmanager
def _zone(offset: timedelta) -> Iterator[None]:
    """The engine's clock is UTC; a context may have another, which is put back after it."""
    if not offset:
        yield
        return
    zones, jodas = _java("java.util.TimeZone"), _java("org.joda.time.DateTimeZone")
    zones.setDefault(zones.getTimeZone(f"GMT{int(offset.total_seconds() // 3600):+03}:00"))
    jodas.setDefault(jodas.forTimeZone(zones.getDefault()))
    try:
        yield
    finally:
        zones.setDefault(zones.getTimeZone("UTC"))
        jodas.setDefault(jodas.UTC)
