"""The whole way with the engine of ODK Collect: it fills the shipped forms at random, and what it makes is what the tables hold."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import pytest
from lxml import etree

from server.forms.samples import publish_shipped
from server.ingest.announce import announce
from tests.journeys.mapped import Mapped, expected_rows, mapping_of, typed
from tests.openrosa.phone_reads import form_list, manifest
from tests.support.fixtures import MakeTown
from tests.support.house import Phone
from tests.support.photos import jpeg
from tests.support.town import Town
from tests.tools.filler import fill
from tests.tools.javarosa import JavaRosa
from tests.tools.s3 import S3

FILLS = 25
"""Of each form, on SQLite."""

FEW = 4
"""Of each form, on PostgreSQL with S3: the same code, another world."""

AREAS = ("A1-014", "A1-015", "B2")
LISTS = {"household_visit": "households.csv", "facility_inspection": "facilities.csv"}
"""Which list a form goes by."""

PHOTO = re.compile(r"\d{12}\.jpg")
ORDER = ("facility_register", "household_enrolment", "household_visit", "facility_inspection")

Answers = tuple[str, ...]

USUAL: dict[str, Answers] = {
    "arrival": ("adult_home", "nobody_home", "moved_away"),
    "adult": ("yes", "no"),
    "consent": ("yes", "no"),
    "reached": ("reached", "unreachable", "gone"),
}
"""Questions that decide whether anything else is asked, the usual answer first."""


def hints_for(name: str, files: dict[str, bytes]) -> dict[str, Callable[[Random], str]]:
    """What chance seldom finds: an area in which there is something to visit, all of it instead of what is due, people at home."""
    there = list(AREAS)
    if name in LISTS:
        rows = csv.DictReader(io.StringIO(files[LISTS[name]].decode()))
        there = sorted({row["area"] for row in rows if row.get("status") != "left_panel"})
    return {
        "area": lambda rng: rng.choice(there),
        "which": lambda rng: "all",
        **{question: partial(mostly, usual) for question, usual in USUAL.items()},
    }


def mostly(usual: Answers, rng: Random) -> str:
    """The usual answer, three times out of four."""
    return usual[0] if rng.random() < 0.75 else rng.choice(usual)


@dataclass
class Region:
    """A project with the shipped forms, and a phone that fills them."""

    town: Town
    project: int
    phone: Phone
    javarosa: JavaRosa
    sent: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def settle(cls, town: Town, javarosa: JavaRosa) -> Region:
        """Publish the shipped forms into a project of their own and make a phone with all of them."""
        project = int(town.api("POST", "/projects", json={"name": "Region"}).json["id"])
        with town.session() as session:
            forms = publish_shipped(session, town.services, project, 1, announce=announce)
            names = [form.xml_form_id for form in forms]
        assert sorted(names) == sorted(ORDER)
        made = town.api("POST", f"/projects/{project}/app-users", json={"displayName": "Phone R"})
        phone = Phone(town, project, made.json["token"], made.json["id"])
        for name in names:
            given = town.api(
                "POST", f"/projects/{project}/forms/{name}/assignments/app-user/{phone.actor_id}"
            )
            assert given.status_code == 200, given.text
        return cls(town, project, phone, javarosa)

    def form(self, name: str) -> tuple[bytes, dict[str, bytes]]:
        """A form's XML and its files, fetched as the phone fetches them."""
        (listed,) = [form for form in form_list(self.phone.get("/formList")) if form.form_id == name]
        files: dict[str, bytes] = {}
        if listed.manifest is not None:
            for file in manifest(self.town.client.get(listed.manifest)).values():
                files[file.name] = self.town.client.get(file.path).data
        return self.town.client.get(listed.path).data, files

    def fill(self, name: str, count: int, rng: Random) -> Mapped:
        """Fill a form that often, send each, and see that it is accepted without a blocking finding."""
        for _ in range(count):
            xform, files = self.form(name)
            xml = fill(self.javarosa.load(xform, files), rng, max_repeats=3, hints=hints_for(name, files))
            photos = {photo: jpeg(int(photo[:9])) for photo in PHOTO.findall(xml.decode())}
            answer = self.phone.send(xml, photos)
            assert answer.status_code == 201, answer.text
            self.sent[name].append((instance_id(xml), xml))
        return mapping_of(xform)

    def rows(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """All standing rows of a table over REST, exact values too, by instanceID."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        cursor = ""
        while True:
            path = f"/monitoring/tables/{table}?project={self.project}&history=1&limit=1000{cursor}"
            answer = self.town.api("GET", path, headers={"X-Reason": "a test compares"})
            assert answer.status_code == 200, answer.text
            for row in answer.json["rows"]:
                found[row["submission"]].append(row)
            if answer.json["next"] is None:
                return found
            cursor = f"&cursor={answer.json['next']}"


def instance_id(xml: bytes) -> str:
    """The instanceID of a submission."""
    (found,) = [
        e.text or "" for e in etree.fromstring(xml).iter() if etree.QName(e).localname == "instanceID"
    ]
    return found


def assert_no_finding_blocks(region: Region, name: str) -> None:
    """No instance that a phone made is held back."""
    at = f"/projects/{region.project}/forms/{name}/submissions"
    listed = region.town.api("GET", at)
    assert listed.status_code == 200, listed.text
    by_id = {row["instanceId"]: row for row in listed.json}
    for own, xml in region.sent[name]:
        row = by_id[own]
        if row["findings"]["blocking"]:
            findings = region.town.api("GET", f"{at}/{own}/findings").json
            raise AssertionError((name, [f for f in findings if f["severity"] == "blocking"], xml.decode()))
        assert row["projected"], (name, own)


def assert_rows_say_what_the_xml_says(region: Region, mappings: dict[str, Mapped]) -> Counter[str]:
    """Every mapped answer stands in its table, typed; nothing else does. Returns how many rows each table has."""
    tables = region.town.api("GET", f"/monitoring/tables?project={region.project}").json
    kinds = {table["name"]: {c["name"]: c["type"] for c in table["columns"]} for table in tables}
    rows = {table: region.rows(table) for table in kinds}
    seen: Counter[str] = Counter()
    withdrawn = any(b"<contact_ok>no</contact_ok>" in xml for sent in region.sent.values() for _, xml in sent)
    for name, mapping in mappings.items():
        for own, xml in region.sent[name]:
            expected = defaultdict(list)
            for row in expected_rows(mapping, xml):
                expected[row.table].append(row)
            for table, wanted in expected.items():
                found = rows[table][own]
                repeated = bool(wanted[0].path)
                assert len(found) == len(wanted), (name, table, found, wanted)
                for one, row in zip(found, wanted, strict=True):
                    if repeated:
                        assert one["path"] == row.path
                    for column, text in row.texts.items():
                        has, kind = shown(one, kinds[table], column)
                        gone = column == "contact" and has is None and withdrawn
                        assert has == typed(kind, text) or gone, (name, own, table, column, has, text)
                    seen[table] += 1
            for table, found_in in rows.items():
                if table not in expected and table not in ("household", "visit"):
                    assert own not in found_in, (name, table, found_in[own])
    return seen


def shown(row: dict[str, Any], kinds: dict[str, str], column: str) -> tuple[Any, str]:
    """A column's value in a row and its kind; a point's four values stand in four columns."""
    if column in kinds:
        return row[column], kinds[column]
    parts = [row[f"{column}_{part}"] for part in ("lat", "lon", "altitude", "accuracy")]
    return (None if parts[0] is None else parts), "g"


def go_the_whole_way(town: Town, javarosa: JavaRosa, count: int, seed: int) -> Counter[str]:
    """All four forms, in the order in which a programme uses them."""
    print(f"seed {seed}")
    rng = Random(seed)
    region = Region.settle(town, javarosa)
    mappings = {name: region.fill(name, count, rng) for name in ORDER}
    for name in ORDER:
        assert_no_finding_blocks(region, name)
    return assert_rows_say_what_the_xml_says(region, mappings)


def test_what_phones_make_of_the_shipped_forms_is_accepted_and_stands_in_the_tables(
    make_town: MakeTown, database: str, javarosa: JavaRosa, request: pytest.FixtureRequest
) -> None:
    seed = time.time_ns()
    if database == "sqlite":
        seen = go_the_whole_way(make_town(), javarosa, FILLS, seed)
        assert len(seen) > 12  # most tables were written to
    else:
        s3: S3 = request.getfixturevalue("s3")
        town = make_town(media_url=s3.url, s3_endpoint=s3.endpoint)
        assert go_the_whole_way(town, javarosa, FEW, seed)
        assert s3.client().list_objects_v2(Bucket=s3.bucket)["KeyCount"] > 0
