"""Rows as pages, exports and the household's page read them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server import problems
from server.households import merge, reading
from server.households.reading import Asked
from tests.households.world import NOW, World, visit_mapping, when

EXACT = "30.123456 103.987654 512.3 4.9"


def enrolled(world: World, count: int = 1, **answers: object) -> list[str]:
    """Households enrolled with a dwelling, a contact and a water source; their UUIDs."""
    form = world.form(visit_mapping(create=True))
    said = {"dwelling": EXACT, "contact_ok": "yes", "contact": "+86 10 0000 0000"}
    record = {"observed_at": when(1), "household": said, "water": {"source": "kiosk"}, **answers}
    return [world.enrol(form, record).household for _ in range(count)]


def test_protected_values_are_rounded_or_null_and_exact_only_where_asked_for(world: World) -> None:
    enrolled(world)
    for exact, expected in (
        (False, (30.12, 103.99, None, None, None)),
        (True, (30.123456, 103.987654, 512.3, 4.9, "+86 10 0000 0000")),
    ):
        row = reading.page(world.session, world.services, "household", Asked(project_id=1), exact=exact).rows[
            0
        ]
        names = ("dwelling_lat", "dwelling_lon", "dwelling_altitude", "dwelling_accuracy", "contact")
        assert tuple(row[name] for name in names) == expected
        assert list(row) == [heading.name for heading in reading.headings("household")]


@pytest.mark.parametrize(("table", "history"), [("water", True), ("water", False), ("household", False)])
@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_by_key_give_every_row_once(
    world: World, table: str, history: bool, newest_first: bool
) -> None:
    enrolled(world, 7)
    seen: list[str] = []
    after = None
    for _ in range(4):
        page = reading.page(
            world.session,
            world.services,
            table,
            Asked(project_id=1, history=history),
            after=after,
            limit=2,
            newest_first=newest_first,
        )
        seen += [row["household"] for row in page.rows]
        after = page.after
    assert after is None
    assert len(seen) == len(set(seen)) == 7


def test_a_cursor_of_another_list_is_refused(world: World) -> None:
    enrolled(world)
    for cursor in ("x", "[1,2]", '["a"]', "{}"):
        with pytest.raises(problems.ProblemError) as refused:
            reading.page(world.session, world.services, "water", Asked(history=True), after=cursor)
        assert refused.value.problem is problems.INVALID_QUERY


def test_rows_outside_the_readers_areas_are_not_there(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    inside = world.enrol(form, {"water": {"source": "kiosk"}})
    outside = world.enrol(form, {"area": "B2", "water": {"source": "kiosk"}})
    rows = reading.page(world.session, world.services, "water", Asked(areas=(1,))).rows
    assert [row["household"] for row in rows] == [inside.applied.code]
    below = reading.page(world.session, world.services, "water", Asked(area_id=3)).rows
    assert [row["household"] for row in below] == [outside.applied.code]
    with pytest.raises(problems.ProblemError) as refused:
        reading.household(world.session, world.services, outside.applied.code or "", project_id=1, areas=(1,))
    assert refused.value.problem is problems.NOT_FOUND


def test_a_stream_gives_what_pages_give(world: World) -> None:
    enrolled(world, 3, need=[{"service": "water", "pass_on": "yes"}, {"service": "food", "pass_on": "no"}])
    for table in ("household", "water", "need"):
        for history in (False, True):
            asked = Asked(project_id=1, history=history)
            rows = reading.page(world.session, world.services, table, asked).rows
            streamed = list(reading.stream(world.session, world.services, table, asked))
            assert [tuple(row.values()) for row in rows] == streamed
            assert len(streamed) == (6 if table == "need" else 3)


def test_since_gives_what_was_recorded_from_then_on(world: World) -> None:
    enrolled(world, 3)
    asked = Asked(history=True, since=NOW + timedelta(seconds=3))
    assert len(reading.page(world.session, world.services, "water", asked).rows) == 1


def test_the_household_page_shows_all_tables_and_the_history_of_each(world: World) -> None:
    visit = world.form(visit_mapping(by="question"))
    first, second = enrolled(world, 2)
    answers = {"which": first, "observed_at": when(9), "water": {"source": "borehole"}}
    world.receive(world.incoming(visit, answers))
    merge.merge(world.session, world.services, first, second, None)
    kept, gone = world.row("household", first), world.row("household", second)
    assert kept is not None
    assert gone is not None
    view = reading.household(world.session, world.services, kept["code"], project_id=1)
    assert view.tables["water"][0]["source"] == "borehole"
    assert view.merged == (gone["code"],)
    assert set(view.tables) == {"visit", "water"}
    asked = Asked(subject=first, history=True, standing=False)
    ever = reading.page(world.session, world.services, "water", asked, newest_first=True).rows
    assert [row["source"] for row in ever] == ["borehole", "kiosk", "kiosk"]
    assert (
        reading.household(world.session, world.services, gone["code"], project_id=1).merged_into
        == kept["code"]
    )


def test_an_unknown_table_is_not_found(world: World) -> None:
    with pytest.raises(problems.ProblemError) as refused:
        reading.headings("nothing")
    assert refused.value.problem is problems.NOT_FOUND
