"""Households and tables as pages: what is known and from when, the reader's areas, merging and its undoing, downloads."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from server.accounts.models import Audit
from server.areas.importing import import_areas
from server.forms.models import Project
from server.households.tables import TABLES, Household
from server.ingest.models import Submission
from tests.support.house import House, Phone, instance, xlsx
from tests.web.desk import Desk, phone_in, picture, somebody, with_areas

ENROLMENT = """
| type                                | name     | label            | bind::hh:column    | calculation                | save_to  |
| select_one_from_file areas.csv      | area     | Area             | household.area     |                            | area     |
| geopoint                            | dwelling | Dwelling         | household.dwelling |                            | dwelling |
| integer                             | trip     | Round trip       | water.round_trip   |                            |          |
| select_one source                   | water    | Main source      | water.source       |                            |          |
"""
CHOICES = """
| list_name | name           | label      |
| source    | public_tap     | Public tap |
| source    | protected_well | Dug well   |
"""
SETTINGS = """
| form_title | form_id | version | namespaces                   |
| Enrolment  | enrol   | 1       | hh="urn:fieldfare:household" |
"""
ENTITIES = """
| list_name  | label                      |
| households | concat("House ", ${area})  |
"""


def enrol(
    phone: Phone, number: int, area: str, water: str, trip: int, *, photo: str = "", more: str = ""
) -> None:
    """Send an enrolment that makes a household; `photo` where the form asks for one of the tap, `more` answers of others."""
    entity = f"{number:08d}-0000-4000-8000-00000000000{number}"
    body = f"<area>{area}</area><dwelling>31.20503 121.40231 4 6</dwelling><trip>{trip}</trip><water>{water}</water>"
    body += (f"<tap>{photo}</tap>" if photo else "") + more
    meta = (
        f'<entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="households" create="1" id="{entity}">'
        f"<label>House {area}</label></entity>"
    )
    xml = (
        instance("enrol", body)
        .replace("</orx:meta>", "</orx:meta>")
        .replace("<orx:meta>", f"<orx:meta>{meta}")
    )
    sent = phone.send(xml, {photo: picture()} if photo else ())
    assert sent.status_code == 201, sent.text


@pytest.fixture
def panel(house: House, admin: Desk) -> list[str]:
    """Two households in the north, one in the south; their codes."""
    with_areas(house)
    house.project()
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone", ("A1", "B2"))
    enrol(phone, 1, "A1-014", "public_tap", 10)
    enrol(phone, 2, "A1-014", "protected_well", 40)
    enrol(phone, 3, "B2-001", "public_tap", 5)
    house.work()
    with house.session() as session:
        return [one.code for one in session.query(Household).order_by(Household.code)]


def test_households_are_listed_by_code_within_the_readers_areas(
    house: House, admin: Desk, panel: list[str]
) -> None:
    page = admin.get("/p/1/households").text
    assert "3 households" in page
    assert all(code in page for code in panel)
    south = somebody(house, 1, "supervisor", areas=("B2",))
    theirs = south.get("/p/1/households").text
    assert "1 household" in theirs
    assert panel[0] not in theirs
    assert south.get(f"/p/1/households/{panel[0]}").status_code == 404


def test_a_household_shows_what_is_known_with_its_source_and_hides_the_exact_place(
    house: House, admin: Desk, panel: list[str]
) -> None:
    page = admin.get(f"/p/1/households/{panel[0]}").text
    assert "Public tap" in page
    assert "Round trip" in page
    assert re.search(r'/p/1/visits/\d+">the visit', page)
    assert "31.20503" not in page
    assert admin.post(f"/p/1/households/{panel[0]}/exact", reason="").status_code == 422
    assert "31.20503" in admin.post(f"/p/1/households/{panel[0]}/exact", reason="Mend the roof").text
    with house.session() as session:
        act = session.query(Audit).filter(Audit.action == "protected.read").one()
        assert act.details["code"] == panel[0]


@pytest.mark.parametrize(
    ("language", "owned"),
    [
        ("en", "Television; Mobile phone, simple; Bicycle"),
        ("zh", "电视机；普通手机（非智能）；自行车"),
        ("ar", "تلفزيون؛ هاتف محمول بسيط؛ دراجة"),
    ],
)
def test_what_a_household_owns_can_be_told_apart(
    house: House, admin: Desk, language: str, owned: str
) -> None:
    """A choice's label may hold a comma of its own."""
    with_areas(house)
    house.project()
    survey = ENROLMENT + "| select_multiple asset | owned | Owned | assets.owned | | |\n"
    choices = CHOICES + "".join(
        f"| asset | {name} | {name} |\n" for name in ("television", "phone", "bicycle")
    )
    house.publish(1, xlsx(survey, choices=choices, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone", ("A1",))
    enrol(phone, 1, "A1-014", "public_tap", 10, more="<owned>television phone bicycle</owned>")
    house.work()
    with house.session() as session:
        code = session.scalars(select(Household.code)).one()
    admin.post("/language", language=language, next="/")
    assert owned in admin.get(f"/p/1/households/{code}").text
    assert owned in admin.get(f"/p/1/households/{code}/copy").text


def test_a_household_that_is_not_confirmed_says_why(house: House, admin: Desk, panel: list[str]) -> None:
    with house.session() as session:
        made = session.scalars(select(Household.created_by).where(Household.code == panel[0])).one()
    at, page = f"/p/1/visits/{made}", f"/p/1/households/{panel[0]}"
    admin.post(f"{at}/decide", state="rejected", seen="", comment="No dwelling stands there")
    assert "Its enrolment was rejected" in admin.get(page).text
    admin.post(f"{at}/bin")
    assert "Its enrolment lies in the bin" in admin.get(page).text
    with house.session() as session:
        assert session.query(Household).filter(Household.code == panel[0]).one().confirmed is False


def test_a_finding_about_an_entry_of_a_list_is_named_in_words(
    house: House, admin: Desk, panel: list[str]
) -> None:
    enrol(phone_in(house, 1, "Second", ("A1",)), 1, "A1-014", "public_tap", 5)
    with house.session() as session:
        newest = session.scalars(select(Submission.id).order_by(Submission.id.desc())).first()
    page = admin.get(f"/p/1/visits/{newest}").text
    assert "Entry in a list" in page
    assert ">entity<" not in page


def test_the_households_own_copy_is_whole_only_with_a_reason(
    house: House, admin: Desk, panel: list[str]
) -> None:
    at = f"/p/1/households/{panel[0]}/copy"
    assert "31.20503" not in admin.get(at).text
    assert "Contact and exact point are left out" in admin.get(at).text
    assert "31.20503" in admin.post(at, reason="Asked for at a visit").text
    viewer = somebody(house, 1, "viewer")
    assert viewer.get(at).status_code == 200
    assert viewer.post(at, reason="curious").status_code == 403


def test_two_enrolments_of_one_dwelling_become_one_and_two_again(
    house: House, admin: Desk, panel: list[str]
) -> None:
    keep, gone = panel[0], panel[1]
    merged = admin.follow(f"/p/1/households/{keep}/merge", other=gone.lower()).text
    assert f"{gone} is a part of {keep} now" in merged
    assert "Became part of it" in merged
    assert "This is the same dwelling as" in admin.get(f"/p/1/households/{gone}").text
    assert admin.post(f"/p/1/households/{keep}/merge", other=gone).status_code == 409
    parted = admin.follow(f"/p/1/households/{gone}/part").text
    assert "a household of its own again" in parted
    viewer = somebody(house, 1, "viewer")
    assert viewer.post(f"/p/1/households/{keep}/merge", other=gone).status_code == 403


def test_tables_show_rows_with_units_labels_and_codebook(house: House, admin: Desk, panel: list[str]) -> None:
    assert "Drinking water" in admin.get("/p/1/tables").text
    page = admin.get("/p/1/tables/water").text
    assert "Public tap or standpipe" in page
    assert '<span class="unit">min</span>' in page
    assert "Codebook" in page
    assert "No row yet" in admin.get("/p/1/tables/sanitation").text
    assert admin.get("/p/1/tables/nothing").status_code == 404
    south = somebody(house, 1, "viewer", areas=("B2",)).get("/p/1/tables/water").text
    assert panel[2] in south
    assert panel[0] not in south


def test_a_tables_download_holds_codes_and_no_exact_point(
    house: House, admin: Desk, panel: list[str]
) -> None:
    rows = list(
        csv.DictReader(io.StringIO(admin.get("/p/1/tables/household.csv").get_data().decode("utf-8-sig")))
    )
    assert {row["dwelling_lat"] for row in rows} == {"31.21"}
    history = admin.get("/p/1/tables/water.csv?history=1").get_data().decode("utf-8-sig")
    assert "protected_well" in history
    assert len(history.strip().splitlines()) == 4


def test_the_kept_household_lists_the_visits_of_the_one_that_became_part_of_it(
    house: House, admin: Desk, panel: list[str]
) -> None:
    keep, gone = panel[0], panel[1]
    theirs = visits_of(admin, gone)
    admin.follow(f"/p/1/households/{keep}/merge", other=gone)
    assert theirs < visits_of(admin, keep)
    admin.follow(f"/p/1/households/{gone}/part")
    assert visits_of(admin, gone) == theirs
    assert theirs.isdisjoint(visits_of(admin, keep))


def visits_of(desk: Desk, code: str) -> set[str]:
    """Numbers of the visits that a household's page links to."""
    found = set(re.findall(r"/p/1/visits/(\d+)", desk.get(f"/p/1/households/{code}").text))
    assert found
    return found


def test_what_an_old_visit_wrote_is_found_below_hundreds_of_newer_ones(
    house: House, admin: Desk, panel: list[str]
) -> None:
    (old,) = visits_of(admin, panel[0])
    with house.session() as session:
        history = TABLES["water"].history
        one = session.execute(select(history).where(history.c.submission_id == int(old))).one()._asdict()
        newer = [
            {**one, "id": one["id"] + 1000 + more, "submission_id": 1000 + more, "submission": f"uuid:{more}"}
            for more in range(250)
        ]
        session.execute(insert(history), newer)
    assert panel[0] in admin.get(f"/p/1/tables/water?visit={old}").text


def test_what_one_visit_wrote(house: House, admin: Desk, panel: list[str]) -> None:
    address = re.search(r'/p/1/visits/(\d+)">the visit', admin.get(f"/p/1/households/{panel[1]}").text)
    assert address is not None
    page = admin.get(f"/p/1/tables/water?visit={address[1]}").text
    assert panel[1] in page
    assert panel[0] not in page


def test_a_table_is_cut_to_the_area_that_is_typed(admin: Desk, panel: list[str]) -> None:
    for path in ("/p/1/tables/water", "/p/1/tables/water.csv"):
        north = admin.get(f"{path}?place=North").text
        assert [code in north for code in panel] == [True, True, False]
        assert [code in admin.get(f"{path}?place=Nowhere").text for code in panel] == [False] * 3


def test_a_household_in_a_table_leads_to_its_page(admin: Desk, panel: list[str]) -> None:
    page = admin.get("/p/1/tables/water").text
    links = re.findall(r'href="(/p/1/households/[^"]+)"', page)
    assert {link.rpartition("/")[2] for link in links} == set(panel)
    assert {admin.get(link).status_code for link in links} == {200}


def csv_codes(desk: Desk, query: str) -> set[str]:
    """The codes in the file that the list of households offers under this filter."""
    page = desk.get(f"/p/1/households?{query}").text
    address = re.search(r'href="([^"]*\.csv[^"]*)"', page)
    assert address is not None
    text = desk.get(address[1].replace("&amp;", "&")).get_data().decode("utf-8-sig")
    return {row["household"] for row in csv.DictReader(io.StringIO(text))}


def test_the_file_of_households_holds_those_of_the_filter(
    house: House, admin: Desk, panel: list[str]
) -> None:
    with house.session() as session:
        first, second, _south = session.query(Household).order_by(Household.code)
        first.next_visit_due = second.next_visit_due = date(2020, 1, 1)
        second.status = "moved_away"
    assert csv_codes(admin, "") == set(panel)
    assert csv_codes(admin, "place=South") == {panel[2]}
    assert csv_codes(admin, f"q={panel[0][-5:]}&status=") == {panel[0]}
    assert csv_codes(admin, "status=moved_away") == {panel[1]}
    assert csv_codes(admin, "due=1") == {panel[0]}
    south = somebody(house, 1, "viewer", areas=("B2",))
    assert csv_codes(south, "") == {panel[2]}


def test_a_visit_is_due_when_its_day_begins_where_the_project_is(
    house: House, admin: Desk, panel: list[str]
) -> None:
    """Either end of the world has another day than Greenwich now."""
    now = datetime.now(UTC)
    zone = "Pacific/Kiritimati" if now.hour >= 10 else "Pacific/Pago_Pago"
    there = now.astimezone(ZoneInfo(zone)).date()
    assert there != now.date()
    with house.session() as session:
        session.get_one(Project, 1).timezone = zone
        session.query(Household).filter(Household.code == panel[0]).one().next_visit_due = max(
            there, now.date()
        )
    due = there > now.date()
    page = admin.get(f"/p/1/households/{panel[0]}").text
    assert ("due since" in page) is due
    assert (panel[0] in admin.get("/p/1/households?due=1").text) is due
    assert ("1 due" in admin.get("/p/1").text) is due


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2099, 1, 1)])
@pytest.mark.parametrize("status", ["left_panel", "moved_away", "not_found", "merged"])
def test_a_household_that_is_not_to_be_visited_is_not_called_due(
    house: House, admin: Desk, panel: list[str], status: str, day: date
) -> None:
    """Its row keeps the day of its last visit; the phone offers it no more."""
    with house.session() as session:
        gone, stays, _south = session.query(Household).order_by(Household.code)
        gone.status, gone.next_visit_due, stays.next_visit_due = status, day, day
    told = "due since" if day.year == 2020 else "next from"
    assert admin.get(f"/p/1/households?status={status}").text.count(told) == 0
    assert told not in admin.get(f"/p/1/households/{panel[0]}").text
    assert told in admin.get(f"/p/1/households/{panel[1]}").text
    assert "Next visit due" not in admin.get(f"/p/1/households/{panel[0]}/copy").text
    assert "Next visit due" in admin.get(f"/p/1/households/{panel[1]}/copy").text
    overdue = {panel[1]} if day.year == 2020 else set()
    assert csv_codes(admin, "due=1") == overdue
    assert ("1 due" in admin.get("/p/1").text) is bool(overdue)
    assert "2 due" not in admin.get("/p/1").text


def test_the_panel_is_offered_once_and_the_default_says_what_it_shows(admin: Desk, panel: list[str]) -> None:
    page = admin.get("/p/1/households").text
    status = re.search(r'<select[^>]*name="status".*?</select>', page, re.S)
    assert status is not None
    offered = re.findall(r"<option[^>]*>([^<]*)</option>", status[0])
    assert len(set(offered)) == len(offered)
    assert offered[0] == "All but merged"


def test_a_household_that_became_part_of_another_says_nothing_of_its_own_visits(
    admin: Desk, panel: list[str]
) -> None:
    admin.follow(f"/p/1/households/{panel[0]}/merge", other=panel[1])
    page = admin.get(f"/p/1/households/{panel[1]}").text
    assert "what is known stands there" in page
    assert "not visited yet" not in page
    assert "Nothing is known yet" not in page


SQUARE = "POLYGON ((121 31, 122 31, 122 32, 121 32, 121 31))"


def test_the_map_of_visits_draws_the_districts_that_are_there(
    house: House, admin: Desk, panel: list[str]
) -> None:
    with house.session() as session:
        rows = f'code,name,parent,boundary\nA1,North,,"{SQUARE}"\nB2,South,,"{SQUARE}"\n'
        rows += f'A1-014,Lower Ford,A1,"{SQUARE}"\n'
        import_areas(session, house.services.keys, rows.encode(), actor_id=None)
    page = admin.get("/p/1/visits?view=map").text
    drawn = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page, re.S)[0])
    assert [one["label"] for one in drawn if "shape" in one] == ["North", "South"]
    assert len([one for one in drawn if "lat" in one]) == len(panel)
    key = page.split('<ul class="map-key">')[1].split("</ul>")[0]
    marks = {one["kind"] for one in drawn}
    assert set(re.findall(r'class="map-point map-(\w+)"', key)) == marks
    assert "boundary of an area" in key
