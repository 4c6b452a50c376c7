"""Findings that need no evaluator: types, choices, ranges, structure, attachments (bad-inputs rows 26-28)."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from server.xforms import Context, Finding, Message, Rule, Source, check, media_names, parse_instance, record
from tests.xforms.forms import form, from_model, instance, survey

LISTS = "l a, l b, l c"


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.path, one.message.key) for one in findings if isinstance(one.message, Message)]


TYPES = survey(
    "integer n", "decimal d", "date day", "time at", "dateTime moment", "geopoint place", "geoshape plot"
)


def test_answers_of_their_types_have_no_findings() -> None:
    sent = instance(
        """<n>3</n><d>1.5</d><day>2026-01-02</day><at>10:00:00.000+08:00</at>
        <moment>2026-01-02T10:00:00.000+08:00</moment><place>51.5 0.1 10 5</place>
        <plot>1 2 0 0;2 3 0 0;3 4 0 0;1 2 0 0</plot><meta><instanceID>uuid:1</instanceID></meta>"""
    )
    assert check(TYPES, sent) == []


@pytest.mark.parametrize(
    ("answer", "path", "key"),
    [
        ("<n>abc</n>", "/data/n", "type.int"),
        ("<n>3.5</n>", "/data/n", "type.int"),
        ("<d>1,5</d>", "/data/d", "type.decimal_comma"),
        ("<d>NaN</d>", "/data/d", "type.decimal"),
        ("<day>2026-02-30</day>", "/data/day", "type.date"),
        ("<at>25:00</at>", "/data/at", "type.time"),
        ("<moment>yesterday</moment>", "/data/moment", "type.dateTime"),
        ("<place>NaN NaN 0 0</place>", "/data/place", "type.geopoint"),
        ("<place>91 0 0 0</place>", "/data/place", "type.latitude"),
        ("<place>200 0 0 0</place>", "/data/place", "type.latitude"),
        ("<place>51,5 0,1 0 0</place>", "/data/place", "type.geopoint_comma"),
        ("<plot>1 2 0 0;2 3 0 0;3 4 0 0</plot>", "/data/plot", "type.geoshape_open"),
    ],
)
def test_row_26_an_answer_of_another_type_is_found_at_its_path(answer: str, path: str, key: str) -> None:
    (finding,) = check(TYPES, instance(answer))
    assert (finding.path, finding.rule, finding.message) == (path, Rule.TYPE, Message(key))
    assert finding.reads == frozenset()


def test_row_26_a_point_at_null_island_is_a_value_and_evidence_against_itself() -> None:
    (finding,) = check(TYPES, instance("<place>0 0 0 0</place>"))
    assert (finding.rule, finding.message) == (Rule.EVIDENCE, Message("evidence.null_island"))


def test_a_finding_keeps_no_value() -> None:
    (finding,) = check(TYPES, instance("<n>0151 2345678</n>"))
    assert "0151" not in repr(finding)


def test_an_empty_answer_is_of_every_type() -> None:
    assert check(TYPES, instance("<n/><d> </d><place></place>")) == []


CHOICES = survey("select_one l one", "select_multiple l many", "rank l order", choices=LISTS)


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("<one>a</one>", None),
        ("<one> a </one>", None),
        ("<one>z</one>", "choice.unknown"),
        ("<one>a b</one>", "choice.unknown"),
        ("<one>A</one>", "choice.unknown"),
        ("<many>a b</many>", None),
        ("<many>a z</many>", "choice.unknown"),
        ("<order>c b a</order>", None),
        ("<order>c b z</order>", "choice.unknown"),
        ("<order>c b b</order>", "choice.ranked_twice"),
    ],
)
def test_a_name_outside_an_inline_list_is_a_choice_finding(answer: str, key: str | None) -> None:
    found = check(CHOICES, instance(answer))
    assert [one.message for one in found] == ([Message(key)] if key else [])
    assert all(one.rule is Rule.CHOICE and one.reads == frozenset() for one in found)


def test_a_choice_that_the_filter_leaves_out_is_a_finding() -> None:
    model = form(
        """
| survey |
| | type | name | label | choice_filter |
| | text | kind | K | |
| | select_one l | q | Q | kind = ${kind} |
| choices |
| | list_name | name | label | kind |
| | l | a | A | x |
| | l | b | B | y |
"""
    )
    assert check(model, instance("<kind>y</kind><q>b</q>")) == []
    assert rules(check(model, instance("<kind>x</kind><q>b</q>"))) == [("/data/q", "choice.filtered")]
    assert rules(check(model, instance("<kind>x</kind><q>z</q>"))) == [("/data/q", "choice.unknown")]


def test_or_other_is_a_choice() -> None:
    model = survey("select_one l or_other q", choices=LISTS)
    assert check(model, instance("<q>other</q><q_other>x</q_other>")) == []


class Lists:
    """Lists outside the form, as a check is given them."""

    def has(self, file: str, column: str, value: str) -> bool | None:
        return value in ("h1", "h2") if (file, column) == ("houses.csv", "id") else None


HOUSES = form(
    """
| survey |
| | type | name | label | parameters |
| | select_one_from_file houses.csv | house | House | value=id label=nm |
| | select_multiple_from_file others.csv | others | Others | |
"""
)


def test_a_name_outside_an_attached_list_is_found_and_says_that_a_list_was_read() -> None:
    (finding,) = check(HOUSES, instance("<house>h3</house>"), Context(lists=Lists()))
    assert finding.rule is Rule.CHOICE
    assert finding.reads == {Source.LIST}
    assert finding.message == Message("choice.not_in_list", {"list": "houses.csv"})


def test_a_name_in_an_attached_list_or_in_one_that_is_not_known_is_no_finding() -> None:
    assert check(HOUSES, instance("<house>h1</house><others>x y</others>"), Context(lists=Lists())) == []
    assert check(HOUSES, instance("<house>h3</house>")) == []


def test_choices_of_a_search_appearance_are_column_names_and_judge_nothing() -> None:
    model = from_model(
        '<instance><data id="f"><q/></data></instance>',
        """<select1 ref="/data/q" appearance="search ('fruits')"><item><label>name</label><value>key</value></item>
        </select1>""",
    )
    assert check(model, instance("<q>mango</q>")) == []


@pytest.mark.parametrize(
    ("type_", "limits", "answer", "key"),
    [
        ("int", ("0", "10", "2"), "4", None),
        ("int", ("0", "10", "2"), "12", "range.limits"),
        ("int", ("0", "10", "2"), "-2", "range.limits"),
        ("int", ("0", "10", "2"), "5", "range.step"),
        ("int", ("10", "0", "2"), "8", None),
        ("int", ("10", "0", "-3"), "4", None),
        ("decimal", ("0.5", "2.5", "0.5"), "1.5", None),
        ("decimal", ("0.5", "2.5", "0.5"), "1.6", "range.step"),
        ("decimal", ("0", "1", "0.1"), "0.30000000000000004", None),
        ("decimal", ("0", "1", "0"), "0.123", None),
        ("decimal", ("0", "1e300", "0.1"), "1e299", None),
        ("decimal", ("${a}", "1", "0.1"), "99", None),
        ("int", ("0", "10", "2"), "many", "type.int"),
    ],
)
def test_a_number_outside_a_range_or_between_its_steps_is_a_constraint_finding(
    type_: str, limits: tuple[str, str, str], answer: str, key: str | None
) -> None:
    model = from_model(
        f'<instance><data id="f"><q/></data></instance><bind nodeset="/data/q" type="{type_}"/>',
        '<range ref="/data/q" start="{}" end="{}" step="{}"/>'.format(*limits),
    )
    found = check(model, instance(f"<q>{answer}</q>"))
    assert rules(found) == ([("/data/q", key)] if key else [])
    assert all(one.rule is Rule.CONSTRAINT for one in found if key and key.startswith("range"))


HOME = form(
    """
| survey |
| | type | name | label |
| | text | who | Who |
| | begin_group | water | Water |
| | integer | minutes | Minutes |
| | end_group | | |
| | begin_repeat | member | Member |
| | integer | age | Age |
| | image | photo | Photo |
| | end_repeat | | |
| | audit | audit | |
"""
)


def test_row_28_extra_nodes_are_found_wherever_they_stand() -> None:
    sent = instance(
        "<who>Ada<x/></who><stranger/><water><y>1</y></water><member><age>1</age></member><member><z/></member>"
    )
    assert rules(check(HOME, sent)) == [
        ("/data/who/x", "unknown.node"),
        ("/data/stranger", "unknown.node"),
        ("/data/water/y", "unknown.node"),
        ("/data/member[2]/z", "unknown.node"),
    ]
    assert {one.rule for one in check(HOME, sent)} == {Rule.UNKNOWN}


def test_a_strangers_long_name_is_cut_in_a_path() -> None:
    (finding,) = check(HOME, instance(f"<{'x' * 40_000}/>"))
    assert finding.path == f"/data/{'x' * 100}"


def test_row_28_a_second_node_where_only_one_may_be_is_found_and_rows_are_not() -> None:
    sent = instance("<who>Ada</who><who>Eve</who><water/><water/><member/><member/>")
    assert rules(check(HOME, sent)) == [
        ("/data/who", "unknown.duplicate"),
        ("/data/water", "unknown.duplicate"),
    ]


def test_row_28_missing_nodes_and_other_orders_are_everyday() -> None:
    assert check(HOME, instance("<member><age>3</age></member><who>Ada</who>")) == []
    assert check(HOME, instance("")) == []


@pytest.mark.parametrize(
    "xml",
    [
        b'<data id="f" xmlns="http://example.org/ns"><who>Ada</who><member><age>1</age></member></data>',
        b'<h:data id="f" xmlns:h="urn:h"><h:who>Ada</h:who></h:data>',
    ],
)
def test_row_28_a_root_in_a_namespace_is_known(xml: bytes) -> None:
    assert check(HOME, parse_instance(xml)) == []


def test_a_root_of_another_name_is_the_form_that_its_id_says() -> None:
    found = check(HOME, instance("<water><minutes>x</minutes></water>", root="visit"))
    assert rules(found) == [("/data/water/minutes", "type.int")]


def test_what_clients_add_to_meta_is_known() -> None:
    sent = instance(
        """<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>uuid:1</orx:instanceID>
        <orx:deprecatedID>uuid:0</orx:deprecatedID><orx:timeEnd>2026-01-02T10:00:00Z</orx:timeEnd>
        <entity dataset="t" id="e"><label>x</label></entity><orx:audit>audit.csv</orx:audit></orx:meta>"""
    )
    assert check(HOME, sent) == []


def test_meta_is_known_in_a_form_that_has_none() -> None:
    model = from_model('<instance><data id="f"><a/></data></instance>')
    assert check(model, instance("<a>1</a><meta><instanceID>uuid:1</instanceID></meta>")) == []


def test_positions_count_rows_of_each_parent() -> None:
    model = form(
        "| survey |\n| | type | name | label |\n| | begin_repeat | house | H |\n| | begin_repeat | tank | T |\n"
        "| | integer | litres | L |\n| | end_repeat | | |\n| | end_repeat | | |\n"
    )
    good, bad = "<tank><litres>1</litres></tank>", "<tank><litres>x</litres></tank>"
    sent = instance(f"<house>{bad}</house><house>{good}{good}{bad}</house>")
    assert [one.path for one in check(model, sent)] == [
        "/data/house[1]/tank[1]/litres",
        "/data/house[2]/tank[3]/litres",
    ]


PHOTOS = "<member><photo>a.jpg</photo></member><member><photo> b.jpg </photo></member>"


def test_a_file_that_has_not_come_is_an_attachment_finding() -> None:
    sent = instance(f"{PHOTOS}<meta><audit>audit.csv</audit></meta>")
    found = check(HOME, sent, Context(attachments=frozenset({"a.jpg"})))
    assert [(one.path, one.rule) for one in found] == [
        ("/data/member[2]/photo", Rule.ATTACHMENT),
        ("/data/meta/audit", Rule.ATTACHMENT),
    ]
    assert all(one.reads == {Source.ATTACHMENTS} for one in found)


def test_attachments_that_are_not_known_yet_are_not_missed() -> None:
    assert check(HOME, instance(PHOTOS)) == []


def test_media_names_are_listed_with_their_paths() -> None:
    assert media_names(HOME, instance(PHOTOS)) == [
        ("/data/member[1]/photo", "a.jpg"),
        ("/data/member[2]/photo", "b.jpg"),
    ]


def test_a_forms_own_default_picture_is_no_attachment_of_a_submission() -> None:
    assert media_names(HOME, instance("<member><photo>jr://images/blank.png</photo></member>")) == []


ENCRYPTED = parse_instance(
    b"""<data id="f" encrypted="yes"><base64EncryptedKey>K</base64EncryptedKey>
    <media><file>a.jpg.enc</file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"""
)


def test_an_encrypted_instance_has_nothing_to_check_and_names_its_files() -> None:
    assert check(HOME, ENCRYPTED) == []
    assert [name for _, name in media_names(HOME, ENCRYPTED)] == ["a.jpg.enc", "submission.xml.enc"]


def test_row_27_five_thousand_rows_are_all_checked_and_said_to_be_too_many() -> None:
    rows = "<member><age>3</age></member>" * 4999 + "<member><age>x</age></member>"
    found = check(HOME, instance(rows))
    assert rules(found) == [
        ("/data/member", "budget.repeat_rows"),
        ("/data/member[5000]/age", "type.int"),
    ]
    assert found[0].rule is Rule.BUDGET
    assert found[0].message == Message("budget.repeat_rows", {"rows": 5000, "limit": 1000})


def test_findings_end_at_their_budget_and_say_so() -> None:
    found = check(HOME, instance("<x/>" * 5000), Context(max_findings=10))
    assert len(found) == 11
    assert found[-1] == Finding("/data", Rule.BUDGET, Message("budget.findings", {"limit": 10}))


def test_as_many_findings_as_the_budget_allows_are_all() -> None:
    assert len(check(HOME, instance("<x/>" * 10), Context(max_findings=10))) == 10
    bad = "<member><age>x</age></member>" * 11
    assert check(HOME, instance(bad), Context(max_findings=10))[-1].rule is Rule.BUDGET
    assert check(HOME, instance(bad), Context(max_findings=11))[-1].rule is Rule.TYPE


def test_a_form_checks_as_a_method_too() -> None:
    sent = instance("<water><minutes>x</minutes></water>")
    assert HOME.check(sent) == check(HOME, sent) != []


def calls(rows: int) -> int:
    """Function calls that reading, recording and checking a submission of so many rows takes: a measure no load moves."""
    xml = f'<data id="f">{"<member><age>3</age><photo>a.jpg</photo></member>" * rows}</data>'.encode()
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        sent = parse_instance(xml)
        made = record(HOME, sent)
        check(HOME, sent)
    finally:
        sys.setprofile(None)
    assert len(made["member"]) == rows
    return counted


def test_row_27_the_work_grows_with_the_rows_and_not_with_their_square() -> None:
    # Eight times the rows: about 8 where it is linear, 64 where it is square.
    assert calls(8_000) / calls(1_000) < 16
