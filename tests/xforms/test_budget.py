"""What one submission may ask for is bounded: whatever the form and the answers, the check ends, and says where it stopped."""

from __future__ import annotations

import pytest

from server.xforms import Context, Finding, FormError, FormModel, Rule, check, parse_instance
from tests.xforms.forms import from_model


def told(model: FormModel, answers: str) -> list[tuple[str, str]]:
    """Paths and rules of the findings."""
    xml = f'<data id="f"><meta><instanceID>uuid:1</instanceID></meta>{answers}</data>'
    found: list[Finding] = check(model, parse_instance(xml.encode()), Context(max_repeat_rows=10_000))
    return [(one.path, one.rule.value) for one in found]


BUDGET = ("/data", Rule.BUDGET.value)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}", "([a-z]+)*[0-9]"])
def test_a_pattern_that_never_ends_is_given_up(pattern: str) -> None:
    model = from_model(
        f"""<instance><data id="f"><q/></data></instance>
        <bind nodeset="/data/q" type="string" constraint="regex(., '{pattern}')"/>""",
        '<input ref="/data/q"><label>Q</label></input>',
    )
    answer = "a" * 400 + "!"
    assert told(model, f"<q>{answer}</q>") in ([BUDGET], [("/data/q", "constraint")])


def test_rows_that_each_look_at_all_rows_end_at_the_budget() -> None:
    model = from_model(
        """<instance><data id="f"><r jr:template=""><x/><all/></r></data></instance>
        <bind nodeset="/data/r/x" type="int"/>
        <bind nodeset="/data/r/all" type="int" calculate="sum(/data/r/x) + count(/data/r[x &gt; current()/../x])"/>""",
        """<group ref="/data/r"><label>R</label><repeat nodeset="/data/r">
        <input ref="/data/r/x"><label>X</label></input></repeat></group>""",
    )
    rows = "<r><x>1</x><all>1</all></r>" * 5000
    assert BUDGET in told(model, rows)


def test_a_sum_over_all_rows_is_within_it() -> None:
    model = from_model(
        """<instance><data id="f"><r jr:template=""><x/></r><all/></data></instance>
        <bind nodeset="/data/r/x" type="int"/>
        <bind nodeset="/data/all" type="int" calculate="sum(/data/r/x)"/>""",
        """<group ref="/data/r"><label>R</label><repeat nodeset="/data/r">
        <input ref="/data/r/x"><label>X</label></input></repeat></group>""",
    )
    rows = "<r><x>1</x></r>" * 5000
    assert told(model, rows + "<all>5000</all>") == []
    assert told(model, rows + "<all>5001</all>") == [("/data/all", "calculation")]


@pytest.mark.parametrize("depth", [1, 50])
def test_ifs_within_ifs_are_worked_out(depth: int) -> None:
    expression = "'end'"
    for number in range(depth):
        expression = f"if(/data/n = {number}, '{number}', {expression})"
    model = from_model(
        f"""<instance><data id="f"><n/><said/></data></instance><bind nodeset="/data/n" type="int"/>
        <bind nodeset="/data/said" type="string" calculate="{expression}"/>""",
        '<input ref="/data/n"><label>N</label></input>',
    )
    assert told(model, "<n>0</n><said>0</said>") == []
    assert told(model, "<n>-1</n><said>end</said>") == []
    assert told(model, "<n>-1</n><said>other</said>") == [("/data/said", "calculation")]


@pytest.mark.parametrize("wrap", ["not({})", "({})", "-{}", "string({})", "if(true(), {}, 1)"])
def test_an_expression_deeper_than_any_form_is_a_fault_and_no_crash(wrap: str) -> None:
    expression = "1"
    for _ in range(20_000):
        expression = wrap.format(expression)
    try:
        model = from_model(
            f"""<instance><data id="f"><n/></data></instance>
            <bind nodeset="/data/n" type="string" calculate="{expression}"/>""",
            '<input ref="/data/n"><label>N</label></input>',
        )
    except FormError:
        return
    assert {one.path for one in model.program.faults} <= {"/data/n"}
    assert told(model, "<n>1</n>") == []
