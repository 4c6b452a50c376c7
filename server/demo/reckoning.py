"""What household_visit calculates, as the form calculates it (forms/xlsform/household_visit.xlsx, column `calculation`).

Pure: answers in, calculated answers out. tests/demo compares each with what JavaRosa makes of the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from server.demo.filling import Answer
from server.demo.homes import COUNTS

SERVICES = ("water", "sanitation", "housing", "energy", "food", "school", "clinic")
SHOCKS = (
    "drought",
    "flood",
    "storm",
    "fire",
    "livestock_disease",
    "crop_pest",
    "price_rise",
    "illness",
    "other",
)
FIES = ("worried", "healthy", "few_foods", "skipped", "ate_less", "ran_out", "hungry", "whole_day")
"""In order of severity, as the scale asks them."""

UNSAFE_WATER = {"unprotected_well", "unprotected_spring", "surface", "other"}
SAFE_TOILETS = {
    "flush_sewer",
    "flush_septic",
    "flush_pit",
    "flush_unknown",
    "pit_slab",
    "twin_pit_slab",
    "composting",
    "container",
}
EMPTIABLE = {
    "flush_septic",
    "flush_pit",
    "pit_slab",
    "pit_no_slab",
    "twin_pit_slab",
    "twin_pit_no_slab",
    "composting",
}
POOR_FLOORS = {"earth", "dung", "planks", "bamboo"}
POOR_ROOFS = {"none", "thatch", "sod", "mat", "bamboo", "planks", "cardboard"}
POOR_WALLS = {
    "none",
    "cane",
    "mud",
    "bamboo_mud",
    "stone_mud",
    "adobe_uncovered",
    "plywood",
    "cardboard",
    "reused_wood",
}
CLEAN_FUELS = {"electricity", "lpg", "natural_gas", "biogas", "solar", "alcohol"}
INTERVAL = 365
"""Days to the next visit."""


def water_location(answers: Mapping[str, Answer]) -> str:
    """Where the water is taken: known from a piped source, else as answered."""
    source = str(answers.get("water_source", ""))
    known = {"piped_dwelling": "own_dwelling", "piped_yard": "own_yard", "piped_neighbour": "elsewhere"}
    return known.get(source) or str(answers.get("water_place", ""))


def interview(answers: Mapping[str, Answer]) -> dict[str, str]:
    """The calculations within an interview. An answer that was not asked counts as empty."""

    def said(name: str) -> str:
        return str(answers.get(name, ""))

    def number(name: str) -> float:
        return float(said(name)) if said(name) else float("nan")  # NaN compares as XPath's: never true

    people = sum(int(said(name) or 0) for name in COUNTS)
    children = int(said("female_5_14") or 0) + int(said("male_5_14") or 0)
    missing = children - int(said("attending")) if said("attending") else 0
    toilet = said("sanitation_facility")
    poor = said("floor") in POOR_FLOORS or said("roof") in POOR_ROOFS or said("wall") in POOR_WALLS
    fuel = said("cooking_fuel")
    flags = {
        "water_unsafe": said("water_source") in UNSAFE_WATER,
        "water_far": number("round_trip") > 30,
        "water_short": said("water_sufficient") == "no",
        "water_dirty": number("ecoli") > 0,
        "toilet_none": toilet == "none",
        "toilet_unsafe": toilet not in ("", "none") and toilet not in SAFE_TOILETS,
        "toilet_shared": said("shared") == "yes",
        "house_damaged": said("damaged") == "yes",
        "house_unfinished": poor,
        "house_crowded": number("sleeping_rooms") > 0 and people / number("sleeping_rooms") > 3,
        "power_none": said("electricity_source") == "none",
        "power_short": number("electricity_hours") < 4,
        "cooking_smoke": fuel not in ("", "none") and fuel not in CLEAN_FUELS,
        "food_short": any(said(name) == "yes" for name in ("skipped", "ran_out", "hungry", "whole_day")),
        "school_missed": children > 0 and missing > 0,
        "clinic_far": number("minutes_to_clinic") > 30,
        "care_missed": said("received_care") == "no",
    }
    lacking = _lacking(flags)
    calculated = {
        "people": str(people),
        "water_location": water_location(answers),
        "children": str(children),
        "lacking": " ".join(lacking),
        "lacking_count": str(len(lacking)),
        "need_count": str(len(SERVICES)),
        **{name: str(int(flag)) for name, flag in flags.items()},
    }
    if children:
        calculated |= {"children_5_14": str(children), "not_attending": str(missing)}
    if any(said(name) for name in FIES):
        calculated["recall"] = "12_months"
    return calculated


def _lacking(flags: Mapping[str, bool]) -> list[str]:
    """The services that something is lacking of."""
    parts = {
        "water": ("water_unsafe", "water_far", "water_short", "water_dirty"),
        "sanitation": ("toilet_none", "toilet_unsafe", "toilet_shared"),
        "housing": ("house_damaged", "house_unfinished", "house_crowded"),
        "energy": ("power_none", "power_short", "cooking_smoke"),
        "food": ("food_short",),
        "school": ("school_missed",),
        "clinic": ("clinic_far", "care_missed"),
    }
    return [service for service in SERVICES if any(flags[name] for name in parts[service])]


def visit(answers: Mapping[str, Answer]) -> dict[str, str]:
    """The calculations at the form's end."""
    arrival, consent = answers["arrival"], answers.get("consent")
    if arrival != "adult_home":
        outcome = str(arrival)
    elif consent == "no":
        outcome = "refused"
    else:
        outcome = "partial" if answers["progress"] == "stopped" else "completed"
    answered = outcome in ("completed", "partial")
    status = "active"
    if arrival == "moved_away":
        status = "moved_away"
    elif answers.get("dwelling_seen") == "not_found":
        status = "not_found"
    elif answers.get("come_again") == "no":
        status = "left_panel"
    day = str(answers["visited_on"])
    due = str(answers["last_due"])
    if status == "left_panel":
        due = ""
    elif answered or outcome == "refused":
        due = (date.fromisoformat(day) + timedelta(days=INTERVAL)).isoformat()
    return {
        "visit_interval": str(INTERVAL),
        "outcome": outcome,
        "answered": str(int(answered)),
        "status": status,
        "last_visit_on": day if answered else str(answers["last_visit"]),
        "next_visit_due": due,
    }
