"""The files of deploy/ fit the product: what they start, where they look, what they let through; and a backup made as docs say."""

from __future__ import annotations

import configparser
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from server import create_app
from server.cli import main
from server.db import db
from server.ingest.models import Submission
from server.ingest.whole import damaged
from server.serve import GRACE
from server.settings import Settings
from tests.docs.reading import spans
from tests.docs.writing import DOCS, ROOT
from tests.support.fixtures import towns
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note

DEPLOY = ROOT / "deploy"


@pytest.fixture
def town(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An installation on SQLite and a folder."""
    with towns(tmp_path_factory.getbasetemp(), tmp_path / "here", None) as make:
        (tmp_path / "here").mkdir()
        yield make()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file."""
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8")))


def unit(name: str) -> configparser.RawConfigParser:
    """A systemd unit; of what may stand several times the last is read."""
    read = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    read.optionxform = str  # type: ignore[method-assign,assignment]  # names keep their capitals, as documented
    read.read_string((DEPLOY / name).read_text("utf-8"))
    return read


def test_the_unit_gives_requests_under_way_their_time() -> None:
    assert int(unit("fieldfare.service")["Service"]["TimeoutStopSec"]) > GRACE + 5
    assert unit("fieldfare.service")["Service"]["KillMode"] == "mixed"


def test_the_units_start_what_is_in_the_clone_and_keep_the_key_away_from_the_data() -> None:
    for name in ("fieldfare.service", "fieldfare-check.service", "fieldfare-backup.service"):
        text = (DEPLOY / name).read_text("utf-8")
        assert re.search(r"^ExecStart=.*/opt/fieldfare/\.venv/bin/fieldfare ", text, re.MULTILINE)
        found = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
        assert Path(found["FIELDFARE_KEY_FILE"]).parent != Path(found["FIELDFARE_DATA"])
    folders = unit("fieldfare.service")["Service"]["StateDirectory"].split()
    assert {f"/var/lib/{folder}" for folder in folders} == {"/var/lib/fieldfare", "/var/lib/fieldfare-keys"}


def test_every_setting_and_command_that_deploy_names_is_there() -> None:
    known = {f"FIELDFARE_{field.name.upper()}" for field in fields(Settings)}
    commands = set(main.commands)
    for path in sorted(DEPLOY.iterdir()):
        text = path.read_text("utf-8")
        assert set(re.findall(r"FIELDFARE_[A-Z_0-9]+", text)) <= known, path.name
        started = re.findall(r"bin/fieldfare ([a-z]+)", text) + re.findall(
            r'^CMD \["([a-z]+)"', text, re.MULTILINE
        )
        assert set(started) <= commands, path.name


def test_the_nightly_backup_writes_over_that_of_a_week_ago() -> None:
    start = unit("fieldfare-backup.service")["Service"]["ExecStart"]
    assert "fieldfare backup --force " in start
    assert "date +%%A" in start


def test_the_compose_file_keeps_data_key_and_database_in_volumes_of_their_own(
    compose: dict[str, Any],
) -> None:
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    kept = dict(line.split(":")[:2] for line in compose["services"]["fieldfare"]["volumes"])
    assert kept == {"data": "/var/lib/fieldfare", "keys": "/var/lib/fieldfare-keys"}
    assert "FIELDFARE_DATA=/var/lib/fieldfare " in image
    assert "FIELDFARE_KEY_FILE=/var/lib/fieldfare-keys/" in image
    assert set(compose["volumes"]) == {"data", "keys", "database", "certificates"}


def test_the_compose_file_s_settings_can_be_read(compose: dict[str, Any]) -> None:
    given = compose["services"]["fieldfare"]["environment"]
    spoken = {name: re.sub(r"\$\{(\w+):\?\}", r"\1.example", value) for name, value in given.items()}
    settings = Settings.load(spoken)
    assert settings.trusted_proxies == 1
    assert not settings.is_sqlite
    assert settings.base_url == "https://SITE.example"


def test_the_compose_file_names_all_that_it_asks_for_in_the_page(compose: dict[str, Any]) -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    page = list(spans(DOCS / "deploying.md"))
    assert asked
    assert [name for name in asked if not any(span.startswith(f"{name}=") for span in page)] == []
    seconds = {"2m": 120}[compose["services"]["fieldfare"]["stop_grace_period"]]
    assert seconds > GRACE + 5


def test_both_proxies_lead_to_the_port_that_the_server_listens_on() -> None:
    at = f"127.0.0.1:{Settings.load({}).port}"
    assert f"proxy_pass http://{at};" in (DEPLOY / "nginx.conf").read_text("utf-8")
    assert f"reverse_proxy {{$UPSTREAM:{at}}}" in (DEPLOY / "Caddyfile").read_text("utf-8")


def test_a_backup_made_as_the_page_says_is_whole_after_a_restore(town: Town, tmp_path: Path) -> None:
    own = new_id()
    sent = town.phone.send(note("<photo>a.jpg</photo>", instance_id=own), {"a.jpg": jpeg(1)})
    assert sent.status_code == 201
    here, there = town.services.settings, tmp_path / "there"
    there.mkdir()
    (query,) = (
        found for span in spans(DOCS / "deploying.md") for found in re.findall(r'"(VACUUM INTO .*?)"', span)
    )
    with closing(sqlite3.connect(here.data / "fieldfare.sqlite3")) as database:
        database.execute(query.replace("/backup", str(there)))
    shutil.copytree(here.data / "media", there / "media")
    shutil.copy(here.key_path, there / "fieldfare.key")
    restored = create_app(Settings.load({}, data=there, sample=False, log_level="WARNING"))
    with restored.app_context():
        assert list(damaged(db.session(), restored.extensions["fieldfare"])) == []
        assert [row.instance_id for row in db.session().query(Submission)] == [own]
        for engine in db.engines.values():
            engine.dispose()
