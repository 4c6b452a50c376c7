"""Carries a plan out: fills each form as the phone of that day would, draws its photos, sends both through the real ingest.

What a phone knows of a household it reads from the entity list, as a phone does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.access import Access
from server.accounts.roles import Verb
from server.demo import enrolment, facilities, visit
from server.demo.facilities import Facility
from server.demo.homes import Home
from server.demo.phone import Listed
from server.demo.pictures import photo
from server.demo.sending import Picture, send
from server.demo.year import Event, Frame
from server.entities.models import Dataset, Entity
from server.ingest.parcel import Receipt, Sender
from server.services import Services
from server.xforms import FormModel

AHEAD = 24
"""Events whose photos are drawn while earlier ones are sent."""

DRAWERS = 2
"""Threads that draw: Pillow lets go of the interpreter while it encodes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An event and what became of it."""

    event: Event
    receipt: Receipt


@dataclass(slots=True)
class Player:
    """Sends events in their order. `models` by form id, `senders` by the phone's number."""

    session: Session
    services: Services
    project_id: int
    models: dict[str, FormModel]
    senders: dict[int, Sender]
    last_photo: dict[int, bytes] = field(default_factory=dict)

    def play(self, events: Iterable[Event]) -> Iterator[Sent]:
        """Send each event; gives what became of it, one by one."""
        with ThreadPoolExecutor(DRAWERS, thread_name_prefix="drawing") as pool:
            for event, drawn in _drawn_ahead(events, pool):
                yield Sent(event, self._send(event, drawn))

    def _send(self, event: Event, drawn: list[bytes]) -> Receipt:
        xml = self.instance(event)
        pictures = []
        for frame, content in zip(event.frames, drawn, strict=True):
            if frame.again:
                content = self.last_photo.get(event.phone, content)
            self.last_photo[event.phone] = content
            if frame.sent:
                pictures.append(Picture(frame.name, content))
        return send(self.session, self.services, self.senders[event.phone], xml, pictures)

    def instance(self, event: Event) -> bytes:
        """The XML that the phone sends, with the list as it stands now."""
        model, about, rng = self.models[event.form], event.about, Random(event.seed)  # noqa: S311  # invented answers
        names = {frame.role: frame.name for frame in event.frames}
        if isinstance(about, Home):
            if event.form == "household_enrolment":
                name = names.get("dwelling_photo")
                return enrolment.enrolment(model, event.told, about, rng, outcome=event.outcome, photo=name)
            return self._visit(model, event, about, names, rng)
        if event.form == "facility_register":
            return facilities.registration(
                model, event.told, about, event.trouble, rng, photo=names.get("photo")
            )
        return self._inspection(model, event, about, names, rng)

    def _visit(
        self, model: FormModel, event: Event, about: Home, names: dict[str, str], rng: Random
    ) -> bytes:
        row = self.listed("households", about.uuid)
        photos = visit.Photos(
            names.get("water_photo", ""), names.get("sanitation_photo", ""), names.get("damage_photo", "")
        )
        answers = visit.visit(event.told, about, row, event.story, photos, rng)
        if event.flaw == "wrong_code":
            answers["waste"] = "collected_daily"  # as an older version of the form had it
        elif event.flaw == "wrong_type":
            answers["sleeping_rooms"] = f"{answers['sleeping_rooms']}.5"
        return visit.finished(model, event.told, row, answers, rng)

    def _inspection(
        self, model: FormModel, event: Event, about: Facility, names: dict[str, str], rng: Random
    ) -> bytes:
        row = self.listed("facilities", about.uuid)
        photos = (names.get("photo", ""), names.get("photo_use", ""), names.get("photo_issue", ""))
        return facilities.inspection(
            model, event.told, about, row, event.trouble, rng, reached=event.outcome, photos=photos
        )

    def listed(self, dataset: str, uuid: str) -> Listed:
        """An entity as the phone's list has it. Raises LookupError where it is on none."""
        query = (
            select(Entity.version, Entity.label, Entity.data)
            .join(Dataset, Dataset.id == Entity.dataset_id)
            .where(
                Dataset.project_id == self.project_id,
                Dataset.name == dataset,
                Entity.uuid == uuid,
                Entity.deleted_at.is_(None),
            )
        )
        row = self.session.execute(query).first()
        if row is None:
            raise LookupError(f"{dataset} has no {uuid}")
        return Listed(uuid, row.version, row.label, dict(row.data))


def sender(access: Access, project_id: int, number: int) -> Sender:
    """A phone as the OpenRosa door would present it."""

    def may(form_id: int) -> bool:
        return access.may(Verb.SUBMISSION_CREATE, project_id, form_id)

    return Sender(
        actor_id=access.actor_id,
        project_id=project_id,
        may=may,
        areas=access.areas,
        device_id=f"collect:demo{number:02d}",
        user_agent="org.odk.collect.android/demo",
    )


def _drawn_ahead(events: Iterable[Event], pool: ThreadPoolExecutor) -> Iterator[tuple[Event, list[bytes]]]:
    waiting: deque[tuple[Event, list[Future[bytes]]]] = deque()
    for event in events:
        waiting.append((event, [pool.submit(_draw, frame) for frame in event.frames]))
        if len(waiting) > AHEAD:
            yield _ready(*waiting.popleft())
    while waiting:
        yield _ready(*waiting.popleft())


def _ready(event: Event, drawing: list[Future[bytes]]) -> tuple[Event, list[bytes]]:
    return event, [future.result() for future in drawing]


def _draw(frame: Frame) -> bytes:
    return photo(frame.shot, frame.taken, frame.at)
