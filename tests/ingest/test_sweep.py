"""The daily sweep takes files that nothing names and that are a day old, and no others."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select, update

from server.db import utcnow
from server.forms.models import FormFile
from server.ingest import sweep
from server.ingest.models import Blob, Photo
from server.jobs import Job
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note


def stored(town: Town) -> dict[str, Path]:
    """Files of the photo store by name."""
    root = town.services.settings.data / "media"
    names = root.rglob("*")
    return {path.name: path for path in names if path.is_file() and path.parent.parent.parent == root}


def aged(town: Town, *names: str) -> None:
    """Let two days pass over files."""
    then = time.time() - 2 * sweep.IDLE
    for name in names:
        os.utime(stored(town)[name], (then, then))


def swept(town: Town) -> set[str]:
    """What a sweep takes."""
    before = set(stored(town))
    with town.session() as session:
        sweep.sweep(session, town.services, "")
    return before - set(stored(town))


@pytest.fixture
def orphan(house: Town) -> str:
    """A file of the store whose visit, picture and copies nobody knows any more: rows name all others."""
    for number in (1, 2):
        photos = {"a.jpg": jpeg(number), "b.jpg": jpeg(10 + number)}
        sent = house.phone.send(note("<photo>a.jpg</photo><view>b.jpg</view>", instance_id=new_id()), photos)
        assert sent.status_code == 201
    assert house.work() == 4
    names = sorted(stored(house))
    assert len(names) == 12  # each picture, and its two small copies
    with house.session() as session:
        first = session.scalars(select(Blob.name).order_by(Blob.id)).first()
        session.execute(update(Blob).where(Blob.name == first).values(name="0" * len(first)))
        form_file = FormFile(md5="0" * 32, size=1, content_type="text/csv")
        form_file.blob = first
        session.add(form_file)
        session.flush()
        thumb = session.scalars(select(Photo.thumb).order_by(Photo.blob_id)).first()
        session.execute(update(Photo).where(Photo.thumb == thumb).values(thumb=None))
    assert isinstance(thumb, str)
    return thumb


@pytest.mark.parametrize("together", [1, 5, 500])
def test_what_no_row_names_is_taken_when_it_is_a_day_old(
    house: Town, orphan: str, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "TOGETHER", together)
    aged(house, *(set(stored(house)) - {orphan}))
    assert swept(house) == set()  # visits, small copies and files of forms are named; the orphan is young
    aged(house, orphan)
    assert swept(house) == {orphan}


def test_it_comes_again_in_a_day(house: Town) -> None:
    swept(house)
    with house.session() as session:
        (job,) = session.scalars(select(Job).where(Job.kind == sweep.SWEEP))
        assert 23 < (job.run_at - utcnow()).total_seconds() / 3600 <= 24
