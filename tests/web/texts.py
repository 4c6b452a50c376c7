"""Every English text that a reader may meet, gathered from where it stands: templates, views, problems, notices, findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from server.forms.notices import TABLE as NOTICES
from server.households.tables import TABLES
from server.openrosa import refusals
from server.problems import TABLE as PROBLEMS
from server.web import codes
from server.web.acts import ACTS
from server.web.frame.words import FIELDS
from server.web.phones import LOST, STEPS
from server.web.visits.one import DONE
from server.xforms import MESSAGES

SERVER = Path(__file__).parents[2] / "server"
REASONED = ("accounts", "areas", "households", "web")
FIRST, SECOND = ("tell", "bare"), ("said", "tell_count", "say")


def every_text() -> dict[str, str]:
    """Text -> where it was found first."""
    found: dict[str, str] = {}
    for text, where in _gathered():
        if re.sub(r"\{\w*\}", "", text).strip(" .,:/–%"):
            found.setdefault(text, where)
    return found


def _gathered() -> Iterator[tuple[str, str]]:
    for path in sorted((SERVER / "web" / "templates").rglob("*.html")):
        for text in _of_template(path):
            yield text, path.name
    for path in sorted(SERVER.rglob("*.py")):
        for text in _of_python(path):
            yield text, path.name
    for problem in PROBLEMS.values():
        yield problem.words, "problems.py"
    yield from ((text, "refusals.py") for text in (refusals.STAYS, refusals.TELL))
    yield from ((text, "refusals.py") for text in (*refusals.HAPPENED.values(), *refusals.TO_DO.values()))
    for words in NOTICES.values():
        yield from ((text, "notices.py") for text in (words.message, words.fix) if text)
    yield from ((text, "projects.py") for text in SAID_OF_PROJECTS)
    yield from ((text, "words.py") for text in FIELDS.values())
    yield from ((text, "messages.py") for text in MESSAGES.values())
    yield from ((text, "acts.py") for text in ACTS.values())
    yield from ((text, "phones.py") for text in (*STEPS, LOST))
    yield from ((text, "one.py") for text in DONE.values())
    for name, table in TABLES.items():
        yield codes.humane(name), "table"
        for column in table.history.columns:
            if "type" in column.info and column.info["type"] != "g":
                yield codes.NAMES.get(column.name) or codes.humane(column.name), "column"
    yield from ((text, "codes.py") for text in codes.NAMES.values())
    for name in (
        "household",
        "area",
        "observed_at",
        "position",
        "request",
        "met_on",
        "confirmed",
        "updated_at",
    ):
        yield codes.humane(name), "column"


def _of_template(path: Path) -> Iterator[str]:
    tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "_n"):
            wanted = call.args[:1] if call.node.name == "_" else call.args[1:3]
            yield from (arg.value for arg in wanted if isinstance(arg, nodes.Const))


def _of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            wanted = node.args[:1] if name in FIRST else node.args[1:3] if name == "tell_count" else []
            wanted = node.args[1:2] if name in ("said", "say") else wanted
            yield from (a.value for a in wanted if isinstance(a, ast.Constant) and isinstance(a.value, str))
            if path.parent.name in REASONED:
                yield from _reasons(node)


SAID_OF_PROJECTS = ("it is longer than 200 characters", "no time zone is called so (as in Asia/Shanghai)")


def _reasons(call: ast.Call) -> Iterator[str]:
    """Reasons that rooms give in whole: `problems.X(reason="it is empty")`."""
    for keyword in call.keywords:
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)
