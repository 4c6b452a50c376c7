"""A form's questions out of a spreadsheet and out of an XForm: the same words, each with its place."""

from __future__ import annotations

import pytest
from pyxform.xls2xform import convert

from server.forms.questions import Questions, from_workbook, language_code, plain_type
from server.forms.questions.xform import from_xform
from server.forms.workbook import Place, read
from server.xforms.errors import FormError

SURVEY = [
    {
        "type": "begin_group",
        "name": "dwelling",
        "label::English (en)": "The dwelling",
        "label::中文 (zh)": "住所",
    },
    {
        "type": "select_one water or_other",
        "name": "source",
        "label::English (en)": "Main source",
        "label::中文 (zh)": "主要水源",
        "hint::English (en)": "Read all aloud",
        "bind::hh:column": "water.source",
    },
    {"type": "begin_repeat", "name": "room", "label::English (en)": "Room"},
    {
        "type": "decimal",
        "name": "width",
        "label::English (en)": "Width of ${source}",
        "bind::hh:protect": "yes",
        "constraint": ". < 9",
        "constraint_message::English (en)": "Too wide",
    },
    {"type": "end_repeat"},
    {"type": "end_group"},
    {"type": "calculate", "name": "twice", "calculation": "1 + 1"},
    {
        "type": "audit",
        "name": "audit",
        "parameters": "location-priority=balanced location-min-interval=60 location-max-age=120",
    },
    {"type": "text", "name": "note1", "label::English (en)": "Remarks", "save_to": "remarks"},
]
CHOICES = [
    {"list_name": "water", "name": "piped", "label::English (en)": "Piped", "label::中文 (zh)": "自来水"},
    {"list_name": "water", "name": "well", "label::English (en)": "Well", "label::中文 (zh)": "水井"},
]
ENTITIES = [{"list_name": "households", "label": '"x"'}]
SETTINGS = [{"form_id": "f", "form_title": "Visit", "namespaces": 'hh="urn:fieldfare:household"'}]


def table(name: str, rows: list[dict[str, str]]) -> list[str]:
    """A sheet as a Markdown table: its name, its heading, a line a row."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    lines = [header, *([row.get(key, "") for key in header] for row in rows)]
    return [f"| {name} |", *(f"| | {' | '.join(line)} |" for line in lines)]


FORM = "\n".join(
    [
        *table("survey", SURVEY),
        *table("choices", CHOICES),
        *table("entities", ENTITIES),
        *table("settings", SETTINGS),
    ]
)


def spreadsheet() -> Questions:
    return from_workbook(read(FORM.encode()))


def xform() -> Questions:
    return from_xform(convert(FORM, file_type=".md", validate=False).xform.encode())


def test_a_spreadsheets_question_has_its_words_mapping_and_places() -> None:
    form = spreadsheet()
    source = form.named("source")
    assert source is not None
    assert (source.type, source.labels, source.hints) == (
        "select_one",
        {"en": "Main source", "zh": "主要水源"},
        {"en": "Read all aloud"},
    )
    assert source.mapped == "water.source"
    assert source.places["label:zh"] == Place("survey", 4, "E", "label::中文 (zh)")
    assert [
        (choice.name, choice.labels["zh"], choice.places["label:zh"].ref) for choice in source.choices
    ] == [
        ("piped", "自来水", "E14"),
        ("well", "水井", "E15"),
    ]
    width = form.named("width")
    assert width is not None
    assert [(group.name, group.repeat) for group in width.groups] == [("dwelling", False), ("room", True)]
    assert (width.protected, width.constraint, width.constraint_messages) == (
        True,
        ". < 9",
        {"en": "Too wide"},
    )
    audit = form.named("audit")
    assert audit is not None
    assert audit.parameters["location-priority"] == "balanced"
    assert (form.languages, form.datasets, form.settings["form_title"]) == (
        ("en", "zh"),
        ("households",),
        "Visit",
    )


@pytest.mark.parametrize("name", ["source", "width", "twice", "audit", "note1"])
def test_an_xforms_question_says_what_its_spreadsheet_says(name: str) -> None:
    written, made = spreadsheet().named(name), xform().named(name)
    assert written is not None
    assert made is not None
    for field in ("type", "labels", "hints", "constraint_messages", "constraint", "mapped", "protected", "save_to",
                  "parameters"):  # fmt: skip
        assert getattr(made, field) == getattr(written, field), field
    repeats = [[group.name for group in one.groups if group.repeat] for one in (made, written)]
    assert repeats[0] == repeats[1]
    assert [choice.labels for choice in made.choices][:2] == [choice.labels for choice in written.choices]


def test_an_xform_knows_its_entity_list_and_where_it_sends() -> None:
    form = xform()
    assert form.writes_to_household
    assert form.datasets == ("households",)
    assert form.settings["form_title"] == "Visit"
    note = form.named("note1")
    assert note is not None
    assert note.place.header == "/data/note1"


def test_recordings_without_a_question_are_found_in_an_xform() -> None:
    written = "| survey |\n| | type | name | label |\n| | background-audio | ba | |\n| | text | q | Q |\n"
    form = from_xform(convert(written, file_type=".md", validate=False, form_name="f").xform.encode())
    assert ("ba", "background-audio") in {(question.name, question.type) for question in form.questions}


@pytest.mark.parametrize("xml", [b"<a/>", b"not xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b""])
def test_what_is_no_xform_is_refused(xml: bytes) -> None:
    with pytest.raises(FormError):
        from_xform(xml)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("select_one water", ("select_one", "water")),
        ("select one from water or specify other", ("select_one", "water")),
        ("select_multiple water or_other", ("select_multiple", "water")),
        ("select all that apply from w", ("select_multiple", "w")),
        ("select_one_from_file areas.csv", ("select_one", "areas.csv")),
        ("select_multiple_from_file a.csv", ("select_multiple", "a.csv")),
        ("rank w", ("rank", "w")),
        ("select_one ${room}", ("select_one", "${room}")),
        ("add image prompt", ("image", None)),
        ("photo", ("image", None)),
        ("String", ("text", None)),
        ("get phone number", ("phonenumber", None)),
        ("phonenumber", ("phonenumber", None)),
        ("background audio", ("background-audio", None)),
        ("background-geopoint", ("background-geopoint", None)),
        ("start-geopoint", ("start-geopoint", None)),
        ("q picture", ("image", None)),
    ],
)
def test_a_types_many_spellings_are_one(written: str, plain: tuple[str, str | None]) -> None:
    assert plain_type(written) == plain


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("English (en)", "en"),
        ("English", "en"),
        ("中文 (zh-Hans)", "zh"),
        ("en", "en"),
        ("العربية", "ar"),
        ("Kyrgyz", "kyrgyz"),
    ],
)
def test_a_languages_name_gives_its_code(written: str, code: str) -> None:
    assert language_code(written) == code


@pytest.mark.parametrize(
    "heading", ["label", "caption", "label:English", "label::English (en)", "Label :: English (en)"]
)
def test_a_labels_heading_in_any_spelling_is_read(heading: str) -> None:
    form = from_workbook(
        read(f"| survey |\n| | command | tag | {heading} |\n| | text | q | What |\n".encode())
    )
    assert [list(question.labels.values()) for question in form.questions] == [["What"]]
    assert form.questions[0].name == "q"


def test_the_default_language_names_labels_without_one() -> None:
    form = from_workbook(
        read(
            "| survey |\n| | type | name | label |\n| | text | q | 什么 |\n| settings |\n| | default_language |\n| | 中文 (zh) |\n".encode()
        )
    )
    assert form.questions[0].labels == {"zh": "什么"}


@pytest.mark.parametrize(
    ("column", "writes"),
    [
        ("household.id", True),
        ("household.contact", True),
        ("water.source", True),
        ("facility.id", False),
        ("inspection.condition", False),
        ("area.code", False),
        ("visit.observed_at", False),
        ("", False),
    ],
)
def test_a_form_writes_to_a_household_if_its_key_or_columns_are_one(column: str, writes: bool) -> None:
    form = from_workbook(
        read(f"| survey |\n| | type | name | bind::hh:column |\n| | text | q | {column} |\n".encode())
    )
    assert form.writes_to_household is writes
