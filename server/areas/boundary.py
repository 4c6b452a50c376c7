"""An area's boundary, however a sheet writes it (GeoJSON, WKT, ODK's geoshape), becomes one GeoJSON geometry that can be trusted.

Pure: knows no sheet and no database. Reasons are sentences that doors word.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from server.problems import Sentence

MOST_POINTS = 5_000
"""Corners of one boundary: each visit in the area is held against it, and phones' points are no finer than a few metres."""

DECIMALS = 6
"""Of a degree, in what is kept: a tenth of a metre."""

Ring = list[tuple[float, float]]
"""Corners as (longitude, latitude), the last the first again."""

Polygon = list[Ring]
"""The outer ring, then the holes."""

_WKT = re.compile(r"(?:SRID=(\d+);)?\s*(MULTI)?POLYGON\s*(?:Z|M|ZM)?\s*(?=\()", re.IGNORECASE)


class BoundaryError(ValueError):
    """Why a boundary cannot be taken."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Effort:
    """Pairs of sides that may yet be looked at, in one boundary or in all of a sheet: seconds, where real ones need moments."""

    left: int = 50_000_000

    def take(self, pairs: int) -> None:
        """Look at so many more. Raises BoundaryError where that is too much."""
        self.left -= pairs
        if self.left < 0:
            raise BoundaryError(
                Sentence("the boundary (or those before it) takes too long to be examined: simplify it")
            )


def read_boundary(text: str, effort: Effort | None = None) -> str:
    """A Polygon or MultiPolygon (RFC 7946) as compact JSON, of a GeoJSON geometry or Feature, of WKT, or of a geoshape.

    Raises BoundaryError: neither of these, a ring that is not closed or has fewer than three corners, degrees out of
    range, sides that cross, more than 5,000 corners, more than `effort` allows. Rings may touch themselves, as real ones do.
    """
    polygons = _polygons(text.strip())
    rings = [ring for polygon in polygons for ring in polygon]
    if not rings or not all(polygons):
        raise BoundaryError(Sentence("the boundary has no ring"))
    if sum(map(len, rings)) > MOST_POINTS:
        raise BoundaryError(
            Sentence("the boundary has more than {most} corners: simplify it", most=f"{MOST_POINTS:,}")
        )
    for ring in rings:
        _check_ring(ring)
    effort = effort or Effort()
    for polygon in polygons:
        if crossing := _crossing(polygon, effort):
            raise BoundaryError(
                Sentence(
                    "the boundary crosses itself near latitude {lat}, longitude {lon}",
                    lat=f"{crossing[1]:.5f}",
                    lon=f"{crossing[0]:.5f}",
                )
            )
    parts = [
        [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring] for ring in polygon]
        for polygon in polygons
    ]
    made = (
        {"type": "Polygon", "coordinates": parts[0]}
        if len(parts) == 1
        else {"type": "MultiPolygon", "coordinates": parts}
    )
    return json.dumps(made, separators=(",", ":"))


def box(geometry: str) -> tuple[float, float, float, float]:
    """West, south, east, north of what `read_boundary` gave, in degrees."""
    read = json.loads(geometry)
    polygons = [read["coordinates"]] if read["type"] == "Polygon" else read["coordinates"]
    corners = [corner for polygon in polygons for corner in polygon[0]]
    easts, norths = [x for x, _ in corners], [y for _, y in corners]
    return min(easts), min(norths), max(easts), max(norths)


def thinned(geometry: str, most: int = 300) -> dict[str, Any]:
    """What `read_boundary` gave with at most about so many corners a ring, to be drawn: a page is no place for thousands."""
    read: dict[str, Any] = json.loads(geometry)
    polygons = [read["coordinates"]] if read["type"] == "Polygon" else read["coordinates"]
    thin = [[[*ring[: -1 : len(ring) // most + 1], ring[-1]] for ring in polygon] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": thin}


def _polygons(text: str) -> list[Polygon]:
    if text.startswith("{"):
        return _geojson(text)
    if found := _WKT.match(text):
        if found[1] not in (None, "4326"):
            raise BoundaryError(
                Sentence(
                    "the boundary is in the reference system {system}: give it in degrees (WGS 84, 4326)",
                    system=found[1],
                )
            )
        return _wkt(text[found.end() :], several=bool(found[2]))
    return [[_geoshape(text)]]


def _geojson(text: str) -> list[Polygon]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise BoundaryError(Sentence("the boundary begins like GeoJSON and cannot be read as such")) from None
    if read.get("type") == "Feature" and isinstance(read.get("geometry"), dict):
        read = read["geometry"]
    kind, coordinates = read.get("type"), read.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise BoundaryError(Sentence("the boundary is no Polygon or MultiPolygon"))
    return _rings([coordinates] if kind == "Polygon" else coordinates)


def _wkt(text: str, *, several: bool) -> list[Polygon]:
    """`((x y, x y, …), (…))`: corners and brackets become JSON's."""
    corners = re.sub(r"[^\s(),][^(),]*", lambda corner: json.dumps(corner[0].split()[:2]), text)
    try:
        nested = json.loads(corners.replace("(", "[").replace(")", "]"))
    except (ValueError, RecursionError):
        raise BoundaryError(Sentence("the boundary has brackets that do not fit")) from None
    return _rings(nested if several else [nested])


def _rings(polygons: Any) -> list[Polygon]:
    try:
        return [[[_corner(*corner[:2]) for corner in ring] for ring in polygon] for polygon in polygons]
    except (TypeError, KeyError):
        raise BoundaryError(
            Sentence("the boundary has coordinates that are no rings of longitude and latitude")
        ) from None


def _geoshape(text: str) -> Ring:
    """`lat lon altitude accuracy; …`, as ODK writes a shape."""
    corners = [part.split() for part in text.split(";") if part.strip()]
    if re.search(r"[^\d\s.;eE+-]", text) or not all(2 <= len(corner) <= 4 for corner in corners):
        raise BoundaryError(
            Sentence(
                "the boundary is neither GeoJSON nor WKT (POLYGON, MULTIPOLYGON) nor a geoshape (lat lon alt acc; …)"
            )
        )
    return [_corner(corner[1], corner[0]) for corner in corners]


def _corner(lon: Any = None, lat: Any = None) -> tuple[float, float]:
    try:
        if isinstance(lon, list | bool) or isinstance(lat, list | bool):
            raise TypeError
        x, y = float(lon), float(lat)
    except (TypeError, ValueError):
        raise BoundaryError(
            Sentence(
                "the boundary has a corner that is no pair of numbers: {given}",
                given=f"{lon!s:.20} {lat!s:.20}",
            )
        ) from None
    if not (abs(x) <= 180 and abs(y) <= 90):  # also what is not a number
        raise BoundaryError(
            Sentence(
                "the boundary has a corner out of range: longitude {lon}, latitude {lat}",
                lon=f"{x:g}",
                lat=f"{y:g}",
            )
        )
    return x, y


def _check_ring(ring: Ring) -> None:
    if len(ring) < 2 or ring[0] != ring[-1]:
        raise BoundaryError(Sentence("the boundary is not closed: a ring's last corner must be its first"))
    if len(set(ring)) < 3:
        raise BoundaryError(Sentence("the boundary has a ring of fewer than three corners"))


def _crossing(polygon: Polygon, effort: Effort) -> tuple[float, float] | None:
    """Where two sides of a polygon's rings cross, or None. From west to east: only sides that share a longitude can."""
    sides = sorted(side for ring in polygon for side in _sides(ring))
    open_sides: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for left, right in sides:
        effort.take(len(open_sides))
        open_sides = [one for one in open_sides if one[1][0] >= left[0]]
        low, high = sorted((left[1], right[1]))
        for a, b in open_sides:
            if max(a[1], b[1]) >= low and min(a[1], b[1]) <= high and (met := _meet(a, b, left, right)):
                return met
        open_sides.append((left, right))
    return None


def _sides(ring: Ring) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Each side, its western end first."""
    for a, b in pairwise(ring):
        if a != b:
            yield (a, b) if a <= b else (b, a)


def _meet(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> tuple[float, float] | None:
    """The point at which a-b and c-d cross properly: each has its ends on both sides of the other."""
    one, two = _turn(a, b, c), _turn(a, b, d)
    if not (one * two < 0 and _turn(c, d, a) * _turn(c, d, b) < 0):
        return None
    part = one / (one - two)
    return c[0] + part * (d[0] - c[0]), c[1] + part * (d[1] - c[1])


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Positive where c lies to the left of the way from a to b; exactly 0 on it, as nearly as floats tell."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return 0.0 if math.isclose(turn, 0.0, abs_tol=1e-15) else turn
