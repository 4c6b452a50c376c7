"""An installation with a project, a form and visits, and people who look at them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from server.ingest.models import Submission
from tests.support.house import House, make_app
from tests.web.desk import Desk, phone_in, picture, sign_in, visit, wells, with_areas


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A fresh installation with its administrator."""
    return House(make_app(tmp_path)).admin()


@pytest.fixture
def admin(house: House) -> Desk:
    """The administrator at a browser."""
    return sign_in(house)


@dataclass(frozen=True, slots=True)
class World:
    """Project 1 with the form `wells` and three visits: the newest two from the north, one of them held back."""

    house: House
    admin: Desk
    north: tuple[int, int]
    south: int


@pytest.fixture
def world(house: House, admin: Desk) -> World:
    """Three visits: south, north with a photo, north with a number that is none."""
    with_areas(house)
    house.project()
    house.publish(1, wells())
    south = phone_in(house, 1, "Phone south", ("B2",))
    north = phone_in(house, 1, "Phone north", ("A1",))
    sent = [
        south.send(visit(1)),
        north.send(visit(2, photo="well.jpg"), {"well.jpg": picture()}),
        north.send(visit(3, trip="soon")),
    ]
    assert [one.status_code for one in sent] == [201, 201, 201], sent[0].text
    house.work()
    with house.session() as session:
        ids = [found.id for found in session.query(Submission).order_by(Submission.id)]
    return World(house, admin, (ids[1], ids[2]), ids[0])
