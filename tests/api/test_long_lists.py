"""Lists of tens of thousands over REST: sent as they are read, the same bytes as a short one, on both databases."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from server.accounts.models import Audit
from server.db import utcnow
from server.ingest.models import Submission, SubmissionVersion
from tests.api.conftest import Person
from tests.api.test_bodies import out
from tests.api.test_submissions import join, of, sent
from tests.support.statements import statements
from tests.support.town import Town

MB = 1_000_000
ACT = {"actor_id": 1, "action": "user.update", "actee": "actor:1", "details": None, "at": utcnow()}


@pytest.fixture
def admin(house: Town) -> Person:
    return Person(house.client, 1, house.token)


def many(house: Town, number: int, area_id: int | None = None) -> None:
    """Copies of one note, of 5 kB each, as they would stand if so many had been sent."""
    sent(house)
    with house.session() as session:
        one = session.scalars(select(Submission)).one()
        version = session.get_one(SubmissionVersion, one.version_id)
        rows, versions = (
            {column.name: getattr(row, column.name) for column in type(row).__table__.columns}
            for row in (one, version)
        )
        versions |= {"xml": bytes(3000), "answers": {"village": "x" * 2000}}
        ids = range(1000, 1000 + number)
        session.execute(
            insert(SubmissionVersion),
            [{**versions, "id": i, "submission_id": one.id, "instance_id": f"uuid:{i}"} for i in ids],
        )
        changes = {} if area_id is None else {"area_id": area_id}
        session.execute(
            insert(Submission),
            [{**rows, **changes, "id": i, "version_id": i, "instance_id": f"uuid:{i}"} for i in ids],
        )


def asked(who: Person, path: str, *, extended: bool = False) -> TestResponse:
    """An answer whose body is not read yet."""
    return who.request("GET", path, extended=extended, buffered=False)


@pytest.mark.parametrize("extended", [False, True])
def test_a_long_list_has_the_bytes_of_its_pages(house: Town, admin: Person, extended: bool) -> None:
    many(house, 1204)
    at = of(house, "note")
    whole = admin.get(at, extended=extended)
    assert whole.content_type == "application/json; charset=utf-8"
    assert [one["instanceId"] for one in whole.get_json()[:-1]] == [f"uuid:{i}" for i in range(2203, 999, -1)]
    pages = [admin.get(f"{at}?limit=400&offset={n}", extended=extended).text for n in range(0, 1600, 400)]
    assert [len(json.loads(page)) for page in pages] == [400, 400, 400, 5]
    assert whole.text == "[" + ",".join(page[1:-1] for page in pages) + "]"
    assert ("submitter" in whole.get_json()[0]["currentVersion"]) is extended


def test_limit_and_offset_hold_across_the_pages_that_are_read(house: Town, admin: Person) -> None:
    many(house, 1204)
    at = of(house, "note")

    def ids(query: str) -> list[str]:
        return [one["instanceId"] for one in admin.get(at + query).get_json()]

    whole = ids("")
    for limit, offset in ((1100, 50), (500, 0), (1000, 204), (501, 704), (2000, 1204), (0, 3), (5, 5000)):
        assert ids(f"?limit={limit}&offset={offset}") == whole[offset : offset + limit], (limit, offset)
    assert ids("?offset=3") == whole[3:]
    assert ids("?deleted=true") == []


def test_a_long_list_is_sent_with_flat_memory_and_gives_its_connection_back(
    house: Town, admin: Person
) -> None:
    many(house, 6000)
    asked(admin, of(house, "note"), extended=True).close()  # what is made once is not counted
    tracemalloc.start()
    try:
        answer = asked(admin, of(house, "note"), extended=True)
        length = sum(map(len, answer.iter_encoded()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    answer.close()
    assert length > 4 * MB
    assert peak < 12 * MB  # the rows alone would be three times that


def test_a_list_that_is_being_sent_holds_no_connection(house: Town, admin: Person) -> None:
    many(house, 2000)
    answer = asked(admin, of(house, "note"))
    chunks = answer.iter_encoded()
    held = []
    for _ in chunks:
        held.append(out(house.app))
    answer.close()
    assert len(held) == 6
    assert not any(held)
    assert out(house.app) == 0


@pytest.mark.parametrize("path", ["/monitoring/tables/water.csv", "/audits"])
def test_what_was_sent_as_it_was_read_leaves_no_connection_in_use(
    house: Town, admin: Person, path: str
) -> None:
    with house.session() as session:
        session.execute(insert(Audit), [ACT] * 1200)
    for _ in range(2):
        asked(admin, path).close()  # given up before it began
        answer = asked(admin, path)
        next(iter(answer.iter_encoded()))
        answer.close()
        assert out(house.app) == 0
        assert admin.get(path).status_code == 200
        assert out(house.app) == 0


def test_a_list_within_areas_shows_nothing_of_others(house: Town, admin: Person) -> None:
    many(house, 1100)
    outside = join(house, "dora", "supervisor", "A1-014")
    assert outside.get(of(house, "note")).get_json() == []


def test_a_list_reads_neither_xml_nor_answers(house: Town, admin: Person) -> None:
    many(house, 700)
    with statements(house.app, "read") as seen:
        assert len(admin.get(of(house, "note"), extended=True).get_json()) == 701
    assert [one for one in seen if "submission_version" in one]
    assert not [one for one in seen if "xml," in one or ".answers" in one or ".protected" in one]


def test_a_long_audit_log_has_the_bytes_of_its_pages(house: Town, admin: Person) -> None:
    with house.session() as session:
        session.execute(insert(Audit), [ACT] * 1200)
    whole = admin.get("/audits", extended=True)
    number = len(whole.get_json())
    assert number > 1200
    pages = [admin.get(f"/audits?limit=450&offset={n}", extended=True).text for n in range(0, number, 450)]
    assert whole.text == "[" + ",".join(page[1:-1] for page in pages) + "]"
    assert len(asked(admin, "/audits").get_json()) == number
