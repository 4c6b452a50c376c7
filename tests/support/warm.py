"""Everything that a server imports, imported once in a process that servers are then forked from: starting one takes a moment."""

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread  # what the command below asks for by name

from server import models, wiring

models.load()
for _door in wiring.DOORS:
    __import__(_door)


def run(arguments: list[str], environment: dict[str, str]) -> None:
    """Become gunicorn with these arguments, leader of a process group of its own."""
    import os
    import sys

    os.setsid()
    os.environ.update(environment)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    sys.argv = ["gunicorn", *arguments]
    gunicorn.app.wsgiapp.run()
