"""What a phone sends from a visit to a household: the answers of household_visit, module by module.

Written by hand after forms/xlsform/household_visit.xlsx: relevant nodes only. What the form calculates is in `reckoning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from server.demo import reckoning
from server.demo.enrolment import contact
from server.demo.filling import Answer, Entity, fill
from server.demo.homes import COUNTS, Home, near
from server.demo.phone import Listed, Told, moment, point
from server.xforms import FormModel

PREFILLED = ("sanitation_facility", "floor", "roof", "wall", "electricity_source")
"""Questions after the water module that the form fills in from the list when the household is chosen."""


@dataclass(frozen=True, slots=True)
class Photos:
    """File names of a visit's photos, as far as one was taken; empty where not."""

    water: str = ""
    toilet: str = ""
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """How a visit goes. `arrival` and `consent` as in the form; `trouble` is what is wrong in the township that day;
    `far` metres off the dwelling where the position is taken; `remark` what the enumerator writes."""

    arrival: str = "adult_home"
    consent: str = "yes"
    stopped: bool = False
    come_again: bool = True
    dwelling_seen: str = "lived_in"
    trouble: str | None = None
    far: float = 8
    remark: str = ""


def visit(
    told: Told, home: Home, row: Listed, story: Story, photos: Photos, rng: Random
) -> dict[str, Answer]:
    """The answers, to be changed where something is to be wrong, and then sealed by `finished`."""
    due = row.data.get("next_visit_due", "")
    listed_due = bool(due) and due <= told.day and row.data.get("status") == "active"
    answers: dict[str, Answer] = {
        **told.frame(),
        "area": home.village.code,
        "which": "due" if listed_due else "all",
        "household": home.uuid,
        "household_label": row.label,
        "household_code": row.data.get("code", ""),
        "last_visit": row.data.get("last_visit_on", ""),
        "last_due": due,
        "observed_at": moment(told.start),
        "visited_on": told.day,
        "arrival": story.arrival,
        "remarks": story.remark,
    }
    if story.arrival in ("nobody_home", "moved_away"):
        answers["dwelling_seen"] = story.dwelling_seen
    if story.arrival == "adult_home":
        answers["consent"] = story.consent
        if story.consent == "no":
            answers["come_again"] = "yes" if story.come_again else "no"
        else:
            answers |= _interview(home, row, story, photos, rng)
    return answers


def finished(model: FormModel, told: Told, row: Listed, answers: dict[str, Answer], rng: Random) -> bytes:
    """The instance: calculations made, needs asked for, in the form's order."""
    if answers.get("consent") == "yes":
        answers |= reckoning.interview(answers)
        answers["need"] = _needs(answers, rng)
    answers |= reckoning.visit(answers)
    name = f"{row.label} · {told.day} · {answers['outcome']}"
    entity = Entity(row.uuid, base_version=row.version)
    return fill(model, answers, instance_id=told.instance_id, instance_name=name, entity=entity)


def _interview(home: Home, row: Listed, story: Story, photos: Photos, rng: Random) -> dict[str, Answer]:
    """Modules in the form's order; who asks to stop has answered the first ones."""
    answers: dict[str, Answer] = {
        "progress": "stopped" if story.stopped else "goes_on",
        "point": point(near(home.point, rng, 4) if story.far < 50 else _off(home, story.far), rng),
        "modules": "",
        **{name: str(home.counts[name]) for name in COUNTS},
        "difficulty": str(home.difficulty),
        **_water(home, story, photos, rng),
    }
    if story.stopped:
        # What the list filled in stays, looked at or not; so do the places for events, which the form counts out.
        answers |= {name: row.data[name] for name in PREFILLED if row.data.get(name)}
        return answers | _events([{"shock_code": kind} for kind in reckoning.SHOCKS])
    modules = " ".join(m for m, chance in (("spending", 0.3), ("harvest", 0.35)) if rng.random() < chance)
    answers |= {"modules": modules}
    answers |= _toilet(home, photos, rng) | _hygiene(home, rng) | _housing(home, story, photos, rng)
    answers |= _energy(home, story, rng) | _food(home, story, rng) | _belongings(home, rng)
    answers |= _school(home, rng) | _clinic(home, rng)
    if "spending" in modules:
        answers |= _spending(home, rng)
    if "harvest" in modules:
        answers |= _harvest(home, rng)
    answers |= _shocks(home, story, rng)
    may = home.reachable and rng.random() < 0.97  # a few take their consent back
    return answers | {"contact_ok": "yes" if may else "no"} | ({"contact": contact(rng)} if may else {})


def _off(home: Home, metres: float) -> tuple[float, float]:
    return (home.point[0] + metres / 111_195, home.point[1])


def _yes(rng: Random, chance: float) -> str:
    return "yes" if rng.random() < chance else "no"


def _some(rng: Random, choices: tuple[str, ...], at_least: int = 1, most: int = 3) -> str:
    """Some of the choices, in their order."""
    chosen = rng.sample(choices, rng.randint(at_least, min(most, len(choices))))
    return " ".join(choice for choice in choices if choice in chosen)


def _water(home: Home, story: Story, photos: Photos, rng: Random) -> dict[str, str]:
    failing = story.trouble == "water"
    source = home.water
    answers = {"water_source": source}
    minutes = home.minutes
    if failing and source in ("public_tap", "borehole", "protected_spring"):
        # The point nearby has failed: they walk to the next one, or take what the stream gives.
        answers["water_source"] = source = rng.choice(
            ("public_tap", "public_tap", "surface", "unprotected_spring")
        )
        minutes = round(rng.gauss(52, 14))
    if source not in ("piped_dwelling", "piped_yard", "piped_neighbour"):
        answers["water_place"] = "elsewhere" if failing else home.water_place
    location = reckoning.water_location(answers)
    if location == "elsewhere":
        answers["round_trip"] = str(max(2, minutes))
    treated = _yes(rng, 0.4)
    tested = _yes(rng, 0.25)
    answers |= {
        "water_sufficient": _yes(rng, 0.25 if failing else 0.85),
        "water_treated": treated,
        "water_tested": tested,
        "water_photo": photos.water,
    }
    if treated == "yes":
        answers["water_treatment"] = _some(rng, ("boil", "bleach", "cloth", "filter", "settle"), most=2)
    if tested == "yes":
        dirty = rng.random() < (0.7 if source in reckoning.UNSAFE_WATER else 0.2)
        answers["ecoli"] = str(rng.choice((2, 5, 12, 40, 110)) if dirty else 0)
    return answers


def _toilet(home: Home, photos: Photos, rng: Random) -> dict[str, str]:
    answers = {"sanitation_facility": home.toilet}
    if home.toilet == "none":
        return answers
    answers |= {
        "sanitation_location": "own_yard" if home.toilet_shared == 1 else "elsewhere",
        "shared": "no" if home.toilet_shared == 1 else "yes",
        "sanitation_photo": photos.toilet,
    }
    if home.toilet_shared > 1:
        answers["shared_households"] = str(home.toilet_shared)
    if home.toilet in reckoning.EMPTIABLE:
        answers["ever_emptied"] = emptied = _yes(rng, 0.3)
        if emptied == "yes":
            answers["emptied_to"] = rng.choice(("treatment", "buried_covered", "buried_open", "unknown"))
    return answers


def _hygiene(home: Home, rng: Random) -> dict[str, str]:
    place = rng.choices(("fixed_dwelling", "fixed_yard", "mobile", "none"), (3, 3, 2, 1.6 - home.means))[0]
    answers = {"handwashing": place}
    if place != "none":
        answers |= {"water_seen": _yes(rng, 0.85), "soap_seen": _yes(rng, 0.45 + home.means / 2)}
    return answers | {
        "waste": rng.choices(
            ("collected_weekly", "collected_less", "communal_point", "burnt", "buried"), (4, 2, 2, 3, 1)
        )[0]
    }


def _housing(home: Home, story: Story, photos: Photos, rng: Random) -> dict[str, str]:
    answers = {
        "floor": home.floor,
        "roof": home.roof,
        "wall": home.wall,
        "sleeping_rooms": str(home.rooms),
        "damaged": "yes" if photos.damage else "no",
        "tenure_secure": _yes(rng, 0.8),
    }
    if photos.damage:
        storm = ("roof_leak", "roof_gone", "wall_crack", "door_window")
        usual = ("roof_leak", "wall_crack", "damp", "door_window")
        answers |= {
            "damage": _some(rng, storm if story.trouble == "storm" else usual),
            "damage_photo": photos.damage,
        }
    return answers


def _energy(home: Home, story: Story, rng: Random) -> dict[str, str]:
    failing = story.trouble == "power"
    answers = {"electricity_source": home.power}
    if home.power != "none":
        usual = {"grid": 21, "solar_home": 7, "solar_lantern": 4}[home.power]
        hours = rng.randint(1, 3) if failing else max(1, min(24, round(rng.gauss(usual, 2))))
        answers |= {
            "electricity_hours": str(hours),
            "electricity_evening": str(min(4, hours, rng.randint(0, 1) if failing else rng.randint(2, 4))),
            "days_out": str(rng.randint(4, 7) if failing else rng.choice((0, 0, 0, 1, 1, 2))),
        }
    answers |= {
        "cooking_fuel": home.fuel,
        "cooking_place": rng.choice(("in_dwelling", "separate_building", "outdoors")),
        "heating_fuel": rng.choice(("wood", "wood", "charcoal", home.fuel, "none")),
        "phone_signal": home.signal,
        "internet": "no" if home.signal == "none" else _yes(rng, home.means),
    }
    return answers


def _food(home: Home, story: Story, rng: Random) -> dict[str, str]:
    """Answers that follow the scale: who says yes to a hard one says yes to the milder ones, mostly."""
    worse = 3.2 if story.trouble == "power" else 1.2 if story.trouble else 0
    depth = max(0, min(8, round(rng.gauss(3.4 - 5 * home.means + worse, 1.6))))
    answers = {}
    for number, name in enumerate(reckoning.FIES):
        answer = "yes" if number < depth else "no"
        if rng.random() < 0.04:
            answer = "unknown" if rng.random() < 0.7 else "refused"
        answers[name] = answer
    return answers


def _belongings(home: Home, rng: Random) -> dict[str, str]:
    owned = (
        "radio",
        "television",
        "refrigerator",
        "phone",
        "smartphone",
        "bicycle",
        "motorcycle",
        "animal_cart",
    )
    has = [one for one in owned if rng.random() < home.means * 0.8 + (0.3 if one == "phone" else 0)]
    return {
        "assets": " ".join(has) or "none",
        "six_years": rng.choices(("yes", "no", "unknown"), (80, 17, 3))[0],
    }


def _school(home: Home, rng: Random) -> dict[str, str]:
    if not home.children:
        return {}
    out = home.children_out
    answers = {"attending": str(home.children - out)}
    if out:
        barrier = (
            "distance"
            if home.trouble == "distance"
            else rng.choice(("cost", "work_at_home", "illness", "no_place"))
        )
        answers |= {"school_barriers": barrier, f"barrier_{barrier}": str(out)}
    return answers


def _clinic(home: Home, rng: Random) -> dict[str, str]:
    needed = _yes(rng, 0.4)
    answers = {"minutes_to_clinic": str(home.clinic_minutes), "needed_care": needed}
    if needed == "yes":
        answers["received_care"] = got = _yes(rng, 0.5 if home.clinic_minutes > 30 else 0.88)
        if got == "no":
            choices = ("distance", "cost", "closed", "no_medicine", "no_staff")
            answers["health_barriers"] = _some(rng, choices, most=2)
    return answers


def _spending(home: Home, rng: Random) -> dict[str, str]:
    scale = 300 * (0.5 + home.means)
    shares = {
        "food": 1.4,
        "health": 0.2,
        "schooling": 0.2,
        "fuel_water": 0.3,
        "rent": 0.1,
        "debt": 0.15,
        "other": 0.4,
    }
    return {
        f"spent_{name}": f"{max(0, rng.gauss(share, share / 3)) * scale:.1f}"
        for name, share in shares.items()
    }


def _harvest(home: Home, rng: Random) -> dict[str, str]:
    farms = _yes(rng, 0.7)
    answers = {"farms": farms}
    if farms == "yes":
        kept = rng.randint(3, 9) * 10
        answers |= {
            "crops": _some(rng, ("wheat", "maize", "barley", "potato", "pulses", "vegetables"), most=3),
            "crop_area": f"{rng.uniform(0.2, 3):.1f}",
            "kept_share": str(kept),
            "lost_share": str(rng.randint(0, (100 - kept) // 10) * 10),
            "water_for_fields": rng.choice(("enough", "enough", "short", "none")),
        }
    return answers | {
        "cattle": str(rng.choice((0, 0, 0, 1, 2))),
        "sheep_goats": str(rng.choice((0, 0, 3, 6, 11))),
        "poultry": str(rng.choice((0, 4, 8, 12))),
    }


def _shocks(home: Home, story: Story, rng: Random) -> dict[str, Answer]:
    hit = {"illness": 0.1, "price_rise": 0.15, "crop_pest": 0.05, "drought": 0.05}
    hit |= {"storm": 0.85} if story.trouble == "storm" else {}
    hit |= {"price_rise": 0.7} if story.trouble == "power" else {}
    kinds = [kind for kind in reckoning.SHOCKS if rng.random() < hit.get(kind, 0)]
    rows: list[dict[str, str]] = []
    for kind in reckoning.SHOCKS:
        row = {"shock_code": kind}
        if kind in kinds:
            effect = rng.choice(("some", "severe") if kind == "storm" else ("none", "some", "some", "severe"))
            row |= {"shock_kind": kind, "shock_effect": effect}
            if effect != "none":
                row["shock_coping"] = _some(
                    rng, ("savings", "borrowed", "spent_less", "neighbours", "repaired"), most=2
                )
        rows.append(row)
    return {"shock_kinds": " ".join(kinds), **_events(rows)}


def _events(rows: list[dict[str, str]]) -> dict[str, Answer]:
    return {"shock_count": str(len(rows)), "shock": rows}


def _needs(answers: dict[str, Answer], rng: Random) -> list[dict[str, str]]:
    lacking = str(answers["lacking"]).split()
    stopped = answers["progress"] == "stopped"
    rows = []
    for service in reckoning.SERVICES:
        row = {"need_code": service}
        if service in lacking:
            said = "" if stopped else rng.choices(("yes", "no", "already_known"), (60, 25, 15))[0]
            row |= {"need_service": service, "pass_on": said}
        rows.append(row)
    return rows
