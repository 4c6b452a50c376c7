"""Files that a form expects beside it and that no server makes: told where they are named, before anybody misses them.

Knows neither the project's lists nor what was uploaded: whether a file is there is attachments.py's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from server.forms.examine import csvfile, rules
from server.forms.notices import Level, Notice, hinders
from server.forms.workbook import Place
from server.forms.workbook.places import Places
from server.xforms.model import FormModel

EXPECTED, MISSING = "attachment.expected", "attachment.missing"

MADE = frozenset({"areas.csv", "households.csv", "facilities.csv", "itemsets.csv"})
"""Files that come by themselves: the lists of the monitoring database, and what pyxform makes of external_choices."""

MOST_BYTES = 100_000_000
"""The largest file of a form."""

_PLAIN = re.compile(r"[A-Za-z_][\w.-]*")


def is_csv(name: str) -> bool:
    """Whether a file's name says that it is a choice list, as .CSV does too."""
    return name.lower().endswith(".csv")


def columns(model: FormModel, name: str) -> tuple[str, ...]:
    """The columns of a choice list that the form's questions read."""
    found = {
        column
        for one in model.fields()
        if one.itemset is not None and one.itemset.file == name
        for column in (one.itemset.value_ref, one.itemset.label_ref)
        if _PLAIN.fullmatch(column)
    }
    return tuple(sorted(found))


def keys(model: FormModel, name: str) -> tuple[csvfile.Key, ...]:
    """Of those columns the ones that answers hold: rows that share such a name are one choice to whoever reads the answers."""
    used = [one.itemset for one in model.fields() if one.itemset and one.itemset.file == name]
    labels = frozenset(one.label_ref for one in used)
    return tuple(
        csvfile.Key(column, labels, all(one.filtered for one in used if one.value_ref == column))
        for column in sorted({one.value_ref for one in used})
    )


def choices(
    name: str, data: bytes, columns: Collection[str], xml: bytes, keys: Collection[csvfile.Key] = ()
) -> tuple[Notice, ...]:
    """What there is to say of a file: of a choice list, how it is written, and what it asks beside the form's words."""
    if not is_csv(name):
        return ()
    notices = csvfile.look(name, data, columns, keys)
    if hinders(notices):
        return notices
    judged = rules.judged_xform(xml, {name: data})
    return (*notices, *(one for one in judged.notices if one.place is not None and one.place.sheet == name))


def look(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """A warning for each, at the first question that chooses from it."""
    for name, _ in model.attachments():
        if name in MADE:
            continue
        path = next(
            (one.path for one in model.fields() if one.itemset is not None and one.itemset.file == name), None
        )
        place: Place | None = places.at(path, "type") if places and path else None
        yield Notice(Level.WARNING, EXPECTED, place, {"name": name}, path)
