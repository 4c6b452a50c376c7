"""Whose a visit is: another project's household stays untouched and unnamed, an area outside the sender's is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.entities.models import Dataset, Entity
from server.households.reach import ELSEWHERE, EXISTS, NO_AREA, OUTSIDE, REJECTED
from server.households.tables import Household
from server.ingest.models import FindingRow, Submission
from server.words import say
from tests.households.test_doors import give, in_two_projects
from tests.support.house import instance, xlsx
from tests.support.town import Town, check, enrolment, new_id

LISTED = xlsx(
    """
    type | name | label::English (en) | save_to
    text | roof | What is the roof of? | roof
    """,
    entities="""
    list_name  | label
    households | concat('House ', substr(/data/meta/entity/@id, 32, 36))
    """,
    settings="""
    form_id | form_title | version | default_language
    listed  | Listed     | 1       | English (en)
    """,
)


def found(house: Town, instance_id: str) -> list[tuple[str, str, bool]]:
    """The domain's findings of a submission: path, message, whether it holds back."""
    with house.session() as session:
        query = (
            select(FindingRow)
            .join(Submission, Submission.version_id == FindingRow.version_id)
            .where(Submission.instance_id == instance_id, FindingRow.rule == "domain")
        )
        return [(row.path, row.message["key"], row.blocking) for row in session.scalars(query)]


def lists(house: Town, uuid: str) -> list[int]:
    """The projects on whose lists an entity with this UUID is, or was."""
    with house.session() as session:
        query = select(Dataset.project_id).join(Entity, Entity.dataset_id == Dataset.id)
        return list(session.scalars(query.where(Entity.uuid == uuid)))


def test_a_household_of_another_project_makes_no_entity_and_a_finding_that_tells_nothing_of_it(
    house: Town,
) -> None:
    other = in_two_projects(house)
    known = house.enrol(water="borehole")
    with house.session() as session:
        code = session.get_one(Household, known.household).code
    again, own = enrolment(household=known.household, water="surface"), new_id()
    visit = check(known.household, water="surface", instance_id=own)
    for xml in (again.xml, visit):
        assert other.send(xml).status_code == 201
    assert lists(house, known.household) == [house.project]
    assert found(house, again.instance_id) == [("/data/meta/entity", ELSEWHERE, False)]
    assert found(house, own) == [("/data/household", ELSEWHERE, False)]
    assert code not in ELSEWHERE
    assert known.household not in other.get("/forms/check/attachments/households.csv").text


def test_a_form_that_maps_nothing_puts_no_other_projects_household_on_its_list(house: Town) -> None:
    known = house.enrol(water="borehole")
    house.publish(house.elsewhere, LISTED)
    give(house, house.elsewhere, "listed", "other")
    entity = '<entity dataset="households" id="{}" create="1"><label>House</label></entity>'
    sent = {}
    for uuid in (known.household, new_id().removeprefix("uuid:")):
        sent[uuid] = new_id()
        xml = instance("listed", "<roof>thatch</roof>", instance_id=sent[uuid])
        xml = xml.replace("</orx:meta>", f"{entity.format(uuid)}</orx:meta>")
        assert house.line("other").send(xml).status_code == 201
    assert {uuid: lists(house, uuid) for uuid in sent} == dict(
        zip(sent, ([house.project], [house.elsewhere]), strict=True)
    )
    assert [found(house, own) for own in sent.values()] == [[("/data/meta/entity", ELSEWHERE, False)], []]


def test_a_visit_outside_the_phones_areas_is_stored_and_the_reviewer_is_told(house: Town) -> None:
    inside, outside = house.enrol(water="borehole"), house.enrol(water="borehole", area="A1-015")
    north = house.line("north")
    own = {household.household: new_id() for household in (inside, outside)}
    for household, instance_id in own.items():
        xml = check(household, water="surface", instance_id=instance_id)
        assert north.send(xml).status_code == 201
    assert found(house, own[inside.household]) == []
    assert found(house, own[outside.household]) == [("/data/household", OUTSIDE, False)]
    sources = {row["household_id"]: row["source"] for row in house.rows("water")}
    assert sources == {inside.household: "surface", outside.household: "surface"}


@pytest.mark.parametrize(("area", "said"), [("A1-014", []), ("A1-015", [("/data/area", OUTSIDE, False)])])
def test_an_enrolment_outside_the_phones_areas_is_told_at_its_area(
    house: Town, area: str, said: list[tuple[str, str, bool]]
) -> None:
    made = house.enrol(water="borehole", area=area, phone=house.line("north"))
    assert found(house, made.instance_id) == said


def test_who_has_no_areas_is_outside_of_none(house: Town) -> None:
    made = house.enrol(water="borehole", area="A1-015")
    assert found(house, made.instance_id) == []


@pytest.mark.parametrize("language", ["zh", "ar"])
@pytest.mark.parametrize("sentence", [ELSEWHERE, NO_AREA, OUTSIDE, REJECTED])
def test_both_findings_are_worded_in_every_language(language: str, sentence: str) -> None:
    assert say(language, sentence) != sentence


def test_a_visit_to_a_household_whose_enrolment_was_rejected_is_told_and_no_longer_once_that_is_undone(
    house: Town,
) -> None:
    made = house.enrol(water="borehole")
    own = {when: new_id() for when in ("before", "rejected", "undone")}
    house.visit(made.household, water="surface", instance_id=own["before"])
    assert house.decide(made.instance_id, "rejected").status_code == 200
    house.visit(made.household, water="surface", instance_id=own["rejected"])
    assert house.decide(made.instance_id, None).status_code == 200
    house.visit(made.household, water="surface", instance_id=own["undone"])
    said = {when: [one for one in found(house, sent) if one[1] == REJECTED] for when, sent in own.items()}
    assert said == {"before": [], "rejected": [("/data/household", REJECTED, False)], "undone": []}


def test_an_enrolment_in_an_area_that_is_not_there_is_told_at_its_question(house: Town) -> None:
    made = house.enrol(water="borehole", area="Z9-999")
    assert ("/data/area", NO_AREA, False) in found(house, made.instance_id)


def test_a_corrected_second_enrolment_is_told_again(house: Town) -> None:
    made = house.enrol(water="borehole")
    second = house.enrol(water="surface", household=made.household)
    own = new_id()
    edited = enrolment(
        household=made.household, water="surface", instance_id=own, deprecated=second.instance_id
    )
    assert house.phone.send(edited.xml).status_code == 201
    assert found(house, second.instance_id) == [("/data/meta/entity", EXISTS, False)]
    assert [row["source"] for row in house.rows("water")] == ["borehole"]
    corrected = enrolment(household=made.household, water="surface", deprecated=made.instance_id)
    assert house.phone.send(corrected.xml).status_code == 201
    assert found(house, made.instance_id) == []
    assert [row["source"] for row in house.rows("water")] == ["surface"]


def test_an_enrolment_in_place_of_a_rejected_one_is_written_and_not_called_a_second(house: Town) -> None:
    made = house.enrol(water="borehole")
    assert house.decide(made.instance_id, "rejected").status_code == 200
    second = house.enrol(water="surface", household=made.household)
    assert found(house, second.instance_id) == []
    assert [row["source"] for row in house.rows("water")] == ["surface"]
