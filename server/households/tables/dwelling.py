"""What a dwelling has: water, sanitation, hygiene, waste, housing, energy, network, assets.

Definitions are WHO/UNICEF JMP's (core questions of 2018), ESMAP MTF's and DHS/MICS's; code lists stand in codes.py.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db import Base
from server.households.tables.base import HouseholdFact, HouseholdNow, code, codes_of, integer, photo, yes_no


class WaterColumns:
    """Drinking water (JMP core questions W1-W5)."""

    source: Mapped[str | None] = code("Main source of drinking water (JMP W1)", "water_source")
    location: Mapped[str | None] = code("Where that source is (JMP W3)", "premises")
    round_trip: Mapped[int | None] = integer(
        "There and back, queuing included (JMP W4); not asked on premises", "min"
    )
    sufficient: Mapped[bool | None] = yes_no(
        "Enough whenever it was needed in the last month (JMP W5, turned round)"
    )
    treatment: Mapped[list[str] | None] = codes_of(
        "What is done to make it safer to drink", "water_treatment"
    )
    ecoli: Mapped[int | None] = integer("E. coli found in the water drunk", "per 100 mL")
    photo: Mapped[str | None] = photo("Photo of the source")


class Water(WaterColumns, HouseholdFact, Base):
    """Drinking water as found at visits (WHO/UNICEF JMP)."""

    __tablename__ = "water"


class WaterCurrent(WaterColumns, HouseholdNow, Base):
    """Drinking water of each household as last known."""

    __tablename__ = "water_current"


class SanitationColumns:
    """Sanitation (JMP core questions S1-S6)."""

    facility: Mapped[str | None] = code("Toilet that members usually use (JMP S1)", "sanitation_facility")
    location: Mapped[str | None] = code("Where it is (JMP S6)", "premises")
    shared: Mapped[bool | None] = yes_no("Shared with other households (JMP S4)")
    shared_households: Mapped[int | None] = integer(
        "Households that use it, own included; 10 is 10 or more", "households"
    )
    ever_emptied: Mapped[bool | None] = yes_no("Pit or tank ever emptied (JMP S2)")
    emptied_to: Mapped[str | None] = code("Where the contents went (JMP S3)", "emptied_to")
    photo: Mapped[str | None] = photo("Photo of the toilet")


class Sanitation(SanitationColumns, HouseholdFact, Base):
    """Sanitation as found at visits (WHO/UNICEF JMP)."""

    __tablename__ = "sanitation"


class SanitationCurrent(SanitationColumns, HouseholdNow, Base):
    """Sanitation of each household as last known."""

    __tablename__ = "sanitation_current"


class HygieneColumns:
    """Handwashing, as seen by the enumerator (JMP core questions H1-H3)."""

    handwashing: Mapped[str | None] = code("Place for washing hands as seen (JMP H1)", "handwashing")
    water_seen: Mapped[bool | None] = yes_no("Water there at the time (JMP H2)")
    soap_seen: Mapped[bool | None] = yes_no("Soap or detergent there at the time (JMP H3)")


class Hygiene(HygieneColumns, HouseholdFact, Base):
    """Handwashing as seen at visits (WHO/UNICEF JMP)."""

    __tablename__ = "hygiene"


class HygieneCurrent(HygieneColumns, HouseholdNow, Base):
    """Handwashing of each household as last seen."""

    __tablename__ = "hygiene_current"


class WasteColumns:
    """Household waste."""

    collection: Mapped[str | None] = code("What mostly happens to household waste", "waste_collection")


class Waste(WasteColumns, HouseholdFact, Base):
    """Household waste as told at visits."""

    __tablename__ = "waste"


class WasteCurrent(WasteColumns, HouseholdNow, Base):
    """Household waste as last told."""

    __tablename__ = "waste_current"


class HousingColumns:
    """The building (DHS/MICS materials; UN-Habitat durable housing and crowding)."""

    floor: Mapped[str | None] = code("Main material of the floor", "floor")
    roof: Mapped[str | None] = code("Main material of the roof", "roof")
    wall: Mapped[str | None] = code("Main material of the outer walls", "wall")
    sleeping_rooms: Mapped[int | None] = integer("Rooms used for sleeping", "rooms")
    damage: Mapped[list[str] | None] = codes_of("Damage not yet repaired", "damage")
    damage_photo: Mapped[str | None] = photo("Photo of the damage")
    tenure_secure: Mapped[bool | None] = yes_no("Sees no danger of having to leave against its will")


class Housing(HousingColumns, HouseholdFact, Base):
    """Housing as found at visits (DHS/MICS, UN-Habitat)."""

    __tablename__ = "housing"


class HousingCurrent(HousingColumns, HouseholdNow, Base):
    """Housing of each household as last known."""

    __tablename__ = "housing_current"


class EnergyColumns:
    """Electricity, cooking and heating (ESMAP Multi-Tier Framework)."""

    electricity_source: Mapped[str | None] = code("Main source of electricity (MTF)", "electricity_source")
    electricity_hours: Mapped[int | None] = integer("Electricity in a typical day (MTF)", "h a day")
    electricity_evening_hours: Mapped[int | None] = integer(
        "Of the hours from 18 to 22 (MTF)", "h an evening"
    )
    days_out: Mapped[int | None] = integer("Days with an outage", "of the last 7 days")
    cooking_fuel: Mapped[str | None] = code("Main cooking fuel (MTF)", "fuel")
    cooking_place: Mapped[str | None] = code("Where it cooks", "cooking_place")
    heating_fuel: Mapped[str | None] = code("Main heating fuel", "fuel")


class Energy(EnergyColumns, HouseholdFact, Base):
    """Energy as told at visits (ESMAP MTF)."""

    __tablename__ = "energy"


class EnergyCurrent(EnergyColumns, HouseholdNow, Base):
    """Energy of each household as last known."""

    __tablename__ = "energy_current"


class ConnectivityColumns:
    """Network."""

    phone_signal: Mapped[str | None] = code("Mobile signal at the dwelling", "phone_signal")
    internet: Mapped[bool | None] = yes_no("Anybody can use the internet at home")


class Connectivity(ConnectivityColumns, HouseholdFact, Base):
    """Network as told at visits."""

    __tablename__ = "connectivity"


class ConnectivityCurrent(ConnectivityColumns, HouseholdNow, Base):
    """Network of each household as last known."""

    __tablename__ = "connectivity_current"


class AssetsColumns:
    """Assets (after the global MPI's list)."""

    owned: Mapped[list[str] | None] = codes_of(
        "What anybody in the household owns, in working order", "assets"
    )


class Assets(AssetsColumns, HouseholdFact, Base):
    """Assets as told at visits."""

    __tablename__ = "assets"


class AssetsCurrent(AssetsColumns, HouseholdNow, Base):
    """Assets of each household as last known."""

    __tablename__ = "assets_current"
