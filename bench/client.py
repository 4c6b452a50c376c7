"""The client: threads that send prepared bytes over kept connections and read whole answers. As little of its own as can be."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What a run gave: answers a second, and their statuses."""

    rate: float
    statuses: dict[int, int]
    seconds: float
    slowest: float


def post(path: str, body: bytes, boundary: str, extra: str = "") -> bytes:
    """The bytes of a multipart POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nX-OpenRosa-Version: 1.0\r\n{extra}"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str, extra: str = "") -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nX-OpenRosa-Version: 1.0\r\n{extra}\r\n".encode()


def multipart(parts: list[tuple[str, str, str, bytes]], boundary: str) -> bytes:
    """A multipart body of (name, file name, type, content)."""
    out = bytearray()
    for name, file_name, kind, content in parts:
        out += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
        out += content + b"\r\n"
    return bytes(out + f"--{boundary}--\r\n".encode())


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._rest = b""

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; its status and body."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        data = self._rest
        while b"\r\n\r\n" not in data:
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionError("the server closed the connection")
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            body += self._socket.recv(1 << 20)
        self._rest = body[length:]
        if b"connection: close" in head.lower():
            self._socket.close()
            self._socket = None
        return status, body[:length]


def drive(port: int, requests: Callable[[int], bytes], *, clients: int, count: int) -> Load:
    """`count` requests (request number -> bytes) by `clients` threads at once."""
    statuses: dict[int, int] = {}
    slowest = 0.0
    lock = threading.Lock()
    numbers = iter(range(count))

    def work() -> None:
        nonlocal slowest
        connection = Connection(port)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            request = requests(number)
            began = time.perf_counter()
            status, _ = connection.send(request)
            took = time.perf_counter() - began
            with lock:
                statuses[status] = statuses.get(status, 0) + 1
                slowest = max(slowest, took)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return Load(count / seconds, statuses, seconds, slowest)
