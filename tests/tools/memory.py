"""A folder in memory for what tests throw away: they make hundreds of databases, and waiting for a disk would be most of their time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SHARED = Path("/dev/shm")  # what is made in it has names of its own, as in any temporary folder
ENOUGH = 4 << 30
"""Bytes that must be free: the uploads of a gigabyte are in there too."""


def folder() -> str | None:
    """Where throw-away files go: memory, where there is plenty; None: the machine's own temporary folder."""
    if SHARED.is_dir() and os.access(SHARED, os.W_OK) and shutil.disk_usage(SHARED).free >= ENOUGH:
        return str(SHARED)
    return None
