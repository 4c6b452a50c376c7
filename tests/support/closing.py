"""The end of an installation in a test: every connection given back, and a test that kept one is told so."""

from __future__ import annotations

from flask import Flask

from server.db import db


def close(app: Flask) -> None:
    """Give back every connection, so that a database can be copied or dropped.

    A connection that is still out is closed much later, by the garbage collector, in whatever test runs then: its
    complaint there has nothing to do with that test, and on Python 3.11 breaks what is being compiled meanwhile.
    """
    with app.app_context():
        db.session.remove()
        engines = list(db.engines.values())
    out = {str(engine.url.database): engine.pool.checkedout() for engine in engines}
    for engine in engines:
        engine.dispose()
    assert not any(out.values()), f"connections were kept: {out}"
