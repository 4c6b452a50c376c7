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
        rows.writerow(("code", "name", "name:zh", "parent", "level", "lat", "lon"))
        for one in self.places:
            rows.writerow(
                (one.code, one.name, one.name_zh, one.parent, one.level, f"{one.lat:.5f}", f"{one.lon:.5f}")
            )
        return out.getvalue().encode()


def aldermere(districts: int = 3, townships: int = 4, villages: int = 8) -> Region:
    """The region with so many districts, townships in each, villages in each of those; at most 3, 4 and 8."""
    return Region(tuple(_places(districts, townships, villages)))


def _places(districts: int, townships: int, villages: int) -> Iterator[Place]:
    yield Place("A", "Aldermere", "桤泽", "", "region", *CENTRE)
    for d, (name, zh) in enumerate(DISTRICTS[:districts]):
        at = _around(CENTRE, 0.28, d, DISTRICTS)
        district = f"A{d + 1}"
        yield Place(district, name, zh, "A", "district", *at)
        for t in range(townships):
            number = d * 4 + t
            within = _around(at, 0.11, t, range(4))
            township = f"{district}-T{t + 1}"
            yield Place(township, *TOWNSHIPS[number], district, "township", *within)
            for v, (end, end_zh) in enumerate(SECOND[:villages]):
                # Each ending meets each beginning once, whatever the township: 96 names, no two alike.
                begin, begin_zh = FIRST[(number + 5 * v) % len(FIRST)]
                code = f"{district}-{t * 8 + v + 1:03d}"
                yield Place(
                    code,
                    begin + end,
                    begin_zh + end_zh,
                    township,
                    "village",
                    *_around(within, 0.03, v, SECOND),
                )


def _around(
    centre: tuple[float, float], degrees: float, number: int, of: Sequence[object]
) -> tuple[float, float]:
    """A place on a slightly crooked ring about another, `degrees` of latitude wide."""
    turn = 2 * math.pi * (number + 0.3) / len(of)
    far = degrees * (1 + 0.25 * math.sin(3.7 * number + 1))
    lon = centre[1] + far * math.cos(turn) / math.cos(math.radians(centre[0]))
    return (centre[0] + far * math.sin(turn), lon)
