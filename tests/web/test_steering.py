"""The shipped form asks where one is and which households a phone is to list: such answers tell nothing of the household, and stand apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from server import sample
from server.db import db
from server.forms.models import FormVersion
from server.ingest.models import Submission
from server.ingest.plan import plan_of
from server.web.visits.steering import steering
from tests.support.house import House, make_app
from tests.web.desk import sign_in


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample project."""
    house = House(make_app(Path(tmp_path_factory.mktemp("steering")))).admin()
    with house.app.app_context():
        sample.make(db.session(), house.services)
    return house


def test_only_the_questions_that_shorten_a_list_are_such(samples: House) -> None:
    with samples.session() as session:
        versions = session.execute(select(FormVersion.id, FormVersion.title)).all()
        found = {title.split(" ·")[0]: steering(plan_of(session, version)) for version, title in versions}
    assert {path.rpartition("/")[2] for path in found["Household visit"]} == {"area", "which"}
    assert found["Household enrolment"] == frozenset()


def test_their_answers_are_folded_away_below_the_others(samples: House) -> None:
    desk = sign_in(samples)
    with samples.session() as session:
        visits = [one.id for one in session.query(Submission).order_by(Submission.id)]
    pages = [desk.get(f"/p/1/visits/{one}").text for one in visits]
    asked = [page for page in pages if "Which households do you want to see?" in page]
    assert asked
    for page in asked:
        folded = re.search(
            r"<details[^>]*><summary>2 answers that only shortened a list</summary>.*?</details>", page, re.S
        )
        assert folded is not None
        assert "Which households do you want to see?" in folded[0]
        assert page.count("Which households do you want to see?") == 1
