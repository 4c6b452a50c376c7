"""Properties of entities as the tables keep them: open ones as JSON, protected ones sealed together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any

from sqlalchemy import Row

from server.db import dump_json
from server.keys import Keyring

SEALED = "entity.protected"
"""Context of a version's encrypted properties, the same in `entity`."""


def stored(keys: Keyring, properties: Mapping[str, str], hidden: Set[str]) -> dict[str, Any]:
    """The columns `data` and `protected` of these properties, those named in `hidden` sealed."""
    kept = {name: value for name, value in properties.items() if name in hidden}
    sealed = keys.seal(dump_json(kept).encode(), SEALED) if kept else None
    return {"data": {n: v for n, v in properties.items() if n not in hidden}, "protected": sealed}


def opened(keys: Keyring, row: Row[Any]) -> dict[str, str]:
    """All properties of a row of `entity` or `entity_version`."""
    return {**row.data, **hidden(keys, row)}


def hidden(keys: Keyring, row: Row[Any]) -> dict[str, str]:
    """The protected properties of a row, opened."""
    if row.protected is None:
        return {}
    found: dict[str, str] = json.loads(keys.open(row.protected, SEALED))
    return found


def sealed_names(keys: Keyring, row: Row[Any]) -> set[str]:
    """Which properties of a row are protected."""
    return set(hidden(keys, row))
