"""What docs say of settings, commands, problems, notices, limits, checks and licences, made from the code."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib import metadata

import click
from packaging.requirements import Requirement

from media import images, s3
from server import jobs, problems, serve
from server.accounts import passwords, signin, users
from server.api import json_body
from server.areas import sheet
from server.cli import main
from server.forms import examine
from server.forms.convert import converter as convert
from server.forms.notices import TABLE as NOTICES
from server.forms.workbook import reading as workbook
from server.households import checks
from server.ingest import photos
from server.ingest.check import BLOCKING
from server.openrosa import multipart
from server.settings import Settings
from server.xforms import Rule, instance, safexml
from server.xforms.functions import FUNCTIONS
from tests.docs.writing import ROOT, code, prose, table


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
        (
            "Wait of a job that failed",
            f"twice as long each time, {jobs.LONGEST.total_seconds() / 3600:.0f} hours at most",
            "tried again until it goes through",
        ),
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
                if isinstance(one.value, ast.Attribute)
                else "…"  # measured at each visit
                for one in node.keywords
                if one.arg is not None
            }
            said.append(f"- {str(sentence.value).format_map(figures)}")
    return "\n".join(said) + "\n"


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


def xpath_functions() -> str:
    """Every function of expressions, by the module that holds it."""
    by_module: dict[str, list[str]] = {}
    for name, build in sorted(FUNCTIONS.items()):
        by_module.setdefault(_subject(build), []).append(code(f"{name}()"))
    return table(("subject", "functions"), sorted((one, " ".join(names)) for one, names in by_module.items()))


def _subject(build: object) -> str:
    """The module of a function: of the plain function inside, where it was wrapped."""
    closure = getattr(build, "__closure__", None) or ()
    inside = [one.cell_contents for one in closure if inspect.isfunction(one.cell_contents)]
    function = next((one for one in inside if ".functions." in one.__module__), build)
    return str(getattr(function, "__module__", "")).rpartition(".")[2]
