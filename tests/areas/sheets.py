"""Sheets of areas as tests read them: the rows alone."""

from __future__ import annotations

from server.areas.boundary import Effort
from server.areas.faults import refusal
from server.areas.sheet import AreaRow, read_sheet


def read_areas(content: bytes, effort: Effort | None = None) -> list[AreaRow]:
    """The rows of a CSV in which none has a fault. Raises `AREAS_INVALID` with them where some have, as an import does."""
    sheet = read_sheet(content, effort)
    if sheet.faults:
        raise refusal(sheet.faults)
    return list(sheet.rows)
