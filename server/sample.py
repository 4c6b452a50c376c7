"""The sample project of a first start: a small invented region, the forms that ship, a few households and facilities.

What it holds is sent through the real ingest. It has no phone: making one is a newcomer's first act. Its names are in the
language of the installation; its description is worded by the page that shows it.
"""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from server.accounts.models import Actor
from server.areas.importing import import_areas
from server.db import reading, utcnow
from server.demo.play import Player
from server.demo.region import aldermere
from server.demo.year import plan
from server.forms import projects
from server.forms.catalogue import form_model
from server.forms.samples import examine_shipped, publish_shipped
from server.ingest.announce import announce
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
    region = aldermere(districts=1, townships=2, villages=4)
    timezone = services.settings.timezone
    examined = examine_shipped()
    language = services.settings.language
    project = projects.create(
        session, say(language, NAME), description=DESCRIPTION, timezone=timezone, by=None
    )
    import_areas(session, services.keys, region.sheet(), actor_id=None)
    forms = publish_shipped(session, services, project.id, None, announce=announce, examined=examined)
    project_id = project.id
    sender = _sender(session, say(language, SENDER))
    session.commit()
    sample = Sender(actor_id=sender, project_id=project_id, may=lambda form_id: True)
    models = {
        form.xml_form_id: form_model(session, form.current_version_id)
        for form in forms
        if form.current_version_id is not None
    }
    zone = ZoneInfo(timezone)
    rng = Random(SEED)  # noqa: S311  # invented data
    today = utcnow().astimezone(zone).date()
    events = plan(rng, region, today, zone, households=HOUSEHOLDS, visits=VISITS, flaws={})
    senders = dict.fromkeys({event.phone for event in events}, sample)
    with reading(session):
        for _ in Player(session, services, project_id, models, senders).play(events):
            session.rollback()  # the next one reads what this one wrote
    return project_id


def _sender(session: Session, name: str) -> int:
    """Who sent the sample's visits: an app user that is gone, so that it has a name in every list and can send nothing."""
    now = utcnow()
    actor = Actor(type="field_key", display_name=name, created_at=now, deleted_at=now)
    session.add(actor)
    session.flush()
    return actor.id
