"""The forms and instances that are sent: invented, generated, the same in every run."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence

from openpyxl import Workbook

Sheet = Sequence[Sequence[str | None]]

SMALL: dict[str, Sheet] = {
    "survey": [
        ("type", "name", "label"),
        ("text", "q1", "One"),
        ("integer", "q2", "Two"),
        ("select_one yn", "q3", "Three"),
        ("decimal", "q4", "Four"),
        ("date", "q5", "Five"),
    ],
    "choices": [("list_name", "name", "label"), ("yn", "yes", "Yes"), ("yn", "no", "No")],
    "settings": [("form_id", "form_title", "version"), ("small", "Small", "1")],
}

PHOTOS: dict[str, Sheet] = {
    "survey": [
        ("type", "name", "label"),
        ("image", "front", "The front"),
        ("image", "water", "The water point"),
    ],
    "settings": [("form_id", "form_title", "version"), ("photos", "Two photos", "1")],
}

ENROL: dict[str, Sheet] = {
    "survey": [
        ("type", "name", "label", "bind::hh:column", "save_to", "calculation"),
        ("select_one status", "status", "Status", "household.status", "status", None),
    ],
    "choices": [("list_name", "name", "label"), ("status", "active", "Active")],
    "entities": [
        ("list_name", "label", "create_if"),
        ("households", "concat('Dwelling ', ${status})", "true()"),
    ],
    "settings": [
        ("form_id", "form_title", "version", "namespaces"),
        ("enrol", "Enrol", "1", 'hh="urn:fieldfare:household"'),
    ],
}

MAPPED = [
    ("select_one source", "water.source", "borehole"),
    ("integer", "water.round_trip", "25"),
    ("select_one yn", "water.sufficient", "yes"),
    ("select_one facility", "sanitation.facility", "pit_slab"),
    ("select_one yn", "sanitation.shared", "no"),
    ("integer", "housing.sleeping_rooms", "3"),
    ("integer", "composition.female_0_4", "1"),
    ("integer", "composition.male_0_4", "1"),
    ("integer", "composition.female_25_64", "2"),
    ("integer", "composition.male_25_64", "1"),
    ("integer", "energy.electricity_hours", "12"),
    ("integer", "energy.days_out", "1"),
    ("select_one signal", "connectivity.phone_signal", "sometimes"),
    ("integer", "health_access.minutes_to_clinic", "40"),
    ("integer", "school_access.children_5_14", "2"),
    ("integer", "school_access.attending", "2"),
    ("geopoint", "visit.point", "12.345678 44.123456 120.0 6.5"),
    ("select_one outcome", "visit.outcome", "completed"),
]
PLAIN = 96
ROWS = 5


def household() -> dict[str, Sheet]:
    """A visit of 120 fields: some written to eleven tables, a repeat of needs, the rest plain answers of all types."""
    rows: list[tuple[str | None, ...]] = [("type", "name", "label", "bind::hh:column", "bind::hh:table")]
    rows.append(("text", "household", "Household", "household.id", None))
    rows += [(kind, column.replace(".", "_"), column, column, None) for kind, column, _ in MAPPED]
    kinds = ("text", "integer", "decimal", "select_one yn", "date", "select_multiple many")
    rows += [(kinds[i % len(kinds)], f"plain_{i}", f"Plain {i}", None, None) for i in range(PLAIN)]
    rows += [
        ("begin repeat", "need", "Needs", None, "need"),
        ("select_one service", "service", "Service", "need.service", None),
        ("select_one pass_on", "pass_on", "Pass on", "need.pass_on", None),
        ("end repeat", None, None, None, None),
    ]
    lists = {
        "yn": ("yes", "no"),
        "many": ("one", "two", "three"),
        "source": ("borehole", "public_tap", "surface"),
        "facility": ("pit_slab", "none"),
        "signal": ("none", "sometimes", "usually"),
        "outcome": ("completed", "partial"),
        "service": ("water", "sanitation", "housing", "energy", "food"),
        "pass_on": ("yes", "no", "already_known"),
    }
    choices: list[tuple[str, str, str]] = [("list_name", "name", "label")]
    choices += [(name, code, code) for name, codes in lists.items() for code in codes]
    settings = [
        ("form_id", "form_title", "version", "namespaces"),
        ("household", "Household", "1", 'hh="urn:fieldfare:household"'),
    ]
    return {"survey": rows, "choices": choices, "settings": settings}


def xlsx(sheets: dict[str, Sheet]) -> bytes:
    """A spreadsheet's bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def instance(form_id: str, body: str, meta: str = "") -> bytes:
    """An instance of its own."""
    return (
        f'<?xml version="1.0"?><data id="{form_id}" version="1" xmlns:orx="http://openrosa.org/xforms">{body}'
        f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID>{meta}</meta></data>"
    ).encode()


def small() -> bytes:
    """Five answers."""
    return instance("small", "<q1>Lower Ford</q1><q2>5</q2><q3>yes</q3><q4>1.5</q4><q5>2026-03-01</q5>")


def photos() -> bytes:
    """Two photos' names."""
    return instance("photos", "<front>front.jpg</front><water>water.jpg</water>")


def enrol(entity: str) -> bytes:
    """A new household."""
    block = (
        '<entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="households" '
        f'id="{entity}" create="1"><label>Dwelling active</label></entity>'
    )
    return instance("enrol", "<status>active</status>", block)


def visit(entity: str) -> bytes:
    """A visit to a household: 120 answers and five needs."""
    values = ("Lower Ford", "12", "3.5", "yes", "2026-03-01", "one two")
    parts = [f"<household>{entity}</household>"]
    parts += [
        f"<{column.replace('.', '_')}>{value}</{column.replace('.', '_')}>" for _, column, value in MAPPED
    ]
    parts += [f"<plain_{i}>{values[i % len(values)]}</plain_{i}>" for i in range(PLAIN)]
    services = ("water", "sanitation", "housing", "energy", "food")
    parts += [f"<need><service>{services[i]}</service><pass_on>yes</pass_on></need>" for i in range(ROWS)]
    return instance("household", "".join(parts))
