"""Whose lists a phone, a person and a draft's tester get: none of a project in the bin, of a draft what its maker sees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from server.accounts import assignments, signin, users, whose_areas
from server.accounts.models import Assignment, Audit
from server.accounts.roles import BY_SYSTEM
from server.areas.models import Area
from server.forms import lifecycle
from server.ingest.models import Submission
from tests.support import town as ground
from tests.support.town import Town, check

POINT = "51.507412 -2.251234 12 4"
LIST = "/forms/check/attachments/households.csv"


def maker(house: Town, *areas: str, also: str = "viewer") -> int:
    """A form designer with areas, who has another role beside."""
    with house.session() as session:
        made = users.create(session, email="maker@example.org", password="a long invented password", by=1)
        assignments.give(session, made.actor, BY_SYSTEM["designer"], house.project, by=1)
        if also:
            assignments.give(session, made.actor, BY_SYSTEM[also], house.project, by=1)
        ids = list(session.scalars(select(Area.id).where(Area.code.in_(areas))))
        whose_areas.set_areas(session, made.actor_id, ids, by=1)
        return int(made.actor_id)


def draft(house: Town, by: int | None) -> str:
    """The address of a draft of the visit form, made by somebody."""
    examined = lifecycle.Upload(ground.CHECK, "form.xlsx").examined()
    with house.session() as session:
        form = lifecycle.get(session, house.project, "check")
        lifecycle.set_draft(session, house.services, form, examined, by, ignore_warnings=True)
        token = lifecycle.draft_token(house.services, form)
    return f"/v1/test/{token}/projects/{house.project}/forms/check/draft"


def bin_project(house: Town) -> None:
    assert house.api("DELETE", f"/projects/{house.project}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/formList", "/forms/check.xml", "/forms/check/manifest", "/forms/check/attachments/households.csv"],
)
def test_a_phone_of_a_deleted_project_is_told_so_and_gets_no_list(house: Town, path: str) -> None:
    assert house.phone.get(path).status_code == 200
    bin_project(house)
    answer = house.phone.get(path)
    assert (answer.status_code, answer.headers["X-Fieldfare-Code"]) == (403, "403.61")
    assert "<xforms" not in answer.text


def test_a_phone_of_a_deleted_project_sends_nothing_and_is_nobody_over_rest(house: Town) -> None:
    home = house.enrol().household
    bin_project(house)
    before = house.count(Submission)
    assert house.phone.send(check(home, water="surface")).status_code == 403
    assert house.client.get(f"/v1/key/{house.phone.token}/users/current").status_code == 403
    assert house.count(Submission) == before


def test_a_person_gets_no_empty_list_of_a_deleted_project(house: Town) -> None:
    bin_project(house)
    for path in ("/formList", "/forms/check/manifest"):
        answer = house.api("GET", f"/projects/{house.project}{path}")
        assert answer.status_code == 404
        assert "<xforms" not in answer.text


@pytest.mark.parametrize("send", [False, True])
def test_a_drafts_address_is_gone_with_its_project(house: Town, send: bool) -> None:
    at = draft(house, 1)
    bin_project(house)
    asked: Callable[..., object] = house.client.head if send else house.client.get
    answer = asked(f"{at}/{'submission' if send else 'formList'}")
    assert getattr(answer, "status_code", 0) == 404


def test_a_drafts_list_holds_what_its_maker_sees_and_no_exact_point(house: Town) -> None:
    mine, other = house.enrol(dwelling=POINT), house.enrol(area="B2", dwelling=POINT)
    assert house.api("PATCH", f"/projects/{house.project}", json={"exactPoints": True}).status_code == 200
    at = draft(house, maker(house, "A1"))
    listed = house.client.get(f"{at}/attachments/households.csv")
    assert listed.status_code == 200
    assert mine.household in listed.text
    assert other.household not in listed.text
    assert "51.5074" not in listed.text
    assert "51.5074" in house.phone.get("/forms/check/attachments/households.csv").text
    with house.session() as session:
        exact = session.scalars(select(Audit.actor_id).where(Audit.action == "dataset.download.exact")).all()
    assert exact == [house.phone.actor_id]


@pytest.mark.parametrize(
    ("also", "sees"), [("", False), ("formfill", True), ("viewer", True), ("supervisor", True)]
)
def test_who_only_makes_forms_sees_no_rows_of_lists(house: Town, also: str, sees: bool) -> None:
    home = house.enrol(dwelling=POINT).household
    at = draft(house, maker(house, also=also))
    listed = house.client.get(f"{at}/attachments/households.csv")
    assert listed.text.startswith("name,label,__version")
    assert (home in listed.text) == sees
    assert f"md5:{hashlib.md5(listed.data).hexdigest()}" in house.client.get(f"{at}/manifest").text
    token = house.client.post(
        "/v1/sessions", json={"email": "maker@example.org", "password": "a long invented password"}
    ).json["token"]
    own = house.client.get(
        f"/v1/projects/{house.project}/forms/check/manifest", headers={"Authorization": f"Bearer {token}"}
    )
    assert (f"md5:{hashlib.md5(house.phone.get(LIST).data).hexdigest()}" in own.text) == sees
    for version in ("", "/draft"):
        answer = house.client.get(
            f"/v1/projects/{house.project}/forms/check{version}/attachments/households.csv",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (answer.status_code, home in answer.text) == ((200, True) if sees else (403, False))


def test_a_draft_whose_maker_was_removed_is_open_to_nobody(house: Town) -> None:
    by = maker(house, "A1")
    at = draft(house, by)
    assert house.client.get(f"{at}/manifest").status_code == 200
    with house.session() as session:
        users.remove(session, users.get(session, by), by=1)
    assert house.client.get(f"{at}/manifest").status_code == 404


def test_a_session_of_the_site_still_works_without_the_project(house: Town) -> None:
    bin_project(house)
    with house.session() as session:
        token = signin.open_session(session, house.services, 1).token
    answer = house.client.get("/v1/users/current", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def person(house: Town, role: str, project: int) -> tuple[str, int]:
    """Somebody with a role in a project: their token, and who they are."""
    with house.session() as session:
        made = users.create(session, email="pat@example.org", password="a long invented password", by=1)
        assignments.give(session, made.actor, BY_SYSTEM[role], project, by=1)
        return signin.open_session(session, house.services, made.actor_id).token, made.actor_id


def listed(house: Town, token: str) -> TestResponse:
    return house.client.get(
        f"/v1/projects/{house.project}/formList", headers={"Authorization": f"Bearer {token}"}
    )


def test_who_lost_their_role_is_refused_and_gets_no_empty_list(house: Town) -> None:
    token, actor_id = person(house, "formfill", house.project)
    assert listed(house, token).text.count("<formID") > 1
    with house.session() as session:
        session.execute(delete(Assignment).where(Assignment.actor_id == actor_id))
    answer = listed(house, token)
    assert (answer.status_code, answer.headers["X-Fieldfare-Code"]) == (403, "403.1")
    assert "<xforms" not in answer.text


def test_a_viewer_of_another_project_is_refused_and_gets_no_empty_list(house: Town) -> None:
    token, _ = person(house, "viewer", house.elsewhere)
    answer = listed(house, token)
    assert (answer.status_code, answer.headers["X-Fieldfare-Code"]) == (403, "403.1")


def test_a_generation_that_never_was_gives_the_newest_list(house: Town) -> None:
    home = house.enrol().household
    for number in ("9" * 30, f"-{'9' * 30}", "999", "x", ""):
        answer = house.phone.get(f"{LIST}?g={number}")
        assert (answer.status_code, home in answer.text) == (200, True), number
        shown = house.api("GET", f"/projects/{house.project}{LIST}?g={number}")
        assert (shown.status_code, home in shown.text) == (200, True), number


def test_a_number_that_no_project_has_is_not_found(house: Town) -> None:
    for number in ("9" * 30, str(2**31), "0"):
        for path in ("", f"/key/{house.phone.token}"):
            answer = house.api("GET", f"{path}/projects/{number}/formList")
            assert (answer.status_code, answer.json["code"]) == (404, 404.1), number
