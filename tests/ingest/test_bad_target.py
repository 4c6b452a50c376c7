"""Bad inputs, rows 9 to 13 and 47: forms that are not there or not open, phones that may not, ids of others guessed."""

from __future__ import annotations

import secrets

import pytest
from lxml import etree
from sqlalchemy import select

from server.accounts import phones
from server.accounts.models import Phone as PhoneRow
from server.forms import lifecycle
from tests.support.answers import refused
from tests.support.house import Phone, instance
from tests.support.photos import jpeg
from tests.support.town import Town, check, enrolment, new_id, note


def set_state(house: Town, state: str) -> None:
    """The plain form becomes open, closing or closed."""
    with house.session() as session:
        lifecycle.set_state(session, lifecycle.get(session, house.project, "note"), state, actor_id=1)


def listed(phone: Phone) -> list[str]:
    """Ids of the forms of a phone's form list."""
    answer = phone.get("/formList")
    assert answer.status_code == 200, answer.text
    return [node.text or "" for node in etree.fromstring(answer.data).iter("{*}formID")]


def test_row_09_an_unknown_form_id_is_refused(shared: Town) -> None:
    with shared.untouched():
        refused(shared.phone.send(instance("no_such_form", "<village>Alder</village>")), "404.1")
        refused(shared.phone.send(instance("x" * 5000, "")), "404.1")
        refused(shared.phone.send(instance("note&#x2F;..&#x2F;enrol", "")), "404.1")


def test_row_09_an_instance_that_names_no_form_is_refused(shared: Town) -> None:
    with shared.untouched():
        refused(shared.phone.send("<data><meta><instanceID>uuid:1</instanceID></meta></data>"), "400.61")


def test_row_09_a_form_in_the_bin_takes_nothing(house: Town) -> None:
    with house.session() as session:
        lifecycle.delete(session, lifecycle.get(session, house.project, "note"), actor_id=1)
    with house.untouched():
        refused(house.phone.send(note()), "404.1")


def test_row_10_an_unknown_version_is_refused_by_its_name(shared: Town) -> None:
    with shared.untouched():
        assert "2031" in refused(shared.phone.send(note(version="2031")), "404.6")
        refused(shared.phone.send(note(version="")), "404.6")


def test_row_11_a_closed_form_refuses_and_a_closing_one_still_takes(shared: Town) -> None:
    set_state(shared, "closed")
    with shared.untouched():
        refused(shared.phone.send(note()), "409.2")
    assert "note" not in listed(shared.phone)
    set_state(shared, "closing")
    assert "note" not in listed(shared.phone)
    assert shared.phone.get("/forms/note.xml").status_code == 200
    assert shared.phone.send(note()).status_code == 201
    set_state(shared, "open")
    assert "note" in listed(shared.phone)


def test_row_11_a_closed_form_still_recognises_what_it_has(shared: Town) -> None:
    xml = note()
    assert shared.phone.send(xml).status_code == 201
    set_state(shared, "closed")
    with shared.untouched():
        assert shared.phone.send(xml).status_code == 201
    set_state(shared, "open")


def test_what_came_before_its_project_was_archived_is_still_looked_after(house: Town) -> None:
    made = house.enrol(water="surface", photo="a.jpg")
    assert house.api("PATCH", f"/projects/{house.project}", json={"archived": True}).status_code == 200
    assert house.phone.send(made.xml, {"a.jpg": jpeg(1)}).status_code == 201
    assert house.files(made.instance_id) == {"a.jpg": True}
    assert house.decide(made.instance_id, "rejected").status_code == 200
    said = house.api("POST", f"{house.at(made.instance_id)}/comments", json={"body": "twice"})
    assert said.status_code == 200
    stored = house.submission(made.instance_id)
    assert stored is not None
    assert (stored.review_state, stored.missing) == ("rejected", 0)
    house.bin(made.instance_id)
    assert house.rows("water") == []


def test_row_12_an_archived_project_takes_nothing(house: Town) -> None:
    answer = house.api("PATCH", f"/projects/{house.project}", json={"archived": True})
    assert answer.status_code == 200, answer.text
    with house.untouched():
        refused(house.phone.send(note()), "409.2")


def revoke(house: Town, phone: Phone) -> None:
    """Withdraw a phone's access."""
    with house.session() as session:
        row = session.scalars(select(PhoneRow).where(PhoneRow.actor_id == phone.actor_id)).one()
        phones.revoke(session, row, by=1)


PATHS = (
    "/formList",
    "/forms/note.xml",
    "/forms/check/manifest",
    "/forms/check/attachments/households.csv",
    "/submission",
)


def ask(phone: Phone, path: str, code: str) -> None:
    """Every address says the same: 403 in an OpenRosaResponse, never 401, never an empty list."""
    if path == "/submission":
        refused(phone.send(note()), code)
        head = phone.house.client.head(f"{phone.base}/submission?deviceID=x")
        assert head.status_code == 403
        assert head.headers["X-OpenRosa-Version"] == "1.0"
    else:
        answer = phone.get(path)
        refused(answer, code)
        assert "WWW-Authenticate" not in answer.headers


def test_row_13_a_revoked_token_gets_403_everywhere(shared: Town) -> None:
    phone = shared.line("ar")
    assert phone.get("/formList").status_code == 200
    revoke(shared, phone)
    with shared.untouched():
        for path in PATHS:
            ask(phone, path, "403.61")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "token",
    [secrets.token_urlsafe(48), "x", "..", "a" * 3000, "%00", "%F0%9F%98%80", "null", "' OR 1=1 --"],
    ids=["unknown", "short", "dots", "long", "NUL", "emoji", "null", "SQL"],
)
def test_row_13_an_unknown_or_malformed_token_gets_403_everywhere(
    shared: Town, path: str, token: str
) -> None:
    with shared.untouched():
        ask(Phone(shared, shared.project, token, 0), path, "403.61")


@pytest.mark.parametrize("path", PATHS)
def test_row_13_a_token_of_another_project_gets_403_everywhere(shared: Town, path: str) -> None:
    guessed = Phone(shared, shared.project, shared.line("other").token, 0)
    with shared.untouched():
        ask(guessed, path, "403.61")
    nowhere = Phone(shared, 999, shared.phone.token, 0)
    with shared.untouched():
        ask(nowhere, path, "403.61")


def test_row_13_a_phone_without_forms_gets_an_empty_list_and_no_form(shared: Town) -> None:
    phone = shared.line("none")
    assert listed(phone) == []
    with shared.untouched():
        assert refused(phone.send(note()), "403.1")
    for path in PATHS[1:4]:
        assert phone.get(path).status_code in (403, 404)


def test_row_47_a_phone_reads_and_writes_nothing_of_another_project(shared: Town) -> None:
    other = shared.line("other")
    assert listed(other) == ["note"]
    for path in ("/forms/check.xml", "/forms/enrol/manifest", "/forms/check/attachments/households.csv"):
        refused(other.get(path), "404.1")
    with shared.untouched():
        refused(other.send(enrolment().xml), "404.1")
        refused(other.send(check("6a0f9b5e-2a53-4f0f-8d39-7d6a8d1c2b10")), "404.1")


def test_row_47_the_same_instance_id_in_two_projects_is_two_submissions(shared: Town) -> None:
    own, before = new_id(), shared.count()
    assert shared.phone.send(note(instance_id=own)).status_code == 201
    assert shared.line("other").send(note("<village>Elm</village>", instance_id=own)).status_code == 201
    assert shared.count() == before + 2


def test_row_47_a_phone_of_one_area_is_given_the_households_of_that_area_alone(shared: Town) -> None:
    here, there = shared.enrol(area="A1-014"), shared.enrol(area="B2")
    north = shared.line("north").get("/forms/check/attachments/households.csv")
    assert here.household in north.text
    assert there.household not in north.text
    areas = shared.line("north").get("/forms/enrol/attachments/areas.csv")
    assert "Millbrook" in areas.text
    assert "Bexhill" not in areas.text
    everything = shared.phone.get("/forms/check/attachments/households.csv")
    assert there.household in everything.text


@pytest.mark.parametrize("path", ["/projects/2", "/projects/2/app-users", "/projects/999"])
def test_row_47_a_phone_s_token_opens_no_other_project_by_its_number(shared: Town, path: str) -> None:
    answer = shared.client.get(f"/v1/key/{shared.phone.token}{path}")
    assert answer.status_code in (403, 404)
