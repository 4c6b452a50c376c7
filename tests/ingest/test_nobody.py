"""Visits to nobody, and to a household that is not enrolled yet: told to the reviewer, no row without a household. Both databases."""

from __future__ import annotations

import pytest

from server.forms.models import Form, FormCount
from server.households.reach import EXISTS, NAMELESS, NOT_USABLE, NOT_YET, UNKNOWN
from server.ingest.models import FindingRow, Submission
from server.ingest.rebuild import rebuild
from server.review import queue
from server.words import say
from tests.households.test_doors import give, in_two_projects
from tests.ingest.test_rebuild import values
from tests.support.house import instance, xlsx
from tests.support.town import Town, check, enrolment, new_id
from tests.web.desk import sign_in


def found(house: Town, instance_id: str) -> list[tuple[str, str, bool]]:
    """Findings of a submission's current version: path, message, whether it holds back. Labels here are made up: that they
    are not what the form works out is none of these tests' concern."""
    with house.session() as session:
        query = session.query(FindingRow).join(Submission, Submission.version_id == FindingRow.version_id)
        rows = query.filter(Submission.instance_id == instance_id).order_by(FindingRow.id)
        told = [(row.path, row.message["key"], row.blocking) for row in rows]
        return [one for one in told if one[1] != "calculation.differs"]


def projected(house: Town, instance_id: str) -> bool:
    one = house.submission(instance_id)
    assert one is not None
    return bool(house.api("GET", house.at(instance_id)).json["projected"])


def same_after_a_rebuild(house: Town) -> None:
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
    assert values(house) == before


@pytest.mark.parametrize("named", ["", "not-a-uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"])
def test_a_visit_that_names_no_household_is_held_back_and_says_so(house: Town, named: str) -> None:
    own = house.visit(named, water="surface")
    assert found(house, own) == [("/data/household", NAMELESS, True)]
    assert not projected(house, own)
    house.decide(own, "approved")
    assert not projected(house, own)
    same_after_a_rebuild(house)


def test_a_visit_that_names_nobody_is_held_back_until_somebody_decides(house: Town) -> None:
    own = house.visit("", water="surface")

    def held() -> tuple[int, int]:
        with house.session() as session:
            form = session.query(Form).filter_by(xml_form_id="check").one()
            listed = queue.count(session, queue.Filter(house.project, form_ids=(form.id,), state="held"))
            kept = session.get_one(FormCount, (form.id, False)).held
        return listed, kept

    seen = [held()]
    for state in ("approved", "hasIssues", "rejected", None):
        house.decide(own, state)
        seen.append(held())
    house.bin(own)
    seen.append(held())
    assert seen == [(1, 1), (0, 0), (1, 1), (0, 0), (1, 1), (0, 0)]


def test_an_enrolment_whose_household_has_no_usable_id_is_held_back(house: Town) -> None:
    made = enrolment(household="abc", water="surface")
    assert house.phone.send(made.xml).status_code == 201
    assert found(house, made.instance_id) == [("/data/meta/entity", NAMELESS, True)]
    assert not projected(house, made.instance_id)


def test_a_visit_waits_for_its_household_and_is_written_when_it_is_enrolled(house: Town) -> None:
    made = enrolment(water="surface", rooms="2")
    own = house.visit(made.household, water="borehole", when="2026-04-01T10:00:00.000+08:00")
    assert found(house, own) == [("/data/household", NOT_YET, False)]
    assert not projected(house, own)
    assert house.rows("water", history=True) == []
    house.work()
    same_after_a_rebuild(house)
    assert house.phone.send(made.xml).status_code == 201
    house.work()
    assert projected(house, own)
    assert found(house, own) == []
    one = house.submission(own)
    assert one is not None
    assert (one.warnings, one.area_id is None) == (0, False)
    assert [row["source"] for row in house.rows("water")] == ["borehole"]
    assert {row["household_id"] for row in house.rows("water", history=True)} == {made.household}
    assert None not in {row["area_id"] for row in house.rows("water", history=True)}
    same_after_a_rebuild(house)
    house.decide(own, "rejected")
    assert [row["source"] for row in house.rows("water")] == ["surface"]
    house.decide(own, "approved")
    assert [row["source"] for row in house.rows("water")] == ["borehole"]
    same_after_a_rebuild(house)


def test_what_became_of_a_visit_that_waited_follows_its_state(house: Town) -> None:
    made = enrolment(water="surface")
    held = house.visit(made.household, water="borehole", minutes="many")
    away = house.visit(made.household, water="borehole", when="2026-05-01T10:00:00.000+08:00")
    house.bin(away)
    assert house.phone.send(made.xml).status_code == 201
    house.work()
    assert not projected(house, held)
    house.decide(held, "approved")
    house.bin(away, back=True)
    house.work()
    assert projected(house, held)
    assert projected(house, away)
    assert len(house.rows("water", history=True)) == 3
    same_after_a_rebuild(house)


def test_a_correction_to_a_household_that_is_not_there_yet_takes_the_rows_along_when_it_is(
    house: Town,
) -> None:
    known, later = house.enrol(water="surface"), enrolment(water="surface")
    own = house.visit(known.household, water="borehole")
    xml = check(later.household, water="borehole", deprecated=own)
    assert house.phone.send(xml).status_code == 201
    assert not projected(house, own)
    assert [row["household_id"] for row in house.rows("water")] == [known.household]
    assert house.phone.send(later.xml).status_code == 201
    house.work()
    assert projected(house, own)
    assert {row["household_id"]: row["source"] for row in house.rows("water")} == {
        known.household: "surface",
        later.household: "borehole",
    }
    same_after_a_rebuild(house)


def test_a_household_that_another_project_enrols_is_not_waited_for(house: Town) -> None:
    other = in_two_projects(house)
    early = enrolment(water="surface")
    own = new_id()
    assert other.send(check(early.household, water="borehole", instance_id=own)).status_code == 201
    assert house.phone.send(early.xml).status_code == 201
    house.work()
    assert [row["project_id"] for row in house.rows("water", history=True)] == [house.project]
    assert not projected(house, own)


LISTED = xlsx(
    """
    type | name | label::English (en) | save_to
    text | roof | What is the roof of? | roof
    """,
    entities="""
    list_name | label
    trees     | concat('Tree ', substr(/data/meta/entity/@id, 32, 36))
    """,
    settings="""
    form_id | form_title | version | default_language
    listed  | Listed     | 1       | English (en)
    """,
)


def test_entities_that_cannot_be_written_are_told(house: Town) -> None:
    known = house.enrol(water="surface")
    twice = enrolment(household=known.household, water="surface")
    unknown = enrolment(action='update="1" baseVersion="1"', water="surface")
    for made in (twice, unknown):
        assert house.phone.send(made.xml).status_code == 201
    assert found(house, twice.instance_id) == [("/data/meta/entity", EXISTS, False)]
    assert found(house, unknown.instance_id) == [("/data/meta/entity", NOT_YET, False)]
    assert not projected(house, unknown.instance_id)


def test_the_page_of_an_approved_visit_that_names_nobody_says_that_nothing_was_written(house: Town) -> None:
    own = house.visit("", water="surface")
    one = house.submission(own)
    assert one is not None
    at, desk = f"/p/{house.project}/visits/{one.id}", sign_in(house)
    assert "Nothing yet: held back while a finding stands." in desk.get(at).text
    house.decide(own, "approved")
    page = desk.get(at).text
    assert "Nothing: the findings say why." in page
    assert "1 finding, taken as it is" in page
    assert "Held back" not in page


@pytest.mark.parametrize("language", ["zh", "ar"])
@pytest.mark.parametrize("sentence", [EXISTS, NAMELESS, NOT_USABLE, NOT_YET, UNKNOWN])
def test_each_is_worded_in_every_language(language: str, sentence: str) -> None:
    assert say(language, sentence) != sentence


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        ('id="abc" create="1"', NOT_USABLE),
        ('id="6ba7b810-9dad-11d1-80b4-00c04fd430c8" create="1"', NOT_USABLE),
        ('id="7d9c2b52-3f0a-4a83-9f6a-0f8c2b7de001" update="1" baseVersion="1"', UNKNOWN),
    ],
)
def test_a_list_form_that_changes_no_list_says_so_and_is_not_projected(
    house: Town, entity: str, said: str
) -> None:
    house.publish(house.project, LISTED)
    give(house, house.project, "listed", "all")
    own = new_id()
    xml = instance("listed", "<roof>thatch</roof>", instance_id=own)
    xml = xml.replace("</orx:meta>", f'<entity dataset="trees" {entity}><label>x</label></entity></orx:meta>')
    assert house.phone.send(xml).status_code == 201
    assert found(house, own) == [("/data/meta/entity", said, False)]
    assert not projected(house, own)
