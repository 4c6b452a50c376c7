"""The sample project of a first start: a small invented region, the forms that ship, a few households and facilities.

What it holds is sent through the real ingest. It has no phone: making one is a newcomer's first act.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.areas.importing import import_areas
from server.demo.region import Region, aldermere
from server.forms import projects
from server.forms.samples import examine_shipped, publish_shipped
from server.ingest.announce import announce
from server.services import Services

NAME = "Aldermere (sample)"
DESCRIPTION = "Invented data to try things out on. Archive or delete this project when your own begins."


def make(session: Session, services: Services) -> int:
    """Make the sample on an empty installation; returns the project's id. Commits: what is sent needs it there."""
    region = aldermere(districts=1, townships=2, villages=4)
    return _project(session, services, region)


def _project(session: Session, services: Services, region: Region) -> int:
    examined = examine_shipped()
    project = projects.create(
        session, NAME, description=DESCRIPTION, timezone=services.settings.timezone, by=None
    )
    import_areas(session, services.keys, region.sheet(), actor_id=None)
    publish_shipped(session, services, project.id, None, announce=announce, examined=examined)
    session.commit()
    return project.id
