"""Points and distances. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
