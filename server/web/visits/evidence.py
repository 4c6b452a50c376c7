"""What a visit shows: header, findings in the form's own words, photos with their measures, points, answers, rows written.

Exact points are used here for measuring metres, and leave this module only where `protected` was allowed and logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.accounts.models import Actor
from server.areas.models import Area
from server.forms.models import Form, FormVersion
from server.households.places import distance_m
from server.households.standing import Written, written
from server.households.tables import Facility, Household, Visit
from server.ingest.answers import unasked
from server.ingest.models import FindingRow, Submission
from server.ingest.plan import Plan
from server.ingest.redact import is_protected
from server.review import wording, worked_out
from server.review.visit import UNIT, Picture, Section, Shown, look, plain
from server.review.visit import Visit as Looked
from server.web import codes
from server.web.frame.door import services, session
from server.web.frame.show import clock, metres, moment
from server.web.frame.words import bare, language, own_part
from server.web.shapes import shapes
from server.web.visits.steering import apart, steering
from server.words import say
from server.xforms import value_at, walk

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding in words: the question's label, the answer as the reader may see it, what is wrong; `point` where the
    answer is one. `anchor`: where on the page it is, '' where it is not; `accepted`: who took it as it is."""

    row: FindingRow
    label: str
    value: str
    words: str
    point: bool = False
    anchor: str = ""
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A photo with what was measured: when, and how far from the visit's point. `hidden`: a protected answer; `screen` its
    small copy where it may be seen now (blob name)."""

    picture: Picture
    says: str
    hidden: bool = False
    screen: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the page of a visit shows."""

    title: str
    version: str
    sender: str
    area: Area | None
    household: Household | None
    facility: Facility | None
    sections: tuple[Section, ...]
    steering: tuple[Shown, ...]
    findings: tuple[Found, ...]
    photos: tuple[Evidence, ...]
    files: tuple[Picture, ...]
    points: tuple[dict[str, Any], ...]
    distance: int | None
    accuracy: float | None
    length: float | None
    units: Mapping[str, str]
    was: Mapping[str, str]
    not_asked: tuple[str, ...]
    left_empty: tuple[str, ...]
    written: tuple[Written, ...]
    maps: bool
    hides: bool


def evidence_of(one: Submission, *, protected: bool) -> Seen:
    """Gather it. `protected`: whole, as the caller has checked and logged."""
    assert one.version_id is not None
    seen = look(session(), services(), one.version_id, language(), protected=protected)
    plan = seen.opened.plan
    sections, aside = apart(seen.sections, steering(plan))
    whole = dict(seen.opened.record)
    exact = list(_points(plan, whole, seen.opened.hidden or {}))
    here = exact[0][1] if exact else None
    household, facility = _subject(one)
    form_version = session().get_one(FormVersion, one.form_version_id)
    form = session().get_one(Form, one.form_id)
    stands = select(Visit.distance, Visit.started, Visit.ended).where(
        Visit.submission_id == one.id, Visit.superseded_at.is_(None)
    )
    # Of a correction that is held back the rows are still the former version's: another place, perhaps another household.
    row = session().execute(stands).first() if one.projected else None
    area = session().get(Area, one.area_id) if one.area_id is not None else None
    absent, empty = _unanswered(plan, whole, seen.labels)
    hides = bool(seen.opened.hidden)
    return Seen(
        title=own_part(form_version.title or form.xml_form_id),
        version=form_version.version,
        sender=session().scalar(select(Actor.display_name).where(Actor.id == one.submitter_id)) or "",
        area=area,
        household=household,
        facility=facility,
        sections=tuple(_filled(sections)),
        steering=aside,
        findings=_findings(one, seen, whole, protected=protected),
        photos=tuple(_photo(p, here, one, plan, protected=protected) for p in seen.pictures if _is_shown(p)),
        files=tuple(p for p in seen.pictures if not _is_shown(p)),
        points=tuple(_markers(plan, whole, household, facility, area, protected=protected)),
        distance=row.distance if row else None,
        accuracy=exact[0][2] if exact else None,
        length=_length(plan, whole, row),
        units=_units(plan),
        was=_before(one) if one.subject else {},
        not_asked=absent,
        left_empty=empty,
        written=tuple(written(session(), one.id)),
        maps=plan.mapping is not None,
        hides=hides,
    )


def _weighty(rows: Sequence[FindingRow]) -> list[FindingRow]:
    return sorted(rows, key=lambda row: (not row.blocking, row.id))


def _findings(one: Submission, seen: Looked, record: dict[str, Any], *, protected: bool) -> tuple[Found, ...]:
    plan, anchors = seen.opened.plan, _anchors(seen)
    strange: Mapping[str, str] = {}
    if any(row.rule == "unknown" for row in seen.findings):
        strange = unasked(session(), services(), one.version_id or 0, plan, protected=protected)
    ours = worked_out.results(session(), services(), one, plan, seen.findings, protected=protected)
    read = {item.path: item.label for section in seen.sections for item in _all_items(section)}
    found = []
    for row in _weighty(seen.findings):
        value = value_at(record, row.path) or strange.get(row.path, "")
        field = plan.model.field(UNIT.sub("", row.path))
        kind = field.type if field is not None else ""
        words = finding_words(row.message, ours.get(row.path))
        said = moment(value) if kind in ("date", "time", "dateTime") else value
        anchor = anchors.get(row.path, "")
        label = question_words(plan, row.path)
        if "…" in label:  # it names another answer: as it was read, where that is open
            label = read.get(row.path, label)
        who = session().get(Actor, row.accepted_by) if row.accepted_by is not None else None
        by = who.display_name if who is not None else ""
        found.append(Found(row, label, said, words, kind == "geopoint", anchor, by))
    return tuple(found)


def _anchors(seen: Looked) -> dict[str, str]:
    """Anchors of the page by path: photos, and the answers that stand there."""
    photos = {one.path: f"f{one.path}" for one in seen.pictures if one.path is not None and _is_shown(one)}
    return photos | {item.path: f"a{item.path}" for section in seen.sections for item in _all_items(section)}


def _is_shown(picture: Picture) -> bool:
    """Whether an attachment stands among the photos."""
    return picture.content_type.startswith("image/") or not picture.there


def question_words(plan: Plan, path: str) -> str:
    """The question's label; of what nobody was asked, what it is."""
    if path.partition("/@")[0].endswith("/meta/entity"):
        return bare("Entry in a list")
    field = plan.model.field(UNIT.sub("", path))
    named = plain(field.label.in_(language())) if field is not None else ""
    if named or field is None:
        return named or path.rpartition("/")[2]
    if path == plan.model.preload("timestamp", "start"):
        return bare("Start of the form")
    if path == plan.model.preload("timestamp", "end"):
        return bare("End of the form")
    parts = plan.mapping.parts if plan.mapping is not None else ()
    column = next(
        (slot.column.name for part in parts for slot in part.slots if slot.path == field.path), None
    )
    return (
        codes.column_words(column) if column else bare("What the form works out as {name}", name=field.name)
    )


def finding_words(message: Mapping[str, Any], expected: str | None = None) -> str:
    """A finding's sentence in the reader's language; `expected` is what the server works out instead."""
    return wording.finding_words(message, language(), say, expected)


def _subject(one: Submission) -> tuple[Household | None, Facility | None]:
    kind, _, uuid = (one.subject or "").partition(":")
    household = session().get(Household, uuid) if kind == "household" else None
    facility = session().get(Facility, uuid) if kind == "facility" else None
    return household, facility


def _points(
    plan: Plan, record: dict[str, Any], hidden: Mapping[str, Any]
) -> Iterator[tuple[str, Place, float | None]]:
    """(path, place, accuracy in metres) of each point that was measured, exact."""
    for path, field, shown in walk(plan.model, record):
        if field.type != "geopoint":
            continue
        numbers = _numbers(value_at(dict(hidden), path) or shown)
        if len(numbers) >= 2:
            yield path, (numbers[0], numbers[1]), numbers[3] if len(numbers) > 3 else None


def _markers(
    plan: Plan,
    record: dict[str, Any],
    household: Household | None,
    facility: Facility | None,
    area: Area | None,
    *,
    protected: bool,
) -> Iterator[dict[str, Any]]:
    """Points for the map: as the record has them (rounded unless opened), the dwelling's, the area's middle; its boundary."""
    for _, field, shown in walk(plan.model, record):
        numbers = _numbers(shown) if field.type == "geopoint" else []
        if len(numbers) >= 2:
            label = plain(field.label.in_(language())) or field.name
            accuracy = numbers[3] if len(numbers) > 3 else None
            yield {
                "lat": numbers[0],
                "lon": numbers[1],
                "kind": "visit",
                "label": label,
                "accuracy": accuracy,
            }
    if household is not None and household.dwelling_lat is not None and household.dwelling_lon is not None:
        place = [household.dwelling_lat, household.dwelling_lon]
        if protected and household.dwelling is not None:
            place = json.loads(services().keys.open(household.dwelling, "household.dwelling"))
        yield {"lat": place[0], "lon": place[1], "kind": "dwelling", "label": bare("Dwelling")}
    if facility is not None and facility.point_lat is not None and facility.point_lon is not None:
        yield {
            "lat": facility.point_lat,
            "lon": facility.point_lon,
            "kind": "facility",
            "label": facility.name or facility.code,
        }
    if area is not None:
        yield from shapes([area.id])
    if area is not None and area.lat is not None and area.lon is not None:
        yield {"lat": area.lat, "lon": area.lon, "kind": "area", "label": area.called(language())}


def _photo(picture: Picture, here: Place | None, one: Submission, plan: Plan, *, protected: bool) -> Evidence:
    if not picture.there:
        return Evidence(picture, bare("not here yet"))
    photo, parts = picture.photo, []
    hidden = is_protected(plan, picture.path)
    if hidden and not protected:
        return Evidence(replace(picture, photo=None), bare("protected"), True)
    if photo is not None and photo.taken_at is not None:
        parts.append(clock(photo.taken_at))
        seen = one.observed_at or one.created_at
        if abs((photo.taken_at - seen).total_seconds()) > 24 * 3600:
            parts[-1] = f"{photo.taken_at:%Y-%m-%d} {parts[-1]}"
    if photo is not None and photo.position is not None and here is not None:
        taken = json.loads(services().keys.open(photo.position, "photo.position"))
        far = distance_m(taken, here)
        if far is not None:
            parts.append(bare("{distance} from the point", distance=metres(far)))
    if photo is not None and photo.trouble:
        parts.append(
            bare("HEIC: this server cannot show this kind of picture")
            if photo.trouble == "heic"
            else bare("cannot be shown small")
        )
    if photo is None:
        parts.append(bare("being prepared"))
    elif not parts:
        parts.append(bare("carries no time or place"))
    screen = (photo.screen or "") if hidden and photo is not None else ""
    return Evidence(picture, " · ".join(parts), hidden, screen)


def _length(plan: Plan, record: dict[str, Any], row: Any) -> float | None:
    """Seconds from the form's start to its end."""
    ends: list[datetime] = []
    if row is not None and row.started is not None and row.ended is not None:
        return float((row.ended - row.started).total_seconds())
    for preload in ("start", "end"):
        for _path, field, shown in walk(plan.model, record):
            if field.bind is not None and field.bind.preload_params == preload and shown:
                try:
                    ends.append(datetime.fromisoformat(shown))
                except ValueError:
                    return None
                break
    if len(ends) < 2 or (ends[0].tzinfo is None) != (ends[1].tzinfo is None):
        return None
    return (ends[1] - ends[0]).total_seconds()


def _units(plan: Plan) -> dict[str, str]:
    if plan.mapping is None:
        return {}
    slots = (slot for part in plan.mapping.parts for slot in part.slots)
    shown = codes.MEASURES
    return {slot.path: slot.column.unit for slot in slots if slot.column.unit in shown}


def _before(one: Submission) -> dict[str, str]:
    """Answers of the same form's visit before, by path, as the reader may see them."""
    query = (
        select(Submission.version_id)
        .where(
            Submission.subject == one.subject,
            Submission.form_id == one.form_id,
            Submission.draft == one.draft,
            Submission.deleted_at.is_(None),
            Submission.review_state.is_distinct_from("rejected"),
            Submission.observed_at < one.observed_at,
            Submission.id != one.id,
        )
        .order_by(Submission.observed_at.desc())
    )
    version_id = session().scalar(query.limit(1))
    if version_id is None:
        return {}
    return {
        item.path: item.value
        for section in look(session(), services(), version_id, language()).sections
        for item in _items(section)
    }


def _filled(sections: Sequence[Section]) -> Iterator[Section]:
    """The sections that hold an answer, themselves or within."""
    for section in sections:
        inner = tuple(_filled(section.sections))
        if section.items or inner:
            yield replace(section, sections=inner)


def _items(section: Section) -> Iterator[Shown]:
    for item in _all_items(section):
        if not item.hidden and item.kind not in ("photo", "file", "point"):
            yield item


def _all_items(section: Section) -> Iterator[Shown]:
    yield from section.items
    for inner in section.sections:
        yield from _all_items(inner)


def _unanswered(
    plan: Plan, record: dict[str, Any], labels: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels of questions that were not asked (their node is absent), and of those left empty."""
    absent, empty = [], []
    for field in plan.model.fields():
        if (
            not field.is_leaf
            or field.control in (None, "trigger")
            or field.repeats
            or field.path in plan.protected
        ):
            continue
        value = value_at(record, field.path)
        if value is None:
            absent.append(plain(labels.get(field.path, "")) or field.name)
        elif not value.strip():
            empty.append(plain(labels.get(field.path, "")) or field.name)
    return tuple(absent), tuple(empty)


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split()]
    except ValueError:
        return []
