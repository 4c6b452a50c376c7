"""What a file really is, by its first bytes: never by its name or by what the sender calls it.

For the type a download is served with. Knows no file but its head.
"""

import re

HEAD = 512
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|table|div|p|br|a|img|h1)[\s>/]", re.I
)
_SVG = re.compile(rb"<(?:[\w.-]+:)?svg[\s>/]", re.I)
_LEADING = re.compile(rb"(?:\s|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!doctype[^>]*>)*", re.I | re.S)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")


def sniff(head: bytes) -> str:
    """The media type of a file with these first bytes (512 are enough), `application/octet-stream` if none fits.

    A file that could be two things is called by its magic number, since that is what a browser with `nosniff`
    is told; text in which markup begins anywhere in the head is called by the markup, the more dangerous reading.
    """
    head = bytes(head[:HEAD])
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # frame sync, layer III
        return "audio/mpeg"
    return _text(head)


def _iso_media(head: bytes) -> str:
    """ISO base media files by their brands (ISO/IEC 14496-12, 4.3)."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    major = brands[0]
    if major in _HEIF_BRANDS:
        return "image/heic"
    if major in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if major.startswith(b"3g"):
        return "video/3gpp"
    if major == b"qt  ":
        return "video/quicktime"
    if any(brand in _HEIF_BRANDS for brand in brands[1:]) and not any(
        brand.startswith(b"iso") for brand in brands
    ):
        return "image/heic"
    return "video/mp4"


def _text(head: bytes) -> str:
    text = _decoded(head)
    if text is None:
        return UNKNOWN
    plain = text.encode()
    start = plain[_end_of_prolog(plain) :]
    if _SVG.match(start):
        return "image/svg+xml"
    if _HTML.search(plain):
        return "text/html"
    if _SVG.search(plain):
        return "image/svg+xml"
    if plain.lstrip().startswith(b"<?xml") or re.match(rb"<[A-Za-z_]", start):
        return "application/xml"
    if not plain.strip():
        return "text/plain" if plain else UNKNOWN
    lines = text.splitlines()
    if len(head) == HEAD and len(lines) > 1:
        lines.pop()  # probably cut
    lines = [line for line in lines if line.strip()]
    for separator in (",", ";", "\t"):
        if all(separator in line for line in lines):
            return "text/csv"
    return "text/plain"


def _end_of_prolog(plain: bytes) -> int:
    match = _LEADING.match(plain)
    return match.end() if match else 0


def _decoded(head: bytes) -> str | None:
    """The head as text, or None if it is none. A character cut at its end is forgiven."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) & ~1].decode("utf-16", "replace").rstrip("\ufffd")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        cut = len(text) - len(text.rstrip("\ufffd"))
        text = text.rstrip("\ufffd") if cut <= 3 else text
    return None if _UNPRINTABLE.search(text) else text
