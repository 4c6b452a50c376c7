"""Tokens: made at random, looked up by HMAC, so that a stolen database opens nothing.

Knows no table: each holder (session, phone, link) names its purpose, and a token of one is never one of another.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from server.keys import Keyring

SESSION: Final = "session-token"
PHONE: Final = "phone-token"
LINK: Final = "one-time-link"

WELL_FORMED = re.compile(r"[A-Za-z0-9_!$-]{64}")
"""As we make them, and as ODK Central does (`!` and `$`), so that its tokens can be taken over."""


def new_token() -> str:
    """64 characters that stand in an address as they are (384 bits)."""
    return secrets.token_urlsafe(48)


def is_well_formed(token: str) -> bool:
    """Whether this can be a token at all."""
    return WELL_FORMED.fullmatch(token) is not None


def token_mac(keys: Keyring, purpose: str, token: str) -> bytes:
    """What is stored in the place of a token (32 bytes)."""
    return keys.mac(purpose, token.encode("utf-8", "surrogatepass"))
