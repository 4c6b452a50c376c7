"""What a page gives as a file: read on a session of the answer's own, which is given back at its end."""

from __future__ import annotations

import pytest

from server.db import db
from tests.support.town import Town
from tests.web.desk import sign_in


def out(town: Town) -> dict[str | None, int]:
    """How many connections each engine has given out."""
    with town.app.app_context():
        return {name: engine.pool.checkedout() for name, engine in db.engines.items()}  # type: ignore[attr-defined]  # a QueuePool


@pytest.mark.parametrize("path", ["visits.csv", "tables/water.csv", "tables/water.csv?history=1"])
def test_a_download_takes_no_connection_that_writes_and_keeps_none(house: Town, path: str) -> None:
    house.enrol(water="borehole")
    desk = sign_in(house)
    answer = desk.client.get(f"/p/{house.project}/{path}")
    assert answer.status_code == 200
    assert out(house)[None] == 0
    assert len(answer.text.splitlines()) == 2
    assert out(house) == {None: 0, "read": 0}
