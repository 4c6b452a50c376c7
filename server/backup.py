"""A backup of the embedded database and the photo folder in one file, and its way back. The key is never in it.

PostgreSQL and S3 have tools of their own (docs/deploying.md): a copy of ours beside them would only be worse.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from server.db import utcnow
from server.settings import SettingError, Settings

DATABASE = "fieldfare.sqlite3"
CARD = "backup.json"


def backup(settings: Settings, target: Path) -> int:
    """Write the backup, whole or not at all; returns the number of photo files in it.

    The database is copied first: a photo that its copy names was durable before the row, so it is in the folder by then.
    Raises `SettingError` where database or photos are not the embedded ones.
    """
    media = _embedded(settings)
    part = target.with_name(target.name + ".part")
    count = 0
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, tarfile.open(part, "w") as out:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(_database(settings))) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
        _add(out, CARD, json.dumps({"fieldfare": 1, "made": utcnow().isoformat()}).encode())
        out.add(copy, DATABASE)
        for path in sorted(media.rglob("*")):
            if path.is_file() and path.parent.name != "tmp":
                out.add(path, f"media/{path.relative_to(media)}")
                count += 1
    with part.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(part, target)
    return count


def restore(settings: Settings, source: Path) -> None:
    """Lay a backup into an empty data folder. Raises `SettingError` where there is data already or the file is no backup."""
    _embedded(settings)
    if _database(settings).exists():
        raise SettingError(
            f"{settings.data} holds a database already: restore into an empty folder (FIELDFARE_DATA)."
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(source) as packed:
            if CARD not in packed.getnames():
                raise SettingError(f"{source} is no backup of Fieldfare.")
            packed.extractall(settings.data, filter="data")
    except tarfile.TarError as error:
        raise SettingError(f"{source} cannot be read as a backup: {error}.") from error
    (settings.data / CARD).unlink()


def _database(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def _embedded(settings: Settings) -> Path:
    if settings.database_url or settings.media_url != "file:media":
        raise SettingError(
            "This backs up the embedded database and photo folder. PostgreSQL, S3 and folders elsewhere have their own ways: "
            "see docs/deploying.md, 'Backups'."
        )
    return settings.data / "media"


def _add(out: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    out.addfile(info, io.BytesIO(content))
