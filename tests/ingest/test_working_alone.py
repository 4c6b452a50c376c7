"""A rebuild works alone: it is refused beside whatever may write, and that is refused until it ends."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from alembic import command
from click.testing import CliRunner, Result

from server import bare_app, upgrade
from server.cli import main
from server.db import db
from server.ingest.rebuild import rebuild
from server.jobs import Later, enqueue, run_due, work
from server.together import REBUILDING, NotAloneError, alone
from tests.support import closing
from tests.support.answers import refused
from tests.support.fixtures import MakeTown
from tests.support.town import Town, new_id, note


def run(town: Town, *words: str) -> Result:
    """A command, on the town's installation."""
    settings = town.services.settings
    return CliRunner().invoke(
        main, ["--data", str(settings.data), *words], env={"FIELDFARE_DATABASE_URL": settings.database_url}
    )


@pytest.fixture
def town(make_town: MakeTown) -> Town:
    """A town whose database says which schema it has, as commands want it."""
    made = make_town()
    config = upgrade.alembic_config()
    with made.app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, "head")
        connection.commit()
    return made


@contextmanager
def rebuilding(town: Town) -> Iterator[None]:
    """A rebuild under way in another process, as far as the town can tell."""
    closing.close(town.app)
    other = bare_app(town.services.settings)
    with other.app_context():
        with alone(db.session()):
            rebuild(db.session(), town.services)
            yield
            db.session.commit()
        closing.close(other)


def test_a_rebuild_beside_a_server_is_refused_and_changes_nothing(town: Town) -> None:
    enrolled = town.enrol()
    before = town.rows("water", history=True)
    done = run(town, "rebuild")
    assert done.exit_code == 1
    assert "works on this installation. Stop it, then rebuild. Nothing was changed." in done.output
    assert town.rows("water", history=True) == before
    town.visit(enrolled.household)  # and the server goes on writing


def test_once_the_server_has_stopped_it_is_done(town: Town) -> None:
    town.enrol()
    before = town.rows("water", history=True)
    closing.close(town.app)
    done = run(town, "rebuild")
    assert done.exit_code == 0, done.output
    assert "Rebuilt from" in done.output
    assert town.rows("water", history=True) == before


def test_a_server_stores_nothing_until_a_rebuild_ends(town: Town) -> None:
    own = new_id()
    phone, xml = town.phone, note(instance_id=own)
    with rebuilding(town):
        refused(phone.send(xml), "503.61")
        told = town.api("POST", "/projects", json={"name": "Kestrel Bay"})
        assert (told.status_code, told.json["code"]) == (503, 503.61)
    assert phone.send(xml).status_code == 201
    assert town.submission(own) is not None


def test_nor_does_anything_begin_meanwhile(town: Town, tmp_path: Path) -> None:
    areas = tmp_path / "areas.csv"
    areas.write_text("code,name,parent,level\nC3,Corfe,,district\n", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    with rebuilding(town):
        for words in (["serve", "--port", port], ["worker"], ["rebuild"], ["areas", "import", str(areas)]):
            done = run(town, *words)
            assert done.exit_code == 1
            assert REBUILDING in done.output, (words, done.output)


class Stops(logging.Handler):
    """Tells a worker to stop as soon as it says anything."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop

    def emit(self, record: logging.LogRecord) -> None:
        self._stop.set()


def test_a_worker_waits_for_the_end_of_a_rebuild(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.jobs.AWAY", 0.01)
    ran: list[str] = []
    stop = Event()
    told = Stops(stop)
    with town.session() as session:
        enqueue(session, [Later("note", "a")])
    logging.getLogger("fieldfare.jobs").addHandler(told)
    try:
        with rebuilding(town), town.app.app_context():
            work(db.session(), {"note": lambda _, ref: ran.append(ref)}, stop)
            assert ran == []
    finally:
        logging.getLogger("fieldfare.jobs").removeHandler(told)
    with town.session() as session:
        run_due(session, {"note": lambda _, ref: ran.append(ref)})
    assert ran == ["a"]


def test_each_ends_what_the_other_was_refused_for(town: Town) -> None:
    settings = town.services.settings
    closing.close(town.app)
    one, two = bare_app(settings), bare_app(settings)
    with one.app_context():
        kept = db.engines[None].connect()
    with two.app_context():
        for _ in range(2):
            with pytest.raises(NotAloneError), alone(db.session()):
                raise AssertionError("a connection that may write is open")
            db.session.rollback()
        kept.close()
        closing.close(one)
        with alone(db.session()):
            db.session.rollback()
        db.session.remove()
    closing.close(two)
