"""Edits by people: what they were not shown is kept, and a visit stays its phone's and its area's own. On both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.ingest.rebuild import rebuild
from tests.api.test_submissions import join, of, send
from tests.households.test_doors import give
from tests.ingest.test_rebuild import values
from tests.support.house import instance, xlsx
from tests.support.town import HH, Town, new_id, note

DWELLING = "-36.234567 89.034567 12 4"

WELLS = xlsx(
    """
    type         | name   | label::English (en) | bind::hh:protect
    text         | road   | Which road?         |
    begin_repeat | well   | Well                |
    text         | colour | Which colour?       |
    text         | keeper | Who keeps it?       | yes
    geopoint     | spot   | Where is it?        | yes
    end_repeat   | well   |                     |
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    wells   | Wells      | 1       | English (en)     | {HH}
    """,
)


def edited(house: Town, who: Any, form: str, first: str, *changes: tuple[str, str]) -> str:
    """GET the XML of a submission as `who` sees it, change texts, name what it replaces, PUT; the new instanceID."""
    at = of(house, form, first)
    now = who.get(f"{at}/versions").get_json()[0]["instanceId"]
    xml, own = who.get(f"{at}.xml").get_data(as_text=True), new_id()
    for old, new in changes:
        assert old in xml
        xml = xml.replace(old, new)
    before, _, after = xml.partition("<orx:deprecatedID>")
    xml = before + after.partition("</orx:deprecatedID>")[2] if after else before
    old_id = f"<orx:instanceID>{now}</orx:instanceID>"
    assert old_id in xml
    xml = xml.replace(
        old_id, f"<orx:instanceID>{own}</orx:instanceID><orx:deprecatedID>{now}</orx:deprecatedID>"
    )
    answer = send(who, at, xml, "PUT")
    assert answer.status_code == 200, answer.text
    assert send(who, at, xml, "PUT").status_code == 200  # the same again is known by what was sent
    return own


def same_after_a_rebuild(house: Town) -> None:
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
    assert values(house) == before


def test_an_edit_of_redacted_xml_keeps_the_hidden_answers(house: Town) -> None:
    made = house.enrol(water="surface", dwelling=DWELLING, contact="0700 1")
    who = join(house, "sue", "supervisor")
    own = edited(house, who, "enrol", made.instance_id, (">surface<", ">borehole<"))
    answers = house.answers(own)
    assert (answers["water"], answers["dwelling"], answers["contact"]) == ("borehole", DWELLING, "0700 1")
    assert f"<dwelling>{DWELLING}</dwelling>".encode() in house.xml(own)
    [row] = house.rows("household")
    keys = house.services.keys
    assert json.loads(keys.open(row["dwelling"], "household.dwelling")) == [-36.234567, 89.034567, 12, 4]
    assert json.loads(keys.open(row["contact"], "household.contact")) == "0700 1"
    seen = who.get(f"{of(house, 'enrol', made.instance_id)}.xml").get_data(as_text=True)
    assert "<dwelling>-36.23 89.03</dwelling>" in seen
    assert "0700" not in seen
    same_after_a_rebuild(house)


def test_a_protected_answer_typed_anew_is_new_and_one_left_out_is_gone(house: Town) -> None:
    made = house.enrol(water="surface", dwelling=DWELLING, contact="0700 1")
    who = join(house, "sue", "supervisor")
    moved = ("<dwelling>-36.23 89.03</dwelling>", "<dwelling>1.5 2.5 0 0</dwelling>")
    own = edited(house, who, "enrol", made.instance_id, moved, ("<contact></contact>", ""))
    answers = house.answers(own)
    assert answers["dwelling"] == "1.5 2.5 0 0"
    assert "contact" not in answers
    same_after_a_rebuild(house)


def test_a_contact_that_a_phone_takes_back_is_gone(house: Town) -> None:
    made = house.enrol(water="surface", dwelling=DWELLING, contact="0700 1")
    own = new_id()
    xml = made.xml.replace("0700 1", "").replace(
        f"{made.instance_id}</orx:instanceID>",
        f"{own}</orx:instanceID><orx:deprecatedID>{made.instance_id}</orx:deprecatedID>",
    )
    assert house.phone.send(xml).status_code == 201
    assert house.answers(own)["contact"] == ""


def a_well(colour: str, number: int, keeper: str | None = None) -> str:
    return (
        f"<well><colour>{colour}</colour><keeper>{keeper or f'keeper {number}'}</keeper>"
        f"<spot>{number}.123456 7.654321 0 5</spot></well>"
    )


def seen(colour: str, number: int) -> str:
    return f"<well><colour>{colour}</colour><keeper></keeper><spot>{number}.12 7.65</spot></well>"


def wells(house: Town, *colours: str) -> str:
    house.publish(house.project, WELLS)
    own = new_id()
    body = "".join(a_well(colour, number) for number, colour in enumerate(colours, 1))
    give(house, house.project, "wells", "all")
    assert house.phone.send(instance("wells", body, instance_id=own)).status_code == 201
    return own


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ([(seen("red", 1), seen("white", 1))], [("white", "1"), ("green", "2"), ("blue", "3")]),
        ([(seen("red", 1), "")], [("green", "2"), ("blue", "3")]),
        ([(seen("green", 2), "")], [("red", "1"), ("blue", "3")]),
        ([(seen("green", 2), ""), ("<colour>blue", "<colour>black")], None),
        ([(seen("red", 1), ""), (seen("blue", 3), seen("white", 3))], [("green", "2"), ("white", "3")]),
    ],
)
def test_rows_of_a_repeat_keep_what_is_theirs_when_others_change_or_go(
    house: Town, changes: list[tuple[str, str]], kept: list[tuple[str, str]] | None
) -> None:
    first = wells(house, "red", "green", "blue")
    who = join(house, "sue", "supervisor")
    if kept is None:
        at = of(house, "wells", first)
        xml = who.get(f"{at}.xml").get_data(as_text=True)
        for old, new in changes:
            xml = xml.replace(old, new)
        xml = xml.replace(
            f"{first}</orx:instanceID>",
            f"{new_id()}</orx:instanceID><orx:deprecatedID>{first}</orx:deprecatedID>",
        )
        answer = send(who, at, xml, "PUT")
        assert answer.status_code == 400
        assert "two edits" in answer.text
        return
    rows = house.answers(edited(house, who, "wells", first, *changes))["well"]
    assert [(row["colour"], row["keeper"], row["spot"]) for row in rows] == [
        (colour, f"keeper {number}", f"{number}.123456 7.654321 0 5") for colour, number in kept
    ]


def test_rows_between_two_changed_ones_are_bounded_and_those_around_are_not(house: Town) -> None:
    house.publish(house.project, WELLS)
    give(house, house.project, "wells", "all")
    first, own = new_id(), new_id()
    alike = "".join(a_well("red", 1) for _ in range(1001))
    body = a_well("green", 2) + alike + a_well("blue", 3)
    assert house.phone.send(instance("wells", body, instance_id=first)).status_code == 201
    who, at = join(house, "sue", "supervisor"), of(house, "wells", first)
    xml = who.get(f"{at}.xml").get_data(as_text=True).replace("<colour>green", "<colour>white")
    names = f"{own}</orx:instanceID><orx:deprecatedID>{first}</orx:deprecatedID>"
    xml = xml.replace(f"{first}</orx:instanceID>", names)
    far = send(who, at, xml.replace("<colour>blue", "<colour>black"), "PUT")
    assert far.status_code == 400
    assert "two edits" in far.text
    assert send(who, at, xml, "PUT").status_code == 200
    rows = house.answers(own)["well"]
    assert [(row["colour"], row["keeper"]) for row in (rows[0], rows[1], rows[-1])] == [
        ("white", "keeper 2"),
        ("red", "keeper 1"),
        ("blue", "keeper 3"),
    ]


def test_an_edit_that_was_shown_all_changes_and_leaves_out_rows_at_once(house: Town) -> None:
    first, own = wells(house, "red", "green", "blue"), new_id()
    xml = house.xml(first).decode().replace(a_well("green", 2), "").replace(">red<", ">white<")
    names = f"{own}</orx:instanceID><orx:deprecatedID>{first}</orx:deprecatedID>"
    xml = xml.replace(f"{first}</orx:instanceID>", names)
    answer = send(join(house, "sue", "supervisor"), of(house, "wells", first), xml, "PUT")
    assert answer.status_code == 200, answer.text
    rows = house.answers(own)["well"]
    assert [(row["colour"], row["keeper"]) for row in rows] == [("white", "keeper 1"), ("blue", "keeper 3")]


OUTCOME = xlsx(
    """
    type            | name      | label::English (en) | bind::hh:column
    text            | household | Which household?    | household.id
    select_one out  | outcome   | How did it end?     | visit.outcome
    select_one source | water   | Which source?       | water.source
    """,
    choices="""
    list_name | name      | label::English (en)
    out       | completed | Completed
    source    | borehole  | Borehole
    source    | surface   | River
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    outcome | Outcome    | 1       | English (en)     | {HH}
    """,
)


def test_an_edit_leaves_a_visit_in_its_area(house: Town) -> None:
    own = new_id()
    assert house.line("north").send(note(instance_id=own)).status_code == 201
    before = house.submission(own)
    edited(house, join(house, "sue", "supervisor", "A1"), "note", own, ("Alder", "Birch"))
    after = house.submission(own)
    assert before is not None
    assert after is not None
    assert before.area_id == after.area_id is not None


def test_an_edit_leaves_a_visit_its_phone(house: Town) -> None:
    house.publish(house.project, OUTCOME)
    give(house, house.project, "outcome", "all")
    household, own = house.enrol(water="surface").household, new_id()
    body = f"<household>{household}</household><outcome>completed</outcome><water>surface</water>"
    assert house.phone.send(instance("outcome", body, instance_id=own)).status_code == 201
    edited(house, join(house, "sue", "supervisor"), "outcome", own, (">surface<", ">borehole<"))
    assert [row["source"] for row in house.rows("water")] == ["borehole"]
    assert {row["phone"] for row in house.rows("visit", history=True)} == {house.phone.actor_id}
    same_after_a_rebuild(house)
