"""What a phone says that it knew of an entity is text, whatever it is. On both databases."""

from __future__ import annotations

import pytest

from tests.households.test_doors import give
from tests.support.house import instance, xlsx
from tests.support.town import HH, Town, enrolment, new_id

READS_THE_LIST = xlsx(
    """
    type                               | name      | label::English (en) | save_to | calculation
    select_one_from_file households.csv | household | Which household?    |         |
    text                               | lab       | Which label?        | note    |
    calculate                          | place     |                     |         | instance('households')/root/item[name=${household}]/geometry
    """,
    entities="""
    list_name  | entity_id    | update_if
    households | ${household} | true()
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    reads   | Reads      | 1       | English (en)     | {HH}
    """,
)
NO_VERSION = ["", "-1", "1.5", "²", "٣", "3000000000", "9" * 25, "9" * 5000]
IDS = ["empty", "below nought", "broken", "raised", "Arabic", "ten digits", "25 digits", "5,000 digits"]


@pytest.mark.parametrize("base", NO_VERSION, ids=IDS)
def test_an_update_whose_base_is_no_version_is_taken_and_applied(shared: Town, base: str) -> None:
    home = shared.enrol(water="surface").household
    later, action = "2026-04-01T10:00:00.000+08:00", f'update="1" baseVersion="{base}"'
    update = enrolment(household=home, when=later, action=action, water="borehole")
    assert shared.phone.send(update.xml).status_code == 201
    assert [row["source"] for row in shared.rows("water") if row["household_id"] == home] == ["borehole"]


@pytest.mark.parametrize("base", NO_VERSION, ids=IDS)
def test_a_form_that_reads_the_list_which_it_updates_from_no_version_is_taken(house: Town, base: str) -> None:
    home = house.enrol(water="surface").household
    house.publish(house.project, READS_THE_LIST)
    give(house, house.project, "reads", "all")
    own = new_id()
    xml = instance("reads", f"<household>{home}</household><lab>x</lab><place/>", instance_id=own)
    entity = f'<entity dataset="households" id="{home}" update="1" baseVersion="{base}"/></orx:meta>'
    assert house.phone.send(xml.replace("</orx:meta>", entity)).status_code == 201
    stored = house.submission(own)
    assert stored is not None
    assert (stored.blocking, stored.projected) == (0, True)
