"""Answers as one record: order, rows, walking, splitting off what is protected, and joining it again."""

from __future__ import annotations

import json

import pytest

from server.xforms import Record, merge, record, split, value_at, walk
from tests.xforms.forms import form, instance

HOME = form(
    """
| survey |
| | type | name | label |
| | text | who | Who |
| | begin_group | water | Water |
| | text | source | Source |
| | integer | minutes | Minutes |
| | end_group | | |
| | begin_repeat | member | Member |
| | text | name | Name |
| | integer | age | Age |
| | begin_repeat | card | Card |
| | text | number | Number |
| | end_repeat | | |
| | end_repeat | | |
| | geopoint | place | Place |
"""
)

ANSWERS = """<who>Ada</who><water><source>well</source><minutes/></water>
<member><name>Bo</name><age>3</age><card><number>1</number></card><card><number>2</number></card></member>
<member><age>9</age></member><place>1 2 3 4</place>
<meta><instanceID>uuid:1</instanceID></meta>"""

RECORD: Record = {
    "who": "Ada",
    "water": {"source": "well", "minutes": ""},
    "member": [
        {"name": "Bo", "age": "3", "card": [{"number": "1"}, {"number": "2"}]},
        {"age": "9"},
    ],
    "place": "1 2 3 4",
    "meta": {"instanceID": "uuid:1"},
}


def test_a_record_nests_groups_and_lists_rows_and_keeps_texts() -> None:
    assert record(HOME, instance(ANSWERS)) == RECORD


def test_a_record_is_json() -> None:
    assert json.loads(json.dumps(RECORD)) == RECORD


def test_a_record_is_ordered_by_the_form_whatever_the_order_sent() -> None:
    sent = instance("<place>1 2</place><water><minutes>3</minutes><source>tap</source></water><who>Ada</who>")
    made = record(HOME, sent)
    assert list(made) == ["who", "water", "place"]
    assert list(made["water"]) == ["source", "minutes"]


def test_rows_apart_from_each_other_keep_their_order() -> None:
    sent = instance("<member><age>1</age></member><who>Ada</who><member><age>2</age></member>")
    assert record(HOME, sent)["member"] == [{"age": "1"}, {"age": "2"}]


def test_a_node_left_out_is_no_key_and_an_unknown_one_is_not_kept() -> None:
    assert record(HOME, instance("<who/><stranger>x</stranger>")) == {"who": ""}


def test_a_second_answer_to_one_question_does_not_replace_the_first() -> None:
    assert record(HOME, instance("<who>Ada</who><who>Eve</who>")) == {"who": "Ada"}


def test_walking_names_every_leaf_with_positions_on_repeats_always() -> None:
    assert [(path, field.type, value) for path, field, value in walk(HOME, RECORD)] == [
        ("/data/who", "string", "Ada"),
        ("/data/water/source", "string", "well"),
        ("/data/water/minutes", "int", ""),
        ("/data/member[1]/name", "string", "Bo"),
        ("/data/member[1]/age", "int", "3"),
        ("/data/member[1]/card[1]/number", "string", "1"),
        ("/data/member[1]/card[2]/number", "string", "2"),
        ("/data/member[2]/age", "int", "9"),
        ("/data/place", "geopoint", "1 2 3 4"),
        ("/data/meta/instanceID", "string", "uuid:1"),
    ]


def test_each_path_of_a_walk_finds_its_value() -> None:
    for path, _, value in walk(HOME, RECORD):
        assert value_at(RECORD, path) == value


@pytest.mark.parametrize(
    "path",
    [
        "/data/stranger",
        "/data/member[3]/age",
        "/data/member[0]/age",
        "/data/who[2]",
        "/data/water",
        "/data/who/x",
        "/data/member[2]/name",
        "/data/[",
        "",
    ],
)
def test_a_path_without_answer_has_no_value(path: str) -> None:
    assert value_at(RECORD, path) is None


def test_a_repeat_without_position_is_its_first_row() -> None:
    assert value_at(RECORD, "/data/member/name") == "Bo"


def test_protected_answers_are_split_off_and_rows_keep_their_places() -> None:
    opened, hidden = split(HOME, RECORD, frozenset({"/data/who", "/data/member/name", "/data/place"}))
    assert hidden == {"who": "Ada", "member": [{"name": "Bo"}, {}], "place": "1 2 3 4"}
    assert opened == {
        "water": {"source": "well", "minutes": ""},
        "member": [{"age": "3", "card": [{"number": "1"}, {"number": "2"}]}, {"age": "9"}],
        "meta": {"instanceID": "uuid:1"},
    }


def test_a_protected_group_or_repeat_hides_all_below_it() -> None:
    opened, hidden = split(HOME, RECORD, frozenset({"/data/water", "/data/member/card"}))
    assert "water" not in opened
    assert hidden == {
        "water": {"source": "well", "minutes": ""},
        "member": [{"card": [{"number": "1"}, {"number": "2"}]}, {}],
    }


PROTECTED = [
    frozenset(),
    frozenset({"/data/who"}),
    frozenset({"/data/member/name", "/data/member/card/number"}),
    frozenset({"/data/member"}),
    frozenset({"/data/water/source", "/data/place", "/data/meta"}),
    frozenset({"/data/stranger", "/other/who"}),
]


@pytest.mark.parametrize("paths", PROTECTED)
def test_split_and_merge_give_back_the_record_in_its_order(paths: frozenset[str]) -> None:
    opened, hidden = split(HOME, RECORD, paths)
    whole = merge(HOME, opened, hidden)
    assert whole == RECORD
    assert json.dumps(whole) == json.dumps(RECORD)


def test_nothing_protected_leaves_nothing_hidden() -> None:
    assert split(HOME, RECORD, frozenset()) == (RECORD, {})
