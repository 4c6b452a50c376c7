"""What a file may show is the same at both doors: no place in a log, no metadata in clips and pictures, no photo of a protected answer."""

from __future__ import annotations

import errno
from typing import NoReturn

import pytest
from sqlalchemy import select

from server.ingest.models import Submission
from tests.media.test_clips import MIB, MOVIE, TYPE, box
from tests.security.test_least_sight import GUARDED, sent
from tests.security.world import Caller, photo
from tests.support.town import Town, check, enrolment, new_id, note

LOG = b"""event,node,start,end,latitude,longitude,accuracy
form start,,1764000000000,,51.50741,-2.25123,4.0
question,/data/water,1764000001000,1764000002000,51.50741,-2.25123,4.0
"""
CLIP = TYPE + box(b"mdat", bytes(2 * MIB)) + MOVIE


def ways(house: Town, at: str, own: str, name: str) -> tuple[str, str]:
    """A file's address over REST, and on pages."""
    with house.session() as session:
        visit = session.scalars(select(Submission.id).where(Submission.instance_id == own)).one()
    return f"{at}/attachments/{name}", f"/p/{house.project}/visits/{visit}/files/{name}"


@pytest.fixture
def visited(house: Town) -> tuple[str, str, Caller]:
    """A visit by the form without any protected question, with its log."""
    own, home = new_id(), house.enrol().household
    answer = house.phone.send(check(home, instance_id=own, water="surface"), {"audit.csv": LOG})
    assert answer.status_code == 201, answer.text
    return f"/v1{house.at(own)}", own, signed_in(house)


def signed_in(house: Town) -> Caller:
    admin = Caller(house.app.test_client(), 1)
    credentials = {"email": "admin@example.org", "password": "a long invented password"}
    assert admin.client.post("/v1/sessions", json=credentials).status_code == 200
    return admin


def test_the_log_of_a_household_form_without_a_protected_question_leaves_without_places(
    house: Town, visited: tuple[str, str, Caller]
) -> None:
    at, own, admin = visited
    seen = [admin.ask("GET", way) for way in ways(house, at, own, "audit.csv")]
    assert [one.status_code for one in seen] == [200, 200]
    assert seen[0].data == seen[1].data
    assert b"51.50741" not in seen[0].data
    assert b"question,/data/water,1764000001000,1764000002000,,," in seen[0].data
    opened = admin.ask(
        "GET", f"{at}/attachments/audit.csv", headers={"X-Reason": "the household asked for it"}
    )
    assert opened.data == LOG


def test_the_log_of_a_plain_form_leaves_as_it_came(house: Town) -> None:
    own = new_id()
    assert house.phone.send(note(instance_id=own), {"audit.csv": LOG}).status_code == 201
    admin = signed_in(house)
    for way in ways(house, f"/v1{house.at(own)}", own, "audit.csv"):
        assert admin.ask("GET", way).data == LOG


def test_clips_and_pictures_of_a_household_form_leave_alike_and_bare_at_both_doors(house: Town) -> None:
    made = enrolment(photo="w.jpg")
    assert house.phone.send(made.xml, {"w.jpg": photo(3), "walk.mp4": CLIP}).status_code == 201
    admin = signed_in(house)
    for name, secret in (("walk.mp4", b"036.82"), ("w.jpg", b"Zedoary Camera")):
        rest, page = (
            admin.ask("GET", way)
            for way in ways(house, f"/v1{house.at(made.instance_id)}", made.instance_id, name)
        )
        assert (rest.status_code, page.status_code) == (200, 200)
        assert rest.data == page.data
        assert rest.content_type == page.content_type
        assert secret not in rest.data
    assert len(rest.data) > 1000


def test_the_gallery_shows_a_lock_for_the_photo_of_a_protected_question(house: Town) -> None:
    house.publish(house.project, GUARDED)
    own = new_id()
    body = (
        "<paper>p.jpg</paper><well>w.jpg</well>"
        f"<orx:meta><orx:instanceID>{own}</orx:instanceID><orx:instanceName>A well</orx:instanceName></orx:meta>"
    )
    xml = f'<data id="guarded" version="1" xmlns:orx="http://openrosa.org/xforms">{body}</data>'
    _, admin = sent(house, "guarded", own, xml, {"p.jpg": photo(5), "w.jpg": photo(6)})
    house.work()
    for view in ("", "?view=gallery"):
        page = admin.ask("GET", f"/p/{house.project}/visits{view}").text
        assert "files/p.jpg" not in page
        assert "files/w.jpg" in page
        assert page.count("Guarded: protected") == 1


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_a_page_says_in_words_that_file_handles_ran_out(
    house: Town, visited: tuple[str, str, Caller], number: int
) -> None:
    at, own, admin = visited

    def broken(**_: int) -> NoReturn:
        raise OSError(number, "Too many open files")

    view = house.app.view_functions["web.visit.overview"]
    house.app.view_functions["web.visit.overview"] = broken
    try:
        page = admin.ask("GET", ways(house, at, own, "x")[1].rsplit("/files", 1)[0])
    finally:
        house.app.view_functions["web.visit.overview"] = view
    assert page.status_code == 503
    assert "Photos cannot be stored or shown at the moment" in page.text
    assert page.content_type.startswith("text/html")
