"""What published forms write and phones take, beyond what the specification has words for: compared with the phone's engine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pytest

from server.xforms import FormModel, parse_instance
from tests.xforms.forms import form, from_model, instance

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa

WORDS = (
    '<itext><translation lang="en" default="true()"><text id="a"><value>Well</value></text><text id="e"><value/></text>'
    '<text id="m"><value form="image">jr://images/a.png</value></text></translation></itext>'
)


def made(expression: str, name: str = "answer") -> str:
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title>'
        f'<model>{WORDS}<instance><data id="f" version="1"><q/><{name}/><meta><instanceID/></meta></data></instance>'
        f'<bind nodeset="/data/{name}" type="string" calculate={quoteattr(expression)}/></model></h:head>'
        '<h:body><input ref="/data/q"><label>Q</label></input></h:body></h:html>'
    )


@pytest.mark.parametrize(
    ("expression", "comes_to"),
    [
        ("null", ""),
        ("if(null = '', 'y', 'n')", "y"),
        ("if(/data/q = '', null, 1)", ""),
        ("not(null)", "1"),
        ("null + 1", ""),
        ("coalesce(null, 'b')", "b"),
        ("count(null)", "0"),
        ("sum(null)", "0"),
        ("join(',', null)", ""),
        ("selected(null, 'a')", "0"),
        ("jr:itext('a')", "Well"),
        ("concat(jr:itext('a'), ' x')", "Well x"),
        ("jr:itext('e')", ""),
        ("jr:itext('m')", "[itext:m]"),
        ("jr:itext('none')", "[itext:none]"),
        ("jr:itext(null)", "[itext:]"),
    ],
)
def test_the_bare_word_null_is_no_answer_and_a_text_is_found_by_its_id(
    javarosa: JavaRosa, expression: str, comes_to: str
) -> None:
    xml = made(expression)
    assert javarosa.load(xml).value("/data/answer") == comes_to
    model = FormModel.from_xml(xml.encode())
    assert model.program.faults == []
    sent = parse_instance(b'<data id="f" version="1"><q/><answer/></data>')
    assert model.recalculate(sent) == {"/data/answer": comes_to}


def test_any_other_bare_word_is_a_reference_to_nothing() -> None:
    (fault,) = FormModel.from_xml(made("if(/data/q = '', none, 1)").encode()).program.faults
    assert (fault.path, fault.fault.key) == ("/data/answer", "unknown_reference")


def test_a_question_called_null_is_that_question() -> None:
    model = from_model(
        '<instance><data id="f"><g><null/></g></data></instance><bind nodeset="/data/g" relevant="null = \'1\'"/>',
        '<group ref="/data/g"><input ref="/data/g/null"><label>Q</label></input></group>',
    )
    assert [place.path for logic in model.program.every for place in logic.notes.places] == ["/data/g/null"]


PEOPLE = """
| survey |
| | type         | name    | label | save_to   |
| | csv-external | people  |       |           |
| | text         | village | V     |           |
| | begin_repeat | person  | P     |           |
| | text         | called  | Q     | full_name |
| | text         | act     | Q     |           |
| | text         | known   | Q     |           |
| | end_repeat   |         |       |           |
| entities |
| | list_name | label     | create_if           | update_if           | entity_id              | repeat    |
| | people    | ${called} | ${act} = 'new' | ${act} = 'known' | coalesce(${known}, uuid()) | ${person} |
"""


def test_entities_of_a_repeat_read_the_answers_of_their_own_row() -> None:
    model = form(PEOPLE)
    assert model.program.faults == []
    read = {name: {place.path for place in logic.notes.places} for name, logic in model.program.attributes}
    assert read["create"] == read["update"] == {"/data/person/act"}
    assert read["id"] == {"/data/person/known"}


def test_calculations_come_out_by_the_paths_of_their_nodes() -> None:
    model = form(
        "| survey |\n| | type | name | label | calculation | relevant |\n| | begin_repeat | row | R | | |\n"
        "| | integer | n | Q | | |\n| | calculate | twice | | ${n} * 2 | |\n| | end_repeat | | | | |\n"
        "| | calculate | all | | sum(${twice}) | |\n| | calculate | never | | 1 | false() |\n"
    )
    sent = instance("<row><n>3</n><twice>9</twice></row><row><n>4</n><twice/></row><all/><never>1</never>")
    found = model.recalculate(sent)
    assert found == {"/data/row[1]/twice": "6", "/data/row[2]/twice": "8", "/data/all": "14"}
