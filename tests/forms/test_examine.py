"""An upload looked at from every side: what is refused, where, and what passes."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlwt

from server import problems
from server.forms.examine import examine
from server.forms.notices import Level, Notice, from_json
from server.forms.notices.words import TABLE
from server.problems import ProblemError
from server.xforms.model import FormModel
from tests.forms.desk import form, looked_at, one, said, table, xlsx

PLAIN = "type | name | label\ntext | remark | Anything else?"


def _strange_zip() -> bytes:
    """A workbook whose ZIP directory asks for a reader of version 21.6."""
    data = bytearray(form(PLAIN))
    data[data.rindex(b"PK\x01\x02") + 6] = 216
    return bytes(data)


STRANGE_ZIP = _strange_zip()


def problem_of(data: bytes, filename: str = "form.xlsx", *, ignore_warnings: bool = True) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        examine(data, filename).check(ignore_warnings=ignore_warnings)
    return caught.value


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "form.xlsx", "workbook.empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "form.xlsx", "workbook.not_a_spreadsheet"),
        (b"%PDF-1.7 some words", "form.xlsx", "workbook.not_a_spreadsheet"),
        (b"PK\x03\x04 cut off", "form.xlsx", "workbook.damaged"),
        (STRANGE_ZIP, "form.xlsx", "workbook.damaged"),
        ("survey\n,type,name,label\n,text,a,问题\n".encode("gb18030"), "form.csv", "workbook.encoding"),
    ],
)
def test_32_what_is_no_spreadsheet_is_said_to_be_none(data: bytes, filename: str, code: str) -> None:
    error = problem_of(data, filename)
    assert error.problem is problems.NOT_A_SPREADSHEET
    assert [notice["code"] for notice in error.details["notices"]] == [code]
    assert error.details["notices"][0]["fix"]


def test_32_a_csv_becomes_a_form() -> None:
    examined = examine(b"survey\n,type,name,label\n,text,a,A\nsettings\n,form_id\n,from_csv\n", "form.csv")
    assert examined.usable
    assert (examined.form_id, examined.sheet_type) == ("from_csv", "text/csv")


def test_32_an_xls_becomes_a_form() -> None:
    book = xlwt.Workbook()
    for name, rows in (("survey", table(PLAIN)), ("settings", table("form_id | version\nfrom_xls | 3"))):
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    out = io.BytesIO()
    book.save(out)
    examined = examine(out.getvalue(), "form.xls")
    assert examined.usable, said(examined.notices)
    assert (examined.form_id, examined.version) == ("from_xls", "3")
    assert examined.sheet_type == "application/vnd.ms-excel"


def test_32_a_workbook_behind_a_password_is_said_to_be_so() -> None:
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 512
    )
    (notice,) = problem_of(data).details["notices"]
    assert notice["code"] == "workbook.password"
    assert "password" in notice["fix"] or "without one" in notice["fix"]


def test_32_a_macro_enabled_workbook_becomes_a_form_without_its_macros() -> None:
    source = io.BytesIO(form(PLAIN))
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    examined = examine(source.getvalue(), "form.xlsm")
    assert examined.usable
    assert [(str(notice.level), notice.code) for notice in examined.notices] == [
        ("note", "workbook.macros_ignored")
    ]


def test_33_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    source = io.BytesIO(form(PLAIN))
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<worksheet>" + b" " * (200 * 1024 * 1024))
    assert len(source.getvalue()) < 1_000_000
    error = problem_of(source.getvalue())
    assert error.details["notices"][0]["code"] == "workbook.too_large"


def test_33_links_to_other_workbooks_are_ignored_and_told() -> None:
    source = io.BytesIO(form(PLAIN))
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    examined = examine(source.getvalue())
    assert examined.usable
    assert one(examined, "workbook.external_links_ignored").level is Level.NOTE


def test_two_columns_of_one_heading_are_told_at_the_second() -> None:
    examined = looked_at(xlsx([["type", "name", "label", "label"], ["text", "a", "A", "B"]]))
    assert said(examined.notices) == [("", "convert.first_fault"), ("survey!D1", "header.duplicate")]


def test_a_character_that_xml_cannot_hold_is_told_at_its_cell() -> None:
    examined = examine(b"survey\n,type,name,label\n,text,a,Bell \x07 rings\n", "form.csv")
    assert said(examined.notices) == [("", "convert.first_fault"), ("survey!D3", "cell.control")]


# --- an XForm -------------------------------------------------------------------------------------------------------


def test_an_xform_is_taken_byte_for_byte() -> None:
    made = looked_at(form(PLAIN)).xml
    assert made is not None
    data = made.replace(b"<h:head>", b"<!-- by hand --><h:head>")
    examined = examine(data, "form.xml")
    assert examined.usable
    assert examined.xml == data
    assert examined.sheet is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<h:html", "not well-formed"),
        (b"<html><body/></html>", "no model"),
        (b"<x/>", "This is no XForm: it begins with <x>"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
        ('<?xml version="1.0"?><x/>'.encode("utf-16"), "Save it as UTF-8"),
        (b"<a>" * 200_000, "The form"),
    ],
)
def test_xml_that_is_no_form_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    error = problem_of(data, "form.xml")
    assert error.problem is problems.NOT_AN_XFORM
    assert reason in error.details["reason"]


# --- ids and settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form_id", ["with spaces", 'it\'s "quoted"', "入户调查", "زيارة", "x" * 200, "a+b&c=d;e%2Fg?h#i"]
)
def test_35_a_form_id_of_any_letters_is_kept_as_it_is(form_id: str) -> None:
    examined = looked_at(form(PLAIN, form_id=form_id))
    assert examined.usable, said(examined.notices)
    assert examined.form_id == form_id


@pytest.mark.parametrize(
    ("form_id", "code"),
    [("a/b", "form.id_slash"), ("x" * 256, "form.id_long"), ("a\u202eb", "form.id_control")],
)
def test_35_a_form_id_that_cannot_stand_in_an_address_is_refused_at_its_cell(form_id: str, code: str) -> None:
    error = problem_of(form(PLAIN, form_id=form_id))
    assert error.problem is problems.FORM_ID_UNUSABLE
    (notice,) = error.details["notices"]
    assert (notice["code"], notice["sheet"], notice["row"], notice["column"]) == (code, "settings", 2, "A")


def test_names_that_nothing_could_hold_are_refused_at_their_cell() -> None:
    deep = "type | name | label\n" + "".join(f"begin group | g{n}{'x' * 90} | G |\n" for n in range(11))
    deep += "text | a | A |\n" + "end group | | |\n" * 11
    examined = looked_at(form(deep))
    assert said(examined.errors)[-1] == ("survey!B13", "form.path_long")
    assert said(
        looked_at(form(f"type | name | label | media::image\ntext | a | A | {'p' * 260}.png")).errors
    ) == [("", "form.file_name")]


def test_a_form_that_sends_elsewhere_is_refused_at_its_cell() -> None:
    settings = "form_id | version | submission_url\nvisit | 1 | https://elsewhere.example.org/submission"
    examined = looked_at(form(PLAIN, settings=settings))
    assert said(examined.errors) == [("settings!C2", "form.submission_url")]


def test_an_encrypted_form_may_write_to_no_table_and_no_list() -> None:
    key = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
    settings = (
        f'form_id | version | public_key | namespaces\nvisit | 1 | {key} | hh="urn:fieldfare:household"'
    )
    mapped = "type | name | label | bind::hh:column\nselect_one_from_file areas.csv | a | A | area.code"
    assert said(looked_at(form(mapped, settings=settings)).errors) == [
        ("settings!C2", "form.encrypted_mapping")
    ]
    entity = form(PLAIN, settings=settings, entities="list_name | label\ntrees | 'a tree'")
    assert said(looked_at(entity).errors) == [("settings!C2", "form.encrypted_mapping")]
    assert looked_at(form(PLAIN, settings=settings)).usable


# --- labels ---------------------------------------------------------------------------------------------------------

HOUSEHOLD = """type | name | label | calculation
select_one_from_file households.csv | household | Which? |
select_one_from_file areas.csv | area | Where? |
text | remark | What is the building like? |
geopoint | dwelling | Where is it? |
calculate | step | | concat('from ', ${remark})
calculate | code | | concat(${area}, '-', substr(${household}, 1, 4))
"""


def labelled(label: str, instance_name: str = "") -> bytes:
    settings = f"form_id | version | instance_name\nvisit | 1 | {instance_name}"
    return form(
        HOUSEHOLD,
        settings=settings,
        entities=f"list_name | entity_id | label\nhouseholds | ${{household}} | {label}",
    )


def test_a_label_of_place_and_serial_passes() -> None:
    assert looked_at(labelled("concat(${area}, ' ', ${code})", "${code}")).usable


def test_a_select_without_choices_in_an_xform_is_told() -> None:
    made = looked_at(
        form("type | name | label\nselect_one w | a | A", choices="list_name | name | label\nw | x | X")
    ).xml
    assert made is not None
    start, end = made.index(b"<itemset"), made.index(b"</select1>")
    error = problem_of(made[:start] + made[end:], "form.xml")
    assert error.problem is problems.NOT_AN_XFORM
    assert error.details["notices"][0]["code"] == "xform.select_without_choices"


@pytest.mark.parametrize("label", ["${remark}", "concat(${code}, ${step})", "string(${step})"])
def test_a_typed_text_in_a_households_label_is_refused_at_its_cell(label: str) -> None:
    notice = one(looked_at(labelled(label)), "label.typed")
    assert (notice.place.sheet, notice.place.ref) == ("entities", "C2")  # type: ignore[union-attr]
    assert notice.args["name"] == "remark"


def test_a_typed_text_in_a_visits_name_is_refused_at_its_cell() -> None:
    notice = one(looked_at(labelled("${code}", "concat(${code}, ' ', ${step})")), "label.typed")
    assert (notice.place.sheet, notice.place.ref) == ("settings", "C2")  # type: ignore[union-attr]


def test_an_exact_point_in_a_households_label_is_refused() -> None:
    assert one(looked_at(labelled("${dwelling}")), "label.point").args["name"] == "dwelling"


def test_the_word_of_a_question_inside_quotes_is_no_reference() -> None:
    assert looked_at(labelled("concat(${code}, '/data/remark')")).usable


def test_labels_of_other_forms_may_show_what_was_typed() -> None:
    data = form(
        "type | name | label\ntext | remark | Which tree?", entities="list_name | label\ntrees | ${remark}"
    )
    assert looked_at(data).usable


# --- logic ----------------------------------------------------------------------------------------------------------


def test_38_calculations_in_a_circle_are_told_at_the_first_of_them() -> None:
    survey = "type | name | label | calculation\ncalculate | a | | ${b} + 1\ncalculate | b | | ${c} * 2\ncalculate | c | | ${a}"
    examined = looked_at(form(survey))
    assert said(examined.errors) == [("survey!D2", "logic.circular")]
    assert one(examined, "logic.circular").args["chain"] == "a → b → c → a"


def test_38_a_row_of_a_repeat_may_look_at_another_answer_of_the_one_before_and_not_at_its_own() -> None:
    survey = """type | name | label | calculation
begin repeat | r | R |
integer | n | N |
calculate | more | | ${n} - indexed-repeat(${n}, ${r}, position(..) - 1)
end repeat | | |"""
    assert looked_at(form(survey)).usable
    round_about = survey.replace("indexed-repeat(${n},", "indexed-repeat(${more},")
    assert one(looked_at(form(round_about)), "logic.circular").args["chain"] == "more → more"


@pytest.mark.parametrize(
    ("calculation", "code"),
    [
        ("if(${n} > 1, 2)", "logic.arguments"),
        ("selected(${n})", "logic.arguments"),
        ("count-selected()", "logic.arguments"),
        ("substr('abc')", "logic.arguments"),
        ("regex(${n})", "logic.arguments"),
        ("coalesce()", "logic.arguments"),
        ("round(1, 2, 3, 4)", "logic.arguments"),
        ("${n} + + 1", "logic.syntax"),
        ("${n} = = 1", "logic.syntax"),
        ("count(3)", "logic.needs_question"),
        ("//n + 1", "logic.unsupported"),
    ],
)
def test_38_an_expression_that_no_phone_can_read_is_refused_at_its_cell(calculation: str, code: str) -> None:
    examined = looked_at(
        form(f"type | name | label | calculation\ninteger | n | N |\ncalculate | c | | {calculation}")
    )
    assert said(examined.errors) == [("survey!D3", code)]


@pytest.mark.parametrize(
    ("calculation", "code"),
    [
        ("format-date(today(), '%Y-%Q')", "logic.stops_format"),
        ("if(${n} > 1, date('abc'), '')", "logic.stops_date"),
        ("regex(${n}, '[a-z')", "logic.stops_pattern"),
        ("distance('x y')", "logic.stops_points"),
        ("digest('a', 'FOO')", "logic.stops_digest"),
        ("property('a')", "logic.stops_property"),
        ("selected(12, '1')", "logic.stops"),
    ],
)
def test_38_a_written_value_at_which_a_phone_would_stop_is_refused_at_its_cell(
    calculation: str, code: str
) -> None:
    survey = f"type | name | label | calculation\ninteger | n | N |\ncalculate | c | | {calculation}"
    assert said(looked_at(form(survey)).errors) == [("survey!D3", code)]


def test_38_a_default_that_is_worked_out_and_stops_a_phone_is_refused_at_its_cell() -> None:
    survey = "type | name | label | default\ndate | d | D | format-date(today(), '%Q')"
    assert said(looked_at(form(survey)).errors) == [("survey!D2", "logic.stops_format")]


def test_38_what_nobody_can_have_meant_is_told_and_not_refused() -> None:
    survey = """type | name | label | relevant | constraint
select_one yn | a | A | |
text | t | T | ${a} = 'maybe' |
select_one yn | b | B | | . = 'Yes'"""
    examined = looked_at(form(survey, choices="list_name | name | label\nyn | yes | Yes\nyn | no | No"))
    assert examined.usable
    told = {
        (str(notice.place), notice.code) for notice in examined.notices if notice.code.startswith("logic.")
    }
    assert {code for _, code in told} == {"logic.never_relevant", "logic.refuses_every_choice"}


def test_38_an_unknown_function_is_refused_at_its_cell_with_the_nearest_one() -> None:
    survey = "type | name | label | calculation\ncalculate | a | | concatt('x', 'y(')\ncalculate | b | | (1 + 2) div (3)"
    examined = looked_at(form(survey))
    assert said(examined.errors) == [("survey!D2", "logic.function_unknown_near")]
    assert one(examined, "logic.function_unknown_near").args["near"] == "concat"
    assert problem_of(form(survey)).problem is problems.XLSFORM_INVALID


EVERYWHERE = """type | name | label | relevant | constraint | required | choice_filter | repeat_count | default
select_one w | a | A | zork(1) | | | | |
integer | b | B | | zork(.) | | | |
integer | c | C | | | zork() | | |
select_one w | d | D | | | | zork(name) | |
begin repeat | r | R | | | | | zork(3) |
text | e | E | | | | | | zork(now())
end repeat | | | | | | | |
"""


def test_38_an_unknown_function_is_found_wherever_an_expression_stands() -> None:
    data = form(
        EVERYWHERE,
        choices="list_name | name | label\nw | x | X",
        settings="form_id | version | instance_name\nvisit | 1 | zork(${b})",
        entities="list_name | label | create_if\ntrees | zork(${b}) | zork(${c})",
    )
    assert sorted(said(looked_at(data).errors)) == sorted(
        (cell, "logic.function_unknown")
        for cell in (
            "survey!D2", "survey!E3", "survey!F4", "survey!G5", "survey!H6", "survey!I7",
            "settings!C2", "entities!B2", "entities!C2",
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    "call",
    [
        "jr:choice-name(${w}, '${w}')", "pulldata('wells', 'depth', 'name', ${w})", "once(uuid())", "current()/../n",
        "indexed-repeat(${n}, ${r}, 1)", "count-selected(${w})", "digest('x', 'SHA-256')", "-int(2.5)", "position(..)",
        "distance(${p})", "coalesce(${w}, 'foo(bar)')", "substr('abc', 1)", "format-date(today(), '%Y')",
        "instance('l')/root/item[name = ${w}]/label", "selected-at(${w}, 0) and not(true())", "weighted-checklist(1, 2, ${n}, 3)",
    ],
)  # fmt: skip
def test_38_what_phones_know_passes(call: str) -> None:
    survey = f"""type | name | label | calculation
select_one l | w | W |
geopoint | p | P |
integer | n | N |
calculate | c | | {call}
begin repeat | r | R |
text | t | T |
end repeat"""
    if "indexed-repeat" in call:
        survey = survey.replace("integer | n | N |\n", "").replace("text | t | T |", "integer | n | N |")
    examined = looked_at(form(survey, choices="list_name | name | label\nl | x | X"))
    assert examined.errors == ()


@pytest.mark.parametrize(
    ("constraint", "code", "names"),
    [
        ("foo(.) &gt; 1", "logic.function_unknown", "foo()"),
        ("(. &gt; 1", "expression.bracket", "“(”"),
        (". &gt; 'x", "expression.quote", "(')"),
        (". &gt; /data/depht", "logic.node_unknown_near", "/data/depth"),
        (". &gt; ../nothing_like_it", "logic.node_unknown", "/data/nothing_like_it"),
        (". &gt; /data/depth[foo2zork(.)]", "logic.function_unknown", "foo2zork()"),
    ],
)
def test_38_an_xform_whose_logic_stops_a_phone_is_refused_by_path(
    constraint: str, code: str, names: str
) -> None:
    made = looked_at(
        form("type | name | label | constraint\ninteger | depth | Depth | \ninteger | a | A | . > 1")
    ).xml
    assert made is not None
    examined = examine(made.replace(b". &gt; 1", constraint.encode()), "form.xml")
    (notice,) = examined.errors
    assert (notice.code, notice.path) == (code, "/data/a")
    assert names in notice.message
    assert notice.fix


def test_38_an_xform_that_reads_lists_and_the_row_before_passes() -> None:
    made = looked_at(
        form("type | name | label | constraint\ninteger | depth | Depth | \ninteger | a | A | . > 1")
    ).xml
    assert made is not None
    expression = (
        "instance('l')/data/item[y = /data/depth and x = current()/../depth]/label = ../depth"
        " or instance('__last-saved')/data/gone != /data/meta/instanceID"
    )
    lists = (
        b"<instance id='l'><data><item><x/><y/><label/></item></data></instance>"
        b"<instance id='__last-saved' src='jr://instance/last-saved'/>"
    )
    made = made.replace(b". &gt; 1", expression.encode()).replace(b"</instance>", b"</instance>" + lists, 1)
    examined = examine(made, "form.xml")
    assert examined.errors == ()


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>",
        "[look](javascript:alert(1))",
        "{{7*7}} {% raw %}",
        "<b>bold</b> & more",
        "{0} {name}",
    ],
)
def test_40_words_that_look_like_code_stay_words(label: str) -> None:
    examined = looked_at(form(f"type | name | label\ntext | remark | {label}"))
    assert examined.usable, said(examined.notices)
    assert examined.xml is not None
    assert b"<script" not in examined.xml
    (field,) = (one for one in FormModel.from_xml(examined.xml).fields() if one.name == "remark")
    assert field.label.in_() == label


def test_40_a_notice_about_such_words_is_not_filled_twice() -> None:
    notice = Notice(Level.ERROR, "map.form", args={"value": "{0.__class__} {value} {{7*7}}"})
    assert notice.message == "“{0.__class__} {value} {{7*7}}” is not written as table.column."


def test_42_a_question_that_no_form_may_ask_is_refused_whatever_is_ignored() -> None:
    data = form("type | name | label\ntext | belief | What is your religion?\ntext | remark | Anything else?")
    error = problem_of(data, ignore_warnings=True)
    assert error.problem is problems.FORM_REFUSED
    (finding,) = error.details["findings"]
    assert (finding["level"], finding["sheet"], finding["row"], finding["column"]) == (
        "refused",
        "survey",
        2,
        "C",
    )
    assert finding["message"]


def test_42_a_persons_name_is_refused_in_a_household_form_and_told_elsewhere() -> None:
    question = "text | who | What is your name?"
    elsewhere = looked_at(form(f"type | name | label\n{question}"))
    (told,) = elsewhere.notices
    assert told.level is Level.WARNING
    assert told.args["protect_row"] == 2
    elsewhere.check(ignore_warnings=False)
    survey = f"type | name | label | calculation\nselect_one_from_file households.csv | household | Which? |\n{question} |"
    here = form(survey, entities="list_name | entity_id | label\nhouseholds | ${household} | 'x'")
    assert problem_of(here).problem is problems.FORM_REFUSED


def test_42_an_xform_is_judged_by_the_same_rules() -> None:
    made = looked_at(form("type | name | label\ntext | view | Which tree is the oldest?")).xml
    assert made is not None
    assert (
        problem_of(made.replace(b"Which tree is the oldest?", b"What is your religion?")).problem
        is problems.FORM_REFUSED
    )


def test_a_language_that_dignity_cannot_read_is_named() -> None:
    data = form(
        "type | name | label::English (en) | label::Swahili (sw)\ntext | remark | Anything else? | Kuna lingine?"
    )
    assert looked_at(data).unread == ("sw",)


# --- the whole ------------------------------------------------------------------------------------------------------


def test_warnings_hold_a_form_back_until_they_are_ignored() -> None:
    data = form("type | name | label\nimage | roof | The roof")
    error = problem_of(data, ignore_warnings=False)
    assert error.problem is problems.XLSFORM_WARNINGS
    assert [notice["code"] for notice in error.details["notices"]] == ["image.max_pixels"]
    looked_at(data).check(ignore_warnings=True)


def test_what_is_only_told_stops_no_upload() -> None:
    data = form(
        "type | name | label\nselect_one_from_file wells.csv | well | Which?\ntext | who | What is your name?"
    )
    examined = looked_at(data)
    expected = one(examined, "attachment.expected")
    assert (expected.level, said([expected])) == (Level.WARNING, [("survey!A2", "attachment.expected")])
    assert examined.warnings == ()
    examined.check(ignore_warnings=False)


def test_files_that_come_by_themselves_are_not_asked_for() -> None:
    survey = "type | name | label\nselect_one_from_file areas.csv | a | A\nselect_one_from_file households.csv | h | H"
    assert looked_at(form(survey)).notices == ()


def test_a_thousand_places_of_one_kind_are_told_in_fifty_and_a_count() -> None:
    choices = "list_name | name | label\n" + "\n".join(f"v | same | Village {n}" for n in range(1_001))
    examined = looked_at(form("type | name | label\nselect_one v | a | A", choices=choices))
    assert [notice.code for notice in examined.errors] == ["choices.duplicate"] * 50 + ["notices.more"]
    assert examined.errors[-1].args["count"] == 950


def test_notices_survive_being_stored() -> None:
    data = form("type | name | label\nimage | roof | The roof\ntext | who | What is your name?")
    for notice in looked_at(data).notices:
        again = from_json(notice.as_json())
        assert (again, again.message, again.fix) == (notice, notice.message, notice.fix)


def test_every_notice_in_the_table_can_be_worded() -> None:
    for code in TABLE:
        notice = Notice(Level.ERROR, code)
        assert notice.message.strip()
        assert "{" not in notice.message.replace("${?}", "").replace("${name}", ""), code


def test_43_a_form_of_10000_questions_is_examined() -> None:
    rows = [["type", "name", "label"], *(["integer", f"q{n}", f"Rooms in part {n}"] for n in range(10_000))]
    examined = looked_at(xlsx(rows, settings="form_id\nlarge"))
    assert examined.usable
    assert examined.model is not None
    assert len(examined.model.fields()) == 10_002
