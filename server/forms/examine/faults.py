"""All faults of one upload. pyxform stops at its first: the sheet's own passes (lint) find theirs beside it, each is mended in
a copy, and pyxform reads on from there.

What pyxform takes is never refused for what it judges itself: its word is the last. Only it, and never a copy, makes a form.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.forms import lint
from server.forms.convert import Conversion, convert
from server.forms.examine.mended import Copy, mended, touched
from server.forms.notices import Level, Notice
from server.forms.workbook import Workbook

ROUNDS = 6
SECONDS = 20.0
"""How long pyxform is asked again: a sheet of 10,000 rows takes it seconds each time."""

_EMPTY = "survey.empty"
_OURS_ALONE = ("expression.", _EMPTY)
"""Errors that pyxform does not look for: phones refuse such a form all the same, or have nothing to ask."""


@dataclass(frozen=True, slots=True)
class Throwaway:
    """What pyxform made of a copy without the known faults: read for what else is wrong, never kept."""

    xml: bytes
    copy: Copy


@dataclass(frozen=True, slots=True)
class Found:
    """A conversion and all there is to say of it. `whole`: whether pyxform came to the end of the sheet, perhaps in a copy."""

    conversion: Conversion
    notices: tuple[Notice, ...]
    whole: bool = True
    beside: Throwaway | None = None


def converted(book: Workbook, original: Workbook, *, id_fallback: str | None = None) -> Found:
    """The conversion of `book`, and everything there is to say of it.

    `original` is the workbook as uploaded, which `book` may differ from by the setting `namespaces`.
    """
    missing = lint.no_survey(original)
    if missing is not None:
        return Found(Conversion(None, ()), (missing,), whole=False)
    found = lint.look(original)
    conversion = convert(book, id_fallback=id_fallback)
    if conversion.xml is not None:
        kept = [one for one in found if one.level is not Level.ERROR or one.code.startswith(_OURS_ALONE)]
        return Found(conversion, (*conversion.notices, *kept))
    errors = [one for one in found if one.level is Level.ERROR and one.code != _EMPTY]
    others = [one for one in found if one.level is not Level.ERROR]
    told, more, whole, beside = _to_the_end(book, errors, conversion, id_fallback)
    return Found(conversion, (*_in_order(original, told), *more, *others), whole, beside)


def _to_the_end(
    book: Workbook, ours: Sequence[Notice], first: Conversion, id_fallback: str | None
) -> tuple[list[Notice], list[Notice], bool, Throwaway | None]:
    """All errors, the warnings of the copy that passed, whether pyxform came to the end of the sheet, and that copy."""
    told = list(ours)
    before, book = book, lint.headed(book)
    unsure = [one for one in _errors(first) if not any(_same(one, known) for known in ours)]
    told += [one for one in unsure if one.place is not None and one.place.row is not None]
    loose = [one for one in unsure if one not in told]
    until = time.monotonic() + SECONDS
    for _ in range(ROUNDS):
        copy = mended(book, told)
        if copy.book == before or time.monotonic() > until:
            break
        again = convert(copy.book, id_fallback=id_fallback)
        if again.xml is not None:
            rows = touched(told)
            beside = [
                one
                for one in map(copy.back, again.notices)
                if one.level is not Level.ERROR
                and not (one.place and (one.place.sheet, one.place.row) in rows)
            ]
            whole = not any(one.code == "pyxform.other" for one in told)
            return told, beside, whole, Throwaway(again.xml, copy)
        errors = [copy.back(one) for one in _errors(again)]
        new = [one for one in errors if _new(one, told)]
        loose = [one for one in errors if one.place is None or one.place.row is None]
        loose = [one for one in loose if not any(_same(one, known) for known in told)]
        if not new:
            break
        told += new
    return [*told, *loose], [], False, None


def _errors(conversion: Conversion) -> list[Notice]:
    return [one for one in conversion.notices if one.level is Level.ERROR]


def _new(one: Notice, told: Sequence[Notice]) -> bool:
    """Whether an error of a mended copy is the sheet's own: it stands in a row that was not mended."""
    place = one.place
    return (
        place is not None
        and place.row is not None
        and (place.sheet, place.row) not in touched(told)
        and not any(_same(one, known) for known in told)
    )


def _same(one: Notice, known: Notice) -> bool:
    """Whether pyxform's error `one` is what `known` says already, perhaps better."""
    here, there = one.place, known.place
    if _family(one.code) == _family(known.code):
        if here is None or here.row is None or there is None or there.row is None:
            shared = one.args.keys() & known.args.keys() - {"near", "header", "known"}
            return all(one.args[key] == known.args[key] for key in shared)
        if here.sheet == there.sheet and here.row == there.row:
            return None in (here.column, there.column) or here.column == there.column
    if one.code == "pyxform.crashed" and known.code == "choices.external_filter":
        return True
    if one.code == "header.absent" and known.code == "calculation.missing":
        return True
    if one.code.startswith("group.") and known.code.startswith("group."):
        return True
    if here is None or there is None or here.row is None or here.sheet != there.sheet:
        return False
    return here.row == there.row and here.column in (None, there.column)


def _family(code: str) -> str:
    family = code.removesuffix("_near")
    return {"choices.empty": "choices.no_sheet"}.get(family, family)


def _in_order(book: Workbook, notices: Iterable[Notice]) -> list[Notice]:
    """By sheet, row and column; those of the form as a whole first."""
    sheets = [sheet.name for sheet in book.sheets.values()]

    def key(one: Notice) -> tuple[int, int, int, str]:
        place = one.place
        if place is None:
            return (-1, 0, 0, "")
        column = place.column or ""
        return (
            sheets.index(place.sheet) if place.sheet in sheets else len(sheets),
            place.row or 0,
            len(column),
            column,
        )

    return sorted((replace(one) for one in notices), key=key)
