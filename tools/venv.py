"""Makes .venv and puts into it what a lock file names, every file checked by its hash.

Runs under whatever `python3` the machine has, before anything is installed: standard library only. An index,
a mirror or a proxy set for uv or pip on the machine is honoured, because neither is told an address here.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Into .venv, whatever environment is active around it.
UV_INSTALL = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), "--quiet"]
OLDEST = (3, 11)


def main(lock: str) -> int:
    """Install `lock` (a path from the root) and the checkout itself into .venv. Returns the exit status."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Python 3.11 or newer is needed, this is {found}. Name another: make PYTHON=python3.12",
            file=sys.stderr,
        )
        return 1
    try:
        make_venv()
        install(ROOT / lock)
    except subprocess.CalledProcessError as error:
        print(f"\nThe step that failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


def make_venv() -> None:
    """A virtual environment with the locked uv in it; one whose Python no longer starts is made anew."""
    if not starts(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        say("making .venv")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            say("Python's venv is missing; on Debian and Ubuntu: sudo apt-get install python3-venv")
            raise subprocess.CalledProcessError(made.returncode, made.args)
    pip("install", "--quiet", "--require-hashes", "--requirement", str(ROOT / "requirements-uv.lock"))


def install(lock: Path) -> None:
    """What the lock names, by uv, or by pip where uv cannot reach its index; then the checkout, editable."""
    say(f"installing what {lock.name} names")
    wanted = ["--require-hashes", "--requirement", str(lock)]
    if subprocess.run([*UV_INSTALL, *wanted], check=False).returncode:
        say("uv could not; trying with pip")
        pip("install", "--quiet", *wanted)
    checkout = ["--offline", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    subprocess.run([*UV_INSTALL, *checkout], check=True)


def pip(*arguments: str) -> None:
    """pip in .venv, which never asks and never speaks of its own new versions."""
    subprocess.run(
        [str(PYTHON), "-m", "pip", *arguments],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
    )


def starts(python: Path) -> bool:
    """Whether this interpreter is there, runs, and has pip: an interrupted or moved .venv fails here."""
    try:
        return not subprocess.run(
            [python, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode
    except OSError:
        return False


def say(words: str) -> None:
    """One line to the person who typed make."""
    print(f"fieldfare: {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
