"""The XForms engine beside the phone's, JavaRosa, in this process: milliseconds for one valid submission.

JavaRosa: load, initialize, required and constraint of every node. Ours: parse, recalculate and every check.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jpype

from bench.table import Row
from server.xforms import Context, FormModel, parse_instance
from tests.tools.javarosa import JavaRosa, populate

_TYPES = ("int", "string", "decimal", "date", "string")
_VALUES = ("5", "a", "2.5", "2024-01-01", "a 6")
_HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>bench</h:title><model><instance>'
)


def measure(scale: float) -> list[Row]:
    """120 fields with a five-row repeat, 1,000 fields, a 2,000-row repeat with two sums over it."""
    javarosa = JavaRosa()
    cases = (
        ("120 fields, 5 rows", 120, 5),
        ("1,000 fields", 1000, 0),
        ("3 fields, 2,000 rows, 2 sums", 3, 2000),
    )
    return [
        _case(javarosa, name, *made(fields, rows), rounds=_rounds(rows, scale))
        for name, fields, rows in cases
    ]


def _rounds(rows: int, scale: float) -> int:
    return max(3, int((12 if rows > 100 else 400) * scale))


def _case(javarosa: JavaRosa, name: str, form: bytes, submission: bytes, *, rounds: int) -> Row:
    model = FormModel.from_xml(form)
    context = Context(now=datetime.now(UTC), max_repeat_rows=10_000)
    assert model.check(parse_instance(submission), context) == []
    ours = _milliseconds(lambda: model.check(parse_instance(submission), context), rounds)
    definition = jpype.JClass("org.javarosa.xform.util.XFormUtils").getFormFromInputStream(
        jpype.JClass("java.io.ByteArrayInputStream")(form)
    )
    theirs = _milliseconds(lambda: _phone(definition, submission), rounds)
    began = time.process_time()
    FormModel.from_xml(form).program  # noqa: B018  # compiled at first sight
    compiled = (time.process_time() - began) * 1000
    note = f"JavaRosa {theirs:.2f} ms; model and logic made once in {compiled:.0f} ms"
    return Row(f"engine, {name}", ours, "ms", theirs, aim="below JavaRosa", note=note)


def _phone(definition: Any, submission: bytes) -> None:
    populate(definition, submission)
    definition.initialize(
        False, jpype.JClass("org.javarosa.core.model.instance.InstanceInitializationFactory")()
    )


def _milliseconds(run: Callable[[], object], rounds: int) -> float:
    """CPU of one call, the first third left to warm up."""
    for _ in range(rounds // 3 + 1):
        run()
    began = time.process_time()
    for _ in range(rounds):
        run()
    return (time.process_time() - began) / rounds * 1000


def made(fields: int, rows: int) -> tuple[bytes, bytes]:
    """A form and a valid submission of it."""
    nodes, binds, body, answers = [], [], [], []
    for number in range(fields):
        type_, name = _TYPES[number % 5], f"q{number}"
        logic = f" relevant=\"/data/q{number - 5} != 'zzz'\"" if number > 5 and number % 3 == 0 else ""
        logic += ' constraint=". &gt;= 0 and . &lt;= 120"' if type_ == "int" else ""
        logic += ' required="true()"' if number % 4 == 0 else ""
        calculated = number % 10 == 4
        if calculated:
            logic += f" calculate=\"concat(/data/q{number - 3}, ' ', /data/q{number - 4} + 1)\""
        nodes.append(f"<{name}/>")
        binds.append(f'<bind nodeset="/data/{name}" type="{type_}"{logic}/>')
        answers.append(
            f"<{name}>{_VALUES[4] if calculated else _VALUES[number % 5] if number % 5 < 4 else 'a'}</{name}>"
        )
        if not calculated:
            body.append(f'<input ref="/data/{name}"><label>{name}</label></input>')
    if rows:
        nodes.append('<rep jr:template=""><a/><b/><c/></rep><sum0/><sum1/>')
        binds.append(
            '<bind nodeset="/data/rep/a" type="int" constraint=". &gt;= 0"/><bind nodeset="/data/rep/b" type="int"'
            ' relevant="../a &gt; 0"/><bind nodeset="/data/rep/c" type="int" calculate="../a * 2"/>'
            '<bind nodeset="/data/sum0" calculate="sum(/data/rep/a)"/><bind nodeset="/data/sum1" calculate="sum(/data/rep/c)"/>'
        )
        body.append(
            '<group ref="/data/rep"><label>r</label><repeat nodeset="/data/rep"><input ref="/data/rep/a">'
            '<label>a</label></input><input ref="/data/rep/b"><label>b</label></input></repeat></group>'
        )
        answers.append(
            "<rep><a>5</a><b>5</b><c>10</c></rep>" * rows + f"<sum0>{5 * rows}</sum0><sum1>{10 * rows}</sum1>"
        )
    form = (
        f'{_HEAD}<data id="bench" version="1">{"".join(nodes)}<meta><instanceID/></meta></data></instance>'
        f"{''.join(binds)}</model></h:head><h:body>{''.join(body)}</h:body></h:html>"
    )
    submission = (
        f'<data id="bench" version="1">{"".join(answers)}<meta><instanceID>uuid:1</instanceID></meta></data>'
    )
    return form.encode(), submission.encode()
