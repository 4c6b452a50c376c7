"""A town's panel as two readers see it: the monitoring tables, and the CSV lists that phones get.

Forms that save to the list what they map to tables, one that maps without saving, and the rule both must follow.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from server.accounts import phones
from server.accounts.models import Phone as PhoneRow
from server.areas.models import Area
from server.forms.models import Form
from server.households import merge
from server.ingest.rebuild import rebuild
from tests.ingest.test_rebuild import values
from tests.support.house import xlsx
from tests.support.town import HH, Town, new_id

CHOICES = """
    list_name | name       | label::English (en)
    source    | borehole   | Borehole
    source    | surface    | River or pond
    source    | kiosk      | Kiosk
    state     | active     | Active
    state     | left_panel | Left
    kind      | water_point | Water point
    kind      | school     | School
    condition | out_of_use | Out of use
"""

JOIN = xlsx(
    """
    type            | name    | label::English (en)         | bind::hh:column          | save_to        | calculation
    select_one_from_file areas.csv | area | Which area is it? | household.area          | area           |
    dateTime        | when    | When was it?                | visit.observed_at        |                |
    select_one source | water | Where does water come from? | water.source             | water_source   |
    integer         | rooms   | Rooms that people sleep in  | housing.sleeping_rooms   | rooms          |
    date            | due     | When is the next visit?     | household.next_visit_due | next_visit_due |
    calculate       | status  |                             | household.status         | status         | 'active'
    """,
    choices=CHOICES,
    entities="""
    list_name  | label
    households | concat(${area}, ' · ', substr(/data/meta/entity/@id, 31, 36))
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    join    | Joining    | 1       | English (en)     | {HH}
    """,
)

CALL = xlsx(
    """
    type            | name      | label::English (en)         | bind::hh:column          | save_to
    select_one_from_file households.csv | household | Which household is it? |          |
    select_one_from_file areas.csv | area | Which area is it?  | household.area           | area
    dateTime        | when      | When was it?                | visit.observed_at        |
    select_one source | water   | Where does water come from? | water.source             | water_source
    integer         | rooms     | Rooms that people sleep in  | housing.sleeping_rooms   | rooms
    date            | due       | When is the next visit?     | household.next_visit_due | next_visit_due
    select_one state | status   | Is it still visited?        | household.status         | status
    """,
    choices=CHOICES,
    entities="""
    list_name  | entity_id
    households | ${household}
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    call    | Call       | 1       | English (en)     | {HH}
    """,
)

BUILD = xlsx(
    """
    type            | name | label::English (en) | bind::hh:column      | save_to
    select_one_from_file areas.csv | area | Which area is it? | facility.area | area
    end             | when |                     |                      |
    select_one kind | kind | What is it?         | facility.kind        | kind
    integer         | year | When was it built?  | facility.built_year  | built_year
    select_one condition | condition | How is it? | inspection.condition |
    """,
    choices=CHOICES,
    entities="""
    list_name  | label
    facilities | concat(${kind}, ' ', ${area})
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    build   | Building   | 1       | English (en)     | {HH}
    """,
)

LOOK = xlsx(
    """
    type | name | label::English (en)
    select_one_from_file facilities.csv | facility | Which one is it?
    """,
    settings="""
    form_id | form_title | version | default_language
    look    | Look       | 1       | English (en)
    """,
)

LISTS = {"households": "household", "facilities": "facility"}
SAVED = {
    "households": {"water_source": ("water", "source"), "rooms": ("housing", "sleeping_rooms")},
    "facilities": {"kind": ("facility", "kind"), "built_year": ("facility", "built_year")},
}
"""Properties of each list that a form saves, and the column of a current row that it maps to."""

WRITTEN = {
    "households": ("household", "visit", "water", "housing"),
    "facilities": ("facility", "inspection"),
}
"""The tables that these forms write to."""

OWN = ("status", "next_visit_due", "last_visit_on")
"""Properties of a household that the server tells phones itself; those that the list has."""

ORDER = ("household", "area", "when", "water", "rooms", "due", "status", "kind", "year", "condition")


@dataclass(frozen=True)
class Sent:
    """A submission's version as it was sent."""

    form: str
    instance_id: str
    subject: str
    given: Mapping[str, str]


def furnish(town: Town) -> Town:
    """Publish the forms, and give them to a phone that sees all and to one for each of two areas."""
    for sheet in (JOIN, CALL, BUILD, LOOK):
        town.publish(town.project, sheet)
    with town.session() as session:
        forms = list(
            session.scalars(
                select(Form.id).where(
                    Form.project_id == town.project, Form.xml_form_id.in_(["join", "call", "build", "look"])
                )
            )
        )
        every = session.get_one(PhoneRow, town.lines["all"]["actor_id"])
        for form in forms:
            phones.give_form(session, every, form, by=1)
        for code in ("A1-014", "B2"):
            area = session.scalars(select(Area.id).where(Area.code == code)).one()
            made, token = phones.create(
                session, town.services, town.project, f"Phone {code}", by=1, forms=forms, areas=[area]
            )
            town.lines[code] = {"project_id": town.project, "token": token, "actor_id": made.actor_id}
    return town


def send(
    town: Town,
    form: str,
    subject: str,
    *,
    edits: str | None = None,
    base: int = 1,
    line: str = "all",
    **given: str,
) -> Sent:
    """Send a version of a submission; `edits`: the instanceID of the version that it corrects."""
    own = new_id()
    answers = {"when": "2026-03-01T10:00:00.000+08:00", **given}
    body = "".join(f"<{name}>{answers[name]}</{name}>" for name in ORDER if name in answers)
    old = f"<orx:deprecatedID>{edits}</orx:deprecatedID>" if edits else ""
    if form == "call":
        body = f"<household>{subject}</household>{body}"
        block = f'dataset="households" id="{subject}" update="1" baseVersion="{base}"'
        label = ""
    else:
        block = f'dataset="{"facilities" if form == "build" else "households"}" id="{subject}" create="1"'
        label = f"<label>{answers.get('area', '')} · {subject[-6:]}</label>"
    xml = (
        f'<data id="{form}" version="1" xmlns:orx="http://openrosa.org/xforms">{body}'
        f"<orx:meta><orx:instanceID>{own}</orx:instanceID>{old}<entity {block}>{label}</entity></orx:meta></data>"
    )
    answer = town.line(line).send(xml)
    assert answer.status_code == 201, answer.text
    return Sent(form, own, subject, given)


def join(town: Town, keep: str, gone: str) -> None:
    """Merge two households."""
    with town.session() as session:
        merge.merge(session, town.services, keep, gone, None)


def part(town: Town, gone: str) -> None:
    """Take a merge back."""
    with town.session() as session:
        merge.undo(session, town.services, gone, None)


def listed(town: Town, name: str = "households", line: str = "all") -> dict[str, dict[str, str]]:
    """A list as a phone gets it, through its manifest: rows by UUID."""
    phone = town.line(line)
    form = "look" if name == "facilities" else "call"
    manifest = phone.get(f"/forms/{form}/manifest").text
    found = re.search(rf"<filename>{name}\.csv</filename>.*?<downloadUrl>(.*?)</downloadUrl>", manifest, re.S)
    assert found is not None, manifest
    path = found.group(1).replace("&amp;", "&").split(f"/projects/{town.project}", 1)[1]
    content = phone.get(path)
    assert content.status_code == 200, content.text
    return {row["name"]: row for row in csv.DictReader(io.StringIO(content.data.decode()))}


def codes(town: Town) -> dict[int | None, str]:
    """Codes of areas by id."""
    with town.session() as session:
        return {None: "", **{row.id: row.code for row in session.execute(select(Area.id, Area.code))}}


def disagreements(
    town: Town, subjects: Iterable[str], name: str = "households", *, but: Iterable[str] = ()
) -> list[str]:
    """Where a phone's CSV does not say what the tables say of these households (or facilities).

    A confirmed one says its status, dates, area and what forms save; a phone of an area has those that lie there and
    no others; every current row lies where its household does. `but`: properties that no form of theirs saves.
    """
    return list(_disagreements(town, set(subjects), name, frozenset(but)))


def _disagreements(town: Town, subjects: set[str], name: str, but: Set[str]) -> Iterator[str]:
    kind, area = LISTS[name], codes(town)
    table = {row["uuid"]: row for row in town.rows(kind) if row["uuid"] in subjects}
    every = {uuid: row for uuid, row in listed(town, name).items() if uuid in subjects}
    current = {of: _by_subject(town, of, kind) for of in WRITTEN[name]}
    for uuid, row in every.items():
        if uuid not in table or table[uuid].get("merged_into"):
            yield f"{uuid} is on the list, not in the table"
            continue
        wanted = _wanted(row, table[uuid], current, area, name)
        for prop in wanted.keys() - but:
            if row[prop] != wanted[prop]:
                yield f"{uuid} {prop}: list {row[prop]!r}, table {wanted[prop]!r}"
    for uuid, subject in table.items():
        if subject["confirmed"] and not subject.get("merged_into") and uuid not in every:
            yield f"{uuid} is confirmed and not on the list"
    for code in ("A1-014", "B2"):
        here = {uuid for uuid in every if uuid in table and area[table[uuid]["area_id"]].startswith(code)}
        if here != (there := listed(town, name, code).keys() & subjects):
            yield f"phone of {code}: misses {sorted(here - there)}, has {sorted(there - here)}"
    for of, rows in current.items():
        for uuid in rows.keys() & table.keys():
            for row in rows[uuid]:
                if "area_id" in row and row["area_id"] != table[uuid]["area_id"]:
                    yield f"{of} of {uuid} lies in {area[row['area_id']]}, not {area[table[uuid]['area_id']]}"


def _wanted(
    row: dict[str, str],
    subject: dict[str, Any],
    current: dict[str, dict[str, list[dict[str, Any]]]],
    area: dict[int | None, str],
    name: str,
) -> dict[str, str]:
    """What the tables say of a household (or facility), by property."""
    wanted = {"code": subject["code"]}
    if subject["area_id"] is not None:
        wanted["area"] = area[subject["area_id"]]
    if subject["confirmed"]:
        for prop, (of, column) in SAVED[name].items():
            rows = current[of].get(subject["uuid"], [])
            wanted[prop] = _text(rows[0][column]) if rows else ""
        wanted |= {prop: _text(subject[prop]) for prop in OWN if prop in row and prop in subject}
    return wanted


def _by_subject(town: Town, of: str, kind: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in town.rows(of):
        found.setdefault(row["uuid" if of == kind else f"{kind}_id"], []).append(row)
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)


def replayed(town: Town) -> list[str]:
    """What a rebuild makes otherwise than it stood."""
    before = values(town)
    with town.session() as session:
        rebuild(session, town.services)
    after = values(town)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
