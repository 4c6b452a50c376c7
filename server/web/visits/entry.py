"""Answers in a browser's own fields and back: days and times in the page's zone, rows of lists by their codes.

Knows no page: a question goes in with its answer as forms write it, and what was typed comes back as forms write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from server.review.edits import Asked
from server.web.frame.show import here, zone
from server.web.frame.words import bare
from server.web.visits.picking import Lists
from server.xforms import TypeFault
from server.xforms.types import parse_date, parse_datetime, parse_time


@dataclass(frozen=True, slots=True)
class Entry:
    """What a field shows: the type of its `<input>`, its value, and beside it what that is."""

    type: str
    value: str
    words: str = ""


def entry(q: Asked, lists: Lists, typed: str | None = None) -> Entry:
    """The field of a question; with what was `typed` into it, that."""
    if q.kind == "pick":
        row = lists.of(q.file, q.value) if q.value else None
        code = row.code if row is not None else q.value
        if typed is not None and typed != code:
            return Entry("search", typed)
        return Entry("search", code, row.words if row is not None else "")
    own = _own(q.kind, q.value)
    if own is None or (typed is not None and not _takes(own.type, typed)):
        return Entry("text", q.value if typed is None else typed)
    return own if typed is None else Entry(own.type, typed)


def meant(q: Asked, text: str, lists: Lists) -> str:
    """What was typed, as forms write it; the answer itself where nothing was changed. Raises LookupError for a text that
    names no row of the question's list."""
    if q.kind == "many":
        return q.value if set(text.split()) == set(q.value.split()) else text
    if text in (q.value, entry(q, lists).value):
        return q.value
    if not text.strip():
        return text
    if q.kind == "pick":
        name = lists.named(q.file, text)
        if name is None:
            raise LookupError(text)
        return name
    if q.kind == "moment":
        return _moment(text, q.value)
    return _clock(text, q.value) if q.kind == "time" else text


def unnamed(q: Asked, text: str, lists: Lists) -> str:
    """What is said of a text that names no row of a list: what there is that is like it."""
    like = lists.search(q.file, text)
    if not like:
        return bare("Nothing in this list is called so: type a code or a part of the name.")
    found = "; ".join(f"{one.code} ({one.words})" for one in like)
    return bare("Type the code of the one that is meant: {found}.", found=found)


def options(
    questions: Mapping[str, Asked], typed: Mapping[str, str], lists: Lists
) -> dict[str, list[tuple[str, str]]]:
    """(code, words) to choose from for what was typed into search fields, by path."""
    return {
        path: [(one.code, one.words) for one in lists.search(q.file, typed[path])]
        for path, q in questions.items()
        if q.kind == "pick" and path in typed
    }


def _own(kind: str, value: str) -> Entry | None:
    """The browser's own field for a day or time; None where the answer is no such value, or is of another kind."""
    try:
        if kind == "date":
            return Entry("date", parse_date(value).isoformat() if value else "")
        if kind == "time":
            return Entry("time", _to_second(parse_time(value)) if value else "")
        if kind == "moment":
            return Entry("datetime-local", _local(parse_datetime(value)) if value else "")
    except TypeFault:
        return None
    return None


def _takes(type_: str, text: str) -> bool:
    """Whether a browser shows a text in its own field, rather than an empty one."""
    read = {"date": date.fromisoformat, "time": time.fromisoformat, "datetime-local": datetime.fromisoformat}
    try:
        return not text or bool(read[type_](text))
    except ValueError:
        return False


def _local(at: datetime) -> str:
    local = here(at) if at.tzinfo is not None else at
    return f"{local.date().isoformat()}T{_to_second(local.time())}"


def _to_second(at: time) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def _moment(text: str, before: str) -> str:
    """A time in the page's zone with its offset; as it was where only zeros or nothing came to it."""
    try:
        at = parse_datetime(text)
        if before and _same(parse_datetime(before), at):
            return before
    except TypeFault:
        return text
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone())).isoformat(timespec="milliseconds")


def _same(before: datetime, now: datetime) -> bool:
    local = here(before).replace(tzinfo=None) if before.tzinfo is not None else before
    return local.replace(microsecond=0) == now


def _clock(text: str, before: str) -> str:
    try:
        at, old = parse_time(text), parse_time(before) if before else None
    except TypeFault:
        return text
    if old is not None and old.replace(microsecond=0, tzinfo=None) == at:
        return before
    return (at if at.tzinfo is not None or old is None else at.replace(tzinfo=old.tzinfo)).isoformat(
        timespec="milliseconds"
    )
