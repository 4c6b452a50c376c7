"""The whole demo: region, forms, people and phones, a year of visits, and what the supervisors said to some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.accounts import phones
from server.accounts.access import access_of
from server.accounts.models import Phone
from server.areas.importing import import_areas
from server.db import reading, utcnow
from server.demo import people
from server.demo.play import Player, Sent, sender
from server.demo.region import TIMEZONE, Region, aldermere
from server.demo.reviews import review
from server.demo.year import plan, team
from server.forms import projects
from server.forms.catalogue import form_model
from server.forms.models import Form
from server.forms.samples import examine_shipped, publish_shipped
from server.ingest.announce import announce
from server.ingest.photos import read_photo
from server.jobs import Job
from server.services import Services

NAME = "Aldermere"
DESCRIPTION = "An invented region in the open sea, with a year of invented visits."
NEWEST = 40
"""Photos whose small copies are made at once."""

EVERY = 100
"""Visits between two lines of progress."""

Say = Callable[[str], None]
"""Where progress goes, a line at a time."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made. `seed` decides everything else."""

    households: int = 400
    visits: int = 900
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Made:
    """What was made."""

    project_id: int
    sent: tuple[Sent, ...]
    reviewed: int

    @property
    def photos(self) -> int:
        """Photos that were sent."""
        return sum(frame.sent for one in self.sent for frame in one.event.frames)


def make(
    session: Session,
    services: Services,
    size: Size,
    *,
    password: str,
    admin_id: int | None,
    say: Say,
    now: datetime | None = None,
) -> Made:
    """Make the demo on an empty installation. `session` may write until the first commit, then only reads.

    `password` becomes the staff's. `now`: the day before it is the last of the year; default the server's clock.
    """
    rng = Random(size.seed)  # noqa: S311  # invented data
    zone = ZoneInfo(TIMEZONE)
    today = (now or utcnow()).astimezone(zone).date()
    region = aldermere()
    who = team(region)
    say("Publishing the forms ...")
    project_id, forms = _project(session, services, region, admin_id)
    devices = people.make_phones(session, services, project_id, region, who, forms, by=admin_id)
    supervisors = people.make_staff(session, project_id, region, password, by=admin_id)
    session.commit()
    events = plan(rng, region, today, zone, households=size.households, visits=size.visits)
    player = _player(session, services, project_id, forms, devices)
    sent: list[Sent] = []
    reviewed = 0
    watched = _by_village(region, supervisors)
    with reading(session):
        for one in _watched(player.play(events), len(events), say):
            sent.append(one)
            session.rollback()  # the next one reads what this one wrote
            reviewed += review(services, rng, one, len(sent) / len(events), watched)
    _note_phones(session, devices, forms)
    say("Making small copies of the newest photos; the server makes the rest while it runs ...")
    _look_at_newest(session, services)
    return Made(project_id, tuple(sent), reviewed)


def _project(
    session: Session, services: Services, region: Region, admin_id: int | None
) -> tuple[int, list[Form]]:
    examined = examine_shipped()
    project = projects.create(session, NAME, description=DESCRIPTION, timezone=TIMEZONE, by=admin_id)
    import_areas(session, services.keys, region.sheet(), actor_id=admin_id)
    forms = publish_shipped(session, services, project.id, admin_id, announce=announce, examined=examined)
    return project.id, forms


def _player(
    session: Session,
    services: Services,
    project_id: int,
    forms: Iterable[Form],
    devices: dict[int, people.Device],
) -> Player:
    senders = {}
    for number, device in devices.items():
        access = access_of(session, device.actor_id)
        assert access is not None  # made a moment ago
        senders[number] = sender(access, project_id, number)
    models = {}
    for form in forms:
        assert form.current_version_id is not None  # published
        models[form.xml_form_id] = form_model(session, form.current_version_id)
    return Player(session, services, project_id, models, senders)


def _watched(sent: Iterable[Sent], total: int, say: Say) -> Iterator[Sent]:
    """The same, with a line of progress now and then."""
    began = monotonic()
    for number, one in enumerate(sent, start=1):
        yield one
        if number % EVERY == 0 or number == total:
            say(
                f"  {number:>5} of {total} submissions sent, {number / max(0.001, monotonic() - began):.0f} a second"
            )


def _by_village(region: Region, supervisors: dict[str, int]) -> dict[str, int]:
    """The supervisor of each village, by its code."""
    districts = {place.code: place.parent for place in region.at("township")}
    return {village.code: supervisors[districts[village.parent]] for village in region.at("village")}


def _note_phones(session: Session, devices: dict[int, people.Device], forms: Iterable[Form]) -> None:
    """The phones have just been heard of, and have the forms that they sent."""
    wanted = [device.actor_id for device in devices.values()]
    versions = [form.current_version_id for form in forms]
    for phone in session.scalars(select(Phone).where(Phone.actor_id.in_(wanted))).all():
        for version_id in versions:
            phones.seen(session, phone, version_id)
    session.commit()


def _look_at_newest(session: Session, services: Services) -> None:
    """Run the newest photos' jobs now, so that the first pages that are opened are whole."""
    newest = select(Job.id, Job.ref).where(Job.kind == "photo").order_by(Job.id.desc()).limit(NEWEST)
    for job_id, blob_id in session.execute(newest).all():
        read_photo(session, services, blob_id)
        session.execute(delete(Job).where(Job.id == job_id))
        session.commit()
