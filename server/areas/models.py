"""The tree of areas. Belongs to the installation, not to a project; who may see what hangs on it (`scope.py`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped

from server.db import Base, Json, column

NO_AREA = "X"
"""Stands in the codes of households and facilities for the area where there is none: no area may be called so."""


class Area(Base):
    """One area. `path` holds the ids from the root down, so that 'this area and all below' is one prefix."""

    __tablename__ = "area"
    __table_args__ = {
        "comment": "The tree of areas (region, district, township, village), imported from CSV."
    }
    id: Mapped[int] = column("Area id", primary_key=True)
    code: Mapped[str] = column(
        "Code, unique: what forms store and household codes begin with", String(40), unique=True
    )
    name: Mapped[str] = column("Name", String(200))
    names: Mapped[dict[str, str]] = column("Names by language", Json, default=dict)
    level: Mapped[str] = column("Level: region, district, township, village", String(40))
    parent_id: Mapped[int | None] = column("The area it lies in", ForeignKey("area.id"), index=True)
    path: Mapped[str] = column("Ids from the root down: /1/4/17/", String(400), index=True)
    lat: Mapped[float | None] = column("Latitude of its middle", Float, unit="degrees")
    lon: Mapped[float | None] = column("Longitude of its middle", Float, unit="degrees")
    boundary: Mapped[str | None] = column("Boundary as GeoJSON geometry", Text, deferred=True)
    last_serial: Mapped[int] = column("Last household serial given in it: never given again", default=0)
    created_at: Mapped[datetime] = column("When it was imported")

    def called(self, language: str) -> str:
        """Its name in a language, or its plain name."""
        return self.names.get(language) or self.name
