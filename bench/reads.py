"""What phones poll, and a table as CSV."""

from __future__ import annotations

import http.client
import socket
import time

from bench import client, stuffing
from bench.house import House
from bench.table import Row

CLIENTS = 8


def measure(house: House, scale: float) -> list[Row]:
    """Form list, manifest, 304, CSV."""
    count = int(4000 * scale)
    same = client.get("/same")
    before = house.bare.cpu()
    bare = client.drive(house.bare.port, lambda n: same, clients=CLIENTS, count=count)
    least = (house.bare.cpu() - before) / count * 1000
    paths = {"form list": "/formList", "manifest": "/forms/household/manifest"}
    rows = [
        _row(house, name, client.get(f"{house.base}{path}?deviceID=bench"), count, bare.rate, least)
        for name, path in paths.items()
    ]
    tag = _etag(house, f"{house.base}/formList?deviceID=bench")
    request = client.get(f"{house.base}/formList?deviceID=bench", f"If-None-Match: {tag}\r\n")
    rows.append(_row(house, "form list, 304", request, count, bare.rate, least, expect=304))
    rows.append(_table(house, max(20_000, int(100_000 * scale))))
    return rows


def _table(house: House, count: int) -> Row:
    """A monitoring table's history as CSV: rows a second; the note says when the first byte came and what memory did."""
    stuffing.monitoring(house.settings, "water", count, house.households)
    before = house.server.memory()
    peak, size, lines = before, 0, 0
    with socket.create_connection(("127.0.0.1", house.server.port)) as wire:
        began = time.perf_counter()
        path = "/v1/monitoring/tables/water.csv?project=1&history=1"
        wire.sendall(client.get(path, f"Authorization: Bearer {house.admin}\r\nConnection: close\r\n"))
        head = wire.recv(65536)
        body = head.partition(b"\r\n\r\n")[2]
        while not body:
            body = wire.recv(65536)
        first = time.perf_counter() - began
        while body:
            size += len(body)
            lines += body.count(b"\n")
            if size % 40 == 0:
                peak = max(peak, house.server.memory())
            body = wire.recv(1 << 18)
        seconds = time.perf_counter() - began
    peak = max(peak, house.server.memory())
    note = f"{lines:,} lines, first byte {first * 1000:.0f} ms (300), memory +{peak - before:.0f} MB (200)"
    return Row(f"table as CSV, {count:,} rows", lines / seconds, "rows/s", aim=">= 20,000", note=note)


def _row(
    house: House, name: str, request: bytes, count: int, bare: float, least: float, *, expect: int = 200
) -> Row:
    before = house.server.cpu()
    load = client.drive(house.server.port, lambda n: request, clients=CLIENTS, count=count)
    if set(load.statuses) != {expect}:
        raise SystemExit(f"{name}: {load.statuses}")
    cpu = (house.server.cpu() - before) / count * 1000
    return Row(name, load.rate, "requests/s", bare, cpu, least, ">= 50 %")


def _etag(house: House, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", house.server.port)
    connection.request("GET", path, headers={"Host": "bench"})
    answer = connection.getresponse()
    answer.read()
    return str(answer.headers["ETag"])
