"""XML as it came in all its spellings: what is protected in it stays hidden, and what was accepted can be read again and edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Person
from tests.api.test_submissions import join, of
from tests.households.test_doors import give
from tests.ingest.test_edits import edited
from tests.support.house import instance, xlsx
from tests.support.town import HH, Enrolled, Town, enrolment, new_id

CONTACT = "0700 zedoary"
POINT = "51.50741 -2.25123 12 4"

PEOPLE = xlsx(
    """
    type        | name   | label::English (en)  | bind::hh:protect
    text        | road   | Which road?          |
    begin_group | keeper | Who keeps it?        | yes
    text        | called | What is their name?  |
    geopoint    | home   | Where do they live?  |
    end_group   | keeper |                      |
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    people  | People     | 1       | English (en)     | {HH}
    """,
)


@pytest.fixture(scope="module")
def viewer(shared: Town) -> Person:
    """Who opens nothing protected."""
    return join(shared, "vera", "viewer")


@pytest.fixture(scope="module")
def supervisor(shared: Town) -> Person:
    """Who opens nothing protected, and edits."""
    return join(shared, "sue", "supervisor")


@pytest.fixture(scope="module")
def people(shared: Town) -> Town:
    """The same town, with a form whose protected group two questions stand in."""
    shared.publish(shared.project, PEOPLE)
    give(shared, shared.project, "people", "all")
    return shared


def seen(who: Person, house: Town, form: str, own: str) -> str:
    answer = who.get(f"{of(house, form, own)}.xml")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        (f"<!--x-->{CONTACT}", CONTACT),
        (f"<?x y?>{CONTACT}", CONTACT),
        (f"0700<!--x--> zedoary<?x y?><!--{CONTACT}-->", CONTACT),
        ("<![CDATA[0700]]><!--x--><![CDATA[ zedoary]]>", CONTACT),
        (f"<!--{CONTACT}-->", ""),
        (f"<name/>{CONTACT}", ""),
        (f"<name>{CONTACT}</name>", ""),
    ],
)
def test_a_protected_answer_is_hidden_however_it_is_written(
    shared: Town, viewer: Person, written: str, answer: str
) -> None:
    made = enrolment(contact="?", rooms="2")
    assert shared.phone.send(made.xml.replace("<contact>?", f"<contact>{written}")).status_code == 201
    assert shared.answers(made.instance_id)["contact"] == answer
    told = seen(viewer, shared, "enrol", made.instance_id)
    assert "zedoary" not in told
    assert "<rooms>2</rooms>" in told


@pytest.mark.parametrize(
    "spelt",
    [
        f"<contact>{CONTACT}</contact>{CONTACT}",
        f"<contact>{CONTACT}</contact><water>borehole<contact>{CONTACT}</contact></water>",
        f"<contact>{CONTACT}</contact><area>A1-014<x>y</x>{CONTACT}</area>",
    ],
)
def test_what_stands_where_no_answer_is_goes_with_what_is_protected(
    shared: Town, viewer: Person, spelt: str
) -> None:
    made = enrolment(contact=CONTACT)
    xml = made.xml.replace(f"<contact>{CONTACT}</contact>", spelt)
    assert xml != made.xml
    assert shared.phone.send(xml).status_code == 201
    told = seen(viewer, shared, "enrol", made.instance_id)
    assert "zedoary" not in told
    assert "A1-014" in told


def test_a_name_that_no_form_of_a_household_calculates_is_told_to_nobody(
    shared: Town, viewer: Person
) -> None:
    made = enrolment(contact=CONTACT)
    xml = made.xml.replace("</orx:meta>", f"<orx:instanceName>{CONTACT}</orx:instanceName></orx:meta>")
    assert xml != made.xml
    assert shared.phone.send(xml).status_code == 201
    assert "zedoary" not in seen(viewer, shared, "enrol", made.instance_id)
    assert "zedoary" not in viewer.get(of(shared, "enrol", made.instance_id)).text


def test_a_point_behind_a_comment_or_an_instruction_is_rounded(shared: Town, viewer: Person) -> None:
    for before in ("<!--the door-->", "<?x y?>"):
        made = enrolment(dwelling="?")
        assert shared.phone.send(made.xml.replace("?", f"{before}{POINT}")).status_code == 201
        told = seen(viewer, shared, "enrol", made.instance_id)
        assert "<dwelling>51.51 -2.25</dwelling>" in told
        assert "51.50741" not in told


def test_attributes_of_protected_answers_and_comments_around_them_are_not_told(
    shared: Town, viewer: Person
) -> None:
    made = enrolment(contact="?", rooms="2")
    xml = made.xml.replace("<contact>?", f'<contact was="{CONTACT}">').replace(
        "<rooms>", f"<!--ask {CONTACT}--><rooms>"
    )
    assert shared.phone.send(xml).status_code == 201
    assert "zedoary" not in seen(viewer, shared, "enrol", made.instance_id)


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "a line before the declaration": lambda xml: f'\n<?xml version="1.0"?>{xml}'.encode(),
    "a name that libxml2 does not know": lambda xml: f"<?xml version='1.0' encoding='latin-1'?>{xml}".encode(
        "latin-1"
    ),
    "a code page": lambda xml: f"<?xml version='1.0' encoding='cp1252'?>{xml}".encode("cp1252"),
    "two bytes a letter, no mark": lambda xml: xml.encode("utf-16-le"),
    "two bytes a letter, other way round": lambda xml: xml.encode("utf-16-be"),
    "two bytes a letter, with a mark": lambda xml: xml.encode("utf-16"),
    "a mark and a declaration": lambda xml: (
        b"\xef\xbb\xbf" + f"<?xml version='1.0' encoding='UTF-8'?>{xml}".encode()
    ),
}


def spelled(house: Town, spelling: str) -> Enrolled:
    """An enrolment in that spelling, sent, with an answer to what nobody asked."""
    made = enrolment(contact=CONTACT, dwelling=POINT, water="surface", rooms="2")
    xml = made.xml.replace("<rooms>", "<strange>é</strange><rooms>")
    assert house.phone.send(SPELLINGS[spelling](xml)).status_code == 201
    return made


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_was_accepted_can_be_read_again(shared: Town, viewer: Person, spelling: str) -> None:
    made = spelled(shared, spelling)
    told = seen(viewer, shared, "enrol", made.instance_id)
    assert "zedoary" not in told
    assert "<dwelling>51.51 -2.25</dwelling>" in told
    assert "<strange>é</strange>" in told
    found = viewer.get(f"{of(shared, 'enrol', made.instance_id)}/findings").get_json()
    assert ("unknown", "é") in [(one["rule"], one["value"]) for one in found]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_was_accepted_can_be_edited_and_keeps_what_is_hidden(
    shared: Town, supervisor: Person, spelling: str
) -> None:
    made = spelled(shared, spelling)
    own = edited(shared, supervisor, "enrol", made.instance_id, (">surface<", ">borehole<"))
    answers: dict[str, Any] = shared.answers(own)
    assert (answers["water"], answers["dwelling"], answers["contact"]) == ("borehole", POINT, CONTACT)


@pytest.mark.parametrize("space", ["", "\n "])
def test_a_protected_group_shows_what_its_questions_show_and_an_edit_keeps_it(
    people: Town, viewer: Person, supervisor: Person, space: str
) -> None:
    own = new_id()
    inside = f"{space}<called>{CONTACT}</called>{space}<home>{POINT}</home><wife>{CONTACT}</wife>{space}"
    body = f"<road>old</road><keeper>{inside}</keeper>"
    assert people.phone.send(instance("people", body, instance_id=own)).status_code == 201
    told = seen(viewer, people, "people", own)
    assert "zedoary" not in told
    assert "<home>51.51 -2.25</home>" in told
    later = edited(people, supervisor, "people", own, (">old<", ">new<"))
    answers = people.answers(later)
    assert (answers["road"], answers["keeper"]) == ("new", {"called": CONTACT, "home": POINT})
