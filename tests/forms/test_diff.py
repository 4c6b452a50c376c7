"""What changed between two versions, as the designer sees it."""

from __future__ import annotations

from server.forms.examine import diff
from server.forms.examine.diff import Changed
from server.xforms.model import FormModel
from tests.forms.desk import form, looked_at


def model(survey: str, choices: str = "") -> FormModel:
    sheets = {"choices": choices} if choices else {}
    made = looked_at(form(survey, **sheets)).model
    assert made is not None
    return made


def test_questions_come_go_and_change_and_so_do_choices() -> None:
    before = model(
        "type | name | label | relevant\ninteger | rooms | Rooms |\nselect_one roof | roof | Roof |\ntext | old | Old |",
        "list_name | name | label\nroof | tiles | Tiles\nroof | straw | Straw",
    )
    after = model(
        "type | name | label | relevant\ninteger | rooms | Rooms in use |\nselect_one roof | roof | Roof | ${rooms} > 0\ntext | new | New |",
        "list_name | name | label\nroof | tiles | Tiles\nroof | metal | Metal",
    )
    found = diff.between(before, after)
    assert (found.added, found.removed) == (("/new",), ("/old",))
    assert found.changed == (
        Changed("/rooms", "label", "Rooms", "Rooms in use"),
        Changed("/roof", "relevant", "", "/data/rooms  > 0"),
    )
    assert (found.choices_added, found.choices_removed) == ((("/roof", "metal"),), (("/roof", "straw"),))
    assert not found.empty


def test_a_question_under_another_name_or_in_another_group_is_renamed_where_it_is_the_only_such() -> None:
    head = "type | name | label\n"
    before = model(f"{head}integer | rooms | Rooms\ntext | a | Why\ntext | b | Why\ntext | c | Colour")
    after = model(
        f"{head}begin_group | g | G\ninteger | sleeping | Rooms\nend_group | |\ntext | d | Why\ninteger | c2 | Colour"
    )
    found = diff.between(before, after)
    assert found.renamed == (("/rooms", "/g/sleeping"),)
    assert set(found.removed) == {"/a", "/b", "/c"}
    assert {"/d", "/c2"} <= set(found.added)
    assert "/g/sleeping" not in found.added


def test_the_same_form_under_another_version_differs_in_nothing() -> None:
    survey = "type | name | label\ninteger | rooms | Rooms"
    assert diff.between(model(survey), model(survey)).empty


def test_long_choice_lists_are_compared_quickly() -> None:
    survey = "type | name | label\nselect_one v | a | A"
    lists = [
        "list_name | name | label\n" + "\n".join(f"v | {letter}{n} | L" for n in range(20_000))
        for letter in "ab"
    ]
    found = diff.between(model(survey, lists[0]), model(survey, lists[1]))
    assert (len(found.choices_added), len(found.choices_removed)) == (20_000, 20_000)
