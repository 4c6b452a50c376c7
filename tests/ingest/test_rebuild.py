"""A rebuild from the ledger gives the same values as what stood before: decrypted, whatever was decided meanwhile."""

from __future__ import annotations

import json
from typing import Any, cast

from sqlalchemy import LargeBinary, Table, select

from server.db import Base
from server.entities.models import Entity, EntityVersion
from server.entities.sealing import OVERRULED, SEALED
from server.households import merge
from server.households.tables import TABLES
from server.ingest.rebuild import rebuild
from tests.ingest.test_pending import fault
from tests.support.town import Town, enrolment

ENTITY = cast(Table, Entity.__table__)
VERSION = cast(Table, EntityVersion.__table__)

ROW_IDS = {"id", "entity_id", "protected", "overruled"}
"""What a replay gives anew: numbers of rows, and nonces."""


def values(house: Town) -> dict[str, Any]:
    """Everything derived, decrypted, instants included: history and current rows of each table, entities and versions."""
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
            out[table.name] = rows
    for name in ("household", "facility", "observation"):
        table = Base.metadata.tables[name]
        with house.session() as session:
            found = session.execute(select(table).order_by(*table.primary_key.columns)).all()
            out[f"whole {name}"] = [
                {n: v for n, v in row._asdict().items() if not isinstance(v, bytes)} for row in found
            ]
    with house.session() as session:
        for row in session.execute(select(ENTITY)):
            whole = {n: v for n, v in row._asdict().items() if n not in ROW_IDS}
            out[f"entity {row.uuid}"] = (whole, opened(house, row.protected))
            of = select(VERSION).where(VERSION.c.entity_id == row.id).order_by(VERSION.c.version)
            out[f"versions {row.uuid}"] = [
                (
                    {n: v for n, v in version._asdict().items() if n not in ROW_IDS},
                    opened(house, version.protected),
                    opened(house, version.overruled, OVERRULED),
                )
                for version in session.execute(of)
            ]
    return out


def opened(house: Town, sealed: bytes | None, context: str = SEALED) -> str:
    return "" if sealed is None else house.services.keys.open(sealed, context).decode()


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
    doubted = house.enrol(water="surface")
    with fault(house, "observation"):
        house.visit(held.household, water="borehole", when="2026-08-01T10:00:00.000+08:00")
    house.work()
    visit = house.visit(first.household, water="borehole", rooms="3", when="2026-06-01T10:00:00.000+08:00")
    older = house.visit(first.household, rooms="1", when="2026-05-01T10:00:00.000+08:00")
    edit = enrolment(household=second.household, deprecated=second.instance_id, water="surface", rooms="4")
    assert house.phone.send(edit.xml).status_code == 201
    decided(house, held.instance_id, "approved", None, "approved")
    decided(house, rejected.instance_id, "rejected")
    decided(house, doubted.instance_id, "rejected", "approved", "rejected")
    moved = enrolment(
        household=first.household, area="A1-015", action='update="1" baseVersion="1"', dwelling="1 2 0 5"
    )
    assert house.phone.send(moved.xml).status_code == 201
    decided(house, moved.instance_id, "rejected", "approved", "rejected")
    decided(house, visit, "rejected", None)
    decided(house, older, "hasIssues")
    house.bin(older)
    house.bin(older, back=True)
    with house.session() as session:
        merge.merge(session, house.services, first.household, second.household, None)
    late = house.visit(second.household, water="surface", when="2026-07-01T10:00:00.000+08:00")
    waits = house.visit(
        second.household, water="surface", minutes="few", when="2026-07-02T10:00:00.000+08:00"
    )
    with house.session() as session:
        merge.undo(session, house.services, second.household, None)
    decided(house, waits, "approved")
    decided(house, late, "rejected")


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
