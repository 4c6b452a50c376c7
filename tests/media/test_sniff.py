"""What a file is by its first bytes: a table of heads, ours and hostile ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sniff import sniff


def iso(major: bytes, *others: bytes) -> bytes:
    body = major + b"\0\0\0\0" + b"".join(others)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + b"\0\0\0\x08free"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe1\x12\x34Exif\0\0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"GIF89a\x01\0\x01\0", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (iso(b"heic", b"mif1", b"heic"), "image/heic"),
        (iso(b"mif1", b"mif1", b"heic"), "image/heic"),
        (iso(b"isom", b"isom", b"mp42"), "video/mp4"),
        (iso(b"mp42", b"isom"), "video/mp4"),
        (iso(b"M4A ", b"M4A ", b"mp42"), "audio/mp4"),
        (iso(b"3gp4", b"isom", b"3gp4"), "video/3gpp"),
        (iso(b"qt  "), "video/quicktime"),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(20), "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04\x14\0", "application/zip"),
        (b"event,node,start,end\nform start,,1,2\n", "text/csv"),
        ("地区;数\n甲;1\n".encode(), "text/csv"),
        (b"\xef\xbb\xbfname,label\na,b\n", "text/csv"),
        ("名前\tラベル\n".encode("utf-16"), "text/csv"),
        (b"just words, here\nand none there\n", "text/plain"),
        (b"one line without an end", "text/plain"),
        (("x" * 511 + "é").encode()[:512], "text/plain"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "text/html"),
        (b"  \n<HTML>", "text/html"),
        (b"<!-- hello --><script>alert(1)</script>", "text/html"),
        (b"plain words and then <script>alert(1)</script>", "text/html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "image/svg+xml"),
        (b'<?xml version="1.0"?><!-- a --><svg onload="alert(1)">', "image/svg+xml"),
        (b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg">', "image/svg+xml"),
        (b'<?xml version="1.0"?><data id="visit"/>', "application/xml"),
        (b'<data id="visit"/>', "application/xml"),
        ('<?xml version="1.0"?><data/>'.encode("utf-16"), "application/xml"),
        (b"GIF89a/*<script>alert(1)</script>*/", "image/gif"),
        (b"", "application/octet-stream"),
        (b"\0\1\2\3", "application/octet-stream"),
        (bytes(range(256)), "application/octet-stream"),
    ],
)
def test_a_head_tells_the_type(head: bytes, expected: str) -> None:
    assert sniff(head) == expected


@given(st.binary(max_size=600))
def test_any_bytes_get_some_type(head: bytes) -> None:
    assert "/" in sniff(head)
