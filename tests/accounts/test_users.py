"""People: made, found, changed, removed, and the first of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import problems
from server.accounts import signin, users
from server.accounts.access import access_of
from server.accounts.models import Assignment, Audit, OneTimeLink, SignIn
from server.accounts.passwords import hash_password, verify
from server.db import utcnow
from server.problems import Problem, ProblemError
from server.services import Services


def refused(problem: Problem) -> pytest.RaisesContext[ProblemError]:  # type: ignore[type-arg]
    return pytest.raises(ProblemError, check=lambda error: error.problem is problem)


def test_an_address_is_one_account_in_whatever_letters(session: Session) -> None:
    users.create(session, email="Ada@Example.org", password="a long password", by=None)
    with refused(problems.NOT_UNIQUE):
        users.create(session, email="ada@example.ORG", password="a long password", by=None)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("nine char", problems.PASSWORD_SHORT),
        ("x" * 73, problems.PASSWORD_LONG),
        ("水" * 25, problems.PASSWORD_LONG),
        (12345678901, problems.INVALID_TYPE),
    ],
)
def test_a_password_has_ten_characters_and_at_most_72_bytes(
    session: Session, password: object, problem: Problem
) -> None:
    with refused(problem):
        users.create(session, email="ada@example.org", password=password, by=None)


def test_a_password_is_stored_as_argon2id_and_nowhere_else(session: Session) -> None:
    user = users.create(session, email="ada@example.org", password="a long password", by=None)
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$")
    assert verify(user.password_hash, "a long password")
    assert not verify(user.password_hash, "another password")
    assert not any(
        "password" in str(row.details)
        for row in session.scalars(select(Audit))
        if row.action == "user.create"
    )


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$broken"])
def test_where_nothing_can_be_right_nothing_is(stored: str | None) -> None:
    assert verify(stored, "nobody has this password") is False


@pytest.mark.parametrize("email", ["", None])
def test_an_address_is_needed(session: Session, email: str | None) -> None:
    with refused(problems.MISSING_PARAMETER):
        users.create(session, email=email, by=None)


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "a b@example.org", "ada@exa\nmple.org", "x" * 400 + "@example.org"],
)
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with refused(problems.UNEXPECTED_VALUE):
        users.create(session, email=email, by=None)


def test_people_are_found_by_part_of_name_or_address_and_wildcards_are_letters(session: Session) -> None:
    users.create(session, email="ada@example.org", display_name="Ada Lovell", by=None)
    users.create(session, email="bo@example.org", display_name="100% Bo_", by=None)
    assert [u.email for u in users.people(session, "LOVELL")] == ["ada@example.org"]
    assert [u.email for u in users.people(session, "bo@")] == ["bo@example.org"]
    assert [u.email for u in users.people(session, "0%")] == ["bo@example.org"]
    assert users.people(session, "a%o") == []
    assert [u.email for u in users.people(session)] == ["ada@example.org", "bo@example.org"]
    assert [u.email for u in users.people(session, limit=1, offset=1)] == ["bo@example.org"]


def test_a_new_password_ends_every_session_but_the_one_that_set_it(
    session: Session, services: Services
) -> None:
    user = users.create(session, email="ada@example.org", password="a long password", by=None)
    mine, other = (signin.open_session(session, services, user.actor_id) for _ in range(2))
    current = signin.by_token(session, services, mine.token)
    assert current is not None
    users.set_password(session, user, "a longer password", keep=current.id, by=user.actor_id)
    assert signin.by_token(session, services, mine.token) == current
    assert signin.by_token(session, services, other.token) is None


def test_a_reset_link_works_once_and_for_a_day(session: Session, services: Services) -> None:
    user = users.create(session, email="ada@example.org", by=None)
    first = users.reset_link(session, services, user).rsplit("/", 1)[1]
    token = users.reset_link(session, services, user).rsplit("/", 1)[1]
    with refused(problems.FORBIDDEN):
        users.use_reset(session, services, first, "a long password")
    users.use_reset(session, services, token, "a long password")
    assert verify(user.password_hash, "a long password")
    with refused(problems.FORBIDDEN):
        users.use_reset(session, services, token, "another password")
    late = users.reset_link(session, services, user).rsplit("/", 1)[1]
    session.execute(update(OneTimeLink).values(expires_at=utcnow() - timedelta(seconds=1)))
    with refused(problems.FORBIDDEN):
        users.use_reset(session, services, late, "another password")


def test_a_link_that_leaks_from_the_database_opens_nothing(session: Session, services: Services) -> None:
    user = users.create(session, email="ada@example.org", by=None)
    token = users.reset_link(session, services, user).rsplit("/", 1)[1]
    row = session.scalars(select(OneTimeLink)).one()
    assert token.encode() not in row.token_mac
    assert users.link_info(session, services, row.token_mac.hex()) is None


def test_the_first_administrator_comes_by_a_link_that_then_stops_working(
    session: Session, services: Services
) -> None:
    older = users.ensure_first_admin(session, services).link
    link = users.ensure_first_admin(session, services).link
    assert older is not None
    assert link is not None
    assert link.startswith("http://127.0.0.1:8000/welcome/")
    with refused(problems.FORBIDDEN):
        users.use_setup(
            session, services, older.rsplit("/", 1)[1], email="ada@example.org", password="a long password"
        )
    token = link.rsplit("/", 1)[1]
    user = users.use_setup(session, services, token, email="ada@example.org", password="a long password")
    access = access_of(session, user.actor_id)
    assert access is not None
    assert access.may("config.set")
    assert users.ensure_first_admin(session, services) == users.SetUp()
    with refused(problems.FORBIDDEN):
        users.use_setup(session, services, token, email="bo@example.org", password="a long password")


def test_the_first_administrator_comes_from_the_settings_where_they_name_one(
    session: Session, services: Services
) -> None:
    settings = replace(services.settings, admin_email="Ada@example.org", admin_password="a long password")
    named = replace(services, settings=settings)
    assert users.ensure_first_admin(session, named) == users.SetUp(email="ada@example.org")
    assert users.ensure_first_admin(session, named) == users.SetUp()


def test_a_removed_persons_roles_sessions_and_address_go_and_the_name_stays(
    session: Session, services: Services
) -> None:
    user = users.create(
        session, email="ada@example.org", display_name="Ada", password="a long password", by=None
    )
    session.add(Assignment(actor_id=user.actor_id, role="viewer"))
    signin.open_session(session, services, user.actor_id)
    users.remove(session, user, by=None)
    session.flush()
    assert session.scalars(select(Assignment)).all() == []
    assert session.scalars(select(SignIn)).all() == []
    assert user.actor.display_name == "Ada"
    with refused(problems.NOT_FOUND):
        users.get(session, user.actor_id)
    users.create(session, email="ada@example.org", password="a long password", by=None)


def test_preferences_are_kept_for_the_site_and_for_each_project(session: Session) -> None:
    user = users.create(session, email="ada@example.org", by=None)
    users.set_preference(session, user, None, "sort", "name")
    users.set_preference(session, user, 3, "open", None)
    session.flush()
    session.expire_all()
    assert user.preferences == {"site": {"sort": "name"}, "projects": {"3": {"open": None}}}
    users.drop_preference(session, user, 3, "open")
    with refused(problems.NOT_FOUND):
        users.drop_preference(session, user, 3, "open")


def test_a_hash_of_the_same_password_is_never_the_same() -> None:
    assert hash_password("a long password") != hash_password("a long password")
