"""The parent of a running server: web workers (gunicorn) and the job worker, started together and stopped together.

A terminal's Ctrl-C reaches every process of the group, and gunicorn would stop at once on it: the children stand in groups of their
own, and the parent passes SIGTERM on, so that requests under way are finished. A parent that is killed can pass nothing on:
children read a pipe that only it holds open. gunicorn takes `post_fork` from here.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Protocol

from server.settings import SettingError, Settings

GRACE = 90
"""Seconds that requests under way have to finish."""


def web_workers(settings: Settings) -> int:
    """Worker processes: one writes best to SQLite (two halve its commits); two a core on PostgreSQL."""
    if settings.workers:
        return settings.workers
    return 1 if settings.is_sqlite else 2 * (os.cpu_count() or 1)


def gunicorn_command(settings: Settings) -> list[str]:
    """gunicorn's command line: no limit on the request line (integrity addresses are long), threads for slow uploads."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        f"--bind={settings.host_in_address}:{settings.port}",
        f"--workers={web_workers(settings)}",
        f"--threads={settings.threads}",
        "--worker-class=gthread",
        "--limit-request-line=0",
        "--limit-request-field_size=65536",
        "--keep-alive=30",
        "--timeout=0",  # a slow upload is no dead worker
        f"--graceful-timeout={GRACE}",
        f"--chdir={Path(__file__).parent.parent}",
        "--log-level=warning",
        "--no-control-socket",  # it would lie in a home folder that a service may not have
        "--forwarded-allow-ips=127.0.0.1",
    ]


def can_listen(settings: Settings) -> None:
    """Raises `SettingError` where nobody can listen at host and port: asked before anything is made or promised."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        if number == errno.EADDRINUSE:
            words = "is in use, perhaps by a Fieldfare that runs already: stop that, or choose another"
        elif number == errno.EACCES:
            words = "is not for everybody: choose one above 1023"
        else:
            raise SettingError(
                f"FIELDFARE_HOST: {settings.host} is no address of this machine to listen on ({error})."
            ) from error
        raise SettingError(
            f"Port {settings.port} of {settings.host} {words} with FIELDFARE_PORT or --port."
        ) from error


def serve(settings: Settings) -> int:
    """Run until told to stop, or until a child ends by itself; returns the exit status."""
    stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
    environment = {**os.environ, **settings.as_environment()}
    held, _open_while_we_live = os.pipe()
    commands = [
        [*gunicorn_command(settings), "--config=python:server.serve"],
        [sys.executable, "-m", "server.cli", "worker", "--with-parent"],
    ]
    children = [
        subprocess.Popen(c, env=environment, stdin=held, start_new_session=True)  # noqa: S603  # our own programs
        for c in commands
    ]
    os.close(held)
    failed = 0
    while not stopping:
        ended = [child for child in children if child.poll() is not None]
        if ended:
            failed = ended[0].returncode or 1
            break
        time.sleep(0.2)
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE + 5
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return failed


def when_parent_ends(tell: Callable[[], object]) -> None:
    """Call `tell`, in a thread, as soon as `serve` is gone, however it went: standard input is then at its end."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        tell()

    threading.Thread(target=watch, daemon=True).start()


class Arbiter(Protocol):
    """What we need of gunicorn's."""

    pid: int


def post_fork(server: Arbiter, worker: object) -> None:
    """What gunicorn calls in each of its workers: whichever sees `serve` gone tells their own parent to stop as on SIGTERM."""
    arbiter = server.pid

    def stop() -> None:
        if os.getppid() == arbiter:  # else it is gone too, and gunicorn's workers look after that themselves
            os.kill(arbiter, signal.SIGTERM)

    when_parent_ends(stop)
