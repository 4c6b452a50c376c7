"""Each fault of a sheet with its cell and a fix in words, in the reader's language too: nothing is left to pyxform's English."""

from __future__ import annotations

import re
from functools import partial

import pytest
from pyxform.errors import ErrorCode

from server.forms.convert.sayings import CODED, SENTENCES
from server.forms.notices import TABLE, Level
from server.web.frame.words import say
from tests.forms.desk import form, looked_at, one, said, xlsx
from tests.forms.test_mapping import errors, household

LIST = "list_name | name | label\na | yes | Yes\na | no | No"

FAULTS: list[tuple[str, str, str, str]] = [
    # heading, rows, cell, code
    ("parameters", "image | p | P | max-pixels=big", "survey!D2", "parameters.integer"),
    ("parameters", "audio | p | P | quality=best", "survey!D2", "parameters.one_of"),
    ("parameters", "select_one a | p | P | randomize=maybe", "survey!D2", "parameters.one_of"),
    ("parameters", "select_one a | p | P | randomize=true, seed=abc", "survey!D2", "parameters.seed"),
    ("parameters", "select_one a | p | P | seed=3", "survey!D2", "parameters.seed_alone"),
    ("parameters", "text | t | T |\naudit | audit | | track-changes=yes", "survey!D3", "parameters.one_of"),
    ("parameters", "text | t | T |\naudit | audit | | track-changes-reasons=x", "survey!D3", "parameters.one_of"),
    ("parameters", "text | t | T | rows=x", "survey!D2", "parameters.integer"),
    ("parameters", "text | t | T | rwos=3", "survey!D2", "parameters.unknown"),
    ("parameters", "text | t | T | rows", "survey!D2", "parameters.form"),
    ("parameters", "range | r | R | start=a end=3", "survey!D2", "parameters.number"),
    ("parameters", "range | r | R | start=1 end=3 step=0", "survey!D2", "parameters.zero"),
    ("parameters", "range | r | R | start=1 end=3 step=5", "survey!D2", "parameters.range_larger"),
    ("parameters", "range | r | R | start=0 end=9 step=2 tick_interval=3", "survey!D2", "parameters.range_multiple"),
    ("parameters", "range | r | R | start=0 end=9 placeholder=12", "survey!D2", "parameters.range_outside"),
    ("parameters", "range | r | R | start=0 end=9 tick_labelset=zz", "survey!D2", "parameters.labels_unknown"),
    ("parameters", "range | r | R | start=0 end=9 tick_labelset=a", "survey!D2", "parameters.labels_number"),
    ("parameters", "geopoint | g | G | capture-accuracy=x", "survey!D2", "parameters.number"),
    ("parameters", "geopoint | g | G | allow-mock-accuracy=x", "survey!D2", "parameters.one_of"),
    ("parameters", "geotrace | g | G | incremental=x", "survey!D2", "parameters.one_of"),
    ("parameters", "geopoint | g | G | reference-geometry=zz", "survey!D2", "parameters.reference_geometry"),
    ("parameters", "image | p | P | max-pixels=9 app=x", "survey!D2", "parameters.app"),
    ("parameters", "select_one_from_file l.csv | p | P | value=1x", "survey!D2", "parameters.column"),
    ("hint", "select_one_from_file list | p | P |", "survey!A2", "type.file_ending"),
    ("hint", "select_one_from_file 地点 list.csv | p | P |", "survey!A2", "type.list_space"),
    ("hint", "select_one my list | p | P |", "survey!A2", "type.list_space"),
    ("hint", "select_one_from_file l.csv or_other | p | P |", "survey!A2", "choices.other_list"),
    ("hint", "text | t | T |\naudit | checks | |", "survey!B3", "name.audit"),
    ("hint", "select_one ${zz} | p | P |", "survey!A2", "name.unknown"),
    (
        "appearance",
        "begin group | g | G | table-list\nselect_one a | s | S |\nselect_one b | t | T |\nend group | | |",
        "survey!A4",
        "choices.table_lists",
    ),
    ("save_to", "text | t | T | x", "survey!D2", "entity.no_sheet"),
    ("appearance", "select_one_from_file l.csv | p | P | search('l')", "survey!D2", "choices.search_file"),
    ("appearance", "select_one a | p | P | search('l')\nselect_one a | q | Q |", "survey!D2", "choices.search_mixed"),
    ("calculation", "calculate | c | | pulldata(a, 'b', 'c', 'd')", "survey!D2", "choices.same_name"),
    ("media::big-image", "text | t | T | b.png", "survey!D2", "label.big_image"),
    ("trigger", "calculate | c | | \ntext | t | T | ${c}", "survey!D3", "trigger.unseen"),
    ("required", "integer | d | D | maybe", "survey!D2", "logic.yes"),
    ("readonly", "integer | d | D | maybe", "survey!D2", "logic.yes"),
    ("repeat_count", "begin repeat | r | R | abc\ntext | x | X |\nend repeat | | |", "survey!D2", "logic.word"),
    ("relevant", "integer | depth | D |\ntext | t | T | dpeth > 1", "survey!D3", "logic.word_near"),
    ("constraint", "integer | d | D | . >", "survey!D2", "logic.unfinished"),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "rows", "cell", "code"), FAULTS)
def test_a_fault_is_told_at_its_cell_with_a_fix_and_in_the_readers_language(
    heading: str, rows: str, cell: str, code: str
) -> None:
    if code == "trigger.unseen":
        heading, rows = (
            "trigger | calculation",
            rows.replace("| c | | ", "| c | | | 1").replace("${c}", "${c} |"),
        )
    lists = LIST + ("\nb | x | X" if code == "choices.table_lists" else "")
    examined = looked_at(form(f"type | name | label | {heading}\n{rows}", choices=lists))
    told = [notice for notice in examined.notices if notice.level is Level.ERROR]
    assert said(told) == [(cell, code)]
    assert told[0].fix
    for language in ("en", "zh", "ar"):
        words = " ".join(told[0].in_(language, partial(say, language)))
        assert "?" not in re.sub(r"[^?]\?(?: |$)", "", words), words
        assert language == "en" or told[0].message not in words


ENTITIES = [
    ("list_name | label | foo\ntrees | ${t} | x", "entities!C1", "header.unknown"),
    ("list_name | label | creat_if\ntrees | ${t} | x", "entities!C1", "header.unknown_near"),
    ("list_name | label | update_if\ntrees | ${t} | true()", "entities!2", "entity.no_id"),
    ("list_name | entity_id | create_if\ntrees | ${t} | true()", "entities!2", "entity.no_update_if"),
    ("list_name\ntrees", "entities!2", "entity.no_label"),
    ("list_name | label\ntr.ees | ${t}", "entities!A2", "entity.period"),
    ("list_name | label\n__trees | ${t}", "entities!A2", "entity.underscores"),
    ("list_name | label\ntrees | ${t}\ntrees | ${t}", "entities!A3", "entity.twice"),
    ("list_name | label\n | ${t}", "entities!A2", "entity.no_name"),
    ("list_name | label\ntrees | x", "entities!B2", "logic.word"),
    ("list_name | entity_id\ntrees | ${t}", "entities!A2", "entity.not_read"),
]


@pytest.mark.parametrize(("entities", "cell", "code"), ENTITIES)
def test_a_fault_of_an_entity_list_is_told_at_its_cell(entities: str, cell: str, code: str) -> None:
    examined = looked_at(form("type | name | label\ntext | t | T", entities=entities))
    assert said(examined.errors) == [(cell, code)]
    assert examined.errors[0].fix


BESIDE: list[tuple[str, dict[str, str], str, str]] = [
    ("type | name | label | media::foo\ntext | t | T | a.png", {}, "survey!D1", "label.media_type"),
    (
        "type | name | label\nselect_one_external v | t | T",
        {"external_choices": "list_name | name | label\nv | x | X"},
        "survey!A2",
        "choices.external_filter",
    ),
    ("type | name | label | relevant | relevance\ntext | t | T | 1 | 1", {}, "survey!E1", "header.same"),
    ("type | name | label\nbegin loop | t | T\nend loop | |", {}, "survey!A2", "type.no_list"),
]


@pytest.mark.parametrize(("survey", "sheets", "cell", "code"), BESIDE)
def test_a_fault_of_headings_or_of_another_sheet_is_told_where_it_is(
    survey: str, sheets: dict[str, str], cell: str, code: str
) -> None:
    assert said(looked_at(form(survey, **sheets)).errors) == [(cell, code)]


def test_a_sheet_of_nearly_the_right_name_is_told_by_its_name_alone() -> None:
    examined = looked_at(xlsx("type | name | label\ntext | t | T", setting="form_id\nx"))
    assert one(examined, "sheet.similar").args["candidates"] == "'setting'"


def test_no_code_of_pyxform_is_without_words_of_ours() -> None:
    """But those of faults inside it; of missing headings the sentence says which."""
    theirs = {one.name for one in ErrorCode if not one.name.startswith("INTERNAL")}
    assert theirs == {*CODED, "HEADER_003"}
    assert {one.code for one in (*CODED.values(), *(saying for _, saying in SENTENCES))} <= set(TABLE)


def test_of_two_parameters_that_are_wrong_both_are_told() -> None:
    rows = "image | p | P | max-pixels=big\naudio | q | Q | quality=best"
    examined = looked_at(form(f"type | name | label | parameters\n{rows}"))
    assert said(examined.errors) == [("survey!D2", "parameters.integer"), ("survey!D3", "parameters.one_of")]


def test_a_name_that_cannot_be_used_is_not_recommended() -> None:
    rows = "integer | house size | D |\ntext | t | T | ${hoose_size} > 1"
    examined = looked_at(form(f"type | name | label | relevant\n{rows}"))
    assert said(examined.errors) == [("survey!B2", "name.invalid"), ("survey!D3", "name.unknown")]


@pytest.mark.parametrize(
    ("type_", "default", "code"),
    [
        ("integer", "abc", "default.type"),
        ("integer", "1.5", "default.type"),
        ("date", "2026-99-99", "default.type"),
        ("geopoint", "abc", "default.type"),
        ("select_one a", "zzz", "default.choice"),
        ("select_multiple a", "yes zzz", "default.choice"),
        ("integer", "3", ""),
        ("text", "abc", ""),
        ("date", "2026-11-24", ""),
        ("date", "today()", ""),
        ("select_one a", "yes", ""),
        ("select_multiple a", "yes no", ""),
        ("image", "house.png", ""),
    ],
)
def test_a_default_that_is_not_of_its_type_is_told_and_stops_nothing(
    type_: str, default: str, code: str
) -> None:
    """A phone begins without it; of a select it keeps what is no choice."""
    survey = f"type | name | label | default | parameters\n{type_} | q | Q | {default} |"
    examined = looked_at(form(survey, choices=LIST))
    assert examined.usable
    told = [one for one in examined.warnings if one.code.startswith("default.")]
    assert said(told) == ([("survey!D2", code)] if code else [])


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("nead", [("survey!F7", "map.table_unknown_near")]),
        ("water", [("survey!F7", "map.table_single")]),
        ("", [("survey!E8", "map.repeat_table")]),
    ],
)
def test_of_a_repeat_with_the_wrong_table_its_columns_are_not_told_to_move_out(
    table: str, expected: list[tuple[str, str]]
) -> None:
    examined = household(
        f"begin repeat | need | Need | | | {table} |\nselect_one service | service | Which? | | need.service | |\n"
        "end repeat | | | | | |",
        choices="list_name | name | label\nservice | clinic | Clinic",
    )
    assert errors(examined) == expected


def test_what_a_column_takes_is_said_in_the_readers_language() -> None:
    notice = one(household("text | a | A | | water.round_trip | |"), "map.type")
    assert "a whole number (integer)" in notice.message
    assert "整数（integer）" in notice.in_("zh", lambda text: say("zh", text))[0]
    assert "a whole number" not in notice.in_("ar", lambda text: say("ar", text))[0]
