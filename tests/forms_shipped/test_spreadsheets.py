"""The shipped spreadsheets as files: languages, codes, mappings, keys, and what every form of ours must hold."""

from __future__ import annotations

import re

import pytest

from server.forms.examine import examine
from server.households.columns import find, tables
from tests.forms_shipped.shipped import (
    EN,
    FORMS,
    HOUSEHOLD_FORMS,
    NAMES,
    ZH,
    Row,
    code_lists,
    columns_of_lists,
    workbook,
    xform,
)
from tests.tools.javarosa import JavaRosa

CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEXTS = ("label", "hint", "constraint_message", "required_message")
REFERENCE = re.compile(r"\$\{([^}]+)\}")
FITS = {
    "i": "integer",
    "d": "decimal",
    "t": "text",
    "b": "select_one",
    "c": "select_one",
    "l": "select_multiple",
    "p": "image",
    "g": "geopoint",
    "date": "date",
    "when": "dateTime",
    "area": "select_one_from_file",
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_folder_holds_the_forms_that_are_tested_here() -> None:
    assert {path.stem for path in (FORMS / "xlsform").glob("*.xlsx")} >= set(NAMES)


def test_pyxform_and_odk_validate_have_nothing_to_say(name: str, javarosa: JavaRosa) -> None:
    xml, warnings = xform(name)
    assert warnings == []
    assert javarosa.complaints(xml) == ""


def test_the_upload_has_nothing_to_say_either(name: str) -> None:
    examined = examine((FORMS / "xlsform" / f"{name}.xlsx").read_bytes(), f"{name}.xlsx")
    assert examined.notices == ()
    assert examined.usable
    assert (examined.form_id, examined.version) == (name, workbook(name).sheets["settings"][0]["version"])


def test_entities_follow_the_offline_specification(name: str) -> None:
    assert 'entities:entities-version="2024.1.0"' in xform(name)[0]


def test_every_text_stands_in_both_languages(name: str) -> None:
    for row in (*workbook(name).sheets["survey"], *workbook(name).sheets["choices"]):
        for text in TEXTS:
            english, chinese = row.get(f"{text}::{EN}"), row.get(f"{text}::{ZH}")
            assert (english is None) == (chinese is None), row
            if english is not None and chinese is not None:
                assert CHINESE.search(chinese), row
                assert not CHINESE.search(english), row
                assert REFERENCE.findall(english) == REFERENCE.findall(chinese), row


def test_every_question_note_and_choice_has_a_label(name: str) -> None:
    notes = [row for row in workbook(name).sheets["survey"] if row["type"] == "note"]
    for row in (*workbook(name).questions, *notes, *workbook(name).sheets["choices"]):
        assert f"label::{EN}" in row, row


def test_a_constraint_and_a_required_question_say_what_they_want(name: str) -> None:
    for row in workbook(name).questions:
        assert ("constraint" in row) == (f"constraint_message::{EN}" in row), row
        assert ("required" in row) == (f"required_message::{EN}" in row), row


def test_names_are_plain_ascii(name: str) -> None:
    sheets = workbook(name).sheets
    for row in (*sheets["survey"], *sheets["choices"]):
        assert re.fullmatch(r"[a-z0-9][a-z0-9_]*", row["name"]), row


def test_settings_declare_the_mapping_and_send_nowhere_else(name: str) -> None:
    (settings,) = workbook(name).sheets["settings"]
    assert settings["form_id"] == name
    assert settings["namespaces"] == 'hh="urn:fieldfare:household"'
    assert settings["default_language"] == EN
    assert re.fullmatch(r"20\d{8}", settings["version"])
    assert "submission_url" not in settings


def test_each_form_has_exactly_one_key(name: str) -> None:
    (entity,) = workbook(name).sheets["entities"]
    assert entity["list_name"] == ("households" if name in HOUSEHOLD_FORMS else "facilities")
    assert not workbook(name).mapped.keys() & {"household.id", "facility.id", "area.code"}
    creates = name in ("household_enrolment", "facility_register")
    assert ("entity_id" in entity) is not creates
    assert ("label" in entity) is creates


def test_mapped_columns_exist_and_take_their_question(name: str) -> None:
    for full_name, row in workbook(name).mapped.items():
        column = find(full_name)
        assert column is not None, full_name
        kind = row["type"].split()[0]
        assert kind == "calculate" or kind == FITS[column.type], full_name
        if kind in ("select_one", "select_multiple"):
            codes = {choice["name"] for choice in workbook(name).choices(row["type"].split()[1])}
            assert codes <= set(column.codes or ()), full_name


def test_repeats_write_to_tables_of_repeats_and_their_columns_stand_inside(name: str) -> None:
    open_repeats: list[str | None] = []
    for row in workbook(name).sheets["survey"]:
        if row["type"] == "begin_repeat":
            open_repeats.append(row.get("bind::hh:table"))
            assert tables()[row["bind::hh:table"]]
        elif row["type"] == "end_repeat":
            open_repeats.pop()
        elif "bind::hh:column" in row:
            table = row["bind::hh:column"].partition(".")[0]
            assert tables().get(table, False) == bool(open_repeats), row
            assert not open_repeats or open_repeats[-1] == table, row


def test_choices_of_a_code_list_are_the_list(name: str) -> None:
    lists = code_lists()
    for list_name in {row["list_name"] for row in workbook(name).sheets["choices"]} & lists.keys():
        here = [
            (row["name"], row[f"label::{EN}"], row[f"label::{ZH}"])
            for row in workbook(name).choices(list_name)
        ]
        assert here == lists[list_name], list_name


def test_the_lists_hold_the_codes_that_their_columns_take() -> None:
    lists = code_lists()
    for full_name, list_name in columns_of_lists().items():
        column = find(full_name)
        assert column is not None, full_name
        assert tuple(code for code, _, _ in lists[list_name]) == column.codes, full_name


def test_photos_are_small_and_say_places_not_people(name: str) -> None:
    photos = [row for row in workbook(name).questions if row["type"] == "image"]
    assert photos
    for row in photos:
        assert row["parameters"] == "max-pixels=1600"
        assert "not people" in row[f"hint::{EN}"]
        assert "不拍人" in row[f"hint::{ZH}"]


def test_points_ask_for_accuracy(name: str) -> None:
    points = [row for row in workbook(name).questions if row["type"] == "geopoint"]
    assert points
    assert {row["parameters"] for row in points} == {"capture-accuracy=10 warning-accuracy=50"}


@pytest.mark.parametrize("household_form", HOUSEHOLD_FORMS)
def test_labels_of_households_and_their_submissions_rest_on_no_typed_text(household_form: str) -> None:
    rows = {row["name"]: row for row in workbook(household_form).sheets["survey"] if row["name"]}
    (settings,) = workbook(household_form).sheets["settings"]
    (entity,) = workbook(household_form).sheets["entities"]
    behind = _behind(rows, f"{settings['instance_name']} {entity.get('label', '')}")
    assert len(behind) >= 3
    assert not [name for name in behind if rows[name]["type"] == "text"]


@pytest.mark.parametrize("household_form", HOUSEHOLD_FORMS)
def test_what_a_household_types_is_protected_or_names_a_kind_of_thing(household_form: str) -> None:
    typed = {row["name"]: row for row in workbook(household_form).questions if row["type"] == "text"}
    for name in typed.keys() & {"contact", "remarks"}:
        assert typed[name]["bind::hh:protect"] == "yes"
    assert typed.keys() <= {"contact", "remarks", "water_source_other", "sanitation_other"}
    assert "${contact_ok} = 'yes'" in typed["contact"]["relevant"]


def test_the_notes_cite_the_instruments() -> None:
    cited = " ".join(" ".join(row.values()) for row in workbook("household_visit").sheets["notes"])
    for instrument in (
        "JMP",
        "FIES",
        "Multi-Tier",
        "DHS and MICS",
        "Washington Group",
        "Alkire-Foster",
        "SDG 3.8.2",
    ):
        assert instrument in cited
    for name in NAMES:
        (first, *_) = workbook(name).sheets["notes"]
        assert "are ours" in first["how it is used here"] or "is ours" in first["how it is used here"]


def test_the_visit_asks_the_whole_of_its_modules() -> None:
    asked = {full_name.partition(".")[0] for full_name in workbook("household_visit").mapped}
    assert asked == {
        "household", "visit", "composition", "water", "sanitation", "hygiene", "waste", "housing", "energy",
        "connectivity", "food", "assets", "schooling", "school_access", "health_access", "spending", "harvest",
        "shock", "need",
    }  # fmt: skip


def _behind(rows: dict[str, Row], expression: str) -> set[str]:
    """Names of all questions and calculations that an expression rests on."""
    found: set[str] = set()
    waiting = REFERENCE.findall(expression)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += REFERENCE.findall(rows[name].get("calculation", ""))
    return found
