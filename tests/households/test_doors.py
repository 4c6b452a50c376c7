"""What this room does with what comes through the doors: rows of repeats within repeats, and whose household it is."""

from __future__ import annotations

from sqlalchemy import func, select

from server.accounts import phones
from server.accounts.models import Phone as PhoneRow
from server.forms.models import Form
from server.households import merge
from server.households.locking import lock_subject
from server.households.tables import Household, Observation
from server.jobs import Job, ensure
from server.review import queue
from tests.support.answers import message
from tests.support.house import Phone, instance, xlsx
from tests.support.town import CHECK, ENROL, HH, Town, check, enrolment, new_id

WITHIN = xlsx(
    """
    type         | name    | label::English (en) | bind::hh:column | bind::hh:table
    select_one_from_file households.csv | household | Which household? | household.id |
    begin_repeat | need    | Need                |                 | need
    select_one service | service | Which service? | need.service   |
    begin_repeat | shock   | Shock               |                 | shock
    select_one kind | kind | What happened?      | shock.kind      |
    end_repeat   | shock   |                     |                 |
    end_repeat   | need    |                     |                 |
    """,
    choices="""
    list_name | name   | label::English (en)
    service   | clinic | Clinic
    service   | school | School
    kind      | flood  | Flood
    kind      | drought | Drought
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    within  | Within     | 1       | English (en)     | {HH}
    """,
)


def give(house: Town, project_id: int, form: str, name: str) -> None:
    """A phone may send a form that was published after it was made."""
    with house.session() as session:
        wanted = select(Form.id).where(Form.project_id == project_id, Form.xml_form_id == form)
        phone = session.get_one(PhoneRow, house.lines[name]["actor_id"])
        phones.give_form(session, phone, session.scalars(wanted).one(), by=1)


def test_a_mapped_repeat_within_a_mapped_repeat_writes_its_rows(house: Town) -> None:
    house.publish(house.project, WITHIN)
    give(house, house.project, "within", "all")
    known = house.enrol(water="borehole")
    sent = house.phone.send(
        instance(
            "within",
            f"<household>{known.household}</household>"
            "<need><service>clinic</service><shock><kind>flood</kind></shock><shock><kind>drought</kind></shock></need>"
            "<need><service>school</service><shock><kind>flood</kind></shock></need>",
        )
    )
    assert sent.status_code == 201, sent.text
    needs, shocks = house.rows("need", history=True), house.rows("shock", history=True)
    assert [(row["path"], row["service"]) for row in needs] == [
        ("/data/need[1]", "clinic"),
        ("/data/need[2]", "school"),
    ]
    assert [(row["path"], row["kind"]) for row in shocks] == [
        ("/data/need[1]/shock[1]", "flood"),
        ("/data/need[1]/shock[2]", "drought"),
        ("/data/need[2]/shock[1]", "flood"),
    ]
    assert [row["kind"] for row in house.rows("shock")] == ["flood", "drought", "flood"]


def in_two_projects(house: Town) -> Phone:
    """The household forms in the other project too; the phone there that sends them."""
    for sheet, form in ((ENROL, "enrol"), (CHECK, "check")):
        house.publish(house.elsewhere, sheet)
        give(house, house.elsewhere, form, "other")
    return house.line("other")


def test_a_household_of_another_project_is_neither_written_nor_named(house: Town) -> None:
    other = in_two_projects(house)
    known = house.enrol(water="borehole")
    with house.session() as session:
        code = session.get_one(Household, known.household).code
    before = house.rows("water", history=True), house.rows("household"), house.rows("household", history=True)
    again = enrolment(household=known.household, water="surface")
    for xml in (check(known.household, water="surface"), again.xml):
        sent = other.send(xml)
        assert sent.status_code == 201, sent.text
        assert code not in sent.text
    after = house.rows("water", history=True), house.rows("household"), house.rows("household", history=True)
    assert after == before
    kept = house.submission(again.instance_id)
    assert kept is not None
    assert kept.subject is None


def test_a_visit_sent_to_a_merged_code_is_listed_under_it_again_once_the_merge_is_undone(house: Town) -> None:
    kept, gone = house.enrol(water="borehole"), house.enrol(water="surface")
    with house.session() as session:
        merge.merge(session, house.services, kept.household, gone.household, None)
        code = session.get_one(Household, kept.household).code
    own = new_id()
    xml = check(gone.household, water="surface", instance_id=own)
    first, again = house.phone.send(xml), house.phone.send(xml)
    assert code in message(first)[1]
    assert message(first) == message(again)
    with house.session() as session:
        merge.undo(session, house.services, gone.household, None)
    for household, listed in ((kept.household, False), (gone.household, True)):
        wanted = queue.Filter(house.project, subject=f"household:{household}")
        with house.session() as session:
            found = [one.instance_id for one in queue.page(session, wanted).items]
            seen = session.scalars(
                select(Observation.submission).where(Observation.subject == household)
            ).all()
        assert (own in found, own in seen) == (listed, listed)


def test_jobs_that_come_again_by_themselves_end_without_error(house: Town) -> None:
    with house.session() as session:
        ensure(session, house.app.extensions["fieldfare.recurring"])
    house.work()
    with house.session() as session:
        assert session.scalars(select(Job.error).where(Job.error.is_not(None))).all() == []


def test_a_subject_is_held_with_those_it_was_merged_into(house: Town) -> None:
    kept, gone = house.enrol(water="borehole"), house.enrol(water="surface")
    with house.session() as session:
        merge.merge(session, house.services, kept.household, gone.household, None)
    with house.session() as session:
        for subject in (f"household:{gone.household}", f"facility:{new_id()}", "area:A1", None):
            lock_subject(session, subject)
        if session.get_bind().dialect.name == "postgresql":
            free = select(Household.uuid).with_for_update(skip_locked=True)
            with house.session() as elsewhere:
                assert elsewhere.scalars(free).all() == []
        assert session.scalar(select(func.count()).select_from(Household)) == 2
