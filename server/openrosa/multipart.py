"""A submission's multipart body, read as it comes: the XML to memory (bounded), each file into the inbox, encrypted on its way.

Wire format only. Memory does not grow with a file's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from multipart import MultipartError, MultipartSegment, PushMultipartParser
from werkzeug.http import parse_options_header

from media import Inbox, Received
from server import problems

PIECE = 64 * 1024
XML_LIMIT = 10 * 1024 * 1024
MOST_PARTS = 1000
XML_PART = "xml_submission_file"

_UNUSABLE = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Body:
    """A read body: the XML, the files, and whether more parts of the same submission follow."""

    xml: bytes
    files: tuple[Received, ...]
    incomplete: bool


def read(stream: IO[bytes], content_type: str, inbox: Inbox) -> Body:
    """Read a multipart/form-data body to its end.

    Raises MULTIPART, XML_MISSING, XML_TOO_LARGE, BAD_FILE_NAME, FILE_TWICE, FILE_TOO_LARGE; and what the inbox raises.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise problems.MULTIPART()
    xml: bytes | None = None
    incomplete = False
    names: set[str] = set()
    for name, file_name, part_type, data in _parts(stream, boundary):
        if name == XML_PART:
            xml = _bounded(data, XML_LIMIT)
        elif name == "*isIncomplete*":
            incomplete = _bounded(data, 100).strip().lower() == b"yes"
        elif file_name is not None:
            usable = usable_name(file_name or name)
            if usable in names:
                raise problems.FILE_TWICE(name=usable)
            names.add(usable)
            incoming = inbox.begin(usable, part_type)
            for piece in data:
                incoming.write(piece)
            incoming.finish()
        else:
            _bounded(data, XML_LIMIT)  # a field nobody asked for is passed over
    if xml is None:
        raise problems.XML_MISSING()
    return Body(xml, tuple(inbox.received), incomplete)


def usable_name(name: str) -> str:
    """The name, if a form could have given it. Raises BAD_FILE_NAME: paths, control and direction marks, too long, empty."""
    if not name or len(name.encode()) > 255 or name in {".", ".."} or _UNUSABLE.search(name):
        raise problems.BAD_FILE_NAME(name=ascii(name)[:80])
    return name


def _bounded(data: Iterator[bytes], limit: int) -> bytes:
    whole = bytearray()
    for piece in data:
        whole += piece
        if len(whole) > limit:
            raise problems.XML_TOO_LARGE()
    return bytes(whole)


def _parts(stream: IO[bytes], boundary: str) -> Iterator[tuple[str, str | None, str, Iterator[bytes]]]:
    """Each part's name, file name, content type and bytes; a part is read out before the next begins."""
    events = _events(stream, boundary)
    for event in events:
        if isinstance(event, MultipartSegment):
            content = _content(events)
            kind = event.content_type or "application/octet-stream"
            yield event.name or "", event.filename, kind, content
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
    except MultipartError as error:
        raise problems.MULTIPART() from error
