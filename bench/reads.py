"""What phones poll, and a table as CSV."""

from __future__ import annotations

from bench import client
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
    return rows


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
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", house.server.port)
    connection.request("GET", path, headers={"Host": "bench"})
    answer = connection.getresponse()
    answer.read()
    return str(answer.headers["ETag"])
