"""Properties of entities as the tables keep them: open ones as JSON, protected ones sealed together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any

from sqlalchemy import Row

from server.db import dump_json
from server.keys import Keyring

LABEL = "label"
"""What a version's `received` calls its label, which phones never take for a property's name."""

OVERRULED = "entity_version.overruled"
"""Context of what a version gave and something newer overrules."""

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


def overruled(keys: Keyring, values: Mapping[str, str]) -> bytes | None:
    """The column `overruled` of a version: what its source gave and the entity does not say, be it protected or not."""
    return keys.seal(dump_json(values).encode(), OVERRULED) if values else None


def given(keys: Keyring, row: Row[Any]) -> dict[str, str]:
    """What the source of a row of `entity_version` gave: its properties, and its label where it has one."""
    values = {**opened(keys, row), LABEL: row.label}
    if row.overruled is not None:
        values |= json.loads(keys.open(row.overruled, OVERRULED))
    return {name: values[name] for name in row.received if name in values}


def sealed_names(keys: Keyring, row: Row[Any]) -> set[str]:
    """Which properties of a row are protected."""
    return set(hidden(keys, row))
