"""A draft's code has no password: it is shown to nobody who would see more by it than by their own doors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import XLSX
from tests.support.people import person
from tests.support.town import CHECK, Town


def draft(town: Town, who: dict[str, str]) -> dict[str, Any]:
    """The draft as its reader sees it."""
    client = town.app.test_client(use_cookies=False)
    answer = client.get(f"/v1/projects/{town.project}/forms/check/draft", headers=who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def uploaded(town: Town, who: dict[str, str]) -> None:
    client = town.app.test_client(use_cookies=False)
    path = f"/v1/projects/{town.project}/forms/check/draft?ignoreWarnings=true"
    answer = client.post(path, data=CHECK, headers={**who, "Content-Type": XLSX})
    assert answer.status_code == 200, answer.text


def rows(town: Town, token: str) -> int:
    path = f"/v1/test/{token}/projects/{town.project}/forms/check/draft/attachments/households.csv"
    answer = town.client.get(path)
    assert answer.status_code == 200, answer.text
    return len(answer.text.splitlines()) - 1


@pytest.mark.parametrize(("role", "areas"), [("designer", ()), ("manager", ("A1-014",))])
def test_who_sees_less_than_its_maker_is_not_shown_a_drafts_code(
    house: Town, role: str, areas: tuple[str, ...]
) -> None:
    house.enrol(area="A1-014")
    house.enrol(area="B2")
    admin = {"Authorization": f"Bearer {house.token}"}
    uploaded(house, admin)
    token = draft(house, admin)["draftToken"]
    assert rows(house, token) == 2
    less = person(house, "less", role, *areas)
    assert draft(house, less)["draftToken"] is None
    uploaded(house, less)
    own = draft(house, less)["draftToken"]
    assert rows(house, own) == len(areas)
    assert draft(house, admin)["draftToken"] == own
    assert (
        house.client.get(f"/v1/test/{token}/projects/{house.project}/forms/check/draft/formList").status_code
        == 404
    )


def test_another_code_is_made_where_the_new_maker_sees_more(house: Town) -> None:
    house.enrol(area="B2")
    maker = person(house, "designer", "designer")
    uploaded(house, maker)
    before = draft(house, maker)["draftToken"]
    uploaded(house, {"Authorization": f"Bearer {house.token}"})
    assert draft(house, maker)["draftToken"] is None
    path = f"/v1/test/{before}/projects/{house.project}/forms/check/draft/attachments/households.csv"
    assert house.client.get(path).status_code == 404


def test_the_same_maker_keeps_the_code_that_phones_have(house: Town) -> None:
    maker = person(house, "designer", "designer")
    uploaded(house, maker)
    before = draft(house, maker)["draftToken"]
    uploaded(house, maker)
    assert draft(house, maker)["draftToken"] == before
