"""Least sight: whatever door shows answers, who may not open protected ones sees rounded points and no contact.

With the right a reason is asked for, and each opening is in the audit log (domain.md 1.5; decisions.md, 'Protected answers').
"""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.accounts.models import Assignment, Audit
from server.ingest.models import Submission
from tests.security.world import (
    CONTACT,
    EXACT,
    POINT,
    Address,
    Caller,
    World,
    addresses,
    join,
    photo,
    values_for,
)
from tests.support.town import HH, Town, new_id, xlsx

REASON = {"X-Reason": "the household asked for a call"}

GUARDED = xlsx(
    """
    type     | name  | label::English (en)          | bind::hh:protect | parameters
    audit    | audit |                              |                  | track-changes=true
    text     | who   | Who told us about the well?  | yes              |
    geopoint | spot  | Where is the well?           |                  |
    image    | paper | Take a photo of the letter.  | yes              | max-pixels=1600
    image    | well  | Take a photo of the well.    |                  | max-pixels=1600
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces | instance_name
    guarded | Guarded    | 1       | English (en)     | {HH}       | concat('Told by ', ${{who}})
    """,
)

AUDITED = xlsx(
    """
    type            | name     | label::English (en)       | bind::hh:column      | parameters
    audit           | audit    |                           |                      | track-changes=true
    select_one_from_file areas.csv | area | Which area is it? | household.area    |
    geopoint        | dwelling | Stand at the main door.   | household.dwelling   |
    text            | contact  | How can the household be reached? | household.contact |
    integer         | rooms    | Rooms that people sleep in | housing.sleeping_rooms |
    """,
    entities="""
    list_name  | label
    households | concat(${area}, ' · ', substr(/data/meta/entity/@id, 32, 36))
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    audited | Enrolment  | 1       | English (en)     | {HH}
    """,
)

LOG = f"""event,node,start,end,latitude,longitude,accuracy,old-value,new-value
form start,,1764000000000,,51.50741,-2.25123,4.0,,
question,/data/dwelling,1764000001000,1764000002000,51.50741,-2.25123,4.0,,{POINT}
question,/data/contact,1764000003000,1764000004000,51.50741,-2.25123,4.0,,"{CONTACT}"
question,/data/who,1764000003000,1764000004000,,,,,"{CONTACT}"
question,/data/rooms,1764000005000,1764000006000,51.50741,-2.25123,4.0,2,3
""".encode()


def leaks(who: Caller, path: str) -> list[str]:
    """What an address tells that nobody may see without opening it."""
    answer = who.ask("GET", path)
    assert answer.status_code < 500, path
    return [f"{path}: {word!r}" for word in EXACT if word in answer.data]


def every_get(world: World) -> list[Address]:
    """Every address that a signed-in person reads."""
    return [one for one in addresses(world.town.app) if one.method == "GET" and "token" not in one.names]


@pytest.mark.parametrize("role", ["viewer", "supervisor", "manager", "admin"])
def test_no_address_of_any_door_tells_an_exact_point_or_a_contact_unless_it_is_opened(
    world: World, role: str
) -> None:
    who: Caller = getattr(world, role)
    told, read = [], 0
    for address in every_get(world):
        at = address.filled(values_for(address, world.ids["inside"]))
        for query in ("", "?view=map", "?view=gallery", "?history=1", "?size=thumb", "?size=screen"):
            told += leaks(who, at + query)
        read += who.ask("GET", at).status_code == 200
    for table in ("household", "visit", "water"):
        for end in ("", ".csv", "?history=1", ".csv?history=1"):
            told += leaks(who, f"/v1/monitoring/tables/{table}{end}")
            told += leaks(who, f"/p/{world.project}/tables/{table}{end}")
    assert read > 60
    assert told == []


def test_a_visit_shows_the_rounded_point_where_the_exact_one_is_hidden(world: World) -> None:
    at = f"/v1/projects/{world.project}/forms/enrol/submissions/{quote(world.inside.instance_id)}"
    assert "51.51 -2.25" in world.viewer.ask("GET", f"{at}.xml").text
    (row,) = [
        one
        for one in world.viewer.ask("GET", "/v1/monitoring/tables/household").json["rows"]
        if one["household"] == world.ids["inside"]["code"]
    ]
    assert (row["dwelling_lat"], row["dwelling_lon"], row["contact"]) == (51.51, -2.25, None)
    assert (row["dwelling_altitude"], row["dwelling_accuracy"]) == (None, None)


@pytest.mark.parametrize("line", ["all", "north"])
def test_phone_lists_carry_no_contact_and_no_exact_point(world: World, line: str) -> None:
    phone = world.town.line(line)
    listed = phone.get("/forms/check/attachments/households.csv")
    assert listed.status_code == 200
    assert world.inside.household in listed.text
    for path in ("/formList", "/forms/check/manifest", "/forms/check/attachments/households.csv"):
        answer = phone.get(path)
        assert [word for word in EXACT if word in answer.data] == [], path


OPENED = ("{submission}.xml", "{submission}/versions/{own}.xml", "{submission}/attachments/w.jpg")
OPENED += ("{submission}/versions/{own}/attachments/w.jpg", "/v1/monitoring/tables/household")
OPENED += ("/v1/monitoring/tables/household.csv",)


@pytest.mark.parametrize("path", OPENED)
def test_an_opening_over_rest_needs_the_right_and_a_reason_and_is_in_the_audit_log(
    world: World, path: str
) -> None:
    own = quote(world.inside.instance_id)
    submission = f"/v1/projects/{world.project}/forms/enrol/submissions/{own}"
    at = path.format(submission=submission, own=own)
    before = openings(world.town)
    assert leaks(world.admin, at) == []
    assert world.viewer.ask("GET", at, headers=REASON).status_code == 403
    assert world.supervisor.ask("GET", at, headers=REASON).status_code == 403
    blank = world.admin.ask("GET", at, headers={"X-Reason": "  "})
    assert [word for word in EXACT if word in blank.data] == []
    assert openings(world.town) == before
    opened = world.admin.ask("GET", at, headers=REASON)
    assert opened.status_code == 200
    assert [word for word in EXACT if word in opened.data]
    assert openings(world.town) == [*before, (world.admin.actor_id, REASON["X-Reason"])]


@pytest.mark.parametrize(
    "page", ["visits/{visit_id}/exact", "households/{code}/exact", "households/{code}/copy"]
)
def test_an_opening_on_a_page_needs_the_right_and_a_reason_and_is_in_the_audit_log(
    world: World, page: str
) -> None:
    at = f"/p/{world.project}/" + page.format(**world.ids["inside"])
    before = openings(world.town)
    for who in (world.viewer, world.supervisor):
        answer = who.ask("POST", at, data={"reason": "curious"})
        assert answer.status_code == 403
    nothing = world.admin.ask("POST", at, data={"reason": "  "})
    assert [word for word in EXACT if word in nothing.data] == []
    assert openings(world.town) == before
    opened = world.admin.ask("POST", at, data={"reason": REASON["X-Reason"]})
    assert opened.status_code == 200
    assert b"zedoary" in opened.data
    assert openings(world.town) == [*before, (world.admin.actor_id, REASON["X-Reason"])]


DOORS = ("GET /v1/projects/{project_id}/forms/enrol/submissions/{instance_id}.xml",)
DOORS += (
    "POST /p/{project_id}/visits/{visit_id}/exact",
    "POST /p/{project_id}/visits/{visit_id}/files/w.jpg/original",
)
ROUND_IT = (
    "GET /v1/monitoring/tables/household?project={project_id}",
    "POST /p/{project_id}/households/{code}/exact",
)
ROUND_IT += ("POST /p/{project_id}/households/{code}/copy",)


def opening(who: Caller, world: World, door: str, reason: str) -> TestResponse:
    """Ask a door to open what is protected there, for a reason."""
    method, _, path = door.format(**{**world.ids["inside"], "project_id": world.project}).partition(" ")
    if method == "GET":
        return who.ask(method, path, headers={"X-Reason": quote(reason)})
    return who.ask(method, path, data={"reason": reason})


@pytest.fixture(scope="module")
def keeper(world: World) -> Caller:
    """A viewer of the project, and a manager of the form `enrol` alone."""
    who = join(world.town, "keeper", "viewer", world.project)
    with world.town.session() as session:
        form_id = world.ids["inside"]["form_id"]
        session.add(
            Assignment(actor_id=who.actor_id, role="manager", project_id=world.project, form_id=form_id)
        )
    return who


@pytest.mark.parametrize("door", DOORS)
def test_who_manages_a_form_opens_its_visits_at_every_door(world: World, keeper: Caller, door: str) -> None:
    before = openings(world.town)
    answer = opening(keeper, world, door, "  " + "a call was asked for, " * 40)
    assert answer.status_code == 200, answer.text
    assert [word for word in EXACT if word in answer.data]
    kept = ("a call was asked for, " * 40)[:500]
    assert openings(world.town) == [*before, (keeper.actor_id, kept)]


@pytest.mark.parametrize("door", ROUND_IT)
def test_who_manages_one_form_opens_nothing_of_the_project_beside_it(
    world: World, keeper: Caller, door: str
) -> None:
    before = openings(world.town)
    answer = opening(keeper, world, door, "a call was asked for")
    assert answer.status_code == 403
    assert [word for word in EXACT if word in answer.data] == []
    assert openings(world.town) == before


@pytest.mark.parametrize("door", [*DOORS, *ROUND_IT])
def test_who_may_open_nothing_is_told_so_alike_at_every_door(world: World, door: str) -> None:
    before = openings(world.town)
    answer = opening(world.supervisor, world, door, "curious")
    assert answer.status_code == 403
    assert "A project manager can open it, with a reason." in answer.text
    assert openings(world.town) == before


def openings(town: Town) -> list[tuple[int | None, str]]:
    """Who opened protected answers and why, in order."""
    query = select(Audit).where(Audit.action == "protected.read").order_by(Audit.id)
    with town.session() as session:
        return [(act.actor_id, act.details["reason"]) for act in session.scalars(query)]


def test_the_audit_log_of_a_household_form_leaves_without_places_and_protected_answers(house: Town) -> None:
    house.publish(house.project, AUDITED)
    own, uuid = new_id(), "7d1c1a52-7b4c-4a5e-9d2e-0a6f6d1c2b3a"
    body = (
        f"<area>A1-014</area><dwelling>{POINT}</dwelling><contact>{CONTACT}</contact><rooms>3</rooms>"
        f'<orx:meta><orx:instanceID>{own}</orx:instanceID><orx:audit>audit.csv</orx:audit><entity dataset="households"'
        f' id="{uuid}" create="1"><label>A1-014 · c2b3a</label></entity></orx:meta>'
    )
    xml = f'<data id="audited" version="1" xmlns:orx="http://openrosa.org/xforms">{body}</data>'
    at, admin = sent(house, "audited", own, xml, {"audit.csv": LOG})
    plain = admin.ask("GET", f"{at}/attachments/audit.csv")
    assert [word for word in EXACT if word in plain.data] == []
    rows = {row["node"]: row for row in csv.DictReader(io.StringIO(plain.text))}
    assert (rows["/data/rooms"]["old-value"], rows["/data/rooms"]["new-value"]) == ("2", "3")
    assert rows["/data/contact"]["start"] == "1764000003000"
    assert rows["/data/who"]["new-value"] == ""  # no question of the form: nobody knows what it holds
    assert admin.ask("GET", f"{at}/attachments/audit.csv", headers=REASON).data == LOG
    with house.session() as session:
        visit = session.scalars(select(Submission.id).where(Submission.instance_id == own)).one()
    page = admin.ask("GET", f"/p/{house.project}/visits/{visit}/files/audit.csv")
    assert page.data == plain.data


def test_what_a_protected_question_holds_shows_in_no_name_photo_or_log(house: Town) -> None:
    house.publish(house.project, GUARDED)
    own, paper, well = new_id(), photo(5), photo(6)
    body = (
        f"<who>{CONTACT}</who><spot>{POINT}</spot><paper>p.jpg</paper><well>w.jpg</well>"
        f"<orx:meta><orx:instanceID>{own}</orx:instanceID><orx:instanceName>Told by {CONTACT}</orx:instanceName>"
        "<orx:audit>audit.csv</orx:audit></orx:meta>"
    )
    xml = f'<data id="guarded" version="1" xmlns:orx="http://openrosa.org/xforms">{body}</data>'
    at, admin = sent(house, "guarded", own, xml, {"p.jpg": paper, "w.jpg": well, "audit.csv": LOG})
    house.work()
    told = []
    with house.session() as session:
        visit = session.scalars(select(Submission.id).where(Submission.instance_id == own)).one()
    pages = f"/p/{house.project}/visits"
    lists = (at.rpartition("/")[0], at, f"{at}.xml", f"{at}/versions", f"{at}/attachments/audit.csv")
    for path in (
        *lists,
        f"{at}/findings",
        pages,
        f"{pages}.csv",
        f"{pages}/{visit}",
        f"{pages}?view=gallery",
    ):
        answer = admin.ask("GET", path, headers={"X-Extended-Metadata": "true"})
        assert answer.status_code == 200, path
        told += [(path, word) for word in (b"zedoary", b"0555-0199") if word in answer.data]
    assert told == []
    for query in ("", "?size=thumb", "?size=screen"):
        assert admin.ask("GET", f"{at}/attachments/p.jpg{query}").status_code == 400  # a reason is asked for
        assert admin.ask("GET", f"{pages}/{visit}/files/p.jpg{query}").status_code in (403, 404)
    assert admin.ask("GET", f"{at}/attachments/p.jpg", headers=REASON).data == paper
    assert admin.ask("GET", f"{at}/attachments/w.jpg").data == well  # no household form: as in Central
    assert b"51.50741" in admin.ask("GET", f"{at}.xml").data


def sent(house: Town, form: str, own: str, xml: str, files: dict[str, bytes]) -> tuple[str, Caller]:
    """Send it by the phone of most tests; its address over REST, and the administrator."""
    given = house.api(
        "POST", f"/projects/{house.project}/forms/{form}/assignments/app-user/{house.phone.actor_id}"
    )
    assert given.status_code == 200, given.text
    answer = house.phone.send(xml, files)
    assert answer.status_code == 201, answer.text
    admin = Caller(house.app.test_client(), 1)
    opened: Any = admin.client.post(
        "/v1/sessions", json={"email": "admin@example.org", "password": "a long invented password"}
    )
    assert opened.status_code == 200
    return f"/v1/projects/{house.project}/forms/{form}/submissions/{quote(own)}", admin
