"""Bad inputs, row 50: a password is not guessed, at whatever door, and nobody learns which accounts there are."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from server.accounts import passwords
from server.accounts.models import FailedSignIn
from server.accounts.signin import TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS
from server.db import utcnow
from tests.security.test_browsers import found_token
from tests.security.world import PASSWORD
from tests.support.statements import statements
from tests.support.town import Town

ADMIN = "admin@example.org"
Try = Callable[[Town, str, str, str], TestResponse]


def over_rest(town: Town, email: str, password: str, address: str) -> TestResponse:
    client = town.app.test_client()
    return client.post(
        "/v1/sessions", json={"email": email, "password": password}, environ_base={"REMOTE_ADDR": address}
    )


def on_the_page(town: Town, email: str, password: str, address: str) -> TestResponse:
    client = town.app.test_client()
    csrf = found_token(client.get("/sign-in"))
    data = {"csrf": csrf, "email": email, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})


def basic(path: str) -> Try:
    def attempt(town: Town, email: str, password: str, address: str) -> TestResponse:
        header = b64encode(f"{email}:{password}".encode()).decode()
        return town.app.test_client().get(
            path.format(town.project),
            headers={"Authorization": f"Basic {header}"},
            base_url="https://localhost",
            environ_base={"REMOTE_ADDR": address},
        )

    return attempt


DOORS: dict[str, Try] = {
    "rest": over_rest,
    "page": on_the_page,
    "basic": basic("/v1/users/current"),
    "openrosa": basic("/v1/projects/{}/formList"),
}


def words(answer: TestResponse, *given: str) -> tuple[int, str]:
    """Status and text of an answer without what was typed and what differs each time."""
    import re

    text = answer.text
    for word in given:
        text = text.replace(word, "…")
    text = re.sub(r'csrf-token" content="[^"]+"|name="csrf" value="[^"]+"', "", text)
    return answer.status_code, text


@pytest.mark.parametrize("door", sorted(DOORS))
def test_row_50_an_account_is_closed_after_ten_wrong_passwords_from_wherever(house: Town, door: str) -> None:
    attempt = DOORS[door]
    for number in range(TRIES_PER_ACCOUNT):
        assert attempt(house, ADMIN, f"wrong password {number}", f"192.0.2.{number}").status_code == 401
    assert attempt(house, ADMIN, PASSWORD, "198.51.100.1").status_code == 429
    assert attempt(house, ADMIN.upper(), PASSWORD, "198.51.100.2").status_code == 429


def test_row_50_an_account_is_closed_at_every_door_at_once(house: Town) -> None:
    for number in range(TRIES_PER_ACCOUNT):
        attempt = list(DOORS.values())[number % len(DOORS)]
        assert attempt(house, ADMIN, "a wrong password", f"192.0.2.{number}").status_code == 401
    assert {DOORS[door](house, ADMIN, PASSWORD, "198.51.100.1").status_code for door in DOORS} == {429}


def test_row_50_one_address_that_tries_many_accounts_is_closed(house: Town) -> None:
    for number in range(TRIES_PER_ADDRESS):
        answer = over_rest(house, f"somebody{number}@example.org", "a wrong password", "192.0.2.7")
        assert answer.status_code == 401
    assert over_rest(house, ADMIN, PASSWORD, "192.0.2.7").status_code == 429
    assert over_rest(house, ADMIN, PASSWORD, "192.0.2.8").status_code == 200
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    again = house.app.test_client().post(
        "/v1/sessions",
        json={"email": ADMIN, "password": PASSWORD},
        headers=forged,
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert again.status_code == 429


def at_once(count: int, attempt: Callable[[int], int]) -> list[int]:
    """The statuses of so many tries that are let go together."""
    gate = threading.Barrier(count)

    def one(number: int) -> int:
        gate.wait()
        return attempt(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.parametrize("door", sorted(DOORS))
def test_row_50_guesses_at_once_are_no_more_than_guesses_in_turn(house: Town, door: str) -> None:
    def guess(number: int) -> int:
        return DOORS[door](house, ADMIN, f"guess number {number}", f"192.0.2.{number}").status_code

    got = at_once(30, guess)
    assert got.count(401) == TRIES_PER_ACCOUNT
    assert got.count(429) == 30 - TRIES_PER_ACCOUNT
    assert DOORS[door](house, ADMIN, PASSWORD, "198.51.100.1").status_code == 429


def test_row_50_the_right_password_among_guesses_at_once_is_told_only_while_tries_are_left(
    house: Town,
) -> None:
    def guess(number: int) -> int:
        right = number == 29
        return over_rest(house, ADMIN, PASSWORD if right else "a wrong password", "192.0.2.7").status_code

    got = at_once(30, guess)
    assert got[29] in (200, 429)
    before = TRIES_PER_ACCOUNT - 1 if got[29] == 200 else TRIES_PER_ACCOUNT  # forgotten with the right one
    assert TRIES_PER_ACCOUNT <= got.count(401) <= before + TRIES_PER_ACCOUNT


@pytest.fixture
def written(house: Town) -> Iterator[list[str]]:
    """What is written, in order."""
    with statements(house.app, None) as seen:
        yield seen


@pytest.mark.parametrize("door", ["basic", "openrosa"])
def test_the_right_password_forgets_earlier_failures_and_otherwise_writes_nothing(
    house: Town, door: str, written: list[str]
) -> None:
    def told(password: str) -> int:
        return DOORS[door](house, ADMIN, password, "192.0.2.7").status_code

    for _ in range(3):
        assert [told("a wrong password") for _ in range(TRIES_PER_ACCOUNT - 1)] == [401] * 9
        assert told(PASSWORD) == 200
    written.clear()
    assert told(PASSWORD) == 200
    assert written == []


@pytest.mark.parametrize("door", ["basic", "openrosa"])
def test_failures_that_are_over_go_with_the_next_failure(house: Town, door: str) -> None:
    for _ in range(3):
        DOORS[door](house, "nobody@example.org", "a wrong password", "192.0.2.7")
    with house.session() as session:
        session.execute(update(FailedSignIn).values(at=utcnow() - timedelta(hours=2)))
    DOORS[door](house, "somebody@example.org", "a wrong password", "192.0.2.8")
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(FailedSignIn)) == 2


@pytest.mark.parametrize("door", sorted(DOORS))
def test_row_50_an_unknown_account_and_a_wrong_password_cost_and_say_the_same(
    house: Town, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, worked = DOORS[door], []
    hasher = passwords._hasher

    class Counting:
        def verify(self, stored: str, given: bytes) -> bool:
            worked.append(stored.rsplit("$", 2)[0])  # argon2's kind and costs
            return bool(hasher.verify(stored, given))

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    known = attempt(house, ADMIN, "a wrong password", "192.0.2.1")
    unknown = attempt(house, "nobody@example.org", "a wrong password", "192.0.2.2")
    assert len(worked) == 2
    assert worked[0] == worked[1]
    assert words(known, ADMIN) == words(unknown, "nobody@example.org")
    for _ in range(TRIES_PER_ACCOUNT - 1):
        attempt(house, ADMIN, "a wrong password", "192.0.2.1")
        attempt(house, "nobody@example.org", "a wrong password", "192.0.2.2")
    closed = [attempt(house, one, "x", "192.0.2.3") for one in (ADMIN, "nobody@example.org")]
    assert [one.status_code for one in closed] == [429, 429]
    assert words(closed[0], ADMIN) == words(closed[1], "nobody@example.org")


def test_row_50_asking_for_a_new_password_tells_nobody_whether_there_is_an_account(house: Town) -> None:
    asked = [
        house.app.test_client().post("/v1/users/reset/initiate", json={"email": email})
        for email in (ADMIN, "nobody@example.org", "no address", "%' OR '1'='1")
    ]
    assert len({(one.status_code, one.text) for one in asked}) == 1


def test_row_50_a_stolen_session_does_not_guess_its_persons_password(house: Town) -> None:
    for number in range(TRIES_PER_ACCOUNT):
        body = {"old": f"wrong password {number}", "new": "another long password"}
        assert house.api("PUT", "/users/1/password", json=body).status_code == 401
    body = {"old": PASSWORD, "new": "another long password"}
    assert house.api("PUT", "/users/1/password", json=body).status_code == 429


def test_row_50_a_stolen_session_does_not_guess_the_password_on_the_page_either(house: Town) -> None:
    client = house.app.test_client()
    client.post("/v1/sessions", json={"email": ADMIN, "password": PASSWORD})
    cookie = client.get_cookie("__csrf")
    assert cookie is not None
    new = "another long password"
    given = {"csrf": cookie.value, "password": new, "again": new}
    for number in range(TRIES_PER_ACCOUNT):
        answer = client.post("/me", data={**given, "old": f"wrong password {number}"})
        assert answer.status_code == 422
    client.post("/me", data={**given, "old": PASSWORD})
    assert over_rest(house, ADMIN, new, "192.0.2.1").status_code == 429
    with house.session() as session:
        from server.accounts.models import WebUser

        assert passwords.verify(session.get(WebUser, 1).password_hash, PASSWORD)
