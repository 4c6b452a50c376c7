"""The data types of the ODK XForms specification as a table of texts and values.

JavaRosa reads some texts that are no values by the specification (`2026-1-2`, Arabic digits in an int, NaN, latitude
91, an open shape) and empties or keeps them; ours are refused, which is an explained difference.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from server.xforms.types import Line, Point, TypeFault, canonical, parse

CHINA = timezone(timedelta(hours=8))
A, B, C = Point(1, 2, 0, 0), Point(2, 3, 0, 0), Point(3, 4, 0, 0)

VALUES = [
    ("string", " a b ", " a b "),
    ("int", "12", 12),
    ("int", "-7", -7),
    ("int", "+5", 5),
    ("int", " 5 ", 5),
    ("int", "007", 7),
    ("int", "2147483647", 2147483647),
    ("int", "-2147483648", -2147483648),
    ("decimal", "1.5", Decimal("1.5")),
    ("decimal", "5.", Decimal(5)),
    ("decimal", ".5", Decimal("0.5")),
    ("decimal", "1.0E-5", Decimal("0.00001")),
    ("decimal", "-0.25", Decimal("-0.25")),
    ("boolean", "true", True),
    ("boolean", "0", False),
    ("date", "2026-02-28", date(2026, 2, 28)),
    ("time", "10:00", time(10)),
    ("time", "10:00:00.000+08:00", time(10, tzinfo=CHINA)),
    ("time", "23:59:59.999Z", time(23, 59, 59, 999000, tzinfo=UTC)),
    ("dateTime", "2026-01-02T10:00:00.000+08:00", datetime(2026, 1, 2, 10, tzinfo=CHINA)),
    ("dateTime", "2026-01-02T10:00:00.000+08", datetime(2026, 1, 2, 10, tzinfo=CHINA)),
    ("dateTime", "2026-01-02T10:00:00+0800", datetime(2026, 1, 2, 10, tzinfo=CHINA)),
    ("dateTime", "2026-01-02T10:00:00Z", datetime(2026, 1, 2, 10, tzinfo=UTC)),
    ("dateTime", "2026-01-02T10:00:00.123456789Z", datetime(2026, 1, 2, 10, 0, 0, 123456, tzinfo=UTC)),
    ("dateTime", "2026-01-02T10:00", datetime(2026, 1, 2, 10)),  # noqa: DTZ001 an answer without offset has none
    ("dateTime", "2026-01-02", datetime(2026, 1, 2)),  # noqa: DTZ001
    ("geopoint", "51.5 -0.1 12.5 4.2", Point(51.5, -0.1, 12.5, 4.2)),
    ("geopoint", "51.5 -0.1", Point(51.5, -0.1)),
    ("geopoint", "-90 180 -3 0", Point(-90, 180, -3, 0)),
    ("geotrace", "1 2 0 0;2 3 0 0", Line((A, B))),
    ("geotrace", "1 2 0 0; 2 3 0 0;", Line((A, B))),
    ("geoshape", "1 2 0 0;2 3 0 0;3 4 0 0;1 2 0 0", Line((A, B, C, A), closed=True)),
    ("select1", " a ", "a"),
    ("select", "a b  c", ("a", "b", "c")),
    ("rank", "c a b", ("c", "a", "b")),
    ("binary", "house.jpg", "house.jpg"),
    ("barcode", "0012 3", "0012 3"),
    ("something new", "x", "x"),
]

FAULTS = [
    ("int", "3.5", "type.int"),
    ("int", "abc", "type.int"),
    ("int", "1e3", "type.int"),
    ("int", "٣", "type.int"),
    ("int", "0x1", "type.int"),
    ("int", "2147483648", "type.int_range"),
    ("int", "9" * 5000, "type.int"),
    ("decimal", "1,5", "type.decimal_comma"),
    ("decimal", "NaN", "type.decimal"),
    ("decimal", "INF", "type.decimal"),
    ("decimal", "Infinity", "type.decimal"),
    ("decimal", "1E400", "type.decimal"),
    ("decimal", "1E9999999", "type.decimal"),
    ("decimal", "9" * 5000, "type.decimal"),
    ("decimal", "1.0f", "type.decimal"),
    ("boolean", "yes", "type.boolean"),
    ("date", "2026-02-30", "type.date"),
    ("date", "2026-1-2", "type.date"),
    ("date", "20260102", "type.date"),
    ("date", "2026-W01-1", "type.date"),
    ("date", "2026-01-02T10:00:00.000+08:00", "type.date"),
    ("date", "0000-01-01", "type.date"),
    ("time", "25:00", "type.time"),
    ("time", "10", "type.time"),
    ("time", "10:00 pm", "type.time"),
    ("dateTime", "2026-01-02T", "type.dateTime"),
    ("dateTime", "2026-01-02 10:00:00", "type.dateTime"),
    ("dateTime", "2026-01-02T24:00:00", "type.dateTime"),
    ("dateTime", "2026-01-02T10:00:00+99:00", "type.dateTime"),
    ("geopoint", "51.5", "type.geopoint"),
    ("geopoint", "1 2 3 4 5", "type.geopoint"),
    ("geopoint", "NaN 1 0 0", "type.geopoint"),
    ("geopoint", "51,5 0,1 0 0", "type.geopoint_comma"),
    ("geopoint", "91 0 0 0", "type.latitude"),
    ("geopoint", "200 0 0 0", "type.latitude"),
    ("geopoint", "1 181 0 0", "type.longitude"),
    ("geopoint", "1 2 0 -1", "type.geopoint"),
    ("geopoint", "1 2 1e999 0", "type.geopoint"),
    ("geotrace", "1 2 0 0", "type.geotrace"),
    ("geotrace", "1 2 0 0;;2 3 0 0", "type.geopoint"),
    ("geoshape", "1 2 0 0;2 3 0 0;3 4 0 0", "type.geoshape_open"),
    ("geoshape", "1 2 0 0;1 2 0 0", "type.geoshape"),
]


@pytest.mark.parametrize(("type_", "text", "value"), VALUES)
def test_a_text_of_its_type_becomes_its_value(type_: str, text: str, value: object) -> None:
    assert parse(type_, text) == value


@pytest.mark.parametrize(("type_", "text", "key"), FAULTS)
def test_a_text_that_is_no_value_of_its_type_is_refused_by_name(type_: str, text: str, key: str) -> None:
    with pytest.raises(TypeFault) as fault:
        parse(type_, text)
    assert fault.value.key == key


@pytest.mark.parametrize("type_", ["string", "int", "decimal", "date", "geopoint", "select", "binary"])
@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_empty_answer_has_no_value(type_: str, text: str) -> None:
    assert parse(type_, text) is None


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        (None, "string"),
        ("string", "string"),
        ("xsd:int", "int"),
        ("integer", "int"),
        ("odk:rank", "rank"),
        ("nonsense", "string"),
        ("dateTime", "dateTime"),
    ],
)
def test_the_type_of_a_bind_is_known_with_any_prefix_and_a_string_otherwise(
    declared: str | None, name: str
) -> None:
    assert canonical(declared) == name


def test_the_offset_of_a_date_time_is_kept_and_not_turned_to_utc() -> None:
    value = parse("dateTime", "2026-01-02T10:00:00.000+08:00")
    assert isinstance(value, datetime)
    assert value.isoformat() == "2026-01-02T10:00:00+08:00"
