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


def inside(geometry: Mapping[str, Any], lat: float, lon: float) -> bool | None:
    """Whether a place lies in a GeoJSON Polygon or MultiPolygon (RFC 7946); None for any other geometry."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return _in_polygon(coordinates, lat, lon)
    if kind == "MultiPolygon":
        return any(_in_polygon(rings, lat, lon) for rings in coordinates or ())
    return None


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
