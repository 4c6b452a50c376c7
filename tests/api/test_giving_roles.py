"""Roles and areas given over REST as on pages: to nobody who sees more than the giver, and each change in the audit log."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.accounts import assignments, signin, users, whose_areas
from server.accounts.models import Audit
from server.accounts.roles import BY_SYSTEM
from server.areas.models import Area
from server.ingest.areas import take_areas
from tests.support.town import Town


def person(house: Town, name: str, *areas: str, role: str | None = None) -> int:
    """Somebody with areas and perhaps a role."""
    with house.session() as session:
        made = users.create(session, email=f"{name}@example.org", password="a long invented password", by=1)
        if role:
            assignments.give(session, made.actor, BY_SYSTEM[role], house.project, by=1)
        ids = list(session.scalars(select(Area.id).where(Area.code.in_(areas))))
        whose_areas.set_areas(session, made.actor_id, ids, by=1)
        return int(made.actor_id)


def acts(house: Town, action: str, actee: str) -> list[tuple[int | None, object]]:
    query = select(Audit.actor_id, Audit.details).where(Audit.action == action, Audit.actee == actee)
    with house.session() as session:
        return [(row.actor_id, row.details) for row in session.execute(query.order_by(Audit.id))]


@pytest.mark.parametrize(
    ("areas", "status"),
    [((), 403), (("B2",), 403), (("A1-014", "B2"), 403), (("A1",), 200), (("A1-014",), 200)],
)
def test_who_has_areas_gives_roles_over_rest_to_who_sees_no_more(
    house: Town, areas: tuple[str, ...], status: int
) -> None:
    giver, to = person(house, "giver", "A1", role="manager"), person(house, "to", *areas)
    with house.session() as session:
        token = signin.open_session(session, house.services, giver).token
    for place in ("", "/forms/check"):
        answer = house.client.post(
            f"/v1/projects/{house.project}{place}/assignments/supervisor/{to}",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status, answer.text


def test_areas_given_over_rest_are_in_the_audit_log_and_the_same_again_is_not(house: Town) -> None:
    to = person(house, "to")
    with house.session() as session:
        area = session.scalars(select(Area.id).where(Area.code == "A1")).one()
    for _ in range(2):
        assert house.api("PATCH", f"/users/{to}", json={"areas": ["A1"]}).status_code == 200
    changed = [row for row in acts(house, "user.update", f"actor:{to}") if "areas" in str(row[1])]
    assert changed == [(1, {"data": {"areas": [area]}})]


def test_a_new_persons_areas_are_in_the_audit_log(house: Town) -> None:
    made = house.api("POST", "/users", json={"email": "new@example.org", "areas": ["B2"]})
    assert made.json is not None
    assert [row[0] for row in acts(house, "user.update", f"actor:{made.json['id']}")] == [1]


def test_an_import_of_areas_is_recorded_once_by_whichever_way_it_came(house: Town) -> None:
    before = len(acts(house, "areas.import", "area"))
    sheet = b"code,name,parent\nC3,Carford,\n"
    with house.session() as session:
        take_areas(session, house.services, sheet, actor_id=None)
    for _ in range(2):
        sent = house.api(
            "POST", "/monitoring/areas", data=sheet + b"C3-001,Carwell,C3\n", content_type="text/csv"
        )
        assert sent.status_code == 200
    assert acts(house, "areas.import", "area")[before:] == [
        (None, {"created": 1, "updated": 0, "unchanged": 0}),
        (1, {"created": 1, "updated": 0, "unchanged": 1}),
    ]


def test_the_only_administrator_stays_one_until_there_is_another(house: Town) -> None:
    for path in ("/assignments/admin/1", "/users/1"):
        answer = house.api("DELETE", path)
        assert (answer.status_code, answer.json["code"]) == (409, 409.63), answer.text
    other = person(house, "other")
    assert house.api("POST", f"/assignments/admin/{other}").status_code == 200
    assert house.api("DELETE", "/assignments/admin/1").status_code == 200
    assert house.api("POST", "/users", json={"email": "one.more@example.org"}).status_code == 403
