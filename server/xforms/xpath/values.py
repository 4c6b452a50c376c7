"""Values of expressions and how one becomes another, as JavaRosa converts them (it differs from XPath 1.0 in dates).

A value is a `str`, `float`, `bool` or a naive `datetime`: a date or instant on the phone's own clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from math import fmod, inf, isinf, isnan, nan

from .faults import EvaluationFault

Value = str | float | bool | datetime

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # on the phone's own clock, wherever it is
EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY = timedelta(days=1)
_TINY = 1e-12
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")
_BLANKS = "".join(map(chr, range(33)))  # what Java trims
_INT = 2**31
_LONG = 2.0**63


def to_number(value: Value) -> float:
    """A number; NaN for a text that is none. A comma counts as a decimal point; there is no exponent. Dates are whole
    days since 1970-01-01."""
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        text = value.replace(",", ".").strip(_BLANKS)
        return float(text) if _NUMBER.match(text) else nan
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    return float(value.toordinal() - EPOCH_DAY)


def to_double(value: Value) -> float:
    """As `to_number`, but a date keeps its time: fractions of days (arguments of abs, pow, sin and the like)."""
    if isinstance(value, datetime):
        return fractional_days(value)
    return to_number(value)


def fractional_days(value: datetime) -> float:
    """Days since 1970-01-01 on the phone's clock, with the time as their fraction."""
    return (value - EPOCH) / _DAY


def to_int(value: Value) -> float:
    """A number cut to a whole one, as a float; infinities and NaN stay."""
    number = to_number(value)
    if isnan(number) or isinf(number) or abs(number) >= _LONG:
        return number
    return float(int(number)) if number >= 1 or number <= -1 else (-0.0 if number < 0 else 0.0)


def java_int(number: float) -> int:
    """A double as Java casts it to an int: NaN is 0, what is too large is the largest."""
    if isnan(number):
        return 0
    return int(max(-_INT, min(_INT - 1, number)))


def java_long(number: float) -> int:
    """A double as Java casts it to a long, but for NaN."""
    return int(max(-_LONG, min(_LONG - 1024, number)))


def to_text(value: Value) -> str:
    """A text. Whole numbers have no fraction, others are written as Java writes them; a date has no time."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return date_text(value)


def number_text(number: float) -> str:
    """A number as JavaRosa's string() writes it."""
    if isnan(number):
        return "NaN"
    if abs(number) < _TINY:
        return "0"
    if isinf(number):
        return "-Infinity" if number < 0 else "Infinity"
    whole = java_int(number)
    if abs(number - whole) < _TINY:
        return str(whole)
    return java_double(number)


def java_double(number: float) -> str:
    """`Double.toString`: scientific below 1e-3 and from 1e7 on, always with a fraction."""
    if number == 0:
        return "-0.0" if str(number)[0] == "-" else "0.0"
    sign = "-" if number < 0 else ""
    digits, _, exponent_text = repr(abs(number)).partition("e")
    whole, _, fraction = digits.partition(".")
    exponent = int(exponent_text or 0)
    if fraction == "0":
        fraction = ""
    if not exponent_text and 1e-3 <= abs(number) < 1e7:
        return f"{sign}{whole}.{fraction or '0'}"
    significant = (whole + fraction).lstrip("0")
    point = len(whole) + exponent if whole != "0" else exponent - (len(fraction) - len(fraction.lstrip("0")))
    significant = significant.rstrip("0") or "0"
    if 1e-3 <= abs(number) < 1e7:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{significant}"
        padded = significant.ljust(point, "0")
        return f"{sign}{padded[:point]}.{padded[point:] or '0'}"
    return f"{sign}{significant[0]}.{significant[1:] or '0'}E{point - 1}"


def date_text(value: datetime) -> str:
    """`2026-11-24`; years are not padded."""
    return f"{value.year}-{value.month:02}-{value.day:02}"


def to_boolean(value: Value) -> bool:
    """False for '', 0 and NaN; every date is true."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value != ""
    if isinstance(value, float):
        return abs(value) > _TINY  # NaN compares false
    return True


def equal(left: Value, right: Value) -> bool:
    """`=`: as booleans where one is a boolean, as numbers where one is a number, else as texts."""
    if left.__class__ is str and right.__class__ is str:
        return left == right
    if left.__class__ is bool or right.__class__ is bool:
        return to_boolean(left) == to_boolean(right)
    if left.__class__ is float or right.__class__ is float:
        return abs(to_number(left) - to_number(right)) < _TINY
    return to_text(left) == to_text(right)


def is_null(value: Value) -> bool:
    """Whether coalesce() passes it over: '' and NaN."""
    return value == "" or value != value


def divide(left: float, right: float) -> float:
    """`div` of doubles: by zero it is an infinity or NaN."""
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or isnan(left):
            return nan
        return inf if (left > 0) == (str(right)[0] != "-") else -inf


def modulo(left: float, right: float) -> float:
    """`mod`: the remainder with the sign of the dividend, as Java's `%`."""
    if right == 0 or isinf(left) or isnan(left) or isnan(right):
        return nan
    if isinf(right):
        return left
    return fmod(left, right)


# --- dates ----------------------------------------------------------------------------------------------------------

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2})(?::([0-9]*)(?:\.([0-9]*))?[^0-9+\-Z]*)?\Z")
_ZONE = re.compile(r"(Z|[+\-][0-9]{1,2}(?::?[0-9]{2})?)\Z")
_DATE = re.compile(r"(-?[0-9]+)-([0-9]{1,2})-([0-9]{1,2})\Z")


def midnight(value: datetime) -> datetime:
    """The day's beginning."""
    return value.replace(hour=0, minute=0, second=0, microsecond=0)


def from_days(days: float) -> datetime:
    """The day that is so many days after 1970-01-01, its time by the fraction. Raises `EvaluationFault`."""
    try:
        return EPOCH + timedelta(milliseconds=int(days * 86_400_000))
    except (OverflowError, ValueError):
        raise EvaluationFault("date_range") from None


def parse_moment(text: str, offset: timedelta) -> datetime | None:
    """`YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS.sss+HH:MM` on a clock `offset` ahead of UTC; None where it is neither.
    A time without zone is taken as it stands."""
    day, t, clock = text.partition("T")
    match = _DATE.match(day)
    if match is None:
        return None
    try:
        moment = EPOCH.replace(int(match[1]), int(match[2]), int(match[3]))
        return _with_time(moment, clock, offset) if t else moment
    except (ValueError, OverflowError):
        return None


def parse_clock(text: str, offset: timedelta, day: datetime) -> datetime | None:
    """A time alone, as an instant of the day: JavaRosa's times are of the day on which they are read."""
    try:
        return _with_time(midnight(day), text, offset)
    except (ValueError, OverflowError):
        return None


def _with_time(day: datetime, clock: str, offset: timedelta) -> datetime | None:
    zone = _ZONE.search(clock)
    match = _TIME.match(clock[: zone.start()] if zone else clock)
    if match is None:
        return None
    milliseconds = int(((match[4] or "") + "000")[:3])
    moment = day.replace(
        hour=int(match[1]), minute=int(match[2]), second=int(match[3] or 0), microsecond=milliseconds * 1000
    )
    if zone is None:
        return moment
    return moment - _zone_offset(zone[1]) + offset


def _zone_offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timedelta(minutes=-minutes if text[0] == "-" else minutes)
