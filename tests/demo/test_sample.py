"""The sample of a first start: small, whole, and quick to be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from server import sample
from server.accounts.models import Phone
from server.areas.models import Area
from server.db import db
from server.forms.models import Form, Project
from server.households.tables import Facility, Household
from server.ingest.models import Attachment, FindingRow, Submission
from tests.support.house import House, make_app


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> House:
    house = House(make_app(tmp_path, database_url=database_url))
    with house.app.app_context():
        assert sample.make(db.session(), house.services) == 1
        db.session.remove()
    return house


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def test_the_sample_has_something_to_look_at_and_no_phone(house: House) -> None:
    with house.session() as session:

        def count(model: type) -> int:
            return int(session.scalar(select(func.count()).select_from(model)))

        assert session.get_one(Project, 1).name == sample.NAME
        levels = dict(session.execute(select(Area.level, func.count()).group_by(Area.level)).all())
        assert levels == {"region": 1, "district": 1, "township": 2, "village": 8}
        states = set(session.scalars(select(Form.state)))
        assert (count(Form), states) == (4, {"open"})
        assert count(Household) == sample.HOUSEHOLDS
        assert count(Facility) >= 3
        assert count(Phone) == 0


def test_everything_in_the_sample_stands_in_the_tables_without_findings(house: House) -> None:
    with house.session() as session:
        assert set(session.scalars(select(Submission.projected))) == {True}
        assert session.scalar(select(func.count()).select_from(FindingRow)) == 0
        assert set(session.scalars(select(Attachment.blob_id.is_(None)))) == {False}


def test_a_household_of_the_sample_can_be_visited_at_once(house: House) -> None:
    house.admin()
    phone = house.phone(1, "household_visit")
    names = phone.get("/forms/household_visit/manifest").text
    assert "households.csv" in names
    at = names[names.index("/attachments/households.csv") :].partition("<")[0]
    listed = phone.get(f"/forms/household_visit{at}").text
    assert listed.count("\n") >= sample.HOUSEHOLDS
