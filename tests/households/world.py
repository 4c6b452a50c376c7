"""An installation's database with a project, areas and a form that writes to every table, and submissions to it.

Drives the room through its own functions, as ingest does: determine, ledger, apply.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, insert, inspect
from sqlalchemy.orm import Session

from media import open_store
from server import ledger, models
from server.areas.models import Area
from server.commit import Committer
from server.db import Base, engine_options, prepare_sqlite, utcnow
from server.entities.datasets import declare
from server.entities.versions import Moment
from server.forms.models import Form, FormVersion, FormVersionColumn, Project
from server.households import writer
from server.households.columns import catalogue
from server.households.incoming import Incoming
from server.households.mapping import FormPlan, form_plan
from server.households.tables import TABLES
from server.keys import Keyring
from server.services import Services
from server.settings import Settings
from server.xforms import EntityBlock, EntityDecl, SavedEntity

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""When the first submission is received."""


def engine_on(url: str, *, reading: bool = False) -> Engine:
    """An engine as the product makes it."""
    engine = create_engine(**engine_options(url, readers=4))
    if url.startswith("sqlite"):
        prepare_sqlite(engine, immediate=not reading)
    return engine


def lay_out(url: str) -> None:
    """Make the whole schema, project 1 and the areas `A1` (id 1) > `A1-014` (id 2) and `B2` (id 3)."""
    models.load()
    engine = engine_on(url)
    Base.metadata.create_all(engine)
    _furnish(engine)
    engine.dispose()


def empty(url: str) -> None:
    """Bring a PostgreSQL database back to what `lay_out` made: a tenth of the time of a fresh one."""
    engine = engine_on(url)
    with engine.begin() as connection:
        for name in inspect(connection).get_view_names():
            connection.exec_driver_sql(f"DROP VIEW {name}")
        tables = "; ".join(f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables))
        connection.exec_driver_sql(tables)
        sequences = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        connection.exec_driver_sql(sequences)
    _furnish(engine)
    engine.dispose()


def _furnish(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Project(id=1, name="Aldermere", timezone="Asia/Shanghai", created_at=NOW))
        for id_, code, parent, path in (
            (1, "A1", None, "/1/"),
            (2, "A1-014", 1, "/1/2/"),
            (3, "B2", None, "/3/"),
        ):
            area = Area(
                id=id_, code=code, name=code, names={"zh": f"{code} 村"}, level="village", parent_id=parent
            )
            area.path, area.created_at = path, NOW
            session.add(area)
            session.flush()
        session.commit()


def new_uuid() -> str:
    return str(uuid.uuid4())


def visit_mapping(
    *, by: str = "entity", create: bool = False, only: set[str] | None = None
) -> dict[str, Any]:
    """A compiled mapping that asks every household column at `/data/<table>/<column>`, or those of `only`."""
    columns, rows = [], []
    for table in TABLES.values():
        if table.subject != "household":
            continue
        asked = [c for c in catalogue().values() if c.table == table.name and not c.virtual]
        asked = [c for c in asked if only is None or c.full_name in only]
        at = [{"column": c.name, "path": f"/data/{table.name}/{c.name}"} for c in asked]
        if table.repeated and at:
            rows.append({"table": table.name, "path": f"/data/{table.name}", "columns": at})
        else:
            columns += [{"table": table.name, **entry} for entry in at]
    path = "/data/meta/entity" if by == "entity" else "/data/which"
    return {
        "key": {"kind": "household", "by": by, "path": path, "create": create},
        "area": "/data/area",
        "observed_at": "/data/observed_at",
        "start": "/data/start",
        "end": "/data/end",
        "columns": columns,
        "rows": rows,
    }


@dataclass
class World:
    """The database with project 1, areas `A1` (id 1) > `A1-014` (id 2) and `B2` (id 3), and forms as they are added."""

    session: Session
    services: Services
    readers: Engine
    plans: dict[int, FormPlan] = field(default_factory=dict)
    versions: Any = field(default_factory=lambda: itertools.count(1))
    receipts: Any = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(cls, url: str, folder: Path) -> World:
        """The installation on a database that is laid out."""
        engine, readers = engine_on(url), engine_on(url, reading=True)
        keys = Keyring({1: bytes(32)}, bytes(range(32)))
        settings = Settings.load({}, data=folder)
        services = Services(settings, keys, open_store("file:media", data=folder), Committer(engine))
        return cls(Session(engine, expire_on_commit=False), services, readers)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session as doors have it that only read."""
        self.session.commit()
        with Session(self.readers) as session:
            session.info["read_only"] = True
            yield session

    def close(self) -> None:
        """Let go of the database."""
        self.session.close()
        bind = self.session.get_bind()
        assert isinstance(bind, Engine)
        bind.dispose()
        self.readers.dispose()

    def form(
        self,
        mapping: Mapping[str, Any],
        *,
        dataset: str = "households",
        saveto: Mapping[str, str] | None = None,
    ) -> int:
        """Publish a form version with this mapping; returns the version's id."""
        session, number = self.session, next(self.versions)
        session.add(Form(id=number, project_id=1, xml_form_id=f"form{number}", created_at=NOW))
        session.flush()
        session.add(
            FormVersion(
                id=number,
                form_id=number,
                version="1",
                title="F",
                xml=b"",
                md5="",
                created_at=NOW,
                mapping=dict(mapping),
            )
        )
        session.flush()
        plan = form_plan(mapping)
        asked = [
            {
                "form_version_id": number,
                "table_name": part.table,
                "column_name": slot.column.name,
                "path": slot.path,
            }
            for part in plan.parts
            for slot in part.slots
        ]
        if asked:
            session.execute(insert(FormVersionColumn), asked)
        saved = saveto if saveto is not None else {"/data/status": "status", "/data/dwelling": "geometry"}
        declared = EntityDecl(
            "/data/meta/entity",
            "/data",
            dataset,
            "1",
            None,
            "",
            "",
            None,
            None,
            None,
            "2024.1.0",
            None,
            saved,
        )
        declare(session, 1, number, [declared], {"/data/dwelling"})
        session.commit()
        self.plans[number] = plan
        return number

    def incoming(
        self,
        version: int,
        record: Mapping[str, Any],
        *,
        household: str | None = None,
        create: bool = False,
        properties: Mapping[str, str] | None = None,
        base: int | None = None,
        label: str | None = "A1-014 · 7F3A2",
        instance: str | None = None,
        **more: Any,
    ) -> Incoming:
        """A submission version as ingest makes it."""
        entities: tuple[SavedEntity, ...] = ()
        if household is not None:
            block = EntityBlock(
                "/data/meta/entity",
                "facilities" if self.plans[version].kind == "facility" else "households",
                household,
                create,
                not create,
                str(base) if base is not None else None,
                label=label,
            )
            sources = {
                name: f"/data/{'dwelling' if name == 'geometry' else name}" for name in properties or {}
            }
            entities = (SavedEntity("/data/meta/entity", block, dict(properties or {}), sources),)
        made = Incoming(
            project_id=1,
            timezone="Asia/Shanghai",
            form_version_id=version,
            form=f"form{version}",
            version="1",
            plan=self.plans[version],
            record=record,
            instance_id=instance or f"uuid:{new_uuid()}",
            received_at=NOW,
            entities=entities,
            protected=frozenset({"/data/dwelling"}),
        )
        return replace(made, **more)

    def receive(self, incoming: Incoming, *, held: bool = False, commit: bool = True) -> Received:
        """Determine, append to the ledger, apply: what ingest does with one submission version."""
        session, services = self.session, self.services
        determined = writer.determine(session, services, incoming)
        payload = determined.as_dict()
        at = incoming.received_at + timedelta(seconds=next(self.receipts))
        about = f"submission:{incoming.submission_id}" if incoming.submission_id else "submission"
        kind, keys = ledger.Kind.SUBMISSION, services.keys
        seq = ledger.append(session, keys, kind, about, None, {**payload, "held": held}, at=at)
        submission_id = incoming.submission_id or seq
        applied = writer.apply(
            session,
            services,
            incoming,
            determined,
            Moment(seq, at),
            submission_id=submission_id,
            version_id=seq,
            held=held or (determined.waits and determined.code is not None),  # a second enrolment
        )
        if commit:
            session.commit()
        return Received(incoming, determined, applied, seq, submission_id)

    def enrol(self, version: int, record: Mapping[str, Any] | None = None, **more: Any) -> Received:
        """A new household from an enrolment in A1-014."""
        answers = {"area": "A1-014", **(record or {})}
        household = more.pop("household", None) or new_uuid()
        return self.receive(self.incoming(version, answers, household=household, create=True, **more))

    def later(self, seq: int = 900) -> Moment:
        """An event after all that was received."""
        return Moment(seq, NOW + timedelta(days=1))

    def row(self, name: str, household: str | None, *, history: bool = False) -> dict[str, Any] | None:
        """The current row of a table (or the only standing row of its history)."""
        rows = self.rows(name, household, history=history)
        assert len(rows) < 2, rows
        return rows[0] if rows else None

    def rows(self, name: str, subject: str | None, *, history: bool = False) -> list[dict[str, Any]]:
        """All rows about a subject, as the table keeps them."""
        table = TABLES[name].history if history else TABLES[name].current
        key = TABLES[name].key if history else TABLES[name].current_key
        query = table.select().where(table.c[key] == subject).order_by(*table.primary_key.columns)
        return [row._asdict() for row in self.session.execute(query)]


@dataclass(frozen=True)
class Received:
    """A submission that was received."""

    incoming: Incoming
    determined: writer.Determined
    applied: writer.Applied
    seq: int
    submission_id: int

    @property
    def household(self) -> str:
        assert self.determined.subject is not None
        return self.determined.subject


def when(day: int, hour: int = 10) -> str:
    """A dateTime as phones write it: a day of March 2026, in the project's zone."""
    return f"2026-03-{day:02d}T{hour:02d}:00:00.000+08:00"


__all__ = ["NOW", "Received", "World", "lay_out", "new_uuid", "utcnow", "visit_mapping", "when"]
