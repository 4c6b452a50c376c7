"""The limit to compare with: a Flask app that does the least possible, under the same server.

POST /submission reads the multipart body, parses the XML and makes one durable commit. GET /same answers 304.
"""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask, Response, request
from lxml import etree

app = Flask(__name__)
DATABASE = os.environ["BENCH_DATABASE"]
_local = threading.local()
_lock = threading.Lock()


def _connection() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        connection = sqlite3.connect(DATABASE, isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS submission (id INTEGER PRIMARY KEY, instance TEXT, xml BLOB)"
        )
        _local.connection = connection
    return _local.connection  # type: ignore[no-any-return]  # a thread's own


def _commit(instance: str, xml: bytes) -> None:
    if DATABASE.startswith("postgresql"):
        _commit_postgres(instance, xml)
        return
    with _lock:
        connection = _connection()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO submission (instance, xml) VALUES (?, ?)", (instance, xml))
        connection.execute("COMMIT")


def _commit_postgres(instance: str, xml: bytes) -> None:
    import psycopg

    if not hasattr(_local, "postgres"):
        _local.postgres = psycopg.connect(DATABASE.replace("postgresql+psycopg", "postgresql"))
        _local.postgres.execute("SELECT pg_advisory_xact_lock(1)")  # several processes begin at once
        _local.postgres.execute(
            "CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, instance text, xml bytea)"
        )
        _local.postgres.commit()
    _local.postgres.execute("INSERT INTO bare (instance, xml) VALUES (%s, %s)", (instance, xml))
    _local.postgres.commit()


@app.post("/submission")
def submission() -> Response:
    """Read, parse, commit."""
    xml = b""
    for name, file in request.files.items():
        body = file.read()
        if name == "xml_submission_file":
            xml = body
    root = etree.fromstring(xml)
    found = root.find(".//{http://openrosa.org/xforms}instanceID")
    _commit("" if found is None else str(found.text), xml)
    return Response("<OpenRosaResponse/>", status=201, content_type="text/xml")


@app.get("/same")
def same() -> Response:
    """Nothing changed."""
    return Response(status=304)
