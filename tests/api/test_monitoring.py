"""The monitoring tables over REST, on both databases."""

from __future__ import annotations

import csv
import io

import pytest

from server.households import merge
from tests.api.conftest import Person, refused
from tests.api.test_submissions import POINT, join
from tests.support.town import Town


@pytest.fixture
def admin(house: Town) -> Person:
    return Person(house.client, 1, house.token)


def test_tables_say_their_columns_units_and_rows(house: Town, admin: Person) -> None:
    house.enrol(water="borehole", minutes="20")
    tables = {one["name"]: one for one in admin.get("/monitoring/tables").get_json()}
    assert {"household", "visit", "water", "housing", "need", "facility", "inspection"} <= set(tables)
    trip = next(column for column in tables["water"]["columns"] if column["name"] == "round_trip")
    assert (trip["type"], trip["unit"]) == ("i", "min")
    assert trip["label"]
    assert (tables["household"]["rows"], tables["water"]["rows"], tables["facility"]["rows"]) == (1, 1, 0)


def test_a_current_row_carries_where_and_when_it_comes_from(house: Town, admin: Person) -> None:
    made = house.enrol(water="borehole", minutes="20")
    answer = admin.get("/monitoring/tables/water").get_json()
    assert answer["next"] is None
    (row,) = answer["rows"]
    assert (row["source"], row["round_trip"]) == ("borehole", 20)
    assert (row["project"], row["area"], row["submission"]) == (house.project, "A1-014", made.instance_id)
    assert row["household"].startswith("A1-014-")
    assert row["observed_at"] == "2026-03-01T02:00:00.000Z"
    assert {"id", "path"} <= set(row)


def test_a_current_household_says_which_entity_it_is_and_where_it_was_said(
    house: Town, admin: Person
) -> None:
    made, other = house.enrol(dwelling=POINT), house.enrol(area="B2")
    visit = house.visit(made.household, water="surface")  # moves the date of the last visit
    at = "/monitoring/tables/household"
    current = {one["uuid"]: one for one in admin.get(at).get_json()["rows"]}
    past = {one["submission"]: one for one in admin.get(f"{at}?history=1").get_json()["rows"]}
    for of, said in ((made, visit), (other, other.instance_id)):
        row = current[of.household]
        assert (row["submission"], row["merged_into"]) == (said, None)
        for name in ("id", "project", "area", "household", "path", "observed_at"):
            assert row[name] == past[said][name]
    written = admin.get(f"{at}.csv").get_data(as_text=True)
    by_uuid = {one["uuid"]: one for one in csv.DictReader(io.StringIO(written))}
    row = by_uuid[made.household]
    assert (row["id"], row["submission"]) == (str(current[made.household]["id"]), visit)
    assert row["observed_at"] == "2026-04-01T02:00:00.000Z"


def test_a_merged_household_names_the_one_that_it_became(house: Town, admin: Person) -> None:
    kept, gone = house.enrol(water="borehole"), house.enrol(water="surface")
    with house.session() as session:
        merge.merge(session, house.services, kept.household, gone.household, actor_id=1)
    rows = {one["uuid"]: one for one in admin.get("/monitoring/tables/household").get_json()["rows"]}
    assert rows[gone.household]["merged_into"] == kept.household
    assert rows[kept.household]["merged_into"] is None


@pytest.mark.parametrize("table", ["household", "water", "need"])
def test_ids_and_paths_are_the_same_in_current_rows_and_in_history(
    house: Town, admin: Person, table: str
) -> None:
    made = house.enrol(water="borehole", needs=("clinic", "school"))
    house.enrol(water="surface", needs=("school",), area="B2")
    house.visit(made.household, water="surface")
    past = admin.get(f"/monitoring/tables/{table}?history=1").get_json()["rows"]
    places = {one["id"]: (one["submission"], one["path"]) for one in past}
    current = admin.get(f"/monitoring/tables/{table}").get_json()["rows"]
    assert current
    for one in current:
        assert places[one["id"]] == (one["submission"], one["path"])


def test_history_has_every_row_that_stands_with_its_path_and_pages_by_cursor(
    house: Town, admin: Person
) -> None:
    made = house.enrol(water="borehole", minutes="20")
    house.visit(made.household, water="surface", minutes="50")
    path = "/monitoring/tables/water?history=1&limit=1"
    first = admin.get(path).get_json()
    second = admin.get(path + "&cursor=" + first["next"]).get_json()
    assert [row["source"] for row in first["rows"] + second["rows"]] == ["borehole", "surface"]
    assert second["next"] is None
    assert first["rows"][0]["path"].startswith("/data")
    assert first["rows"][0]["id"] != second["rows"][0]["id"]
    assert [row["source"] for row in admin.get("/monitoring/tables/water").get_json()["rows"]] == ["surface"]
    assert admin.get("/monitoring/tables/water?history=1&since=2100-01-01").get_json()["rows"] == []
    assert (
        len(admin.get("/monitoring/tables/water?history=1&since=2020-01-01T00:00:00Z").get_json()["rows"])
        == 2
    )


def test_an_empty_cursor_is_the_first_page_s(house: Town, admin: Person) -> None:
    made = house.enrol(water="borehole")
    (row,) = admin.get("/monitoring/tables/water?cursor=").get_json()["rows"]
    assert row["submission"] == made.instance_id


def test_rows_of_a_repeat_are_rows(house: Town, admin: Person) -> None:
    house.enrol(needs=("clinic", "school"))
    rows = admin.get("/monitoring/tables/need").get_json()["rows"]
    assert [row["service"] for row in rows] == ["clinic", "school"]
    assert len({row["id"] for row in rows}) == 2


def test_exact_points_and_contacts_need_the_right_and_a_reason(house: Town, admin: Person) -> None:
    house.enrol(dwelling=POINT, contact="the green door")
    path = f"/monitoring/tables/household?project={house.project}"
    (row,) = admin.get(path).get_json()["rows"]
    assert (row["dwelling_lat"], row["dwelling_lon"], row["dwelling_accuracy"], row["contact"]) == (
        51.51,
        -2.25,
        None,
        None,
    )
    (row,) = admin.get(path, headers={"X-Reason": "asked for a call"}).get_json()["rows"]
    assert (row["dwelling_lat"], row["dwelling_accuracy"], row["contact"]) == (
        51.50741,
        4.0,
        "the green door",
    )
    acts = admin.get("/audits?action=protected.read").get_json()
    assert [(one["acteeId"], one["details"]["reason"]) for one in acts] == [
        ("table:household", "asked for a call")
    ]
    viewer = join(house, "chelsea", "viewer")
    refused(viewer.get(path, headers={"X-Reason": "curious"}), "403.63")
    assert "green door" not in viewer.get(path).get_data(as_text=True)


def test_the_csv_has_the_same_rows_whole(house: Town, admin: Person) -> None:
    made = house.enrol(water="borehole", minutes="20", dwelling=POINT)
    house.enrol(water="surface")
    answer = admin.get("/monitoring/tables/water.csv?history=1")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="water.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["source"] for row in rows] == ["borehole", "surface"]
    assert rows[0]["submission"] == made.instance_id
    assert rows[0]["observed_at"] == "2026-03-01T02:00:00.000Z"
    assert "51.50741" not in admin.get("/monitoring/tables/household.csv").get_data(as_text=True)


def test_one_sees_the_rows_of_ones_areas_and_projects_only(house: Town, admin: Person) -> None:
    house.enrol(area="A1-014", water="borehole")
    house.enrol(area="A1-015", water="surface")
    supervisor = join(house, "chelsea", "supervisor", "A1-014")
    assert [row["source"] for row in supervisor.get("/monitoring/tables/water").get_json()["rows"]] == [
        "borehole"
    ]
    assert "surface" not in supervisor.get("/monitoring/tables/water.csv").get_data(as_text=True)
    counted = {one["name"]: one["rows"] for one in supervisor.get("/monitoring/tables").get_json()}
    assert counted["water"] == 1
    assert [
        row["source"] for row in admin.get("/monitoring/tables/water?area=A1-015").get_json()["rows"]
    ] == ["surface"]
    assert len(admin.get("/monitoring/tables/water?area=A1").get_json()["rows"]) == 2
    refused(supervisor.get("/monitoring/tables/water?area=A1-015"), "404.1")
    refused(supervisor.get(f"/monitoring/tables/water?project={house.elsewhere}"), "403.1")
    refused(join(house, "dana", "designer").get("/monitoring/tables"), "403.1")
    refused(join(house, "eve", "formfill").get("/monitoring/tables/water"), "403.1")


@pytest.mark.parametrize("query", ["", "?history=1"])
def test_rows_of_a_project_in_the_bin_are_not_shown_without_naming_one(
    house: Town, admin: Person, query: str
) -> None:
    manager = join(house, "flora", "manager")
    house.enrol(water="borehole")
    for who in (admin, manager):
        assert len(who.get(f"/monitoring/tables/water{query}").get_json()["rows"]) == 1
    assert admin.delete(f"/projects/{house.project}").status_code == 200
    assert admin.get(f"/monitoring/tables/water{query}").get_json()["rows"] == []
    assert len(admin.get(f"/monitoring/tables/water.csv{query}").text.splitlines()) == 1
    assert {one["rows"] for one in admin.get("/monitoring/tables").get_json()} == {0}
    for path in ("", "/water", "/water.csv"):
        refused(manager.get(f"/monitoring/tables{path}{query}"), "403.1")
    refused(admin.get(f"/monitoring/tables/water?project={house.project}"), "404.1")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("/nothing", "404.1"),
        ("/nothing.csv", "404.1"),
        ("/water?project=999", "404.1"),
        ("/water?project=99999999999999999999", "404.1"),
        ("/water?project=-1", "404.1"),
        ("/water?project=x", "400.11"),
        ("/water?area=nowhere", "404.1"),
        ("/water?area=' or 1=1 --", "404.1"),
        ("/water?since=yesterday", "400.11"),
        ("/water?cursor=x", "400.41"),
        ("/water?cursor=[1,2,3]", "400.41"),
        ("/water?limit=x", "400.11"),
        ("/water?limit=-1", "400.8"),
    ],
)
def test_what_cannot_be_asked_is_refused(house: Town, admin: Person, query: str, code: str) -> None:
    refused(admin.get(f"/monitoring/tables{query}"), code)
