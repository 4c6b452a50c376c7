"""The same photo in two visits, side by side with what was measured of each. Its view joins `visit`.

Exact places are used here for measuring metres, and leave this module only as that distance: in hundreds of metres to
whoever may not open them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from server import problems
from server.accounts import opening
from server.households.places import distance_m
from server.ingest.models import Photo, Submission
from server.review import queue
from server.review.twins import Twin, twins
from server.web.frame.door import access, render, services, session, whole
from server.web.frame.show import metres
from server.web.visits.cards import Card, Small, cards
from server.web.visits.filters import asked, own_filter
from server.web.visits.one import address_of, found, visit


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two photos with its visit."""

    card: Card
    photo: Small


def twins_of(one: Submission) -> Mapping[str, Sequence[Twin]]:
    """The photos of a visit that other visits hold too, among those that the reader may list."""
    if not one.photos or one.draft:
        return {}
    return twins(session(), one, queue.conditions(session(), own_filter(one.project_id)))


@visit.get("/twin")
def side_by_side(project_id: int, visit_id: int) -> Response:
    """`?photo=` of this visit and `?file=` of the visit `?of=`: are they the same picture of two places?"""
    one, ask = found(project_id, visit_id), asked(project_id, request.args)
    name, file, of = (request.args.get(key, "") for key in ("photo", "file", "of"))
    twin = next((t for t in twins_of(one).get(name, ()) if t.name == file and t.visit.id == whole(of)), None)
    if twin is None:
        raise problems.NOT_FOUND()
    ours, theirs = cards([one, twin.visit])
    halves = [Half(ours, _small(ours, name)), Half(theirs, _small(theirs, twin.name))]
    halves.sort(key=lambda half: half.card.visit.id)
    far = _apart(*(half.photo.photo for half in halves))
    exact = all(opening.may_open(access(), project_id, half.card.visit.form_id) for half in halves)
    return render(
        "visits/twin.html",
        visit=one,
        same=twin.same,
        halves=halves,
        far=None if far is None else metres(far, exact=exact),
        back=address_of(one, ask),
    )


def _small(card: Card, name: str) -> Small:
    return next((one for one in card.photos if one.name == name), Small(name, None))


def _apart(one: Photo | None, two: Photo | None) -> float | None:
    """Metres between where the two were taken; None where one does not say."""
    if one is None or two is None or one.position is None or two.position is None:
        return None
    places: list[Any] = [
        json.loads(services().keys.open(p, "photo.position")) for p in (one.position, two.position)
    ]
    return distance_m(places[0], places[1])
