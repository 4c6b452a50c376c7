"""A backup of the embedded database and the photo folder in one file, and its way back. The key is never in it.

PostgreSQL and S3 have tools of their own (docs/deploying.md): a copy of ours beside them would only be worse.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from server.db import utcnow
from server.settings import SettingError, Settings

DATABASE = "fieldfare.sqlite3"
CARD = "backup.json"


def backup(settings: Settings, target: Path, *, force: bool = False) -> int:
    """Write the backup, whole or not at all, readable by its owner alone; returns the number of photo files in it.

    The database is copied first: a photo that its copy names was durable before the row, so it is in the folder by then.
    The card goes in last: a file that has one was written to its end.
    Raises `SettingError` where database or photos are not the embedded ones, the file is there already (but for `force`)
    or cannot be written.
    """
    media = _embedded(settings)
    if target.exists() and not force:
        raise SettingError(f"{target} is there already: give another name, or --force to write over it.")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:  # 0700
            copy, part = Path(folder) / DATABASE, Path(folder) / target.name
            with closing(sqlite3.connect(_database(settings))) as old, closing(sqlite3.connect(copy)) as new:
                old.backup(new)
            with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b") as out:
                count = _pack(out, copy, media)
                out.flush()
                os.fsync(out.fileno())
            os.replace(part, target)
            _sync_folder(target.parent)
    except OSError as error:
        raise SettingError(f"{target} cannot be written: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise SettingError(f"{_database(settings)} cannot be copied: {error}.") from error
    return count


def _pack(out: IO[bytes], database: Path, media: Path) -> int:
    count = 0
    with tarfile.open(fileobj=out, mode="w") as packed:
        packed.add(database, DATABASE, filter=_private)
        for path in sorted(media.rglob("*")):
            if path.is_file() and path.parent.name != "tmp":
                with suppress(FileNotFoundError):  # swept since it was listed: no row names it
                    packed.add(path, f"media/{path.relative_to(media)}", filter=_private)
                    count += 1
        card = json.dumps({"fieldfare": 1, "made": utcnow().isoformat()}).encode()
        info = tarfile.TarInfo(CARD)
        info.size = len(card)
        packed.addfile(_private(info), io.BytesIO(card))
    return count


def restore(settings: Settings, source: Path) -> None:
    """Lay a backup into an empty data folder, readable by its owner alone; the database last, so that half of one is none.

    Raises `SettingError` where there is data already, the file is no backup or not all of one, or the disk takes no more.
    """
    media, database = _embedded(settings), _database(settings)
    beside = [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]
    if any(path.exists() for path in beside) or any(path.is_file() for path in media.rglob("*")):
        raise SettingError(
            f"{settings.data} holds a database or photos already: restore into an empty folder (FIELDFARE_DATA)."
        )
    staging = settings.data / ".restoring"
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(staging, ignore_errors=True)  # of a restore that was broken off
        staging.mkdir(mode=0o700)
        with tarfile.open(source) as packed:
            if not {CARD, DATABASE} <= set(packed.getnames()):
                raise SettingError(f"{source} is no backup of Fieldfare, or not all of one.")
            packed.extractall(staging, filter=_safe)  # noqa: S202  # _safe begins with tarfile's own data filter
        for folder, _, _ in os.walk(staging):
            os.chmod(folder, 0o700)
        os.sync()
        if (staging / "media").is_dir():
            shutil.rmtree(media, ignore_errors=True)  # empty folders, looked at above
            os.replace(staging / "media", media)
        os.replace(staging / DATABASE, database)
        _sync_folder(settings.data)
    except tarfile.TarError as error:
        raise SettingError(f"{source} cannot be read as a backup: {error}.") from error
    except OSError as error:
        raise SettingError(
            f"{source} cannot be laid into {settings.data}: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's in particular, its owner's alone: who made a backup need not be who restores it."""
    return member.replace(mode=0o600, uid=0, gid=0, uname="", gname="", deep=False)


def _safe(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo:
    """Nothing that leads out of the folder, and no more rights than a fresh one gives."""
    safe = tarfile.data_filter(member, path)
    return safe.replace(mode=0o700 if safe.isdir() else 0o600, deep=False)


def _sync_folder(folder: Path) -> None:
    """Let a new name in it survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _database(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def _embedded(settings: Settings) -> Path:
    if settings.database_url or settings.media_url != "file:media":
        raise SettingError(
            "This backs up the embedded database and photo folder. PostgreSQL, S3 and folders elsewhere have their own ways: "
            "see docs/deploying.md, 'Backups'."
        )
    return settings.data / "media"
