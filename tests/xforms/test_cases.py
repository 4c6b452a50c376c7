"""The XPath engine against its tables of cases: what an expression comes to, of which type, or why it comes to nothing.

The facts are the ODK XForms specification's ('XPath Functions' and what stands around it), and those that JavaRosa and
Web Forms test; where they differ, JavaRosa holds (`cases/differences.csv`).
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from server.xforms.functions import FUNCTIONS
from tests.xforms.cases.asking import ours
from tests.xforms.cases.contexts import STANDINGS
from tests.xforms.cases.tables import Case, cases

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_expression_has_the_value_that_its_table_says(case: Case) -> None:
    assert ours(case) == case.expected, f"{case.expression} at {case.context} {case.node}"


def test_every_function_has_a_case() -> None:
    asked = {name for case in CASES for name in re.findall(r"[a-z][\w.:-]*(?=\s*\()", case.expression)}
    assert set(FUNCTIONS) - asked == set()


def test_every_difference_is_explained_and_no_case_stands_twice() -> None:
    assert [
        str(case) for case in CASES if (case.phone or case.subject == "differences") and not case.why
    ] == []
    twice = Counter((case.context, case.node, case.expression) for case in CASES)
    assert [key for key, times in twice.items() if times > 1] == []
    assert {case.context for case in CASES} == set(STANDINGS)
