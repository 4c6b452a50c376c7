"""An invented place with everything in it that submissions need, made once for each kind of database and copied for each test.

Two projects, a tree of areas, three small forms, phones. What is tested afterwards goes through the doors;
this is the ground under it, laid by the rooms' own functions.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from media import open_blob
from server.accounts import phones
from server.areas.models import Area
from server.entities.models import Entity
from server.forms import lifecycle
from server.forms.models import Form
from server.households.tables import TABLES, Household
from server.ingest.announce import announce
from server.ingest.answers import open_answers, raw_xml
from server.ingest.models import Attachment, Blob, FindingRow, InstanceKey, Submission, SubmissionVersion
from server.jobs import Job
from server.ledger import LedgerRow
from tests.support import closing
from tests.support.house import House, Phone, instance, make_app, xlsx

FACTS = "town.json"
WRITTEN = (
    Submission,
    SubmissionVersion,
    InstanceKey,
    Attachment,
    Blob,
    FindingRow,
    LedgerRow,
    Job,
    Household,
    Entity,
)
HH = 'hh="urn:fieldfare:household"'

AREAS = """code,name,name:zh,parent,level
A1,Aldermere,榆塘,,district
A1-014,Millbrook,磨坊村,A1,village
A1-015,Fordham,渡口村,A1,village
B2,Bexhill,柏坡,,district
"""

NOTE = xlsx(
    """
    type            | name    | label::English (en)          | label::中文 (zh)
    text            | village | Which village is it?          | 哪个村？
    integer         | wells   | How many wells are there?     | 有几口井？
    select_one state | road   | How is the road?              | 路况如何？
    geopoint        | spot    | Where are you standing?       | 您站在哪里？
    image           | photo   | Take a photo of the well.     | 请拍一张井的照片。
    image           | view    | Take a photo of the road.     | 请拍一张路的照片。
    begin_repeat    | field   | Field                         | 田地
    text            | crop    | What grows there?             | 种的是什么？
    end_repeat      | field   |                               |
    """,
    choices="""
    list_name | name | label::English (en) | label::中文 (zh)
    state     | good | Good                | 好
    state     | poor | Poor                | 差
    """,
    settings="""
    form_id | form_title    | version | default_language
    note    | Village notes | 1       | English (en)
    """,
)

ENROL = xlsx(
    """
    type            | name     | label::English (en)       | bind::hh:column      | bind::hh:table | save_to
    select_one_from_file areas.csv | area | Which area is it? | household.area     |                |
    dateTime        | when     | When was it?              | visit.observed_at    |                |
    geopoint        | dwelling | Stand at the main door.   | household.dwelling   |                | geometry
    select_one source | water  | Where does water come from? | water.source       |                |
    integer         | minutes  | Minutes there and back    | water.round_trip     |                |
    integer         | rooms    | Rooms that people sleep in | housing.sleeping_rooms |            |
    text            | contact  | How can the household be reached? | household.contact |           |
    image           | photo    | Take a photo of the water point. | water.photo   |                |
    begin_repeat    | need     | Need                      |                      | need           |
    select_one service | service | Which service?          | need.service         |                |
    end_repeat      | need     |                           |                      |                |
    """,
    choices="""
    list_name | name       | label::English (en)
    source    | borehole   | Borehole
    source    | surface    | River or pond
    service   | clinic     | Clinic
    service   | school     | School
    """,
    entities="""
    list_name  | label
    households | concat(${area}, ' · ', substr(/data/meta/entity/@id, 31, 36))
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    enrol   | Enrolment  | 1       | English (en)     | {HH}
    """,
)

CHECK = xlsx(
    """
    type            | name      | label::English (en)      | bind::hh:column
    select_one_from_file households.csv | household | Which household is it? | household.id
    dateTime        | when      | When was it?             | visit.observed_at
    select_one source | water   | Where does water come from? | water.source
    integer         | minutes   | Minutes there and back   | water.round_trip
    integer         | rooms     | Rooms that people sleep in | housing.sleeping_rooms
    """,
    choices="""
    list_name | name       | label::English (en)
    source    | borehole   | Borehole
    source    | surface    | River or pond
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    check   | Visit      | 1       | English (en)     | {HH}
    """,
)


@dataclass
class Town(House):
    """The place. `project` has the three forms, `elsewhere` a form `note` of its own; `phone` has every form of the first."""

    project: int = 0
    elsewhere: int = 0
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def phone(self) -> Phone:
        """The phone of most tests: all forms, no areas, English."""
        return self.line("all")

    def line(self, name: str) -> Phone:
        """A phone: `all`, `north` (areas A1-014), `zh`, `ar`, `none` (no form), `other` (of the other project)."""
        return Phone(self, **self.lines[name])

    # --- sending ----------------------------------------------------------------------------------------------------

    def enrol(self, **answers: Any) -> Enrolled:
        """A household's enrolment, sent and stored; `uuid`, `instance_id`, `phone` and `files` may be given."""
        phone = answers.pop("phone", None) or self.phone
        files = answers.pop("files", ())
        made = enrolment(**answers)
        answer = phone.send(made.xml, files)
        assert answer.status_code == 201, answer.text
        return made

    def visit(self, household: str, **answers: Any) -> str:
        """A visit to a household, sent and stored; its instanceID."""
        instance_id = answers.pop("instance_id", None) or new_id()
        xml = check(household, instance_id=instance_id, **answers)
        answer = self.phone.send(xml)
        assert answer.status_code == 201, answer.text
        return str(instance_id)

    # --- looking and deciding ---------------------------------------------------------------------------------------

    def submission(self, instance_id: str) -> Submission | None:
        """The submission first sent under that instanceID."""
        with self.session() as session:
            return session.scalars(  # type: ignore[no-any-return]  # the fixture's session is untyped
                select(Submission).where(Submission.instance_id == instance_id)
            ).one_or_none()

    def count(self, model: Any = Submission) -> int:
        """How many rows of a model there are."""
        with self.session() as session:
            return int(session.scalar(select(func.count()).select_from(model)))

    def stored(self) -> dict[str, int]:
        """How much there is of everything that a submission writes, rows and files."""
        counts = {model.__tablename__: self.count(model) for model in WRITTEN}
        counts |= {name: len(self.rows(name, history=True)) for name in ("visit", "water", "need")}
        media = self.services.settings.data / "media"
        return {**counts, "files": sum(1 for path in media.rglob("*") if path.is_file())}

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing is stored inside, not by half."""
        before = self.stored()
        yield
        assert self.stored() == before

    def files(self, instance_id: str) -> dict[str, bool]:
        """The attachments of a version, by its own instanceID: name, and whether it is there."""
        with self.session() as session:
            query = select(Attachment.name, Attachment.blob_id).join(
                SubmissionVersion, SubmissionVersion.id == Attachment.version_id
            )
            rows = session.execute(query.where(SubmissionVersion.instance_id == instance_id))
            return {row.name: row.blob_id is not None for row in rows}

    def answers(self, instance_id: str) -> dict[str, Any]:
        """The answers of a version, by its own instanceID, protected ones included."""
        with self.session() as session:
            query = select(SubmissionVersion.id).where(SubmissionVersion.instance_id == instance_id)
            version_id = session.scalars(query).one()
            return dict(open_answers(session, self.services, version_id, protected=True).record)

    def xml(self, instance_id: str) -> bytes:
        """The XML of a version, by its own instanceID, as it came."""
        with self.session() as session:
            query = select(SubmissionVersion.id).where(SubmissionVersion.instance_id == instance_id)
            return raw_xml(session, self.services, session.scalars(query).one())

    def photo(self, instance_id: str, name: str) -> bytes:
        """The content of an attachment of a version, out of the photo store."""
        with self.session() as session:
            query = (
                select(Blob.name)
                .join(Attachment, Attachment.blob_id == Blob.id)
                .join(SubmissionVersion, SubmissionVersion.id == Attachment.version_id)
                .where(SubmissionVersion.instance_id == instance_id, Attachment.name == name)
            )
            blob = session.scalars(query).one()
        return b"".join(open_blob(self.services.store, self.services.keys, blob))

    def rows(self, table: str, *, history: bool = False) -> list[dict[str, Any]]:
        """All rows of a monitoring table, current or history, in order of their ids."""
        monitored = TABLES[table]
        of = monitored.history if history else monitored.current
        with self.session() as session:
            query = of.select().order_by(*of.primary_key.columns)
            return [row._asdict() for row in session.execute(query)]

    def at(self, instance_id: str) -> str:
        """A submission's address over REST, below /v1."""
        with self.session() as session:
            query = select(Submission.project_id, Form.xml_form_id).join(Form, Form.id == Submission.form_id)
            row = session.execute(query.where(Submission.instance_id == instance_id)).one()
        own = quote(instance_id, safe="")
        return f"/projects/{row.project_id}/forms/{row.xml_form_id}/submissions/{own}"

    def decide(self, instance_id: str, state: str | None, **more: Any) -> TestResponse:
        """A decision over REST: `seen` may be given."""
        return self.api("PATCH", self.at(instance_id), json={"reviewState": state, **more})

    def bin(self, instance_id: str, *, back: bool = False) -> None:
        """Put a submission into the bin, or take it out."""
        at = self.at(instance_id)
        answer = self.api("POST", f"{at}/restore") if back else self.api("DELETE", at)
        assert answer.status_code == 200, answer.text


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment: its XML, its identity, the household's UUID."""

    xml: str
    instance_id: str
    household: str


def new_id() -> str:
    """An instanceID as phones make it."""
    return f"uuid:{uuid.uuid4()}"


def note(body: str = "<village>Alder</village>", **more: Any) -> str:
    """An instance of the plain form."""
    return instance("note", body, **more)


def enrolment(
    *,
    household: str | None = None,
    instance_id: str | None = None,
    deprecated: str | None = None,
    area: str = "A1-014",
    when: str = "2026-03-01T10:00:00.000+08:00",
    needs: Sequence[str] = (),
    action: str = 'create="1"',
    **answers: str,
) -> Enrolled:
    """An instance of the enrolment form; `answers` by question name."""
    own, house = instance_id or new_id(), household or str(uuid.uuid4())
    given = {"area": area, "when": when, **answers}
    order = ("area", "when", "dwelling", "water", "minutes", "rooms", "contact", "photo")
    body = "".join(f"<{name}>{given[name]}</{name}>" for name in order if name in given)
    body += "".join(f"<need><service>{service}</service></need>" for service in needs)
    old = f"<orx:deprecatedID>{deprecated}</orx:deprecatedID>" if deprecated else ""
    xml = (
        '<data id="enrol" version="1" xmlns:orx="http://openrosa.org/xforms">'
        f"{body}<orx:meta><orx:instanceID>{own}</orx:instanceID>{old}"
        f'<entity dataset="households" id="{house}" {action}><label>{area} · {house[-5:]}</label></entity>'
        "</orx:meta></data>"
    )
    return Enrolled(xml, own, house)


def check(
    household: str,
    *,
    when: str = "2026-04-01T10:00:00.000+08:00",
    instance_id: str | None = None,
    deprecated: str | None = None,
    **answers: str,
) -> str:
    """An instance of the visit form; `answers` by question name."""
    given = {"household": household, "when": when, **answers}
    order = ("household", "when", "water", "minutes", "rooms")
    body = "".join(f"<{name}>{given[name]}</{name}>" for name in order if name in given)
    return instance("check", body, instance_id=instance_id, deprecated=deprecated)


def build(data: Path, database_url: str = "") -> None:
    """Make the place in an empty data folder and database, and leave no connection open."""
    house = House(make_app(data, database_url=database_url)).admin()
    project, elsewhere = house.project("Aldermere"), house.project("Bexhill")
    taken = house.api("POST", "/monitoring/areas", data=AREAS.encode(), content_type="text/csv")
    assert taken.status_code == 200, taken.text
    examined = [lifecycle.Upload(sheet, "form.xlsx").examined() for sheet in (NOTE, ENROL, CHECK)]
    lines: dict[str, dict[str, Any]] = {}
    with house.session() as session:
        forms = [
            lifecycle.create(
                session,
                house.services,
                project,
                one,
                1,
                announce=announce,
                publish=True,
                ignore_warnings=True,
            ).id
            for one in examined
        ]
        other = lifecycle.create(
            session,
            house.services,
            elsewhere,
            examined[0],
            1,
            announce=announce,
            publish=True,
            ignore_warnings=True,
        )
        north = session.scalars(select(Area.id).where(Area.code == "A1-014")).one()
        for name, given in {
            "all": {"forms": forms},
            "north": {"forms": forms, "areas": [north]},
            "zh": {"forms": forms, "language": "zh"},
            "ar": {"forms": forms, "language": "ar"},
            "none": {},
            "other": {"forms": [other.id]},
        }.items():
            where = elsewhere if name == "other" else project
            made, token = phones.create(session, house.services, where, f"Phone {name}", by=1, **given)
            lines[name] = {"project_id": where, "token": token, "actor_id": made.actor_id}
    facts = {"token": house.token, "project": project, "elsewhere": elsewhere, "lines": lines}
    (data / FACTS).write_text(json.dumps(facts), "utf-8")
    close(house)


def open_copy(template: Path, data: Path, **settings: Any) -> Town:
    """A town of one's own: the template's folder copied, an application on it."""
    from server import create_app
    from server.settings import Settings

    shutil.copytree(template, data)
    facts = json.loads((data / FACTS).read_text("utf-8"))
    chosen = Settings.load(environ={}, data=data, sample=False, log_level="WARNING", **settings)
    return Town(create_app(chosen), **facts)


def close(house: House) -> None:
    """Give back every connection (tests.support.closing)."""
    closing.close(house.app)
