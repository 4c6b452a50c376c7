"""A held update of a list that is no household's: its approval's event fixes the number that the entity gets. On both databases."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from server import ledger
from server.entities.models import Entity
from tests.households.test_doors import give
from tests.support.house import instance, xlsx
from tests.support.town import Town, new_id

SURVEY = """
    type    | name  | label::English (en) | save_to | required
    text    | road  | Which road?         | road    |
    integer | depth | How deep is it?     |         | yes
    """
MADE = xlsx(
    SURVEY,
    entities="list_name | label\nwells | ${road}",
    settings="form_id | form_title | version\nwell | Well | 1",
)
LOOKED_AT = xlsx(
    f"{SURVEY}select_one_from_file wells.csv | which | Which well? | |",
    entities="list_name | entity_id | label\nwells | ${which} | ${road}",
    settings="form_id | form_title | version\nlook | Look | 1",
)


def sent(house: Town, form: str, well: str, road: str, depth: str, action: str) -> str:
    own = new_id()
    entity = f'<entity dataset="wells" id="{well}" {action}><label>{road}</label></entity></orx:meta>'
    xml = instance(form, f"<road>{road}</road><depth>{depth}</depth>", instance_id=own)
    assert house.phone.send(xml.replace("</orx:meta>", entity)).status_code == 201
    return own


def test_the_event_of_an_approval_numbers_the_entities_that_wait_for_it(house: Town) -> None:
    for form, sheet in (("well", MADE), ("look", LOOKED_AT)):
        house.publish(house.project, sheet)
        give(house, house.project, form, "all")
    well = str(uuid.uuid4())
    sent(house, "well", well, "Ford", "3", 'create="1"')
    held = sent(house, "look", well, "Bridge", "", 'update="1" baseVersion="1"')
    sent(house, "look", well, "Mill", "4", 'update="1" baseVersion="1"')
    assert house.decide(held, "approved").status_code == 200
    with house.session() as session:
        [entity] = session.scalars(select(Entity).where(Entity.uuid == well)).all()
        [act] = ledger.read(session, house.services.keys, kinds=(ledger.Kind.REVIEW,))
        assert entity.version == 3
        assert act.payload["versions"] == {f"{entity.dataset_id}:{well}": 3}
