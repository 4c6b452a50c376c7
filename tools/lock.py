"""Resolves pyproject.toml into the lock files: universal, hashed, without an address or a path in them.

Without arguments what is locked stays where it still fits; `--upgrade`, or `--upgrade-package NAME`, moves it.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = [
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
    *("--custom-compile-command", "make lock"),
]


def main(extra: list[str]) -> int:
    """The runtime and build lock first, the development lock held to the same versions, uv's own last."""
    compile_lock("requirements.lock", ["pyproject.toml", "--group", "build", *extra])
    held = ["--group", "dev", "--constraints", "requirements.lock"]
    compile_lock("requirements-dev.lock", ["pyproject.toml", "--group", "build", *held, *extra])
    compile_lock("requirements-uv.lock", ["tools/uv.in", *extra])
    return 0


def compile_lock(output: str, arguments: list[str]) -> None:
    """One call of `uv pip compile`; raises subprocess.CalledProcessError, uv having said why."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "pip", "compile", *COMMON, *arguments, "--output-file", output], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
