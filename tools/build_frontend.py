"""Builds what pages need: `npm ci` when the lock file changed, then Vite, into server/web/static/dist.

Knows where the build lies and when it is old, nothing of what is in it.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from node import npm

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MANIFEST = ROOT / "server" / "web" / "static" / "dist" / "manifest.json"
# Written by npm's caller, not by npm: which lock file node_modules was made from.
INSTALLED = FRONTEND / "node_modules" / ".fieldfare-lock"


def main() -> int:
    """Install and build; the manifest's time is the stamp that make compares. Returns the exit status."""
    wanted = digest(FRONTEND / "package-lock.json", FRONTEND / "package.json", FRONTEND / ".npmrc")
    try:
        if not INSTALLED.exists() or INSTALLED.read_text() != wanted:
            print("fieldfare: installing what frontend/package-lock.json names", flush=True)
            npm(["ci", "--loglevel=error", "--fetch-retries=3"], folder=FRONTEND)
            INSTALLED.write_text(wanted)
        print("fieldfare: building the pages", flush=True)
        npm(["run", "build", "--silent"], folder=FRONTEND)
    except subprocess.CalledProcessError as error:
        MANIFEST.unlink(missing_ok=True)
        return error.returncode
    MANIFEST.touch()
    return 0


def digest(*files: Path) -> str:
    """One SHA-256 over the files' bytes in this order, as hex."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
