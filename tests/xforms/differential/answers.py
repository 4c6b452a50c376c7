"""Submissions for a form made at random: right answers and damaged ones, every node there, some empty."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tests.xforms.differential.forms import CHOICES, Made, MadeForm

VALUES: dict[str, Sequence[str]] = {
    "int": ["0", "1", "5", "-3", "12", "100", "2147483647"],
    "decimal": ["0.5", "1", "2.75", "-0.1", "1000000.25", "-0.0"],
    "string": ["a", "b c", "12", "X", "2020-01-31", "ab ab", "井", "'\"<&"],
    "date": ["2020-02-29", "1999-12-31", "2024-06-15", "1970-01-01"],
    "dateTime": ["2020-02-29T10:20:30.400Z", "2024-06-15T23:59:00.000Z"],
    "time": ["09:05:00.000Z", "23:59:59.000Z"],
    "select1": CHOICES,
    "select": ["a", "b", "a b", "a b c", "c a"],
    "geopoint": ["12.5 3.25 0 4", "-1 -2 10 0.5", "89.9 179.9 0 0"],
    "boolean": ["1", "0"],
}


@st.composite
def answers(draw: st.DrawFn, form: MadeForm) -> bytes:
    """A submission's XML. Constraints, relevance and required are broken as chance has it."""
    chance = draw(st.randoms(use_true_random=True))
    inside = "".join(_element(chance, node) for node in form.nodes)
    return f'<data id="made" version="1">{inside}<meta><instanceID>uuid:1</instanceID></meta></data>'.encode()


def _element(chance: Random, node: Made) -> str:
    if node.kind == "repeat":
        rows = chance.randint(0, 3)
        return "".join(f"<{node.name}>{_inside(chance, node)}</{node.name}>" for _ in range(rows))
    if node.kind == "group":
        return f"<{node.name}>{_inside(chance, node)}</{node.name}>"
    text = chance.choice(VALUES[node.kind]) if chance.random() < 0.7 else ""
    return f"<{node.name}>{escape(text)}</{node.name}>"


def _inside(chance: Random, node: Made) -> str:
    return "".join(_element(chance, one) for one in node.inside)
