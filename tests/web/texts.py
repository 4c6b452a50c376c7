"""Every English text that a reader may meet, gathered from where it stands: templates, views, problems, notices, findings,
the monitoring tables and the settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from jinja2 import Environment, nodes

from server import sample
from server.demo.make import DESCRIPTION as DEMO
from server.forms.notices import ARGUMENTS
from server.forms.notices import TABLE as NOTICES
from server.households import reach, reading
from server.households.tables import TABLES
from server.ingest.check import EMPTY, MISFIT
from server.openrosa import refusals
from server.problems import TABLE as PROBLEMS
from server.review.wording import NOTHING, WORKED_OUT
from server.settings import Settings
from server.web import codes
from server.web.acts import ACTS
from server.web.frame.words import FIELDS
from server.web.phones import LOST, STEPS
from server.web.visits.one import DONE
from server.xforms import MESSAGES

SERVER = Path(__file__).parents[2] / "server"
REASONED = ("accounts", "areas", "households", "web")


def every_count() -> dict[tuple[str, str], str]:
    """The text for one thing and that for many -> where the pair was found first."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((SERVER / "web" / "templates").rglob("*.html")):
        for pair in _pairs_of_template(path):
            found.setdefault(pair, path.name)
    found |= {(one.one, one.words): "problems.py" for one in PROBLEMS.values() if one.one}
    for name, one in refusals.HAPPENED_ONCE.items():
        found[one, refusals.HAPPENED[name]] = "refusals.py"
    return found


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
        if not problem.one:
            yield problem.words, "problems.py"
    yield from ((text, "refusals.py") for text in (refusals.STAYS, refusals.TELL))
    for name, text in refusals.HAPPENED.items():
        if name not in refusals.HAPPENED_ONCE:
            yield text, "refusals.py"
    yield from ((text, "refusals.py") for text in refusals.TO_DO.values())
    for words in NOTICES.values():
        yield from ((text, "notices.py") for text in (words.message, words.fix) if text)
    yield from ((text, "sheet_words.py") for text in sorted(ARGUMENTS))
    yield from ((text, "projects.py") for text in SAID_OF_PROJECTS)
    yield from ((text, "words.py") for text in FIELDS.values())
    yield from ((text, "messages.py") for text in MESSAGES.values())
    yield from ((text, "acts.py") for text in ACTS.values())
    yield from ((text, "phones.py") for text in (*STEPS, LOST))
    yield from ((text, "one.py") for text in DONE.values())
    yield from ((text, "codes.py") for text in codes.NAMES.values())
    yield from ((text, "reach.py") for text in reach.SENTENCES)
    yield EMPTY, "check.py"
    yield MISFIT, "check.py"
    yield WORKED_OUT, "wording.py"
    yield NOTHING, "wording.py"
    yield from _of_tables()
    yield from ((field.metadata["doc"], "settings.py") for field in fields(Settings))
    yield from ((text, "sample.py") for text in (sample.NAME, sample.DESCRIPTION, sample.SENDER))
    yield DEMO, "make.py"


def _of_tables() -> Iterator[tuple[str, str]]:
    """Names of tables and columns, what they say, their units: of all that the pages of tables show."""
    for name, table in TABLES.items():
        yield codes.humane(name), "table"
        yield str(table.current.comment), "table"
        for point in (column for column in table.history.columns if column.info.get("type") == "g"):
            yield codes.humane(point.name), "column"
        for history in (False, True):
            hidden = codes.BESIDE - {"confirmed"} | (set() if history else {"path", "recorded_at"})
            for heading in reading.headings(name, history=history):
                if heading.name not in hidden:
                    yield codes.NAMES.get(heading.name) or codes.humane(heading.name), "column"
                    yield heading.comment, "column"
                    if heading.unit:
                        yield heading.unit, "unit"


def _of_template(path: Path) -> Iterator[str]:
    tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            yield from (arg.value for arg in call.args[:1] if isinstance(arg, nodes.Const))


def _pairs_of_template(path: Path) -> Iterator[tuple[str, str]]:
    tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_n":
            one, many = (arg.value for arg in call.args[1:3] if isinstance(arg, nodes.Const))
            yield one, many


def _of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            wanted = node.args[:1] if isinstance(node.func, ast.Name) and name in ("tell", "bare") else []
            wanted = node.args[1:2] if name in ("said", "say", "_finding") else wanted
            wanted = node.args[:1] if name == "Sentence" else wanted
            yield from (a.value for a in wanted if isinstance(a, ast.Constant) and isinstance(a.value, str))
            if path.parent.name in REASONED and name != "replace":  # a value's own field is no sentence
                yield from _reasons(node)


SAID_OF_PROJECTS = ("it is longer than 200 characters", "no time zone is called so (as in Asia/Shanghai)")


def _reasons(call: ast.Call) -> Iterator[str]:
    """Reasons that rooms give in whole: `problems.X(reason="it is empty")`; one word alone is a value, not a reason."""
    for keyword in call.keywords:
        if (
            keyword.arg == "reason"
            and isinstance(keyword.value, ast.Constant)
            and " " in str(keyword.value.value)
        ):
            yield str(keyword.value.value)
