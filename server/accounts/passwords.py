"""Passwords: argon2id, ODK Central's bounds, and a check that costs the same whether or not the account is there.

Knows no table: a stored hash is an argument.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server import problems

SHORTEST = 10
"""Characters."""

LONGEST = 72
"""Bytes of UTF-8, as in ODK Central, so that a password means the same in both."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# OWASP's smallest argon2id setting: some 20 ms and 19 MiB, so that 64 threads guessing together stay near 1 GiB.


def check_bounds(password: object) -> str:
    """The password, if it can be one. Raises `INVALID_TYPE`, `PASSWORD_SHORT` or `PASSWORD_LONG`."""
    if not isinstance(password, str):
        raise problems.INVALID_TYPE(
            field="password", value=problems.shown("password", password), expected="a string"
        )
    if len(password) < SHORTEST:
        raise problems.PASSWORD_SHORT()
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST:
        raise problems.PASSWORD_LONG()
    return password


def hash_password(password: str) -> str:
    """argon2id of a password within the bounds."""
    return _hasher.hash(check_bounds(password).encode("utf-8", "surrogatepass"))


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. Does the same work where there is none, so that time tells nothing."""
    given = password.encode("utf-8", "surrogatepass")[:1024]  # far past any that can be set: bounds the work
    try:
        return _hasher.verify(stored or _nobody(), given) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False
