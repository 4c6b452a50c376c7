"""What was determined while a list stood twice is written to the list that it was joined to: by a decision, and by a rebuild."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from server.db import utcnow
from server.entities.models import Dataset, DatasetForm, DatasetProperty, Entity
from server.forms.models import FormAttachment
from server.ingest.rebuild import rebuild
from tests.ingest.test_rebuild import values
from tests.support.town import Enrolled, Town


@pytest.fixture
def enrolled(house: Town) -> Enrolled:
    """A household, sent while its list was another, which has been joined since."""
    sent = house.enrol(water="surface")
    with house.session() as session:
        double = session.scalars(select(Dataset.id).where(Dataset.name == "households")).one()
        gone = update(Dataset).where(Dataset.id == double)
        session.execute(gone.values(deleted_at=utcnow()))
        row = {"project_id": house.project, "name": "households", "created_at": utcnow()}
        kept = session.execute(insert(Dataset).values(row).returning(Dataset.id)).scalar_one()
        session.execute(gone.values(joined_into=kept))
        for model in (DatasetProperty, DatasetForm, FormAttachment, Entity):
            session.execute(update(model).where(model.dataset_id == double).values(dataset_id=kept))
    return sent


def listed(house: Town) -> list[tuple[str, bool]]:
    """Entities of the list that stands, and whether each is on it."""
    with house.session() as session:
        query = select(Entity.uuid, Entity.deleted_at).join(Dataset, Dataset.id == Entity.dataset_id)
        rows = session.execute(query.where(Dataset.deleted_at.is_(None))).all()
        assert len(rows) == len(session.scalars(select(Entity.id)).all())
    return [(row.uuid, row.deleted_at is None) for row in rows]


def test_a_decision_on_what_came_before_reaches_the_list_that_stands(house: Town, enrolled: Enrolled) -> None:
    assert house.decide(enrolled.instance_id, "rejected").status_code == 200
    assert listed(house) == [(enrolled.household, False)]
    assert house.decide(enrolled.instance_id, "approved").status_code == 200
    assert listed(house) == [(enrolled.household, True)]


def test_a_rebuild_fills_the_list_that_stands(house: Town, enrolled: Enrolled) -> None:
    house.visit(enrolled.household, water="piped")
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
    assert listed(house) == [(enrolled.household, True)]
    assert values(house) == before
