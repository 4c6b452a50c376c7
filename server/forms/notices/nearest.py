"""'Did you mean': the right name that is spelled most like the one that was written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of `known` that is spelled most like `name`; empty where none comes near."""
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[near[0]] if near else ""


LISTED = 12
"""Names that a notice lists at most."""


def listed(known: Iterable[str]) -> str:
    """What there is instead, for a sentence: `a, b, c`, with a mark where there is more; `-` where there is nothing."""
    names = [one for one in dict.fromkeys(known) if one.strip()]
    return ", ".join(names[:LISTED]) + (" …" if len(names) > LISTED else "") or "-"


class Nearest:
    """`nearest` for one sheet's many wrong names: the first `MOST` are looked for, each name once; a broken sheet has thousands."""

    MOST = 60

    def __init__(self, known: Iterable[str]) -> None:
        self._known = list(known)
        self._found: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The nearest right name; empty where none comes near, or too many were asked for."""
        if name not in self._found and len(self._found) < self.MOST:
            self._found[name] = nearest(name, self._known)
        return self._found.get(name, "")
