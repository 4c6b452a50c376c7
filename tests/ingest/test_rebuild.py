"""A rebuild from the ledger gives the same values as what stood before: decrypted, whatever was decided meanwhile."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import LargeBinary, select

from server.entities.models import Entity, EntityVersion
from server.entities.sealing import SEALED
from server.households import merge
from server.households.tables import TABLES
from server.ingest.rebuild import rebuild
from tests.support.town import Town, enrolment

CHANGING = {"recorded_at", "superseded_at", "updated_at"}
"""Instants that a replay sets from the ledger's own time, to the microsecond of the event and not of the statement."""


def values(house: Town) -> dict[str, Any]:
    """Everything derived, decrypted: history and current rows of each table, entities and their versions."""
    out: dict[str, Any] = {}
    keys = house.services.keys
    for name, monitored in TABLES.items():
        for table in (monitored.history, monitored.current):
            sealed = [c.name for c in table.columns if isinstance(c.type, LargeBinary) and c.name != "rank"]
            with house.session() as session:
                rows = [
                    row._asdict()
                    for row in session.execute(select(table).order_by(*table.primary_key.columns))
                ]
            for row in rows:
                for column in sealed:
                    if row[column] is not None:
                        row[column] = json.loads(keys.open(row[column], f"{name}.{column}"))
                for column in CHANGING & row.keys():
                    row[column] = row[column] is not None
            out[table.name] = rows
    for model in (Entity, EntityVersion):
        with house.session() as session:
            found = session.scalars(select(model).order_by(model.id)).all()
            out[model.__tablename__] = sorted(
                (e.label, e.version, json.dumps(e.data, sort_keys=True), opened(house, e.protected))
                for e in found
            )
    return out


def opened(house: Town, sealed: bytes | None) -> str:
    return "" if sealed is None else house.services.keys.open(sealed, SEALED).decode()


def decided(house: Town, instance_id: str, *states: str | None) -> None:
    for state in states:
        answer = house.decide(instance_id, state)
        assert answer.status_code == 200, answer.text


def a_history(house: Town) -> None:
    """Visits, corrections, decisions, the bin and a merge, in an order that nobody would choose."""
    first = house.enrol(
        water="surface", needs=["clinic", "school"], dwelling="12.345678 44.123456 0 5", contact="0700 1"
    )
    second = house.enrol(water="borehole", rooms="2")
    held = house.enrol(minutes="many", water="borehole")
    rejected = house.enrol(minutes="many", water="borehole")
    visit = house.visit(first.household, water="borehole", rooms="3", when="2026-06-01T10:00:00.000+08:00")
    older = house.visit(first.household, rooms="1", when="2026-05-01T10:00:00.000+08:00")
    edit = enrolment(household=second.household, deprecated=second.instance_id, water="surface", rooms="4")
    assert house.phone.send(edit.xml).status_code == 201
    decided(house, held.instance_id, "approved", None, "approved")
    decided(house, rejected.instance_id, "rejected")
    decided(house, visit, "rejected", None)
    decided(house, older, "hasIssues")
    house.bin(older)
    house.bin(older, back=True)
    with house.session() as session:
        merge.merge(session, house.services, first.household, second.household, None)
    house.visit(second.household, water="surface", when="2026-07-01T10:00:00.000+08:00")


def test_a_rebuild_gives_the_same_values(house: Town) -> None:
    a_history(house)
    before = values(house)
    assert any(before[name] for name in ("water", "need", "household"))
    with house.session() as session:
        rebuild(session, house.services)
    after = values(house)
    assert after.keys() == before.keys()
    for name in before:
        assert after[name] == before[name], name


def test_a_rebuild_that_fails_changes_nothing(house: Town) -> None:
    house.enrol(water="surface")
    before = values(house)
    try:
        with house.session() as session:
            rebuild(session, house.services)
            raise InterruptedError
    except InterruptedError:
        pass
    assert values(house) == before
