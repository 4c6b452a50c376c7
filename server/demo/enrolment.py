"""What a phone sends when a household is enrolled, refuses, or is not met: the answers of household_enrolment.

Written by hand after forms/xlsform/household_enrolment.xlsx: relevant nodes only, calculations as the form makes them.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from server.demo.filling import Entity, fill
from server.demo.homes import COUNTS, Home
from server.demo.phone import Told, moment, point
from server.xforms import FormModel

CONTACT = "By telephone: 0000 555 {number:04d}, evenings"


def enrolment(
    model: FormModel, told: Told, home: Home, rng: Random, *, outcome: str, photo: str | None
) -> bytes:
    """The instance. `outcome`: completed, refused or nobody_home; `photo` is the file's name, None: none was taken."""
    label = home.village.name
    answers: dict[str, str] = told.frame() | {
        "area": home.village.code,
        "area_label": label,
        "observed_at": moment(told.start + timedelta(minutes=1)),
        "visited_on": told.day,
        "adult": "no" if outcome == "nobody_home" else "yes",
        "outcome": outcome,
    }
    if outcome != "nobody_home":
        answers["consent"] = "no" if outcome == "refused" else "yes"
    serial = ""
    if outcome == "completed":
        serial = home.uuid[-4:].upper()
        answers |= _dwelling(home, rng, photo) | _people(home) | _rest(told, home, serial, rng)
    return fill(
        model,
        answers,
        instance_id=told.instance_id,
        instance_name=f"{label} · {serial} · {told.day}",
        entity=Entity(home.uuid, create=outcome == "completed", label=f"{label} · {serial}"),
    )


def contact(rng: Random) -> str:
    """An invented way to be reached; no telephone number begins like it."""
    return CONTACT.format(number=rng.randrange(10_000))


def _dwelling(home: Home, rng: Random, photo: str | None) -> dict[str, str]:
    return {
        "dwelling": point(home.point, rng),
        "dwelling_photo": photo or "",
        "households_here": "1" if rng.random() < 0.9 else "2",
        "floor": home.floor,
        "roof": home.roof,
        "wall": home.wall,
        "sleeping_rooms": str(home.rooms),
        "tenure_secure": "yes" if rng.random() < 0.8 else "no",
    }


def _people(home: Home) -> dict[str, str]:
    return {name: str(home.counts[name]) for name in COUNTS} | {
        "people": str(home.people),
        "difficulty": str(home.difficulty),
    }


def _rest(told: Told, home: Home, serial: str, rng: Random) -> dict[str, str]:
    return {
        "contact_ok": "yes" if home.reachable else "no",
        **({"contact": contact(rng)} if home.reachable else {}),
        "serial": serial,
        "card_left": "yes",
        "status": "active",
        "enrolled_on": told.day,
        "next_visit_due": told.day,
    }
