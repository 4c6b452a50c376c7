"""Every page and every act once on SQLite and once on PostgreSQL: the queries of pages are the same on both."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.households.tables import Household
from server.ingest.models import Submission
from tests.support.house import House, make_app, xlsx
from tests.web.desk import phone_in, picture, sign_in, somebody, visit, wells, with_areas
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS, enrol


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """An installation with visits and households, on either database."""
    more = {} if request.param == "sqlite" else {"database_url": request.getfixturevalue("postgres_url")}
    house = House(make_app(tmp_path, **more)).admin()
    with_areas(house)
    house.project()
    house.publish(1, wells())
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone 7", ("A1", "B2"))
    sent = phone.send(visit(1, photo="well.jpg"), {"well.jpg": picture()})
    assert sent.status_code == 201, sent.text
    assert phone.send(visit(2, trip="soon")).status_code == 201
    enrol(phone, 1, "A1-014", "public_tap", 10)
    enrol(phone, 2, "A1-014", "protected_well", 40)
    house.work()
    return house


def test_every_page_opens_and_every_act_is_done(filled: House) -> None:
    desk = sign_in(filled)
    with filled.session() as session:
        visits = [one.id for one in session.query(Submission).order_by(Submission.id)]
        codes = [one.code for one in session.query(Household).order_by(Household.code)]
        phone = session.query(Submission).first().submitter_id
    pages = [
        "/",
        "/p/1",
        "/p/1/settings",
        "/p/1/visits?state=received&findings=1&from=2020-01-01&to=2100-01-01&area=1",
        "/p/1/visits?state=held",
        "/p/1/visits?state=bin",
        "/p/1/visits?view=gallery",
        "/p/1/visits?view=map",
        "/p/1/visits.csv?form=1",
        *(f"/p/1/visits/{one}" for one in visits),
        f"/p/1/visits/{visits[0]}/files/well.jpg?size=screen",
        "/p/1/forms",
        "/p/1/forms/wells",
        "/p/1/phones",
        f"/p/1/phones/{phone}",
        "/p/1/phones/cards",
        "/p/1/households?q=a1&due=1&area=1",
        f"/p/1/households/{codes[0]}",
        f"/p/1/households/{codes[0]}/copy",
        "/p/1/tables",
        "/p/1/tables/water",
        "/p/1/tables/water?history=1&since=2020-01-01",
        f"/p/1/tables/water?visit={visits[-1]}",
        "/p/1/tables/household.csv",
        "/p/1/people",
        "/areas",
        "/people?q=ada",
        "/people/1",
        "/audit?kind=nonverbose&from=2020-01-01",
        "/system",
    ]
    scoped = somebody(filled, 1, "manager", areas=("A1",))
    for path in pages:
        for who in (desk, scoped):
            answer = who.get(path)
            answer.get_data()
            allowed = {200} if who is desk else {200, 403, 404}
            assert answer.status_code in allowed, (path, answer.text[:300])
    held = f"/p/1/visits/{visits[1]}"
    acts: list[tuple[str, dict[str, str]]] = [
        (f"{held}/decide", {"state": "approved", "seen": ""}),
        (f"{held}/undo", {"before": "", "seen": "approved"}),
        (f"{held}/decide", {"state": "hasIssues", "seen": "", "comment": "Again, please"}),
        (f"{held}/bin", {}),
        (f"{held}/restore", {}),
        (f"/p/1/households/{codes[0]}/merge", {"other": codes[1]}),
        (f"/p/1/households/{codes[1]}/part", {}),
        (f"/p/1/phones/{phone}/revoke", {}),
        ("/p/1/forms/wells/state", {"state": "closed"}),
        ("/p/1/forms/wells/delete", {}),
    ]
    for path, data in acts:
        assert desk.post(path, **data).status_code == 303, path
