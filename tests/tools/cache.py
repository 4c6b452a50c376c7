"""Where test tools keep what they fetched from a package registry, from one run to the next.

A folder appears under its name only when it is whole, so that two runs at once, or one broken off, do no harm.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools.node import npm


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache; `make(folder)` fills it if it is not there yet."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    root = Path(home) / "fieldfare"
    wanted = root / name
    if wanted.is_dir():
        return wanted
    root.mkdir(parents=True, exist_ok=True)
    growing = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root))
    try:
        make(growing)
        growing.chmod(0o755)
        os.rename(growing, wanted)
    except OSError:
        if not wanted.is_dir():  # else another run was quicker, and its folder is as good
            raise
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return wanted


def npm_package(name: str, version: str, integrity: str, folder: Path) -> Path:
    """Fetch one npm package, check it, unpack it; its scripts never run. Returns the folder with its files.

    `integrity` is the registry's `sha512-…`. Raises ConnectionError when the package cannot be had, ValueError when
    its bytes are others.
    """
    specification = f"{name}@{version}"
    try:
        npm(["pack", specification, "--ignore-scripts", "--fetch-retries=1"], folder=folder, capture=True)
    except subprocess.CalledProcessError as error:
        raise ConnectionError(f"{specification} could not be fetched: {error.stderr.strip()}") from error
    (archive,) = folder.glob("*.tgz")
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        raise ValueError(f"{specification} has other bytes than expected: {found}")
    with tarfile.open(archive) as tar:
        extract(tar, folder)
    archive.unlink()
    return folder / "package"


def extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Everything in an archive whose hash was checked; guarded against odd paths from Python 3.11.4 on."""
    if hasattr(tarfile, "data_filter"):
        tar.extraction_filter = tarfile.data_filter
    tar.extractall(folder)
