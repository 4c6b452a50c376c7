"""Forms made at random, filled and damaged at random: both engines agree on every node.

`make test` tries 2,000 pairs of form and submission, always the same ones; `make differential` others, 50,000 of them.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from server.xforms import FormModel
from tests.xforms.differential.answers import answers
from tests.xforms.differential.compare import differences
from tests.xforms.differential.forms import forms

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa

PAIRS = int(os.environ.get("PAIRS", "2000"))
A_FORM = 5
"""Submissions for each form."""


def test_the_phones_engine_and_this_one_agree_on_every_node(javarosa: JavaRosa) -> None:
    used: Counter[str] = Counter()
    pairs = 0

    @settings(
        max_examples=PAIRS // A_FORM,
        derandomize="PAIRS" not in os.environ,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.data())
    def agree(data: Any) -> None:
        nonlocal pairs
        form = data.draw(forms())
        for _ in range(A_FORM):
            submission = data.draw(answers(form))
            assert differences(javarosa, form.xml, submission) == [], (form.xml, submission)
            pairs += 1
        for logic in FormModel.from_xml(form.xml.encode()).program.every:
            used.update(logic.notes.functions)

    agree()
    assert pairs >= PAIRS
    assert len(used) >= 30
    if "PAIRS" in os.environ:
        print(f"\n{pairs} pairs; expressions by function, all in agreement:")
        for name, count in used.most_common():
            print(f"  {name:24} {count * A_FORM:>8}")
