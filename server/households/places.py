"""Points and distances. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
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

    In a hole it is outside, by the way to the hole's edge. Measured along the sphere: right within 1 % wherever it is.
    """
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not coordinates:
        return None
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if any(_in_polygon(rings, lat, lon) for rings in polygons):
        return 0.0
    place = _direction(lon, lat)
    sides = (side for rings in polygons for ring in rings for side in _sides(ring))
    return EARTH_RADIUS_M * min(
        _angle_to_side(place, _direction(*one), _direction(*two)) for one, two in sides
    )


_Vector = tuple[float, float, float]

_PIECE = 0.25
"""Degrees of longitude in which a side is measured: GeoJSON's sides are straight on the map, those of a sphere are not. In
pieces of this length they differ by less than 10 m up to 70 degrees of latitude."""


def _sides(ring: Sequence[Sequence[float]]) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The sides of a ring, long ones in pieces, as pairs of (longitude, latitude)."""
    for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
        pieces = max(1, math.ceil(min(abs(x2 - x1), 360) / _PIECE))
        dx, dy = (x2 - x1) / pieces, (y2 - y1) / pieces
        for n in range(pieces):
            yield (x1 + n * dx, y1 + n * dy), (x1 + (n + 1) * dx, y1 + (n + 1) * dy)


def _direction(lon: float, lat: float) -> _Vector:
    """From the earth's centre to a place, length 1."""
    east, north = math.radians(lon), math.radians(lat)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def _angle_to_side(place: _Vector, one: _Vector, two: _Vector) -> float:
    """Radians from a place to the nearest point of a great circle's arc."""
    normal = _cross(one, two)
    length = math.hypot(*normal)
    if length > 0 and _dot(_cross(normal, one), place) >= 0 and _dot(_cross(two, normal), place) >= 0:
        return math.asin(min(1.0, abs(_dot(normal, place)) / length))  # its foot lies between the two ends
    return min(_angle(place, one), _angle(place, two))


def _angle(one: _Vector, two: _Vector) -> float:
    return math.atan2(math.hypot(*_cross(one, two)), _dot(one, two))


def _cross(a: _Vector, b: _Vector) -> _Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: _Vector, b: _Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


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
