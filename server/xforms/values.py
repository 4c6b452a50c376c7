"""Answers as expressions see them, by their type, and results of calculations as their node keeps them.

JavaRosa's `AnswerData.cast`, `unpackValue` and `IAnswerData.wrapData`: what is no value of its type is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose, isfinite
from typing import Final

from .xpath.faults import EvaluationFault
from .xpath.values import (
    Value,
    date_text,
    java_double,
    java_int,
    java_long,
    midnight,
    number_text,
    parse_clock,
    parse_moment,
    to_boolean,
    to_text,
)


@dataclass(frozen=True, slots=True)
class Clock:
    """The phone's clock: its time when the form was filled, and how far it is ahead of UTC."""

    now: datetime
    offset: timedelta


Convert = Callable[[str, Clock], Value]
"""From an answer's text to its value, on the phone's clock."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?\Z")


def _text(text: str, clock: Clock) -> Value:
    return text


def _integer(text: str, clock: Clock) -> Value:
    return float(text) if _INTEGER.match(text) and -(2**31) <= int(text) < 2**31 else ""


def _decimal(text: str, clock: Clock) -> Value:
    text = text.strip()
    return float(text.rstrip("fFdD")) if _DECIMAL.match(text) else ""


def _boolean(text: str, clock: Clock) -> Value:
    return {"1": True, "true": True, "0": False, "false": False}.get(text.strip(), "")


def _date(text: str, clock: Clock) -> Value:
    moment = parse_moment(text.strip(), clock.offset)
    return midnight(moment) if moment is not None else ""


def _moment(text: str, clock: Clock) -> Value:
    moment = parse_moment(text.strip(), clock.offset)
    return moment if moment is not None else ""


def _time(text: str, clock: Clock) -> Value:
    moment = parse_clock(text.strip(), clock.offset, clock.now)
    return moment if moment is not None else ""


def _names(text: str, clock: Clock) -> Value:
    return " ".join(text.split())


def _point(text: str, clock: Clock) -> Value:
    try:
        parts = [float(one) for one in text.split()]
    except ValueError:
        return ""
    return " ".join(map(java_double, parts)) if any(parts) else ""


def _points(text: str, clock: Clock) -> Value:
    """A point at 0° 0° is written as nothing, as on a phone."""
    return "; ".join(to_text(_point(one, clock)) for one in text.rstrip(";").split(";"))


_BY_TYPE: Final[dict[str, Convert]] = {
    "int": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "dateTime": _moment,
    "time": _time,
    "select": _names,
    "rank": _names,
    "geopoint": _point,
    "geotrace": _points,
    "geoshape": _points,
}


def converter(type_: str) -> Convert:
    """How texts of a type become values."""
    return _BY_TYPE.get(type_, _text)


def kept(type_: str, value: Value, clock: Clock) -> Value:
    """A calculation's result as a node of a type keeps it. Raises `EvaluationFault` (date, points) where a phone would
    stop with an error."""
    if value == "" or value != value:
        return ""
    if type_ == "boolean":
        if isinstance(value, datetime):
            raise EvaluationFault("not_boolean")
        return to_boolean(value)
    if isinstance(value, float):
        return _number(type_, value)
    if isinstance(value, datetime):
        if type_ == "date":
            return midnight(value)
        if type_ in ("geopoint", "geotrace", "geoshape"):
            raise EvaluationFault("points")
        return date_text(value) if type_ in ("select1", "select", "rank") else value
    if isinstance(value, str) and type_ in (
        "date",
        "dateTime",
        "time",
        "geopoint",
        "geotrace",
        "geoshape",
        "select",
        "rank",
    ):
        made = converter(type_)(value, clock)
        if made == "":
            raise EvaluationFault("date" if type_ in ("date", "dateTime", "time") else "points")
        return made
    return value


def _number(type_: str, value: float) -> float:
    if type_ == "int":
        return float(java_int(value))
    whole = java_long(value)
    return float(whole) if abs(value - whole) < 1e-9 else value


def same(type_: str, ours: Value, sent: str, clock: Clock) -> bool:
    """Whether a sent text says what we worked out, however it is written."""
    if isinstance(ours, str):
        if ours == sent:
            return True
        return converter(type_)(sent, clock) == ours or ours.split() == sent.split()
    if isinstance(ours, bool):
        return sent.strip().lower() in (("1", "true") if ours else ("0", "false"))
    if isinstance(ours, datetime):
        parsed = (
            parse_clock(sent.strip(), clock.offset, clock.now)
            if type_ == "time"
            else parse_moment(sent.strip(), clock.offset)
        )
        if parsed is None:
            return False
        return parsed.time() == ours.time() if type_ == "time" else parsed == ours
    try:
        return isclose(float(sent), ours, rel_tol=1e-9, abs_tol=1e-9) or sent == number_text(ours)
    except ValueError:
        return False


def written(type_: str, value: Value, clock: Clock) -> str:
    """A value as it stands in a submission's XML."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        whole = isfinite(value) and abs(value - round(value)) < 1e-9
        return str(round(value)) if whole else java_double(value)
    if isinstance(value, datetime):
        if type_ == "date":
            return date_text(value)
        time = f"{value:%H:%M:%S}.{value.microsecond // 1000:03}{_zone(clock.offset)}"
        return time if type_ == "time" else f"{value.year:04}-{value:%m-%d}T{time}"
    return value


def _zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "Z"
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
