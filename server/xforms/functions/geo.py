"""Functions of points, lines and shapes (specification, 'Geography functions'), on a sphere of 6,378,100 m."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from math import acos, cos, nan, pi, radians, sin

from ..plan import Row
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.faults import EvaluationFault
from ..xpath.state import At, State
from ..xpath.tree import Call
from ..xpath.values import Value, to_text
from .core import arity, builder, nodes

RADIUS = 6_378_100.0
_DEGREE = 2 * RADIUS * pi / 360.0

Place = tuple[float, float]
"""Latitude and longitude in degrees."""


@builder("area", "enclosed-area")
def area(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Square metres inside a shape, or inside the points of a path's nodes; 0 below three points."""
    arity(call, 1, 1)
    values = nodes(compiler, call, 0, here, notes)

    def run(st: State, row: Row, at: At | None) -> Value:
        return enclosed(_of_nodes(values(st, row, at)))

    return Code(run)


def enclosed(points: list[Place]) -> float:
    """Square metres of a polygon on a plane that touches its first point."""
    if len(points) < 3:
        return 0.0
    lat0, lon0 = points[0]
    flat = [((lon - lon0) * _DEGREE * cos(radians(lat)), (lat - lat0) * _DEGREE) for lat, lon in points[1:]]
    added = 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(flat):
        added += (y1 * x2 - x1 * y2) / 2
    return abs(added)


@builder("distance")
def distance(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Metres along a line, a shape's border, the points of a path's nodes, a text of points, or several points."""
    arity(call, 1, None)
    codes = [compiler.compile(one, here, notes) for one in call.args]
    if len(codes) > 1:
        runs = [one.run for one in codes]
        return Code(lambda st, row, at: length([_point(to_text(run(st, row, at))) for run in runs]))
    many, run = codes[0].many, codes[0].run
    if many is not None:
        return Code(lambda st, row, at: length(_of_nodes(many(st, row, at))))

    def of_text(st: State, row: Row, at: At | None) -> Value:
        value = run(st, row, at)
        if not isinstance(value, str):
            raise EvaluationFault("points")
        return length([_point(one) for one in _pieces(value)])

    return Code(of_text)


def length(points: list[Place]) -> float:
    """Metres from point to point, by the spherical law of cosines."""
    return float(sum(between(a, b) for a, b in itertools.pairwise(points)))


def between(a: Place, b: Place) -> float:
    """Metres between two points; NaN where rounding leaves the arc cosine's domain, as in Java."""
    turn = radians(a[1] - b[1])
    cosine = sin(radians(a[0])) * sin(radians(b[0])) + cos(radians(a[0])) * cos(radians(b[0])) * cos(turn)
    return acos(cosine) * RADIUS if -1 <= cosine <= 1 else nan


@builder("geofence")
def geofence(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Whether a point lies inside a shape."""
    arity(call, 2, 2)
    point = compiler.compile(call.args[0], here, notes).run
    shape = nodes(compiler, call, 1, here, notes)

    def run(st: State, row: Row, at: At | None) -> Value:
        return inside(_point(to_text(point(st, row, at))), _of_nodes(shape(st, row, at)))

    return Code(run)


def inside(point: Place, shape: list[Place]) -> bool:
    """Whether a ray from the point crosses the border an odd number of times."""
    y, x = point
    odd = False
    for (lat1, lon1), (lat2, lon2) in itertools.pairwise(shape):
        if (lat2 > y) != (lat1 > y) and x < (lon1 - lon2) * (y - lat2) / (lat1 - lat2) + lon2:
            odd = not odd
    return odd


@builder("intersects")
def intersects(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Whether a line or a shape's border crosses itself."""
    arity(call, 1, 1)
    run = compiler.compile(call.args[0], here, notes).run

    def crosses(st: State, row: Row, at: At | None) -> Value:
        value = to_text(run(st, row, at))
        points = [_point(one) for one in _pieces(value)] if value else []
        st.spend(len(points) ** 2 // 8)
        return self_crossing(points)

    return Code(crosses)


def self_crossing(points: list[Place]) -> bool:
    """Whether two segments that do not follow each other meet."""
    segments = list(itertools.pairwise(points))
    last = len(segments) - 1
    closed = len(points) > 2 and points[0] == points[-1]
    for first, one in enumerate(segments):
        for second in range(first + 2, len(segments)):
            if closed and first == 0 and second == last:
                continue
            if _meet(*one, *segments[second]):
                return True
    return False


def _turn(a: Place, b: Place, c: Place) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _meet(a: Place, b: Place, c: Place, d: Place) -> bool:
    one, two, three, four = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if ((one > 0) != (two > 0)) and ((three > 0) != (four > 0)) and 0 not in (one, two, three, four):
        return True
    return any(
        turn == 0 and _between(p, q, r)
        for turn, p, q, r in ((one, a, b, c), (two, a, b, d), (three, c, d, a), (four, c, d, b))
    )


def _between(a: Place, b: Place, c: Place) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _of_nodes(values: list[Value]) -> list[Place]:
    """The points of one shape, or of many nodes with a point each."""
    if not values:
        return []
    if len(values) == 1:
        return [_point(one) for one in _pieces(to_text(values[0]))]
    return [_point(to_text(one)) for one in values]


def _pieces(text: str) -> Iterable[str]:
    """The points of a text; those without a word at its end are none, others are 0° 0°."""
    return text.rstrip(";").split(";")


def _point(text: str) -> Place:
    """An empty text is 0° 0°, as on a phone. Raises `EvaluationFault` (points)."""
    parts = text.split()
    if not parts:
        return 0.0, 0.0
    if len(parts) > 4:
        raise EvaluationFault("points")
    try:
        return float(parts[0]), float(parts[1]) if len(parts) > 1 else 0.0
    except ValueError:
        raise EvaluationFault("points") from None
