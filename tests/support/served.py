"""A running server of this test's own: gunicorn with the command that `fieldfare serve` uses, spoken to over sockets."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from server.serve import gunicorn_command
from server.settings import Settings
from tests.support import multipart

PATIENCE = 30.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.support.warm"])


def warm_run(arguments: list[str], environment: dict[str, str]) -> None:
    """Become a server, in a process forked from one that has imported everything."""
    from tests.support.warm import run

    run(arguments, environment)


@dataclass
class Served:
    """A server process and its workers, in a process group of their own."""

    settings: Settings
    process: BaseProcess | None = field(default=None, repr=False)

    def start(self) -> Served:
        """Start it, and return when it answers."""
        environment = {**self.settings.as_environment(), "FIELDFARE_LOG_LEVEL": "CRITICAL"}
        arguments = gunicorn_command(self.settings)[3:]
        self.process = FORKS.Process(target=warm_run, args=(arguments, environment))
        self.process.start()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if self.get("/healthz")[0] == 200:
                    return self
            except OSError:
                assert self.process.is_alive(), "the server has ended"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.01)  # only until it listens: nothing tells us

    def kill(self) -> None:
        """SIGKILL to every process of the server at once, as when the power fails."""
        assert self.process is not None
        assert self.process.pid is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.process = None

    def stop(self) -> None:
        """SIGTERM, and wait until requests under way are finished."""
        if self.process is not None:
            self.process.terminate()
            self.process.join(PATIENCE)
            assert self.process.exitcode == 0
            self.process = None

    def memory(self) -> int:
        """Resident memory of the server's processes together, in bytes."""
        assert self.process is not None
        assert self.process.pid is not None
        return sum(_resident(pid) for pid in _family(self.process.pid))

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        """A plain connection."""
        return socket.create_connection(("127.0.0.1", self.settings.port), timeout)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"X-OpenRosa-Version": "1.0"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def send(self, base: str, xml: str, files: multipart.Files = ()) -> tuple[int, bytes]:
        """A submission; status and body of the answer."""
        body = multipart.submission(xml.encode(), files)
        return self.stream(base, len(body), [body])

    def stream(self, base: str, length: int, pieces: Iterable[bytes]) -> tuple[int, bytes]:
        """A submission whose body comes in pieces. The answer is read once all is sent, as OkHttp does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=PATIENCE)
        try:
            connection.putrequest("POST", f"{base}/submission?deviceID=collect%3Atest")
            for name, value in head(length):
                connection.putheader(name, value)
            connection.endheaders()
            for piece in pieces:
                connection.send(piece)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def head(length: int) -> list[tuple[str, str]]:
    """Headers of a submission."""
    return [
        ("Content-Type", multipart.CONTENT_TYPE),
        ("Content-Length", str(length)),
        ("X-OpenRosa-Version", "1.0"),
    ]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """A server on these settings and a free port, killed at the end."""
    server = Served(replace(settings, host="127.0.0.1", port=free_port()))
    try:
        yield server.start()
    finally:
        if server.process is not None:
            server.kill()


def _family(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(found for child in children for found in _family(int(child)))]


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
