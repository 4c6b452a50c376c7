"""The audit log over REST."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import audit
from server.areas.models import Area
from tests.api.conftest import Join, Person, refused


def test_acts_are_listed_newest_first_with_centrals_fields(admin: Person, project: int) -> None:
    admin.post("/users", {"email": "bo@example.org", "password": "another long one"})
    listed = admin.get("/audits").get_json()
    assert [one["action"] for one in listed][:2] == ["user.create", "project.create"]
    assert set(listed[0]) == {"actorId", "action", "acteeId", "details", "notes", "loggedAt"}
    assert listed[0]["actorId"] == admin.id


def test_extended_acts_say_who_and_to_what(admin: Person, project: int) -> None:
    act = admin.get("/audits?action=project.create", extended=True).get_json()[0]
    assert act["actor"]["displayName"] == "alice"
    assert (act["actee"]["id"], act["actee"]["name"]) == (project, "Aldermere")


def test_acts_are_filtered_by_kind_time_and_page(admin: Person, project: int) -> None:
    admin.patch(f"/projects/{project}", {"name": "x"})
    assert [one["action"] for one in admin.get("/audits?action=project").get_json()] == [
        "project.update",
        "project.create",
    ]
    assert [one["action"] for one in admin.get("/audits?action=project&limit=1&offset=1").get_json()] == [
        "project.create"
    ]
    assert admin.get("/audits?start=2100-01-01").get_json() == []
    assert admin.get("/audits?end=2000-01-01T00:00:00.000Z").get_json() == []
    assert admin.get("/audits?action=nonverbose").get_json() != []
    refused(admin.get("/audits?start=yesterday"), "400.11")
    refused(admin.get("/audits?limit=many"), "400.11")
    refused(admin.get("/audits?offset=-1"), "400.8")
    assert admin.get("/audits?action=x'%20or%20'1'='1").get_json() == []


def test_the_log_is_for_who_may_read_it_and_a_projects_for_its_manager(
    admin: Person, project: int, join: Join
) -> None:
    manager = join("bob", "manager", project)
    elsewhere = admin.post("/projects", {"name": "Bexhill"}).get_json()["id"]
    for path in ("/audits", f"/audits?projectId={project}", "/audits?action=project"):
        (act,) = manager.get(path, extended=True).get_json()
        assert (act["action"], act["actee"]["id"]) == ("project.create", project)
    refused(manager.get(f"/audits?projectId={elsewhere}"), "403.1")
    both = {one["acteeId"] for one in admin.get("/audits?action=project").get_json()}
    assert both == {f"project:{project}", f"project:{elsewhere}"}
    for who in (join("chelsea", "viewer", project), join("dana")):
        refused(who.get("/audits"), "403.1")
        refused(who.get(f"/audits?projectId={project}"), "403.1")


def test_a_manager_with_areas_reads_what_was_done_there(
    admin: Person, project: int, join: Join, session: Session
) -> None:
    rows = b"code,name,parent\nN,North,\nS,South,\n"
    assert admin.post("/monitoring/areas", data=rows, content_type="text/csv").status_code == 200
    north, south = session.scalars(select(Area.id).order_by(Area.code))
    for area_id in (north, south, None):
        audit.record(session, "submission.create", actor_id=None, project_id=project, area_id=area_id)
    session.commit()
    manager = join("bob", "manager", project, areas=(north,))
    assert [one["action"] for one in manager.get("/audits").get_json()] == ["submission.create"]


def test_no_password_token_or_address_reaches_the_log(admin: Person, project: int) -> None:
    made = admin.post("/users", {"email": "bo@example.org", "password": "another long one"}).get_json()
    admin.patch(f"/users/{made['id']}", {"email": "bob@example.org"})
    phone = admin.post(f"/projects/{project}/app-users", {"displayName": "Phone 7"}).get_json()
    text = admin.get("/audits", extended=False).get_data(as_text=True)
    for secret in ("another long one", phone["token"], "bo@example.org", "bob@example.org"):
        assert secret not in text
