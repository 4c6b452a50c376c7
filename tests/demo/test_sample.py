"""The sample of a first start: small, whole, and quick to be made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from server import sample
from server.accounts.models import Phone
from server.areas.models import Area
from server.db import db
from server.forms.models import Form, Project
from server.households.tables import Facility, Household
from server.ingest.models import Attachment, FindingRow, Submission
from tests.demo.conftest import close
from tests.support.house import House, make_app
from tests.tools.postgres import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A first start's installation, made once on each database."""
    folder = tmp_path_factory.mktemp("sample")
    server: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = "" if server is None else server.fresh()
    house = House(make_app(folder, database_url=url))
    with house.app.app_context():
        assert sample.make(db.session(), house.services) == 1
        db.session.remove()
    yield house
    close(house.app)
    if server is not None:
        server.drop(url)


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
