"""A household that refuses to be enrolled: the visit is kept, with its area and outcome, and nothing else. Both databases."""

from __future__ import annotations

from typing import Any

from server.areas.models import Area
from server.entities.models import Entity
from server.households import reading
from server.households.reading import Asked
from server.households.tables import Household
from server.ingest.models import FindingRow, Submission
from server.ingest.rebuild import rebuild
from tests.households.test_doors import give
from tests.ingest.test_rebuild import values
from tests.support.house import instance, xlsx
from tests.support.town import HH, Town, new_id

ASKS = xlsx(
    """
    type           | name    | label::English (en) | bind::hh:column | relevant | save_to
    select_one_from_file areas.csv | area | Which village? | household.area | |
    dateTime       | when    | When was it?        | visit.observed_at | |
    select_one yn  | consent | Does it take part?  | | |
    select_one out | outcome | How did it end?     | visit.outcome | |
    geopoint       | point   | Where are you?      | visit.point | |
    text           | contact | How can it be reached? | household.contact | |
    integer        | minutes | Minutes there and back | water.round_trip | |
    """,
    choices="""
    list_name | name      | label::English (en)
    yn        | yes       | Yes
    yn        | no        | No
    out       | completed | Completed
    out       | refused   | Refused
    """,
    entities="""
    list_name  | label                              | create_if
    households | substr(/data/meta/entity/@id, 32, 36) | ${consent} = 'yes'
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    asks    | Asks       | 1       | English (en)     | {HH}
    """,
)
UUID = "7d9c2b52-3f0a-4a83-9f6a-0f8c2b7de0"


def asked(house: Town) -> None:
    house.publish(house.project, ASKS)
    give(house, house.project, "asks", "all")


def sent(
    house: Town, own: str, *, consent: str = "no", number: str = "11", old: str | None = None, more: str = ""
) -> None:
    outcome = "completed" if consent == "yes" else "refused"
    body = (
        "<area>A1-014</area><when>2026-03-01T10:00:00.000+08:00</when>"
        f"<consent>{consent}</consent><outcome>{outcome}</outcome>{more}"
    )
    create = "1" if consent == "yes" else ""
    block = (
        f'<entity dataset="households" id="{UUID}{number}" create="{create}"><label>{number}</label></entity>'
    )
    xml = instance("asks", body, instance_id=own, deprecated=old)
    answer = house.phone.send(xml.replace("</orx:meta>", f"{block}</orx:meta>"))
    assert answer.status_code == 201, answer.text


def standing(house: Town) -> list[dict[str, Any]]:
    return [row for row in house.rows("visit", history=True) if row["superseded_at"] is None]


def same_after_a_rebuild(house: Town) -> None:
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
    assert values(house) == before


def shown(house: Town, own: str) -> dict[str, Any]:
    return dict(house.api("GET", house.at(own)).json)


def test_a_refused_enrolment_leaves_a_visit_and_no_household(house: Town) -> None:
    asked(house)
    own = new_id()
    sent(house, own)
    (row,) = house.rows("visit", history=True)
    with house.session() as session:
        one = session.query(Submission).filter_by(instance_id=own).one()
        assert (row["household_id"], row["outcome"], row["area_id"]) == (None, "refused", one.area_id)
        assert one.area_id is not None
        assert (row["submission"], row["path"], row["form"]) == (own, "/data", "asks")
        assert row["observed_at"].isoformat() == "2026-03-01T02:00:00+00:00"
        assert session.query(FindingRow).filter_by(blocking=True).count() == 0
    assert shown(house, own)["projected"] is True
    assert [house.count(Household), house.count(Entity), house.rows("visit")] == [0, 0, []]
    same_after_a_rebuild(house)


def test_nothing_but_the_visit_is_written_of_a_refusal(house: Town) -> None:
    asked(house)
    sent(house, new_id(), more="<contact>0700 1</contact><minutes>7</minutes>")
    assert len(standing(house)) == 1
    assert house.rows("water", history=True) == []
    assert house.rows("household", history=True) == []
    same_after_a_rebuild(house)


def test_a_refusal_follows_its_review_state(house: Town) -> None:
    asked(house)
    own = new_id()
    sent(house, own)
    seen = []
    for state in ("rejected", "approved", "hasIssues", "rejected", None):
        assert house.decide(own, state).status_code == 200
        seen.append(len(standing(house)))
    house.bin(own)
    seen.append(len(standing(house)))
    house.bin(own, back=True)
    seen.append(len(standing(house)))
    assert seen == [0, 1, 1, 0, 1, 0, 1]
    assert house.count(Household) == 0
    same_after_a_rebuild(house)


def test_a_refusal_corrected_into_an_enrolment_enrols_and_back_again(house: Town) -> None:
    asked(house)
    ids = [new_id() for _ in range(3)]
    sent(house, ids[0])
    sent(house, ids[1], consent="yes", old=ids[0], more="<minutes>7</minutes>")

    def known() -> tuple[list[Any], list[bool], list[bool], int]:
        visits = [(row["household_id"], row["outcome"]) for row in standing(house)]
        confirmed = [row["confirmed"] for row in house.rows("household")]
        with house.session() as session:
            listed = [one.deleted_at is None for one in session.query(Entity)]
        return visits, confirmed, listed, len(house.rows("water"))

    assert known() == ([(f"{UUID}11", "completed")], [True], [True], 1)
    same_after_a_rebuild(house)
    sent(house, ids[2], old=ids[1])
    assert known() == ([(None, "refused")], [False], [False], 0)
    assert house.rows("visit") == []
    same_after_a_rebuild(house)
    for state in ("rejected", "approved"):
        house.decide(ids[0], state)
    assert known() == ([(None, "refused")], [False], [False], 0)
    same_after_a_rebuild(house)


def test_refusals_are_read_in_their_area_as_rows_without_a_household(house: Town) -> None:
    asked(house)
    first, second = new_id(), new_id()
    sent(house, first)
    sent(house, second, number="12", consent="yes")
    rows = house.api("GET", "/monitoring/tables/visit?history=1&area=A1-014").json["rows"]
    assert [(row["submission"], row["household"] is None, row["area"]) for row in rows] == [
        (first, True, "A1-014"),
        (second, False, "A1-014"),
    ]
    given = {"id", "project", "area", "household", "submission", "path", "observed_at"}
    assert given <= rows[0].keys()
    assert rows[0]["project"] == house.project
    assert house.api("GET", "/monitoring/tables/visit?history=1&area=A1-015").json["rows"] == []
    assert [row["submission"] for row in house.api("GET", "/monitoring/tables/visit").json["rows"]] == [
        second
    ]
    assert first in house.api("GET", "/monitoring/tables/visit.csv?history=1").text


def test_refusals_are_seen_in_their_area_alone(house: Town) -> None:
    asked(house)
    sent(house, new_id())
    with house.session() as session:
        areas = {one.code: one.id for one in session.query(Area)}
        seen = {
            code: len(
                list(reading.stream(session, house.services, "visit", Asked(areas=(one,), history=True)))
            )
            for code, one in areas.items()
        }
    assert seen == {"A1": 1, "A1-014": 1, "A1-015": 0, "B2": 0}
