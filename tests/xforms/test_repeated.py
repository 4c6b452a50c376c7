"""An answer of each repetition taken for one value: found before anyone fills the form in, and asked of JavaRosa as well."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pytest

from server.xforms.lint import Trouble, lint
from server.xforms.model import FormModel
from tests.xforms.forms import xform

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa

A = "/data/r/a"

STOP = [
    f"{A} * 2",
    A,
    f"{A} = 'x'",
    f"-{A}",
    "string(/data/r)",
    f"if({A} > 1, 'y', 'n')",
    f"if(1 = 1, {A}, 0)",
    f"if(count(/data/s) = 1, {A}, 0)",
    f"concat('a', {A})",
    f"string-length({A})",
    f"coalesce({A}, 1)",
    f"max({A}, 3)",
    f"min(3, {A})",
    f"join(',', {A}, 'b')",
    f"round({A}, 1)",
    f"selected({A}, 'x')",
    f"count-selected({A})",
    f"sum(/data/r/a) + {A}",
    f"sum(/data/s[x = {A}]/x)",
    f"indexed-repeat(/data/s/x, /data/s, {A})",
    "/data/r/i/b + 1",
    "/data/r/i/b",
    f"not({A})",
    f"regex({A}, 'x')",
    f"if(count(/data/r) > 0, {A}, 0)",
    f"count(/data/r) >= 1 and {A} > 1",
    f"count(/data/r) = 2 and {A} > 1",
    f"if(count(/data/r) != 0, {A} * 2, 0)",
    f"if(count(/data/r) = 1, 0, {A})",
    f"if(count-non-empty({A}) > 0, {A}, '')",
    f"if(count-non-empty({A}) = 1 or 1 = 1, {A}, '')",
    f"count(/data/r) <= 1 or {A} > 1",
    f"if(count(/data/r) = 1 or /data/out = 'y', {A}, 0)",
    f"if(count(/data/r[a = 3]) = 1, {A}, 0)",
    f"if(not(count(/data/r) = 1), {A}, 0)",
]
"""Calculations of a node outside both repeats."""

GO_ON = [
    f"sum({A})",
    f"count({A}) + count(/data/r)",
    f"count-non-empty({A})",
    f"max({A}) - min({A})",
    f"join(' ', {A})",
    f"concat({A})",
    f"/data/r[position() = 1]/{A.rpartition('/')[2]}",
    "/data/r[a = '3']/a",
    "/data/r[1]/a",
    f"indexed-repeat({A}, /data/r, 2)",
    "indexed-repeat(/data/r/i/b, /data/r, 1, /data/r/i, 1)",
    "position(/data/r)",
    f"if(count(/data/r) = 1, {A}, 0)",
    f"count(/data/r) = 1 and {A} > 1",
    f"if(count(/data/r) <= 1, {A}, 0)",
    f"if(count(/data/r) < 2, {A}, 0)",
    f"if(1 = count(/data/r), {A}, 0)",
    f"if(2 > count(/data/r), {A}, 0)",
    f"if(count(/data/r) > 1, 0, {A})",
    f"if(not(count(/data/r) > 1), {A}, 0)",
    "if(count(/data/r/i) = 1, /data/r/i/b, 0)",
    f"if(count(/data/r) = 1 and /data/out = 'y', {A}, 0)",
    f"if(count(/data/r) > 1 or /data/out = 'x', 0, {A})",
    f"count(/data/r) > 1 or {A} > 1",
    "count(/data/r[a > 1])",
    "sum(/data/r/i/b)",
    f"checklist(1, 2, {A})",
    f"weighted-checklist(1, 2, {A}, {A})",
    f"once({A})",
    "/data/only/o * 2",
    "/data/counted/c * 2",
    "/data/out",
]


NESTED = """
| survey |
| | type | name | label | calculation | repeat_count |
| | begin_repeat | m | Member | | |
| | text | ill | Ill? | | |
| | integer | n | How many? | | |
| | begin_repeat | k | Illness | | %s |
| | text | kn | Which? | | |
| | end_repeat | | | | |
| | calculate | kk | | ${kn} | |
| | end_repeat | | | | |
| settings |
| | form_id | version |
| | f | 1 |
"""


def written(calculate: str, *, at: str = "/data/t", label: str = "T") -> bytes:
    """A form with two repeats open to any number of rows and two that stay at one, and one calculation."""
    binds = f"<bind nodeset={quoteattr(at)} calculate={quoteattr(calculate)}/>" if calculate else ""
    return f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa">
        <h:head><h:title>T</h:title><model>
        <instance><data id="f"><out/>
          <r jr:template=""><a/><u/><i jr:template=""><b/><v/></i></r><r><a/><u/><i><b/><v/></i></r>
          <s jr:template=""><x/></s><s><x/></s>
          <only jr:template=""><o/></only><counted jr:template=""><c/></counted><n/><one/>
        <t/></data></instance>
        <bind nodeset="/data/one" calculate="1"/><bind nodeset="/data/n" calculate="if(/data/out = 'y', 1, 0)"/>{binds}</model></h:head>
        <h:body><input ref="/data/out"><label>Out</label></input>
        <group ref="/data/r"><label>R</label><repeat nodeset="/data/r">
          <input ref="/data/r/a"><label>A</label></input>
          <group ref="/data/r/i"><label>I</label><repeat nodeset="/data/r/i">
            <input ref="/data/r/i/b"><label>B</label></input></repeat></group></repeat></group>
        <group ref="/data/s"><label>S</label><repeat nodeset="/data/s">
          <input ref="/data/s/x"><label>X</label></input></repeat></group>
        <group ref="/data/only"><label>O</label><repeat nodeset="/data/only" jr:count="/data/one">
          <input ref="/data/only/o"><label>O</label></input></repeat></group>
        <group ref="/data/counted"><label>C</label><repeat nodeset="/data/counted" jr:count="/data/n">
          <input ref="/data/counted/c"><label>C</label></input></repeat></group>
        <input ref="/data/t"><label>{label}</label></input></h:body></h:html>""".encode()


def told(form: bytes) -> list[tuple[str, str, str]]:
    """(path, kind, repeat) of what is said."""
    found = [one for one in lint(FormModel.from_xml(form)) if one.trouble is Trouble.REPEATED]
    return [(one.path, one.kind, str(one.args["group"])) for one in found]


def stops(javarosa: JavaRosa, form: bytes) -> bool:
    """Whether a phone stops once there is a second row of each repeat."""
    phone = javarosa.load(form)
    phone.set("/data/r[1]/a", "3")
    try:
        for repeat in ("/data/r", "/data/r/i", "/data/s"):
            phone.add_repeat(repeat)
        phone.set("/data/r[2]/a", "4")
        phone.set("/data/s[2]/x", "4")
        phone.set("/data/out", "y")
    except Exception as error:
        if "indexed-repeat" not in str(error):
            raise
        return True
    return False


@pytest.mark.parametrize("expression", STOP)
def test_what_stops_a_phone_at_the_second_row_is_told(expression: str, javarosa: JavaRosa) -> None:
    form = written(expression)
    assert {(path, kind) for path, kind, _ in told(form)} == {("/data/t", "calculate")}
    assert stops(javarosa, form)


@pytest.mark.parametrize("expression", GO_ON)
def test_of_what_a_phone_can_work_out_over_rows_nothing_is_said(expression: str, javarosa: JavaRosa) -> None:
    form = written(expression)
    assert told(form) == []
    assert not stops(javarosa, form)


@pytest.mark.parametrize(
    ("at", "expression", "repeats"),
    [
        ("/data/r/u", "/data/r/a + 1", []),
        ("/data/r/u", "../a + /data/out", []),
        ("/data/r/i/v", "/data/r/a + /data/r/i/b", []),
        ("/data/r/i/v", "../../a + ../b", []),
        ("/data/r/u", "/data/r/i/b + 1", ["/data/r/i"]),
        ("/data/r/u", "/data/s/x + 1", ["/data/s"]),
    ],
)
def test_a_repeat_around_the_calculation_itself_is_one_row(
    at: str, expression: str, repeats: list[str], javarosa: JavaRosa
) -> None:
    form = written(expression, at=at)
    assert [repeat for _, _, repeat in told(form)] == repeats
    assert stops(javarosa, form) is bool(repeats)


def test_one_row_of_an_inner_repeat_says_nothing_of_the_rows_around_it() -> None:
    """A second row of the outer one may have none of the inner."""
    assert told(written(f"if(count(/data/r/i) = 1, {A}, 0)")) == [("/data/t", "calculate", "/data/r")]
    assert told(written("if(count(/data/r) = 1, /data/r/i/b, 0)")) == [("/data/t", "calculate", "/data/r/i")]


def test_an_answer_shown_in_a_label_is_told_there() -> None:
    form = written("", label=f'T <output value="{escape(A)}"/>')
    assert told(form) == [("/data/t", "label", "/data/r")]
    assert told(written("", label="T ${/data/r/a")) == []


@pytest.mark.parametrize(
    ("count", "told_at"),
    [
        ("1", []),
        ("${ill} = 'y'", []),
        ("if(${ill} = 'y', 1, 0)", []),
        ("min(1, ${n})", []),
        ("${n}", [("/data/m/kk", "calculate", "/data/m/k")]),
        ("if(${ill} = 'y', 2, 0)", [("/data/m/kk", "calculate", "/data/m/k")]),
    ],
)
def test_a_repeat_inside_another_whose_count_is_at_most_one_is_one_row(
    count: str, told_at: list[tuple[str, str, str]]
) -> None:
    """pyxform writes the count beside the repeat, as `../k_count`."""
    assert told(xform(NESTED % count)) == told_at
