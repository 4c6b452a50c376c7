"""Codes of households and facilities: allocated once, at receipt, never changed and never given again."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, func, literal, select, update
from sqlalchemy.orm import Session

from server.areas.models import NO_AREA, Area
from server.hot import insert_of
from server.households.tables import Serial

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"


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
    """A new household's code: area, serial within the area, check character, as in `A1-014-0037V`.

    An area that was called as what stands for none before that was refused shares its names, so its serials too.
    """
    if area_id is not None:
        mine = (Area.id == area_id, Area.code != NO_AREA)
        counted = update(Area).where(*mine).values(last_serial=Area.last_serial + 1)
        row = session.execute(counted.returning(Area.code, Area.last_serial)).first()
        if row is not None:
            return _code(f"{row.code}-", row.last_serial)
    counted_apart = select(func.coalesce(func.max(Area.last_serial), 0)).where(Area.code == NO_AREA)
    return _code(f"{NO_AREA}-", _next(session, NO_AREA, counted_apart.scalar_subquery()))


def facility_code(session: Session, area_code: str | None) -> str:
    """A new facility's code: area, F and serial, check character, as in `A1-014-F0003T`."""
    prefix = f"{area_code or NO_AREA}-F"
    return _code(prefix, _next(session, prefix))


def _code(prefix: str, serial: int) -> str:
    body = f"{prefix}{serial:04d}"
    return body + check_character(body)


_NONE: ColumnElement[int] = literal(0)


def _next(session: Session, prefix: str, least: ColumnElement[int] = _NONE) -> int:
    """The next serial of a prefix, past `least`: what was given under it by another count."""
    make = insert_of(session)
    first = make(Serial).values(prefix=prefix, last=least + 1)
    after = case((Serial.last < least, least), else_=Serial.last) + 1
    counted = first.on_conflict_do_update(index_elements=[Serial.prefix], set_={"last": after})
    return int(session.execute(counted.returning(Serial.last)).scalar_one())
