"""An answer that its column does not take is empty in the tables and on the lists alike; while it is held, an update changes
neither."""

from __future__ import annotations

from server.entities.models import Entity
from tests.households.test_doors import give
from tests.support.house import instance, xlsx
from tests.support.town import HH, Town, new_id

QUESTIONS = """
    dateTime          | when      | When was it?                | visit.observed_at      |
    select_one source | water     | Where does water come from? | water.source           | water_source
    integer           | minutes   | Minutes there and back      | water.round_trip       | minutes
    select_one source | tank      | What fills the tank?        |                        | tank
"""
CHOICES = """
    list_name | name     | label::English (en)
    source    | borehole | Borehole
    source    | surface  | River or pond
"""
HEAD = "type | name | label::English (en) | bind::hh:column | save_to"


def sheet(form_id: str, first: str, entities: str) -> bytes:
    """A form with these questions behind its first one."""
    settings = f"""
    form_id   | form_title | version | default_language | namespaces
    {form_id} | Sheet      | 1       | English (en)     | {HH}
    """
    return xlsx(f"{HEAD}\n{first}\n{QUESTIONS}", choices=CHOICES, entities=entities, settings=settings)


NEW = sheet(
    "new",
    "select_one_from_file areas.csv | area | Which area is it? | household.area |",
    "list_name | label\nhouseholds | concat(${area}, ' · ', substr(/data/meta/entity/@id, 32, 36))",
)
SEEN = sheet(
    "seen",
    "select_one_from_file households.csv | household | Which household? | |",
    "list_name | entity_id\nhouseholds | ${household}",
)


def send(house: Town, form: str, first: str, entity: str, **answers: str) -> str:
    """Send a submission; its instanceID."""
    own = new_id()
    day = "2026-03-01" if form == "new" else "2026-04-01"
    given = {"when": f"{day}T10:00:00.000+08:00", **answers}
    body = first + "".join(f"<{name}>{value}</{name}>" for name, value in given.items())
    block = f'<entity dataset="households" {entity}'
    xml = instance(form, body, instance_id=own).replace("</orx:meta>", f"{block}</orx:meta>")
    answer = house.phone.send(xml)
    assert answer.status_code == 201, answer.text
    return own


def told(house: Town, household: str) -> tuple[object, ...]:
    """Source and minutes by the tables; source, minutes and tank by the list."""
    (water,) = [row for row in house.rows("water") if row["household_id"] == household] or [{}]
    with house.session() as session:
        data = session.query(Entity).filter_by(uuid=household).one().data
    known = water.get("source"), water.get("round_trip")
    return (*known, data["water_source"], data["minutes"], data["tank"])


def ready(house: Town) -> str:
    """Both forms, published; a household's UUID that is not taken."""
    for form, name in ((NEW, "new"), (SEEN, "seen")):
        house.publish(house.project, form)
        give(house, house.project, name, "all")
    return new_id().removeprefix("uuid:")


def test_an_update_with_a_code_that_is_none_is_held_and_let_pass_it_is_empty_in_both(house: Town) -> None:
    uuid = ready(house)
    create = f'id="{uuid}" create="1"><label>A1-014 · 7F3A2</label></entity>'
    send(house, "new", "<area>A1-014</area>", create, water="borehole", minutes="2", tank="surface")
    before = told(house, uuid)
    assert before == ("borehole", 2, "borehole", "2", "surface")
    update = f'id="{uuid}" update="1" baseVersion="1"/>'
    chosen = f"<household>{uuid}</household>"
    visit = send(house, "seen", chosen, update, water="cloud", minutes="7", tank="borehole")
    assert told(house, uuid) == before
    assert house.decide(visit, "approved").status_code == 200
    assert told(house, uuid) == (None, 7, "", "7", "borehole")
    assert house.decide(visit, None).status_code == 200
    assert told(house, uuid) == before


def test_a_held_create_shows_phones_no_code_that_is_none(house: Town) -> None:
    uuid = ready(house)
    create = f'id="{uuid}" create="1"><label>A1-014 · 7F3A2</label></entity>'
    held = send(house, "new", "<area>A1-014</area>", create, water="cloud", minutes="3", tank="borehole")
    assert told(house, uuid) == (None, None, "", "3", "borehole")
    assert house.decide(held, "approved").status_code == 200
    assert told(house, uuid) == (None, 3, "", "3", "borehole")
