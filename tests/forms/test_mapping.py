"""What a spreadsheet writes to the monitoring tables: compiled, or refused at the cell that is wrong."""

from __future__ import annotations

import pytest

from server.db import Base
from server.forms import mapping
from server.forms.examine import Examination
from server.forms.notices import Level
from server.households import columns
from server.households.tables import TABLES
from tests.forms.desk import HOUSEHOLDS, form, looked_at, one, said

WATER = "list_name | name | label\nwater | surface | River\nwater | borehole | Borehole"
SURVEY = """type | name | label | calculation | bind::hh:column | bind::hh:table | bind::hh:protect
start | start | | | | |
end | end | | | | |
select_one_from_file households.csv | household | Which? | | | |
calculate | code | | 'K1' | | |
select_one_from_file areas.csv | area | Where? | | household.area | |
"""


def household(rows: str, choices: str = WATER) -> Examination:
    """A form about a household, with these rows beside what it needs."""
    return looked_at(form(SURVEY + rows, choices=choices, entities=HOUSEHOLDS))


def errors(examined: Examination) -> list[tuple[str, str]]:
    return said(notice for notice in examined.notices if notice.level is Level.ERROR)


def test_a_form_about_a_household_compiles_to_its_key_its_columns_and_its_rows() -> None:
    examined = household(
        """begin group | water | Water | | | |
select_one water | source | Source? | | water.source | |
integer | minutes | Minutes? | | water.round_trip | |
end group | | | | | |
date | seen | Seen on? | | visit.observed_at | |
begin repeat | need | Need | | | need |
select_one service | service | Which? | | need.service | |
end repeat | | | | | |""",
        choices=WATER + "\nservice | clinic | Clinic",
    )
    assert errors(examined) == []
    assert examined.mapping == {
        "key": {"kind": "household", "by": "entity", "path": "/data/meta/entity", "create": False},
        "area": "/data/area",
        "observed_at": "/data/seen",
        "end": "/data/end",
        "start": "/data/start",
        "columns": [
            {"table": "water", "column": "source", "path": "/data/water/source"},
            {"table": "water", "column": "round_trip", "path": "/data/water/minutes"},
        ],
        "rows": [
            {
                "table": "need",
                "path": "/data/need",
                "columns": [{"column": "service", "path": "/data/need/service"}],
            }
        ],
    }
    assert examined.compiled is not None
    assert examined.compiled.household_form
    assert ("need", "service", "/data/need/service") in examined.compiled.asked


def test_repeats_within_mapped_repeats_stand_beside_them() -> None:
    examined = household(
        """begin repeat | need | Need | | | need |
select_one service | service | Which? | | need.service | |
begin repeat | shock | Shock | | | shock |
select_one kind | kind | What? | | shock.kind | |
end repeat | | | | | |
end repeat | | | | | |""",
        choices="list_name | name | label\nservice | clinic | Clinic\nkind | flood | Flood",
    )
    assert errors(examined) == []
    assert examined.mapping is not None
    assert [(row["table"], row["path"]) for row in examined.mapping["rows"]] == [
        ("need", "/data/need"),
        ("shock", "/data/need/shock"),
    ]


def test_a_form_that_maps_nothing_has_no_mapping() -> None:
    examined = looked_at(form("type | name | label\ntext | remark | Anything?"))
    assert examined.mapping is None
    assert examined.compiled is not None
    assert not examined.compiled.household_form


def test_41_an_unknown_column_is_refused_at_its_cell_with_the_nearest_right_name() -> None:
    examined = household("select_one water | source | Source? | | water.sorce | |")
    notice = one(examined, "map.column_unknown_near")
    assert (notice.place.sheet, notice.place.ref) == ("survey", "E7")  # type: ignore[union-attr]
    assert notice.message == "The table water has no column “sorce”; did you mean water.source?"


CASES: list[tuple[str, str, str, list[tuple[str, str]]]] = [
    (
        "an unknown table",
        "integer | a | A | | watre.source | |",
        WATER,
        [("survey!E7", "map.table_unknown_near")],
    ),
    ("no table at all", "integer | a | A | | source | |", WATER, [("survey!E7", "map.form")]),
    ("a text in a number", "text | a | A | | water.round_trip | |", WATER, [("survey!E7", "map.type")]),
    (
        "a decimal in a whole number",
        "decimal | a | A | | water.round_trip | |",
        WATER,
        [("survey!E7", "map.type")],
    ),
    ("a text in a code", "text | a | A | | water.source | |", WATER, [("survey!E7", "map.type")]),
    (
        "one code in a list of codes",
        "select_one water | a | A | | water.treatment | |",
        WATER,
        [("survey!E7", "map.type")],
    ),
    ("a sound in a photo", "audio | a | A | | water.photo | |", WATER, [("survey!E7", "map.type")]),
    (
        "a code that the list lacks",
        "select_one water | a | A | | water.source | |",
        f"{WATER}\nwater | bore_hole | B",
        [("choices!B4", "map.code_unknown_near")],
    ),
    (
        "a code from a file",
        "select_one_from_file sources.csv | a | A | | water.source | |",
        WATER,
        [("survey!E7", "map.codes_outside")],
    ),
    (
        "a column twice",
        "integer | a | A | | water.round_trip | |\ninteger | b | B | | water.round_trip | |",
        WATER,
        [("survey!E8", "map.twice")],
    ),
    (
        "a column on a group",
        "begin group | g | G | | water.source | |\nend group | | | | | |",
        WATER,
        [("survey!E7", "map.on_group")],
    ),
    (
        "a single column in a repeat",
        "begin repeat | r | R | | | |\ninteger | a | A | | water.round_trip | |\nend repeat | | | | | |",
        WATER,
        [("survey!E8", "map.repeat_column")],
    ),
    (
        "a repeated column outside",
        "select_one service | a | A | | need.service | |",
        "list_name | name | label\nservice | clinic | Clinic",
        [("survey!E7", "map.row_outside")],
    ),
    (
        "another table's column in a repeat",
        "begin repeat | r | R | | | need |\nselect_one kind | a | A | | shock.kind | |\nend repeat | | | | | |",
        "list_name | name | label\nkind | flood | Flood",
        [("survey!E8", "map.row_table")],
    ),
    (
        "an unknown table of rows",
        "begin repeat | r | R | | | neeed |\ntext | a | A | | | |\nend repeat | | | | | |",
        WATER,
        [("survey!F7", "map.table_unknown_near")],
    ),
    (
        "a repeat into single rows",
        "begin repeat | r | R | | | water |\ntext | a | A | | | |\nend repeat | | | | | |",
        WATER,
        [("survey!F7", "map.table_single")],
    ),
    ("a table on a question", "text | a | A | | | need |", WATER, [("survey!F7", "map.table_not_repeat")]),
    (
        "another's column",
        "date | a | A | | visit.observed_at | |\ntext | b | B | | facility.name | |",
        WATER,
        [("survey!E8", "map.wrong_key")],
    ),
    ("a word for protection", "text | a | A | | | | maybe", WATER, [("survey!G7", "map.protect_value")]),
    (
        "a second key",
        "select_one_from_file h.csv | a | A | | household.id | |",
        WATER,
        [("survey!E7", "map.two_keys")],
    ),
    (
        "a key in a repeat",
        "begin repeat | r | R | | | need |\ntext | a | A | | household.id | |\nend repeat | | | | | |",
        WATER,
        [("survey!E8", "map.key_place")],
    ),
]


@pytest.mark.parametrize(
    ("rows", "choices", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_41_what_does_not_fit_is_refused_at_its_cell(
    rows: str, choices: str, expected: list[tuple[str, str]]
) -> None:
    examined = household(rows, choices)
    assert errors(examined) == expected
    assert all(notice.fix for notice in examined.errors)
    assert not examined.usable


def test_a_form_that_maps_answers_and_names_nobody_is_refused() -> None:
    examined = looked_at(
        form("type | name | label | bind::hh:column\ninteger | a | Minutes? | water.round_trip")
    )
    assert errors(examined) == [("survey!D2", "map.no_key")]


@pytest.mark.parametrize(
    ("column", "kind", "source"),
    [
        ("household.id", "household", "households.csv"),
        ("facility.id", "facility", "facilities.csv"),
        ("area.code", "area", "areas.csv"),
    ],
)
def test_a_question_can_be_the_key(column: str, kind: str, source: str) -> None:
    survey = (
        f"type | name | label | bind::hh:column\nselect_one_from_file {source} | which | Which? | {column}"
    )
    examined = looked_at(form(survey))
    assert errors(examined) == []
    assert examined.mapping is not None
    assert examined.mapping["key"] == {"kind": kind, "by": "question", "path": "/data/which", "create": False}
    assert examined.mapping["area"] == ("/data/which" if kind == "area" else None)


def test_a_calculation_takes_the_columns_type() -> None:
    assert (
        errors(household("calculate | src | | if(${area} = 'A1', 'surface', 'borehole') | water.source | |"))
        == []
    )
    assert errors(household("calculate | min | | 2 + 3 | water.round_trip | |")) == []


def test_points_contacts_and_what_is_marked_are_protected_in_a_household_form() -> None:
    examined = household(
        "geopoint | dwelling | Point | | household.dwelling | |\ntext | contact | How to reach you? | | household.contact | |"
        "\nbegin group | visit | Visit | | | |\ngeotrace | way | Way | | | |\nend group | | | | | |\ntext | note | Note | | | | yes"
    )
    assert errors(examined) == []
    assert examined.compiled is not None
    assert set(examined.compiled.protected) == {
        "/data/dwelling",
        "/data/contact",
        "/data/visit/way",
        "/data/note",
    }


def test_what_copies_a_protected_answer_is_protected_and_what_only_compares_it_is_not() -> None:
    examined = household(
        "geopoint | dwelling | Point | | household.dwelling | |"
        "\ntext | contact | How to reach you? | | household.contact | |"
        "\ncalculate | copy | | concat('at ', ${contact}) | | |"
        "\ncalculate | again | | string(${copy}) | | |"
        "\ncalculate | near | | distance(${dwelling}) < 300 | | |"
        "\ncalculate | given | | if(${contact} != '', 'yes', 'no') | | |"
    )
    assert examined.compiled is not None
    assert set(examined.compiled.protected) == {
        "/data/dwelling",
        "/data/contact",
        "/data/copy",
        "/data/again",
    }


def test_points_of_other_forms_stay_open() -> None:
    examined = looked_at(form("type | name | label\ngeopoint | well | The well"))
    assert examined.compiled is not None
    assert examined.compiled.protected == ()


def test_without_the_setting_namespaces_a_mapping_column_is_refused_at_its_heading() -> None:
    survey = (
        "type | name | label | bind::hh:column\nselect_one_from_file areas.csv | area | Where? | area.code"
    )
    examined = looked_at(form(survey, settings="form_id | version\nvisit | 1"))
    assert errors(examined) == [("survey!D1", "hh.no_namespace")]
    assert 'hh="urn:fieldfare:household"' in one(examined, "hh.no_namespace").fix


def test_a_misspelt_mapping_column_is_refused_at_its_heading() -> None:
    survey = "type | name | label | bind::hh:colunm\ntext | a | A | water.source"
    examined = looked_at(form(survey))
    assert errors(examined) == [("survey!D1", "hh.header_unknown_near")]
    assert one(examined, "hh.header_unknown_near").args["near"] == "bind::hh:column"


def test_everything_wrong_is_told_at_once() -> None:
    examined = household(
        "text | a | A | | water.sorce | |\ntext | b | B | | foo | |\ninteger | c | C | | water.source | |"
    )
    assert errors(examined) == [
        ("survey!E7", "map.column_unknown_near"),
        ("survey!E8", "map.form"),
        ("survey!E9", "map.type"),
    ]


@pytest.mark.parametrize(
    "column",
    ["household.merged_into", "household.code", "household.confirmed", "visit.distance", "need.request", "water.recorded_at"],
)  # fmt: skip
def test_41_a_column_that_the_server_writes_is_said_to_be_so(column: str) -> None:
    survey = f"""type | name | label | bind::hh:column
select_one_from_file households.csv | household | Which? | household.id
text | other | Other? | {column}"""
    (notice,) = looked_at(form(survey)).errors
    assert (said([notice]), notice.args["column"]) == ([("survey!D3", "map.column_closed")], column)
    assert "the server writes it" in notice.message


def test_41_every_column_of_the_tables_takes_answers_or_is_known_to_be_the_servers() -> None:
    physical = {
        f"{table.name}.{column.name}" for table in TABLES.values() for column in table.history.columns
    }
    for name in ("household", "facility"):
        physical |= {f"{name}.{column.name}" for column in Base.metadata.tables[name].columns}
    everywhere = {f"{table}.{column}" for table in TABLES for column in mapping._BY_SERVER}
    closed = {f"{table}.{column}" for table, names in mapping._BY_SERVER_IN.items() for column in names}
    assert closed <= physical
    assert set(columns.catalogue()) & (closed | everywhere) == {"visit.observed_at"}
    left = {name.partition(".")[2] for name in physical - set(columns.catalogue()) - closed - everywhere}
    assert left == {"id", "updated_at"}


def test_41_a_name_is_offered_only_where_it_is_near() -> None:
    survey = """type | name | label | bind::hh:column
select_one_from_file households.csv | household | Which? | household.id
text | other | Other? | household.colour
text | more | More? | household.statsu"""
    examined = looked_at(form(survey))
    assert said(examined.errors) == [
        ("survey!D3", "map.column_unknown"), ("survey!D4", "map.column_unknown_near"),
    ]  # fmt: skip
    assert "status, enrolled_on" in examined.errors[0].fix


def test_a_form_about_an_area_is_called_so_in_good_words() -> None:
    survey = """type | name | label | bind::hh:column
select_one_from_file areas.csv | area | Which? | area.code
integer | trip | How long? | water.round_trip"""
    (notice,) = looked_at(form(survey)).errors
    assert "this form is about one area" in notice.message
