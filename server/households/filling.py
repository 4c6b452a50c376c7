"""From projected rows to the columns of the tables: what the server fills in beside the answers, and what is sealed.

Pure but for the keys. What is filled in rests on the submission and its determinations alone, not on what came before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.db import dump_json
from server.households.columns import find
from server.households.determine import Determined
from server.households.incoming import Incoming
from server.households.mapping import FormPlan, steps_of
from server.households.places import rounded
from server.households.projection import Row, project, text_at
from server.households.times import day_of
from server.keys import Keyring
from server.xforms import types

TOOK_PLACE = frozenset({"completed", "partial"})
"""Outcomes of a visit at which questions were answered."""

DONE = TOOK_PLACE | {"refused"}
"""Outcomes that count as a visit done: a refusal is a complete, valid visit."""

STATUS_AFTER = {"completed": "active", "partial": "active", "refused": "active", "moved_away": "moved_away"}
"""What a visit says about its household's status, where its form does not say it."""

VISIT_EVERY = timedelta(days=365)
"""When the next visit falls due, where the form does not say it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a submission writes: rows with all their values, its outcome, whether questions could be asked, and the tables
    (no repeats) of which it asked and was told no value."""

    rows: tuple[Row, ...]
    outcome: str | None
    took_place: bool
    emptied: tuple[str, ...] = ()


def fill(incoming: Incoming, determined: Determined) -> Filled:
    """Project the record and fill in what the server knows: the visit's form and phone, the household's dates."""
    form = incoming.plan
    if form is None or determined.kind is None:
        return Filled((), None, False)
    found = project(form, incoming.record)
    visit = next((row for row in found if row.table == "visit"), None)
    outcome = visit.values.get("outcome") if visit is not None else None
    took_place = outcome is None or outcome in TOOK_PLACE
    rows = {(row.table, row.path): row for row in found if took_place or not row.empty}
    emptied = tuple(row.table for row in rows.values() if not row.answered and row.table not in form.repeats)
    if determined.kind == "household" and (visit is None or visit.empty):
        timed = _timed(form, incoming.record)
        visit = replace(visit, empty=False) if visit is not None and timed is not None else timed
    if visit is not None:
        more = {
            "form": incoming.form,
            "version": incoming.version,
            "phone": incoming.phone,
            "distance": determined.distance,
        }
        rows[visit.table, visit.path] = replace(visit, values={**visit.values, **more})
    if determined.enrols_nobody:
        rows, emptied = {at: row for at, row in rows.items() if row.table == "visit"}, ()
    elif determined.kind == "household":
        _household(rows, form, incoming, determined, outcome)
    return Filled(tuple(row for row in rows.values() if not row.empty), outcome, took_place, emptied)


def _timed(form: FormPlan, record: Mapping[str, Any]) -> Row | None:
    """The row of a visit of which nothing but its time was answered, a column like others."""
    text = None if form.observed_at is None else text_at(record, steps_of(form.observed_at))
    if form.observed_at is None or text is None:
        return None
    try:
        types.parse_datetime(text)
    except ValueError:
        return None
    return Row("visit", form.observed_at.rpartition("/")[0], dict.fromkeys(form.asked.get("visit", ())))


def _household(
    rows: dict[tuple[str, str], Row],
    form: FormPlan,
    incoming: Incoming,
    determined: Determined,
    outcome: str | None,
) -> None:
    """What follows for the household itself from a visit, where its form leaves it open."""
    said = next((row for row in rows.values() if row.table == "household"), None)
    asked = form.asked.get("household", frozenset())
    day = day_of(determined.observed_at, ZoneInfo(incoming.timezone))
    known: dict[str, Any] = {}
    enrols = determined.create or _enrols(form, incoming, determined)
    if enrols:
        known |= {"enrolled_on": day, "status": "active"}
    if outcome in STATUS_AFTER:
        known["status"] = STATUS_AFTER[outcome]
    seen = any(row.table != "household" and not row.empty for row in rows.values())
    if outcome in DONE or ((seen or enrols) and "outcome" not in form.asked.get("visit", ())):
        known |= {"last_visit_on": day, "next_visit_due": _due_after(day)}
    known = {name: value for name, value in known.items() if name not in asked}
    if said is not None and said.values.get("contact_ok") is False:
        known["contact"] = None
    if known:
        visited = next((row.path for row in rows.values() if row.table == "visit"), "")
        row = said or Row("household", visited, {})
        rows[row.table, row.path] = replace(row, values={**row.values, **known}, empty=False)


def _due_after(day: date) -> date:
    """The day of the next visit, the calendar's last where a wrong clock leaves no later one."""
    return min(day, date.max - VISIT_EVERY) + VISIT_EVERY


def _enrols(form: FormPlan, incoming: Incoming, determined: Determined) -> bool:
    """Whether it is the correction of an enrolment, which enrols as the first version did."""
    again = {one.path for one in determined.entities if one.reason == "exists"}
    return form.create and any(
        saved.path == form.key and saved.block.create and saved.path not in again
        for saved in incoming.entities
    )


def stored(keys: Keyring, table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as its table keeps them: protected ones sealed, points with their parts beside them."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        column = find(f"{table}.{name}")
        if column is None:
            out[name] = value
            continue
        if column.type == "g":
            shown = [None, None] if value is None else rounded(value) if column.protected else value
            out[f"{name}_lat"], out[f"{name}_lon"] = shown[0], shown[1]
        out[name] = sealed(keys, column.full_name, value) if column.protected else value
    return out


def sealed(keys: Keyring, full_name: str, value: Any) -> bytes | None:
    """A protected value, encrypted under its column's name: `opened` reads it in history and current alike."""
    return None if value is None else keys.seal(dump_json(value).encode(), full_name)
