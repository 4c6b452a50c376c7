"""Forms that are published at the same time and write to a list of one name: it is one list, with what both save."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import utcnow
from server.entities.datasets import declare, properties_of
from server.entities.models import Dataset
from server.xforms import EntityDecl
from tests.households.world import World, visit_mapping


def wells(*properties: str) -> EntityDecl:
    saves = {f"/data/{name}": name for name in properties}
    none = (None, None, None)
    return EntityDecl(
        "/data/meta/entity", "/data", "wells", "1", None, "", "", *none, "2024.1.0", None, saves
    )


def test_two_forms_published_at_once_share_one_list(world: World) -> None:
    forms = [world.form(visit_mapping()) for _ in range(2)]
    world.session.commit()
    engine = world.session.get_bind()
    assert isinstance(engine, Engine)

    def second() -> int:
        with Session(engine) as session:
            made = declare(session, 1, forms[1], [wells("depth", "kind")])
            session.commit()
            return made["wells"]

    with ThreadPoolExecutor(1) as pool, Session(engine) as session:
        first = declare(session, 1, forms[0], [wells("kind")])["wells"]
        other = pool.submit(second)
        while not other.done() and not blocked(engine):
            wait([other], timeout=0.05)
        session.commit()
        assert other.result(timeout=30) == first
    with Session(engine) as session:
        assert list(session.scalars(select(Dataset.id).where(Dataset.name == "wells"))) == [first]
        assert list(properties_of(session, first)) == ["kind", "depth"]


def test_the_database_itself_has_no_second_list_of_a_name(world: World) -> None:
    row = {"project_id": 1, "name": "wells", "created_at": utcnow()}
    world.session.execute(insert(Dataset), [row])
    with pytest.raises(IntegrityError):
        world.session.execute(insert(Dataset), [row])
    world.session.rollback()


def blocked(engine: Engine) -> bool:
    """Whether a transaction waits for another (SQLite: the second cannot have begun)."""
    if engine.dialect.name == "sqlite":
        return True
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with engine.connect() as connection:
        return bool(connection.scalar(waits))
