"""How the people of a dwelling fare, as counts: composition, food, school, clinic, spending, harvest, shocks, needs.

No person appears: bands of age and sex are counted. Food is FAO's FIES, difficulty the Washington Group's short set.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped

from server.db import Base, column
from server.households.tables.base import (
    HouseholdFact,
    HouseholdNow,
    Repeated,
    code,
    codes_of,
    decimal,
    integer,
    yes_no,
)


class CompositionColumns:
    """Who usually lives there, counted by age and sex."""

    female_0_4: Mapped[int | None] = integer("Girls of 0 to 4", "persons")
    female_5_14: Mapped[int | None] = integer("Girls of 5 to 14", "persons")
    female_15_24: Mapped[int | None] = integer("Women of 15 to 24", "persons")
    female_25_64: Mapped[int | None] = integer("Women of 25 to 64", "persons")
    female_65: Mapped[int | None] = integer("Women of 65 or older", "persons")
    male_0_4: Mapped[int | None] = integer("Boys of 0 to 4", "persons")
    male_5_14: Mapped[int | None] = integer("Boys of 5 to 14", "persons")
    male_15_24: Mapped[int | None] = integer("Men of 15 to 24", "persons")
    male_25_64: Mapped[int | None] = integer("Men of 25 to 64", "persons")
    male_65: Mapped[int | None] = integer("Men of 65 or older", "persons")
    difficulty: Mapped[int | None] = integer(
        "With a lot of difficulty, or unable, in any domain of the Washington Group short set", "persons"
    )


class Composition(CompositionColumns, HouseholdFact, Base):
    """Composition of households as told at visits."""

    __tablename__ = "composition"


class CompositionCurrent(CompositionColumns, HouseholdNow, Base):
    """Composition of each household as last known."""

    __tablename__ = "composition_current"


class FoodColumns:
    """The Food Insecurity Experience Scale's eight items (FAO), for lack of money or other resources."""

    worried: Mapped[str | None] = code("Worried about having enough to eat (FIES 1)", "food_answer")
    healthy: Mapped[str | None] = code("Could not eat healthy and nutritious food (FIES 2)", "food_answer")
    few_foods: Mapped[str | None] = code("Ate only a few kinds of food (FIES 3)", "food_answer")
    skipped: Mapped[str | None] = code("Had to skip a meal (FIES 4)", "food_answer")
    ate_less: Mapped[str | None] = code("Ate less than it should (FIES 5)", "food_answer")
    ran_out: Mapped[str | None] = code("Ran out of food (FIES 6)", "food_answer")
    hungry: Mapped[str | None] = code("Was hungry but did not eat (FIES 7)", "food_answer")
    whole_day: Mapped[str | None] = code("Went without eating for a whole day (FIES 8)", "food_answer")
    recall: Mapped[str | None] = code("Period asked about; one for a round", "food_recall")


class Food(FoodColumns, HouseholdFact, Base):
    """Food insecurity as told at visits (FAO FIES)."""

    __tablename__ = "food"


class FoodCurrent(FoodColumns, HouseholdNow, Base):
    """Food insecurity of each household as last told."""

    __tablename__ = "food_current"


class SchoolingColumns:
    """Schooling of the grown-up."""

    someone_six_years: Mapped[str | None] = code(
        "Somebody of 15 or older has six years of school", "yes_no_unknown"
    )


class Schooling(SchoolingColumns, HouseholdFact, Base):
    """Schooling as told at visits."""

    __tablename__ = "schooling"


class SchoolingCurrent(SchoolingColumns, HouseholdNow, Base):
    """Schooling of each household as last known."""

    __tablename__ = "schooling_current"


class SchoolAccessColumns:
    """School for children of 5 to 14, and what keeps those away who do not attend."""

    children_5_14: Mapped[int | None] = integer("Children of 5 to 14", "children")
    attending: Mapped[int | None] = integer("Of them attending school this year", "children")
    barrier_distance: Mapped[int | None] = integer("Kept away by distance", "children")
    barrier_cost: Mapped[int | None] = integer("Kept away by cost", "children")
    barrier_safety: Mapped[int | None] = integer("Kept away by an unsafe way or school", "children")
    barrier_no_place: Mapped[int | None] = integer("Kept away because there is no place", "children")
    barrier_accessibility: Mapped[int | None] = integer("Kept away because it is not accessible", "children")
    barrier_water_toilets: Mapped[int | None] = integer("Kept away by lack of water or toilets", "children")
    barrier_work_at_home: Mapped[int | None] = integer("Kept away by work at home", "children")
    barrier_illness: Mapped[int | None] = integer("Kept away by illness", "children")
    barrier_other: Mapped[int | None] = integer("Kept away by something else", "children")


class SchoolAccess(SchoolAccessColumns, HouseholdFact, Base):
    """School access as told at visits."""

    __tablename__ = "school_access"


class SchoolAccessCurrent(SchoolAccessColumns, HouseholdNow, Base):
    """School access of each household as last known."""

    __tablename__ = "school_access_current"


class HealthAccessColumns:
    """Clinic: of the household as a whole."""

    minutes_to_clinic: Mapped[int | None] = integer("To a staffed clinic by the usual way", "min")
    needed_care: Mapped[bool | None] = yes_no("Anybody needed care in the last 3 months")
    received_care: Mapped[bool | None] = yes_no("And received it")
    barriers: Mapped[list[str] | None] = codes_of("What stood in the way", "health_barrier")


class HealthAccess(HealthAccessColumns, HouseholdFact, Base):
    """Health access as told at visits."""

    __tablename__ = "health_access"


class HealthAccessCurrent(HealthAccessColumns, HouseholdNow, Base):
    """Health access of each household as last known."""

    __tablename__ = "health_access_current"


_MONTH = "currency, 30 days"


class SpendingColumns:
    """Spending in 30 days, the household as a whole (an optional module)."""

    food: Mapped[float | None] = decimal("Food, own produce valued", _MONTH)
    health: Mapped[float | None] = decimal("Care, medicine, transport to it", _MONTH)
    schooling: Mapped[float | None] = decimal("Schooling", _MONTH)
    fuel_water: Mapped[float | None] = decimal("Fuel and water", _MONTH)
    rent: Mapped[float | None] = decimal("Rent", _MONTH)
    debt: Mapped[float | None] = decimal("Debt paid", _MONTH)
    other: Mapped[float | None] = decimal("Other", _MONTH)


class Spending(SpendingColumns, HouseholdFact, Base):
    """Spending as told at visits (bases of SDG 3.8.2 and WFP's food expenditure share)."""

    __tablename__ = "spending"


class SpendingCurrent(SpendingColumns, HouseholdNow, Base):
    """Spending of each household as last told."""

    __tablename__ = "spending_current"


class HarvestColumns:
    """Field and animals (an optional module)."""

    crops: Mapped[list[str] | None] = codes_of("Main crops of the last season", "crops")
    area: Mapped[float | None] = decimal("Land cultivated", "ha")
    kept_share: Mapped[int | None] = integer("Of the harvest kept for eating", "%")
    lost_share: Mapped[int | None] = integer("Of the harvest lost", "%")
    cattle: Mapped[int | None] = integer("Cattle", "animals")
    sheep_goats: Mapped[int | None] = integer("Sheep and goats", "animals")
    poultry: Mapped[int | None] = integer("Poultry", "animals")
    water_for_fields: Mapped[str | None] = code("Water for the fields", "field_water")


class Harvest(HarvestColumns, HouseholdFact, Base):
    """Harvest as told at visits."""

    __tablename__ = "harvest"


class HarvestCurrent(HarvestColumns, HouseholdNow, Base):
    """Harvest of each household as last told."""

    __tablename__ = "harvest_current"


class ShockColumns:
    """A shock and how the household coped."""

    kind: Mapped[str | None] = code("What happened", "shock_kind")
    effect: Mapped[str | None] = code("How much it hit the household", "shock_effect")
    coping: Mapped[list[str] | None] = codes_of("What it did", "shock_coping")


class Shock(ShockColumns, HouseholdFact, Base):
    """Shocks as told at visits, a row each."""

    __tablename__ = "shock"
    repeated = True


class ShockCurrent(Repeated, ShockColumns, HouseholdNow, Base):
    """Shocks told at the newest visit that asked."""

    __tablename__ = "shock_current"


class NeedColumns:
    """A need that a visit found, and whether the household wants it passed on."""

    service: Mapped[str | None] = code("Which service lacks", "service")
    pass_on: Mapped[str | None] = code("Whether the household wants it passed on", "pass_on")
    request: Mapped[str | None] = column("Help request that a yes opened", String(8))
    met_on: Mapped[date | None] = column("Day of the visit that found it met", Date)


class Need(NeedColumns, HouseholdFact, Base):
    """Needs found at visits, a row each."""

    __tablename__ = "need"
    repeated = True


class NeedCurrent(Repeated, NeedColumns, HouseholdNow, Base):
    """Needs found at the newest visit that asked."""

    __tablename__ = "need_current"
