"""What a client that knows an edit by its own instanceID finds by it, on both databases."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.api.conftest import Person, refused
from tests.api.test_submissions import join, of, send, sent
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note


@pytest.fixture
def admin(house: Town) -> Person:
    return Person(house.client, 1, house.token)


BELOW = {
    ".xml": "/versions/{edit}.xml",
    "/attachments": "/versions/{edit}/attachments",
    "/attachments/well%20%C3%A9.jpg?size=thumb": "/versions/{edit}/attachments/well%20%C3%A9.jpg?size=thumb",
    "/findings": "/findings",
    "/comments": "/comments",
    "/versions": "/versions",
    "/versions/{edit}": "/versions/{edit}",
    "/versions/{edit}.xml": "/versions/{edit}.xml",
    "/audits?limit=1": "/audits?limit=1",
}


def test_what_hangs_on_a_submission_is_found_by_an_edit_s_own_instance_id(house: Town, admin: Person) -> None:
    own, second = sent(house), new_id()
    photo = "<photo>well é.jpg</photo>"
    assert (
        house.phone.send(
            note(photo, instance_id=second, deprecated=own), [("well é.jpg", jpeg())]
        ).status_code
        == 201
    )
    edit, locations = quote(second, safe=""), {}
    for below in BELOW:
        moved = admin.get(of(house, "note", second) + below.format(edit=edit))
        assert moved.status_code == 301, below
        locations[below] = moved.headers["Location"]
        assert admin.get(locations[below].removeprefix("/v1")).status_code == 200, below
    first = "/v1" + of(house, "note", own)
    assert locations == {below: first + found.format(edit=edit) for below, found in BELOW.items()}


def test_an_edit_of_a_draft_s_submission_leads_to_the_submission(house: Town, admin: Person) -> None:
    at = f"/projects/{house.project}/forms/note/draft"
    assert admin.post(at).status_code == 200
    own, second = new_id(), new_id()
    assert send(admin, f"{at}/submissions", note(instance_id=own)).status_code == 200
    one = f"{at}/submissions/{quote(own, safe='')}"
    assert send(admin, one, note(instance_id=second, deprecated=own), "PUT").status_code == 200
    for below in ("", ".xml", "/attachments"):
        moved = admin.get(f"{at}/submissions/{quote(second, safe='')}{below}")
        assert (moved.status_code, moved.headers.get("Location")) == (301, f"/v1{one}{below}")


def test_an_edit_s_instance_id_leads_nowhere_outside_the_reader_s_areas(house: Town, admin: Person) -> None:
    north = join(house, "nadia", "supervisor", "A1-014")
    own, second = sent(house), new_id()
    send(admin, of(house, "note", own), note(instance_id=second, deprecated=own), "PUT")
    for below in ("", ".xml", "/findings", "/attachments"):
        refused(north.get(of(house, "note", second) + below), "404.1")
        refused(admin.get(of(house, "note", new_id()) + below), "404.1")
    refused(admin.delete(of(house, "note", second)), "404.1")  # only what is read is led on
