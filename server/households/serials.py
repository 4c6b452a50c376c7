"""Codes of households and facilities: allocated once, at receipt, never changed and never given again."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.hot import insert_of
from server.households.tables import Serial

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"

NOWHERE = "X"
"""Stands for the area where there is none."""


def check_character(text: str) -> str:
    """The ISO 7064 MOD 37-2 check character of the letters and digits of a text, others passed over.

    One of 0-9, A-Z and `*`. It finds every single wrong character and every two neighbours exchanged.
    """
    rest = 0
    for character in text.upper():
        value = _ALPHABET.find(character)
        if 0 <= value < 36:
            rest = (rest + value) * 2 % 37
    return _ALPHABET[(1 - rest) % 37]


def household_code(session: Session, area_id: int | None) -> str:
    """A new household's code: area, serial within the area, check character, as in `A1-014-0037V`."""
    if area_id is not None:
        counted = update(Area).where(Area.id == area_id).values(last_serial=Area.last_serial + 1)
        row = session.execute(counted.returning(Area.code, Area.last_serial)).one()
        return _code(f"{row.code}-", row.last_serial)
    return _code(f"{NOWHERE}-", _next(session, NOWHERE))


def facility_code(session: Session, area_code: str | None) -> str:
    """A new facility's code: area, F and serial, check character, as in `A1-014-F0003T`."""
    prefix = f"{area_code or NOWHERE}-F"
    return _code(prefix, _next(session, prefix))


def _code(prefix: str, serial: int) -> str:
    body = f"{prefix}{serial:04d}"
    return body + check_character(body)


def _next(session: Session, prefix: str) -> int:
    make = insert_of(session)
    first = make(Serial).values(prefix=prefix, last=1)
    counted = first.on_conflict_do_update(index_elements=[Serial.prefix], set_={"last": Serial.last + 1})
    return int(session.execute(counted.returning(Serial.last)).scalar_one())
