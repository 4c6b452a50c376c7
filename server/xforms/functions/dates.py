"""Functions of dates and times (specification, 'Date and time functions'), on the phone's own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ..findings import Source
from ..plan import Row
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.faults import EvaluationFault
from ..xpath.state import At, State
from ..xpath.tree import Call
from ..xpath.values import Value, fractional_days, from_days, midnight, parse_moment, to_int, to_text
from .core import arity, builder

_INT = 2.0**31
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@builder("today", "now")
def clock(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """The submission's own time, not the server's."""
    arity(call, 0, 0)
    notes.sources.add(Source.CLOCK)
    if call.name == "today":
        return Code(lambda st, row, at: midnight(st.now))
    return Code(lambda st, row, at: st.now)


@builder("date", "date-time")
def dated(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """A text or a number of days as a date; '' and NaN stay as they are."""
    arity(call, 1, 1)
    run = compiler.compile(call.args[0], here, notes).run
    keep = call.name == "date-time"
    return Code(lambda st, row, at: to_date(run(st, row, at), st.offset, keep_time=keep))


def to_date(value: Value, offset: timedelta, *, keep_time: bool) -> Value:
    """JavaRosa's toDate: days are of the phone's clock for date(), of UTC where the time is kept. Raises
    `EvaluationFault` (date, date_range)."""
    if isinstance(value, datetime):
        return value if keep_time else midnight(value)
    if isinstance(value, str):
        if value == "":
            return value
        moment = parse_moment(value, offset)
        if moment is None:
            raise EvaluationFault("date")
        return moment  # a text keeps its time, whichever of the two is asked
    if isinstance(value, bool):
        raise EvaluationFault("date")
    number = value if keep_time else to_int(value)
    if number != number:
        return number
    if not -_INT <= number < _INT:
        raise EvaluationFault("date_range")
    return from_days(number) + offset if keep_time else from_days(number)


@builder("decimal-date-time", "decimal-time")
def decimals(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Days since 1970-01-01 UTC with their fraction, or the fraction of the local day."""
    arity(call, 1, 1)
    run = compiler.compile(call.args[0], here, notes).run
    keep_date = call.name == "decimal-date-time"

    def decimal(st: State, row: Row, at: At | None) -> Value:
        value = run(st, row, at)
        if isinstance(value, float):
            if value != value:
                return value
            if not -_INT <= value < _INT:
                raise EvaluationFault("date_range")
            return value if keep_date else value - value // 1
        if isinstance(value, bool):
            raise EvaluationFault("date")
        if value == "":
            return value
        moment = to_date(value, st.offset, keep_time=True)
        assert isinstance(moment, datetime)
        return fractional_days(moment - st.offset) if keep_date else fractional_days(moment) % 1

    return Code(decimal)


@builder("format-date", "format-date-time")
def format_date(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 2, 2)
    run, pattern = (compiler.compile(one, here, notes).run for one in call.args)

    def formatted(st: State, row: Row, at: At | None) -> Value:
        moment = to_date(run(st, row, at), st.offset, keep_time=True)
        return written(moment, to_text(pattern(st, row, at))) if isinstance(moment, datetime) else ""

    return Code(formatted)


def written(moment: datetime, pattern: str) -> str:
    """A date by a format of `%Y`, `%m` and the like. Raises `EvaluationFault` (format)."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        one = pattern[at]
        if one == "%":
            at += 1
            part = _PARTS.get(pattern[at : at + 1])
            if part is None:
                raise EvaluationFault("format")
            out.append(part(moment))
        else:
            out.append(one)
        at += 1
    return "".join(out)


_PARTS: dict[str, Callable[[datetime], str]] = {
    "%": lambda m: "%",
    "Y": lambda m: f"{m.year:04}",
    "y": lambda m: f"{m.year:04}"[2:],
    "m": lambda m: f"{m.month:02}",
    "n": lambda m: str(m.month),
    "b": lambda m: _MONTHS[m.month - 1],
    "d": lambda m: f"{m.day:02}",
    "e": lambda m: str(m.day),
    "H": lambda m: f"{m.hour:02}",
    "h": lambda m: str(m.hour),
    "M": lambda m: f"{m.minute:02}",
    "S": lambda m: f"{m.second:02}",
    "3": lambda m: f"{m.microsecond // 1000:03}",
    "a": lambda m: _DAYS[m.weekday()],
    "W": lambda m: str(_week(m)),
}


def _week(moment: datetime) -> int:
    """The week of the year as Java's calendar counts it in its default locale: the first one holds 1 January, weeks
    begin on Sunday, and December's last days may be of the next year's first."""
    sunday = moment - timedelta(days=(moment.weekday() + 1) % 7)
    if (sunday + timedelta(days=6)).year > moment.year:
        return 1
    return (moment.timetuple().tm_yday + 6 - (moment.weekday() + 1) % 7 - 1) // 7 + 1
