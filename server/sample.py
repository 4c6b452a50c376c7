"""The sample project of a first start: a small invented region, the forms that ship, a few households and facilities.

What it holds is sent through the real ingest. It has no phone: making one is a newcomer's first act. Its names are in the
language of the installation; its description is worded by the page that shows it.
"""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Actor, Phone
from server.areas.importing import import_areas
from server.db import reading, utcnow
from server.demo.play import Player
from server.demo.region import Region, aldermere
from server.demo.year import Event, plan
from server.forms import projects
from server.forms.catalogue import form_model
from server.forms.models import Form, Project
from server.forms.samples import examine_shipped, publish_shipped
from server.ingest.announce import announce
from server.ingest.models import Submission
from server.ingest.parcel import Sender
from server.services import Services
from server.words import say

NAME = "Aldermere (sample)"
SENDER = "Sample"
DESCRIPTION = "Invented data to try things out on. Archive or delete this project when your own begins."
HOUSEHOLDS, VISITS = 6, 5
SEED = 7


def make(session: Session, services: Services) -> int:
    """Make the sample on an empty installation; returns the project's id. Commits: what is sent needs it there."""
    project = _begin(session, services)
    go_on(session, services)
    return project


def unfinished(session: Session) -> tuple[Project, int] | None:
    """A sample whose making was broken off: its project and its sender, who is there until everything is sent."""
    sender = session.scalar(
        select(Actor.id).where(
            Actor.type == "field_key", Actor.deleted_at.is_(None), Actor.id.not_in(select(Phone.actor_id))
        )
    )
    project = session.scalar(
        select(Project)
        .where(Project.description == DESCRIPTION, Project.deleted_at.is_(None))
        .order_by(Project.id)
        .limit(1)
    )
    return None if sender is None or project is None else (project, sender)


def go_on(session: Session, services: Services) -> None:
    """Send what an unfinished sample lacks, and then let its sender go. Commits; a stop at any instant can be gone on from."""
    found = unfinished(session)
    if found is None:
        return
    project, sender = found
    forms = session.scalars(select(Form).where(Form.project_id == project.id)).all()
    there = set(
        session.scalars(
            select(Submission.instance_id).where(Submission.form_id.in_([form.id for form in forms]))
        )
    )
    events = [event for event in planned(project) if event.told.instance_id not in there]
    models = {
        form.xml_form_id: form_model(session, form.current_version_id)
        for form in forms
        if form.current_version_id is not None
    }
    sample = Sender(actor_id=sender, project_id=project.id, may=lambda form_id: True)
    senders = dict.fromkeys({event.phone for event in events}, sample)
    session.commit()
    with reading(session):
        for _ in Player(session, services, project.id, models, senders).play(events):
            session.rollback()  # the next one reads what this one wrote
    session.get_one(Actor, sender).deleted_at = utcnow()
    session.commit()


def planned(project: Project) -> list[Event]:
    """What is sent into a sample, always the same: the day that it counts back from is the project's first."""
    zone = ZoneInfo(project.timezone)
    rng = Random(SEED)  # noqa: S311  # invented data
    today = project.created_at.astimezone(zone).date()
    return plan(rng, _region(), today, zone, households=HOUSEHOLDS, visits=VISITS, flaws={})


def _begin(session: Session, services: Services) -> int:
    """Project, areas, forms and sender, all or none of them."""
    examined = examine_shipped()
    language = services.settings.language
    project = projects.create(
        session,
        say(language, NAME),
        description=DESCRIPTION,
        timezone=services.settings.timezone,
        by=None,
    )
    import_areas(session, services.keys, _region().sheet(), actor_id=None)
    publish_shipped(session, services, project.id, None, announce=announce, examined=examined)
    # Whose phone sent it: an app user that has no token and is removed at the end, so that it has a name in every list.
    session.add(Actor(type="field_key", display_name=say(language, SENDER), created_at=utcnow()))
    session.commit()
    return project.id


def _region() -> Region:
    return aldermere(districts=1, townships=2, villages=4)
