"""Submissions over REST, on both databases: read, sent, edited, decided, commented; protected answers; areas."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from server.accounts import users
from server.accounts.models import ActorArea, Assignment, Audit
from server.areas.models import Area
from tests.api.conftest import PASSWORD, Person, refused
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note

POINT = "51.50741 -2.25123 12.0 4.0"


@pytest.fixture
def admin(house: Town) -> Person:
    return Person(house.client, 1, house.token)


def join(house: Town, name: str, role: str, *areas: str) -> Person:
    """A person with a role in the project, within areas by code."""
    with house.session() as session:
        user = users.create(
            session, email=f"{name}@example.org", password=PASSWORD, display_name=name, by=None
        )
        session.add(Assignment(actor_id=user.actor_id, role=role, project_id=house.project))
        for area in session.query(Area).filter(Area.code.in_(areas)):
            session.add(ActorArea(actor_id=user.actor_id, area_id=area.id))
        actor_id = user.actor_id
    answer = house.client.post("/v1/sessions", json={"email": f"{name}@example.org", "password": PASSWORD})
    return Person(house.client, actor_id, answer.get_json()["token"])


def of(house: Town, form: str, instance_id: str | None = None) -> str:
    at = f"/projects/{house.project}/forms/{form}/submissions"
    return at if instance_id is None else f"{at}/{quote(instance_id, safe='')}"


def sent(house: Town, **more: Any) -> str:
    """A note, sent by the phone; its instanceID."""
    own = new_id()
    files = more.pop("files", ())
    assert house.phone.send(note(instance_id=own, **more), files).status_code == 201
    return own


def send(who: Person, path: str, xml: str, method: str = "POST") -> TestResponse:
    return who.request(method, path, data=xml.encode(), content_type="application/xml")


def test_submissions_are_listed_newest_first_with_centrals_fields(house: Town, admin: Person) -> None:
    first, second = sent(house), sent(house)
    listed = admin.get(of(house, "note")).get_json()
    assert [one["instanceId"] for one in listed] == [second, first]
    one = listed[0]
    assert {
        "instanceId",
        "submitterId",
        "deviceId",
        "userAgent",
        "reviewState",
        "createdAt",
        "updatedAt",
        "currentVersion",
    } <= set(one)
    assert one["submitterId"] == house.phone.actor_id
    assert one["deviceId"] == "collect:test"
    assert one["currentVersion"]["instanceId"] == second
    assert one["currentVersion"]["current"] is True
    assert one["findings"] == {"blocking": 0, "warning": 0}
    more = admin.get(of(house, "note", first), extended=True).get_json()
    assert more["submitter"]["displayName"] == "Phone all"
    assert more["currentVersion"]["formVersion"] == "1"
    assert [one["instanceId"] for one in admin.get(of(house, "note") + "?limit=1&offset=1").get_json()] == [
        first
    ]
    assert [one["displayName"] for one in admin.get(of(house, "note") + "/submitters").get_json()] == [
        "Phone all"
    ]


def test_the_xml_comes_back_as_it_was_sent(house: Town, admin: Person) -> None:
    own = new_id()
    xml = note("<village>水井 &amp; <![CDATA[x]]></village>", instance_id=own)
    house.phone.send(xml)
    answer = admin.get(of(house, "note", own) + ".xml")
    assert answer.get_data(as_text=True) == xml
    assert answer.content_type.startswith("application/xml")


def test_a_submission_is_sent_over_rest_once(house: Town, admin: Person) -> None:
    own = new_id()
    made = send(admin, of(house, "note") + "?deviceID=desk", note(instance_id=own))
    assert made.status_code == 200, made.get_data(as_text=True)
    assert made.get_json()["instanceId"] == own
    assert made.get_json()["deviceId"] == "desk"
    again = refused(send(admin, of(house, "note"), note(instance_id=own)), "409.3")
    assert again["details"]["fields"] == ["formId", "instanceId", "draft"]
    assert again["message"].startswith("There is one with this formId, instanceId, draft already: ")
    assert again["message"].endswith(f", {own}, false.")
    refused(send(admin, of(house, "note"), note("<village>other</village>", instance_id=own)), "409.1")
    refused(send(admin, of(house, "enrol"), note(instance_id=new_id())), "400.8")
    assert len(admin.get(of(house, "note")).get_json()) == 1


@pytest.mark.parametrize(
    ("encoding", "type_"),
    [("utf-8", "application/xml; charset=utf-8"), ("gbk", "application/xml"), ("utf-16", "application/xml")],
)
def test_the_xml_is_said_to_be_in_the_encoding_it_came_in(
    house: Town, admin: Person, encoding: str, type_: str
) -> None:
    own = new_id()
    text = note("<village>水井</village>", instance_id=own)
    xml = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"', 1).encode(encoding)
    assert house.phone.send(xml).status_code == 201
    answer = admin.get(of(house, "note", own) + ".xml")
    assert (answer.content_type, answer.data) == (type_, xml)


@pytest.mark.parametrize("xml", ["", " ", "<not xml", "<!DOCTYPE data><data id='note'/>", "village: Alder"])
def test_what_is_no_xml_has_central_s_code_with_its_length(house: Town, admin: Person, xml: str) -> None:
    own = sent(house)
    for at, method in ((of(house, "note"), "POST"), (of(house, "note", own), "PUT")):
        details = refused(send(admin, at, xml, method), "400.1")["details"]
        assert (details["format"], details["rawLength"]) == ("xml", len(xml))
        assert details["reason"].startswith("The submission ")
    refused(send(admin, of(house, "note"), "<data/>"), "400.61")  # XML, of no form


def test_an_edit_replaces_what_it_names_and_both_versions_stay(house: Town, admin: Person) -> None:
    own, second = sent(house), new_id()
    at = of(house, "note", own)
    refused(send(admin, at, note(instance_id=new_id()), "PUT"), "400.19")
    edited = send(admin, at, note("<village>Beech</village>", instance_id=second, deprecated=own), "PUT")
    assert edited.get_json()["instanceId"] == own
    assert edited.get_json()["reviewState"] == "edited"
    assert edited.get_json()["currentVersion"]["instanceId"] == second
    assert [(one["instanceId"], one["current"]) for one in admin.get(f"{at}/versions").get_json()] == [
        (second, True),
        (own, False),
    ]
    old = f"{at}/versions/{quote(own, safe='')}"
    assert admin.get(old).get_json()["instanceId"] == own
    assert "Alder" in admin.get(f"{old}.xml").get_data(as_text=True)
    assert "Beech" in admin.get(f"{at}.xml").get_data(as_text=True)
    refused(send(admin, at, note(instance_id=new_id(), deprecated=own), "PUT"), "409.9")
    moved = admin.get(of(house, "note", second))
    assert moved.status_code == 301
    assert moved.headers["Location"].endswith(
        f"/submissions/{quote(own, safe='')}/versions/{quote(second, safe='')}"
    )


def test_a_decision_is_made_undone_and_refused_when_stale(house: Town, admin: Person) -> None:
    own = sent(house)
    at = of(house, "note", own)
    assert admin.patch(at, {"reviewState": "hasIssues"}).get_json()["reviewState"] == "hasIssues"
    assert admin.patch(at, {"reviewState": None}).get_json()["reviewState"] is None
    assert admin.patch(at, {"reviewState": "approved", "seen": None}).get_json()["reviewState"] == "approved"
    refused(admin.patch(at, {"reviewState": "rejected", "seen": None}), "409.61")
    refused(admin.patch(at, {"reviewState": "excellent"}), "400.8")
    for wrong in (7, ["approved"]):
        assert refused(admin.patch(at, {"reviewState": wrong}), "400.11")["details"]["value"] == wrong
    assert admin.patch(at, {}).get_json()["reviewState"] == "approved"
    acts = admin.get(f"{at}/audits", extended=True).get_json()
    assert acts[0]["action"] == "submission.update"
    assert acts[0]["actor"]["id"] == 1


def test_comments_are_written_and_listed_newest_first(house: Town, admin: Person) -> None:
    at = of(house, "note", sent(house)) + "/comments"
    assert admin.post(at, {"body": "Which well?"}).get_json()["body"] == "Which well?"
    admin.post(at, {"body": "The north one."})
    assert [one["body"] for one in admin.get(at).get_json()] == ["The north one.", "Which well?"]
    assert admin.get(at, extended=True).get_json()[0]["actor"]["id"] == 1
    refused(admin.post(at, {"body": "  "}), "400.2")
    refused(admin.post(at, {}), "400.2")


def test_a_submission_goes_into_the_bin_and_comes_back(house: Town, admin: Person) -> None:
    own = sent(house)
    at = of(house, "note", own)
    assert admin.delete(at).get_json() == {"success": True}
    refused(admin.get(at), "404.1")
    assert [one["instanceId"] for one in admin.get(of(house, "note") + "?deleted=true").get_json()] == [own]
    refused(send(admin, of(house, "note"), note(instance_id=own)), "409.18")
    assert admin.post(f"{at}/restore").get_json() == {"success": True}
    assert admin.get(at).status_code == 200
    refused(admin.post(f"{at}/restore"), "404.1")


def test_findings_say_path_rule_severity_value_and_words(house: Town, admin: Person) -> None:
    own = sent(house, body="<wells>many</wells><road>muddy</road><photo>well.jpg</photo>")
    found = admin.get(of(house, "note", own) + "/findings").get_json()
    by_rule = {one["rule"]: one for one in found}
    assert by_rule["type"] == {
        "path": "/data/wells",
        "rule": "type",
        "severity": "blocking",
        "value": "many",
        "message": "This is not a whole number.",
    }
    assert by_rule["choice"]["value"] == "muddy"
    assert by_rule["attachment"]["severity"] == "warning"
    shown = admin.get(of(house, "note", own)).get_json()
    assert shown["findings"] == {"blocking": 2, "warning": 1}


def test_a_finding_on_a_node_that_the_form_has_not_shows_what_stands_there(
    house: Town, admin: Person
) -> None:
    long = "x" * 120
    own = sent(
        house,
        body="<colour>blue</colour><box><deep>one</deep><deep>two</deep></box><empty/>"
        f"<field><crop>rye</crop></field><field><seed>barley</seed></field><{long}>far</{long}>",
    )
    found = admin.get(of(house, "note", own) + "/findings").get_json()
    assert {one["path"]: one["value"] for one in found if one["rule"] == "unknown"} == {
        "/data/colour": "blue",
        "/data/box": "one two",
        "/data/empty": None,
        "/data/field[2]/seed": "barley",
        f"/data/{long[:100]}": "far",
    }


def test_what_stands_below_a_protected_answer_is_no_finding_s_value(house: Town, admin: Person) -> None:
    contact = "<contact>after dusk<phone>0700 900 123</phone></contact>"
    made = house.enrol()
    xml = made.xml.replace("<orx:meta>", f"{contact}<orx:meta>", 1).replace(made.instance_id, new_id())
    xml = xml.replace(made.household, str(uuid4()))
    assert house.phone.send(xml).status_code == 201
    told = admin.get(of(house, "enrol", xml.split("instanceID>")[1].split("<")[0]) + "/findings").get_json()
    (found,) = [one for one in told if one["rule"] == "unknown"]
    assert (found["path"], found["value"]) == ("/data/contact/phone", None)


def test_a_file_is_listed_missing_then_added_then_given_out_small_and_whole(
    house: Town, admin: Person
) -> None:
    picture = jpeg(3, size=(800, 600))
    own = sent(house, body="<photo>well.jpg</photo><view>road.jpg</view>", files={"road.jpg": jpeg(4)})
    at = of(house, "note", own) + "/attachments"
    assert admin.get(at).get_json() == [
        {"name": "road.jpg", "exists": True},
        {"name": "well.jpg", "exists": False},
    ]
    refused(admin.get(f"{at}/well.jpg"), "404.1")
    refused(admin.post(f"{at}/other.jpg", data=picture, content_type="image/jpeg"), "404.1")
    assert admin.post(f"{at}/well.jpg", data=picture, content_type="image/jpeg").get_json() == {
        "success": True
    }
    refused(admin.post(f"{at}/well.jpg", data=jpeg(5), content_type="image/jpeg"), "409.3")
    whole = admin.get(f"{at}/well.jpg")
    assert whole.get_data() == picture
    assert whole.content_type == "image/jpeg"
    assert admin.get(f"{at}/well.jpg", headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    before = admin.get(f"{at}/well.jpg?size=thumb")
    house.work()
    for answer, side in (
        (before, 320),
        (admin.get(f"{at}/well.jpg?size=thumb"), 320),
        (admin.get(f"{at}/well.jpg?size=screen"), 800),
    ):
        small = Image.open(io.BytesIO(answer.get_data()))
        assert (small.format, max(small.size)) == ("WEBP", side)
    refused(admin.get(f"{at}/well.jpg?size=huge"), "400.8")


def test_a_photo_of_a_household_leaves_without_its_metadata_unless_a_reason_is_given(
    house: Town, admin: Person
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Invented Camera"
    picture = jpeg(7, exif=exif.tobytes())
    made = house.enrol(photo="water.jpg", files={"water.jpg": picture})
    at = of(house, "enrol", made.instance_id) + "/attachments/water.jpg"
    bare = admin.get(at).get_data()
    assert b"Invented Camera" in picture
    assert b"Invented Camera" not in bare
    assert Image.open(io.BytesIO(bare)).size == Image.open(io.BytesIO(picture)).size
    assert admin.get(at, headers={"X-Reason": "looking%20for%20the%20pump"}).get_data() == picture
    with house.session() as session:
        opened = session.query(Audit).filter(Audit.action == "protected.read").one()
        assert opened.details["reason"] == "looking for the pump"
    assert b"Invented Camera" not in admin.get(f"{at}?size=thumb").get_data()


def test_protected_answers_are_rounded_or_left_out_until_they_are_opened_with_a_reason(
    house: Town, admin: Person
) -> None:
    made = house.enrol(dwelling=POINT, contact="the green door", rooms="2")
    at = of(house, "enrol", made.instance_id) + ".xml"
    plain = admin.get(at).get_data(as_text=True)
    assert "51.51 -2.25" in plain
    assert "51.50741" not in plain
    assert "green door" not in plain
    assert "<rooms>2</rooms>" in plain
    whole = admin.get(at, headers={"X-Reason": "a call was asked for"}).get_data(as_text=True)
    assert whole == made.xml
    viewer = join(house, "chelsea", "viewer")
    assert viewer.get(at).get_data(as_text=True) == plain
    refused(viewer.get(at, headers={"X-Reason": "curious"}), "403.63")


def test_a_finding_on_a_protected_answer_shows_no_value(house: Town, admin: Person) -> None:
    made = house.enrol(dwelling="91.5 0.5 0 0", rooms="2")
    found = admin.get(of(house, "enrol", made.instance_id) + "/findings").get_json()
    assert [one["path"] for one in found] == ["/data/dwelling"]
    assert found[0]["value"] != "91.5 0.5 0 0"


def test_what_lies_outside_ones_areas_is_not_there(house: Town) -> None:
    north, south = house.enrol(area="A1-014"), house.enrol(area="A1-015")
    supervisor = join(house, "chelsea", "supervisor", "A1-014")
    assert [one["instanceId"] for one in supervisor.get(of(house, "enrol")).get_json()] == [north.instance_id]
    assert supervisor.get(of(house, "enrol", north.instance_id)).get_json()["area"] == "A1-014"
    at = of(house, "enrol", south.instance_id)
    for answer in (
        supervisor.get(at),
        supervisor.get(f"{at}.xml"),
        supervisor.get(f"{at}/findings"),
        supervisor.get(f"{at}/attachments"),
        supervisor.patch(at, {"reviewState": "approved"}),
    ):
        refused(answer, "404.1")
    counted = supervisor.get(f"/projects/{house.project}/forms/enrol", extended=True).get_json()
    assert (counted["submissions"], counted["reviewStates"]["received"]) == (1, 1)


def test_each_role_does_with_submissions_what_it_may(house: Town, admin: Person) -> None:
    own = sent(house)
    at = of(house, "note", own)
    viewer, designer, filler = (join(house, role, role) for role in ("viewer", "designer", "formfill"))
    assert viewer.get(at).status_code == 200
    refused(viewer.patch(at, {"reviewState": "approved"}), "403.1")
    refused(viewer.delete(at), "403.1")
    refused(designer.get(of(house, "note")), "403.1")
    refused(designer.get(f"{at}.xml"), "403.1")
    assert send(filler, of(house, "note"), note(instance_id=new_id())).status_code == 200
    refused(filler.get(of(house, "note")), "403.1")
    other = f"/projects/{house.elsewhere}/forms/note/submissions/{quote(own, safe='')}"
    refused(admin.get(other), "404.1")
    refused(viewer.get(other), "403.1")


def test_a_quarantine_is_lifted_by_approval(house: Town, admin: Person) -> None:
    made = house.enrol(water="tap in the moon")
    at = of(house, "enrol", made.instance_id)
    held = admin.get(at).get_json()
    assert (held["projected"], held["findings"]["blocking"]) == (False, 1)
    assert admin.patch(at, {"reviewState": "approved"}).get_json()["projected"] is True


def test_what_is_sent_to_a_draft_is_listed_there_alone(house: Town, admin: Person) -> None:
    base = f"/projects/{house.project}/forms/note"
    assert admin.post(f"{base}/draft").status_code == 200
    own = new_id()
    assert send(admin, f"{base}/draft/submissions", note(instance_id=own)).status_code == 200
    assert [one["instanceId"] for one in admin.get(f"{base}/draft/submissions").get_json()] == [own]
    assert admin.get(f"{base}/draft/submissions/{quote(own, safe='')}.xml").status_code == 200
    assert admin.get(f"{base}/submissions").get_json() == []


@pytest.mark.parametrize("own", ["a/b?c#d", "%2F%25", "uuid:'\"<&>", "水🌊", "x" * 300])
def test_an_instance_id_of_any_kind_is_addressed_by_its_encoded_self(
    house: Town, admin: Person, own: str
) -> None:
    escaped = own.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert house.phone.send(note(instance_id=escaped)).status_code == 201
    at = of(house, "note", own)
    answer = admin.get(at, environ_overrides={"RAW_URI": f"/v1{at}"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json()["instanceId"] == own
