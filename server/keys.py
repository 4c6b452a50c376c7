"""The key file, envelope keys, and what is encrypted or recognised with them.

A master key lies in a file outside the database and never in a backup. It wraps a few data keys, which lie wrapped in the
table `data_key` and do the work: rotation makes a new master key and wraps again, nothing else is rewritten.
Knows no room: a column's context (who it belongs to) is given by the caller and authenticated with the ciphertext.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session

from server.db import Base, column, utcnow

CONTENT, MAC = "content", "mac"
"""What a data key is for: encrypting (columns and blobs), or recognising a content without storing it."""


class KeyTrouble(RuntimeError):
    """The key file is missing, unreadable or another installation's. The message says what to do; nothing was changed."""


class DataKey(Base):
    """A data key, wrapped by a master key. The `mac` key never rotates: what it recognises is never stored otherwise."""

    __tablename__ = "data_key"
    __table_args__ = {"comment": "Data keys, each wrapped by the master key in the key file."}
    id: Mapped[int] = column(
        "Key id, written into the header of everything encrypted with it", primary_key=True
    )
    purpose: Mapped[str] = column("content (encrypts) or mac (recognises)", String(16))
    wrapped: Mapped[bytes] = column("The 32-byte key, AES-256-GCM under the master key", LargeBinary)
    wrapped_by: Mapped[str] = column("Name of the master key that wraps it", String(32))
    created_at: Mapped[datetime] = column("When it was made")


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The key file's content: named 32-byte keys, the last one in force."""

    path: Path
    keys: Mapping[str, bytes]

    @property
    def current(self) -> str:
        """Name of the key that wraps from now on."""
        return list(self.keys)[-1]


def new_master_key() -> tuple[str, bytes]:
    """A fresh master key under a name nobody else uses."""
    return f"m{secrets.token_hex(4)}", secrets.token_bytes(32)


def write_key_file(path: Path, keys: Mapping[str, bytes]) -> MasterKeys:
    """Write the key file durably, readable by its owner alone, whole or not at all."""
    body = {
        "fieldfare key file": 1,
        "keys": {name: base64.b64encode(key).decode() for name, key in keys.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as out:
        json.dump(body, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return MasterKeys(path, dict(keys))


def read_key_file(path: Path) -> MasterKeys:
    """The key file's keys. Raises `KeyTrouble` where it is missing or no key file."""
    if not path.is_file():
        raise KeyTrouble(
            f"The key file {path} is not there, and this database is encrypted with it. Put it back from where it was "
            "moved, name it in FIELDFARE_KEY_FILE, or make it again from the sheet in the safe: fieldfare key restore NAME. "
            "Nothing was changed."
        )
    try:
        body = json.loads(path.read_text("utf-8"))
        keys = {str(name): base64.b64decode(key, validate=True) for name, key in body["keys"].items()}
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise ValueError("no key of 32 bytes")
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise KeyTrouble(f"{path} is not a key file of Fieldfare ({error}). Nothing was changed.") from error
    return MasterKeys(path, keys)


class Keyring:
    """The opened data keys. Also what `media` asks for keys (`current`, `by_id`)."""

    __slots__ = ("_content", "_current", "_mac")

    def __init__(self, content: Mapping[int, bytes], mac: bytes) -> None:
        self._content = {key_id: (key, AESGCM(key)) for key_id, key in content.items()}
        self._current = max(content)
        self._mac = mac

    def current(self) -> tuple[int, bytes]:
        """Id and bytes of the key that encrypts from now on."""
        return self._current, self._content[self._current][0]

    def by_id(self, key_id: int) -> bytes:
        """The key of that id; `KeyError` where there is none."""
        return self._content[key_id][0]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt a column's value: key id (4), nonce (12), ciphertext and tag; `context` is authenticated, not stored."""
        nonce = os.urandom(12)
        box = self._content[self._current][1].encrypt(nonce, plain, context.encode())
        return self._current.to_bytes(4, "big") + nonce + box

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what `seal` made for the same context. Raises `KeyTrouble` where it was changed or moved."""
        try:
            box = self._content[int.from_bytes(sealed[:4], "big")][1]
            return box.decrypt(sealed[4:16], sealed[16:], context.encode())
        except (KeyError, InvalidTag, ValueError) as error:
            raise KeyTrouble(
                f"A value of {context} cannot be opened: damaged, or encrypted with another key."
            ) from error

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        """HMAC-SHA-256 (32 bytes) that recognises a content without confirming it to whoever lacks the key."""
        digest = hmac.new(self._mac, purpose.encode(), "sha256")
        for part in parts:
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()


def _wrap(master: bytes, key: bytes, key_id: int) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(master).encrypt(nonce, key, f"data_key:{key_id}".encode())


def _unwrap(masters: MasterKeys, row: DataKey) -> bytes:
    master = masters.keys.get(row.wrapped_by)
    if master is None:
        raise KeyTrouble(
            f"{masters.path} is another installation's key file: it lacks the key {row.wrapped_by}, which this database is "
            "encrypted with. Put the right file back or name it in FIELDFARE_KEY_FILE. Nothing was changed."
        )
    try:
        return AESGCM(master).decrypt(row.wrapped[:12], row.wrapped[12:], f"data_key:{row.id}".encode())
    except InvalidTag as error:
        raise KeyTrouble(
            f"{masters.path} does not open this database's keys. Nothing was changed."
        ) from error


def open_keyring(session: Session, path: Path) -> Keyring:
    """Open the data keys with the key file; on an empty database make both.

    Raises `KeyTrouble` where the database is in use and the file is missing or another one's. The session is committed
    only where keys were made.
    """
    rows = session.scalars(select(DataKey).order_by(DataKey.id)).all()
    if not rows:
        masters = read_key_file(path) if path.exists() else write_key_file(path, dict([new_master_key()]))
        for key_id, purpose in ((1, CONTENT), (2, MAC)):
            session.add(_new_data_key(masters, key_id, purpose))
        session.commit()
        rows = session.scalars(select(DataKey).order_by(DataKey.id)).all()
    masters = read_key_file(path)
    opened = {row.id: (row.purpose, _unwrap(masters, row)) for row in rows}
    session.rollback()
    return Keyring(
        {key_id: key for key_id, (purpose, key) in opened.items() if purpose == CONTENT},
        next(key for purpose, key in opened.values() if purpose == MAC),
    )


def _new_data_key(masters: MasterKeys, key_id: int, purpose: str) -> DataKey:
    wrapped = _wrap(masters.keys[masters.current], secrets.token_bytes(32), key_id)
    return DataKey(
        id=key_id, purpose=purpose, wrapped=wrapped, wrapped_by=masters.current, created_at=utcnow()
    )


def in_force(session: Session) -> str:
    """Name of the master key that opens this database. Raises `KeyTrouble` where there is no database yet."""
    name = session.scalar(select(DataKey.wrapped_by).order_by(DataKey.id.desc()).limit(1))
    if name is None:
        raise KeyTrouble(
            "There is no database yet, and so no key: start the server once, then print the sheet."
        )
    return name


def rotate(session: Session, path: Path) -> str:
    """Make a new master key and wrap every data key with it; returns the new key's name.

    The file holds both keys until the database has committed, so that a stop at any instant leaves something that opens.
    """
    masters = read_key_file(path)
    name, key = new_master_key()
    both = write_key_file(path, {**masters.keys, name: key})
    for row in session.scalars(select(DataKey)):
        row.wrapped = _wrap(key, _unwrap(both, row), row.id)
        row.wrapped_by = name
    session.commit()
    write_key_file(path, {name: key})
    return name
