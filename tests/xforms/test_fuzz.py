"""Whatever comes, the engine answers with values or with its own refusals, never with another exception."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from server.xforms import (
    MESSAGES,
    Context,
    FormError,
    FormModel,
    InstanceError,
    check,
    media_names,
    merge,
    parse_instance,
    record,
    saved_entities,
    split,
    value_at,
    walk,
)
from server.xforms.types import PARSERS, TypeFault, parse
from tests.xforms.forms import form, xform

SHEETS = """
| survey |
| | type | name | label | save_to |
| | integer | n | N | size |
| | begin_group | g | G | |
| | select_one l | one | One | |
| | select_multiple l | many | Many | |
| | geopoint | place | Place | |
| | end_group | | | |
| | begin_repeat | member | Member | |
| | date | born | Born | |
| | image | photo | Photo | |
| | begin_repeat | card | Card | |
| | decimal | worth | Worth | |
| | end_repeat | | | |
| | end_repeat | | | |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| settings |
| | form_id | version |
| | f | 1 |
| entities |
| | list_name | label |
| | households | ${n} |
"""
FORM = form(SHEETS)
XFORM = xform(SHEETS)

NAMES = ["n", "g", "one", "many", "place", "member", "born", "photo", "card", "worth", "meta", "entity", "x"]
TEXTS = st.sampled_from(["", " ", "a", "a b", "z", "3", "1,5", "NaN", "2026-01-02", "1 2 3 4", "91 0 0 0"])
TREES = st.recursive(
    st.tuples(st.sampled_from(NAMES), TEXTS),
    lambda inner: st.tuples(st.sampled_from(NAMES), st.lists(inner, max_size=5)),
    max_leaves=25,
)


Tree = tuple[str, "str | list[Tree]"]


def written(tree: Tree) -> str:
    name, inside = tree
    text = inside if isinstance(inside, str) else "".join(map(written, inside))
    return f"<{name}>{text}</{name}>"


def refusal(act: Callable[[], bool]) -> str:
    """The key of our own refusal, '' where the act came out true. Any other exception is the test's failure."""
    try:
        return "" if act() else "false"
    except (FormError, InstanceError, TypeFault) as refused:
        return refused.key


@given(st.lists(TREES, max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_tree_of_known_and_unknown_nodes_is_recorded_and_checked(trees: list[Tree]) -> None:
    sent = parse_instance(f'<data id="f">{"".join(map(written, trees))}</data>'.encode())
    made = record(FORM, sent)
    for finding in check(FORM, sent, Context(attachments=frozenset())):
        assert finding.path.startswith("/data")
    for path, _, value in walk(FORM, made):
        assert value_at(made, path) == value
    protected = frozenset({"/data/g/place", "/data/member/born", "/data/member/card", "/data/n"})
    assert merge(FORM, *split(FORM, made, protected)) == made
    assert all(name for _, name in media_names(FORM, sent))
    assert all(one.path.startswith("/data") for one in saved_entities(FORM, sent, made))


def usable(model: FormModel) -> bool:
    """Whether the parts of a model agree: a plan of its root, and a field for each row of the schema."""
    rows = [f"/{model.root}{one['path']}" for one in model.schema()]
    return model.plan.root.name == model.root and all(model.field(path) for path in rows)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_instance_or_refused(xml: bytes) -> None:
    assert refusal(lambda: parse_instance(xml).form_id != "") in (
        "",
        *("empty", "malformed", "encoding", "characters", "dtd", "no_form_id"),
    )


@given(st.integers(0, len(XFORM) - 1), st.binary(max_size=12), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_a_damaged_form_is_a_model_or_refused(at: int, put: bytes, cut: int) -> None:
    assert refusal(lambda: usable(FormModel.from_xml(XFORM[:at] + put + XFORM[at + cut :]))) != "false"


FORM_WORDS = [
    "h:head",
    "h:body",
    "model",
    "instance",
    "bind",
    "input",
    "group",
    "repeat",
    "itemset",
    "itext",
    "data",
]


@given(
    st.recursive(
        st.sampled_from(FORM_WORDS).map(lambda name: f'<{name} ref="/data/a" nodeset="../a"/>'),
        lambda inner: st.tuples(st.sampled_from(FORM_WORDS), st.lists(inner, max_size=4)).map(
            lambda pair: f'<{pair[0]} id="f" ref="a/b" lang="en">{"".join(pair[1])}</{pair[0]}>'
        ),
        max_leaves=20,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_arrangement_of_a_forms_words_is_a_model_or_refused(inside: str) -> None:
    xml = f"""<h:html xmlns:h="urn:h"><h:head><model><instance><data id="f"><a/></data></instance>{inside}</model>
    </h:head><h:body>{inside}</h:body></h:html>"""
    assert refusal(lambda: usable(FormModel.from_xml(xml.encode()))) in (
        "",
        *(
            "question_without_node",
            "question_without_reference",
            "select_without_choices",
            "choice_without_label",
            "text_missing",
        ),
    )


@given(st.sampled_from(sorted(PARSERS)), st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_value_of_a_type_or_a_fault(type_: str, text: str) -> None:
    key = refusal(lambda: parse(type_, text) is not None or not text.strip())
    assert key == "" or key in MESSAGES


@given(
    st.sampled_from(sorted(PARSERS)),
    st.from_regex(r"[-+]?[0-9]{1,4}([-.:, ;TeE+][-+0-9]{0,6}){0,6}Z?", fullmatch=True),
)
@settings(max_examples=400, deadline=None)
def test_texts_that_look_like_numbers_and_dates_are_values_or_faults(type_: str, text: str) -> None:
    key = refusal(lambda: parse(type_, text) is not None)
    assert key == "" or key in MESSAGES
