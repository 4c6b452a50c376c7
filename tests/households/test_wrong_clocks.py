"""Bad input 25, clock years off: a time at either end of the calendar is written like any other, and said to be wrong."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from server.ingest.rebuild import rebuild
from server.jobs import Job
from tests.support.town import Town, enrolment
from tests.web.desk import sign_in

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
ENDS = [
    ("9999-06-01T10:00:00.000+08:00", "Asia/Shanghai", date(9999, 6, 1), LAST),
    ("9998-12-31T10:00:00.000+08:00", "Asia/Shanghai", date(9998, 12, 31), LAST),
    ("9999-12-31T23:30:00.000Z", "Pacific/Kiritimati", LAST, LAST),
    ("9999-12-31", "America/Los_Angeles", LAST, LAST),
    ("0001-01-01T00:30:00.000Z", "America/Los_Angeles", FIRST, date(2, 1, 1)),
    ("0001-01-01T00:30:00.000-12:00", "Pacific/Kiritimati", FIRST, date(2, 1, 1)),
    ("0001-01-01", "America/Los_Angeles", FIRST, date(2, 1, 1)),
]


@pytest.mark.parametrize(("told", "zone", "day", "due"), ENDS)
def test_a_visit_at_an_end_of_the_calendar_is_written_as_it_came(
    house: Town, told: str, zone: str, day: date, due: date
) -> None:
    changed = house.api("PATCH", f"/projects/{house.project}", json={"timezone": zone})
    assert changed.status_code == 200, changed.text
    made = house.enrol(when=told, water="surface")
    visit = house.visit(made.household, when=told, water="borehole", rooms="2")
    with house.session() as session:
        assert session.scalars(select(Job.error).where(Job.kind == "project")).all() == []

    def dates() -> list[tuple[date, date, date]]:
        names = ("enrolled_on", "last_visit_on", "next_visit_due")
        return [tuple(row[name] for name in names) for row in house.rows("household")]  # type: ignore[misc]  # three

    assert dates() == [(day, day, due)]
    assert len(house.rows("water", history=True)) == 2
    for instance_id in (made.instance_id, visit):
        assert house.decide(instance_id, "approved").status_code == 200
    with house.session() as session:
        rebuild(session, house.services)
    assert dates() == [(day, day, due)]
    for table in ("visit", "water", "household"):
        for ending in ("", ".csv"):
            read = house.api("GET", f"/monitoring/tables/{table}{ending}?project={house.project}")
            assert read.status_code == 200, read.text


@pytest.mark.parametrize(("told", "zone"), [(told, zone) for told, zone, *_ in ENDS])
def test_such_a_time_is_told_to_whoever_reviews_it_and_its_correction_is_written(
    house: Town, told: str, zone: str
) -> None:
    assert house.api("PATCH", f"/projects/{house.project}", json={"timezone": zone}).status_code == 200
    made = house.enrol(when=told, water="surface")
    findings = house.api("GET", f"{house.at(made.instance_id)}/findings")
    assert findings.status_code == 200
    assert [one["path"] for one in findings.json if "clock" in one["message"]] == ["/data/when"]
    better = enrolment(household=made.household, deprecated=made.instance_id, when="2026-03-01T09:00:00.000Z")
    assert house.phone.send(better.xml).status_code == 201
    assert [row["enrolled_on"] for row in house.rows("household")] == [date(2026, 3, 1)]


@pytest.mark.parametrize(("told", "zone"), [(told, zone) for told, zone, *_ in ENDS])
def test_pages_show_such_a_visit_beside_all_others(house: Town, told: str, zone: str) -> None:
    assert house.api("PATCH", f"/projects/{house.project}", json={"timezone": zone}).status_code == 200
    made = house.enrol(when=told, water="surface")
    visit = house.submission(house.visit(made.household, when=told, water="borehole"))
    assert visit is not None
    (code,) = (row["code"] for row in house.rows("household"))
    desk, place = sign_in(house), f"/p/{house.project}"
    held = ("", "/visits", "/visits.csv", f"/visits/{visit.id}", f"/visits/{visit.id}/edit")
    for page in (
        *held,
        "/households",
        "/households/.csv",
        f"/households/{code}",
        "/tables/water",
        "/tables/visit",
    ):
        shown = desk.get(place + page)
        assert shown.status_code == 200, page
