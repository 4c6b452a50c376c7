"""Entity blocks: what a form declares and what an instance saves (ODK entities specification)."""

from __future__ import annotations

import pytest

from server.xforms import Context, check, parse_instance, record, saved_entities
from tests.xforms.forms import form, from_model, instance

TREES = form(
    """
| survey |
| | type | name | label | save_to |
| | text | village | Village | |
| | begin_repeat | tree | Tree | |
| | text | kind | Kind | species |
| | begin_group | size | Size | |
| | decimal | height | Height | height |
| | end_group | | | |
| | end_repeat | | | |
| settings |
| | form_id |
| | f |
| entities |
| | list_name | label | repeat |
| | trees | ${kind} | ${tree} |
"""
)

UPDATE = form(
    """
| survey |
| | type | name | label | save_to |
| | select_one_from_file households.csv | house | House | |
| | integer | size | Size | size |
| settings |
| | form_id |
| | f |
| entities |
| | list_name | entity_id | update_if |
| | households | ${house} | ${size} > 0 |
"""
)


HOUSE, OTHER = "8af370d0-6df1-46e7-ab86-f4815d550cab", "8af370d0-6df1-46e7-ab86-f4815d550cac"


def told(id_: str, update: str, size: str = "4") -> list[tuple[str, str]]:
    block = f'<entity dataset="households" id="{id_}" update="{update}" baseVersion="1"/>'
    answers = f"<house>{HOUSE}</house><size>{size}</size>"
    xml = f'<data id="f" version=""><meta><instanceID>uuid:1</instanceID>{block}</meta>{answers}</data>'
    found = check(UPDATE, parse_instance(xml.encode()), Context())
    return [(one.path, one.rule.value) for one in found if "@" in one.path]


@pytest.mark.parametrize("update", ["1", "true"])
def test_a_block_that_says_what_the_answers_say_is_not_found(update: str) -> None:
    assert told(HOUSE, update) == []
    assert told(HOUSE.upper(), update) == []


def test_a_block_about_another_entity_than_the_answers_name_is_found() -> None:
    assert told(OTHER, "1") == [("/data/meta/entity/@id", "calculation")]


def test_a_block_that_changes_what_the_answers_leave_is_found_and_the_other_way_round() -> None:
    assert told(HOUSE, "1", size="0") == [("/data/meta/entity/@update", "calculation")]
    assert told(HOUSE, "", size="4") == [("/data/meta/entity/@update", "calculation")]


def test_a_declaration_in_a_repeat_names_its_scope_and_properties() -> None:
    (decl,) = TREES.entities()
    assert (decl.dataset, decl.scope, decl.repeat, decl.version) == (
        "trees",
        "/data/tree",
        "/data/tree",
        "2025.1.0",
    )
    assert decl.saveto == {"/data/tree/kind": "species", "/data/tree/size/height": "height"}
    assert (decl.create, decl.update, decl.id, decl.label) == ("'1'", None, "uuid()", "../../../kind")


def test_a_declaration_of_an_update_names_its_sources() -> None:
    (decl,) = UPDATE.entities()
    assert decl.create is None
    assert decl.update == "/data/size  > 0"
    assert decl.id == "/data/house"
    assert decl.repeat is None
    assert decl.base_version is not None
    assert decl.base_version.startswith("instance('households')/root/item[name=")
    assert decl.trunk_version is not None
    assert decl.branch_id is not None
    assert decl.label is None


def test_a_form_without_entities_declares_none() -> None:
    assert from_model('<instance><data id="f"><a/></data></instance>').entities() == []


def test_each_row_saves_its_own_entity_with_positions() -> None:
    def tree(number: int, answers: str) -> str:
        return (
            f'<tree>{answers}<meta><entity dataset="trees" id="e{number}" create="1"><label>T{number}</label>'
            "</entity></meta></tree>"
        )

    read = instance(
        tree(1, "<kind>oak</kind><size><height>3.5</height></size>")
        + "<village>X</village>"
        + tree(2, "<kind/>")
    )
    found = saved_entities(TREES, read, record(TREES, read))
    assert [(one.path, one.block.id, dict(one.properties)) for one in found] == [
        ("/data/tree[1]/meta/entity", "e1", {"species": "oak", "height": "3.5"}),
        ("/data/tree[2]/meta/entity", "e2", {"species": ""}),
    ]
    assert found[0].sources["height"] == "/data/tree/size/height"


def test_a_node_left_out_changes_no_property() -> None:
    read = instance('<house>e1</house><meta><entity dataset="households" id="e1" update="1"/></meta>')
    (one,) = saved_entities(UPDATE, read, record(UPDATE, read))
    assert one.path == "/data/meta/entity"
    assert one.block.update
    assert dict(one.properties) == {}


def test_a_block_that_the_form_does_not_declare_saves_nothing() -> None:
    model = from_model('<instance><data id="f"><a/></data></instance>')
    read = instance('<a>1</a><meta><entity dataset="households" id="e1" create="1"/></meta>')
    assert saved_entities(model, read, record(model, read)) == []
