"""A request's JSON, read within bounds: size, depth, no key twice, nothing that a database cannot keep."""

from __future__ import annotations

import json
from typing import Any

from flask import Request

from server import problems

MOST_BYTES = 250_000
"""As in ODK Central."""

DEEPEST = 32


def held(request: Request) -> bytes:
    """The whole body, read once and kept, so that it can be asked for before a transaction begins and read in one.

    Raises `REQUEST_TOO_LARGE` past `MOST_BYTES`.
    """
    if (request.content_length or 0) > MOST_BYTES:
        raise problems.REQUEST_TOO_LARGE()
    request.max_content_length = MOST_BYTES + 1  # a body without a length is cut there in silence
    if len(raw := request.get_data()) > MOST_BYTES:
        raise problems.REQUEST_TOO_LARGE()
    return raw


def read_json(request: Request) -> Any:
    """The body as JSON; an empty body is an empty object, and so come the fields of a form.

    Raises `REQUEST_TOO_LARGE`, `ENCODING`, `UNPARSEABLE`, `UNEXPECTED_VALUE` (a key twice).
    """
    raw = held(request)
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return request.form.to_dict()
    if (request.mimetype_params.get("charset") or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise problems.ENCODING()
    return parse_json(raw)


def parse_json(raw: bytes) -> Any:
    """JSON of bytes that came from outside. Raises as `read_json`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise problems.ENCODING() from error
    if not text.strip():
        return {}
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        _check(value, 0)
    except (ValueError, RecursionError) as error:
        raise problems.UNPARSEABLE(format="json", rawLength=len(raw)) from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise problems.UNEXPECTED_VALUE(
            field=twice[:80],
            value=problems.shown(twice, found[twice]),
            reason=problems.Sentence("it stands there twice"),
        )
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check(value: Any, depth: int) -> None:
    """Refuse what is too deep, and text that PostgreSQL cannot keep (NUL, half a character)."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text has a NUL character")
        value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, list):
        for one in value:
            _check(one, depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            _check(key, depth + 1)
            _check(one, depth + 1)
