"""A form's fields in Central's shape."""

from __future__ import annotations

from tests.xforms.forms import form, from_model

FORM = form(
    """
| survey |
| | type | name | label | relevant | save_to |
| | start | start | | | |
| | audit | audit | | | |
| | text | who | Who | | |
| | begin_group | water | Water | ${who} != '' | |
| | select_multiple l | also | Also | | also |
| | decimal | litres | Litres | | |
| | image | photo | Photo | | |
| | note | told | Told | | |
| | end_group | | | | |
| | begin_repeat | member | Member | | |
| | integer | age | Age | | |
| | end_repeat | | | | |
| choices |
| | list_name | name | label |
| | l | a | A |
| settings |
| | form_id |
| | f |
| entities |
| | list_name | label |
| | households | ${who} |
"""
)


def test_fields_are_listed_depth_first_as_central_lists_them() -> None:
    rows = [
        (one["path"], one["name"], one["type"], one["binary"], one["selectMultiple"]) for one in FORM.schema()
    ]
    assert rows == [
        ("/start", "start", "dateTime", None, None),
        ("/who", "who", "string", None, None),
        ("/water", "water", "structure", None, None),
        ("/water/also", "also", "string", None, True),
        ("/water/litres", "litres", "decimal", None, None),
        ("/water/photo", "photo", "binary", True, None),
        ("/water/told", "told", "string", None, None),
        ("/member", "member", "repeat", None, None),
        ("/member/age", "age", "int", None, None),
        ("/meta", "meta", "structure", None, None),
        ("/meta/entity", "entity", "structure", None, None),
        ("/meta/entity/label", "label", "string", None, None),
        ("/meta/audit", "audit", "binary", True, None),
        ("/meta/instanceID", "instanceID", "string", None, None),
    ]


def test_a_field_has_centrals_keys() -> None:
    assert list(FORM.schema()[0]) == ["path", "name", "type", "binary", "selectMultiple"]


def test_a_node_without_typed_bind_is_unknown_or_a_structure_and_prefixes_are_stripped() -> None:
    model = from_model(
        """<instance><data id="f"><a/><g><b/></g><orx:meta><orx:instanceID/></orx:meta></data></instance>
        <bind nodeset="/data/a" required="true()"/><bind nodeset="g/b" type="xsd:int"/>
        <bind nodeset="/data/orx:meta/orx:instanceID" type="string"/>"""
    )
    assert [(one["path"], one["type"]) for one in model.schema()] == [
        ("/a", "unknown"),
        ("/g", "structure"),
        ("/g/b", "xsd:int"),
        ("/meta", "structure"),
        ("/meta/instanceID", "string"),
    ]


def test_an_entity_block_without_label_is_a_structure() -> None:
    model = from_model(
        '<instance><data id="f"><meta><entity dataset="t" id="" update="1"/></meta></data></instance>'
    )
    assert [(one["path"], one["type"]) for one in model.schema()] == [
        ("/meta", "structure"),
        ("/meta/entity", "structure"),
    ]
