"""JavaRosa runs in this process and judges as a phone does; the filler gives it only what it accepts."""

import re
from pathlib import Path
from random import Random

import pytest
from lxml import etree
from pyxform.xls2xform import convert

from tests.tools.filler import Stuck, fill
from tests.tools.javarosa import Form, JavaRosa, Verdict
from tests.tools.patterns import text_matching

VISIT = Path(__file__).with_name("every_kind.md")
AREAS = b"name,label\nA1,Lower Ford\nA2,\xe4\xba\x95\n"


@pytest.fixture(scope="module")
def xform() -> str:
    return str(convert(VISIT).xform)


@pytest.fixture
def form(javarosa: JavaRosa, xform: str) -> Form:
    return javarosa.load(xform, {"areas.csv": AREAS})


def ask(form: Form, name: str, text: str) -> Verdict:
    return next(q for q in form.questions() if q.path.endswith(f"/{name}")).answer(text)


def test_an_answer_gets_the_verdict_that_a_phone_would_give(form: Form) -> None:
    assert ask(form, "size", "0") is Verdict.CONSTRAINT
    assert ask(form, "size", "") is Verdict.REQUIRED
    assert ask(form, "size", "3") is Verdict.OK


def test_an_answer_opens_questions_and_fills_calculations(form: Form) -> None:
    assert "/data/minutes" not in [question.path for question in form.questions()]
    assert ask(form, "water", "y") is Verdict.OK
    assert ask(form, "size", "3") is Verdict.OK
    asked = [question.path for question in form.questions()]
    assert "/data/minutes" in asked
    assert [path for path in asked if path.endswith("/age")] == [f"/data/member[{n}]/age" for n in (1, 2, 3)]
    assert form.value("/data/people") == "3"
    assert form.value("/data/meta/entity/label") == "H3"


def test_choices_come_from_the_attached_list_and_from_the_form(form: Form) -> None:
    offered = {question.path: question.choices for question in form.questions()}
    assert offered["/data/area"] == ("A1", "A2")
    assert offered["/data/sources"] == ("well", "spring", "none")
    assert offered["/data/mood"][:3] == ("1.0", "1.5", "2.0")


def test_pulldata_reads_the_attached_list(form: Form) -> None:
    ask(form, "area", "A2")
    assert form.value("/data/place") == "井"


def test_each_node_tells_relevance_required_and_constraint(form: Form) -> None:
    form.set("/data/water", "n")
    form.set("/data/size", "9")
    nodes = {node.path: node for node in form.nodes()}
    assert not nodes["/data/minutes"].relevant
    assert nodes["/data/size"].value == "9"
    assert not nodes["/data/size"].constraint_holds
    assert nodes["/data/area"].required
    assert nodes["/data/water"].constraint_holds


def test_a_repeat_can_be_added_by_its_path(form: Form) -> None:
    form.add_repeat("/data/tank")
    form.set("/data/tank[2]/code", "AB-123")
    assert form.value("/data/tank[2]/code") == "AB-123"
    with pytest.raises(KeyError):
        form.value("/data/tank[3]/code")


def test_what_is_not_relevant_is_not_sent(form: Form) -> None:
    form.set("/data/water", "y")
    form.set("/data/minutes", "5")
    assert b"<minutes>5</minutes>" in form.serialize()
    form.set("/data/water", "n")
    assert b"minutes" not in form.serialize()


def test_a_missing_list_is_named(javarosa: JavaRosa, xform: str) -> None:
    with pytest.raises(ValueError, match=r"areas\.csv"):
        javarosa.load(xform)


def test_odk_validate_is_silent_on_a_good_form_and_says_what_is_wrong_with_a_bad_one(
    javarosa: JavaRosa, xform: str
) -> None:
    assert javarosa.complaints(xform) == ""
    broken = xform.replace("/data/water  = 'y'", "/data/water = = 'y'", 1)
    assert "/data/minutes" in javarosa.complaints(broken)


@pytest.mark.parametrize("seed", range(12))
def test_a_form_filled_at_random_holds_only_what_the_engine_accepts(form: Form, seed: int) -> None:
    root = etree.fromstring(fill(form, Random(seed), max_repeats=3))

    assert root.get("id") == "visit"
    assert root.findtext("end") > root.findtext("start")
    assert re.fullmatch(r"uuid:[0-9a-f-]{36}", root.findtext(".//instanceID") or "")
    assert 1 <= len(root.findall("tank")) <= 3
    assert str(len(root.findall("member"))) == root.findtext("size")
    assert (root.find("minutes") is not None) == (root.findtext("water") == "y")
    assert all(re.fullmatch(r"[A-Z]{2}-\d{3}[a-c]?", code.text or "") for code in root.iterfind("tank/code"))
    assert (root.findtext("photo") or "").endswith(".jpg")
    wrong = [
        node
        for node in form.nodes()
        if node.relevant and not (node.constraint_holds and (node.value or not node.required))
    ]
    assert wrong == []


def test_different_seeds_fill_differently(javarosa: JavaRosa, xform: str) -> None:
    filled = [
        etree.fromstring(fill(javarosa.load(xform, {"areas.csv": AREAS}), Random(seed), max_repeats=3))
        for seed in range(8)
    ]
    assert {root.findtext("water") for root in filled} == {"y", "n"}
    assert len({root.findtext("point") for root in filled}) == len(filled)
    assert len({len(root.findall("tank")) for root in filled}) > 1


def test_a_hint_answers_what_chance_would_not_find(form: Form) -> None:
    root = etree.fromstring(
        fill(form, Random(1), max_repeats=1, hints={"code": lambda rng: f"ZZ-{rng.choice('12')}00"})
    )
    assert root.findtext("tank/code") in {"ZZ-100", "ZZ-200"}


def test_a_question_without_a_possible_answer_is_named(javarosa: JavaRosa, xform: str) -> None:
    impossible = javarosa.load(
        xform.replace(". &gt;= 1 and . &lt;= 4", ". = 1 and . = 2"), {"areas.csv": AREAS}
    )
    with pytest.raises(Stuck, match=r"/data/size"):
        fill(impossible, Random(1), max_repeats=1)


@pytest.mark.parametrize(
    "pattern",
    [r"^[A-Z]{2}-\d{3}$", r"(north|south) side", r"[^0-9]+x?", r"\w{3,}@\w+\.(org|net)", r"[一-三]{2}"],
)
def test_a_text_made_from_a_pattern_matches_it(pattern: str) -> None:
    rng = Random(pattern)
    texts = {text_matching(pattern, rng) for _ in range(50)}
    assert all(re.fullmatch(pattern, text) for text in texts)
    assert len(texts) > 1
