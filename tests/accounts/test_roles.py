"""Roles as data: Central's where it has them."""

from __future__ import annotations

import pytest

from server.accounts.roles import BY_SYSTEM, ROLES, Verb, expanded, role_named

CENTRAL_MANAGER = [
    "project.read",
    "project.update",
    "project.delete",
    "form.create",
    "form.delete",
    "form.list",
    "form.read",
    "form.update",
    "form.restore",
    "submission.create",
    "submission.read",
    "submission.list",
    "submission.update",
    "submission.delete",
    "submission.restore",
    "field_key.create",
    "field_key.delete",
    "field_key.list",
    "field_key.update",
    "assignment.list",
    "assignment.create",
    "assignment.delete",
    "public_link.create",
    "public_link.list",
    "public_link.read",
    "public_link.update",
    "public_link.delete",
    "session.end",
    "dataset.list",
    "dataset.read",
    "dataset.create",
    "dataset.update",
    "dataset.delete",
    "entity.list",
    "entity.read",
    "entity.create",
    "entity.update",
    "entity.delete",
    "entity.restore",
    "actor_property.list",
    "actor_property.update",
]


def test_roles_have_the_numbers_and_names_that_central_gives_them() -> None:
    numbered = {role.system: role.id for role in ROLES if role.id < 60}
    assert numbered == {
        "admin": 1,
        "app-user": 2,
        "pwreset": 3,
        "manager": 5,
        "viewer": 6,
        "formview": 7,
        "formfill": 8,
        "pub-link": 9,
    }


def test_a_manager_has_every_verb_of_centrals_manager_and_none_of_the_sites() -> None:
    manager = BY_SYSTEM["manager"].verbs
    assert set(CENTRAL_MANAGER) <= manager
    assert manager.isdisjoint({Verb.USER_CREATE, Verb.PROJECT_CREATE, Verb.CONFIG_SET, Verb.AREA_UPDATE})


def test_an_administrator_can_assign_every_role_that_people_and_phones_get() -> None:
    admin = expanded(BY_SYSTEM["admin"].verbs)
    for name in ("admin", "manager", "viewer", "formfill", "app-user", "supervisor", "designer", "pub-link"):
        assert BY_SYSTEM[name].verbs <= admin, name


def test_a_designer_sees_no_submission_and_a_supervisor_changes_no_form() -> None:
    assert not {verb for verb in BY_SYSTEM["designer"].verbs if verb.startswith(("submission.", "entity."))}
    assert BY_SYSTEM["supervisor"].verbs.isdisjoint({Verb.FORM_CREATE, Verb.FORM_UPDATE, Verb.PROTECTED_READ})
    assert Verb.SUBMISSION_REVIEW in BY_SYSTEM["supervisor"].verbs


@pytest.mark.parametrize(
    ("given", "system"), [("1", "admin"), ("admin", "admin"), ("app-user", "app-user"), ("60", "supervisor")]
)
def test_a_role_is_found_by_number_and_by_name(given: str, system: str) -> None:
    role = role_named(given)
    assert role is not None
    assert role.system == system


@pytest.mark.parametrize("given", ["4", "0", "-1", "nobody", "", "١", "99999999999999999999"])
def test_what_is_no_role_is_none(given: str) -> None:
    assert role_named(given) is None
