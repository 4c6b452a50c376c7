"""What is written in a form and stops a phone whatever is answered: found at upload, and asked of JavaRosa as well."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pytest

from server.xforms.lint import Remark, Trouble, lint, stopping
from server.xforms.model import FormModel
from server.xforms.xpath.faults import XPathFault
from server.xforms.xpath.parser import parse
from tests.xforms.cases.asking import Phone
from tests.xforms.cases.contexts import STANDINGS, laid
from tests.xforms.cases.tables import Case, cases
from tests.xforms.forms import from_model

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa

STOP = [
    ("format-date(today(), '%Y-%Q')", "format", "format-date", "%Y-%Q"),
    ("format-date-time(now(), '%H:%i')", "format", "format-date-time", "%H:%i"),
    ("format-date(/data/day, '%Q')", "format", "format-date", "%Q"),
    ("regex('a', '[a-z')", "pattern", "regex", "[a-z"),
    ("regex(/data/word, '(a')", "pattern", "regex", "(a"),
    ("regex(/data/word, '*a')", "pattern", "regex", "*a"),
    ("regex(/data/word, '[z-a]')", "pattern", "regex", "[z-a]"),
    ("date('abc')", "date", "date", "abc"),
    ("date(concat('2024', '-13-01'))", "date", "date", "2024-13-01"),
    ("date(true())", "date", "date", "true"),
    ("decimal-date-time('abc')", "date", "decimal-date-time", "abc"),
    ("format-date('abc', '%Y')", "date", "format-date", "abc"),
    ("if(/data/day > date('2024-02-30'), 1, 2)", "date", "date", "2024-02-30"),
    ("distance('x y')", "points", "distance", "x y"),
    ("distance('0 0 0 0', 'x')", "points", "distance", "0 0 0 0, x"),
    ("digest('a', 'FOO')", "digest", "digest", "FOO"),
    ("digest(/data/word, 'SHA-3')", "digest", "digest", "SHA-3"),
    ("digest(/data/word, 'MD5', 'ascii')", "digest", "digest", "MD5, ascii"),
    ("concat('x', date('abc'))", "date", "date", "abc"),
    ("selected(12, '12')", "not_string", "selected", "12, 12"),
    ("count-selected(true())", "not_string", "count-selected", "true"),
    ("property('a')", "property", "property", "a"),
]
GO_ON = [
    "format-date(today(), '%Y-%m-%d %H:%M:%S %3 %a %b %e %n %h %y')",
    "format-date('', '%Q')",
    "regex('a', '[a-z&&[^b]]+')",
    "regex('a', 'a++')",
    "regex('a', '\\Qa[\\E')",
    "regex('a', '(?i)A')",
    "regex('a', '(?<x>a)\\k<x>?')",
    "regex('a', '\\p{L}\\p{IsHan}?')",
    "regex('a', '^[\\w.+-]+@[\\w-]+\\.[\\w.]+$')",
    "regex('a', '')",
    "regex('a', '(a)\\1?|\\H|\\cA|(?u)a|(?U)\\w|\\p{javaLowerCase}')",
    "regex('a', '[a&&]|a')",
    "regex('a', '[]a]')",
    "regex('a', 'a{2,}|\\d{1,3}(\\.\\d+)?')",
    "date('')",
    "date('2024-02-29')",
    "date(0)",
    "decimal-date-time('2024-02-29T10:00:00Z')",
    "distance('')",
    "distance('0 0 0 0;0 1 0 0')",
    "digest('a', 'SHA-256')",
    "digest('a', 'md5', 'hex')",
    "digest(/data/word, concat('MD', '5'))",
    "selected-at('a b', 5)",
    "substr('abc', 5, 1)",
    "number('abc') + int('x')",
    "pow('a', 2)",
    "property('deviceid')",
    "property('username')",
]


def asked(expression: str) -> Case:
    return Case("constants", 0, "", "answers", "", expression, "", "", "")


def told(expression: str) -> list[Remark]:
    bind = '<bind nodeset="/data/here" type="string" '
    form = STANDINGS["answers"].form
    assert bind in form
    model = FormModel.from_xml(form.replace(bind, f"{bind} calculate={quoteattr(expression)} ").encode())
    return [one for one in lint(model) if one.trouble is Trouble.STOPS]


@pytest.fixture(scope="module")
def phone(javarosa: JavaRosa) -> Phone:
    return Phone(javarosa)


@pytest.mark.parametrize(("expression", "key", "function", "given"), STOP)
def test_a_written_value_that_stops_a_phone_is_told_with_its_function_and_why(
    expression: str, key: str, function: str, given: str
) -> None:
    (one,) = told(expression)
    assert (one.path, one.kind) == ("/data/here", "calculate")
    assert one.args == {"reason": key, "name": function, "given": given}


@pytest.mark.parametrize(
    "expression", [expression for expression, *_ in STOP if "property" not in expression]
)
def test_it_stops_the_phone_indeed(expression: str, phone: Phone) -> None:
    assert phone.answer(asked(expression)) == "error"


def test_a_property_that_no_phone_has_is_nothing_at_all_there(phone: Phone) -> None:
    """Nothing, not an empty text: a calculation ends with it."""
    assert phone.answer(asked("property('a')")) == "null"


@pytest.mark.parametrize("expression", GO_ON)
def test_of_what_a_phone_can_work_out_nothing_is_said(expression: str, phone: Phone) -> None:
    assert told(expression) == []
    assert phone.answer(asked(expression)) not in ("error", "null")


NEVER_REACHED = {
    "true() or date('x')",
    "false() and date('x')",
    "1 = 1 or date('x') = 1",
    "if(true(), 1, date('nonsense'))",
    "if(false(), date('nonsense'), 2)",
}
"""Told as well: nobody writes a condition that is none, and a call that stops a phone once it is reached is no use."""


def test_of_all_the_tables_cases_those_alone_are_told_at_which_the_phone_stops() -> None:
    """The tables are asked of JavaRosa one by one beside this."""
    stopped, others = 0, set()
    for case in cases():
        there = laid(case.context)
        place, _ = there.at(case.node or STANDINGS[case.context].node)
        try:
            found = list(stopping(there.model, parse(case.expression), place))
        except XPathFault:
            continue  # told as what it is
        if found and (case.phone or case.expected).startswith(("error", "null", "fault:")):
            stopped += 1
        elif found:
            others.add(case.expression)
    assert stopped > 40
    assert others == NEVER_REACHED


def test_every_place_of_an_expression_is_looked_at() -> None:
    """Binds, a repeat's count, a list's filter, a default that is worked out, an entity's attributes and label."""
    wrong = "date('abc')"
    model = from_model(
        f"""<instance><data id="f"><q/><kind/><n/><r jr:template=""><a/></r>
        <meta><entity dataset="trees" id="" create="1"><label/></entity></meta></data></instance>
        <instance id="l"><root><item><name>a</name><label>A</label></item></root></instance>
        <bind nodeset="/data/q" type="string" relevant="{wrong} = 1" required="{wrong} = 1" readonly="{wrong} = 1"
            constraint="{wrong} = 1" calculate="{wrong}"/>
        <bind nodeset="/data/meta/entity/@id" type="string" calculate="{wrong}"/>
        <bind nodeset="/data/meta/entity/label" type="string" calculate="{wrong}"/>
        <setvalue event="odk-instance-first-load" ref="/data/n" value="{wrong}"/>""",
        f"""<input ref="/data/q"><label>Q</label></input><input ref="/data/n"><label>N</label></input>
        <select1 ref="/data/kind"><label>K</label><itemset nodeset="instance('l')/root/item[name = {wrong}]">
            <value ref="name"/><label ref="label"/></itemset></select1>
        <group ref="/data/r"><label>R</label><repeat nodeset="/data/r" jr:count="{wrong}">
            <input ref="/data/r/a"><label>A</label></input></repeat></group>""",
    )
    assert {(one.path, one.kind) for one in lint(model) if one.trouble is Trouble.STOPS} == {
        ("/data/q", "relevant"),
        ("/data/q", "required"),
        ("/data/q", "readonly"),
        ("/data/q", "constraint"),
        ("/data/q", "calculate"),
        ("/data/meta/entity/@id", "calculate"),
        ("/data/meta/entity/label", "calculate"),
        ("/data/n", "value"),
        ("/data/kind", "choices"),
        ("/data/r", "count"),
    }
