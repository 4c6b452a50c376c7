"""A submission's body as OkHttp writes it in ODK Collect (okhttp3.MultipartBody), byte for byte."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator, Mapping

BOUNDARY = "5f0c5d3b-7a1e-4c1f-9a54-0d3b6b0f7c11"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

Files = Mapping[str, bytes] | Iterable[tuple[str, bytes]]


def quoted(name: str) -> str:
    """A name inside quotation marks, as OkHttp's `appendQuotedString` writes it."""
    return name.replace("\n", "%0A").replace("\r", "%0D").replace('"', "%22")


def head(name: str, file_name: str | None, content_type: str | None, size: int | None) -> bytes:
    """What stands before a part's content; `size` None where its writer does not say."""
    lines = [f'Content-Disposition: form-data; name="{quoted(name)}"']
    if file_name is not None:
        lines[0] += f'; filename="{quoted(file_name)}"'
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if size is not None:
        lines.append(f"Content-Length: {size}")
    return f"--{BOUNDARY}\r\n".encode() + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def submission(xml: bytes, files: Files = (), *, incomplete: bool = False) -> bytes:
    """The whole body: XML, attachments in their order, and `*isIncomplete*` where parts follow in another request."""
    return b"".join(pieces(xml, files, incomplete=incomplete))


def pieces(xml: bytes, files: Files = (), *, incomplete: bool = False) -> Iterator[bytes]:
    """The body piece by piece."""
    yield head("xml_submission_file", "visit.xml", "text/xml; charset=utf-8", len(xml)) + xml + b"\r\n"
    for name, content in files.items() if isinstance(files, Mapping) else files:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        yield head(name, name, kind, len(content)) + content + b"\r\n"
    if incomplete:
        yield head("*isIncomplete*", None, None, 3) + b"yes\r\n"
    yield f"--{BOUNDARY}--\r\n".encode()
