"""Who may replace a visit: whoever sent it, and who may correct what others sent, in their own areas."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.answers import refused
from tests.support.people import person
from tests.support.town import Enrolled, Town, enrolment


def post(town: Town, who: dict[str, str], xml: str) -> TestResponse:
    path = f"/v1/projects/{town.project}/forms/enrol/submissions"
    client = town.app.test_client(use_cookies=False)
    return client.post(path, data=xml, headers=who, content_type="application/xml")


def put(town: Town, who: dict[str, str], of: Enrolled, xml: str) -> TestResponse:
    path = f"/v1/projects/{town.project}/forms/enrol/submissions/{of.instance_id}"
    client = town.app.test_client(use_cookies=False)
    return client.put(path, data=xml, headers=who, content_type="application/xml")


def code(answer: TestResponse) -> tuple[int, float]:
    return answer.status_code, answer.json["code"]


def edited(made: Enrolled, **answers: Any) -> str:
    return enrolment(household=made.household, deprecated=made.instance_id, **answers).xml


def sources(town: Town) -> list[str]:
    return [row["source"] for row in town.rows("water")]


@pytest.mark.parametrize("area", ["B2", "A1-015"])
def test_a_data_collector_cannot_replace_the_visit_of_another_by_sending_one(house: Town, area: str) -> None:
    made = house.enrol(water="borehole", area="A1-015")
    who = person(house, "someone", "formfill", area)
    with house.untouched():
        assert code(post(house, who, edited(made, water="surface", area="A1-015"))) == (404, 404.5)
    assert sources(house) == ["borehole"]


def test_a_supervisor_replaces_a_visit_of_their_areas_alone(house: Town) -> None:
    made = house.enrol(water="borehole", area="A1-015")
    xml = edited(made, water="surface", area="A1-015")
    there, elsewhere = (
        person(house, "ada", "supervisor", "A1"),
        person(house, "ben", "supervisor", "B2"),
    )
    with house.untouched():
        assert code(put(house, elsewhere, made, xml)) == (404, 404.1)
    assert put(house, there, made, xml).status_code == 200
    assert sources(house) == ["surface"]


def test_a_data_collector_replaces_what_they_sent_themselves(house: Town) -> None:
    who = person(house, "someone", "formfill", "A1-015")
    made = enrolment(water="borehole", area="A1-015")
    assert post(house, who, made.xml).status_code == 200
    assert post(house, who, edited(made, water="surface", area="A1-015")).status_code == 200
    assert sources(house) == ["surface"]


def test_a_phone_replaces_what_it_sent_and_what_lies_in_its_areas_and_nothing_else(house: Town) -> None:
    far, near = house.enrol(water="borehole", area="B2"), house.enrol(water="borehole", area="A1-014")
    north = house.line("north")
    with house.untouched():
        refused(north.send(edited(far, water="surface", area="B2")), "404.5")
    assert north.send(edited(near, water="surface", area="A1-014")).status_code == 201
    own = enrolment(water="piped_yard", area="B2")
    assert north.send(own.xml).status_code == 201
    assert north.send(edited(own, water="surface", area="B2")).status_code == 201
    assert sorted(sources(house)) == ["borehole", "surface", "surface"]


def test_a_closed_form_is_corrected_by_those_who_may_and_takes_nothing_from_phones(house: Town) -> None:
    made = house.enrol(water="borehole")
    who = person(house, "someone", "supervisor")
    patched = house.api("PATCH", f"/projects/{house.project}/forms/enrol", json={"state": "closed"})
    assert patched.status_code == 200, patched.text
    with house.untouched():
        refused(house.phone.send(edited(made, water="surface")), "409.2")
    assert put(house, who, made, edited(made, water="surface")).status_code == 200
    assert sources(house) == ["surface"]


def test_nothing_of_an_archived_project_is_corrected(house: Town) -> None:
    made = house.enrol(water="borehole")
    who = person(house, "someone", "supervisor")
    assert house.api("PATCH", f"/projects/{house.project}", json={"archived": True}).status_code == 200
    with house.untouched():
        assert code(put(house, who, made, edited(made, water="surface"))) == (409, 409.2)
    assert sources(house) == ["borehole"]
