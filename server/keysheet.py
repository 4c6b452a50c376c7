"""The key on paper: as groups of letters that can be read out and typed back, and as a QR code in the terminal."""

from __future__ import annotations

import base64
import binascii
import io

import segno

from server.keys import KeyTrouble, MasterKeys

GROUP = 4


def letters(key: bytes) -> list[str]:
    """A key as base32 in groups of four, with a check group at the end."""
    text = base64.b32encode(key).decode().rstrip("=")
    text += base64.b32encode(binascii.crc32(key).to_bytes(4, "big")).decode().rstrip("=")
    return [text[i : i + GROUP] for i in range(0, len(text), GROUP)]


def key_of(groups: str) -> bytes:
    """The key of a sheet's groups, spaces and case as they come. Raises ValueError where the check group does not fit."""
    text = "".join(groups.split()).upper()
    raw = text[:52]
    key = base64.b32decode(raw + "=" * (-len(raw) % 8))
    if "".join(letters(key)) != text:
        raise ValueError("the check at the end does not fit: a letter was read or typed wrongly")
    return key


def sheet(masters: MasterKeys, name: str) -> str:
    """The sheet of one key of the file, as text for a terminal or printer. Raises `KeyTrouble` where the file lacks it."""
    if name not in masters.keys:
        raise KeyTrouble(f"{masters.path} lacks the key {name}, which this database is encrypted with.")
    key = masters.keys[name]
    out = io.StringIO()
    segno.make(f"fieldfare-key:{name}:{''.join(letters(key))}", error="m", micro=False).terminal(
        out=out, compact=True
    )
    groups = letters(key)
    lines = ["  ".join(groups[i : i + 5]) for i in range(0, len(groups), 5)]
    return "\n".join(
        [
            f"Fieldfare key {name}",
            "",
            *lines,
            "",
            out.getvalue(),
            f"To make the key file again from this sheet: fieldfare key restore {name}",
            "",
            "Print this, put it into a safe, and never beside a backup. Without the key, the database, the photos and every",
            "backup of them are worth nothing; with it, whoever has them can read everything. A data folder that holds its key",
            "is not protected: keep the key file elsewhere (FIELDFARE_KEY_FILE).",
        ]
    )
