"""`fieldfare serve` looks whether it can listen before it makes or promises anything."""

from __future__ import annotations

import json
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.serve import gunicorn_command
from server.settings import Settings
from tests.support.served import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def serve(data: Path, *words: str, **settings: str) -> Result:
    names = {f"FIELDFARE_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(
        main, ["--data", str(data), "serve", *words], env={"FIELDFARE_SAMPLE": "0", **names}
    )


def test_a_port_in_use_is_one_sentence_and_nothing_is_made_or_promised(tmp_path: Path, taken: int) -> None:
    done = serve(tmp_path / "data", port=str(taken))
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: Port {taken} of 127.0.0.1 is in use")
    assert "FIELDFARE_PORT" in done.output
    assert done.output.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_port_given_as_an_option_is_looked_at_too(tmp_path: Path, taken: int) -> None:
    done = serve(tmp_path / "data", "--port", str(taken))
    assert done.exit_code == 1
    assert f"Port {taken} of 127.0.0.1 is in use" in done.output


def test_a_demo_on_a_port_in_use_ends_with_the_same_sentence(tmp_path: Path, taken: int) -> None:
    few = ["--households", "1", "--visits", "0"]
    words = ["demo", "--data", str(tmp_path / "demo"), *few, "--run", "--port", str(taken)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: Port {taken} of 127.0.0.1 is in use")
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("host", ["192.0.2.7", "no such host"])
def test_an_address_that_is_not_this_machine_s_is_named_with_its_setting(tmp_path: Path, host: str) -> None:
    done = serve(tmp_path / "data", host=host)
    assert done.exit_code == 1
    assert "FIELDFARE_HOST" in done.output
    assert host in done.output
    assert not (tmp_path / "data").exists()


def test_an_address_of_ipv6_is_written_so_that_it_can_be_told_from_its_port() -> None:
    settings = Settings.load({"FIELDFARE_HOST": "::1", "FIELDFARE_PORT": "8001"})
    assert "--bind=[::1]:8001" in gunicorn_command(settings)
    assert settings.base_url == "http://[::1]:8001"


PATIENCE = 60.0


def answers(port: int) -> bool:
    """Whether web worker and job worker are both at work."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(json.load(answer))
    except OSError:
        return False


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_however_the_parent_ends_its_children_end_too_and_leave_the_port(
    tmp_path: Path, signum: signal.Signals
) -> None:
    port = free_port()
    words = [
        sys.executable,
        "-m",
        "server.cli",
        "--data",
        str(tmp_path / "data"),
        "serve",
        "--port",
        str(port),
    ]
    environment = {"FIELDFARE_SAMPLE": "0", "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
    ) as process:
        assert process.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.05)  # only until it is there: nothing tells us
        process.send_signal(signum)
        process.wait(PATIENCE)
        while True:  # what the children hold open too ends when the last of them has
            readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
            assert readable, "a child goes on without its parent"
            if not process.stdout.read(65536):
                break
    with socket.create_server(("127.0.0.1", port)) as free:
        assert free.getsockname()[1] == port
