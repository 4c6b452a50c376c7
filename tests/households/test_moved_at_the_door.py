"""A visit that is moved to another household through the doors, held and let pass, undone, merged; and all of it rebuilt."""

from __future__ import annotations

from server.entities.models import Entity
from server.households import merge
from server.ingest.rebuild import rebuild
from tests.households.test_agreeing import ready, send, told
from tests.ingest.test_rebuild import values
from tests.support.house import instance
from tests.support.town import Town, new_id


def moved(house: Town, visit: str, household: str, **answers: str) -> str:
    """The visit's correction: it was to another household."""
    own = new_id()
    given = {"household": household, "when": "2026-04-01T10:00:00.000+08:00", **answers}
    body = "".join(f"<{name}>{value}</{name}>" for name, value in given.items())
    xml = instance("seen", body, instance_id=own, deprecated=visit)
    block = f'<entity dataset="households" id="{household}" update="1" baseVersion="1"/>'
    answer = house.phone.send(xml.replace("</orx:meta>", f"{block}</orx:meta>"))
    assert answer.status_code == 201, answer.text
    return own


def enrolled(house: Town, uuid: str, water: str) -> str:
    create = f'id="{uuid}" create="1"><label>A1-014 · 7F3A2</label></entity>'
    send(house, "new", "<area>A1-014</area>", create, water=water, minutes="2", tank="surface")
    return uuid


def pair(house: Town) -> tuple[str, str, str]:
    """Two households, and a visit to the first."""
    one = enrolled(house, ready(house), "borehole")
    two = enrolled(house, new_id().removeprefix("uuid:"), "borehole")
    update = f'id="{one}" update="1" baseVersion="1"/>'
    chosen = f"<household>{one}</household>"
    return one, two, send(house, "seen", chosen, update, water="surface", minutes="9", tank="borehole")


FIRST = ("borehole", 2, "borehole", "2", "surface")
SEEN = ("surface", 9, "surface", "9", "borehole")


def test_a_visit_moved_to_another_household_is_that_ones_in_tables_and_lists(house: Town) -> None:
    one, two, visit = pair(house)
    assert [told(house, uuid) for uuid in (one, two)] == [SEEN, FIRST]
    moved(house, visit, two, water="surface", minutes="9", tank="borehole")
    assert [told(house, uuid) for uuid in (one, two)] == [FIRST, SEEN]
    assert house.decide(visit, "rejected").status_code == 200
    assert [told(house, uuid) for uuid in (one, two)] == [FIRST, FIRST]
    assert house.decide(visit, None).status_code == 200
    assert [told(house, uuid) for uuid in (one, two)] == [FIRST, SEEN]
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
        session.commit()
    assert values(house) == before


def test_a_move_that_is_held_back_moves_when_it_is_let_pass_and_back_when_that_is_undone(house: Town) -> None:
    one, two, visit = pair(house)
    moved(house, visit, two, water="cloud", minutes="9", tank="borehole")
    assert [told(house, uuid) for uuid in (one, two)] == [SEEN, FIRST]
    assert house.decide(visit, "approved").status_code == 200
    assert [told(house, uuid) for uuid in (one, two)] == [FIRST, (None, 9, "", "9", "borehole")]
    assert house.decide(visit, None).status_code == 200
    assert [told(house, uuid) for uuid in (one, two)] == [SEEN, FIRST]
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
        session.commit()
    assert values(house) == before


def test_of_merged_households_phones_get_what_the_tables_say_and_a_rebuild_says_the_same(house: Town) -> None:
    one, two, _ = pair(house)
    with house.session() as session:
        merge.merge(session, house.services, two, one, None)
        session.commit()
    assert told(house, two) == SEEN
    update = f'id="{one}" update="1" baseVersion="1"/>'
    chosen = f"<household>{one}</household>"
    send(house, "seen", chosen, update, water="borehole", minutes="5", tank="surface")
    source, minutes, *listed = told(house, two)
    assert [source, str(minutes)] == listed[:2]
    with house.session() as session:
        assert session.query(Entity).filter_by(uuid=two).one().label == "A1-014 · 7F3A2"
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
        session.commit()
    assert values(house) == before
