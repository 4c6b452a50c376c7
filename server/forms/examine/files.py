"""Files that a form expects beside it and that no server makes: told where they are named, before anybody misses them.

Knows neither the project's lists nor what was uploaded: whether a file is there is attachments.py's.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.forms.notices import Level, Notice
from server.forms.workbook import Place
from server.forms.workbook.places import Places
from server.xforms.model import FormModel

EXPECTED = "attachment.expected"

MADE = frozenset({"areas.csv", "households.csv", "facilities.csv", "itemsets.csv"})
"""Files that come by themselves: the lists of the monitoring database, and what pyxform makes of external_choices."""


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
