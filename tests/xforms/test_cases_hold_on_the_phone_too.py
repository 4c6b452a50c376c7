"""Every case asked of JavaRosa as well, the engine inside ODK Collect: a table that is wrong about the phone is found.

Where JavaRosa alone says something else, the table has its value in the column `phone`, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.xforms.cases.asking import Phone
from tests.xforms.cases.tables import Case, cases

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa


@pytest.fixture(scope="module")
def phone(javarosa: JavaRosa) -> Phone:
    return Phone(javarosa)


def expected_of(case: Case) -> str:
    """What JavaRosa must say: it throws where we have a fault or an error, without our keys."""
    expected = case.phone or case.expected
    return "error" if expected.startswith(("fault:", "error:")) else expected


@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_a_case_holds_on_the_phone_too(case: Case, phone: Phone) -> None:
    assert phone.answer(case) == expected_of(case), f"{case.expression} at {case.context} {case.node}"
