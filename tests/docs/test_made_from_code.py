"""What docs say of settings, commands, codes, tables, roles and addresses is what the code says."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from server import models, problems
from server.accounts.roles import ROLES, Verb
from server.cli import main
from server.db import Base
from server.households import columns
from server.households.codes import CODES
from server.households.tables import until_views
from server.settings import Settings
from tests.docs.made_of_rules import walk
from tests.docs.reading import PAGES, name_of, text_of
from tests.docs.sections import MARK, OF_AN_APP, SECTIONS, filled
from tests.docs.writing import DOCS

MADE = [page for page in PAGES if MARK.search(text_of(page))]


@pytest.mark.parametrize("page", MADE, ids=name_of)
def test_a_page_says_what_the_code_says(page: Path, app: Flask) -> None:
    assert text_of(page) == filled(text_of(page), app), "python -m tests.docs writes it anew"


def test_every_section_stands_in_one_page() -> None:
    used = Counter(found["name"] for page in MADE for found in MARK.finditer(text_of(page)))
    assert used == Counter([*SECTIONS, *OF_AN_APP])


def test_every_setting_is_in_settings() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    assert [f.name for f in fields(Settings) if f"`FIELDFARE_{f.name.upper()}`" not in text] == []


def test_every_command_is_in_operations() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    assert [name for name, _ in walk(main, "fieldfare") if f"### `{name}" not in text] == []


def test_every_problem_is_in_the_api_page() -> None:
    text = (DOCS / "api.md").read_text("utf-8")
    assert [p.code for p in problems.TABLE.values() if f"| `{p.code}` |" not in text] == []


def test_every_table_and_column_is_described() -> None:
    models.load()
    text = "".join((DOCS / name).read_text("utf-8") for name in ("tables.md", "database.md"))
    missing = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if f"| `{column.name}` |" not in text
    ]
    assert missing == []
    assert [name for name in Base.metadata.tables if f"`{name}`" not in text] == []
    assert [name for name, _ in until_views() if f"`{name}`" not in text] == []


def test_every_column_that_a_form_can_write_is_in_the_catalogue() -> None:
    text = (DOCS / "forms.md").read_text("utf-8")
    assert [name for name in columns.catalogue() if f"| `{name}` |" not in text] == []
    assert [name for name in CODES if f"| `{name}` |" not in text] == []


def test_every_role_and_verb_is_in_security() -> None:
    text = (DOCS / "security.md").read_text("utf-8")
    held = frozenset[Verb]().union(*(role.verbs for role in ROLES if role.system != "pwreset"))
    assert [str(verb) for verb in held if f"| `{verb}` |" not in text] == []
    inside = {"Password Reset Token", "Form Viewer (system internal)", "Public Link"}
    assert [role.name for role in ROLES if role.name not in inside and f" {role.name} " not in text] == []


def test_every_job_is_in_operations(app: Flask) -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    assert [kind for kind in app.extensions["fieldfare.jobs"] if f"| `{kind}` |" not in text] == []


def test_every_address_of_the_api_is_in_the_api_page(app: Flask) -> None:
    text = (DOCS / "api.md").read_text("utf-8")
    firsts = {rule.rule.split("<")[0] for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/")}
    assert [first for first in firsts if first not in text] == []
