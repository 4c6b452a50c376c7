"""Aldermere: an invented region, its districts, townships and villages, with names in two languages and places on a map.

It lies in the open sea of the southern Indian Ocean, so that no real place is depicted. Pure.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CENTRE = (-36.5, 88.5)
"""Latitude and longitude, degrees: a thousand kilometres from any coast."""

TIMEZONE = "Etc/GMT-6"
"""Six hours ahead of UTC (POSIX signs are the other way round): what the sun says there."""

DISTRICTS = (
    ("Upper Aldermere", "上桤泽县"),
    ("Middle Aldermere", "中桤泽县"),
    ("Lower Aldermere", "下桤泽县"),
)
TOWNSHIPS = (
    ("Northmere", "北泽镇"),
    ("Highfell", "高岗镇"),
    ("Larkhill", "云雀岗镇"),
    ("Greywater", "灰水镇"),
    ("Oldbridge", "古桥镇"),
    ("Saltmarsh", "盐沼镇"),
    ("Westering", "西渡镇"),
    ("Thornfield", "棘原镇"),
    ("Redcliff", "赤崖镇"),
    ("Longstrand", "长滩镇"),
    ("Windgate", "风口镇"),
    ("Seven Wells", "七井镇"),
)
FIRST = (
    ("Alder", "桤木"),
    ("Birch", "白桦"),
    ("Heron", "苍鹭"),
    ("Mill", "磨坊"),
    ("Otter", "水獭"),
    ("Stone", "青石"),
    ("Willow", "柳树"),
    ("Plover", "田鸻"),
    ("Hazel", "榛子"),
    ("Amber", "琥珀"),
    ("Sedge", "苔草"),
    ("Raven", "渡鸦"),
)
SECOND = (
    ("ford", "渡"),
    ("brook", "溪"),
    ("field", "田"),
    ("well", "井"),
    ("bridge", "桥"),
    ("holm", "洲"),
    ("combe", "谷"),
    ("stead", "庄"),
)


Ring = tuple[tuple[float, float], ...]
"""Corners of a boundary as (latitude, longitude), the first not repeated."""


@dataclass(frozen=True, slots=True)
class Place:
    """An area: `parent` is a code, empty for the region; `lat` and `lon` in degrees."""

    code: str
    name: str
    name_zh: str
    parent: str
    level: str
    lat: float
    lon: float
    boundary: Ring


@dataclass(frozen=True, slots=True)
class Region:
    """The tree, parents before children."""

    places: tuple[Place, ...]

    def at(self, level: str) -> tuple[Place, ...]:
        """All places of a level: region, district, township, village."""
        return tuple(place for place in self.places if place.level == level)

    def place(self, code: str) -> Place:
        """A place by its code; KeyError where there is none."""
        for one in self.places:
            if one.code == code:
                return one
        raise KeyError(code)

    def sheet(self) -> bytes:
        """The tree as the CSV that `areas import` takes."""
        out = io.StringIO(newline="")
        rows = csv.writer(out)
        rows.writerow(("code", "name", "name:zh", "parent", "level", "lat", "lon", "boundary"))
        for one in self.places:
            corners = ", ".join(f"{lon:.5f} {lat:.5f}" for lat, lon in (*one.boundary, one.boundary[0]))
            place = (f"{one.lat:.5f}", f"{one.lon:.5f}", f"POLYGON (({corners}))")
            rows.writerow((one.code, one.name, one.name_zh, one.parent, one.level, *place))
        return out.getvalue().encode()


def aldermere(districts: int = 3, townships: int = 4, villages: int = 8) -> Region:
    """The region with so many districts, townships in each, villages in each of those; at most 3, 4 and 8."""
    return Region(tuple(_places(districts, townships, villages)))


def _places(districts: int, townships: int, villages: int) -> Iterator[Place]:
    whole = tuple(_on_ring(CENTRE, 0.62, math.pi * turn / 12) for turn in range(24))
    yield Place("A", "Aldermere", "桤泽", "", "region", *CENTRE, whole)
    centres = [_around(CENTRE, 0.28, d, DISTRICTS) for d in range(districts)]
    for d, (at, land) in enumerate(zip(centres, _divided(whole, centres), strict=True)):
        name, zh = DISTRICTS[d]
        district = f"A{d + 1}"
        yield Place(district, name, zh, "A", "district", *at, land)
        towns = [_around(at, 0.11, t, range(4)) for t in range(townships)]
        for t, (within, ground) in enumerate(zip(towns, _divided(land, towns), strict=True)):
            number = d * 4 + t
            township = f"{district}-T{t + 1}"
            yield Place(township, *TOWNSHIPS[number], district, "township", *within, ground)
            places = [_around(within, 0.03, v, SECOND) for v in range(villages)]
            for v, (place, own) in enumerate(zip(places, _divided(ground, places), strict=True)):
                # Each ending meets each beginning once, whatever the township: 96 names, no two alike.
                begin, begin_zh = FIRST[(number + 5 * v) % len(FIRST)]
                end, end_zh = SECOND[v]
                code = f"{district}-{t * 8 + v + 1:03d}"
                yield Place(code, begin + end, begin_zh + end_zh, township, "village", *place, own)


def _divided(land: Ring, centres: Sequence[tuple[float, float]]) -> Iterator[Ring]:
    """Each centre's part of a land: what lies nearer to it than to any other. Parts meet at their edges and fill the land."""
    for centre in centres:
        part = land
        for other in centres:
            if other != centre:
                part = _nearer(part, centre, other)
        yield part


def _nearer(land: Ring, centre: tuple[float, float], other: tuple[float, float]) -> Ring:
    """The part of a land on the centre's side of the line halfway to another: its corners, and where its sides meet the line."""
    across = (other[0] - centre[0], other[1] - centre[1])
    half = ((centre[0] + other[0]) / 2, (centre[1] + other[1]) / 2)
    beyond = [(lat - half[0]) * across[0] + (lon - half[1]) * across[1] for lat, lon in land]
    kept: list[tuple[float, float]] = []
    for at, (lat, lon) in enumerate(land):
        before, (lat0, lon0) = beyond[at - 1], land[at - 1]
        if (before > 0) != (beyond[at] > 0):
            part = before / (before - beyond[at])
            kept.append((lat0 + part * (lat - lat0), lon0 + part * (lon - lon0)))
        if beyond[at] <= 0:
            kept.append((lat, lon))
    return tuple(kept)


def _around(
    centre: tuple[float, float], degrees: float, number: int, of: Sequence[object]
) -> tuple[float, float]:
    """A place on a slightly crooked ring about another, `degrees` of latitude wide."""
    turn = 2 * math.pi * (number + 0.3) / len(of)
    return _on_ring(centre, degrees * (1 + 0.25 * math.sin(3.7 * number + 1)), turn)


def _on_ring(centre: tuple[float, float], degrees: float, turn: float) -> tuple[float, float]:
    """A place `degrees` of latitude away from another, in a direction."""
    lon = centre[1] + degrees * math.cos(turn) / math.cos(math.radians(centre[0]))
    return (centre[0] + degrees * math.sin(turn), lon)
