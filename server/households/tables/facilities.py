"""What inspections find at facilities: condition, and issues that somebody should mend."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from server.db import Base
from server.households.tables.base import (
    FacilityFact,
    FacilityNow,
    Repeated,
    code,
    day,
    integer,
    photo,
    yes_no,
)


class InspectionColumns:
    """A facility as an inspector found it."""

    condition: Mapped[str | None] = code("Condition", "facility_condition")
    working: Mapped[bool | None] = yes_no("Works on the day")
    in_use: Mapped[bool | None] = yes_no("Is used")
    people_served: Mapped[int | None] = integer("People whom it serves", "persons")
    to_standard: Mapped[bool | None] = yes_no("Meets the standard for its kind")
    photo: Mapped[str | None] = photo("Photo of the facility")


class Inspection(InspectionColumns, FacilityFact, Base):
    """Inspections of facilities."""

    __tablename__ = "inspection"


class InspectionCurrent(InspectionColumns, FacilityNow, Base):
    """Each facility as last inspected."""

    __tablename__ = "inspection_current"


class FacilityIssueColumns:
    """Something that is wrong with a facility."""

    kind: Mapped[str | None] = code("What is wrong", "issue_kind")
    opened: Mapped[date | None] = day("Since when")
    due: Mapped[date | None] = day("To be mended by")
    done: Mapped[date | None] = day("Mended on")


class FacilityIssue(FacilityIssueColumns, FacilityFact, Base):
    """Issues found at facilities, a row each."""

    __tablename__ = "facility_issue"
    repeated = True


class FacilityIssueCurrent(Repeated, FacilityIssueColumns, FacilityNow, Base):
    """Issues found at each facility's newest inspection that asked."""

    __tablename__ = "facility_issue_current"
