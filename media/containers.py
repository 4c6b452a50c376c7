"""Takes metadata out of a file without touching its picture: JPEG, PNG, WebP, and ISO media (MP4, 3GP, M4A).

Works by what may stay, not by what must go: a maker's segment that nobody has heard of goes too, and so does
whatever lies behind the end of the picture (second images, films, a position). Pure functions over bytes.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from media.exif import only_orientation, read_exif

_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD cICP pHYs acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset([b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"])
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_NEXT_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # not a stuffed zero, not a restart
_ISO_PARENTS = frozenset([b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"])
_ISO_DEPTH, _ISO_BOXES = 8, 20_000  # an hour in fragments of a second has some 15,000
_ISO_TIMED = frozenset([b"mvhd", b"tkhd", b"mdhd"])
_ISO_DROPPED = frozenset([b"udta", b"meta", b"uuid"])


class Malformed(Exception):
    """The file's structure is not clear enough to cut in it safely."""


def strip_jpeg(data: bytes) -> bytes:
    """Keep the frame, its tables and scans, the colour profile, and which way up it is (ITU-T T.81, Annex B)."""
    parts, exif, jfif = [b"\xff\xd8"], b"", b""
    for marker, whole in _jpeg_segments(data):
        payload = whole[4:] if marker != 0xDA else b""
        if marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            exif = exif or payload
        elif marker == 0xE0 and payload.startswith(b"JFIF\0") and len(payload) >= 12:
            jfif = b"\xff\xe0\0\x10" + payload[:12] + b"\0\0"  # without its little picture
        elif _jpeg_kept(marker, payload):
            parts.append(whole)
    if len(parts) == 1:
        raise Malformed
    orientation = read_exif(exif).orientation
    if orientation != 1:
        body = b"Exif\0\0" + only_orientation(orientation)
        parts.insert(1, b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body)
    if jfif:
        parts.insert(1, jfif)
    parts.append(b"\xff\xd9")
    return b"".join(parts)


def _jpeg_kept(marker: int, payload: bytes) -> bool:
    if marker == 0xE2:
        return payload.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return payload.startswith(b"Adobe") and len(payload) == 12  # says how CMYK and RGB are to be read
    return 0xC0 <= marker <= 0xDF


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker up to the end of the image; a scan together with its coded data.

    What was cut off in a scan ends there: such a picture is still shown as far as it goes.
    """
    if not data.startswith(b"\xff\xd8"):
        raise Malformed
    at = 2
    while True:
        if data[at : at + 1] != b"\xff":
            raise Malformed
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        head = data[at : at + 4]
        if head[1:2] == b"\xd9":
            return
        if len(head) < 4 or head[1] in (0x00, 0x01, 0xD8) or 0xD0 <= head[1] <= 0xD7:
            raise Malformed
        end = at + 2 + int.from_bytes(head[2:], "big")
        if end > len(data) or end < at + 4:
            raise Malformed
        if head[1] == 0xDA:
            following = _NEXT_MARKER.search(data, end)
            if following is None:
                yield head[1], data[at:].rstrip(b"\xff")
                return
            end = following.start()
        yield head[1], data[at:end]
        at = end


def strip_png(data: bytes) -> bytes:
    """Keep the chunks that pixels and colours need (PNG, third edition, 11)."""
    if not data.startswith(_PNG_MARK):
        raise Malformed
    parts, orientation, at = [_PNG_MARK], 1, len(_PNG_MARK)
    first_pixels = None
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        whole = data[at : at + 12 + length]
        if len(whole) < 12 + length:
            raise Malformed
        if kind == b"eXIf":
            orientation = read_exif(whole[8:-4]).orientation
        elif kind in _PNG_KEPT:
            if kind == b"IDAT" and first_pixels is None:
                first_pixels = len(parts)
            parts.append(whole)
        if kind == b"IEND":
            break
        at += len(whole)
    else:
        raise Malformed
    if first_pixels is None:
        raise Malformed
    if orientation != 1:
        body = b"eXIf" + only_orientation(orientation)
        parts.insert(
            first_pixels, struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        )
    return b"".join(parts)


def strip_webp(data: bytes) -> bytes:
    """Keep the frames and the colour profile (RFC 9649, 2)."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise Malformed
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Malformed
    parts: list[bytes] = []
    orientation, at = 1, 12
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        whole = data[at : at + 8 + length]
        if at + 8 + length > end:
            raise Malformed
        if kind == b"EXIF":
            orientation = read_exif(whole[8:]).orientation
        elif kind in _WEBP_KEPT:
            parts.append(whole + b"\0" * (length % 2))
        at += 8 + length + length % 2
    if not parts:
        raise Malformed
    if parts[0].startswith(b"VP8X") and len(parts[0]) == 18:
        flags = parts[0][8] & ~(_WEBP_EXIF | _WEBP_XMP)
        if orientation != 1:
            flags |= _WEBP_EXIF
            exif = only_orientation(orientation)
            parts.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
        parts[0] = parts[0][:8] + bytes([flags]) + parts[0][9:]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def strip_iso_media(data: bytes) -> bytes:
    """A clip in memory, cleaned as blank_spans() says."""
    clean = bytearray(data)
    for span in blank_spans(len(data), lambda offset, length: data[offset : offset + length]):
        clean[span.start : span.stop] = span.cut(span.start, span.stop)
    return bytes(clean)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a clip from `start` to `stop` that are replaced: by `word`, and zeros behind it."""

    start: int
    stop: int
    word: bytes = b""

    def cut(self, start: int, stop: int) -> bytes:
        """What stands from `start` to `stop` of the file instead; both lie within the span."""
        return self.word[start - self.start : stop - self.start].ljust(stop - start, b"\0")


def blank_spans(size: int, read: Callable[[int, int], bytes]) -> list[Span]:
    """What must be blanked in a clip so that it does not say where, when and with what it was taken.

    Follows the boxes of ISO/IEC 14496-12 (4.2, 8.10, 8.11) by their heads alone: `read(offset, length)` is asked
    for a few bytes at a time, so a film of any size can be cleaned as it streams. Boxes keep their length, since
    sample tables count bytes from the start of the file; times become 0, which means unknown. A track of
    positions, which no phone's camera writes by itself, would stay. Raises Malformed.
    """
    spans: list[Span] = []
    boxes = count()

    def look(start: int, end: int, depth: int) -> None:
        at = start
        while at < end:
            head = read(at, 17)
            length, kind, body = int.from_bytes(head[:4], "big"), head[4:8], 8
            if length == 1:
                length, body = int.from_bytes(head[8:16], "big"), 16
            elif length == 0 and depth == 0:
                length = end - at
            if length < body or at + length > end or depth > _ISO_DEPTH or next(boxes) > _ISO_BOXES:
                raise Malformed
            if kind in _ISO_DROPPED and body == 8:
                spans.append(Span(at + 4, at + length, b"free"))
            elif kind in _ISO_DROPPED:
                spans.extend([Span(at + 4, at + 8, b"free"), Span(at + 16, at + length)])
            elif kind in _ISO_TIMED and length >= body + 20:
                spans.append(Span(at + body + 4, at + body + (20 if head[body : body + 1] == b"\1" else 12)))
            elif kind in _ISO_PARENTS:
                look(at + body, at + length, depth + 1)
            at += length

    look(0, size, 0)
    return spans
