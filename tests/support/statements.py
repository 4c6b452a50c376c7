"""What an application asks of its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from server.db import db


@contextmanager
def statements(app: Flask, bind: str | None) -> Iterator[list[str]]:
    """What is asked of one engine meanwhile, in order: "read", or None for the one that writes."""
    asked: list[str] = []

    def heard(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engines[bind]
    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", heard)
