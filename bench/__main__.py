"""`make bench`: runs every comparison, prints a table of rates, ratios and CPU milliseconds, writes bench/results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from bench import engine, ingest, reads, uploads
from bench.house import prepared
from bench.table import Row, show

RESULTS = Path(__file__).parent / "results.json"


def machine() -> str:
    """What this ran on."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model or platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests: under two minutes")
    parser.add_argument("--postgres", action="store_true", help="the same on PostgreSQL out of its wheel")
    parser.add_argument(
        "--million", action="store_true", help="ingest cost at 1,000,000 stored submissions (long)"
    )
    chosen = parser.parse_args()
    scale = 0.25 if chosen.quick else 1.0
    print(f"Machine: {machine()}; 8 clients; client and server share it.", flush=True)
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR", ".")) as folder,
        prepared(Path(folder), postgres=chosen.postgres) as house,
    ):
        rows += ingest.measure(house, scale)
        rows += reads.measure(house, scale)
        rows += uploads.measure(house, scale)
        if chosen.million:
            with prepared(Path(folder) / "young", postgres=chosen.postgres) as young:
                rows += ingest.growth(house, young)
    rows += engine.measure(scale)
    show(rows)
    RESULTS.write_text(
        json.dumps({"machine": machine(), "rows": [row.as_dict() for row in rows]}, indent=1) + "\n"
    )
    print(f"Written to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")


if __name__ == "__main__":
    main()
