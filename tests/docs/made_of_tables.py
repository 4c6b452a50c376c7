"""What docs say of the tables, their columns and code lists, and of the forms that write to them, made from the models."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Column, Table

from server import models
from server.db import Base
from server.forms import samples
from server.households import columns
from server.households.codes import CODES
from server.households.tables import TABLES, Monitored, until_views
from tests.docs.writing import ROOT, code, prose, table

TYPES = {
    "i": "whole number",
    "d": "number",
    "b": "yes or no",
    "t": "text",
    "c": "one code",
    "l": "list of codes",
    "p": "photo",
    "g": "point",
    "date": "day",
    "key": "UUID",
    "area": "area code",
    "when": "day or time",
}


def catalogue() -> str:
    """Every column that a question can be mapped to."""
    rows = [
        (
            code(one.full_name),
            TYPES[one.type] + (" (protected)" if one.protected else ""),
            one.unit or "",
            one.comment + (" (retired: takes no new mapping)" if one.retired else ""),
            _list_of(one.table, one.name),
        )
        for one in columns.catalogue().values()
    ]
    return table(("Column", "Takes", "Unit", "What it holds", "Code list"), rows)


def _list_of(table_name: str, name: str) -> str:
    if table_name in TABLES and name in TABLES[table_name].history.columns:
        return code(TABLES[table_name].history.columns[name].info.get("codes", ""))
    return ""


def shipped_forms() -> str:
    """The forms that ship: what each is about, reads and writes."""
    rows = []
    for path, one in zip(samples.shipped(), samples.examine_shipped(), strict=True):
        assert one.model is not None  # they ship, so they can be read
        assert one.compiled is not None
        key = (one.compiled.mapping or {}).get("key", {})
        about = f"a {key['kind']}, " + ("which it creates" if key["create"] else "which it updates")
        reads = ", ".join(code(name) for name in sorted(file.name for file in one.model.attachments()))
        writes = ", ".join(code(name) for name in sorted({asked[0] for asked in one.compiled.asked}))
        rows.append((code(path.relative_to(ROOT).as_posix()), one.model.title, about, reads, writes))
    return table(("Spreadsheet", "Form", "About", "Reads", "Writes to"), rows)


def repeat_tables() -> str:
    """Tables that take the rows of a repeat."""
    return ", ".join(code(name) for name, repeated in columns.tables().items() if repeated) + "\n"


def code_lists() -> str:
    """Every code list."""
    return table(
        ("List", "Codes"), [(code(name), " ".join(map(code, codes))) for name, codes in CODES.items()]
    )


def codebook() -> str:
    """Every monitoring table: what its columns hold."""
    shared = _shared(one.history for one in TABLES.values())
    now = _shared(one.current for one in TABLES.values() if not one.is_subject)
    any_fact, any_now = next(iter(TABLES.values())), next(o for o in TABLES.values() if not o.is_subject)
    out = [
        "### Columns of every history table\n",
        _described(c for c in any_fact.history.columns if c.name in shared),
        "### Columns of every `_current` table\n",
        _described(c for c in any_now.current.columns if c.name in now),
    ]
    out += [_one_table(one, shared, now) for one in TABLES.values()]
    return "\n".join(out)


def _shared(tables: Iterable[Table]) -> frozenset[str]:
    return frozenset.intersection(*(frozenset(c.name for c in one.columns) for one in tables))


def _one_table(one: Monitored, shared: frozenset[str], now: frozenset[str]) -> str:
    views = {name for name, _ in until_views()}
    until = f"{one.history.name}_until"
    also = f", and the view `{until}`" if until in views else ""
    many = " Rows of a repeat." if one.repeated else ""
    out = [
        f"### `{one.name}`\n",
        f"History in `{one.history.name}`, newest in `{one.current.name}`{also}.{many} {one.history.comment}\n",
        _described(c for c in one.history.columns if c.name not in shared),
    ]
    beside = [c for c in one.current.columns if c.name not in one.history.columns and c.name not in now]
    if beside:
        out += [f"Beside them in `{one.current.name}`:\n", _described(beside)]
    return "\n".join(out)


def other_tables() -> str:
    """Every other table of the database."""
    models.load()
    monitored = {t.name for one in TABLES.values() for t in (one.history, one.current)}
    out = []
    for name, one in sorted(Base.metadata.tables.items()):
        if name not in monitored:
            out += [f"### `{name}`\n", f"{prose(one.comment or '')}\n", _described(one.columns)]
    return "\n".join(out)


def _described(some: Iterable[Column[object]]) -> str:
    rows = [(code(c.name), _type(c), c.info.get("unit", ""), c.info["comment"]) for c in some]
    return table(("Column", "Type", "Unit", "What it holds"), rows)


def _type(c: Column[object]) -> str:
    known = c.info.get("type")
    words = TYPES[known] if known else str(c.type).lower().replace("varchar", "text").replace("blob", "bytes")
    if known is None:
        words = re.sub(r"\(\d+\)", "", words)
    if "codes" in c.info:
        words += f" of `{c.info['codes']}`"
    if c.info.get("protected"):
        words += ", encrypted"
    return words + (" or null" if c.nullable else "")
