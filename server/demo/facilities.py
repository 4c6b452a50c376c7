"""Invented facilities, and what a phone sends when one is registered or inspected.

Written by hand after facility_register.xlsx and facility_inspection.xlsx: relevant nodes only, calculations as the forms make them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from server.demo.filling import Answer, Entity, fill
from server.demo.homes import near, uuid4
from server.demo.phone import Listed, Told, point
from server.demo.region import Place
from server.xforms import FormModel

ISSUES = ("broken", "unsafe", "no_staff", "no_supplies", "no_water", "no_power", "dirty", "closed", "other")
INTERVAL = 180
"""Days to the next inspection."""

CALLED = {
    "water_point": "{village} pump",
    "school": "{township} school",
    "clinic": "{township} clinic",
    "road": "Road to {village}",
    "bridge": "Bridge at {village}",
    "power": "{township} power line",
    "market": "{township} market",
    "waste_point": "{village} waste point",
    "public_toilet": "{township} public toilet",
    "irrigation": "{village} canal",
    "community_building": "{village} hall",
}
KEEPERS = {
    "water_point": "{village} water committee",
    "school": "{township} school office",
    "clinic": "{township} health office",
    "power": "{township} power company",
    "market": "{township} market committee",
}


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility as it is. `soundness` is 0 (a ruin) to 1 (new)."""

    uuid: str
    kind: str
    name: str
    keeper: str
    village: Place
    township: str
    point: tuple[float, float]
    soundness: float
    built: int
    value: int
    people: int
    look: int = field(compare=False)


def facility(rng: Random, kind: str, village: Place, township: str, this_year: int) -> Facility:
    """An invented facility of a kind in a village."""
    names = {"village": village.name, "township": township}
    return Facility(
        uuid=uuid4(rng),
        kind=kind,
        name=CALLED[kind].format(**names),
        keeper=KEEPERS.get(kind, "{township} works office").format(**names),
        village=village,
        township=township,
        point=near((village.lat, village.lon), rng, 300),
        soundness=min(1.0, max(0.0, rng.gauss(0.65, 0.22))),
        built=this_year - rng.randint(1, 35),
        value=rng.randint(20, 900) * 100,
        people=rng.randint(8, 60) * 10,
        look=rng.getrandbits(32),
    )


def registration(
    model: FormModel, told: Told, it: Facility, trouble: str | None, rng: Random, *, photo: str | None
) -> bytes:
    """The instance of facility_register."""
    kind_label = choice_label(model, "kind", it.kind)
    answers: dict[str, str] = told.frame() | {
        "area": it.village.code,
        "area_label": it.village.name,
        "kind": it.kind,
        "kind_label": kind_label,
        "name": it.name,
        "point": point(it.point, rng),
        "photo": photo or "",
        "keeper": it.keeper,
        "funded_by": rng.choice(("Aldermere works programme", "The community itself", "District office")),
        "built_year": str(it.built),
        "value": f"{it.value}.0",
        "open_days": "mon tue wed thu fri"
        if it.kind in ("school", "clinic")
        else "mon tue wed thu fri sat sun",
        **_standing(it, trouble, rng),
        "paying": "no" if rng.random() < 0.8 else "yes",
        "remarks": "",
        "next_inspection_due": _due(told),
    }
    return fill(
        model,
        answers,
        instance_id=told.instance_id,
        instance_name=f"{it.village.name} · {kind_label} · {told.day}",
        entity=Entity(it.uuid, create=True, label=f"{it.name} ({kind_label})"),
    )


def inspection(
    model: FormModel,
    told: Told,
    it: Facility,
    row: Listed,
    trouble: str | None,
    rng: Random,
    *,
    reached: str,
    photos: tuple[str, str, str],
) -> bytes:
    """The instance of facility_inspection. `photos`: names of the whole, the place of use, the worst issue, or ''."""
    due = row.data.get("next_inspection_due", "")
    answers: dict[str, Answer] = {
        **told.frame(),
        "area": it.village.code,
        "which": "due" if due and due <= told.day else "all",
        "facility": it.uuid,
        "facility_label": row.label,
        "kind": row.data.get("kind", ""),
        "last_condition": row.data.get("condition", ""),
        "last_due": due,
        "reached": reached,
        "remarks": ""
        if reached == "reached"
        else "The way was under water."
        if reached == "unreachable"
        else "",
        "next_inspection_due": _due(told) if reached == "reached" else due,
    }
    if reached == "reached":
        standing = _standing(it, trouble, rng)
        answers |= standing | {"point": point(near(it.point, rng, 4), rng)} | _points(it, standing, rng)
        answers |= {"photo": photos[0], "photo_use": photos[1]} | _issues(it, standing, told, rng, photos[2])
    return fill(
        model,
        answers,
        instance_id=told.instance_id,
        instance_name=f"{row.label} · {told.day}",
        entity=Entity(it.uuid, base_version=row.version),
    )


def choice_label(model: FormModel, question: str, choice: str) -> str:
    """A choice's label in the form's default language, as jr:choice-name() gives it on a phone in English."""
    for one in model.fields():
        if one.name == question:
            return next(c.label.in_(model.default_language) for c in one.choices if c.name == choice)
    raise KeyError(question)


def works(it: Facility, trouble: str | None) -> bool:
    """Whether it does what it is for on a day with this trouble in its township."""
    failing = {"water": "water_point", "storm": "community_building", "power": "power"}.get(trouble or "")
    return it.kind != failing and it.soundness > 0.3


def _due(told: Told) -> str:
    return (date.fromisoformat(told.day) + timedelta(days=INTERVAL)).isoformat()


def _standing(it: Facility, trouble: str | None, rng: Random) -> dict[str, str]:
    working = works(it, trouble)
    condition = ("poor", "worn", "worn", "good")[min(3, int(it.soundness * 4))] if working else "out_of_use"
    answers = {
        "condition": condition,
        "working": "yes" if working else "no",
        "in_use": "yes" if working else "no",
        "people_served": str(it.people),
        "accessible": "yes" if rng.random() < 0.45 else "no",
    }
    if not working:
        answers["unused_reason"] = "broken"
    return answers


def _points(it: Facility, standing: dict[str, str], rng: Random) -> dict[str, str]:
    working = standing["working"] == "yes"

    def often(chance: float) -> str:
        return "yes" if rng.random() < chance else "no"

    answers: dict[str, str] = {"to_standard": "yes" if working and it.soundness > 0.55 else "no"}
    if it.kind in ("water_point", "irrigation"):
        dry = rng.randint(0, 4) if working else rng.randint(15, 30)
        answers |= {"flows": "yes" if working else "no", "days_dry": str(dry)}
    if it.kind == "water_point":
        answers["fenced"] = often(0.6)
    if it.kind in ("school", "clinic"):
        planned = rng.randint(2, 9)
        answers |= {
            "staff_planned": str(planned),
            "staff_present": str(rng.randint(planned // 2, planned)),
            "days_open": str(rng.randint(4, 5)),
            "supplies": often(0.7),
        }
    if it.kind in ("school", "clinic", "market", "community_building", "public_toilet"):
        answers |= {"has_water": often(0.7), "has_toilet": often(0.6), "has_power": often(0.75)}
    if it.kind == "power":
        answers["power_hours"] = str(rng.randint(18, 24) if working else rng.randint(0, 4))
    if it.kind in ("road", "bridge"):
        answers |= {"passable": "yes" if working else "no", "days_closed": str(rng.randint(0, 3))}
    if it.kind == "waste_point":
        answers["days_since_emptied"] = str(rng.randint(1, 20))
    return answers


def _issues(it: Facility, standing: dict[str, str], told: Told, rng: Random, photo: str) -> dict[str, Answer]:
    if not photo:
        kinds: list[str] = []
    elif standing["working"] == "no":
        kinds = ["broken"] + (["no_water"] if it.kind == "water_point" else [])
    else:
        kinds = [rng.choice(("unsafe", "dirty", "no_supplies"))]
    rows: list[dict[str, str]] = []
    for kind in ISSUES:
        row = {"issue_code": kind}
        if kind in kinds:
            day = date.fromisoformat(told.day)
            row |= {
                "issue_kind": kind,
                "issue_what": {
                    "broken": "Replace the worn part and test it.",
                    "dirty": "Clean and drain it.",
                }.get(kind, ""),
                "issue_opened": (day - timedelta(days=rng.randint(0, 40))).isoformat(),
                "issue_due": (day + timedelta(days=rng.choice((14, 30, 60)))).isoformat(),
            }
        rows.append(row)
    answers: dict[str, Answer] = {
        "has_issues": "yes" if kinds else "no",
        "issue_count": str(len(ISSUES)),
        "issue": rows,
    }
    if kinds:
        answers |= {"photo_issue": photo, "issue_kinds": " ".join(kinds), "keeper_told": "yes"}
    return answers
