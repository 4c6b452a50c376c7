"""Signing in: sessions, limits, and nothing told to who guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import problems
from server.accounts import passwords, phones, signin, users
from server.accounts.models import FailedSignIn, SignIn
from server.db import utcnow
from server.problems import ProblemError
from server.services import Services

HERE = "192.0.2.7"


def attempt(
    session: Session, services: Services, email: str, password: str, address: str = HERE
) -> signin.Opened | None:
    return signin.settle(session, services, signin.examine(session, services, email, password, address))


@pytest.fixture(autouse=True)
def ada(session: Session) -> None:
    users.create(session, email="ada@example.org", password="a long password", by=None)


def test_the_right_password_opens_a_session_of_a_day(session: Session, services: Services) -> None:
    opened = attempt(session, services, " ADA@example.org ", "a long password")
    assert opened is not None
    assert len(opened.token) == 64
    assert opened.expires_at - opened.created_at == timedelta(hours=24)
    current = signin.by_token(session, services, opened.token)
    assert current is not None
    assert current.actor_id == opened.actor_id
    assert users.get(session, opened.actor_id).last_login_at is not None


def test_a_session_is_stored_by_hmac_only_and_ends_with_its_day(session: Session, services: Services) -> None:
    opened = attempt(session, services, "ada@example.org", "a long password")
    assert opened is not None
    row = session.scalars(select(SignIn)).one()
    assert opened.token.encode() not in row.token_mac
    session.execute(update(SignIn).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert signin.by_token(session, services, opened.token) is None


def test_every_sign_in_gives_a_new_token(session: Session, services: Services) -> None:
    tokens = {
        opened.token
        for _ in range(2)
        if (opened := attempt(session, services, "ada@example.org", "a long password"))
    }
    assert len(tokens) == 2


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_account_are_refused_by_the_same_work(
    session: Session, services: Services, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        type(passwords._hasher),
        "verify",
        lambda self, hashed, given: worked.append(hashed) or real(hashed, given),
    )
    assert attempt(session, services, email, "wrong password") is None
    assert len(worked) == 1
    assert worked[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_ten_failures_close_an_account_for_a_quarter_of_an_hour_to_the_right_password_too(
    session: Session, services: Services
) -> None:
    for n in range(signin.TRIES_PER_ACCOUNT):
        assert attempt(session, services, "ada@example.org", "wrong password", f"192.0.2.{n}") is None
    with pytest.raises(ProblemError) as refused:
        attempt(session, services, "ADA@example.org", "a long password", "192.0.2.200")
    assert refused.value.problem is problems.TOO_MANY_TRIES
    assert refused.value.details["minutes"] == 15
    session.execute(update(FailedSignIn).values(at=utcnow() - signin.WINDOW))
    assert attempt(session, services, "ada@example.org", "a long password") is not None


def test_an_unknown_account_is_closed_just_so(session: Session, services: Services) -> None:
    for n in range(signin.TRIES_PER_ACCOUNT):
        attempt(session, services, "nobody@example.org", "wrong password", f"192.0.2.{n}")
    with pytest.raises(ProblemError) as refused:
        attempt(session, services, "nobody@example.org", "wrong password")
    assert refused.value.problem is problems.TOO_MANY_TRIES


def test_one_address_that_tries_many_accounts_is_closed(session: Session, services: Services) -> None:
    network = signin.examine(session, services, "ada@example.org", "a long password", HERE).address
    session.add_all([FailedSignIn(who=network, at=utcnow()) for _ in range(signin.TRIES_PER_ADDRESS)])
    session.flush()
    with pytest.raises(ProblemError):
        attempt(session, services, "ada@example.org", "a long password")
    assert attempt(session, services, "ada@example.org", "a long password", "192.0.2.8") is not None


def test_the_right_password_forgets_the_accounts_failures(session: Session, services: Services) -> None:
    for _ in range(9):
        attempt(session, services, "ada@example.org", "wrong password")
    assert attempt(session, services, "ada@example.org", "a long password") is not None
    for _ in range(9):
        assert attempt(session, services, "ada@example.org", "wrong password") is None


def test_what_is_over_is_swept_at_the_next_sign_in(session: Session, services: Services) -> None:
    attempt(session, services, "ada@example.org", "a long password")
    attempt(session, services, "ada@example.org", "wrong password")
    session.execute(update(SignIn).values(expires_at=utcnow() - timedelta(seconds=1)))
    session.execute(update(FailedSignIn).values(at=utcnow() - timedelta(hours=2)))
    attempt(session, services, "ada@example.org", "a long password")
    assert len(session.scalars(select(SignIn)).all()) == 1
    assert session.scalars(select(FailedSignIn)).all() == []


@pytest.mark.parametrize("token", ["", "x", "x" * 63, "x" * 65, "ä" * 64, "x" * 63 + "\n", "a" * 64])
def test_what_is_no_token_opens_nothing(session: Session, services: Services, token: str) -> None:
    assert signin.by_token(session, services, token) is None


def test_a_phones_token_is_no_sessions_token(session: Session, services: Services) -> None:
    opened = attempt(session, services, "ada@example.org", "a long password")
    assert opened is not None
    with pytest.raises(ProblemError):
        phones.by_token(session, services, opened.token)


def test_a_csrf_value_is_the_sessions_own(session: Session, services: Services) -> None:
    opened = attempt(session, services, "ada@example.org", "a long password")
    assert opened is not None
    current = signin.by_token(session, services, opened.token)
    assert current is not None
    assert signin.csrf_holds(current, opened.csrf)
    assert not signin.csrf_holds(current, opened.token)
    assert not signin.csrf_holds(current, None)
    assert not signin.csrf_holds(current, "")
