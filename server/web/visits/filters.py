"""One filter for list, gallery, map, download and the way from visit to visit: read from the address, written back to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from server.forms.models import Form
from server.review import queue
from server.web.frame.door import access
from server.web.frame.show import zone
from server.web.visits.areafield import area_named

KEYS = ("form", "area", "place", "by", "state", "findings", "from", "to", "draft")

BIN = "bin"
"""The state that asks for what was put away."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: the filter, and the part of the address that says it."""

    wanted: queue.Filter
    given: Mapping[str, str]

    @property
    def query(self) -> str:
        """The filter as a query string, to be carried along; empty where there is none."""
        return urlencode(self.given)


def own_filter(project_id: int, **more: Any) -> queue.Filter:
    """Every visit of a project that the reader may list: their areas, their forms."""
    known = access()
    forms = known.forms("submission.list", project_id)
    return queue.Filter(
        project_id, known.areas, form_ids=None if forms is None else tuple(sorted(forms)), **more
    )


def asked(project_id: int, args: Mapping[str, str]) -> Asked:
    """The filter of an address. What cannot be read is left out: an old link shows more, never an error."""
    given = {key: args[key].strip() for key in KEYS if args.get(key, "").strip()}
    more: dict[str, Any] = {}
    if (form := _number(given, "form")) is not None:
        more["form_ids"] = (form,)
    if (area := _number(given, "area")) is not None:
        more["area_id"] = area
    if "place" in given:
        more["area_id"] = area_named(given["place"])
    if (sender := _number(given, "by")) is not None:
        more["submitter_id"] = sender
    if given.get("state") in queue.STATES:
        more["state"] = given["state"]
    elif given.get("state") == BIN and access().may("submission.restore", project_id):
        more["deleted"] = True
    else:
        given.pop("state", None)
    if given.get("draft") == "1":
        more["draft"] = True
    else:
        given.pop("draft", None)
    if given.get("findings") in ("1", "0"):
        more["findings"] = given["findings"] == "1"
    if (start := _day(given, "from")) is not None:
        more["since"] = datetime.combine(start, time(0), zone())
    if (end := _day(given, "to")) is not None:
        more["until"] = datetime.combine(end + timedelta(days=1), time(0), zone())
    base = own_filter(project_id)
    if "form_ids" in more and base.form_ids is not None and more["form_ids"][0] not in base.form_ids:
        more["form_ids"] = ()
    fields = {"form_ids": base.form_ids, **more}
    return Asked(queue.Filter(project_id, base.areas, **fields), given)


def title_of(form: Form) -> str:
    """A form's name, its id where it has none."""
    version = form.current_version or form.draft_version
    return version.title if version else form.xml_form_id


def told_apart(forms: Iterable[Form]) -> list[tuple[Form, str]]:
    """Forms, each with its name, and with its id where another has the same name."""
    named = [(form, title_of(form)) for form in forms]
    many = Counter(title for _, title in named)
    return [(form, f"{title} ({form.xml_form_id})" if many[title] > 1 else title) for form, title in named]


def _number(given: dict[str, str], key: str) -> int | None:
    text = given.get(key, "")
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    given.pop(key, None)
    return None


def _day(given: dict[str, str], key: str) -> date | None:
    try:
        return date.fromisoformat(given[key]) if key in given else None
    except ValueError:
        del given[key]
        return None
