"""OpenRosa's documents and headers, as ODK Collect's parsers take them. Plain functions from values to bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "text/xml; charset=utf-8"
VERSION_HEADER = ("X-OpenRosa-Version", "1.0")
ACCEPT_LENGTH = 100_000_000
"""What phones are told of the accepted length: a hint for splitting, not a limit (decisions.md, 'Uploads')."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class ListedForm:
    """One form of a form list. `manifest_url` None where the form has no files."""

    form_id: str
    name: str
    version: str
    md5: str
    download_url: str
    manifest_url: str | None


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of a manifest."""

    name: str
    md5: str
    download_url: str
    entity_list: bool = False
    integrity_url: str | None = None


def form_list(forms: Iterable[ListedForm]) -> bytes:
    """`http://openrosa.org/xforms/xformsList`."""
    parts = [_HEAD, '<xforms xmlns="http://openrosa.org/xforms/xformsList">']
    for f in forms:
        parts.append(
            f"<xform><formID>{escape(f.form_id)}</formID><name>{escape(f.name)}</name><version>{escape(f.version)}</version>"
            f"<hash>md5:{f.md5}</hash><downloadUrl>{escape(f.download_url)}</downloadUrl>"
        )
        if f.manifest_url is not None:
            parts.append(f"<manifestUrl>{escape(f.manifest_url)}</manifestUrl>")
        parts.append("</xform>")
    parts.append("</xforms>")
    return "".join(parts).encode()


def manifest(files: Iterable[ListedFile]) -> bytes:
    """`http://openrosa.org/xforms/xformsManifest`."""
    parts = [_HEAD, '<manifest xmlns="http://openrosa.org/xforms/xformsManifest">']
    for f in files:
        kind = ' type="entityList"' if f.entity_list else ""
        parts.append(
            f"<mediaFile{kind}><filename>{escape(f.name)}</filename><hash>md5:{f.md5}</hash><downloadUrl>{escape(f.download_url)}</downloadUrl>"
        )
        if f.integrity_url is not None:
            parts.append(f"<integrityUrl>{escape(f.integrity_url)}</integrityUrl>")
        parts.append("</mediaFile>")
    parts.append("</manifest>")
    return "".join(parts).encode()


def integrity(states: Iterable[tuple[str, bool]]) -> bytes:
    """Which of the entities asked for were deleted."""
    rows = "".join(
        f"<entity id={quoteattr(uuid)}><deleted>{str(gone).lower()}</deleted></entity>"
        for uuid, gone in states
    )
    return f"{_HEAD}<data><entities>{rows}</entities></data>".encode()


def message(text: str, nature: str = "") -> bytes:
    """What the app shows the enumerator, after a submission or in an error."""
    attribute = f" nature={quoteattr(nature)}" if nature else ""
    return f'{_HEAD}<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message{attribute}>{escape(text)}</message></OpenRosaResponse>'.encode()
