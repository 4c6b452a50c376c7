"""Boundaries: read in each way that they are written, refused with the reason, kept with their area."""

from __future__ import annotations

import csv
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.areas.boundary import MOST_POINTS, BoundaryError, Effort, box, read_boundary
from server.areas.importing import Imported, import_areas
from server.areas.models import Area
from server.ledger import read
from server.problems import ProblemError
from server.services import Services
from tests.areas.sheets import read_areas

SQUARE = '{"type":"Polygon","coordinates":[[[1,50],[2,50],[2,51],[1,51],[1,50]]]}'
WKT = "POLYGON ((1 50, 2 50, 2 51, 1 51, 1 50))"
SHAPE = "50 1 0 0; 50 2 0 0; 51 2 0 0; 51 1 0 0; 50 1 0 0"
HOLED = "POLYGON((0 0,9 0,9 9,0 9,0 0),(3 3,6 3,6 6,3 6,3 3))"
TWO = "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))"
BOW = "POLYGON((0 0,2 2,2 0,0 2,0 0))"


@pytest.mark.parametrize(
    "written",
    [
        SQUARE,
        f'{{"type":"Feature","properties":{{}},"geometry":{SQUARE}}}',
        WKT,
        f"SRID=4326;{WKT}",
        "polygon Z((1 50 9, 2 50 9, 2 51 9, 1 51 9, 1 50 9))",
        f"  {SHAPE} ;",
        "50 1;50 2;51 2;51 1;50 1",
    ],
)
def test_one_boundary_written_in_any_way_is_one_geometry(written: str) -> None:
    assert json.loads(read_boundary(written)) == json.loads(SQUARE)


def test_holes_and_parts_are_kept() -> None:
    assert len(json.loads(read_boundary(HOLED))["coordinates"]) == 2
    two = json.loads(read_boundary(TWO))
    assert (two["type"], len(two["coordinates"])) == ("MultiPolygon", 2)
    assert box(read_boundary(TWO)) == (0, 0, 6, 6)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("somewhere", "neither GeoJSON nor WKT"),
        ("POINT(1 2)", "neither GeoJSON nor WKT"),
        ('{"type":"Point","coordinates":[1,2]}', "no Polygon"),
        ('{"type":"Polygon","coordinates":', "cannot be read"),
        ('{"type":"Polygon","coordinates":[]}', "no ring"),
        ('{"type":"Polygon","coordinates":[[1,2],[3,4]]}', "no rings of longitude"),
        ('{"type":"Polygon","coordinates":[[["a","b"]]]}', "no pair of numbers"),
        ('{"type":"Polygon","coordinates":[[[NaN,1],[2,2],[3,1],[NaN,1]]]}', "out of range"),
        ("POLYGON((1 50, 2 50, 2 51, 1 51))", "not closed"),
        ("50 1;50 2;51 2", "not closed"),
        ("POLYGON((1 50, 2 50, 1 50))", "fewer than three corners"),
        ("POLYGON((1 50, 200 50, 2 51, 1 50))", "out of range: longitude 200"),
        ("POLYGON((50 1, 50 91, 51 2, 50 1))", "latitude 91"),
        ("POLYGON((1 50, 2 50", "brackets"),
        ("POLYGON(1 50, 2 50, 1 51, 1 50)", "no pair of numbers"),
        ("SRID=3857;POLYGON((1 50, 2 50, 2 51, 1 50))", "reference system 3857"),
        (BOW, "crosses itself near latitude 1.00000, longitude 1.00000"),
        ("POLYGON((0 0,9 0,9 9,0 9,0 0),(3 3,12 3,12 6,3 6,3 3))", "crosses itself"),
        ("POLYGON((" + ",".join(f"{n / 1000} 0" for n in range(MOST_POINTS + 1)) + "))", "simplify"),
        ("POLYGON" + "(" * 3000, "brackets"),
    ],
)
def test_what_is_no_boundary_is_refused_with_the_reason(written: str, says: str) -> None:
    with pytest.raises(BoundaryError, match=says):
        read_boundary(written)


def test_a_ring_that_touches_itself_is_taken() -> None:
    eight = "POLYGON((0 0,2 0,1 1,2 2,0 2,1 1,0 0))"
    assert json.loads(read_boundary(eight))["type"] == "Polygon"


def test_the_largest_boundary_is_examined_at_little_effort() -> None:
    turns = [2 * math.pi * n / (MOST_POINTS - 1) for n in range(MOST_POINTS - 1)]
    corners = [f"{10 + math.cos(turn):.6f} {40 + math.sin(turn):.6f}" for turn in turns]
    effort = Effort(left=4 * MOST_POINTS)
    read_boundary(f"POLYGON(({','.join([*corners, corners[0]])}))", effort)
    assert effort.left > 0


def snake(turns: int) -> str:
    """A boundary of long sides above each other: each is held against all below it."""
    corners = [f"{x} {n / 100}" for n in range(turns) for x in ((0, 9) if n % 2 else (9, 0))]
    return f"POLYGON(({','.join([*corners, f'-1 {turns / 100}', '-1 0', corners[0]])}))"


def test_a_boundary_that_takes_too_long_is_refused_and_so_are_many_that_do_together() -> None:
    effort = Effort()
    read_boundary(snake(40), effort)
    one = Effort().left - effort.left
    with pytest.raises(BoundaryError, match="takes too long to be examined"):
        read_boundary(snake(40), Effort(left=one - 1))
    rows = "".join(f'A{number},x,"{snake(40)}"\n' for number in range(3))
    content = f"code,name,boundary\n{rows}".encode()
    assert len(read_areas(content, Effort(left=3 * one))) == 3
    with pytest.raises(ProblemError) as refused:
        read_areas(content, Effort(left=2 * one))
    assert "row 4: the boundary (or those before it) takes too long" in refused.value.words


def test_reading_a_sheet_leaves_the_longest_cell_of_other_lists_as_it_was() -> None:
    before = csv.field_size_limit()
    long = f'code,name,boundary\nA1,x,"{snake(4)}{" " * before}"\n'
    assert read_areas(long.encode())[0].boundary
    with pytest.raises(ProblemError):
        read_areas(b'code,name\nA1,"')
    assert csv.field_size_limit() == before


@given(st.text(alphabet='POLYGONMULTI(),;{}[]"typecordinas: 0123456789.-eNaN', max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_boundary_or_is_refused(written: str) -> None:
    refused, made = None, ""
    try:
        made = read_boundary(written)
    except BoundaryError as error:
        refused = str(error)
    assert refused or json.loads(made)["coordinates"]


def sheet(boundary: str, more: str = "51,-2") -> bytes:
    cell = boundary.replace('"', '""')
    return f'code,name,lat,lon,boundary\nA1,North,{more},"{cell}"\n'.encode()


def area(session: Session) -> Area:
    session.expire_all()
    return session.scalars(select(Area)).one()


def test_a_sheet_brings_boundaries_and_the_ledger_keeps_them(session: Session, services: Services) -> None:
    assert import_areas(session, services.keys, sheet(SQUARE, ","), actor_id=None) == Imported(1, 0, 0)
    assert json.loads(area(session).boundary or "") == json.loads(SQUARE)
    (event,) = read(session, services.keys)
    assert json.loads(event.payload["areas"][0]["boundary"]) == json.loads(SQUARE)
    again = sheet(WKT, ",").replace(b"boundary", b"Geometry")
    assert import_areas(session, services.keys, again, actor_id=None) == Imported(0, 0, 1)


def test_a_sheet_without_boundaries_leaves_them_and_an_empty_cell_takes_one_away(
    session: Session, services: Services
) -> None:
    import_areas(session, services.keys, sheet(SHAPE, ","), actor_id=None)
    import_areas(session, services.keys, b"code,name\nA1,Northern\n", actor_id=None)
    assert area(session).boundary
    assert import_areas(session, services.keys, sheet("", ","), actor_id=None) == Imported(0, 1, 0)
    assert area(session).boundary is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (sheet(BOW, ","), "row 2: the boundary crosses itself"),
        (sheet(SQUARE, "1.5,50.5"), "latitude and longitude are swapped"),
        (b"code,name,boundary,geometry\nA1,x,,\n", "twice"),
    ],
)
def test_a_bad_boundary_refuses_the_sheet_at_its_row(
    session: Session, services: Services, content: bytes, says: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        import_areas(session, services.keys, content, actor_id=None)
    assert says in refused.value.words
    assert session.scalars(select(Area)).all() == []


def test_a_boundary_longer_than_a_csv_s_usual_cell_is_read(session: Session, services: Services) -> None:
    turns = [2 * math.pi * n / 4000 for n in range(4000)]
    corners = [f"{10 + math.cos(turn):.15f} {40 + math.sin(turn):.15f}" for turn in turns]
    long = f"POLYGON(({','.join([*corners, corners[0]])}))"
    assert len(long) > 131_072
    assert import_areas(session, services.keys, sheet(long, "40,10"), actor_id=None).created == 1
