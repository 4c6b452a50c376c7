"""How far a place lies outside an area: along the sphere, wherever both are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from server.households.places import EARTH_RADIUS_M, distance_m, outside_m

VALLEY = [(-2.3, 51.5), (-2.1, 51.5), (-2.15, 51.65), (-2.3, 51.6), (-2.3, 51.5)]
PLAIN = [(10.0, 48.0), (40.0, 48.0), (40.0, 55.0), (10.0, 55.0), (10.0, 48.0)]
STRAIT = [(179.2, -17.0), (180.0, -17.0), (180.0, -16.0), (179.2, -16.0), (179.2, -17.0)]
HALF_ROUND_M = 3.14159265358979 * EARTH_RADIUS_M


def walked(ring: list[tuple[float, float]], lat: float, lon: float) -> float:
    """The way to the nearest of many points of a ring's sides."""
    sides = list(pairwise(ring))
    ways = (
        distance_m((lat, lon), (y1 + (y2 - y1) * part / 2000, x1 + (x2 - x1) * part / 2000))
        for (x1, y1), (x2, y2) in sides
        for part in range(2001)
    )
    return min(way for way in ways if way is not None)


@pytest.mark.parametrize(
    ("ring", "lat", "lon"),
    [
        (VALLEY, 51.55, -2.301),  # some 70 m beside a side
        (VALLEY, 51.7, -2.1),
        (VALLEY, 40.0, -2.2),
        (VALLEY, -41.3, 174.8),
        (VALLEY, -51.6, 177.8),
        (VALLEY, 0.0, 0.0),
        (VALLEY, 89.9, 120.0),
        (PLAIN, 47.9, 25.0),  # the sphere's own line between these corners runs far to the north
        (PLAIN, 55.2, 25.0),
        (STRAIT, -16.5, -179.9),  # 10.7 km beyond the date line
        (STRAIT, 16.0, 0.0),
    ],
)
def test_a_place_outside_is_as_far_as_the_nearest_point_of_the_boundary(
    ring: list[tuple[float, float]], lat: float, lon: float
) -> None:
    far = outside_m({"type": "Polygon", "coordinates": [ring]}, lat, lon)
    assert far is not None
    assert far == pytest.approx(walked(ring, lat, lon), rel=0.01, abs=1)
    assert far <= HALF_ROUND_M


def test_a_place_within_is_not_outside_and_one_in_a_hole_is_by_the_way_to_its_edge() -> None:
    hole = [(-2.25, 51.53), (-2.2, 51.53), (-2.2, 51.58), (-2.25, 51.58), (-2.25, 51.53)]
    area = {"type": "MultiPolygon", "coordinates": [[PLAIN], [VALLEY, hole]]}
    assert outside_m(area, 51.52, -2.28) == 0
    assert outside_m(area, 51.535, -2.225) == pytest.approx(556, abs=5)
    assert outside_m({"type": "Point", "coordinates": [0, 0]}, 1, 1) is None
