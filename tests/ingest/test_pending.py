"""What a fault of our own kept from being written is written by its retry, and a rebuild writes it there too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text

from server.households.tables import Household
from server.ingest.rebuild import rebuild
from server.jobs import Job
from tests.ingest.test_decisions import on_phones
from tests.support.town import Town, enrolment

_SQLITE = "CREATE TRIGGER faulty BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'invented fault'); END"
_FUNCTION = """CREATE FUNCTION faulty() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'invented fault'; END $$"""


@contextmanager
def fault(house: Town, table: str) -> Iterator[None]:
    """Nothing can be written into that table inside."""
    sqlite = house.services.settings.is_sqlite
    make: tuple[str, ...] = (_SQLITE.format(table=table),)
    if not sqlite:
        make = (_FUNCTION, f"CREATE TRIGGER faulty BEFORE INSERT ON {table} EXECUTE FUNCTION faulty()")
    undo = ("DROP TRIGGER faulty",) if sqlite else (f"DROP TRIGGER faulty ON {table}", "DROP FUNCTION faulty")
    with house.session() as session:
        for statement in make:
            session.execute(text(statement))
    yield
    with house.session() as session:
        for statement in undo:
            session.execute(text(statement))


def seqs(house: Town) -> list[tuple[int, str]]:
    """Which event each row of water's history was written by, and of which visit it is."""
    return [(row["seq"], row["submission"]) for row in house.rows("water", history=True)]


def household(house: Town, uuid: str) -> Household | None:
    with house.session() as session:
        return session.get(Household, uuid)  # type: ignore[no-any-return]  # the fixture's session is untyped


@pytest.mark.parametrize("table", ["household", "entity"])
def test_a_held_enrolment_whose_writing_failed_is_written_by_its_retry_unconfirmed(
    house: Town, table: str
) -> None:
    with fault(house, table):
        made = house.enrol(minutes="many", water="borehole")
    assert household(house, made.household) is None
    house.work()
    one = household(house, made.household)
    assert one is not None
    assert (one.confirmed, bool(one.code)) == (False, True)
    assert on_phones(house, made.household)
    assert house.rows("water") == []
    with house.session() as session:
        assert session.scalars(select(Job).where(Job.kind == "project")).all() == []
    assert house.decide(made.instance_id, "approved").status_code == 200
    assert [row["source"] for row in house.rows("water")] == ["borehole"]


def test_a_held_enrolment_whose_writing_failed_is_written_once_its_rejection_is_undone(house: Town) -> None:
    with fault(house, "household"):
        made = house.enrol(minutes="many", water="borehole")
    assert house.decide(made.instance_id, "rejected").status_code == 200
    assert household(house, made.household) is None
    assert house.decide(made.instance_id, None).status_code == 200
    one = household(house, made.household)
    assert one is not None
    assert one.confirmed is False


def test_a_rebuild_writes_what_had_failed_where_its_retry_wrote_it(house: Town) -> None:
    made = house.enrol(water="surface")
    with fault(house, "observation"):
        late = house.visit(made.household, water="borehole", when="2026-08-01T10:00:00.000+08:00")
        decided = house.visit(made.household, water="surface", when="2026-07-01T10:00:00.000+08:00")
        edited = house.enrol(water="surface")
    with fault(house, "household"):
        waiting = house.enrol(minutes="many")
    assert house.decide(decided, "approved").status_code == 200
    better = enrolment(household=edited.household, deprecated=edited.instance_id, water="borehole")
    assert house.phone.send(better.xml).status_code == 201
    house.work()
    before = seqs(house)
    assert [visit for _, visit in before] == [made.instance_id, decided, edited.instance_id, late]
    with house.session() as session:
        rebuild(session, house.services)
    assert seqs(house) == before
    one = household(house, waiting.household)
    assert one is not None
    assert one.confirmed is False


def test_a_rebuild_passes_over_what_was_erased(house: Town) -> None:
    made, kept = house.enrol(water="surface"), house.enrol(water="borehole")
    gone = house.submission(made.instance_id)
    assert gone is not None
    with house.session() as session:
        session.execute(text("UPDATE ledger SET payload = NULL WHERE seq = :seq"), {"seq": gone.version_id})
    assert house.decide(made.instance_id, "approved").status_code == 200
    with house.session() as session:
        rebuild(session, house.services)
    assert [row["household_id"] for row in house.rows("water")] == [kept.household]
