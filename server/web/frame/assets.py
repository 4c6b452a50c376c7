"""The built files of the pages: plain names lead to hashed ones, which browsers may keep for ever."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

DIST = Path(__file__).parents[1] / "static" / "dist"

assets = Blueprint("assets", __name__)


@assets.get("/static/<path:name>")
def file(name: str) -> Response:
    """A built file. Only what the build made is here."""
    if not (DIST / name).is_file():
        abort(404)
    response = send_from_directory(DIST, name)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def asset(name: str) -> str:
    """The address of a built file by its plain name (`main.js`)."""
    return f"/static/{_manifest(_stamp()).get(name, name)}"


def icon(name: str) -> str:
    """The address of an icon in the sprite."""
    return f"{asset('icons.svg')}#{name}"


def _stamp() -> float:
    path = DIST / "manifest.json"
    return path.stat().st_mtime if path.is_file() else 0.0


@lru_cache(maxsize=2)
def _manifest(stamp: float) -> dict[str, str]:
    path = DIST / "manifest.json"
    return dict(json.loads(path.read_text("utf-8"))) if stamp else {}
