"""The panel itself: households and facilities as they stand, their history, visits, and what each submission saw."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped

from server.db import Base, BigId, Guid, Json, column
from server.households.tables.base import (
    FacilityFact,
    HouseholdFact,
    HouseholdNow,
    Origin,
    VisitFact,
    code,
    day,
    decimal,
    degree,
    integer,
    point,
    sealed_point,
    sealed_text,
    text,
    yes_no,
)


class HouseholdColumns:
    """What forms say about a household itself."""

    dwelling: Mapped[bytes | None] = sealed_point("Where the dwelling stands")
    dwelling_lat: Mapped[float | None] = degree("Latitude of the dwelling, rounded to 0.01", "dwelling")
    dwelling_lon: Mapped[float | None] = degree("Longitude of the dwelling, rounded to 0.01", "dwelling")
    status: Mapped[str | None] = code("Whether it is still visited", "household_status")
    enrolled_on: Mapped[date | None] = day("Day of its enrolment, in the project's time zone")
    last_visit_on: Mapped[date | None] = day(
        "Day of the last visit that took place, in the project's time zone"
    )
    next_visit_due: Mapped[date | None] = day("From when the next visit is due")
    contact_ok: Mapped[bool | None] = yes_no("Agreed to be contacted (withdrawn at any time)")
    contact: Mapped[bytes | None] = sealed_text("How to reach it, where it agreed")


class Household(HouseholdColumns, Base):
    """A household: a dwelling with a code. People appear as counts only, never by name."""

    __tablename__ = "household"
    __table_args__ = (
        Index("ix_household_project", "project_id", "code"),
        Index("ix_household_area", "area_id", "code"),
        Index("ix_household_merged", "merged_into"),
        {"comment": "Households as they stand. household_history says what was known when."},
    )
    uuid: Mapped[str] = column(
        "UUID (version 4), shared with its entity", Guid, primary_key=True, sort_order=-100
    )
    project_id: Mapped[int] = column("Project", sort_order=-96)
    code: Mapped[str] = column(
        "Code given at receipt: area, serial, check character", String(60), unique=True, sort_order=-99
    )
    area_id: Mapped[int | None] = column("Area it lies in", sort_order=-95)
    confirmed: Mapped[bool] = column("False while the submission that creates it is held back")
    created_by: Mapped[int | None] = column("Submission that created it", BigInteger)
    merged_into: Mapped[str | None] = column("The household that it is one dwelling with", Guid)
    updated_at: Mapped[datetime] = column("When this row was last written")


class HouseholdHistory(HouseholdColumns, HouseholdFact, Base):
    """What was said about households themselves: dwelling, status, contact."""

    __tablename__ = "household_history"


class FacilityColumns:
    """What forms say about a facility itself."""

    kind: Mapped[str | None] = code("What it is", "facility_kind")
    name: Mapped[str | None] = text("Its name")
    point: Mapped[list[float | None] | None] = point("Where it stands")
    point_lat: Mapped[float | None] = degree("Latitude", "point")
    point_lon: Mapped[float | None] = degree("Longitude", "point")
    funded_by: Mapped[str | None] = text("Who paid for it (organisation)")
    keeper: Mapped[str | None] = text("Who keeps it (organisation)")
    built_year: Mapped[int | None] = integer("Year it was built or taken into use", "year")
    value: Mapped[float | None] = decimal("What it cost", "currency")


class Facility(FacilityColumns, Base):
    """A facility: a water point, school, clinic, road … that serves an area."""

    __tablename__ = "facility"
    __table_args__ = (
        Index("ix_facility_project", "project_id", "code"),
        Index("ix_facility_area", "area_id", "code"),
        {"comment": "Facilities as they stand. facility_history says what was known when."},
    )
    uuid: Mapped[str] = column(
        "UUID (version 4), shared with its entity", Guid, primary_key=True, sort_order=-100
    )
    project_id: Mapped[int] = column("Project", sort_order=-96)
    code: Mapped[str] = column(
        "Code given at receipt: area, F and serial, check character", String(60), unique=True, sort_order=-99
    )
    area_id: Mapped[int | None] = column("Area it lies in", sort_order=-95)
    confirmed: Mapped[bool] = column("False while the submission that creates it is held back")
    created_by: Mapped[int | None] = column("Submission that created it", BigInteger)
    updated_at: Mapped[datetime] = column("When this row was last written")


class FacilityHistory(FacilityColumns, FacilityFact, Base):
    """What was said about facilities themselves."""

    __tablename__ = "facility_history"


class VisitColumns:
    """A visit. Form, version, phone and distance are filled by the server."""

    outcome: Mapped[str | None] = code(
        "How the visit ended; a refusal is a complete, valid visit", "visit_outcome"
    )
    point: Mapped[bytes | None] = sealed_point("Where the visit was made")
    point_lat: Mapped[float | None] = degree("Latitude of the visit, rounded to 0.01", "point")
    point_lon: Mapped[float | None] = degree("Longitude of the visit, rounded to 0.01", "point")
    round: Mapped[str | None] = text("Round that it belongs to")
    form: Mapped[str | None] = column("Form id", String(255))
    version: Mapped[str | None] = column("The form's version", String(255))
    distance: Mapped[int | None] = column("From the dwelling as it was known at receipt", unit="m")
    phone: Mapped[int | None] = column("Actor whose phone sent it")


class Visit(VisitColumns, VisitFact, Base):
    """Visits to households."""

    __tablename__ = "visit"


class VisitCurrent(VisitColumns, HouseholdNow, Base):
    """The newest visit of each household."""

    __tablename__ = "visit_current"


class Observation(Origin, Base):
    """What a submission version observed as a whole: whose, when, and which rows it wrote.

    The one place that says which tables a submission wrote to, which it emptied without a row, and which visit of a subject
    is the newest that asked a repeat's table, also where it answered no row of it.
    """

    __tablename__ = "observation"
    __table_args__ = (
        Index("ix_observation_subject", "subject", "rank"),
        Index("ix_observation_submission", "submission_id"),
        {"comment": "What each submission observed: whose, when, and the rows it wrote."},
    )
    id: Mapped[int] = column(
        "Row id: seq * 2**20", BigId, primary_key=True, autoincrement=False, sort_order=-100
    )
    kind: Mapped[str] = column("household, facility or area", String(10))
    subject: Mapped[str | None] = column(
        "UUID of household or facility, or code of the area; null: a household that refused to be enrolled",
        String(40),
    )
    merged_from: Mapped[str | None] = column(
        "Household it was first written for, where that was merged", Guid
    )
    version_id: Mapped[int] = column("Submission version", BigInteger)
    rank: Mapped[bytes] = column("observed_at, ended, started, instanceID as bytes: a later one sorts after")
    took_place: Mapped[bool] = column(
        "False where nothing could be asked: refused, nobody home, moved away, unsafe"
    )
    outcome: Mapped[str | None] = column("The visit's outcome, where it says one", String(40))
    written: Mapped[list[list[object]]] = column("Rows written: [table, row id, [columns]]", Json)
    emptied: Mapped[list[str] | None] = column(
        "Tables (no repeats) that were asked and told no value: what the form asks of them is empty from then on",
        Json,
    )


class Serial(Base):
    """The last serial given under a prefix that no area counts: facilities, and what has no area."""

    __tablename__ = "serial"
    __table_args__ = ({"comment": "Serials of codes that no area counts; never given again."},)
    prefix: Mapped[str] = column("Prefix, as A1-014-F or X", Text, primary_key=True)
    last: Mapped[int] = column("Last serial given", BigInteger)
