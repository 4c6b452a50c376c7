"""The parts of docs/ that are made from the code, so that they cannot say anything else: settings, commands, codes, tables.

`python -m tests.docs` writes them between their marks; a test compares. Reads the code only, never a database with data.
"""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from importlib import metadata
from pathlib import Path

import click
from flask import Flask
from packaging.requirements import Requirement
from sqlalchemy import Column, Table

from media import images, s3
from server import jobs, models, problems, serve
from server.accounts import passwords, signin, users
from server.accounts.roles import ROLES, Verb
from server.api import json_body
from server.areas import sheet
from server.cli import main
from server.db import Base
from server.forms import convert, examine, samples, workbook
from server.forms.notice_words import TABLE as NOTICES
from server.households import checks, columns
from server.households.codes import CODES
from server.households.tables import TABLES, Monitored, until_views
from server.ingest import photos
from server.ingest.check import BLOCKING
from server.openrosa import multipart
from server.settings import Settings
from server.xforms import Rule, instance, safexml

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
MARK = re.compile(r"(<!-- made from the code: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

TYPES = {
    "i": "whole number",
    "d": "number",
    "b": "yes or no",
    "t": "text",
    "c": "one code",
    "l": "list of codes",
    "p": "photo",
    "g": "point",
    "date": "day",
    "key": "UUID",
    "area": "area code",
    "when": "day or time",
}


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(prose(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def prose(text: str) -> str:
    """Words of the code as Markdown: one line, `<name>` no tag, the specification's pages under the names they have here."""
    parts = " ".join(text.split()).split("`")
    parts[::2] = [part.replace("<", "&lt;").replace("mapping.md", "forms.md") for part in parts[::2]]
    return "`".join(parts)


def code(text: str) -> str:
    """Text as code, or nothing where there is none."""
    return f"`{text}`" if text else ""


# --- settings, commands, problems -----------------------------------------------------------------------------------


def settings() -> str:
    """Every setting: its variable, default and meaning."""
    rows = [
        (code(f"FIELDFARE_{f.name.upper()}"), code(_default(f.default)), f.metadata["doc"])
        for f in fields(Settings)
    ]
    return table(("Variable", "Default", "What it does"), rows)


def _default(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below one, with the words that one types."""
    if isinstance(command, click.Group):
        for sub in sorted(command.commands):
            yield from walk(command.commands[sub], f"{name} {sub}")
    else:
        yield name, command


def commands() -> str:
    """Every command with its arguments and options."""
    out = []
    for name, command in walk(main, "fieldfare"):
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        spoken = " ".join([name, *(p.make_metavar(click.Context(command)) for p in arguments)])
        out.append(f"### `{spoken}`\n\n{prose(command.help or '')}\n")
        options = [p for p in command.params if isinstance(p, click.Option)]
        if options:
            rows = [(code(", ".join(p.opts)), _option_default(p), p.help or "") for p in options]
            out.append(table(("Option", "Default", "What it does"), rows))
    return "\n".join(out)


def _option_default(option: click.Option) -> str:
    shown = option.default if option.show_default and not option.is_flag else None
    return "" if shown is None else code(str(shown))


def problem_codes() -> str:
    """Every problem by its code."""
    rows = [
        (code(p.code), p.words, ", ".join(code(key) for key in p.keys))
        for p in sorted(problems.TABLE.values(), key=lambda p: [int(part) for part in p.code.split(".")])
    ]
    return table(("Code", "What the client reads", "Keys of `details`"), rows)


def notices() -> str:
    """Everything that an upload of a form can say, with the fix."""
    rows = [(code(key), _plain(words.message), _plain(words.fix)) for key, words in NOTICES.items()]
    return table(("Code", "What is wrong", "What to do"), rows)


def _plain(words: str) -> str:
    """A message as it reads: `{name}` stays a placeholder, doubled braces become single."""
    return words.replace("{{", "{").replace("}}", "}")


def limits() -> str:
    """What is bounded, with the figure in force."""
    mega = 1 << 20
    rows = [
        (
            "A submission's XML",
            f"{multipart.XML_LIMIT // mega} MiB, {instance.MAX_NODES:,} nodes, {safexml.MAX_DEPTH} deep",
            "413.61, 400.61",
        ),
        ("Parts of one submission's request", f"{multipart.MOST_PARTS:,}", "400.39"),
        ("One file of a submission", "`FIELDFARE_MAX_UPLOAD`", "413.60"),
        (
            "A spreadsheet, unpacked",
            f"{workbook.MAX_UNPACKED // mega} MiB, {workbook.MAX_CELLS:,} cells a sheet",
            "notice `workbook.too_large`",
        ),
        (
            "Converting a spreadsheet",
            f"{convert.MEMORY // mega:,} MiB, {convert.CPU_SECONDS} s of CPU, {convert.SECONDS:.0f} s in all",
            "notice `pyxform.too_slow` or `pyxform.too_much_memory`",
        ),
        ("An XForm uploaded as XML", f"{examine.MAX_XML // mega} MiB", "notice"),
        (
            "JSON over REST",
            f"{json_body.MOST_BYTES:,} bytes, {json_body.DEEPEST} deep, no key twice",
            "400.36, 400.1",
        ),
        ("A list of areas", f"{sheet.MOST_BYTES // 1_000_000} MB, {sheet.MOST_ROWS:,} rows", "400.68"),
        (
            "A picture that is read for its thumbnail",
            f"{photos.LARGEST // 1_000_000} MB, {images.MAX_PIXELS // 1_000_000} megapixels",
            "kept, shown without thumbnail",
        ),
        (
            "A password",
            f"{passwords.SHORTEST} characters at least, {passwords.LONGEST} bytes at most",
            "400.21, 400.38",
        ),
        ("A session", f"{signin.SESSION_LIFE.total_seconds() / 3600:.0f} hours", "401.2"),
        (
            "A link that sets a password",
            f"{users.LINK_LIFE.total_seconds() / 3600:.0f} hours, once",
            "a page says that it is over",
        ),
        (
            "Failed sign-ins",
            f"{signin.TRIES_PER_ACCOUNT} an account, {signin.TRIES_PER_ADDRESS} a network address, "
            f"in {signin.WINDOW.total_seconds() / 60:.0f} minutes",
            "429.60",
        ),
        ("S3 after the last byte of an upload", f"{s3.DEADLINE:.0f} s", "503.60"),
        ("Requests under way at a stop", f"{serve.GRACE} s to finish", ""),
        ("Tries of a job", f"{jobs.MAX_ATTEMPTS}, each later than the one before", "kept with its error"),
    ]
    return table(("What", "Limit", "Past it"), rows)


def rules() -> str:
    """Every rule of a finding, and what it does to a submission."""
    rows = [(code(str(rule)), "holds back" if rule in BLOCKING else "warns") for rule in Rule]
    return table(("Rule", "By itself it"), rows)


def domain_checks() -> str:
    """What the domain's checks say, with the figures in force, in the order of the code."""
    limits_in_force, said = checks.Limits(), []
    for node in ast.walk(ast.parse(inspect.getsource(checks))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_finding":
            sentence = node.args[1]
            assert isinstance(sentence, ast.Constant)  # the English sentence is the translations' key
            figures = {
                one.arg: getattr(limits_in_force, one.value.attr)
                for one in node.keywords
                if one.arg is not None and isinstance(one.value, ast.Attribute)
            }
            said.append(f"- {str(sentence.value).format_map(figures)}")
    return "\n".join(said) + "\n"


# --- the household monitoring database ------------------------------------------------------------------------------


def catalogue() -> str:
    """Every column that a question can be mapped to."""
    rows = [
        (
            code(one.full_name),
            TYPES[one.type] + (" (protected)" if one.protected else ""),
            one.unit or "",
            one.comment + (" (retired: takes no new mapping)" if one.retired else ""),
            _list_of(one.table, one.name),
        )
        for one in columns.catalogue().values()
    ]
    return table(("Column", "Takes", "Unit", "What it holds", "Code list"), rows)


def _list_of(table_name: str, name: str) -> str:
    if table_name in TABLES and name in TABLES[table_name].history.columns:
        return code(TABLES[table_name].history.columns[name].info.get("codes", ""))
    return ""


def shipped_forms() -> str:
    """The forms that ship: what each is about, reads and writes."""
    rows = []
    for path, one in zip(samples.shipped(), samples.examine_shipped(), strict=True):
        assert one.model is not None  # they ship, so they can be read
        assert one.compiled is not None
        key = (one.compiled.mapping or {}).get("key", {})
        about = f"a {key['kind']}, " + ("which it creates" if key["create"] else "which it updates")
        reads = ", ".join(code(name) for name in sorted(file.name for file in one.model.attachments()))
        writes = ", ".join(code(name) for name in sorted({asked[0] for asked in one.compiled.asked}))
        rows.append((code(path.relative_to(ROOT).as_posix()), one.model.title, about, reads, writes))
    return table(("Spreadsheet", "Form", "About", "Reads", "Writes to"), rows)


def repeat_tables() -> str:
    """Tables that take the rows of a repeat."""
    return ", ".join(code(name) for name, repeated in columns.tables().items() if repeated) + "\n"


def code_lists() -> str:
    """Every code list."""
    return table(
        ("List", "Codes"), [(code(name), " ".join(map(code, codes))) for name, codes in CODES.items()]
    )


def codebook() -> str:
    """Every monitoring table: what its columns hold."""
    shared = _shared(one.history for one in TABLES.values())
    now = _shared(one.current for one in TABLES.values() if not one.is_subject)
    any_fact, any_now = next(iter(TABLES.values())), next(o for o in TABLES.values() if not o.is_subject)
    out = [
        "### Columns of every history table\n",
        _described(c for c in any_fact.history.columns if c.name in shared),
        "### Columns of every `_current` table\n",
        _described(c for c in any_now.current.columns if c.name in now),
    ]
    out += [_one_table(one, shared, now) for one in TABLES.values()]
    return "\n".join(out)


def _shared(tables: Iterable[Table]) -> frozenset[str]:
    return frozenset.intersection(*(frozenset(c.name for c in one.columns) for one in tables))


def _one_table(one: Monitored, shared: frozenset[str], now: frozenset[str]) -> str:
    views = {name for name, _ in until_views()}
    until = f"{one.history.name}_until"
    also = f", and the view `{until}`" if until in views else ""
    many = " Rows of a repeat." if one.repeated else ""
    out = [
        f"### `{one.name}`\n",
        f"History in `{one.history.name}`, newest in `{one.current.name}`{also}.{many} {one.history.comment}\n",
        _described(c for c in one.history.columns if c.name not in shared),
    ]
    beside = [c for c in one.current.columns if c.name not in one.history.columns and c.name not in now]
    if beside:
        out += [f"Beside them in `{one.current.name}`:\n", _described(beside)]
    return "\n".join(out)


def other_tables() -> str:
    """Every other table of the database."""
    models.load()
    monitored = {t.name for one in TABLES.values() for t in (one.history, one.current)}
    out = []
    for name, one in sorted(Base.metadata.tables.items()):
        if name not in monitored:
            out += [f"### `{name}`\n", f"{prose(one.comment or '')}\n", _described(one.columns)]
    return "\n".join(out)


def _described(some: Iterable[Column[object]]) -> str:
    rows = [(code(c.name), _type(c), c.info.get("unit", ""), c.info["comment"]) for c in some]
    return table(("Column", "Type", "Unit", "What it holds"), rows)


def _type(c: Column[object]) -> str:
    known = c.info.get("type")
    words = TYPES[known] if known else str(c.type).lower().replace("varchar", "text").replace("blob", "bytes")
    if known is None:
        words = re.sub(r"\(\d+\)", "", words)
    if "codes" in c.info:
        words += f" of `{c.info['codes']}`"
    if c.info.get("protected"):
        words += ", encrypted"
    return words + (" or null" if c.nullable else "")


# --- doors ----------------------------------------------------------------------------------------------------------


def roles() -> str:
    """Which role has which verb."""
    shown = [role for role in ROLES if role.system not in {"pwreset", "formview", "pub-link"}]
    rows = [
        (code(str(verb)), *("yes" if verb in role.verbs else "" for role in shown))
        for verb in Verb
        if any(verb in role.verbs for role in shown)
    ]
    return table(("Verb", *(role.name for role in shown)), rows)


def rest_map(app: Flask) -> str:
    """Every address of the REST API, with what it does."""
    return _addresses(
        app, lambda path, endpoint: path.startswith("/v1/") and not endpoint.startswith(("openrosa", "Else"))
    )


def openrosa_map(app: Flask) -> str:
    """Every address that phones call."""
    return _addresses(app, lambda path, endpoint: endpoint.startswith("openrosa."))


def health_map(app: Flask) -> str:
    """Addresses for those who watch the server."""
    return _addresses(app, lambda path, endpoint: endpoint.startswith("health."))


def _addresses(app: Flask, wanted: Callable[[str, str], bool]) -> str:
    rows = []
    for rule in app.url_map.iter_rules():
        if wanted(rule.rule, rule.endpoint):
            methods = (rule.methods or set()) - {"OPTIONS"}
            spoken = methods - {"HEAD"} or methods
            words = (app.view_functions[rule.endpoint].__doc__ or "").strip().split("\n\n")[0]
            for method in spoken:
                rows.append((re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method, words))
    rows.sort()
    return table(
        ("Address", "Method", "What it does"), [(code(path), method, words) for path, method, words in rows]
    )


# --- what the product stands on -------------------------------------------------------------------------------------


def runtime_packages() -> dict[str, str]:
    """Every Python package that the product needs to run, with its licence, those of its dependencies included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, str] = {}
    waiting = [Requirement(line) for line in project["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        extras = ["", *wanted.extras]
        if name in found and not wanted.extras:
            continue
        if wanted.marker is not None and not any(
            wanted.marker.evaluate({"extra": extra}) for extra in extras
        ):
            continue
        about = metadata.distribution(wanted.name)
        found[name] = licence_of(about)
        for line in about.requires or ():
            inner = Requirement(line)
            if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(inner)
    return dict(sorted(found.items()))


def licence_of(about: metadata.Distribution) -> str:
    """A package's licence as its metadata says it: the SPDX expression, else its classifiers, else its own words."""
    data = about.metadata
    if expression := data.get("License-Expression"):
        return expression
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in data.get_all("Classifier", [])
        if line.startswith("License :: ")
    ]
    words = (data.get("License") or "").strip().split("\n")[0]
    return ", ".join(dict.fromkeys(c for c in classifiers if c != "OSI Approved")) or words or "not stated"


def python_licences() -> str:
    """The licence of every Python package that the product runs on."""
    return table(
        ("Package", "Licence"), [(code(name), licence) for name, licence in runtime_packages().items()]
    )


SECTIONS: dict[str, Callable[[], str]] = {
    "settings": settings,
    "commands": commands,
    "problems": problem_codes,
    "limits": limits,
    "rules": rules,
    "domain-checks": domain_checks,
    "notices": notices,
    "shipped-forms": shipped_forms,
    "catalogue": catalogue,
    "repeat-tables": repeat_tables,
    "code-lists": code_lists,
    "codebook": codebook,
    "other-tables": other_tables,
    "roles": roles,
    "python-licences": python_licences,
}
"""What can stand between marks, by name."""

OF_AN_APP: dict[str, Callable[[Flask], str]] = {
    "rest": rest_map,
    "openrosa": openrosa_map,
    "health": health_map,
}
"""The same, of what an application answers to."""


def made(name: str, app: Flask) -> str:
    """A section's text. Raises `KeyError` where none is called so."""
    return OF_AN_APP[name](app) if name in OF_AN_APP else SECTIONS[name]()


def filled(text: str, app: Flask) -> str:
    """A page with its sections made anew."""
    return MARK.sub(lambda mark: f"{mark[1]}\n{made(mark['name'], app).strip()}\n\n{mark[3]}", text)
