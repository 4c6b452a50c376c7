"""Submissions for a form made at random: right answers and damaged ones, every node there, some empty."""

from __future__ import annotations

from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tests.xforms.differential.forms import CHOICES, Made, MadeForm

VALUES: dict[str, st.SearchStrategy[str]] = {
    "int": st.sampled_from(["0", "1", "5", "-3", "12", "100", "2147483647"]),
    "decimal": st.sampled_from(["0.5", "1", "2.75", "-0.1", "1000000.25", "-0.0"]),
    "string": st.sampled_from(["a", "b c", "12", "X", "2020-01-31", "ab ab", "井", "'\"<&"]),
    "date": st.sampled_from(["2020-02-29", "1999-12-31", "2024-06-15", "1970-01-01"]),
    "dateTime": st.sampled_from(["2020-02-29T10:20:30.400Z", "2024-06-15T23:59:00.000Z"]),
    "time": st.sampled_from(["09:05:00.000Z", "23:59:59.000Z"]),
    "select1": st.sampled_from(CHOICES),
    "select": st.sampled_from(["a", "b", "a b", "a b c", "c a"]),
    "geopoint": st.sampled_from(["12.5 3.25 0 4", "-1 -2 10 0.5", "89.9 179.9 0 0"]),
    "boolean": st.sampled_from(["1", "0"]),
}


@st.composite
def answers(draw: st.DrawFn, form: MadeForm) -> bytes:
    """A submission's XML. Constraints, relevance and required are broken as chance has it."""
    inside = "".join(_element(draw, node) for node in form.nodes)
    return f'<data id="made" version="1">{inside}<meta><instanceID>uuid:1</instanceID></meta></data>'.encode()


def _element(draw: st.DrawFn, node: Made) -> str:
    if node.kind == "repeat":
        rows = draw(st.integers(0, 3))
        return "".join(f"<{node.name}>{_inside(draw, node)}</{node.name}>" for _ in range(rows))
    if node.kind == "group":
        return f"<{node.name}>{_inside(draw, node)}</{node.name}>"
    text = draw(VALUES[node.kind]) if draw(st.integers(0, 9)) < 7 else ""
    return f"<{node.name}>{escape(text)}</{node.name}>"


def _inside(draw: st.DrawFn, node: Made) -> str:
    return "".join(_element(draw, one) for one in node.inside)
