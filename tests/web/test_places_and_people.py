"""Projects, areas, people, audit and system: each page's states, who may open it, and what it refuses."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.areas.importing import import_areas
from server.areas.models import Area
from server.jobs import Later, enqueue, run_due
from tests.support.house import House
from tests.web.conftest import World
from tests.web.desk import AREAS, Desk, somebody


def test_a_newcomer_is_led_from_the_first_project_to_the_first_visit(house: House, admin: Desk) -> None:
    assert "Make the first project" in admin.get("/").text
    made = admin.post("/projects/new", name="Aldermere", timezone="Asia/Shanghai")
    assert made.headers["Location"] == "/p/1"
    page = admin.get("/p/1").text
    assert "three steps to the first one" in page
    assert "Add a form" in page


def test_a_time_zone_that_nobody_has_is_refused_at_its_field(house: House, admin: Desk) -> None:
    answer = admin.post("/projects/new", name="Aldermere", timezone="Mars/Olympus")
    assert answer.status_code == 422
    assert 'href="#timezone"' in answer.text


def test_what_needs_me_counts_what_waits_and_leads_there(world: World) -> None:
    page = world.admin.get("/").text
    assert 'href="/p/1/visits?state=held"><b>1</b>' in page
    assert 'href="/p/1/visits?state=received"><b>3</b>' in page
    south = somebody(world.house, 1, "supervisor", areas=("B2",))
    assert 'href="/p/1/visits?state=received"><b>1</b>' in south.get("/").text
    assert "held back by a finding" not in south.get("/").text


def test_areas_come_from_a_csv_all_of_it_or_nothing(house: House, admin: Desk) -> None:
    assert "Import the tree as a CSV" in admin.get("/areas").text

    def take(content: bytes) -> str:
        data = {"csrf": admin.token(), "file": (io.BytesIO(content), "areas.csv")}
        return admin.client.post("/areas", data=data, follow_redirects=True).text

    wrong = take(AREAS + b"A1-014,Twice,A1,village\n")
    assert "row 6" in wrong
    assert "Nothing was taken" in wrong
    assert "4 areas new" in take(AREAS)
    admin.post("/language", language="zh", next="/")
    wrong = take(b"code,name,parent\nA1-015,,A1\nA1-016,Mill End,Q\n")
    assert "第 2 行：缺少名称" in wrong
    assert "row 2" not in wrong
    admin.post("/language", language="en", next="/")
    top = admin.get("/areas").text
    assert "South" in top
    assert "Otterwell" not in top
    assert 'href="/areas?in=B2"' in top
    assert "Otterwell" in admin.get("/areas?in=B2").text


def test_an_import_that_moves_areas_is_asked_about_on_the_page_and_then_taken(
    house: House, admin: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(**data: object) -> str:
        return admin.client.post("/areas", data={"csrf": admin.token(), **data}, follow_redirects=True).text

    def parent() -> str:
        with house.session() as session:
            area = session.scalars(select(Area).where(Area.code == "A1-014")).one()
            return "" if area.parent_id is None else session.get_one(Area, area.parent_id).code

    def chosen() -> tuple[io.BytesIO, str]:
        return io.BytesIO(b"code,name,parent\nA1-014,Otterwell,B2\nA1-099,New,A1\n"), "areas.csv"

    def hidden(page: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        return "" if found is None else found[1]

    send(file=(io.BytesIO(AREAS), "areas.csv"))
    before = parent()
    asked = send(file=chosen())
    assert f"A1-014 · {before} → B2" in asked
    assert parent() == before
    again = send(sheet=hidden(asked, "sheet"), leaving="A1")  # not what was told
    assert "Import it all the same" in again
    taken = send(sheet=hidden(again, "sheet"), leaving=hidden(again, "leaving"))
    assert "1 areas new, 1 changed" in taken
    assert parent() == "B2"
    assert "Nothing was taken" in send(sheet="no base64", leaving="A1-014")
    monkeypatch.setattr("server.web.areas.MOST_KEPT", 10)
    back = io.BytesIO(f"code,name,parent\nA1-014,Otterwell,{before}\n".encode())
    asked = send(file=(back, "areas.csv"))
    assert "The same file again" in asked
    assert hidden(asked, "sheet") == ""


def maps(page: str) -> list[dict[str, Any]]:
    """What the page's map is given."""
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    return [] if found is None else list(json.loads(found[1]))


SQUARE = "POLYGON((1 50,2 50,2 51,1 51,1 50))"


def test_an_area_s_page_shows_its_boundary_those_within_and_the_way_up(house: House, admin: Desk) -> None:
    sheet = (
        f'code,name,parent,boundary\nA,Aldermere,,"{SQUARE}"\nA1,North,A,"{SQUARE}"\nA1-014,Lower Ford,A1,\n'
    )
    with house.session() as session:
        import_areas(session, house.services.keys, sheet.encode(), actor_id=None)
    page = admin.get("/areas?in=A1").text
    assert '<a href="/areas?in=A"><bdi>Aldermere</bdi></a>' in page
    assert "Lower Ford" in page
    (own,) = maps(page)
    assert own["shape"]["coordinates"] == [[[[1, 50], [2, 50], [2, 51], [1, 51], [1, 50]]]]
    one_top = admin.get("/areas").text
    assert [(one["label"], one.get("href")) for one in maps(one_top)] == [
        ("Aldermere", None),
        ("North", "/areas?in=A1"),
    ]
    assert "No area lies in this one." in admin.get("/areas?in=A1-014").text
    assert admin.get("/areas?in=nowhere").status_code == 404


def test_ten_thousand_areas_are_opened_level_by_level_a_page_at_a_time(house: House, admin: Desk) -> None:
    rows = [
        f"D{d:02d},District {d},\n" + "".join(f"D{d:02d}-{v:03d},V,D{d:02d}\n" for v in range(250))
        for d in range(40)
    ]
    with house.session() as session:
        import_areas(
            session, house.services.keys, f"code,name,parent\n{''.join(rows)}".encode(), actor_id=None
        )
    top = admin.get("/areas").text
    assert top.count('scope="row"') == 40
    first = admin.get("/areas?in=D07").text
    assert "Show more" in first
    assert first.count('scope="row"') == 100
    assert 'href="/areas?in=D07&amp;after=D07-099"' in first
    last = admin.get("/areas?in=D07&after=D07-199").text
    assert last.count('scope="row"') == 50
    assert "Show more" not in last
    assert max(len(top), len(first)) < 60_000


def test_who_has_areas_opens_those_and_nothing_above(world: World) -> None:
    north = somebody(world.house, 1, "supervisor", areas=("A1",))
    page = north.get("/areas").text
    assert "Lower Ford" in page
    assert "South" not in page
    assert north.get("/areas?in=A1-014").status_code == 200
    assert north.get("/areas?in=B2").status_code == 404


def test_a_visit_s_map_shows_its_area_s_boundary(world: World) -> None:
    with world.house.session() as session:
        row = f'code,name,boundary\nA1,North,"{SQUARE}"\n'
        import_areas(session, world.house.services.keys, row.encode(), actor_id=None)
    visit = world.admin.get(f"/p/1/visits/{world.north[0]}").text
    assert [one["label"] for one in maps(visit) if "shape" in one] == ["North"]
    assert "boundary of the area" in visit


def test_an_invitation_gives_a_link_once_and_a_role(world: World) -> None:
    answer = world.admin.follow(
        "/people/new", email="sup@example.org", name="North desk", role="supervisor", project="1", areas="1"
    )
    link = re.search(r'data-copy="[^"]*(/password/[^"]+)"', answer.text)
    assert link is not None
    listed = world.admin.get("/people").text
    assert "North desk" in listed
    assert "Invited" in listed
    assert "Supervisor (<bdi>Aldermere</bdi>)" in listed
    twice = world.admin.post("/people/new", email="sup@example.org", role="", project="")
    assert twice.status_code == 422
    assert "There is one with this E-mail address already: sup@example.org" in twice.text


def test_nobody_gives_more_than_they_have(world: World) -> None:
    manager = somebody(world.house, 1, "manager")
    somebody(world.house, 1, "viewer")
    page = manager.follow("/p/1/people", email="viewer@example.org", role="supervisor").text
    assert "Saved" in page
    refused = manager.post("/p/1/people", email="viewer@example.org", role="admin")
    assert refused.status_code == 403
    assert manager.get("/people").status_code == 403
    world.house.project("Elsewhere")
    assert manager.get("/p/2/people").status_code == 404


def test_the_only_administrator_stays_one(world: World) -> None:
    answer = world.admin.post("/people/1/roles", what="take", role="admin", project="")
    assert answer.status_code == 409
    assert "the only administrator. Make somebody else administrator first." in answer.text
    assert world.admin.post("/people/1/remove").status_code == 409


def test_the_audit_log_tells_who_did_what_and_projects_managers_see_theirs(world: World) -> None:
    page = world.admin.get("/audit").text
    assert "published a form" in page
    assert "signed in" in page
    assert "imported areas" not in world.admin.get("/audit?kind=form").text
    manager = somebody(world.house, 1, "manager")
    theirs = manager.get("/audit").text
    assert "published a form" in theirs
    assert "signed in" not in theirs
    assert somebody(world.house, 1, "viewer").get("/audit").status_code == 403


def test_the_system_page_shows_settings_and_no_secret(house: House, admin: Desk) -> None:
    page = admin.get("/system").text
    assert "FIELDFARE_PORT" in page
    assert house.app.config["SECRET_KEY"] not in page
    assert "fieldfare key sheet" in page


def test_the_system_page_says_which_jobs_fail_and_how_to_have_them_tried_again(
    house: House, admin: Desk
) -> None:
    def away(session: Session, ref: str) -> None:
        raise OSError("the photo store is away")

    assert "fieldfare jobs retry" not in admin.get("/system").text
    with house.session() as session:
        enqueue(session, [Later("photo", "7"), Later("photo", "8", timedelta(days=1))])
    with house.session() as session:
        run_due(session, {"photo": away})
    page = admin.get("/system").text
    assert "1 job fails" in page
    assert "OSError: the photo store is away" in page
    assert "tried once" in page
    assert "fieldfare jobs retry" in page


@pytest.mark.parametrize("path", ["/people", "/people/1", "/system", "/audit", "/projects/new"])
def test_pages_of_the_site_are_not_for_everybody(world: World, path: str) -> None:
    viewer = somebody(world.house, 1, "viewer")
    assert viewer.get(path).status_code == 403


def test_an_address_that_is_none_is_a_page_too(house: House, admin: Desk) -> None:
    for path in ("/nowhere", "/p/99", "/p/99999999999999999999/visits"):
        answer = admin.get(path)
        assert answer.status_code == 404
        assert "Nothing here" in answer.text
    assert admin.get("/v1/nowhere").content_type.startswith("application/json")


def test_who_has_areas_gives_roles_only_to_those_who_see_no_more(world: World) -> None:
    manager = somebody(world.house, 1, "manager", areas=("A1",))
    somebody(world.house, 1, "viewer")
    somebody(world.house, 1, "designer", areas=("A1-014",))
    everywhere = manager.post("/p/1/people", email="viewer@example.org", role="supervisor")
    assert everywhere.status_code == 403
    below = manager.post("/p/1/people", email="designera1-014@example.org", role="supervisor")
    assert below.status_code == 303
