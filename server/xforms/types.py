"""The data types of the ODK XForms specification: from an answer's text to a Python value.

Shared by the checks (is this an int?) and by whoever writes answers to typed columns. Knows no form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final

Value = object
"""What a parser returns: str, bool, int, Decimal, date, time, datetime, Point, Line or a tuple of str."""


class TypeFault(ValueError):
    """A text that is no value of its type. `key` says what is wrong; the text itself is not kept."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Point:
    """A geopoint: degrees north and east (WGS 84), metres above the ellipsoid, metres of accuracy radius."""

    lat: float
    lon: float
    altitude: float | None = None
    accuracy: float | None = None

    @property
    def is_null_island(self) -> bool:
        """0° 0°: what a broken receiver or a script writes; nobody lives there."""
        return self.lat == 0 and self.lon == 0


@dataclass(frozen=True, slots=True)
class Line:
    """A geotrace, or a geoshape where `closed` (its last point is its first)."""

    points: tuple[Point, ...]
    closed: bool = False


_INT = re.compile(r"[+-]?[0-9]{1,10}\Z")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(r"([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?\Z")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]")
_MAX_DIGITS = 310  # a double's range; a longer number is no measurement

_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1  # JavaRosa keeps a 32-bit int and empties what does not fit


def parse_string(text: str) -> str:
    """The text as it came: white space and all."""
    return text


def parse_int(text: str) -> int:
    """XML Schema int (32 bits), ASCII digits."""
    text = text.strip()
    if not _INT.match(text):
        raise TypeFault("type.int")
    number = int(text)
    if not _INT_MIN <= number <= _INT_MAX:
        raise TypeFault("type.int_range")
    return number


def parse_decimal(text: str) -> Decimal:
    """A finite decimal with a point; an exponent as Java writes it (`1.0E-5`) is read. Never NaN or INF."""
    text = text.strip()
    if len(text) > _MAX_DIGITS or not _DECIMAL.match(text):
        raise TypeFault("type.decimal_comma" if "," in text else "type.decimal")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise TypeFault("type.decimal") from None
    if number.adjusted() > 307 and number:
        raise TypeFault("type.decimal")
    return number


def parse_boolean(text: str) -> bool:
    """XML Schema boolean: true, false, 1, 0."""
    value = _BOOLEANS.get(text.strip())
    if value is None:
        raise TypeFault("type.boolean")
    return value


_BOOLEANS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


def parse_date(text: str) -> date:
    """`YYYY-MM-DD`."""
    text = text.strip()
    if not _DATE.match(text):
        raise TypeFault("type.date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TypeFault("type.date") from None


def parse_time(text: str) -> time:
    """`HH:mm[:ss[.fff]]` with its offset kept where it has one (`+08:00`, `+08`, `Z`)."""
    match = _TIME.match(text.strip())
    if not match:
        raise TypeFault("type.time")
    try:
        return time.fromisoformat(match[1] + _offset(match[2]))
    except ValueError:
        raise TypeFault("type.time") from None


def parse_datetime(text: str) -> datetime:
    """`YYYY-MM-DDTHH:mm:ss.SSS+08:00` with its offset kept; naive where it has none. A date alone is its midnight."""
    text = text.strip()
    day, separator, clock = text.partition("T")
    if not _DATE.match(day):
        raise TypeFault("type.dateTime")
    try:
        if not separator:
            return datetime.fromisoformat(day)  # JavaRosa takes a date where a dateTime is asked
        match = _TIME.match(clock)
        if not match:
            raise TypeFault("type.dateTime")
        return datetime.fromisoformat(f"{day}T{match[1]}{_offset(match[2])}")
    except TypeFault:
        raise
    except ValueError:
        raise TypeFault("type.dateTime") from None


def _offset(text: str | None) -> str:
    """`+08` (older JavaRosa) and `+0800` as `+08:00`."""
    if not text:
        return ""
    if text == "Z":
        return "+00:00"
    return f"{text[:3]}:{text[-2:] if len(text) > 3 else '00'}"


def parse_geopoint(text: str) -> Point:
    """`lat lon [altitude [accuracy]]`, separated by white space; latitude within ±90, longitude within ±180."""
    parts = text.split()
    if not 2 <= len(parts) <= 4:
        raise TypeFault("type.geopoint")
    for part in parts:
        if len(part) > 40 or not _DECIMAL.match(part):
            raise TypeFault("type.geopoint_comma" if "," in part else "type.geopoint")
    lat, lon = float(parts[0]), float(parts[1])
    if not -90 <= lat <= 90:
        raise TypeFault("type.latitude")
    if not -180 <= lon <= 180:
        raise TypeFault("type.longitude")
    altitude = float(parts[2]) if len(parts) > 2 else None
    accuracy = float(parts[3]) if len(parts) > 3 else None
    if accuracy is not None and accuracy < 0:
        raise TypeFault("type.geopoint")
    if altitude in (_INF, -_INF) or accuracy == _INF:
        raise TypeFault("type.geopoint")
    return Point(lat, lon, altitude, accuracy)


_INF = float("inf")


def parse_geotrace(text: str) -> Line:
    """At least two points joined by `;` (a last `;` is tolerated, as Collect once wrote it)."""
    points = _points(text)
    if len(points) < 2:
        raise TypeFault("type.geotrace")
    return Line(points)


def parse_geoshape(text: str) -> Line:
    """At least three points joined by `;`, the last at the first's latitude and longitude."""
    points = _points(text)
    if len(points) < 3:
        raise TypeFault("type.geoshape")
    if (points[0].lat, points[0].lon) != (points[-1].lat, points[-1].lon):
        raise TypeFault("type.geoshape_open")
    return Line(points, closed=True)


def _points(text: str) -> tuple[Point, ...]:
    parts = text.strip().removesuffix(";").split(";")
    return tuple(map(parse_geopoint, parts))


def is_file_name(text: str) -> bool:
    """Whether a form could have given a file this name: no path, no control or direction mark, 1 to 255 bytes."""
    return text not in {"", ".", ".."} and len(text.encode()) <= 255 and not _UNUSABLE.search(text)


def parse_file_name(text: str) -> str:
    """The name of a file of the submission."""
    if not is_file_name(text):
        raise TypeFault("attachment.missing")
    return text


def parse_select(text: str) -> tuple[str, ...]:
    """The names of a select_multiple or a rank, in the order written."""
    return tuple(text.split())


PARSERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "string": parse_string,
    "int": parse_int,
    "decimal": parse_decimal,
    "boolean": parse_boolean,
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_datetime,
    "geopoint": parse_geopoint,
    "geotrace": parse_geotrace,
    "geoshape": parse_geoshape,
    "select1": str.strip,
    "select": parse_select,
    "rank": parse_select,
    "binary": str.strip,
    "barcode": parse_string,
    "intent": parse_string,
}
"""Every data type by name; an unknown one is read as a string (specification, 'Data Types')."""

CHECKED: Final = frozenset(
    {"int", "decimal", "boolean", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape"}
)
"""Types whose parser can refuse."""

_ALIASES: Final[Mapping[str, str]] = {
    "integer": "int",
    "long": "int",
    "double": "decimal",
    "float": "decimal",
}


def canonical(declared: str | None) -> str:
    """A bind's type without prefix, aliases resolved: `xsd:string` and None are `string`, `odk:rank` is `rank`."""
    name = (declared or "string").rpartition(":")[2].strip()
    name = _ALIASES.get(name, name)
    return name if name in PARSERS else "string"


def parse(type_: str, text: str) -> Value | None:
    """An answer's value by its field's type, None where it is empty. Raises `TypeFault`."""
    if not text or text.isspace():
        return None
    return PARSERS.get(type_, parse_string)(text)
