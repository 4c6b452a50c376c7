"""An installation to measure: forms published, a phone, households; and the bare server beside it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import forms
from bench.servers import Server, free_port, running
from server import create_app
from server.accounts import phones, users
from server.areas.importing import import_areas
from server.cli_base import prepare
from server.db import db, transaction, utcnow
from server.forms import lifecycle
from server.forms.models import Form, Project
from server.ingest.announce import announce
from server.settings import Settings

AREAS = b"code,name,parent,level,lat,lon\nA1,North,,district,12.3,44.1\nA1-014,Lower Ford,A1,village,12.34,44.12\n"
HOUSEHOLDS = 200


@dataclass(frozen=True, slots=True)
class House:
    """Two running servers, and what the clients need to know."""

    server: Server
    bare: Server
    settings: Settings
    token: str
    admin: str
    households: tuple[str, ...]
    small: tuple[int, int]  # ids of the small form and its version

    @property
    def base(self) -> str:
        """The phone's address."""
        return f"/v1/key/{self.token}/projects/1"


@contextmanager
def prepared(folder: Path, *, postgres: bool) -> Iterator[House]:
    """Make it, run it, stop it."""
    with ExitStack() as stack:
        url, bare_url = "", str(folder / "bare.sqlite3")
        if postgres:
            from tests.tools.postgres import running_postgres

            cluster = stack.enter_context(running_postgres(durable=True))
            url, bare_url = cluster.fresh(), cluster.fresh()
        settings = Settings.load(
            environ={},
            data=folder / "data",
            port=free_port(),
            sample=False,
            log_level="WARNING",
            database_url=url,
        )
        token, admin, households, small = _fill(settings)
        bare_settings = Settings.load(
            environ={}, data=folder / "bare", port=free_port(), workers=settings.workers, database_url=url
        )
        bare = stack.enter_context(running(bare_settings, "bench.bare:app", BENCH_DATABASE=bare_url))
        server = stack.enter_context(running(settings))
        yield House(server, bare, settings, token, admin, households, small)


def _fill(settings: Settings) -> tuple[str, str, tuple[str, ...], tuple[int, int]]:
    prepare(settings)
    app = create_app(settings)
    services = app.extensions["fieldfare"]
    with app.app_context():
        with transaction(db.session()) as session:
            user = users.create(session, email="bench@example.org", password=uuid.uuid4().hex, by=None)
            users.make_admin(session, user)
            session.add(
                Project(name="Bench", archived=False, created_at=utcnow(), timezone="UTC", exact_points=False)
            )
            import_areas(session, services.keys, AREAS, actor_id=user.actor_id)
        sheets = (forms.SMALL, forms.PHOTOS, forms.ENROL, forms.household())
        examined = [lifecycle.Upload(forms.xlsx(sheet), "form.xlsx").examined() for sheet in sheets]
        with transaction(db.session()) as session:
            made = [
                lifecycle.create(
                    session,
                    services,
                    1,
                    one,
                    user.actor_id,
                    announce=announce,
                    publish=True,
                    ignore_warnings=True,
                ).id
                for one in examined
            ]
            form = session.get_one(Form, made[0])
            small = (form.id, form.current_version_id or 0)
            areas = [2]
            _, token = phones.create(
                session, services, 1, "Phone 1", forms=made, areas=areas, by=user.actor_id
            )
            from server.accounts import signin

            admin = signin.open_session(session, services, user.actor_id).token
    households = tuple(str(uuid.uuid4()) for _ in range(HOUSEHOLDS))
    client = app.test_client()
    from bench.client import multipart

    for entity in households:
        body = multipart([("xml_submission_file", "v.xml", "text/xml", forms.enrol(entity))], "b")
        answer = client.post(
            f"/v1/key/{token}/projects/1/submission",
            data=body,
            content_type="multipart/form-data; boundary=b",
        )
        assert answer.status_code == 201, answer.text
    with app.app_context():
        db.engines[None].dispose()
        db.engines["read"].dispose()
    os.sync()
    return token, admin, households, small
