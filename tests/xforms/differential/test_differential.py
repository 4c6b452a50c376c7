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
from tests.xforms.differential.compare import Difference, differences
from tests.xforms.differential.forms import forms

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa

PAIRS = int(os.environ.get("PAIRS", "2000"))
A_FORM = 5
"""Submissions for each form."""


def test_the_phones_engine_and_this_one_agree_on_every_node(javarosa: JavaRosa) -> None:
    cases: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    found: list[tuple[str, bytes, list[Difference]]] = []
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
        logics = FormModel.from_xml(form.xml.encode()).program.every
        for _ in range(A_FORM):
            submission = data.draw(answers(form))
            differ = differences(javarosa, form.xml, submission, compared)
            if differ:
                found.append((form.xml, submission, differ))
            apart = {one.logic for one in differ}
            for logic in logics:
                cases.update(logic.notes.functions)
                agreed.update(logic.notes.functions if logic.source not in apart else ())
            pairs += 1

    agree()
    if "PAIRS" in os.environ:
        print(_table(pairs, compared, cases, agreed))
    assert not found, found[0]
    assert pairs >= PAIRS
    assert len(cases) >= 30
    assert {"pulldata", "indexed-repeat", "position", "sum", "format-date-time"} <= set(cases)


def _table(pairs: int, compared: Counter[str], cases: Counter[str], agreed: Counter[str]) -> str:
    """Function, cases (an expression that calls it, on one submission), agreements."""
    what = ", ".join(f"{count:,} of {name}" for name, count in compared.most_common())
    rows = [f"  {name:24} {count:>9,} {agreed[name]:>11,}" for name, count in cases.most_common()]
    head = f"  {'function':24} {'cases':>9} {'agreements':>11}"
    return "\n".join([f"\n{pairs:,} pairs; compared node by node: {what}", head, *rows])
