"""A town with something in every place that has an address, words in it that give a leak away, and people who try the doors.

Every address of the application is enumerated from its own map, so that one added later is tried without anybody thinking of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.accounts import users
from server.accounts.models import ActorArea, Assignment
from server.areas.models import Area
from server.forms.models import Form
from server.households.tables import Household
from server.ingest.models import FindingRow, Submission
from tests.support.photos import jpeg
from tests.support.town import Enrolled, Town, new_id, note

PASSWORD = "a long invented password"
CONTACT = "the zedoary door 0555-0199"
POINT = "51.50741 -2.25123 12.0 4.0"
EXACT = (b"zedoary", b"0555-0199", b"51.5074", b"2.2512", b"Zedoary Camera")
"""What of the above never leaves without the right and a reason: contact, exact point, what the photo's metadata says."""

PARAMETER = re.compile(r"<(?:([^:<>]+):)?([^<>]+)>")
PUBLIC = ("/static/", "/welcome/", "/password/")
"""Addresses that are open, or that a one-time link's own token opens."""


@dataclass(frozen=True, slots=True)
class Address:
    """A rule of the application's map, and one method that it takes."""

    rule: str
    method: str

    @property
    def names(self) -> tuple[str, ...]:
        """What it names, in order: `project_id`, `instance_id` …"""
        return tuple(name for _, name in PARAMETER.findall(self.rule))

    @property
    def texts(self) -> tuple[str, ...]:
        """Those of its names that may be any text."""
        return tuple(name for kind, name in PARAMETER.findall(self.rule) if kind in ("", "raw", "path"))

    def filled(self, values: Mapping[str, Any]) -> str:
        """The path with these values, percent-encoded."""
        return PARAMETER.sub(lambda found: quote(str(values[found[2]]), safe=""), self.rule)


def addresses(app: Flask) -> Iterator[Address]:
    """Every address of every door, in order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            if not rule.rule.startswith(PUBLIC) and "<path:rest>" not in rule.rule:
                yield Address(rule.rule, method)


@dataclass
class Caller:
    """Somebody with a session's cookies, who sends the values that pages and the API ask for with a write; or nobody."""

    client: FlaskClient
    actor_id: int = 0
    email: str = ""

    @property
    def csrf(self) -> str:
        """The session's own value."""
        cookie = self.client.get_cookie("__csrf")
        return cookie.value if cookie is not None else ""

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """A request. The path is given raw too, as servers give it."""
        headers = {"X-CSRF": self.csrf, "X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        raw = {"RAW_URI": path, **more.pop("environ", {})}
        return self.client.open(path, method=method, headers=headers, environ_overrides=raw, **more)


@dataclass
class World:
    """The town's project has a household in A1-014 and one in A1-015, and a note without an area; `elsewhere` has a note."""

    town: Town
    admin: Caller
    viewer: Caller  # of the whole project; opens nothing protected
    supervisor: Caller  # of A1-014 alone
    manager: Caller  # of A1-014 alone
    stranger: Caller  # a manager, and of the other project
    inside: Enrolled
    outside: Enrolled
    ids: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def project(self) -> int:
        """The project that most of it is in."""
        return self.town.project


def join(
    town: Town, name: str, role: str | None, project_id: int | None, *areas: str, language: str = "en"
) -> Caller:
    """A person with a role, within areas by code, signed in."""
    email = f"{name}@example.org"
    with town.session() as session:
        user = users.create(
            session, email=email, password=PASSWORD, display_name=name.title(), language=language, by=None
        )
        if role is not None:
            session.add(Assignment(actor_id=user.actor_id, role=role, project_id=project_id))
        for area in session.scalars(select(Area).where(Area.code.in_(areas))):
            session.add(ActorArea(actor_id=user.actor_id, area_id=area.id))
        actor_id = user.actor_id
    caller = Caller(town.app.test_client(), actor_id, email)
    answer = caller.client.post("/v1/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return caller


def photo(seed: int) -> bytes:
    """A photo that says where it was taken, by what, and who held it."""
    exif = Image.Exif()
    exif[0x010F] = "Zedoary Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.7), 3: "W", 4: (2.0, 15.0, 4.4)})
    return jpeg(seed, size=(640, 480), exif=exif.tobytes())


def build(town: Town) -> World:
    """Make it, in a town that has nothing yet."""
    admin = Caller(town.app.test_client(), 1)
    signed = admin.client.post("/v1/sessions", json={"email": "admin@example.org", "password": PASSWORD})
    assert signed.status_code == 200, signed.text
    given = {"dwelling": POINT, "contact": CONTACT, "water": "borehole", "rooms": "2", "photo": "w.jpg"}
    inside = town.enrol(area="A1-014", needs=["clinic"], files={"w.jpg": photo(1)}, **given)
    outside = town.enrol(area="A1-015", needs=["school"], files={"w.jpg": photo(2)}, **given)
    quandary, other, draft = new_id(), new_id(), new_id()
    town.phone.send(
        note("<village>Quandary</village><photo>w.jpg</photo>", instance_id=quandary), {"w.jpg": jpeg(3)}
    )
    town.line("other").send(
        note("<village>Nettlecombe</village><photo>w.jpg</photo>", instance_id=other), {"w.jpg": jpeg(4)}
    )
    elsewhere = f"/v1/projects/{town.elsewhere}/forms/note"
    drafted = admin.ask("POST", f"{elsewhere}/draft?ignoreWarnings=true", data=b"")
    assert drafted.status_code == 200, drafted.text
    sent = admin.ask(
        "POST",
        f"{elsewhere}/draft/submissions",
        data=note("<village>Nettlecombe</village>", instance_id=draft).encode(),
        content_type="application/xml",
    )
    assert sent.status_code == 200, sent.text
    for project_id, form, own in (
        (town.elsewhere, "note", other),
        (town.project, "enrol", outside.instance_id),
    ):
        said = admin.ask(
            "POST",
            f"/v1/projects/{project_id}/forms/{form}/submissions/{quote(own)}/comments",
            json={"body": "Nettlecombe was here"},
        )
        assert said.status_code == 200, said.text
    town.work()
    made = World(
        town,
        admin,
        viewer=join(town, "vera", "viewer", town.project),
        supervisor=join(town, "sam", "supervisor", town.project, "A1-014"),
        manager=join(town, "mona", "manager", town.project, "A1-014"),
        stranger=join(town, "stella", "manager", town.elsewhere),
        inside=inside,
        outside=outside,
    )
    made.ids = {
        "inside": _ids(town, "enrol", inside.instance_id, inside.household, "north", town.project),
        "outside": _ids(town, "enrol", outside.instance_id, outside.household, "all", town.project),
        "elsewhere": _ids(town, "note", other, outside.household, "other", town.elsewhere),
        "quandary": _ids(town, "note", quandary, outside.household, "all", town.project),
    }
    return made


def _ids(
    town: Town, xml_form_id: str, instance_id: str, household: str, line: str, project_id: int
) -> dict[str, Any]:
    """What addresses name, each by the name that rules give it."""
    with town.session() as session:
        form = session.scalars(
            select(Form).where(Form.project_id == project_id, Form.xml_form_id == xml_form_id)
        ).one()
        sent = session.scalars(select(Submission).where(Submission.instance_id == instance_id)).one()
        code = session.scalars(select(Household.code).where(Household.uuid == household)).one()
        found = session.scalars(select(FindingRow.id).where(FindingRow.version_id == sent.version_id)).first()
        return {
            "project_id": project_id,
            "xml_form_id": xml_form_id,
            "form_id": form.id,
            "version_id": form.current_version_id,
            "version": "1",
            "instance_id": instance_id,
            "visit_id": sent.id,
            "finding_id": found or 1,
            "code": code,
            "actor_id": town.lines[line]["actor_id"],
            "token": town.lines[line]["token"],
            "name": "w.jpg",
            "table": "water",
            "kind": "xml",
        }


def values_for(address: Address, ids: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an address's names: `name` and `version` mean other things at other addresses."""
    values = dict(ids)
    if "assignments" in address.rule or "/roles/" in address.rule:
        values["name"] = "app-user"
    elif "/monitoring/tables/" in address.rule:
        values["name"] = "water"
    elif "/datasets/" in address.rule:
        values["name"] = "households"
    elif "preferences" in address.rule:
        values["name"] = "columns"
    if "/submissions/" in address.rule:
        values["version"] = ids["instance_id"]
    return values
