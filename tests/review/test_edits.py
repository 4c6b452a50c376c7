"""The XML of an edit: only what was changed differs, and what did not come is put where the form has it."""

from __future__ import annotations

import pytest

from server.review.rewriting import as_edit, rewritten
from server.xforms import Context, FormModel, parse_instance, record

FORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>Wells</h:title><model><instance><data id="wells" version="1"><first/><second/>
<part><inner/></part><row jr:template="" xmlns:jr="http://openrosa.org/javarosa"><n/></row><orx:meta><orx:instanceID/></orx:meta></data></instance>
<bind nodeset="/data/first" type="string"/><bind nodeset="/data/second" type="int"/><bind nodeset="/data/part/inner" type="string"/>
<bind nodeset="/data/row/n" type="int"/></model></h:head><h:body><input ref="/data/first"/><input ref="/data/second"/><input ref="/data/part/inner"/>
<group ref="/data/row"><repeat nodeset="/data/row"><input ref="/data/row/n"/></repeat></group></h:body></h:html>"""

CAME = (
    '<data id="wells" version="1" xmlns:orx="http://openrosa.org/xforms"><first>a</first><row><n>1</n></row><row><n>2</n></row>'
    "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta></data>"
)


def edited(
    xml: bytes, model: FormModel, changes: dict[str, str], *, replaces: str, instance_id: str
) -> bytes:
    """The XML with answers changed, as an edit."""
    return as_edit(rewritten(xml, model, changes, Context()).xml, replaces=replaces, instance_id=instance_id)


@pytest.mark.parametrize("space", ["", ' xmlns="http://example.org/wells"'])
def test_a_node_that_did_not_come_is_put_where_the_form_has_it(space: str) -> None:
    model = FormModel.from_xml(FORM)
    came = CAME.replace('id="wells"', f'id="wells"{space}').encode()
    made = edited(
        came,
        model,
        {"/data/second": "5", "/data/part/inner": "x", "/data/row[2]/n": "7"},
        replaces="uuid:1",
        instance_id="uuid:2",
    )
    instance = parse_instance(made)
    answers = record(model, instance)
    assert [child.name for child in instance.root.children] == [
        "first",
        "second",
        "part",
        "row",
        "row",
        "meta",
    ]
    assert (answers["first"], answers["second"], answers["part"]) == ("a", "5", {"inner": "x"})
    assert answers["row"] == [{"n": "1"}, {"n": "7"}]
    assert (instance.instance_id, instance.deprecated_id) == ("uuid:2", "uuid:1")


def test_an_edit_of_an_edit_names_the_newer_of_the_two() -> None:
    model = FormModel.from_xml(FORM)
    once = edited(CAME.encode(), model, {"/data/first": "b"}, replaces="uuid:1", instance_id="uuid:2")
    twice = edited(once, model, {"/data/first": "c"}, replaces="uuid:2", instance_id="uuid:3")
    instance = parse_instance(twice)
    assert (instance.instance_id, instance.deprecated_id) == ("uuid:3", "uuid:2")
    assert twice.count(b"deprecatedID>") == 2


def test_a_row_that_there_is_not_and_a_path_the_form_lacks_are_no_answers() -> None:
    model = FormModel.from_xml(FORM)
    for path in ("/data/row[3]/n", "/data/unknown"):
        with pytest.raises(KeyError):
            rewritten(CAME.encode(), model, {path: "1"}, Context())


@pytest.mark.parametrize(
    "came",
    [
        f"\n<?xml version='1.0'?>{CAME}".encode(),
        f"<?xml version='1.0' encoding='latin-1'?>{CAME}".encode("latin-1"),
        CAME.encode("utf-16-le"),
        CAME.replace("<first>", "<!--x--><first><!--y-->").replace("<row>", "<?z?><row>").encode(),
    ],
)
def test_what_was_accepted_can_be_corrected_however_it_was_spelled(came: bytes) -> None:
    model = FormModel.from_xml(FORM)
    changes = {"/data/second": "5", "/data/row[2]/n": "7"}
    made = edited(came, model, changes, replaces="uuid:1", instance_id="uuid:2")
    assert record(model, parse_instance(made)) == record(model, parse_instance(CAME.encode())) | {
        "second": "5",
        "row": [{"n": "1"}, {"n": "7"}],
        "meta": {"instanceID": "uuid:2"},
    }
