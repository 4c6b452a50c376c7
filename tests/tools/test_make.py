"""What a newcomer types: make says what there is, and passes a stop on to the server instead of killing it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# As typed by hand, also when these tests themselves run under make.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
NOTHING_TO_MAKE = ["--assume-old=.venv/.ready", "--assume-old=server/web/static/dist/manifest.json"]
SERVER = """#!{python}
import signal, sys

stops = {{signal.SIGINT, signal.SIGTERM}}
signal.pthread_sigmask(signal.SIG_BLOCK, stops)
print(*sys.argv[1:], flush=True)
signal.sigwait(stops)
print("finished what was under way", flush=True)
"""


def to_the_whole_group(process: "subprocess.Popen[str]") -> None:
    """Ctrl-C, as a terminal sends it."""
    os.killpg(process.pid, signal.SIGINT)


def to_make_alone(process: "subprocess.Popen[str]") -> None:
    """SIGTERM, as a supervisor of processes sends it."""
    process.terminate()


def test_make_alone_lists_every_target_with_a_line() -> None:
    ran = subprocess.run(["make"], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    targets = set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    listed = dict(re.findall(r"^ {2}make (\S+) +(\S.*)$", ran.stdout, re.MULTILINE))
    assert listed.keys() == targets
    assert {"run", "test", "lint", "bench", "demo", "clean"} <= targets


@pytest.mark.parametrize("stop", [to_the_whole_group, to_make_alone])
def test_a_stop_reaches_the_server_and_make_waits_for_it(
    tmp_path: Path, stop: Callable[["subprocess.Popen[str]"], None]
) -> None:
    server = tmp_path / "fieldfare"
    server.write_text(SERVER.format(python=sys.executable))
    server.chmod(0o755)
    make = subprocess.Popen(
        ["make", "--silent", "run", f"BIN={tmp_path}", "ARGS=--lan", *NOTHING_TO_MAKE],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert make.stdout is not None
    assert make.stdout.readline() == "serve --lan\n"
    stop(make)
    rest, _ = make.communicate(timeout=20)
    assert rest == "finished what was under way\n"
