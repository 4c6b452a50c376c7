"""What visits emptied is the same after a rebuild, and in a database that kept rows without any value to say so."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import insert, select, update

from server import upgrade
from server.db import db
from server.households.current import OBSERVATION
from server.households.tables import TABLES
from server.ingest.rebuild import rebuild
from tests.households.test_doors import give
from tests.support.house import instance, xlsx
from tests.support.town import HH, Town

ENOUGH = xlsx(
    """
    type            | name      | label::English (en)      | bind::hh:column
    select_one_from_file households.csv | household | Which household is it? | household.id
    dateTime        | when      | When was it?             | visit.observed_at
    select_one told | enough    | Was there enough water?  | water.sufficient
    """,
    choices="""
    list_name | name    | label::English (en)
    told      | yes     | Yes
    told      | no      | No
    told      | unknown | Not known
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    enough  | Enough     | 1       | English (en)     | {HH}
    """,
)


def some_visits(house: Town) -> None:
    """A household whose water was told and emptied, another that said it does not know; neither was told of rooms."""
    house.publish(house.project, ENOUGH)
    give(house, house.project, "enough", "all")
    one, two = house.enrol(water="borehole", minutes="12"), house.enrol(water="surface")
    house.visit(one.household, when="2026-05-01T10:00:00.000+08:00", water="", minutes="", rooms="")
    told = f"<household>{two.household}</household><when>2026-05-02T10:00:00.000+08:00</when><enough>unknown</enough>"
    assert house.phone.send(instance("enough", told)).status_code == 201


def kept(house: Town) -> dict[str, Any]:
    """What the tables hold of it all."""
    out: dict[str, Any] = {}
    for name in ("water", "housing", "visit"):
        out[name] = house.rows(name)
        out[f"{name} ever"] = house.rows(name, history=True)
    with house.session() as session:
        said = select(OBSERVATION.c.id, OBSERVATION.c.written, OBSERVATION.c.emptied).order_by(
            OBSERVATION.c.id
        )
        out["observed"] = [tuple(row) for row in session.execute(said)]
    return out


def test_a_rebuild_empties_what_visits_emptied(house: Town) -> None:
    some_visits(house)
    before = kept(house)
    assert [(row["source"], row["round_trip"]) for row in before["water"]].count((None, None)) == 1
    assert (before["housing"], before["housing ever"], len(before["water ever"])) == ([], [], 3)
    assert [emptied for *_, emptied in before["observed"] if emptied] == [["water", "housing"], ["water"]]
    with house.session() as session:
        rebuild(session, house.services)
        session.commit()
    assert kept(house) == before


def test_rows_without_any_value_go_and_their_visits_say_what_they_emptied(house: Town) -> None:
    some_visits(house)
    before = kept(house)
    _as_it_was(house)
    assert len(house.rows("water", history=True)) == len(before["water ever"]) + 1
    assert len(house.rows("housing")) == 1
    config = upgrade.alembic_config()
    with house.app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, "head")
        command.downgrade(config, "0006")
        command.upgrade(config, "head")
        connection.commit()
    assert kept(house) == before


def _as_it_was(house: Town) -> None:
    """Give each visit that emptied a table the row that said so, and forget what it emptied."""
    with house.session() as session:
        for seen in session.execute(select(OBSERVATION).where(OBSERVATION.c.emptied.is_not(None))).all():
            written = list(seen.written)
            for position, name in enumerate(seen.emptied, 100):
                if any(table == name for table, *_ in written):
                    continue
                table = TABLES[name]
                row = {
                    **seen._asdict(),
                    "household_id": seen.subject,
                    "path": "/data",
                    "id": seen.id + position,
                }
                there = {column: row[column] for column in row if column in table.history.c}
                session.execute(insert(table.history).values(there))
                if session.execute(select(table.current)).first() is None:
                    now = {column: row[column] for column in row if column in table.current.c}
                    session.execute(insert(table.current).values(now))
                written.append([name, row["id"], []])
            mine = update(OBSERVATION).where(OBSERVATION.c.id == seen.id)
            session.execute(mine.values(written=written, emptied=None))
        session.commit()
