"""What the prose of README, docs and deploy/ names is there: settings, commands, targets, files, links, queries."""

from __future__ import annotations

import inspect
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from media.s3 import S3Store
from server import bare_app, upgrade
from server.cli import main
from server.forms.examine import examine
from server.forms.notices import Level
from server.settings import Settings
from tests.docs.reading import DEPLOY, PAGES, anchors, blocks, links, name_of, spans, text_of
from tests.docs.writing import DOCS, ROOT
from tests.test_architecture import MAY_IMPORT

SETTINGS = set(Settings.load({}).as_environment()) | {
    f"FIELDFARE_{name.upper()}" for name in Settings.__slots__
}
TARGETS = set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
FOLDERS = ("forms/", "server/", "media/", "frontend/", "deploy/", "tests/", "bench/", "tools/", "docs/")
MADE_BY_MAKE = ("server/web/static/dist", "bench/results.json")


@pytest.mark.parametrize("page", [*PAGES, *DEPLOY], ids=name_of)
def test_every_setting_named_exists(page: Path) -> None:
    named = set(re.findall(r"FIELDFARE_[A-Z0-9_]*[A-Z0-9]", text_of(page)))
    assert named - SETTINGS == set()


@pytest.mark.parametrize("page", [*PAGES, *DEPLOY], ids=name_of)
def test_every_command_named_exists(page: Path) -> None:
    lines = text_of(page).splitlines() if page in DEPLOY else list(spans(page))
    typed = [
        found[1].split()
        for line in lines
        for found in re.finditer(r"(?:^|bin/)fieldfare((?: +[\w=./-]+)+)", line)
    ]
    assert [words for words in typed if not resolves(words)] == []


def resolves(words: list[str]) -> bool:
    """Whether words after `fieldfare` lead to a command with the options given."""
    command: click.Command = main
    for number, word in enumerate(words):
        if isinstance(command, click.Group) and not word.startswith("-"):
            if word not in command.commands:
                return False
            command = command.commands[word]
        elif word.startswith("-"):
            known = {name for option in command.params for name in option.opts} | {"--help", "-h"}
            if word not in known:
                return False
            if isinstance(command, click.Group):
                return True
        elif number == 0:
            return False
    return True


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert resolves(["key", "sheet"])
    assert resolves(["serve", "--host", "0.0.0.0"])
    assert not resolves(["key", "sheets"])
    assert not resolves(["serve", "--everywhere"])


@pytest.mark.parametrize("page", [*PAGES, *DEPLOY], ids=name_of)
def test_every_target_of_make_named_exists(page: Path) -> None:
    lines = text_of(page).splitlines() if page in DEPLOY else list(spans(page))
    named = {found for line in lines for found in re.findall(r"(?:^|&& |RUN )make ([a-z-]+)", line)}
    assert named - TARGETS == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_named_exists(page: Path) -> None:
    words = (word.rstrip(".,;:)") for span in spans(page) for word in span.split())
    named = {word for word in words if word.startswith(FOLDERS) and "*" not in word}
    gone = {word for word in named if not (ROOT / word).exists() and not word.startswith(MADE_BY_MAKE)}
    assert gone == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            waiting += [
                (page.parent / link.partition("#")[0]).resolve() for link in links(page) if ":" not in link
            ]
    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_the_readme_begins_with_the_two_commands() -> None:
    first = blocks(ROOT / "README.md", "")[0].split("\n")
    assert [line for line in first if line] == ["make run", "make demo"]


def test_every_room_has_its_place_in_the_page_on_the_house() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    rooms = {
        room for room in MAY_IMPORT if any((ROOT / "server" / name).exists() for name in (room, f"{room}.py"))
    }
    assert {room for room in rooms if not re.search(rf"\b{room}\b", text)} == set()
    assert len(rooms) > 15


def test_every_query_in_docs_runs_on_a_migrated_database(tmp_path: Path) -> None:
    settings = Settings.load({}, data=tmp_path)
    upgrade.migrate(bare_app(settings), settings)
    queries = [
        query
        for page in PAGES
        for block in blocks(page, "sql")
        for query in block.split(";")
        if query.strip()
    ]
    with closing(sqlite3.connect(settings.database.removeprefix("sqlite:///"))) as database:
        for query in queries:
            database.execute(query)
    assert len(queries) >= 3


def test_the_form_in_the_page_can_be_published_and_writes_what_the_page_says() -> None:
    (example,) = blocks(DOCS / "forms.md", "markdown")
    found = examine(example.encode(), "example.md")
    assert found.usable
    assert [notice.line() for notice in found.notices if notice.level is not Level.NOTE] == []
    assert found.compiled is not None
    assert [asked[:2] for asked in found.compiled.asked] == [("water", "source"), ("water", "round_trip")]
    assert found.mapping is not None
    assert found.mapping["key"]["by"] == "question"


def test_the_rights_on_s3_are_those_that_the_store_names() -> None:
    (policy,) = (json.loads(block) for block in blocks(DOCS / "deploying.md", "json"))
    granted = {action.removeprefix("s3:") for one in policy["Statement"] for action in one["Action"]}
    sentence = re.search(r"needs the rights s3:(.*?):", inspect.getdoc(S3Store) or "", re.DOTALL)
    assert sentence is not None
    assert granted == set(re.findall(r"\w+", sentence[1])) - {"and"}


def test_the_pages_packages_are_those_of_the_frontend() -> None:
    section = (DOCS / "licences.md").read_text("utf-8").partition("## In the pages")[2]
    named = set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))
    package = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))
    assert named == set(package["dependencies"]) | {"bootstrap-icons"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_address_named_is_answered(page: Path, app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    named = {
        found
        for span in spans(page)
        for found in re.findall(
            r"(?:^|[A-Z] |:8000)(/(?:v1|docs|healthz|readyz|metrics)\b[^\s\"'`?…)]*)", span
        )
    }
    plain = {address: re.sub(r"<\w+>|\{\w+\}", "1", address.rstrip("/.")) for address in named}
    beginnings = tuple(
        rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("Elsewhere")
    )
    gone = [
        address
        for address, path in plain.items()
        if not answered(adapter, path)
        and not any(rule.startswith(f"{address.rstrip('/.')}/") for rule in beginnings)
    ]
    assert gone == []


def answered(adapter: MapAdapter, path: str) -> bool:
    """Whether an address is answered to any method, by more than the rule for what is not there."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        try:
            endpoint, _ = adapter.match(path, method)
        except HTTPException:
            continue
        if not str(endpoint).startswith("Elsewhere"):
            return True
    return False


def test_the_proxy_writes_no_token_into_its_log(app: Flask) -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    pattern = re.search(r'"~(\^\(\?<before>.*?)" "\$before', text)
    assert pattern is not None
    hides = re.compile(pattern[1].replace("(?<", "(?P<"))
    for rule in app.url_map.iter_rules():
        if "<token>" in rule.rule:
            assert hides.match(re.sub(r"<(?:\w+:)?\w+>", "x1", rule.rule)), rule.rule
    found = hides.match("/v1/key/secret-token/projects/1/formList?deviceID=x")
    assert found is not None
    assert found["before"] + "..." + found["after"] == "/v1/key/.../projects/1/formList"
