"""One upload names every fault: each at its cell with its fix, none twice; and what is right is left alone."""

from __future__ import annotations

import io
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from server.cli import main
from server.forms import lint
from server.forms.convert import convert
from server.forms.examine import examine
from server.forms.lint import types
from server.forms.lint.references import unpaired
from server.forms.notices import Level, Notice
from server.forms.workbook import read
from tests.forms.desk import form, looked_at, said, table
from tests.support.house import House, make_app
from tests.web.desk import sign_in

ROOT = Path(__file__).resolve().parents[3]
WATER = "list_name | name | label\nwater | tap | Tap\nwater | well | Well"


def errors(survey: str, **sheets: str) -> list[Notice]:
    return [one for one in examine(form(survey, **sheets), "form.xlsx").notices if one.level is Level.ERROR]


def told(survey: str, **sheets: str) -> list[tuple[str, str]]:
    """Errors by place and code; the notice that more may follow counts as one."""
    notices = examine(form(survey, **sheets), "form.xlsx").notices
    kept = [one for one in notices if one.level is Level.ERROR or one.code == "convert.first_fault"]
    return said(kept)


# what it is | survey | other sheets | what is said of it, and nothing else
FAULTS: dict[str, tuple[str, dict[str, str], list[tuple[str, str]]]] = {
    "two unknown lists and one that is near": (
        "type | name | label\nselect_one watre | a | A\nselect_multiple soil | b | B\nrank wter | c | C",
        {"choices": WATER},
        [("survey!A2", "choices.list_unknown_near"), ("survey!A3", "choices.list_unknown"),
         ("survey!A4", "choices.list_unknown_near")],
    ),
    "an unknown name in relevant, label, constraint, calculation and choice_filter": (
        "type | name | label | relevant | constraint | calculation | choice_filter\ninteger | rooms | Rooms\n"
        "integer | a | You said ${roms} | ${romms} > 1 | . < ${xyz}\ncalculate | c | | | | ${roomz} * 2\n"
        "select_one water | w | W | | | | depth = ${room}",
        {"choices": WATER},
        [("survey!C3", "name.unknown_near"), ("survey!D3", "name.unknown_near"), ("survey!E3", "name.unknown"),
         ("survey!F4", "name.unknown_near"), ("survey!G5", "name.unknown_near")],
    ),
    "an unknown name in a trigger": (
        "type | name | label | trigger | calculation\ninteger | depth | A\ncalculate | b | | ${depht} | ${depth}",
        {},
        [("survey!D3", "name.unknown_near")],
    ),
    "a trigger that names a group": (
        "type | name | label | trigger | calculation\nbegin group | g | G\ninteger | a | A\nend group\n"
        "calculate | b | | ${g} | ${a}",
        {},
        [("survey!D5", "name.unknown")],
    ),
    "a trigger without a reference": (
        "type | name | label | trigger | calculation\ninteger | a | A\ncalculate | b | | a | ${a}",
        {},
        [("survey!D3", "name.reference_form")],
    ),
    "an unknown name in the settings' instance_name": (
        "type | name | label\ntext | a | A",
        {"settings": "form_id | instance_name\nx | ${b}"},
        [("settings!B2", "name.unknown")],
    ),
    "an unknown name in an entity": (
        "type | name | label\ninteger | depth | Depth",
        {"entities": "list_name | label\nwells | ${dept}"},
        [("entities!B2", "name.unknown_near")],
    ),
    "an unknown name in a choice's label": (
        "type | name | label\nselect_one water | a | A",
        {"choices": "list_name | name | label\nwater | tap | Tap of ${village}"},
        [("choices!C2", "name.unknown")],
    ),
    "a name twice in one group, and a third time": (
        "type | name | label\ntext | a | A\ntext | a | B\ntext | a | C", {},
        [("survey!B3", "name.duplicate"), ("survey!B4", "name.duplicate")],
    ),
    "a name twice that is named elsewhere: the doubling is told, not its consequence": (
        "type | name | label | relevant\ntext | a | A\ntext | a | B\ntext | c | C | ${a} = 'x'", {},
        [("survey!B3", "name.duplicate")],
    ),
    "a name in two groups that a reference cannot tell apart": (
        "type | name | label | relevant\nbegin group | g | G\ntext | a | A\nend group\nbegin group | h | H\ntext | a | A\n"
        "end group\ntext | c | C | ${a} = 'x'", {},
        [("survey!D8", "name.ambiguous")],
    ),
    "two repeats of one name in different groups": (
        "type | name | label\nbegin group | g | G\nbegin repeat | r | R\ntext | a | A\nend repeat\nend group\n"
        "begin group | h | H\nbegin repeat | r | R\ntext | b | B\nend repeat\nend group", {},
        [("survey!B8", "name.repeat_duplicate")],
    ),
    "three misspelled types": (
        "type | name | label\ntxt | a | A\ninteger | b | B\nintegr | c | C\nphto | d | D", {},
        [("survey!A2", "type.unknown_near"), ("survey!A4", "type.unknown_near"), ("survey!A5", "type.unknown_near")],
    ),
    "a select without a list": (
        "type | name | label\nselect_one | a | A\nselect_multiple | b | B", {"choices": WATER},
        [("survey!A2", "type.no_list"), ("survey!A3", "type.no_list")],
    ),
    "names with a space, a digit first, an accent that is none": (
        "type | name | label\ntext | my name | A\ntext | 2nd | B\ntext | what? | C", {},
        [("survey!B2", "name.invalid"), ("survey!B3", "name.invalid"), ("survey!B4", "name.invalid")],
    ),
    "rows without a name": (
        "type | name | label\ntext | | A\ninteger | | B", {},
        [("survey!B2", "name.missing"), ("survey!B3", "name.missing")],
    ),
    "the name that belongs to the form": (
        "type | name | label\ntext | meta | A\ntext | what | B | ", {}, [("survey!B2", "name.meta")],
    ),
    "a repeat named like the root": (
        "type | name | label\nbegin repeat | data | A\ntext | a | A\nend repeat", {}, [("survey!B2", "name.root")],
    ),
    "a row with a label and no type": (
        "type | name | label\ntext | a | A\n | b | B\n | c | C", {},
        [("survey!A3", "type.missing"), ("survey!A4", "type.missing")],
    ),
    "a group that is never closed, told where it began": (
        "type | name | label\nbegin group | g | G\ntext | a | A\ntext | a2 | B", {}, [("survey!A2", "group.no_end")],
    ),
    "a repeat and the group in it that are never closed": (
        "type | name | label\nbegin repeat | r | R\nbegin group | g | G\ntext | a | A", {},
        [("survey!A2", "group.no_end"), ("survey!A3", "group.no_end")],
    ),
    "an end without a beginning": (
        "type | name | label\ntext | a | A\nend group\ntext | b | B\nend repeat", {},
        [("survey!A3", "group.no_begin"), ("survey!A5", "group.no_begin")],
    ),
    "a group left open inside a repeat that ends": (
        "type | name | label\nbegin repeat | r | R\nbegin group | g | G\ntext | a | A\nend repeat\ntext | bad name | B", {},
        [("survey!A3", "group.not_closed_before"), ("survey!B6", "name.invalid")],
    ),
    "questions without a label": (
        "type | name | label\ntext | a |\ngeopoint | b |\nnote | c |\nselect_one water | d |", {"choices": WATER},
        [("survey!C2", "label.missing"), ("survey!C3", "label.missing"), ("survey!C4", "label.missing"),
         ("survey!C5", "label.missing")],
    ),
    "a sheet without labels at all": (
        "type | name\ntext | a\ntext | b", {}, [("survey!2", "label.missing"), ("survey!3", "label.missing")],
    ),
    "two choices doubled, in two lists": (
        "type | name | label\nselect_one water | a | A\nselect_one soil | b | B",
        {"choices": "list_name | name | label\nwater | tap | T\nwater | tap | U\nsoil | clay | C\nsoil | clay | D"},
        [("choices!B3", "choices.duplicate"), ("choices!B5", "choices.duplicate")],
    ),
    "choices without a name": (
        "type | name | label\nselect_one water | a | A",
        {"choices": "list_name | name | label\nwater | tap | T\nwater | | U\nwater | | V"},
        [("choices!B3", "choices.no_name"), ("choices!B4", "choices.no_name")],
    ),
    "choice names with spaces in a list of which several are picked": (
        "type | name | label\nselect_multiple water | a | A",
        {"choices": "list_name | name | label\nwater | the tap | T\nwater | a well | U"},
        [("choices!B2", "choices.space"), ("choices!B3", "choices.space")],
    ),
    "a select and no sheet of choices": (
        "type | name | label\nselect_one water | a | A\ntext | b b | B", {},
        [("", "choices.no_sheet"), ("survey!B3", "name.invalid")],
    ),
    "a select and an empty sheet of choices": (
        "type | name | label\nselect_one water | a | A", {"choices": "list_name | name | label"},
        [("choices!", "choices.empty")],
    ),
    "brackets and quotes without a partner, where pyxform says nothing": (
        "type | name | label | relevant | constraint | calculation\ninteger | a | A\ninteger | b | B | (${a} > 1 | . > 1)\n"
        "calculate | c | | | | concat('x, ${a})\ncalculate | d | | | | ${a}[1", {},
        [("survey!D3", "expression.bracket"), ("survey!E3", "expression.bracket"), ("survey!F4", "expression.quote"),
         ("survey!F5", "expression.bracket")],
    ),
    "references that are not closed": (
        "type | name | label | relevant\ninteger | a | A\ninteger | b | B ${a | ${ a} > 1", {},
        [("survey!C3", "name.reference_form"), ("survey!D3", "name.reference_form")],
    ),
    "a misspelled heading, and what stands under it": (
        "tpye | name | label\ntext | a | A\nintger | b | B", {},
        [("survey!A1", "header.missing_near"), ("survey!A3", "type.unknown_near")],
    ),
    "no column type, and nothing that is near": (
        "question | name | label\ntext | a | A", {}, [("", "convert.first_fault"), ("survey!1", "header.missing")],
    ),
    "choices whose list column is misspelled": (
        "type | name | label\nselect_one water | a | A\nselect_one watr | b | B",
        {"choices": "listname | name | label\nwater | tap | Tap"},
        [("survey!A3", "choices.list_unknown_near"), ("choices!A1", "header.missing_near")],
    ),
    "or_other beside a choice_filter": (
        "type | name | label | choice_filter\nselect_one water or_other | a | A | name != 'x'", {"choices": WATER},
        [("survey!D2", "choices.other_filter")],
    ),
    "a calculation without its calculation": (
        "type | name | label | calculation\ncalculate | a | |\ncalculate | b | |", {},
        [("survey!D2", "calculation.missing"), ("survey!D3", "calculation.missing")],
    ),
    "a fault that only pyxform knows, between two of ours": (
        "type | name | label | parameters\ntxt | a | A\nrange | b | B | start=x end=5 step=1\ntext | c c | C", {},
        [("survey!A2", "type.unknown_near"), ("survey!D3", "parameters.number"), ("survey!B4", "name.invalid")],
    ),
    "two faults that only pyxform knows": (
        "type | name | label | parameters\nrange | a | A | start=x end=5 step=1\nrange | b | B | start=1 end=y step=1", {},
        [("survey!D2", "parameters.number"), ("survey!D3", "parameters.number")],
    ),
    "everything in one sheet": (
        "type | name | label | relevant\ninteger | house_size | Rooms |\nselect_one watre | src | Source | ${hoose_size} > 1\n"
        "txt | src | Again |\nbegin group | g | G |\ntext | my name | | (${house_size} = 1",
        {"choices": "list_name | name | label\nwater | tap | T\nwater | tap | U"},
        [("survey!A3", "choices.list_unknown_near"), ("survey!D3", "name.unknown_near"), ("survey!A4", "type.unknown_near"),
         ("survey!B4", "name.duplicate"), ("survey!A5", "group.no_end"), ("survey!B6", "name.invalid"),
         ("survey!C6", "label.missing"), ("survey!D6", "expression.bracket"), ("choices!B3", "choices.duplicate")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("survey", "sheets", "expected"), FAULTS.values(), ids=FAULTS)
def test_one_upload_names_every_fault_once_at_its_cell(
    survey: str, sheets: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert told(survey, **sheets) == expected
    for one in errors(survey, **sheets):
        assert one.fix
        assert "?" not in one.message.replace("did you mean", "").replace("is it the", "").rstrip("?")


RIGHT: dict[str, tuple[str, dict[str, str]]] = {
    "types in every spelling": (
        "type | name | label\nimage | a | A\nadd image prompt | b | B\nint | c | C\nstring | d | D\ndatetime | e | E\n"
        "select one water | f | F\nselect1 water | g | G\nselect all that apply water | h | H\ngps | i | I\n"
        "phone number | j | J\nacknowledge | k | K\ntrigger | l | L",
        {"choices": WATER},
    ),
    "what is filled without asking has no label": (
        "type | name | label\nstart | start\nend | end\ntoday | today\ndeviceid | dev\nusername | who\nstart-geopoint | sg\n"
        "audit | |\nhidden | h\ntext | a | A", {},
    ),
    "a note without a name": ("type | name | label\nnote | | Read this\nnote | | And this", {}),
    "a question with a hint, one with a picture": (
        "type | name | label | hint | media::image\ntext | a | | Say it |\ntext | b | | | a.png", {},
    ),
    "a label in one language only": (
        "type | name | label::English (en) | label::中文 (zh)\ntext | a | A | 甲\ntext | b | B | 乙", {},
    ),
    "a calculated integer without a label": (
        "type | name | label | calculation\ninteger | a | A\ninteger | b | | ${a} * 2", {},
    ),
    "aliases of headings": (
        "Type | Name | Label | relevance | calculate | readonly\ninteger | a | A\ntext | b | B | ${a} > 1 | | yes\n"
        "calculate | c | | | ${a} + 1", {},
    ),
    "headings of bind": (
        "type | name | label | bind::relevant | bind::constraint | bind::jr:constraintMsg\ninteger | a | A | | . > 0 | More\n"
        "text | b | B | ${a} > 1", {},
    ),
    "one name in two groups": (
        "type | name | label\nbegin group | g | G\ntext | a | A\nend group\nbegin group | h | H\ntext | a | A\nend group", {},
    ),
    "groups in repeats in groups": (
        "type | name | label\nbegin group | g | G\nbegin repeat | r | R\nbegin_group | i | I\ntext | a | A\nend_group\n"
        "end repeat\nend group", {},
    ),
    "ends with names": (
        "type | name | label\nbegin group | g | G\ntext | a | A\nend group | g |", {},
    ),
    "a doubled choice that the settings allow": (
        "type | name | label\nselect_one water | a | A",
        {"choices": "list_name | name | label\nwater | tap | T\nwater | tap | U",
         "settings": "form_id | allow_choice_duplicates\nx | yes"},
    ),
    "one choice name in two lists": (
        "type | name | label\nselect_one a | q | Q\nselect_one b | r | R",
        {"choices": "list_name | name | label\na | yes | Yes\nb | yes | Yes"},
    ),
    "a list in a file, a list of answers, a list by value": (
        "type | name | label\nselect_one_from_file wells.csv | a | A\nselect_one wells.csv | b | B\nbegin repeat | r | R\n"
        "text | who | Which\nend repeat\nselect_one ${who} | c | C", {},
    ),
    "the settings' own words in the sheet": ("type | name | label\nform_title | Wells |\ntext | a | A", {}),
    "last saved answers and the instance's own id": (
        "type | name | label | default\ntext | a | A | ${last-saved#a}\ntext | b | Id ${instanceID} | ", {},
    ),
    "brackets in quotes, quotes in quotes": (
        "type | name | label | calculation\ntext | a | A\ncalculate | b | | concat('(', ${a}, \"it's [\")\n"
        "calculate | c | | regex(${a}, '^[a-z)]+$')", {},
    ),
    "brackets in labels and hints": ("type | name | label | hint\ntext | a | A) or (b | don't [", {}),
    "money in a label": ("type | name | label\ninteger | a | How many $ (not ${a})?", {}),
    "or_other by itself": ("type | name | label\nselect_one water or_other | a | A", {"choices": WATER}),
    "a filter that names a question": (
        "type | name | label | choice_filter\ntext | v | V\nselect_one water | a | A | village = ${v}",
        {"choices": "list_name | name | label | village\nwater | tap | T | x"},
    ),
    "a row that is disabled": (
        "type | name | label | disabled\ntext | a | A |\ntxt | my name | | yes", {},
    ),
    "empty rows between": ("type | name | label\n\ntext | a | A\n\n\ntext | b | B", {}),
    "names in other scripts": ("type | name | label\ntext | 水源 | 甲\ntext | اسم | B\ntext | é_1.a-b | C", {}),
    "a repeat with a count": (
        "type | name | label | repeat_count\ninteger | n | N\nbegin repeat | r | R | ${n} + 1\ntext | a | A\nend repeat", {},
    ),
    "a group without a label": ("type | name | label\nbegin group | g |\ntext | a | A\nend group", {}),
    "a column of notes": ("type | name | label | my notes\ntext | a | A | (see the paper", {}),
    "a trigger of two questions": (
        "type | name | label | trigger | calculation\ntext | a | A\ntext | b | B\n"
        "calculate | c | | ${a}, ${b} | now()", {},
    ),
    "a range with ticks": (
        "type | name | label | parameters\nrange | a | A | start=1 end=3 step=1 tick_labelset=ticks",
        {"choices": "list_name | name | label\nticks | 1 | low\nticks | 3 | high"},
    ),
    "an entity with its label": (
        "type | name | label | save_to\ninteger | depth | Depth | depth",
        {"entities": "list_name | label\nwells | concat('well ', ${depth})"},
    ),
    "a table of selects": (
        "type | name | label | appearance\nbegin group | g | G | table-list\nselect_one water | a | A\n"
        "select_one water | b | B\nend group", {"choices": WATER},
    ),
    "smart quotes that pair": (
        "type | name | label | calculation\ntext | a | A\ncalculate | b | | concat(‘x’, ${a}, “y”)", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("survey", "sheets"), RIGHT.values(), ids=RIGHT)
def test_what_pyxform_takes_has_no_fault(survey: str, sheets: dict[str, str]) -> None:
    data = form(survey, **sheets)
    assert [one.line() for one in lint.look(read(data)) if one.level is Level.ERROR] == []
    examined = examine(data, "form.xlsx")
    assert examined.xml is not None, said(examined.notices)
    assert [one.line() for one in examined.notices if one.level is Level.ERROR] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "forms" / "xlsform").glob("*.xlsx")), ids=lambda path: str(path.stem)
)
def test_the_forms_that_ship_have_no_fault_and_no_gap(path: Path) -> None:
    assert [one.line() for one in lint.look(read(path.read_bytes()))] == []


def test_every_type_that_pyxform_knows_is_known() -> None:
    known = types.SHOWN | types.SILENT | types.BARE_SELECTS
    of_pyxform = set(QUESTION_TYPE_DICT) | set(aliases._type_alias_map)
    assert of_pyxform <= known
    assert of_pyxform >= (types.SHOWN | types.SILENT)
    for command in aliases.select:
        assert types.read_type(f"{command} water").kind == "select", command
    for control in aliases.control:
        assert types.read_type(f"begin {control}").kind == "begin", control
        assert types.read_type(f"end_{control}").kind == "end", control


def test_a_fault_on_a_row_after_an_end_that_is_missing_keeps_its_row() -> None:
    """The copy that pyxform reads on has a row more than the sheet."""
    survey = (
        "type | name | label | parameters\nbegin repeat | r | R\nbegin group | g | G\ntext | a | A\nend repeat\n"
        "range | b | B | start=x end=5 step=1"
    )
    assert told(survey) == [("survey!A3", "group.not_closed_before"), ("survey!D6", "parameters.number")]


def test_warnings_come_with_the_errors() -> None:
    examined = examine(form("type | name | label\nimage | roof | Roof\ntxt | a | A"), "form.xlsx")
    assert said(examined.notices) == [("survey!A3", "type.unknown_near"), ("survey!2", "image.max_pixels")]


def test_a_list_that_nothing_uses_is_good_to_know_and_hinders_nothing() -> None:
    examined = examine(
        form(
            "type | name | label | relevant\nselect_one water | a | A\ntext | b | B | count(instance('in_xpath')/root/item) > 0",
            choices="list_name | name | label\nwater | tap | T\nspare | x | X\nspare | y | Y\nin_xpath | z | Z",
        ),
        "form.xlsx",
    )
    assert [(str(one.level), *said([one])[0]) for one in examined.notices] == [
        ("note", "choices!A3", "choices.unused")
    ]
    examined.check(ignore_warnings=False)


def test_each_text_that_one_language_lacks_is_told_at_its_empty_cell() -> None:
    examined = examine(
        form(
            "type | name | label::English (en) | label::中文 (zh) | hint::English (en) | hint::中文 (zh)\n"
            "select_one water | a | A | | Say it | 说\ntext | b | B | 乙 | |",
            choices="list_name | name | label::English (en) | label::中文 (zh)\nwater | tap | Tap | 水龙头\nwater | well | | 井",
        ),
        "form.xlsx",
    )
    gaps = [one for one in examined.notices if one.code == "language.text_missing"]
    assert said(gaps) == [
        ("survey!D2", "language.text_missing"),
        ("choices!C3", "language.text_missing"),
    ]
    assert gaps[0].message == "The label is not translated into 中文 (zh)."
    assert all(one.level is Level.NOTE for one in gaps)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("(a", "("),
        ("a)", ")"),
        ("(a]", "]"),
        ("[a", "["),
        ("'a", "'"),
        ('concat("a)', '"'),
        ("(a) and [b]", ""),
        ("'('", ""),
        ('"it\'s"', ""),
        ("", ""),
        ("‘a’", ""),
    ],
)
def test_what_has_no_partner_is_found(text: str, mark: str) -> None:
    assert "".join(unpaired(text)) == mark


def test_a_sheet_of_thousands_of_wrong_names_is_read_in_moments() -> None:
    """Looking for the nearest name is the slow part: it is done for as many as are shown."""
    rows = "".join(f",integer,q{number},Question,${{zq{number}}} > 0\n" for number in range(4_000))
    found = lint.look(read(f"survey\n,type,name,label,relevant\n{rows}".encode(), "form.csv"))
    assert [one.code for one in found].count("name.unknown_near") == 60
    assert [one.code for one in found].count("name.unknown") == 3_940


def test_what_there_is_instead_is_listed_where_nothing_is_near() -> None:
    (column, *_) = errors("question | name | label\ntext | a | A")
    assert "Its columns are: question, name, label." in column.message
    (unknown,) = errors("type | name | label\nselect_one soil | a | A", choices=WATER)
    assert "Its lists are: water." in unknown.message
    book = load_workbook(io.BytesIO(form("type | name | label\ntext | a | A")))
    book["survey"].title = "Fragen"
    renamed = io.BytesIO()
    book.save(renamed)
    (sheet, *_) = examine(renamed.getvalue(), "form.xlsx").errors
    assert "Its sheets are: Fragen, settings." in sheet.message


def test_an_unlabelled_question_is_named_at_its_cell_whoever_finds_it() -> None:
    data = form("type | name | label\ntext | a | A\ninteger | b | ")
    for found in (convert(read(data, "form.xlsx")).notices, examine(data, "form.xlsx").notices):
        (notice,) = [one for one in found if one.code == "label.missing"]
        assert notice.place is not None
        assert (notice.place.sheet, notice.place.row, notice.place.column) == ("survey", 3, "C")
        assert "column label" in notice.fix


def test_an_unlabelled_question_of_a_sheet_without_labels_names_the_column_to_add() -> None:
    (notice,) = errors("type | name\ninteger | a")
    assert said([notice]) == [("survey!2", "label.missing")]
    assert notice.as_json()["header"] == "label"


# a key, an unknown column, an unknown code, a circle and a function that no phone knows
_LATER = (
    "type | name | label | calculation | relevant | bind::hh:column\n"
    "text | household | Household | | | household.id\ninteger | trip | Minutes | | | water.round_trp\n"
    "select_one sources | water | Water | | | water.source\ncalculate | c | | ${d} + 1\ncalculate | d | | ${c} + 1\n"
    "calculate | e | | foo()\n"
)
_SOURCES = "list_name | name | label\nsources | bore_hole | Borehole"
STOPS: dict[str, tuple[str, str, str]] = {
    "an unknown type": ("integr | n | N", "integer | n | N", "type.unknown_near"),
    "an unclosed group": ("begin group | g | G\ntext | n | N", "text | n | N", "group.no_end"),
    "an unknown name": ("text | n | N | | ${nope} = 1", "text | n | N", "name.unknown"),
    "a missing list": ("select_one soil | n | N", "text | n | N", "choices.list_unknown"),
}


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("first", [True, False], ids=["at the head", "at the end"])
def test_what_pyxform_stops_at_hides_nothing_that_shows_once_it_is_mended(stop: str, first: bool) -> None:
    wrong, right, code = STOPS[stop]
    head, rows = _LATER.split("\n", 1)

    def found(row: str) -> list[str]:
        survey = f"{head}\n{row}\n{rows}" if first else f"{head}\n{rows}{row}"
        return [f"{one.code} {one.args.get('name', '')}" for one in errors(survey, choices=_SOURCES)]

    mended = found(right)
    assert {one.split()[0].removesuffix("_near") for one in mended} == {
        "map.column_unknown", "map.code_unknown", "logic.circular", "logic.function_unknown",
    }  # fmt: skip
    both = found(wrong)
    assert sorted(one for one in both if not one.startswith(code)) == sorted(mended)
    assert sum(one.startswith(code) for one in both) == 1


@pytest.mark.parametrize("stop", STOPS)
def test_page_and_command_line_tell_all_of_it(stop: str, tmp_path: Path) -> None:
    data = form(f"{_LATER}{STOPS[stop][0]}", choices=_SOURCES)
    path = tmp_path / "form.xlsx"
    path.write_bytes(data)
    checked = CliRunner().invoke(main, ["--data", str(tmp_path / "data"), "forms", "check", str(path)])
    house = House(make_app(tmp_path / "house")).admin()
    house.project()
    admin = sign_in(house)
    sent = {"csrf": admin.token(), "file": (io.BytesIO(data), "form.xlsx")}
    page = admin.client.post("/p/1/forms", data=sent, content_type="multipart/form-data").text
    for words in (
        "round_trp",
        "bore_hole",
        "foo",
        "the circle",
        errors(f"{_LATER}{STOPS[stop][0]}", choices=_SOURCES)[0].fix,
    ):
        assert words in checked.output
        assert words in unescape(page)
    assert checked.exit_code == 1
    assert "5 to mend" in checked.output


def test_what_rests_on_a_question_that_is_not_there_yet_is_not_told() -> None:
    """The key stands on a row of unknown type, a label reads it, a repeat has no end: none of it can be judged yet."""
    head = "type | name | label | calculation | relevant | bind::hh:column | bind::hh:table\n"
    for survey in (
        "txxt | household | H | | | household.id |\nselect_one sources | w | W | | | water.source |",
        "text | household | H | | | household.id |\ntxt | w | W | | | water.round_trip |",
        "begin repeat | r | R\ntext | household | H | | | household.id |",
        "begin group | g | G | | ${b} > 1\ninteger | b | B",
        "integer | | B\ninteger | c | C | | /visit/b > 1",
        "select_one soil | a | A\ncalculate | c | | count(instance('soil')/root/item)",
        "begin group | g | G | | ${nope} = 2\ninteger | b | B\nend group",
    ):
        found = examine(
            form(head + survey, choices="list_name | name | label\nsources | borehole | Borehole"),
            "form.xlsx",
        )
        later = [one for one in found.notices if one.code.startswith(("map.", "logic.", "label.typed"))]
        assert said(later) == [], survey
        assert [one.code for one in found.errors], survey


def test_a_function_beside_an_unknown_name_and_a_column_beside_an_unknown_type_are_told_with_them() -> None:
    found = told(
        "type | name | label | calculation | bind::hh:column\ncalculate | c | | foo(${nope})\nintegr | n | N | | household.idd"
    )
    assert [code.removesuffix("_near") for _, code in found] == [
        "name.unknown", "type.unknown", "map.column_unknown", "logic.function_unknown",
    ]  # fmt: skip


def test_nothing_is_kept_of_the_copy() -> None:
    found = examine(form(f"{_LATER}{STOPS['an unknown type'][0]}", choices=_SOURCES), "form.xlsx")
    assert (found.xml, found.model, found.compiled, found.itemsets) == (None, None, None, None)


@pytest.mark.parametrize(
    "sheets", [{"Tabelle1": "a | b\n1 | 2"}, {"choices": "list_name | name | label\na | b | B"}]
)
def test_a_workbook_without_a_sheet_survey_is_told_that_once_with_the_sheets_there_are(
    sheets: dict[str, str],
) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for row in table(text):
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    errors = looked_at(out.getvalue()).errors
    assert said(errors) == [("", "survey.no_sheet")]
    assert errors[0].args["known"] == ", ".join(sheets)


@pytest.mark.parametrize(
    "rows", ["", "\nbegin group | g | G\nend group | |", "\n\n"], ids=["headings", "group", "blank"]
)
def test_a_survey_without_a_question_is_refused(rows: str) -> None:
    examined = looked_at(form(f"type | name | label{rows}"))
    assert said(examined.errors) == [("survey!", "survey.empty")]
    assert not examined.usable
