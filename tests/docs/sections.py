"""The parts of docs/ that are made from the code, so that they cannot say anything else, and how they get into a page.

`python -m tests.docs` writes them between their marks; a test compares. Reads the code only, never a database with data.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from tests.docs import made_of_doors as doors
from tests.docs import made_of_rules as rules
from tests.docs import made_of_tables as tables

MARK = re.compile(r"(<!-- made from the code: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

SECTIONS: dict[str, Callable[[], str]] = {
    "settings": rules.settings,
    "commands": rules.commands,
    "problems": rules.problem_codes,
    "limits": rules.limits,
    "rules": rules.rules,
    "domain-checks": rules.domain_checks,
    "notices": rules.notices,
    "shipped-forms": tables.shipped_forms,
    "catalogue": tables.catalogue,
    "repeat-tables": tables.repeat_tables,
    "code-lists": tables.code_lists,
    "codebook": tables.codebook,
    "other-tables": tables.other_tables,
    "roles": doors.roles,
    "python-licences": rules.python_licences,
    "xpath-functions": rules.xpath_functions,
}
"""What can stand between marks, by name."""

OF_AN_APP: dict[str, Callable[[Flask], str]] = {
    "rest": doors.rest_map,
    "openrosa": doors.openrosa_map,
    "health": doors.health_map,
}
"""The same, of what an application answers to."""


def made(name: str, app: Flask) -> str:
    """A section's text. Raises `KeyError` where none is called so."""
    return OF_AN_APP[name](app) if name in OF_AN_APP else SECTIONS[name]()


def filled(text: str, app: Flask) -> str:
    """A page with its sections made anew."""
    return MARK.sub(lambda mark: f"{mark[1]}\n{made(mark['name'], app).strip()}\n\n{mark[3]}", text)
