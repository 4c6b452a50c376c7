"""What a designer is told of answers that a repeat holds many of: at the cell that takes them for one."""

from __future__ import annotations

import pytest

from server.forms.notices import Level
from tests.forms.desk import form, looked_at, one, said

HEADINGS = "type | name | label | calculation | relevant | constraint | repeat_count\n"
REPEAT = "begin repeat | r | Rooms | | | |\ninteger | a | A | | | |\nend repeat | | | | | |\n"
AFTER = 5
"""The row below the repeat."""


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ("calculate | s | | ${a} * 2 | | |", "D"),
        ("calculate | s | | ${a} | | |", "D"),
        ("text | s | S | | ${a} > 3 | |", "E"),
        ("integer | s | S | | | . > ${a} |", "F"),
        ("note | s | There are ${a} | | | |", "C"),
        ("begin repeat | s | S | | | | ${a}\ntext | t | T | | | |\nend repeat | | | | | |", "G"),
    ],
)
def test_an_answer_of_each_repetition_taken_for_one_value_is_told_at_its_cell(row: str, cell: str) -> None:
    examined = looked_at(form(HEADINGS + REPEAT + row))
    assert said(examined.warnings) == [(f"survey!{cell}{AFTER}", "logic.repeated")]
    told = one(examined, "logic.repeated")
    assert (told.level, told.args["name"], told.args["repeat"]) == (Level.WARNING, "a", "r")
    assert "sum(${a})" in told.fix
    assert "indexed-repeat(${a}, ${r}, 1)" in told.fix


def test_in_a_form_of_several_languages_it_is_told_at_the_label_that_shows_it() -> None:
    survey = "type | name | label::English (en) | label::中文 (zh)\nbegin repeat | r | R | R\ninteger | a | A | A\n"
    examined = looked_at(form(f"{survey}end repeat | | |\nnote | n | None | 有 ${{a}}"))
    assert said(examined.warnings) == [("survey!D5", "logic.repeated")]


@pytest.mark.parametrize(
    "row",
    [
        "calculate | s | | sum(${a}) + count(${r}) | | |",
        "calculate | s | | join(' ', ${a}) | | |",
        "calculate | s | | ${r}[position() = 1]/a | | |",
        "calculate | s | | if(count(${r}) = 1, ${a}, '') | | |",
        "select_one ${a} | s | Which one? | | | |",
        "begin repeat | s | S | | | | count(${r})\nnote | t | T ${i} | | | |\n"
        "calculate | i | | indexed-repeat(${a}, ${r}, position(..)) | | |\nend repeat | | | | | |",
    ],
)
def test_what_takes_all_repetitions_or_picks_one_is_right(row: str) -> None:
    examined = looked_at(form(HEADINGS + REPEAT + row))
    assert examined.usable
    assert not [notice for notice in examined.notices if notice.code == "logic.repeated"]


def test_inside_a_repeat_its_own_answers_and_those_around_it_are_one_value() -> None:
    rows = """begin repeat | house | House | | | |
integer | floor | Floor | | | |
begin repeat | room | Room on ${floor} | | | |
integer | beds | Beds | | ${floor} > 0 | . < 10 |
calculate | sum | | ${floor} + ${beds} | | |
end repeat | | | | | |
calculate | all | | sum(${beds}) + ${floor} | | |
end repeat | | | | | |"""
    assert said(looked_at(form(HEADINGS + rows)).warnings) == []
    wrong = rows.replace("sum(${beds})", "${beds}")
    assert said(looked_at(form(HEADINGS + wrong)).warnings) == [("survey!D8", "logic.repeated")]


@pytest.mark.parametrize("count", ["1", "if(${more} = 'yes', 1, 0)", "${more} = 'yes'"])
def test_a_repeat_that_stays_at_one_row_is_one_value(count: str) -> None:
    rows = f"""select_one yn | more | More? | | | |
begin repeat | r | Rooms | | | | {count}
integer | a | A | | | |
end repeat | | | | | |
calculate | s | | ${{a}} * 2 | | |"""
    lists = "list_name | name | label\nyn | yes | Yes\nyn | no | No"
    assert said(looked_at(form(HEADINGS + rows, choices=lists)).warnings) == []
