"""Projects, roles and phones over REST."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.roles import BY_SYSTEM, ROLES
from server.api.schemas import instant
from server.areas.models import Area
from server.db import Base, utcnow
from server.forms.models import Form
from server.ingest.models import Submission
from tests.api.conftest import Join, Person, refused
from tests.api.test_submissions import join as member
from tests.support.town import Town

AREAS = b"code,name,parent,name:zh\nA,Aldermere,,\nA1,North,A,\xe5\x8c\x97\nA2,South,A,\n"


@pytest.fixture
def form(session: Session, project: int) -> Form:
    form = Form(project_id=project, xml_form_id="household visit/1", created_at=utcnow())
    session.add(form)
    session.commit()
    return form


def test_a_project_has_centrals_fields(admin: Person, project: int) -> None:
    plain = admin.get(f"/projects/{project}").get_json()
    assert {"id", "name", "description", "archived", "keyId", "createdAt", "updatedAt", "deletedAt"} <= set(
        plain
    )
    assert "verbs" not in plain
    more = admin.get(f"/projects/{project}", extended=True).get_json()
    assert (more["forms"], more["appUsers"], more["datasets"], more["lastSubmission"]) == (0, 0, 0, None)
    assert set(more["verbs"]) >= BY_SYSTEM["admin"].verbs


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "400.2"),
        ({"name": ""}, "400.2"),
        ({"name": "  "}, "400.8"),
        ({"name": "x" * 201}, "400.8"),
        ({"name": 7}, "400.11"),
        ({"name": "x", "description": 7}, "400.11"),
        ({"name": "x", "archived": "perhaps"}, "400.11"),
        ({"name": "x", "timezone": "Mars/Olympus"}, "400.8"),
        ({"name": "x", "timezone": "../../etc/passwd"}, "400.8"),
    ],
)
def test_what_is_no_project_is_refused(admin: Person, body: dict[str, object], code: str) -> None:
    refused(admin.post("/projects", body), code)
    assert admin.get("/projects").get_json() == []


def test_a_project_is_changed_replaced_archived_and_removed(admin: Person, project: int) -> None:
    path = f"/projects/{project}"
    assert admin.patch(path, {"description": "Water"}).get_json()["name"] == "Aldermere"
    replaced = admin.put(path, {"name": "Aldermere 2", "archived": True}).get_json()
    assert (replaced["name"], replaced["description"], replaced["archived"]) == ("Aldermere 2", None, True)
    refused(admin.put(path, {"archived": True}), "400.2")
    refused(admin.put(path, {"name": "x", "forms": []}), "501.1")
    refused(admin.post(f"{path}/key", {"passphrase": "supersecret"}), "501.1")
    assert admin.delete(path).get_json() == {"success": True}
    refused(admin.get(path), "404.1")
    assert admin.get("/projects").get_json() == []


def test_projects_come_by_name_with_the_archived_ones_last_and_only_those_one_may_read(
    admin: Person, join: Join
) -> None:
    ids = {name: admin.post("/projects", {"name": name}).get_json()["id"] for name in ("C", "A", "B")}
    admin.patch(f"/projects/{ids['A']}", {"archived": True})
    assert [one["name"] for one in admin.get("/projects").get_json()] == ["B", "C", "A"]
    chelsea = join("chelsea", "viewer", ids["C"])
    assert [one["name"] for one in chelsea.get("/projects").get_json()] == ["C"]
    assert set(chelsea.get("/projects").get_json()[0]["verbs"]) >= BY_SYSTEM["viewer"].verbs
    refused(chelsea.get(f"/projects/{ids['B']}"), "403.1")
    refused(chelsea.get("/projects/999999"), "404.1")
    refused(chelsea.patch(f"/projects/{ids['C']}", {"name": "x"}), "403.1")
    refused(chelsea.post("/projects", {"name": "x"}), "403.1")


@pytest.mark.parametrize("id", ["0", "-1", "99999999999999999999", "1.5", "x", "1%00", "1;drop"])
def test_what_can_be_no_project_is_not_there(admin: Person, id: str) -> None:
    refused(admin.get(f"/projects/{id}"), "404.1")


def test_roles_are_listed_and_found_by_number_or_name(admin: Person) -> None:
    assert [one["system"] for one in admin.get("/roles").get_json()] == [role.system for role in ROLES]
    assert admin.get("/roles/5").get_json() == admin.get("/roles/manager").get_json()
    refused(admin.get("/roles/nobody"), "404.1")


def test_a_role_is_given_listed_and_taken_on_site_and_project(
    admin: Person, project: int, join: Join
) -> None:
    chelsea = join("chelsea")
    refused(chelsea.get(f"/projects/{project}"), "403.1")
    path = f"/projects/{project}/assignments"
    assert admin.post(f"{path}/viewer/{chelsea.id}").get_json() == {"success": True}
    refused(admin.post(f"{path}/6/{chelsea.id}"), "409.3")
    assert chelsea.get(f"/projects/{project}").status_code == 200
    assert admin.get(path).get_json() == [{"actorId": chelsea.id, "roleId": 6}]
    more = admin.get(path, extended=True).get_json()[0]
    assert (more["actor"]["displayName"], more["roleId"]) == ("chelsea", 6)
    assert [one["id"] for one in admin.get(f"{path}/viewer").get_json()] == [chelsea.id]
    assert admin.delete(f"{path}/viewer/{chelsea.id}").get_json() == {"success": True}
    refused(admin.delete(f"{path}/viewer/{chelsea.id}"), "404.1")
    assert admin.get("/assignments").get_json() == [{"actorId": admin.id, "roleId": 1}]
    assert [one["id"] for one in admin.get("/assignments/admin").get_json()] == [admin.id]
    refused(admin.post(f"{path}/nobody/{chelsea.id}"), "404.1")
    refused(admin.post(f"{path}/viewer/999"), "404.1")


def test_a_manager_gives_roles_in_the_project_but_none_above_and_none_elsewhere(
    admin: Person, project: int, join: Join
) -> None:
    manager, chelsea = join("bob", "manager", project), join("chelsea")
    assert manager.post(f"/projects/{project}/assignments/supervisor/{chelsea.id}").status_code == 200
    refused(manager.post(f"/projects/{project}/assignments/admin/{chelsea.id}"), "403.1")
    refused(manager.post(f"/assignments/manager/{chelsea.id}"), "403.1")
    refused(chelsea.post(f"/projects/{project}/assignments/viewer/{manager.id}"), "403.1")


def test_a_role_is_given_on_a_form_whose_id_has_a_slash(admin: Person, project: int, form: Form) -> None:
    phone = admin.post(f"/projects/{project}/app-users", {"displayName": "Phone 7"}).get_json()
    quoted = "household%20visit%2F1"
    path = f"/projects/{project}/forms/{quoted}/assignments"
    assert (
        admin.post(
            f"{path}/app-user/{phone['id']}",
            environ_overrides={"RAW_URI": f"/v1{path}/app-user/{phone['id']}"},
        ).status_code
        == 200
    )
    listed = admin.get(f"/projects/{project}/assignments/forms").get_json()
    assert listed == [{"actorId": phone["id"], "roleId": 2, "xmlFormId": "household visit/1"}]
    assert (
        admin.get(f"/projects/{project}/assignments/forms/app-user", extended=True).get_json()[0]["actor"][
            "id"
        ]
        == phone["id"]
    )


def test_a_phone_has_centrals_fields_and_ours(admin: Person, project: int, join: Join) -> None:
    assert admin.post("/monitoring/areas", data=AREAS, content_type="text/csv").get_json() == {
        "created": 3,
        "updated": 0,
        "unchanged": 0,
    }
    path = f"/projects/{project}/app-users"
    made = admin.post(
        path, {"displayName": "Phone 7", "areas": ["A1"], "language": "zh", "newForms": True}
    ).get_json()
    assert (made["type"], made["projectId"], len(made["token"])) == ("field_key", project, 64)
    assert (made["areas"], made["language"], made["newForms"]) == (["A1"], "zh", True)
    more = admin.get(path, extended=True).get_json()[0]
    assert (more["createdBy"]["id"], more["lastUsed"], more["properties"]) == (admin.id, None, {})
    changed = admin.patch(
        f"{path}/{made['id']}", {"areas": ["A2"], "properties": {"team": "north", "car": None}}, extended=True
    )
    assert (changed.get_json()["areas"], changed.get_json()["properties"]) == (["A2"], {"team": "north"})
    removed = admin.delete(f"{path}/{made['id']}").get_json()
    assert removed == {"success": True, "lastSeenAt": None, "mayBeUnsent": []}
    refused(admin.get(f"{path}/{made['id']}"), "404.1")
    assert admin.get(path).get_json() == []


def test_areas_that_are_too_wide_for_a_phone_are_named(
    admin: Person, project: int, join: Join, session: Session
) -> None:
    admin.post("/monitoring/areas", data=AREAS, content_type="text/csv")
    own = session.scalars(select(Area.id).where(Area.code == "A1")).one()
    session.commit()
    manager = join("mona", "manager", project, areas=(own,))
    path = f"/projects/{project}/app-users"
    wide = refused(manager.post(path, {"displayName": "Phone 8", "areas": ["A1", "A2"]}), "400.8")
    assert wide["message"] == "areas cannot be A2: choose among your own areas."
    assert refused(manager.post(path, {"displayName": "Phone 8"}), "400.2")["details"]["field"] == "areas"


def test_the_database_keeps_no_phones_token_anywhere(admin: Person, project: int, session: Session) -> None:
    token = admin.post(f"/projects/{project}/app-users", {"displayName": "Phone 7"}).get_json()["token"]
    stored = [str(row) for table in Base.metadata.tables.values() for row in session.execute(table.select())]
    assert any("Phone 7" in row for row in stored)
    assert not any(token in row for row in stored)


def test_a_phone_acts_under_its_key_and_sees_no_more_than_it_may(admin: Person, project: int) -> None:
    made = admin.post(f"/projects/{project}/app-users", {"displayName": "Phone 7"}).get_json()
    phone = Person(admin.client, made["id"], key=made["token"])
    refused(phone.get(f"/projects/{project}"), "403.1")
    assert phone.get("/projects").get_json() == []
    refused(phone.get("/nowhere"), "404.1")
    refused(Person(admin.client, key="z" * 64).get(f"/projects/{project}"), "403.61")
    refused(Person(admin.client, key="malformed").get(f"/projects/{project}"), "403.61")
    admin.delete(f"/sessions/{made['token']}")
    refused(phone.get("/projects"), "403.61")


def test_areas_are_listed_as_far_as_one_sees_them(
    admin: Person, project: int, join: Join, session: Session
) -> None:
    admin.post("/monitoring/areas", data=AREAS, content_type="text/csv")
    listed = admin.get("/monitoring/areas").get_json()
    assert [(one["code"], one["parent"]) for one in listed] == [("A", None), ("A1", "A"), ("A2", "A")]
    assert listed[1]["names"] == {"zh": "北"}
    chelsea = join("chelsea", "viewer", project)
    assert admin.patch(f"/users/{chelsea.id}", {"areas": ["A1"]}).get_json()["areas"] == ["A1"]
    assert [one["code"] for one in chelsea.get("/monitoring/areas").get_json()] == ["A1"]
    refused(chelsea.post("/monitoring/areas", data=AREAS, content_type="text/csv"), "403.1")
    refused(join("dana").get("/monitoring/areas"), "403.1")


def test_a_bad_sheet_of_areas_is_refused_with_its_row_and_nothing_is_taken(admin: Person) -> None:
    error = refused(
        admin.post("/monitoring/areas", data=AREAS + b"A 3,x,A,\n", content_type="text/csv"), "400.68"
    )
    assert error["details"]["row"] == 5
    assert admin.get("/monitoring/areas").get_json() == []


def test_an_area_loses_its_parent_over_rest_only_where_that_is_confirmed(admin: Person) -> None:
    admin.post("/monitoring/areas", data=AREAS, content_type="text/csv")
    cut = b"code,name,parent\nA1,North,\n"
    error = refused(admin.post("/monitoring/areas", data=cut, content_type="text/csv"), "400.68")
    assert error["details"]["leaving"] == ["A1"]
    confirmed = admin.post("/monitoring/areas?confirm=true", data=cut, content_type="text/csv")
    assert confirmed.get_json() == {"created": 0, "updated": 1, "unchanged": 0}
    listed = admin.get("/monitoring/areas").get_json()
    assert {one["code"]: one["parent"] for one in listed} == {"A": None, "A1": None, "A2": "A"}


def test_faults_of_a_sheet_of_areas_are_told_in_the_caller_s_language_and_all_at_once(admin: Person) -> None:
    wrong = b"code,name,parent\nA1,,\nA 2,South,\n"
    asked = {"Accept-Language": "ar"}
    answer = admin.post("/monitoring/areas", data=wrong, content_type="text/csv", headers=asked)
    message = refused(answer, "400.68")["message"]
    assert "الصف 2: الاسم ناقص؛ الصف 3: الرمز «A 2»" in message
    assert "row" not in message


def test_a_project_in_numbers_is_what_its_reader_sees(house: Town) -> None:
    readers = [Person(house.client, 1, house.token)]
    readers += [member(house, f"lin{n}", "supervisor", area) for n, area in enumerate(("A1-014", "B2"))]
    house.enrol(area="A1-014")
    house.enrol(area="A1-015")
    with house.session() as session:
        first, last = map(instant, session.scalars(select(Submission.created_at).order_by(Submission.id)))
    phones = [len(who.get(f"/projects/{house.project}/app-users").get_json()) for who in readers]
    assert phones[0] > phones[1] > phones[2] == 0
    for path in ("/projects", f"/projects/{house.project}"):
        told = [who.get(path, extended=True).get_json() for who in readers]
        told = [
            one if path != "/projects" else next(p for p in one if p["id"] == house.project) for one in told
        ]
        assert [one["lastSubmission"] for one in told] == [last, first, None]
        assert [one["appUsers"] for one in told] == phones
