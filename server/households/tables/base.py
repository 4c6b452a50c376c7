"""What every monitoring table is made of: kinds of columns, and what a fact's row and its `_current` row carry.

A table is one mixin of columns and two models, history and `<name>_current`. Columns say in `info` what a
spreadsheet may write to them; `households/columns.py` reads that. Knows no submission, no form and no mapping.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Date, Float, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, declared_attr

from server.db import BigId, Guid, Json, column

ROWS_A_SUBMISSION = 1 << 20
"""A row's id is `seq * ROWS_A_SUBMISSION + position`: in order of receipt, known before it is written, the same after a
rebuild, and below 2**53 for eight thousand million events (numbers that JavaScript still reads exactly)."""


def integer(comment: str, unit: str) -> Mapped[Any]:
    """A count or a whole measure, with its unit."""
    return column(comment, Integer, unit=unit, info={"type": "i"})


def decimal(comment: str, unit: str) -> Mapped[Any]:
    """A measure, with its unit."""
    return column(comment, Float, unit=unit, info={"type": "d"})


def yes_no(comment: str) -> Mapped[Any]:
    """Yes, no, or not known (null)."""
    return column(comment, Boolean, info={"type": "b"})


def code(comment: str, codes: str) -> Mapped[Any]:
    """One code of a list of codes.py."""
    return column(comment, String(40), info={"type": "c", "codes": codes})


def codes_of(comment: str, codes: str) -> Mapped[Any]:
    """Several codes of a list of codes.py, in the order answered."""
    return column(comment, Json, info={"type": "l", "codes": codes})


def text(comment: str) -> Mapped[Any]:
    """Words."""
    return column(comment, Text, info={"type": "t"})


def day(comment: str) -> Mapped[Any]:
    """A calendar day."""
    return column(comment, Date, info={"type": "date"})


def photo(comment: str) -> Mapped[Any]:
    """The name of an attachment of the submission; its bytes, time and position stand with the attachment."""
    return column(comment, String(255), info={"type": "p"})


def point(comment: str) -> Mapped[Any]:
    """A point as [lat, lon, altitude, accuracy] that anybody may know; `<name>_lat`, `<name>_lon` stand beside it."""
    return column(comment, Json, unit="degrees, metres", info={"type": "g"})


def sealed_point(comment: str) -> Mapped[Any]:
    """A protected point, encrypted; beside it stand `<name>_lat` and `<name>_lon`, rounded to 0.01 degrees."""
    return column(comment, LargeBinary, unit="degrees, metres", info={"type": "g", "protected": True})


def sealed_text(comment: str) -> Mapped[Any]:
    """Protected words, encrypted."""
    return column(comment, LargeBinary, info={"type": "t", "protected": True})


def degree(comment: str, of: str) -> Mapped[Any]:
    """Latitude or longitude of the point `of`, for maps and plain SQL."""
    return column(comment, Float, unit="degrees", info={"of": of})


class Origin:
    """Where a row comes from and when it was seen: of every fact, and of what a submission observed as a whole."""

    project_id: Mapped[int] = column("Project", sort_order=-96)
    area_id: Mapped[int | None] = column(
        "Area, fixed at receipt; null: seen by unscoped roles alone", sort_order=-95
    )
    submission: Mapped[str] = column("instanceID of the submission that says so", Text, sort_order=102)
    submission_id: Mapped[int] = column("That submission", BigInteger, sort_order=103)
    form_version_id: Mapped[int] = column(
        "Form version that asked: form_version_column lists its columns", sort_order=104
    )
    seq: Mapped[int] = column("The ledger's event that wrote it", BigInteger, sort_order=105)
    observed_at: Mapped[datetime] = column("When it was so (mapping.md 'When')", sort_order=-80)
    observed_offset: Mapped[int] = column("Offset from UTC where it was seen", unit="minutes", sort_order=-79)
    started: Mapped[datetime | None] = column("The form's start", sort_order=106)
    ended: Mapped[datetime | None] = column(
        "The form's end: decides between equal observed_at, then started", sort_order=107
    )
    recorded_at: Mapped[datetime] = column("When we came to know it", sort_order=108)
    superseded_at: Mapped[datetime | None] = column(
        "When we stopped believing it; null: it stands", sort_order=109
    )


class Fact(Origin):
    """A row of history: never changed but for `superseded_at`, and for whose it is when households merge."""

    subject: ClassVar[str]
    repeated: ClassVar[bool] = False
    id: Mapped[int] = column(
        "Row id: seq * 2**20 + position", BigId, primary_key=True, autoincrement=False, sort_order=-100
    )
    path: Mapped[str] = column(
        "Where it stands in the submission, positions on repeats from 1", Text, sort_order=100
    )

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        name: str = getattr(cls, "__tablename__")  # noqa: B009 - each model gives its own
        return (
            Index(f"ix_{name}_subject", f"{cls.subject}_id", "observed_at"),
            Index(f"ix_{name}_submission", "submission_id"),
            Index(f"ix_{name}_area", "area_id", "id"),
            {"comment": _comment(cls)},
        )


class _OfHousehold(Fact):
    subject = "household"
    merged_from: Mapped[str | None] = column(
        "Household it was first written for, where that was merged into this", Guid, sort_order=101
    )


class HouseholdFact(_OfHousehold):
    """A fact about a household."""

    household_id: Mapped[str] = column("Household (household.uuid)", Guid, sort_order=-99)


class VisitFact(_OfHousehold):
    """A fact of a visit, which may have been to a household that refused to be enrolled."""

    household_id: Mapped[str | None] = column(
        "Household (household.uuid); null: refused to be enrolled, so that there is none",
        Guid,
        sort_order=-99,
    )


class FacilityFact(Fact):
    """A fact about a facility."""

    subject = "facility"
    facility_id: Mapped[str] = column("Facility (facility.uuid)", Guid, sort_order=-98)


class Now:
    """A row of a `_current` table: column by column the newest answer that stands."""

    subject: ClassVar[str]
    repeated: ClassVar[bool] = False
    project_id: Mapped[int] = column("Project", sort_order=-96)
    area_id: Mapped[int | None] = column(
        "Area that the household or facility lies in, wherever the facts were seen", sort_order=-95
    )
    observed_at: Mapped[datetime] = column("When the newest fact was so", sort_order=-80)
    observed_offset: Mapped[int] = column("Offset from UTC there", unit="minutes", sort_order=-79)
    submission: Mapped[str] = column("instanceID of the newest fact's submission", Text, sort_order=102)
    submission_id: Mapped[int] = column("That submission", BigInteger, sort_order=103)
    recorded_at: Mapped[datetime | None] = column(
        "When we came to know the last of the facts that it is made of", sort_order=108
    )

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        name: str = getattr(cls, "__tablename__")  # noqa: B009 - each model gives its own
        return (Index(f"ix_{name}_area", "area_id"), {"comment": _comment(cls)})


class HouseholdNow(Now):
    """One row a household."""

    subject = "household"
    household_id: Mapped[str] = column("Household (household.uuid)", Guid, primary_key=True, sort_order=-99)


class FacilityNow(Now):
    """One row a facility."""

    subject = "facility"
    facility_id: Mapped[str] = column("Facility (facility.uuid)", Guid, primary_key=True, sort_order=-98)


class Repeated:
    """Of a `_current` table of a repeat: the rows of the newest visit that asked, in their order."""

    repeated = True
    position: Mapped[int] = column("Place among the rows, from 1", primary_key=True, sort_order=-97)


def _comment(model: type) -> str:
    """A table's comment is the first paragraph of its model's docstring."""
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())
