"""Memory under large and many uploads, while the form list answers."""

from __future__ import annotations

import os
import socket
import threading
import time

from bench import client, forms
from bench.house import House
from bench.table import Row

BOUNDARY = "a1b2c3d4-e5f6-4789-8abc-def012345678"
PIECE = os.urandom(1 << 20)


def measure(house: House, scale: float) -> list[Row]:
    """One huge upload and fifty photo uploads at once."""
    huge = 900 if scale >= 1 else 200
    return [
        _while_uploading(house, f"memory, {huge} MB upload", 1, huge, "below 300 MB"),
        _while_uploading(house, "memory, 50 uploads of 4 MB", 50, 4, "below 300 MB"),
    ]


def _upload(house: House, megabytes: int, done: list[int]) -> None:
    head = client.multipart([("xml_submission_file", "v.xml", "text/xml", forms.photos())], BOUNDARY)
    head = head[: -len(f"--{BOUNDARY}--\r\n")]
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="front.jpg"; filename="front.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    length = len(head) + megabytes * len(PIECE) + len(tail)
    with socket.create_connection(("127.0.0.1", house.server.port)) as wire:
        wire.sendall(
            f"POST {house.base}/submission?deviceID=bench HTTP/1.1\r\nHost: bench\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n".encode()
            + head
        )
        for _ in range(megabytes):
            wire.sendall(PIECE)
        wire.sendall(tail)
        done.append(int(wire.recv(65536)[9:12]))


def _while_uploading(house: House, name: str, uploads: int, megabytes: int, aim: str) -> Row:
    before = house.server.memory()
    peak = before
    slowest = 0.0
    done: list[int] = []
    threads = [threading.Thread(target=_upload, args=(house, megabytes, done)) for _ in range(uploads)]
    for thread in threads:
        thread.start()
    request = client.get(f"{house.base}/formList?deviceID=bench")
    connection = client.Connection(house.server.port)
    while any(thread.is_alive() for thread in threads):
        began = time.perf_counter()
        connection.send(request)
        slowest = max(slowest, time.perf_counter() - began)
        peak = max(peak, house.server.memory())
        time.sleep(0.05)
    if set(done) != {201}:
        raise SystemExit(f"{name}: {done}")
    note = f"form list meanwhile: slowest {slowest * 1000:.0f} ms (below 1 s)"
    return Row(name, peak - before, "MB more", aim=aim, note=note)
