"""`fieldfare check` opens everything: what was changed or lost is named, whichever table or folder it lies in."""

from __future__ import annotations

from sqlalchemy import text, update

from server.households.tables import TABLES
from server.ingest.models import Blob
from server.ingest.whole import damaged
from tests.support.photos import fresh
from tests.support.town import Town


def lines(house: Town) -> list[str]:
    with house.session() as session:
        return list(damaged(session, house.services))


def test_nothing_is_named_where_everything_is_whole(house: Town) -> None:
    house.enrol(contact="0700 1", dwelling="12.345678 44.123456 0 5")
    assert lines(house) == []


def test_a_changed_contact_and_a_changed_event_are_named(house: Town) -> None:
    house.enrol(contact="0700 1")
    household = TABLES["household"].current
    with house.session() as session:
        session.execute(update(household).values(contact=b"\x00" * 60))
        session.execute(text("UPDATE ledger SET payload = (SELECT xml FROM submission_version LIMIT 1)"))
    found = lines(house)
    assert any(line.startswith("household ") and "contact cannot be opened" in line for line in found)
    assert any(line.startswith("ledger ") for line in found)


def test_a_photo_that_is_gone_is_named(house: Town) -> None:
    made = house.enrol(photo="front.jpg", files={"front.jpg": fresh()})
    with house.session() as session:
        name = session.query(Blob.name).scalar()
    house.services.store.delete(name)
    assert [line for line in lines(house) if name in line], made
