"""What a phone sends has no findings, and the record of it holds what the phone's engine holds.

JavaRosa fills forms at random with answers that it accepts; here are the checks' false alarms, if there were any.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
import pyxform
from pyxform.xls2xform import convert

from server.xforms import Context, FormModel, check, media_names, parse_instance, record, walk
from server.xforms.tables import Table, of_csv
from tests.forms_shipped.shipped import ATTACHMENTS, NAMES, workbook, xform
from tests.tools.filler import Hints, fill
from tests.xforms.forms import HOUSEHOLD

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa

TESTS = Path(__file__).parents[1]
HINTS = {"area": lambda _rng: "A1-014", "which": lambda _rng: "all"}


@dataclass(frozen=True, slots=True)
class Case:
    """A form, and the lists that a phone has beside it."""

    xform: str
    lists: Mapping[str, bytes]
    hints: Hints

    def has(self, file: str, column: str, value: str) -> bool | None:
        """Whether a row of an attached list has the value (`Lists`)."""
        if file not in self.lists:
            return None
        rows = csv.DictReader(self.lists[file].decode().splitlines())
        return value in [row[column] for row in rows]

    def table(self, file: str) -> Table | None:
        """An attached list's content (`Lists`)."""
        return of_csv(self.lists[file]) if file in self.lists else None


@cache
def case(name: str) -> Case:
    if name == "every_kind":
        lists = {"areas.csv": "name,label\nA1,Lower Ford\nA2,井\n".encode()}
        return Case(str(convert(TESTS / "tools" / "every_kind.md").xform), lists, {})
    lists = {file: content for file, content in ATTACHMENTS.items() if isinstance(content, bytes)}
    return Case(xform(name)[0], lists, HINTS)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["every_kind", *NAMES])
def test_what_a_phone_sends_has_no_findings_and_is_recorded_whole(
    javarosa: JavaRosa, name: str, seed: int
) -> None:
    given = case(name)
    phone = javarosa.load(given.xform, given.lists)
    model = FormModel.from_xml(given.xform.encode())
    sent = parse_instance(fill(phone, Random(seed), max_repeats=3, hints=given.hints))
    files = frozenset(file for _, file in media_names(model, sent))
    assert check(model, sent, Context(attachments=files, lists=given, now=datetime.now(UTC))) == []
    held = {
        node.path: node.value
        for node in phone.nodes()
        if node.relevant and "@" not in node.path and model.by_path[plain(node.path)].is_leaf
    }
    recorded = {path: value for path, _, value in walk(model, record(model, sent))}
    assert recorded.keys() == held.keys()
    texts = [
        path for path in held if model.by_path[plain(path)].type in ("string", "int", "binary", "select1")
    ]
    assert {path: recorded[path] for path in texts} == {path: held[path] for path in texts}


def plain(path: str) -> str:
    """A path without positions."""
    return "/".join(step.partition("[")[0] for step in path.split("/"))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_form_is_read_whole(name: str) -> None:
    model = FormModel.from_xml(case(name).xform.encode())
    assert model.form_id == name
    assert len(model.languages) == 2
    questions = [field for field in model.fields() if field.control not in (None, "group", "repeat")]
    assert all(field.label.in_(language) for field in questions for language in model.languages)
    selects = [field for field in questions if field.type in ("select1", "select", "rank")]
    assert all(field.choices or (field.itemset and field.itemset.external) for field in selects)
    mapped = [field for field in model.fields() if f"{HOUSEHOLD}column" in field.extra]
    assert {field.extra[f"{HOUSEHOLD}column"] for field in mapped} == set(workbook(name).mapped)


def test_the_form_that_pyxform_brings_loads_and_is_checked_as_the_phone_filled_it(javarosa: JavaRosa) -> None:
    xml = (Path(pyxform.__file__).parent / "validators" / "xlsform_spec_test.xml").read_bytes()
    model = FormModel.from_xml(xml)
    assert model.program.faults == []
    for seed in range(5):
        sent = fill(javarosa.load(xml), Random(seed), max_repeats=2)
        assert model.check(parse_instance(sent), Context(now=datetime.now(UTC))) == [], sent
