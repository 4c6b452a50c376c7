"""Points and distances. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius, metres (IUGG)."""

ROUNDED = 2
"""Decimals of a protected point's latitude and longitude where its exact place must not show (decisions.md)."""


def distance_m(one: Sequence[float | None], two: Sequence[float | None]) -> float | None:
    """Metres between two points [lat, lon, …] along the sphere (haversine); None where one has no place."""
    if len(one) < 2 or len(two) < 2 or None in (one[0], one[1], two[0], two[1]):
        return None
    lat1, lon1, lat2, lon2 = (math.radians(float(part or 0)) for part in (one[0], one[1], two[0], two[1]))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def rounded(point: Sequence[float | None]) -> list[float | None]:
    """A point as those see it who may not see it exactly: 0.01 degrees, no altitude, no accuracy."""
    return [None if part is None else round(part, ROUNDED) for part in point[:2]] + [None, None]


def outside_m(geometry: Mapping[str, Any], lat: float, lon: float) -> float | None:
    """How many metres a place lies outside a GeoJSON Polygon or MultiPolygon (RFC 7946), 0 within it; None for any other.

    In a hole it is outside, by the way to the hole's edge. Distances are right within 1 % up to some 100 km, and not
    across the date line.
    """
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not coordinates:
        return None
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if any(_in_polygon(rings, lat, lon) for rings in polygons):
        return 0.0
    return min(_way_to_ring(ring, lat, lon) for rings in polygons for ring in rings)


def _way_to_ring(ring: Sequence[Sequence[float]], lat: float, lon: float) -> float:
    """Metres to the nearest side, on a plane that touches the earth at the place."""
    east = math.radians(1) * EARTH_RADIUS_M * math.cos(math.radians(lat))
    north = math.radians(1) * EARTH_RADIUS_M
    corners = [((x - lon) * east, (y - lat) * north) for x, y, *_ in ring]
    return min(_way_to_side(*one, *two) for one, two in zip(corners, [*corners[1:], corners[0]], strict=True))


def _way_to_side(x1: float, y1: float, x2: float, y2: float) -> float:
    """From the origin to the nearest point of a side."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    part = 0.0 if length == 0 else min(1.0, max(0.0, -(x1 * dx + y1 * dy) / length))
    return math.hypot(x1 + part * dx, y1 + part * dy)


def _in_polygon(rings: Any, lat: float, lon: float) -> bool:
    """In the outer ring and in no hole."""
    return (
        bool(rings)
        and _in_ring(rings[0], lat, lon)
        and not any(_in_ring(hole, lat, lon) for hole in rings[1:])
    )


def _in_ring(ring: Sequence[Sequence[float]], lat: float, lon: float) -> bool:
    """Even-odd rule: a ray to the east crosses the ring an odd number of times."""
    crossed = False
    for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed
