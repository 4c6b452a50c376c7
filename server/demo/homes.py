"""Invented homes: who lives in them (counts), what they are built of, what they draw on; alike within a township.

A township may have a trouble that begins in the course of the year, so that its figures are worth looking at. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from server.demo.region import Place

BANDS = ("0_4", "5_14", "15_24", "25_64", "65")
COUNTS = tuple(f"{sex}_{band}" for sex in ("female", "male") for band in BANDS)

TROUBLES = {
    "Larkhill": "water",
    "Saltmarsh": "storm",
    "Redcliff": "power",
    "Windgate": "distance",
    "Seven Wells": "sanitation",
}
"""What goes wrong in which township: water points fail, a storm damages roofs, the power fails and food is short,
school and clinic are far, toilets are poor. The others are as good or bad as their homes' means."""

BEGINS = {"water": 150, "storm": 95, "power": 120}
"""Days before today at which it begins; the others have been so for long."""


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling and its household as they are; what was asked about them is another matter. `means` is 0 to 1."""

    uuid: str
    village: Place
    trouble: str | None
    point: tuple[float, float]
    means: float
    counts: dict[str, int]
    difficulty: int
    rooms: int
    floor: str
    roof: str
    wall: str
    water: str
    water_place: str
    minutes: int
    toilet: str
    toilet_shared: int
    power: str
    fuel: str
    signal: str
    clinic_minutes: int
    children_out: int
    reachable: bool
    """Whether the household wants to be reached."""
    look: int = field(compare=False)
    """Seed of its colours on photos."""

    @property
    def people(self) -> int:
        """How many live here."""
        return sum(self.counts.values())

    @property
    def children(self) -> int:
        """How many of them are 5 to 14 years old."""
        return self.counts["female_5_14"] + self.counts["male_5_14"]


def uuid4(rng: Random) -> str:
    """A UUID of version 4 from a seeded source."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def trouble_of(township: str, day: date, today: date) -> str | None:
    """What is wrong in a township on a day, or None."""
    trouble = TROUBLES.get(township)
    if trouble is None or day < today - timedelta(days=BEGINS.get(trouble, 10_000)):
        return None
    return trouble


def home(rng: Random, village: Place, township: str) -> Home:
    """An invented home in a village."""
    trouble = TROUBLES.get(township)
    means = min(1.0, max(0.0, rng.gauss(0.55 if trouble is None else 0.42, 0.2)))
    counts = _counts(rng)
    rooms = max(1, round(sum(counts.values()) / 2.4 * (0.6 + means) + rng.uniform(-0.5, 0.5)))
    water, place, minutes = _water(rng, means)
    toilet, shared = _toilet(rng, means, trouble)
    children = counts["female_5_14"] + counts["male_5_14"]
    out = sum(rng.random() < (0.35 if trouble == "distance" else 0.08) for _ in range(children))
    far = rng.gauss(75, 20) if trouble == "distance" else rng.gauss(22, 9)
    return Home(
        uuid=uuid4(rng),
        village=village,
        trouble=trouble,
        point=near((village.lat, village.lon), rng, 500),
        means=means,
        counts=counts,
        difficulty=min(sum(counts.values()), _few(rng, 0.12)),
        rooms=rooms,
        floor=_by_means(rng, means, ("earth", "planks", "cement", "cement", "tiles")),
        roof=_by_means(rng, means, ("thatch", "metal", "metal", "cement_fibre", "tiles")),
        wall=_by_means(rng, means, ("mud", "adobe_uncovered", "adobe_covered", "bricks", "blocks")),
        water=water,
        water_place=place,
        minutes=minutes,
        toilet=toilet,
        toilet_shared=shared,
        power=_by_means(rng, means, ("none", "solar_lantern", "solar_home", "grid", "grid")),
        fuel=_by_means(rng, means, ("wood", "wood", "charcoal", "lpg", "electricity")),
        signal=_by_means(rng, rng.random(), ("none", "sometimes", "usually", "usually")),
        clinic_minutes=max(5, round(far)),
        children_out=out,
        reachable=rng.random() < 0.55,
        look=rng.getrandbits(32),
    )


def near(point: tuple[float, float], rng: Random, metres: float) -> tuple[float, float]:
    """A place within so many metres of another."""
    turn, far = rng.uniform(0, 2 * math.pi), metres * math.sqrt(rng.random())
    lat = point[0] + far * math.sin(turn) / 111_195
    return (lat, point[1] + far * math.cos(turn) / (111_195 * math.cos(math.radians(point[0]))))


def _counts(rng: Random) -> dict[str, int]:
    counts = dict.fromkeys(COUNTS, 0)
    grown = rng.choices((1, 2, 3, 4), (14, 58, 18, 10))[0]
    for number in range(grown):
        sex = ("female", "male")[number % 2] if grown > 1 else rng.choice(("female", "male"))
        counts[f"{sex}_{rng.choices(('15_24', '25_64', '65'), (12, 70, 18))[0]}"] += 1
    for _ in range(rng.choices((0, 1, 2, 3, 4, 5), (26, 22, 25, 15, 8, 4))[0]):
        counts[
            f"{rng.choice(('female', 'male'))}_{rng.choices(('0_4', '5_14', '15_24'), (32, 48, 20))[0]}"
        ] += 1
    return counts


def _few(rng: Random, chance: float) -> int:
    return sum(rng.random() < chance for _ in range(3))


def _by_means(rng: Random, means: float, steps: tuple[str, ...]) -> str:
    """One of the steps, poorest first, near to the household's means."""
    at = means * len(steps) + rng.gauss(0, 0.7)
    return steps[min(len(steps) - 1, max(0, int(at)))]


def _water(rng: Random, means: float) -> tuple[str, str, int]:
    """Source, place and minutes of a trip."""
    source = _by_means(
        rng,
        means,
        ("unprotected_well", "protected_spring", "borehole", "public_tap", "piped_yard", "piped_dwelling"),
    )
    place = "own_yard" if source in ("borehole", "unprotected_well") and rng.random() < 0.3 else "elsewhere"
    return source, place, max(2, round(rng.gauss(18, 9)))


def _toilet(rng: Random, means: float, trouble: str | None) -> tuple[str, int]:
    """Kind, and how many households use it (1: not shared)."""
    means -= 0.3 if trouble == "sanitation" else 0
    kind = _by_means(
        rng, means, ("none", "pit_no_slab", "pit_slab", "twin_pit_slab", "flush_septic", "flush_sewer")
    )
    shared = (
        rng.choice((2, 2, 3, 4))
        if kind != "none" and rng.random() < (0.4 if trouble == "sanitation" else 0.12)
        else 1
    )
    return kind, shared
