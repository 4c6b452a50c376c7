"""How values look on a page: times with the exact one in reach, days, numbers, sizes, distances. Knows no room."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import g
from markupsafe import Markup

from server.web.frame.words import language, tell

LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN", "ar": "ar"}


def zone() -> ZoneInfo:
    """The time zone of the page: its project's, else the installation's."""
    found: ZoneInfo = g.get("zone") or ZoneInfo("UTC")
    return found


def today() -> date:
    """The day that it is in the page's zone: what is due is due by that."""
    return datetime.now(zone()).date()


def here(at: datetime) -> datetime:
    """An instant in the page's zone; in its own where a wrong clock says an hour that lies outside the calendar here."""
    try:
        return at.astimezone(zone())
    except OverflowError:
        return at


def exact(at: datetime) -> str:
    """Day and minute in the page's zone and language."""
    local = here(at)
    return format_datetime(local, _pattern("d MMM y HH:mm"), tzinfo=local.tzinfo, locale=_locale())


def when(at: datetime | None, *, relative: bool = True) -> Markup:
    """A `<time>`; where `relative`, the browser words it as 'two hours ago' and keeps the exact one in its title."""
    if at is None:
        return Markup("")
    mark = Markup(" data-relative") if relative else Markup("")
    return Markup('<time datetime="{}"{}>{}</time>').format(at.isoformat(timespec="seconds"), mark, exact(at))


def clock(at: datetime | None) -> str:
    """Hour and minute in the page's zone."""
    return "" if at is None else here(at).strftime("%H:%M")


def day(on: date | datetime | None) -> str:
    """A day in the page's language."""
    if on is None:
        return ""
    if isinstance(on, datetime):
        on = here(on).date()
    return format_date(on, _pattern("d MMM y"), locale=_locale())


def moment(text: str) -> str:
    """An answer of a date, time or dateTime question, as written in forms (ISO 8601), in the page's language and zone.

    A time alone is of no day and stays in the zone where it was answered.
    """
    try:
        if ":" in text and "T" not in text and "-" not in text[:5]:
            return f"{time.fromisoformat(text):%H:%M}"
        if len(text) == 10:
            return day(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return exact(at) if at.tzinfo is not None else text


def number(value: float | int | None) -> str:
    """A number as the language groups it."""
    return "" if value is None else format_decimal(value, locale=_locale())


def size(bytes_: int) -> str:
    """A file's size."""
    if bytes_ < 1_000_000:
        return f"{max(1, round(bytes_ / 1000)):,} kB"
    return f"{bytes_ / 1_000_000:,.1f} MB"


def metres(distance: float, *, exact: bool = True) -> Markup:
    """A distance: metres, from a kilometre on kilometres. Not `exact`: in hundreds of metres, between points that the reader
    may not see, for nobody is to find one again by its way to others."""
    if distance < 1000:
        if not exact:
            return tell("less than {n} m", n=(int(distance) // 100 + 1) * 100)
        return tell("{n} m", n=round(distance))
    return tell("{n} km", n=f"{distance / 1000:.1f}")


def minutes(seconds: float) -> Markup:
    """How long something took."""
    whole = round(seconds / 60)
    if whole < 60:
        return tell("{n} min", n=whole)
    return tell("{hours} h {minutes} min", hours=whole // 60, minutes=f"{whole % 60:02d}")


def _locale() -> str:
    return LOCALES.get(language(), "en_GB")


def _pattern(of: str) -> str:
    return of.replace("d MMM y", "y年M月d日") if language() == "zh" else of
