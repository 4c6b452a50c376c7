"""What a form says, read from what pyxform emits: fields, binds, words, lists, body, attachments."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.xforms import FormError, FormModel, Text
from server.xforms.model import BodyNode, Itemset
from server.xforms.text import file_name
from tests.xforms.forms import HOUSEHOLD, form, from_model, survey

VISIT = form((Path(__file__).parent / "visit.md").read_text())


def test_the_form_names_itself() -> None:
    assert (VISIT.form_id, VISIT.version, VISIT.title, VISIT.root) == ("visit", "3", "A visit", "data")
    assert VISIT.languages == ("English (en)", "中文 (zh)")
    assert VISIT.default_language == "English (en)"
    assert VISIT.instance_name == "concat( /data/who , '-')"
    assert not VISIT.encrypted


def test_fields_come_in_document_order_with_their_types_and_controls() -> None:
    assert [(one.path.removeprefix("/data"), one.type, one.control) for one in VISIT.fields()] == [
        ("/start", "dateTime", None),
        ("/phone", "string", None),
        ("/sound", "binary", None),
        ("/who", "string", "input"),
        ("/size", "int", "input"),
        ("/water", "structure", "group"),
        ("/water/main", "select1", "select1"),
        ("/water/also", "select", "select"),
        ("/water/order", "rank", "rank"),
        ("/water/mood", "int", "range"),
        ("/member", "repeat", "repeat"),
        ("/member/age", "int", "input"),
        ("/member/photo", "binary", "upload"),
        ("/house", "select1", "select1"),
        ("/place", "geopoint", "input"),
        ("/begun", "geopoint", None),
        ("/area", "string", None),
        ("/seen", "string", "trigger"),
        ("/told", "string", "input"),
        ("/meta", "structure", None),
        ("/meta/audit", "binary", None),
        ("/meta/instanceID", "string", None),
        ("/meta/instanceName", "string", None),
    ]


def test_a_bind_keeps_its_logic_as_source() -> None:
    bind = VISIT.binds["/data/size"]
    assert (bind.type, bind.constraint, bind.relevant, bind.required) == ("int", ". < 20", None, None)
    assert VISIT.binds["/data/water"].relevant == "/data/size  > 1"
    assert VISIT.binds["/data/who"].required == "true()"
    assert VISIT.binds["/data/told"].readonly == "true()"
    assert VISIT.binds["/data/area"].calculate == "pulldata('areas', 'x', 'y',  /data/who )"


def test_attributes_of_other_namespaces_are_found_on_questions_groups_and_repeats() -> None:
    def extra(path: str) -> dict[str, str]:
        field = VISIT.field(path)
        assert field is not None
        return dict(field.extra)

    assert extra("/data/water/main") == {f"{HOUSEHOLD}column": "water.source"}
    assert extra("/data/member") == {f"{HOUSEHOLD}table": "need"}
    assert extra("/data/who") == {f"{HOUSEHOLD}protect": "yes"}
    assert extra("/data/place") == {}


def test_messages_of_constraint_and_required_are_in_the_readers_language_or_the_one_they_have() -> None:
    size, who = VISIT.binds["/data/size"], VISIT.binds["/data/who"]
    assert size.constraint_msg is not None
    assert size.constraint_msg.in_("zh") == "太多"
    assert size.constraint_msg.in_("English (en)") == "Not more"
    assert who.required_msg is not None
    assert who.required_msg.in_("zh") == "Needed"


def test_a_message_whose_text_is_missing_is_empty_and_never_its_reference() -> None:
    model = from_model(
        """<itext><translation lang="en"/></itext><instance><data id="f"><a/></data></instance>
        <bind nodeset="/data/a" constraint=". = 1" jr:constraintMsg="jr:itext('gone')"/>"""
    )
    message = model.binds["/data/a"].constraint_msg
    assert message is not None
    assert message.in_("en") == ""


def test_a_reference_in_a_label_stands_as_its_path() -> None:
    field = VISIT.field("/data/size")
    assert field is not None
    assert field.label.in_("en") == "How many with ${/data/who}"


def test_a_picture_of_a_label_is_named_in_languages_that_lack_it_too() -> None:
    field = VISIT.field("/data/who")
    assert field is not None
    assert file_name(field.label.in_("zh", "image")) == "who.png"
    assert field.hint.in_("zh") == "Say it"


def test_choices_of_an_inline_list_have_labels_and_columns() -> None:
    field = VISIT.field("/data/water/main")
    assert field is not None
    assert [(one.name, one.label.in_("zh"), dict(one.extra)) for one in field.choices] == [
        ("tap", "水龙头", {"kind": "k1"}),
        ("well", "井", {"kind": "k2"}),
    ]
    assert field.itemset is not None
    assert field.itemset.filtered
    assert not field.itemset.external


def test_a_list_shared_by_questions_is_read_once() -> None:
    also, order = VISIT.field("/data/water/also"), VISIT.field("/data/water/order")
    assert also is not None
    assert order is not None
    assert also.choices is order.choices


def test_a_list_from_a_file_is_external_and_names_its_columns() -> None:
    field = VISIT.field("/data/house")
    assert field is not None
    assert field.choices == ()
    assert field.itemset == Itemset(
        "instance('houses')/root/item", "id", "nm", "houses", "houses.csv", filtered=False
    )
    assert field.itemset.external


@pytest.mark.parametrize(
    ("nodeset", "instance", "filtered"),
    [
        ("instance('l')/root/item", "l", False),
        ('instance("l")/root/item', "l", False),
        ("randomize(instance('l')/root/item, 7)", "l", False),
        ("randomize( instance( 'l' )/root/item[a = 'b'])", "l", True),
        ("../../member[./name != '']", None, True),
    ],
)
def test_an_itemset_says_where_its_choices_come_from(
    nodeset: str, instance: str | None, filtered: bool
) -> None:
    model = from_model(
        """<instance><data id="f"><q/></data></instance>
        <instance id="l"><root><item><name>a</name><label>A</label></item></root></instance>""",
        f"""<select1 ref="/data/q"><itemset nodeset="{nodeset.replace('"', "&quot;")}"><value ref="name"/>
        <label ref="label"/></itemset></select1>""",
    )
    field = model.field("/data/q")
    assert field is not None
    assert field.itemset is not None
    assert (field.itemset.instance, field.itemset.filtered) == (instance, filtered)
    assert [one.name for one in field.choices] == (["a"] if instance else [])


def test_choices_written_under_the_question_are_read() -> None:
    model = from_model(
        """<itext><translation lang="en"><text id="x"><value>Ex</value></text></translation></itext>
        <instance><data id="f"><q/></data></instance>""",
        """<select ref="/data/q"><item><label ref="jr:itext('x')"/><value>x</value></item>
        <item><label>Why</label><value>y</value></item></select>""",
    )
    field = model.field("/data/q")
    assert field is not None
    assert [(one.name, one.label.in_("en")) for one in field.choices] == [("x", "Ex"), ("y", "Why")]


def test_a_range_keeps_its_limits() -> None:
    field = VISIT.field("/data/water/mood")
    assert field is not None
    assert field.range is not None
    assert (field.range.start, field.range.end, field.range.step) == ("0", "10", "2")


def test_a_repeat_has_its_count_its_groups_label_and_knows_its_place() -> None:
    repeat, age = VISIT.field("/data/member"), VISIT.field("/data/member/age")
    assert repeat is not None
    assert age is not None
    assert repeat.repeat is not None
    assert repeat.repeat.count == "${size}".replace("${size}", " /data/size ")
    assert repeat.label.in_("zh") == "成员"
    assert repeat.repeats == age.repeats == ("/data/member",)


def test_nested_repeats_are_named_from_outside_in() -> None:
    model = form(
        "| survey |\n| | type | name | label |\n| | begin_repeat | house | H |\n| | begin_repeat | tank | T |\n"
        "| | text | code | C |\n| | end_repeat | | |\n| | end_repeat | | |\n"
    )
    code = model.field("/data/house/tank/code")
    assert code is not None
    assert code.repeats == ("/data/house", "/data/house/tank")


def outline(nodes: tuple[BodyNode, ...], language: str) -> list[object]:
    return [
        (node.label.in_(language), outline(node.children, language))
        if node.children
        else node.label.in_(language)
        for node in nodes
    ]


def test_the_tree_is_the_body_in_the_readers_language() -> None:
    assert outline(VISIT.tree(), "zh") == [
        "谁",
        "几口人",
        ("水", ["主要", "还有", "顺序", "心情"]),
        ("成员", ["年龄", "照片"]),
        "房子",
        "地点",
        "见过",
        "告诉",
    ]


def test_a_presentation_group_without_node_is_in_the_tree_and_no_field() -> None:
    model = from_model(
        '<instance><data id="f"><q/></data></instance>',
        '<group><label>Part one</label><input ref="/data/q"><label>Q</label></input></group>',
    )
    (group,) = model.tree()
    assert group.field is None
    assert outline(model.tree(), "en") == [("Part one", ["Q"])]
    assert [one.path for one in model.fields()] == ["/data/q"]


def test_relative_references_are_resolved_by_the_group_around_them() -> None:
    model = from_model(
        """<instance><data id="f"><g><a/><b/></g></data></instance>
        <bind nodeset="g/a" type="int"/><bind nodeset="/data/g/b" type="date"/>""",
        '<group ref="/data/g"><input ref="a"/><input ref="../g/b"/></group>',
    )
    assert [(one.path, one.type, one.control) for one in model.fields()] == [
        ("/data/g", "structure", "group"),
        ("/data/g/a", "int", "input"),
        ("/data/g/b", "date", "input"),
    ]


def test_of_two_binds_of_one_node_the_later_adds_and_overrides_as_on_the_phone() -> None:
    model = from_model(
        """<instance><data id="f"><a/></data></instance><bind nodeset="/data/a" type="int" constraint=". &gt; 3"/>
        <bind nodeset="/data/a" required="true()" constraint=". &gt; 4"/>"""
    )
    bind = model.binds["/data/a"]
    assert (bind.type, bind.required, bind.constraint) == ("int", "true()", ". > 4")


def test_a_namespaced_root_and_meta_are_known_by_their_local_names() -> None:
    model = from_model(
        """<instance><v:visit xmlns:v="urn:v" id="f" orx:version="9"><v:a/><orx:meta><orx:instanceID/></orx:meta>
        </v:visit></instance><bind nodeset="/v:visit/v:a" type="int" xmlns:v="urn:v"/>
        <bind nodeset="/v:visit/orx:meta/orx:instanceID" jr:preload="uid"/>""",
        '<input ref="/v:visit/v:a" xmlns:v="urn:v"/>',
    )
    assert (model.root, model.namespace, model.version) == ("visit", "urn:v", "9")
    field = model.field("/visit/a")
    assert field is not None
    assert (field.type, field.control) == ("int", "input")
    assert model.preload("uid") == "/visit/meta/instanceID"


def test_preloads_name_the_nodes_that_the_phone_fills() -> None:
    assert VISIT.preload("timestamp", "start") == "/data/start"
    assert VISIT.preload("property", "deviceid") == "/data/phone"
    assert VISIT.preload("timestamp", "end") is None


def test_background_sound_and_place_and_the_audit_log_are_exposed() -> None:
    assert {action.kind for action in VISIT.actions} >= {"recordaudio", "setgeopoint"}
    assert VISIT.audit == {
        "location-priority": "balanced",
        "location-min-interval": "60",
        "location-max-age": "120",
    }
    quiet = survey("text a")
    assert not quiet.actions
    assert quiet.audit is None


def test_actions_are_read_with_events_and_sources() -> None:
    model = form("| survey |\n| | type | name | label | default |\n| | date | d | D | today() |\n")
    (action,) = model.actions
    assert (action.kind, action.ref, action.events, action.value) == (
        "setvalue",
        "/data/d",
        ("odk-instance-first-load",),
        "today()",
    )


def test_encryption_and_another_servers_address_are_exposed() -> None:
    model = form(
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n"
        "| | form_id | public_key | submission_url | auto_send |\n| | f | MIIB | https://example.org/s | true |\n"
    )
    assert model.encrypted
    assert model.submission_url == "https://example.org/s"
    assert model.submission.public_key == "MIIB"
    assert model.submission.auto_send == "true"


def test_expected_attachments_are_lists_media_and_pulldata() -> None:
    assert VISIT.attachments() == [("houses.csv", "file"), ("areas.csv", "file"), ("who.png", "image")]


def test_expected_attachments_include_searches_external_itemsets_and_default_pictures() -> None:
    model = from_model(
        """<itext><translation lang="en"><text id="x"><value form="audio">jr://audio/x.mp3</value>
        <value form="big-image">jr://images/x.png</value><value form="video">jr://video/x.mp4</value>
        <value form="guidance">Say it slowly</value></text></translation></itext>
        <instance><data id="f"><q/><r/><p>jr://images/blank.png</p></data></instance>
        <instance id="g" src="jr://file/g.geojson"/><instance id="l" src="jr://instance/last-saved"/>
        <bind nodeset="/data/p" type="binary"/>
        <bind nodeset="/data/q" calculate="pulldata('old', 'a', 'b', 'c')"/>""",
        """<select1 ref="/data/q" appearance="minimal search('fruits')">
        <item><label>l</label><value>k</value></item></select1>
        <input ref="/data/r" query="instance('x')/root/item"/>""",
    )
    assert model.attachments() == [
        ("g.geojson", "file"),
        ("x.mp3", "audio"),
        ("x.png", "image"),
        ("x.mp4", "video"),
        ("blank.png", "image"),
        ("itemsets.csv", "file"),
        ("fruits.csv", "file"),
        ("old.csv", "file"),
    ]


def test_a_missing_translation_falls_back_to_the_default_language_then_to_any() -> None:
    text = Text({"en": {"": "Water"}, "zh": {"": "-"}, "ar": {"": "ماء"}}, "en")
    assert text.in_("zh") == "Water"
    assert text.in_("fr") == "Water"
    assert text.in_("ar") == "ماء"
    assert text.in_() == "Water"
    assert Text({"zh": {"": "水"}, "en": {"": ""}}, "en").in_("en") == "水"
    assert Text({"zh": {"": "-"}}, "en").in_("en") == "-"
    assert Text({}).in_("en") == ""


@pytest.mark.parametrize("asked", ["zh", "中文 (zh)", "zh-CN", "ZH"])
def test_a_language_is_known_by_its_name_and_its_code(asked: str) -> None:
    assert Text({"English (en)": {"": "Water"}, "中文 (zh)": {"": "水"}}, "English (en)").in_(asked) == "水"


GOOD = '<instance><data id="f"><a/></data></instance>'


@pytest.mark.parametrize(
    ("xml", "key"),
    [
        (b"", "empty"),
        (b"<h:html", "malformed"),
        (b"<!DOCTYPE html><html/>", "dtd"),
        (b"<a>" * 300 + b"</a>" * 300, "too_deep"),
        (b"<data id='f'/>", "not_xform"),
        (b"<html/>", "no_model"),
        (b"<html><head/></html>", "no_model"),
        (b"<html><head><model/></head></html>", "no_instance"),
        (b"<html><head><model><instance/></model></head></html>", "no_instance"),
        (b"<html><head><model><instance><data/></instance></model></head></html>", "no_form_id"),
    ],
)
def test_what_is_no_form_is_refused_by_name(xml: bytes, key: str) -> None:
    with pytest.raises(FormError) as refused:
        FormModel.from_xml(xml)
    assert refused.value.key == key
    assert refused.value.message.key == f"form.{key}"


def test_a_question_without_node_is_refused_with_its_path_and_line() -> None:
    with pytest.raises(FormError) as refused:
        from_model(GOOD, '<input ref="/data/a"/>\n<input ref="/data/b"/>')
    assert (refused.value.key, refused.value.path) == ("question_without_node", "/data/b")
    assert refused.value.line is not None


LABEL = """<input ref="/data/a"><label ref="jr:itext('gone')"/></input>"""
ITEXT = '<itext><translation lang="en"><text id="x"><value>X</value></text></translation></itext>'

CHINESE = '<translation lang="zh"><text id="y"><value>Y</value></text></translation>'


@pytest.mark.parametrize(
    ("model", "body", "key"),
    [
        (GOOD, "<input><label>A</label></input>", "question_without_reference"),
        (GOOD, '<select1 ref="/data/a"><label>A</label></select1>', "select_without_choices"),
        (GOOD, '<select1 ref="/data/a"><item><value>k</value></item></select1>', "choice_without_label"),
        (GOOD, LABEL, "text_missing"),
        (ITEXT.replace("</itext>", f"{CHINESE}</itext>") + GOOD, "", "text_missing"),
        (ITEXT + GOOD, LABEL, "text_missing"),
        (GOOD, '<group ref="/data/b"/>', "question_without_node"),
        (GOOD, '<repeat nodeset="/data/b"/>', "question_without_node"),
    ],
)
def test_what_the_phone_would_not_open_is_refused_with_its_line(model: str, body: str, key: str) -> None:
    with pytest.raises(FormError) as refused:
        from_model(model, body)
    assert refused.value.key == key
    assert refused.value.line is not None


def test_a_bind_without_node_is_no_fault_as_on_the_phone() -> None:
    model = from_model(GOOD + '<bind nodeset="/data/gone" type="int"/>')
    assert [one.path for one in model.fields()] == ["/data/a"]


@pytest.mark.parametrize("depth", [20, 110])
def test_deeply_nested_groups_are_read(depth: int) -> None:
    nodes, body, path = "", "", "/data"
    for level in range(depth):
        path += f"/g{level}"
        body += f'<group ref="{path}">'
        nodes += f"<g{level}>"
    nodes += "<q/>" + "".join(f"</g{level}>" for level in reversed(range(depth)))
    model = from_model(
        f'<instance><data id="f">{nodes}</data></instance>',
        f'{body}<input ref="{path}/q"/>{"</group>" * depth}',
    )
    assert model.fields()[-1].path == f"{path}/q"
    assert len(model.schema()) == depth + 1
