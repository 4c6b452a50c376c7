"""Taking one finding as it is, on the page of its visit."""

from __future__ import annotations

import re

from server.ingest.models import FindingRow, Submission
from tests.web.conftest import World
from tests.web.desk import Desk, somebody
from tests.web.test_editing import to_undo, version


def address(world: World, desk: Desk, visit: int) -> str:
    """Where the button at the visit's only finding that holds it back leads."""
    found = re.findall(
        rf'action="(/p/1/visits/{visit}/findings/\d+/accept(?:/undo)?)"',
        desk.get(f"/p/1/visits/{visit}").text,
    )
    return str(found[0])


def blocking(world: World, visit: int) -> int:
    with world.house.session() as session:
        return session.get_one(Submission, visit).blocking


def test_a_finding_is_accepted_with_one_press_and_taken_back_with_another(world: World) -> None:
    held = world.north[1]
    to = address(world, world.admin, held)
    assert to.endswith("/accept")
    page = world.admin.follow(to, filter="").text
    assert "The finding is accepted." in page
    assert "accepted by <bdi>Ada Admin</bdi>" in page
    assert "Ada Admin accepted a finding: <bdi>Round trip</bdi>" in page
    assert "Held back" not in page
    assert 'class="finding finding-accepted"' in page
    assert blocking(world, held) == 0
    back = address(world, world.admin, held)
    assert back == f"{to}/undo"
    page = world.admin.follow(back, filter="").text
    assert "Ada Admin accepts a finding no more: <bdi>Round trip</bdi>" in page
    assert "Held back" in page
    assert blocking(world, held) == 1


def test_of_two_who_accept_at_once_the_second_is_told_to_look_again(world: World) -> None:
    to = address(world, world.admin, world.north[1])
    assert world.admin.post(to, filter="").status_code == 303
    late = world.admin.post(to, filter="")
    assert late.status_code == 409
    assert "Somebody else decided meanwhile" in late.text


def test_only_who_decides_about_visits_accepts_and_only_findings_of_that_visit(world: World) -> None:
    held = world.north[1]
    to = address(world, world.admin, held)
    viewer = somebody(world.house, 1, "viewer")
    assert "/accept" not in viewer.get(f"/p/1/visits/{held}").text
    assert viewer.post(to, filter="").status_code == 403
    south = somebody(world.house, 1, "supervisor", areas=("B2",))
    assert south.post(to, filter="").status_code == 404
    assert world.admin.post(to.replace(f"/{held}/", f"/{world.south}/"), filter="").status_code == 404
    assert world.admin.post(f"/p/1/visits/{held}/findings/999/accept", filter="").status_code == 404
    assert blocking(world, held) == 1


def test_an_approved_visit_has_nothing_left_to_accept(world: World) -> None:
    held = world.north[1]
    world.admin.post(f"/p/1/visits/{held}/decide", state="approved", seen="")
    assert "/accept" not in world.admin.get(f"/p/1/visits/{held}").text


def test_an_edit_is_judged_anew_and_its_undo_brings_the_acceptance_back(world: World) -> None:
    held = world.north[1]
    world.admin.post(address(world, world.admin, held), filter="")
    at = f"/p/1/visits/{held}"
    sent = {"version": version(world.admin, at), "/data/trip": "soon", "/data/water": "well"}
    page = world.admin.follow(f"{at}/edit", **sent).text
    assert blocking(world, held) == 1
    world.admin.follow(f"{at}/edit/undo", filter="", **to_undo(page))
    assert blocking(world, held) == 0
    with world.house.session() as session:
        one = session.get_one(Submission, held)
        rows = session.query(FindingRow).filter_by(version_id=one.version_id, blocking=True).all()
        assert [row.accepted_by is not None for row in rows] == [True]
