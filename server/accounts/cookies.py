"""The cookies that hold a browser's session, the same from whichever door it was opened.

Knows no request: whether they must insist on https is the door's to say.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from server.accounts import signin

SAME_SITE = "Lax"
"""A link in a message opens its page signed in; what another site sends carries no session, and writes need the CSRF value."""


def set_cookies(response: Response, opened: signin.Opened, *, secure: bool) -> None:
    """Give a browser its session (out of reach of scripts) and the value that its writes must carry."""
    name = signin.cookie_name(secure=secure)
    for key, value, hidden in ((name, opened.token, True), (signin.CSRF_COOKIE, opened.csrf, False)):
        response.set_cookie(
            key,
            value,
            expires=opened.expires_at,
            path="/",
            secure=secure,
            httponly=hidden,
            samesite=SAME_SITE,
        )


def clear_cookies(response: Response, *, secure: bool) -> None:
    """Make a browser forget its session."""
    for key in (signin.cookie_name(secure=secure), signin.CSRF_COOKIE):
        response.delete_cookie(key, path="/", secure=secure, samesite=SAME_SITE)
