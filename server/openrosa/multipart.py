"""A submission's multipart body, read as it comes: the XML to memory (bounded), each file into the inbox, encrypted on its way.

Wire format only. Memory does not grow with a file's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from multipart import MultipartError, MultipartSegment, PushMultipartParser
from werkzeug.exceptions import ClientDisconnected, HTTPException
from werkzeug.http import parse_options_header

from media import Inbox, Received, TooLarge
from server import problems
from server.xforms.types import is_file_name

PIECE = 64 * 1024
XML_LIMIT = 10 * 1024 * 1024
MOST_PARTS = 1000
XML_PART = "xml_submission_file"


@dataclass(frozen=True, slots=True)
class Body:
    """A read body: the XML and the files."""

    xml: bytes
    files: tuple[Received, ...]


def read(stream: IO[bytes], content_type: str, inbox: Inbox, max_file: int) -> Body:
    """Read a multipart/form-data body to its end; no file is larger than `max_file` bytes.

    Raises MULTIPART, XML_MISSING, XML_TOO_LARGE, BAD_FILE_NAME, FILE_TWICE, FILE_TOO_LARGE; and what the inbox raises.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise problems.MULTIPART()
    xml: bytes | None = None
    names: set[str] = set()
    for part, data in _parts(stream, boundary):
        if part.name == XML_PART:
            if xml is not None:
                raise problems.FILE_TWICE(name=XML_PART)
            xml = _bounded(data, XML_LIMIT)
        elif part.filename is not None:
            name = usable_name(part.filename or part.name or "")
            if name in names:
                raise problems.FILE_TWICE(name=name)
            names.add(name)
            _receive(part, name, data, inbox, max_file)
        else:
            _bounded(
                data, XML_LIMIT
            )  # a field that changes nothing is passed over, *isIncomplete* among them
    if xml is None:
        raise problems.XML_MISSING()
    return Body(xml, tuple(inbox.received))


def _receive(part: MultipartSegment, name: str, data: Iterator[bytes], inbox: Inbox, max_file: int) -> None:
    """One file into the inbox. Collect says each part's length: one too large is refused before it is stored."""
    said = str(part.header("Content-Length", ""))
    limit = max_file // 1_000_000
    if said.isdecimal() and len(said) < 20 and int(said) > max_file:
        raise problems.FILE_TOO_LARGE(name=name, limit=limit)
    incoming = inbox.begin(name, part.content_type or "application/octet-stream")
    try:
        for piece in data:
            incoming.write(piece)
    except TooLarge as error:
        raise problems.FILE_TOO_LARGE(name=name, limit=limit) from error
    incoming.finish()


def drain(stream: IO[bytes], most: int) -> None:
    """Read away what is still to come of a refused body, at most `most` bytes.

    A phone reads the answer once it has sent all: a connection closed before that takes the answer with it, and the phone
    would send the same again and again without ever saying why.
    """
    try:
        while most > 0 and (piece := stream.read(min(PIECE, most))):
            most -= len(piece)
    except (OSError, HTTPException):
        return  # it is gone


def usable_name(name: str) -> str:
    """The name, if a form could have given it. Raises BAD_FILE_NAME."""
    if not is_file_name(name):
        raise problems.BAD_FILE_NAME(name=ascii(name)[:80])
    return name


def _bounded(data: Iterator[bytes], limit: int) -> bytes:
    whole = bytearray()
    for piece in data:
        whole += piece
        if len(whole) > limit:
            raise problems.XML_TOO_LARGE()
    return bytes(whole)


def _parts(stream: IO[bytes], boundary: str) -> Iterator[tuple[MultipartSegment, Iterator[bytes]]]:
    """Each part's head and bytes; a part is read out before the next begins."""
    events = _events(stream, boundary)
    for event in events:
        if isinstance(event, MultipartSegment):
            content = _content(events)
            yield event, content
            for _ in content:
                pass


def _content(events: Iterator[MultipartSegment | bytearray | None]) -> Iterator[bytes]:
    for event in events:
        if event is None:  # the part is over
            return
        assert not isinstance(event, MultipartSegment)  # parts do not nest
        yield bytes(event)


def _events(stream: IO[bytes], boundary: str) -> Iterator[MultipartSegment | bytearray | None]:
    """What the parser sees, piece by piece; a body that ends before its last boundary is no multipart."""
    parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
    try:
        with parser:
            while not parser.closed:
                yield from parser.parse(stream.read(PIECE))
    except (MultipartError, ClientDisconnected) as error:
        raise problems.MULTIPART() from error
