"""The code lists of the monitoring tables: choice names in spreadsheets and codes in columns are the same words.

Facts of the published instruments (WHO/UNICEF JMP core questions, FAO FIES, ESMAP MTF, DHS/MICS materials). The lists
of forms/lists/ hold the same codes under the same names, with their labels. A code is never given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

BOOLEAN: Mapping[str, bool | None] = {"yes": True, "no": False, "unknown": None, "refused": None}
"""What a select_one says to a yes/no column; `unknown` and `refused` leave it empty."""

_LISTS = {
    "household_status": "active moved_away not_found merged left_panel",
    "visit_outcome": "completed partial refused nobody_home moved_away unsafe",
    "water_source": (
        "piped_dwelling piped_yard piped_neighbour public_tap borehole protected_well "
        "unprotected_well protected_spring unprotected_spring rainwater tanker cart kiosk bottled "
        "sachet surface other"
    ),
    "premises": "own_dwelling own_yard elsewhere",
    "water_treatment": "boil bleach cloth filter solar settle other",
    "sanitation_facility": (
        "flush_sewer flush_septic flush_pit flush_open_drain flush_elsewhere flush_unknown pit_slab "
        "pit_no_slab twin_pit_slab twin_pit_no_slab composting container bucket hanging none other"
    ),
    "emptied_to": "treatment buried_covered buried_open elsewhere unknown",
    "handwashing": "fixed_dwelling fixed_yard mobile none not_permitted",
    "waste_collection": "collected_weekly collected_less communal_point burnt buried dumped other",
    "floor": "earth dung planks bamboo wood_polished vinyl tiles cement carpet",
    "roof": "none thatch sod mat bamboo planks cardboard metal wood cement_fibre tiles cement shingles",
    "wall": (
        "none cane mud bamboo_mud stone_mud adobe_uncovered plywood cardboard reused_wood cement "
        "stone_lime bricks blocks adobe_covered wood_shingles"
    ),
    "damage": (
        "roof_leak roof_gone wall_crack wall_down floor_flood damp foundation door_window "
        "electricity_unsafe other"
    ),
    "electricity_source": "grid mini_grid solar_home solar_lantern generator battery none",
    "fuel": (
        "electricity lpg natural_gas biogas solar alcohol kerosene coal charcoal wood crop_residue "
        "dung rubbish sawdust none"
    ),
    "cooking_place": "in_dwelling separate_building outdoors",
    "phone_signal": "none sometimes usually",
    "food_answer": "yes no unknown refused",
    "food_recall": "12_months 30_days",
    "assets": (
        "radio television refrigerator phone smartphone computer bicycle motorcycle car animal_cart boat none"
    ),
    "yes_no_unknown": "yes no unknown",
    "health_barrier": "distance cost closed no_medicine no_staff accessibility other",
    "crops": (
        "wheat rice maize barley millet sorghum potato sweet_potato cassava pulses oilseeds cotton "
        "vegetables fruit nuts fodder other"
    ),
    "field_water": "enough short none",
    "shock_kind": "drought flood storm fire livestock_disease crop_pest price_rise illness other",
    "shock_effect": "none some severe",
    "shock_coping": (
        "savings borrowed ate_less spent_less sold_livestock sold_assets more_work moved_for_work "
        "neighbours assistance repaired none other"
    ),
    "service": "water sanitation housing energy food school clinic",
    "pass_on": "yes no already_known",
    "facility_kind": (
        "water_point school clinic road bridge power public_toilet waste_point irrigation market "
        "community_building"
    ),
    "facility_condition": "good worn poor out_of_use",
    "issue_kind": "broken unsafe no_staff no_supplies no_water no_power dirty closed other",
}

CODES: Mapping[str, tuple[str, ...]] = {name: tuple(codes.split()) for name, codes in _LISTS.items()}
"""Every list by name, its codes in the instrument's order."""
