"""The demo: what it sends is stored whole, held back only where that is meant, and stands in the tables as it was sent."""

from __future__ import annotations

import io
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from lxml import etree
from PIL import Image
from sqlalchemy import func, select

from media import open_blob
from server.accounts.models import Phone, WebUser
from server.areas.models import Area
from server.demo.region import aldermere
from server.demo.year import HELD, Event, plan
from server.forms.models import FormVersion
from server.households.tables import TABLES, Household
from server.ingest.models import Attachment, Blob, FindingRow, Submission, SubmissionVersion
from server.review.models import Comment
from tests.demo.conftest import NOW, SIZE, Demo, close, make_demo


def forms_sent(demo: Demo) -> Counter[str]:
    return Counter(one.event.form for one in demo.made.sent)


def test_the_region_is_whole_and_its_villages_have_names_of_their_own() -> None:
    region = aldermere()
    assert [len(region.at(level)) for level in ("region", "district", "township", "village")] == [
        1,
        3,
        12,
        96,
    ]
    assert len({place.name for place in region.at("village")}) == 96
    assert len({place.name_zh for place in region.at("village")}) == 96
    assert len({(round(place.lat, 3), round(place.lon, 3)) for place in region.at("village")}) == 96


def test_as_many_households_and_visits_are_made_as_were_asked_for(demo: Demo) -> None:
    enrolled = [one for one in demo.made.sent if one.event.outcome == "completed"]
    assert len(enrolled) == SIZE.households
    assert forms_sent(demo)["household_visit"] == SIZE.visits
    assert demo.session.scalar(select(func.count()).select_from(Household)) == SIZE.households
    assert demo.session.scalar(select(func.count()).select_from(Submission)) == len(demo.made.sent)
    assert demo.session.scalar(select(func.count()).select_from(Area)) == 112
    assert demo.session.scalar(select(func.count()).select_from(Phone)) == 12
    assert demo.session.scalar(select(func.count()).select_from(WebUser)) == 6


def test_every_form_lies_in_the_year_before_today(demo: Demo) -> None:
    ends = [one.event.told.end for one in demo.made.sent]
    assert max(ends) < NOW
    assert (NOW - min(ends)).days <= 366


def test_no_phone_is_at_two_places_at_once(demo: Demo) -> None:
    by_phone: dict[int, list[Any]] = {}
    for one in demo.made.sent:
        by_phone.setdefault(one.event.phone, []).append(one.event.told)
    for told in by_phone.values():
        told.sort(key=lambda each: each.start)
        assert all(one.end <= two.start for one, two in pairwise(told))


def test_nothing_is_held_back_but_what_is_meant_to_be(demo: Demo) -> None:
    meant = {one.receipt.version_id for one in demo.made.sent if one.event.flaw in HELD}
    blocking = select(FindingRow.version_id).where(FindingRow.blocking)
    assert set(demo.session.scalars(blocking)) == meant


def test_warnings_speak_of_nothing_but_photos_that_were_not_sent(demo: Demo) -> None:
    lost = {one.receipt.version_id for one in demo.made.sent if one.event.flaw == "missing_photo"}
    rules = select(FindingRow.version_id, FindingRow.rule).where(FindingRow.blocking.is_(False))
    found = {
        row.version_id for row in demo.session.execute(rules) if row.rule in ("attachment", "calculation")
    }
    assert found == lost


def test_every_photo_arrives_and_can_be_opened(demo: Demo) -> None:
    rows = demo.session.execute(
        select(Attachment.name, Blob.name.label("blob")).join(Blob, Blob.id == Attachment.blob_id)
    ).all()
    assert len(rows) == demo.made.photos > 0
    for row in rows:
        content = b"".join(open_blob(demo.services.store, demo.services.keys, row.blob))
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.format == "JPEG"
        assert 40_000 < len(content) < 160_000


def test_the_tables_hold_what_the_xml_says(demo: Demo) -> None:
    looked_at = 0
    for one in demo.made.sent:
        if one.event.flaw in HELD:
            continue
        version = demo.session.get_one(SubmissionVersion, one.receipt.version_id)
        mapping = demo.session.get_one(FormVersion, version.form_version_id).mapping
        assert mapping is not None
        root = etree.fromstring(demo.services.keys.open(version.xml, "submission_version.xml"))
        for entry in mapping["columns"]:
            table = TABLES[entry["table"]].history if entry["table"] in TABLES else None
            said = root.findtext(entry["path"].removeprefix("/data/"))
            if table is None or entry["column"] not in table.columns or not said:
                continue
            column = table.columns[entry["column"]]
            rows = demo.session.scalars(
                select(column).where(table.c.submission_id == one.receipt.submission_id)
            ).all()
            assert len(rows) == 1, entry
            if column.info["type"] in ("p", "g") or entry["column"] == "contact":
                continue  # a photo's and point's own shape; sealed, and gone once consent to it is withdrawn
            assert in_words(rows[0]) == said.removesuffix(".0"), entry
            looked_at += 1
    assert looked_at > 30 * SIZE.visits / 2


def in_words(value: Any) -> str:
    """A stored value as an answer has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return str(value).removesuffix(".0")


def test_some_visits_have_been_looked_at_with_words_where_something_is_wrong(demo: Demo) -> None:
    states = Counter(demo.session.scalars(select(Submission.review_state)))
    assert states["approved"] > 0
    assert demo.made.reviewed == sum(count for state, count in states.items() if state is not None)
    talked = states["hasIssues"] + states["rejected"]
    assert (demo.session.scalar(select(func.count()).select_from(Comment)) or 0) >= talked


def test_progress_is_told(demo: Demo) -> None:
    total = len(demo.made.sent)
    assert any(f"{total} of {total}" in line for line in demo.lines)


def xml_of(demo: Demo) -> list[bytes]:
    rows = demo.session.scalars(select(SubmissionVersion).order_by(SubmissionVersion.id))
    return [demo.services.keys.open(row.xml, "submission_version.xml") for row in rows]


def test_the_same_seed_makes_the_same_year_on_any_database(demo: Demo, tmp_path: Path) -> None:
    again = make_demo(tmp_path)
    assert xml_of(again) == xml_of(demo)
    again.session.close()
    close(again.app)


def test_another_seed_makes_another_year() -> None:
    def year(seed: int) -> list[Event]:
        day, zone = NOW.date(), NOW.tzinfo
        assert zone is not None
        return plan(Random(seed), aldermere(), day, zone, households=4, visits=9)

    assert year(1) == year(1)
    assert not {one.told for one in year(1)} & {one.told for one in year(2)}
