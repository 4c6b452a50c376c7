"""The fields of a visit's answers: rows of lists are found, times are the project's, and what would hold the visit back is said."""

from __future__ import annotations

import html
import re

import pytest

from server.households.tables import TABLES, Household
from server.ingest.models import Submission, SubmissionVersion
from tests.support.house import House, instance
from tests.support.town import CHECK, HH
from tests.web.conftest import World
from tests.web.desk import Desk, phone_in, somebody, with_areas
from tests.web.test_editing import KEPT, KEPT_SETTINGS, answers, keepers, version
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS, enrol, xlsx

WHEN = "2026-11-22T11:52:20.243+00:00"


@pytest.fixture
def lost(house: House, admin: Desk) -> str:
    """The page of a visit to no household, in a project of Shanghai's time with a household in each of two areas."""
    with_areas(house)
    house.project()
    house.api("PATCH", "/projects/1", json={"timezone": "Asia/Shanghai"})
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    house.publish(1, CHECK)
    phone = phone_in(house, 1, "Phone", ("A1", "B2"))
    enrol(phone, 1, "A1-014", "public_tap", 10)
    enrol(phone, 2, "B2-001", "public_tap", 10)
    body = f"<household/><when>{WHEN}</when><minutes>12</minutes>"
    assert phone.send(instance("check", body)).status_code == 201
    house.work()
    with house.session() as session:
        return f"/p/1/visits/{max(one.id for one in session.query(Submission))}"


def households(house: House) -> dict[str, str]:
    """Code to id."""
    with house.session() as session:
        return {one.code: str(one.uuid) for one in session.query(Household)}


def field(page: str, path: str) -> dict[str, str]:
    """The attributes of a question's input."""
    found = re.search(rf'<input [^>]*name="{re.escape(path)}"[^>]*>', page)
    assert found is not None, page
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', found[0])}


def test_a_visit_without_its_household_gets_it_by_the_households_code(
    house: House, admin: Desk, lost: str
) -> None:
    known = households(house)
    code = next(one for one in known if one.startswith("A1-014"))
    page = admin.get(f"{lost}/edit").text
    assert field(page, "/data/household")["type"] == "search"
    offered = admin.get(f"{lost}/edit/find?list=households.csv&/data/household=lower").text
    assert f'<option value="{code}">Lower Ford · House A1-014</option>' in offered
    assert offered.count("<option") == 1
    admin.follow(f"{lost}/edit", **{"version": version(admin, lost), "/data/household": code.lower()})
    visit_id = int(lost.rsplit("/", 1)[1])
    assert answers(house, visit_id)["household"] == known[code]
    with house.session() as session:
        assert session.get_one(Submission, visit_id).subject == f"household:{known[code]}"
        assert 12 in [row.round_trip for row in session.execute(TABLES["water"].history.select())]
    assert field(admin.get(f"{lost}/edit").text, "/data/household")["value"] == code


def test_a_household_that_is_not_found_is_said_at_its_field_with_those_that_are_like_it(
    house: House, admin: Desk, lost: str
) -> None:
    sent = {"version": version(admin, lost), "/data/household": "House", "insist": "1"}
    refused = admin.post(f"{lost}/edit", **sent)
    assert refused.status_code == 422
    assert all(code in refused.text for code in households(house))
    assert 'href="#q/data/household"' in refused.text
    assert field(refused.text, "/data/household")["value"] == "House"
    assert "Save all the same" not in refused.text


def test_households_of_other_areas_are_neither_offered_nor_taken(
    house: House, admin: Desk, lost: str
) -> None:
    south = somebody(house, 1, "supervisor", areas=("B2",))
    codes = households(house)
    elsewhere = next(one for one in codes if one.startswith("A1-014"))
    mine = "/p/1/visits/3"
    found = south.get(f"{mine}/edit/find?list=households.csv&q=House").text
    assert elsewhere not in found
    assert found.count("<option") == 1
    assert south.get(f"{lost}/edit/find?list=households.csv&q=House").status_code == 404


def test_an_area_is_chosen_by_its_name_or_code(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    assert field(world.admin.get(f"{at}/edit").text, "/data/area")["value"] == "A1-014"
    world.admin.follow(f"{at}/edit", **{"version": version(world.admin, at), "/data/area": "otterwell"})
    assert answers(world.house, world.north[0])["area"] == "B2-001"


def test_what_would_hold_the_visit_back_is_said_at_its_field_before_it_is_sent(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    typed = {"/data/trip": "abc", "/data/water": "well", "comment": "asked"}
    refused = world.admin.post(f"{at}/edit", version=version(world.admin, at), **typed)
    assert refused.status_code == 422
    assert 'class="error-summary"' in refused.text
    assert '<a href="#q/data/trip">Round trip: This is not a whole number.</a>' in refused.text
    trip = field(refused.text, "/data/trip")
    assert (trip["value"], trip["aria-invalid"]) == ("abc", "true")
    assert '<option value="well" selected' in refused.text
    assert ">asked</textarea>" in refused.text
    assert "Save all the same" in refused.text
    with world.house.session() as session:
        assert session.query(SubmissionVersion).filter_by(submission_id=world.north[0]).count() == 1
    world.admin.follow(f"{at}/edit", version=version(world.admin, at), insist="1", **typed)
    assert answers(world.house, world.north[0])["trip"] == "abc"


def test_what_was_wrong_before_does_not_keep_another_answer_from_being_corrected(world: World) -> None:
    at = f"/p/1/visits/{world.north[1]}"
    sent = {"version": version(world.admin, at), "/data/trip": "soon", "/data/water": "well"}
    assert world.admin.post(f"{at}/edit", **sent).status_code == 303
    assert answers(world.house, world.north[1])["water"] == "well"


def test_a_new_row_asks_for_protected_answers_too_and_old_rows_keep_theirs(world: World) -> None:
    world.house.publish(1, xlsx(KEPT, settings=KEPT_SETTINGS))
    phone = phone_in(world.house, 1, "Walker", ())
    body = "<road>Ford</road><well><colour>red</colour><keeper>K1</keeper></well>"
    assert phone.send(instance("kept", body)).status_code == 201
    with world.house.session() as session:
        visit_id = max(one.id for one in session.query(Submission))
    at = f"/p/1/visits/{visit_id}"
    seen = version(world.admin, at)
    page = world.admin.post(f"{at}/edit", version=seen, row="+/data/well").text
    assert field(page, "/data/well[2]/keeper")["value"] == ""
    assert 'name="/data/well[1]/keeper"' not in page
    assert page.count("protected, stays as it is") == 1
    new = {"/data/well[2]/colour": "blue", "/data/well[2]/keeper": "K2", "/data/well[1]/keeper": "X"}
    world.admin.follow(f"{at}/edit", version=seen, rows="+/data/well", **new)
    assert keepers(world.house, visit_id) == ["K1", "K2"]


def test_a_time_is_shown_in_the_projects_zone_and_stays_as_it_was_where_nothing_is_typed(
    house: House, admin: Desk, lost: str
) -> None:
    visit_id = int(lost.rsplit("/", 1)[1])
    shown = field(admin.get(f"{lost}/edit").text, "/data/when")
    assert (shown["type"], shown["value"]) == ("datetime-local", "2026-11-22T19:52:20")
    sent = {"/data/when": shown["value"], "/data/minutes": "13"}
    admin.follow(f"{lost}/edit", version=version(admin, lost), **sent)
    assert answers(house, visit_id)["when"] == WHEN
    admin.follow(f"{lost}/edit", version=version(admin, lost), **{"/data/when": "2026-11-22T18:05"})
    assert answers(house, visit_id)["when"] == "2026-11-22T18:05:00.000+08:00"


FOLLOWS = """
| type                                | name      | label            | save_to |
| select_one_from_file households.csv | household | Which household? |         |
| select_one_from_file areas.csv      | area      | Area             | area    |
"""


def test_the_household_that_is_updated_is_the_one_chosen_now(house: House, admin: Desk, lost: str) -> None:
    entities = "| list_name | entity_id | update_if |\n| households | ${household} | true() |"
    settings = f"| form_id | form_title | version | namespaces |\n| moves | Moves | 1 | {HH} |"
    house.publish(1, xlsx(FOLLOWS, settings=settings, entities=entities))
    first, second = sorted(households(house).items())
    phone = phone_in(house, 1, "Second phone", ())
    block = (
        '<entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="households" update="1" '
        f'baseVersion="1" id="{first[1]}"/>'
    )
    xml = instance("moves", f"<household>{first[1]}</household>")
    assert phone.send(xml.replace("<orx:meta>", f"<orx:meta>{block}")).status_code == 201
    with house.session() as session:
        visit_id = max(one.id for one in session.query(Submission))
    at = f"/p/1/visits/{visit_id}"
    sent = admin.post(f"{at}/edit", **{"version": version(admin, at), "/data/household": second[0]})
    assert sent.status_code == 303, sent.text
    with house.session() as session:
        assert session.get_one(Submission, visit_id).subject == f"household:{second[1]}"
