"""Pictures as phones make them, and as nobody should: what is seen in them, shown of them, and left out of them."""

import io
import struct
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFilter, ImageStat
from PIL.TiffImagePlugin import IFDRational

from media import Unreadable
from media.exif import Position
from media.images import (
    MAX_BYTES,
    REASONS,
    SCREEN,
    THUMB,
    Region,
    blur,
    distance,
    look,
    prepare,
    strip,
    thumbnail,
)
from media.sniff import sniff

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 180, 60), (30, 60, 200), (255, 255, 255)


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """A house under a sky: no two corners alike, so that a turn is seen, and detail enough for a hash."""
    image = Image.new("RGB", (width, height), (120, 160, 220))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.6, width, height), fill=(90, 130, 60))
    draw.rectangle((width * 0.2, height * 0.4, width * 0.5, height * 0.8), fill=(160, 90, 60))
    draw.polygon(
        [(width * 0.15, height * 0.4), (width * 0.55, height * 0.4), (width * 0.35, height * 0.15)], RED
    )
    draw.ellipse((width * 0.75, height * 0.05, width * 0.95, height * 0.3), fill=(250, 230, 90))
    for place, colour in enumerate([RED, GREEN, BLUE, WHITE]):
        left, top = (place % 2) * (width - width // 8), (place // 2) * (height - height // 8)
        draw.rectangle((left, top, left + width // 8, top + height // 8), fill=colour)
    return image


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(
    main: dict[int, object] | None = None,
    camera: dict[int, object] | None = None,
    gps: dict[int, object] | None = None,
) -> Image.Exif:
    tags = Image.Exif()
    tags.update(main or {})
    tags.get_ifd(0x8769).update(camera or {})
    tags.get_ifd(0x8825).update(gps or {})
    return tags


def dms(degrees: float, minutes: float = 0, seconds: float = 0) -> tuple[IFDRational, ...]:
    return (
        IFDRational(round(degrees * 100), 100),
        IFDRational(round(minutes * 100), 100),
        IFDRational(round(seconds * 100), 100),
    )


GPS = {1: "S", 2: dms(1, 30), 3: "E", 4: dms(36, 49, 12), 0x1F: IFDRational(85, 10)}
TAGGED = exif(
    {0x010F: "Invented", 0x0110: "Phone 7", 0x0112: 6, 0x0132: "2026:03:05 11:00:00", 0x013B: "A Person"},
    {0x9003: "2026:03:04 10:14:09", 0x9011: "+03:00", 0x9286: b"ASCII\0\0\0a secret"},
    GPS,
)


def unreadable(data: bytes) -> str:
    """The reason for which neither look() nor thumbnail() can do anything with it."""
    with pytest.raises(Unreadable) as looked:
        look(data)
    with pytest.raises(Unreadable) as shown:
        thumbnail(data, THUMB)
    assert looked.value.reason == shown.value.reason
    assert looked.value.reason in REASONS
    return looked.value.reason


def fails(act: Callable[[bytes], object], data: bytes) -> str | None:
    """The reason for which it is unreadable, None if it is not; any other error is the test's failure."""
    try:
        act(data)
    except Unreadable as error:
        return error.reason
    return None


# What is seen


def test_a_photo_tells_its_size_time_place_and_camera() -> None:
    picture = look(saved(scene(), exif=TAGGED))
    assert (picture.media_type, picture.width, picture.height, picture.orientation) == (
        "image/jpeg",
        480,
        640,
        6,
    )
    assert picture.taken_at == datetime.fromisoformat("2026-03-04T10:14:09")
    assert picture.utc_offset == timedelta(hours=3)
    assert picture.position == Position(-1.5, 36.82, 8.5)
    assert picture.camera == "Invented Phone 7"
    assert picture.whole
    assert not picture.plain


def test_a_file_is_looked_at_like_its_bytes() -> None:
    data = saved(scene(), exif=TAGGED)
    assert look(io.BytesIO(data)) == look(data)


def test_a_photo_without_exif_tells_what_its_pixels_tell() -> None:
    picture = look(saved(scene()))
    assert (picture.width, picture.height, picture.orientation) == (640, 480, 1)
    assert (picture.taken_at, picture.utc_offset, picture.position, picture.camera) == (
        None,
        None,
        None,
        None,
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_exif_is_read_from_other_kinds_too(kind: str) -> None:
    picture = look(saved(scene(), kind, exif=TAGGED))
    assert (picture.width, picture.orientation) == (480, 6)
    assert picture.taken_at == datetime.fromisoformat("2026-03-04T10:14:09")


def test_the_mean_colour_is_that_of_all_pixels() -> None:
    half = Image.new("RGB", (100, 100), (0, 0, 0))
    half.paste((255, 255, 255), (0, 0, 50, 100))
    assert look(saved(half, "PNG")).mean_colour in ("#7f7f7f", "#808080")
    assert look(saved(Image.new("RGB", (50, 50), RED), "PNG")).mean_colour == "#c81e1e"
    assert look(saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG")).mean_colour == "#ffffff"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026:03:04 10:14:09", "2026-03-04T10:14:09"),
        ("2026-03-04T10:14:09", "2026-03-04T10:14:09"),
        ("2026:03:04 10:14:09.5", "2026-03-04T10:14:09"),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2026:02:30 10:14:09", None),
        ("2026:03:04 24:14:09", None),
        ("1904:01:01 00:00:00", None),
        ("9999:01:01 00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_is_believed_only_if_it_can_be_one(time: str, expected: str | None) -> None:
    taken_at = look(saved(scene(64, 48), exif=exif(camera={0x9003: time}))).taken_at
    assert taken_at == (None if expected is None else datetime.fromisoformat(expected))


def test_the_next_best_time_is_taken_where_the_first_is_none() -> None:
    tags = exif(
        {0x0132: "2026:03:05 11:00:00"}, {0x9003: "0000:00:00 00:00:00", 0x9011: "+03:00", 0x9010: "-04:30"}
    )
    picture = look(saved(scene(64, 48), exif=tags))
    assert picture.taken_at == datetime.fromisoformat("2026-03-05T11:00:00")
    assert picture.utc_offset == -timedelta(hours=4, minutes=30)


@pytest.mark.parametrize(
    ("offset", "hours"), [("+05:45", 5.75), ("-03:00", -3), ("+99:00", None), ("Z", None)]
)
def test_an_offset_is_believed_only_if_it_can_be_one(offset: str, hours: float | None) -> None:
    picture = look(saved(scene(64, 48), exif=exif(camera={0x9003: "2026:03:04 10:14:09", 0x9011: offset})))
    assert picture.utc_offset == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(
    "wrong",
    [
        {2: dms(91)},
        {4: dms(180, 1)},
        {4: dms(361)},
        {2: dms(10, 61)},
        {2: dms(10, 10, 61)},
        {1: "X"},
        {1: ""},
        {3: "N"},
        {2: (IFDRational(1, 0), IFDRational(0, 1), IFDRational(0, 1))},
        {2: (IFDRational(1, 1),)},
        {2: dms(0), 4: dms(0)},
    ],
)
def test_bad_input_21_a_position_that_cannot_be_one_is_no_position(wrong: dict[int, object]) -> None:
    picture = look(saved(scene(64, 48), exif=exif(gps={**GPS, **wrong})))
    assert picture.position is None
    assert picture.width == 64


@pytest.mark.parametrize("error", [IFDRational(0, 1), IFDRational(1, 0)])
def test_an_accuracy_that_cannot_be_one_leaves_the_position(error: IFDRational) -> None:
    position = look(saved(scene(64, 48), exif=exif(gps={**GPS, 0x1F: error}))).position
    assert position == Position(-1.5, 36.82, None)


# Which way up


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_thumbnail_stands_upright_whatever_way_the_phone_was_held(orientation: int, kind: str) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = scene()
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    data = saved(stored, kind, exif=exif({0x0112: orientation}))
    picture, thumbs = prepare(data)
    assert (picture.width, picture.height, picture.orientation) == (640, 480, orientation)
    small = opened(thumbs[THUMB]).convert("RGB")
    assert small.size == (320, 240)
    for point, colour in [((10, 10), RED), ((310, 10), GREEN), ((10, 230), BLUE), ((310, 230), WHITE)]:
        assert near(small, point, colour)
    assert distance(picture.phash, look(saved(upright)).phash) <= 3


def near(image: Image.Image, point: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = image.getpixel(point)
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 40 for a, b in zip(seen, colour, strict=True))


@pytest.mark.parametrize("lie", [0, 9, 255, 65535, "six"])
def test_bad_input_21_an_orientation_that_is_none_counts_as_upright(lie: object) -> None:
    tags = exif({0x0112: lie})
    try:
        data = saved(scene(64, 48), exif=tags)
    except (TypeError, ValueError, struct.error):
        data = with_exif_entry(saved(scene(64, 48)), struct.pack(">HHII", 0x0112, 2, 4, 0x73697800))
    picture = look(data)
    assert (picture.orientation, picture.width, picture.height) == (1, 64, 48)


def with_exif_entry(jpeg: bytes, entry: bytes) -> bytes:
    """A JPEG whose Exif has one directory entry, given byte for byte."""
    body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


# How it is shown


@pytest.mark.parametrize("side", [THUMB, SCREEN])
def test_a_thumbnail_is_a_webp_of_at_most_its_side(side: int) -> None:
    shown = thumbnail(saved(scene(4000, 3000)), side)
    assert sniff(shown) == "image/webp"
    assert opened(shown).size == (side, side * 3 // 4)
    assert len(shown) < 200_000


def test_a_small_picture_is_not_enlarged() -> None:
    assert opened(thumbnail(saved(scene(100, 80)), SCREEN)).size == (100, 80)


def test_what_is_transparent_stays_so() -> None:
    glass = scene(64, 48).convert("RGBA")
    glass.putalpha(0)
    assert opened(thumbnail(saved(glass, "PNG"), THUMB)).getpixel((5, 5))[3] == 0  # type: ignore[index]


def tags_of(data: bytes) -> dict[int, object]:
    """What a reader finds in a file's Exif."""
    return dict(opened(data).getexif())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_thumbnail_carries_no_metadata(kind: str) -> None:
    data = saved(
        scene(),
        kind,
        exif=TAGGED,
        xmp=b"<x:xmpmeta>a secret</x:xmpmeta>",
        icc_profile=profile(),
        comment="a secret",
    )
    shown = thumbnail(data, THUMB)
    assert tags_of(shown) == {}
    for word in (b"secret", b"Invented", b"EXIF", b"XMP", b"ICCP"):
        assert word not in shown


@cache  # a profile holds the second at which it was made
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_shown(mode: str) -> None:
    if mode == "I;16":
        image = Image.new("I;16", (64, 48), 0x8000)
    else:
        image = scene(64, 48).convert(mode)
    shown = opened(thumbnail(saved(image, "PNG"), THUMB))
    assert shown.size == (64, 48)
    if mode == "I;16":
        assert near(shown.convert("RGB"), (5, 5), (128, 128, 128))


def test_bad_input_21_cmyk_is_shown_in_its_colours() -> None:
    data = saved(Image.new("RGB", (640, 480), RED).convert("CMYK"))
    shown = opened(thumbnail(data, THUMB)).convert("RGB")
    assert near(shown, (100, 100), RED)
    assert look(data).width == 640


def test_an_animation_is_shown_by_its_first_frame() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in (RED, BLUE)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert near(opened(thumbnail(data, THUMB)).convert("RGB"), (5, 5), RED)


# What nobody should send


def test_bad_input_21_a_truncated_jpeg_shows_what_is_there() -> None:
    data = saved(scene(1600, 1200), quality=90)
    picture, thumbs = prepare(data[: len(data) * 6 // 10])
    assert not picture.whole
    assert (picture.width, picture.height) == (1600, 1200)
    shown = opened(thumbs[THUMB]).convert("RGB")
    assert near(shown, (10, 10), RED)
    assert near(shown, (310, 10), GREEN)


def test_bad_input_21_a_jpeg_cut_before_its_first_pixel_is_truncated() -> None:
    data = saved(scene(1600, 1200), quality=90)
    assert unreadable(data[: data.index(b"\xff\xda") + 20]) == "truncated"


def test_a_jpeg_cut_in_its_header_is_unreadable() -> None:
    assert unreadable(saved(scene())[:30]) in ("truncated", "damaged")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_cut_anywhere_is_shown_or_unreadable(kind: str) -> None:
    data = saved(scene(160, 120), kind)
    for end in range(1, len(data), max(1, len(data) // 60)):
        assert fails(look, data[:end]) in (None, "truncated", "damaged", "format")


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it is so large, all black."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(8000, 7000), (20_000, 20_000), (2_000_000, 2_000_000)])
def test_bad_input_21_a_decompression_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    assert unreadable(png_claiming(width, height)) == "too_many_pixels"


def jpeg_claiming(width: int, height: int, marker: bytes = b"\xff\xc0") -> bytes:
    data = saved(scene(64, 48), progressive=marker == b"\xff\xc2")
    at = data.index(marker)
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def test_bad_input_21_a_jpeg_that_claims_too_much_is_refused() -> None:
    assert unreadable(jpeg_claiming(11_000, 11_000)) == "too_many_pixels"
    assert unreadable(jpeg_claiming(8_000, 8_000, b"\xff\xc2")) == "too_many_pixels"


def test_a_progressive_jpeg_of_a_thousand_passes_is_refused() -> None:
    data = saved(scene(64, 48), progressive=True)
    scan = data.rindex(b"\xff\xda")
    assert unreadable(data[:scan] + data[scan:-2] * 1000 + b"\xff\xd9") == "too_many_pixels"


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_bad_input_21_a_picture_one_pixel_wide_is_shown(size: tuple[int, int], kind: str) -> None:
    data = saved(Image.new("RGB", size, GREEN), kind)
    picture, thumbs = prepare(data)
    assert (picture.width, picture.height) == size
    assert sorted(opened(thumbs[THUMB]).size) == [1, 320]
    assert near(opened(thumbs[THUMB]).convert("RGB"), (0, 0), GREEN)


def test_bad_input_21_heic_is_named_as_what_cannot_be_read() -> None:
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
    assert unreadable(data) == "heic"
    with pytest.raises(Unreadable, match="heic"):
        strip(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "format"),
        (b"<svg onload='alert(1)'/>", "format"),
        (b"%PDF-1.7", "format"),
        (b"\xff\xd8\xff\xe0 and no more", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
        (bytes(100), "format"),
    ],
)
def test_bad_input_20_what_is_no_picture_is_unreadable_with_its_reason(data: bytes, reason: str) -> None:
    assert unreadable(data) == reason


def test_more_bytes_than_a_picture_has_are_not_even_tried() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MAX_BYTES + 1
            return bytes(size)

    with pytest.raises(Unreadable, match="too_many_bytes"):
        look(Endless())  # type: ignore[arg-type]  # all of a file that is used


@settings(deadline=None, max_examples=200)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    place=st.floats(0, 0.999),
    byte=st.integers(0, 255),
    data=st.data(),
)
def test_a_changed_byte_makes_a_picture_unreadable_at_worst(
    kind: str, place: float, byte: int, data: st.DataObject
) -> None:
    changed = bytearray(TAGGED_PICTURES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        changed[int(place * len(changed))] = byte
        place = data.draw(st.floats(0, 0.999))
    for act in (look, strip):
        assert fails(act, bytes(changed)) in {None, *REASONS}


TAGGED_PICTURES = {
    kind: saved(scene(60, 40), kind, **({} if kind == "GIF" else {"exif": TAGGED}))
    for kind in ("JPEG", "PNG", "WEBP", "GIF")
}


@settings(deadline=None, max_examples=100)
@given(raw=st.binary(max_size=200))
def test_any_bytes_as_exif_leave_the_picture_readable(raw: bytes) -> None:
    body = b"Exif\0\0" + raw
    jpeg = PLAIN_JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + PLAIN_JPEG[2:]
    assert {look(jpeg).width, look(jpeg).height} == {60, 40}


PLAIN_JPEG = saved(scene(60, 40))


# Clean copies


def pixels_of(data: bytes) -> bytes:
    return opened(data).convert("RGBA").tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_clean_copy_has_the_same_pixels_and_only_says_which_way_up(kind: str) -> None:
    data = saved(
        scene(),
        kind,
        exif=TAGGED,
        xmp=b"<x:xmpmeta>a secret</x:xmpmeta>",
        icc_profile=profile(),
        comment="a secret",
    )
    clean = strip(data)
    assert pixels_of(clean) == pixels_of(data)
    assert tags_of(clean) == {0x0112: 6}
    assert opened(clean).info["icc_profile"] == profile()
    for word in (b"secret", b"Invented", b"A Person", b"2026:0"):
        assert word in data or kind == "PNG"
        assert word not in clean
    assert len(clean) < len(data)
    assert look(clean).orientation == 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_clean_copy_of_an_upright_picture_has_no_exif_at_all(kind: str) -> None:
    clean = strip(saved(scene(), kind, exif=exif({0x0110: "Phone 7"})))
    assert "exif" not in opened(clean).info
    assert strip(clean) == clean


def test_a_clean_jpeg_loses_every_segment_that_is_not_picture() -> None:
    data = saved(scene(), exif=TAGGED, comment=b"a secret", progressive=True)
    secrets = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", 10) + b"a secret"
        for marker in (*range(0xE3, 0xEE), 0xE2, 0xEF, 0xFE, 0xE0, 0xF0)
    )
    clean = strip(data[:2] + secrets + data[2:] + b"behind the end: a secret film")
    assert b"secret" not in clean
    assert clean.endswith(b"\xff\xd9")
    assert pixels_of(clean) == pixels_of(data)


def test_a_clean_jpeg_loses_the_little_picture_in_its_header() -> None:
    data = saved(scene())
    jfif = data.index(b"JFIF\0")
    with_picture = (
        data[: jfif - 2] + struct.pack(">H", 16 + 3) + data[jfif : jfif + 12] + b"\1\1abc" + data[jfif + 14 :]
    )
    assert strip(with_picture) == data


def test_a_clean_jpeg_of_cmyk_keeps_its_colours() -> None:
    data = saved(scene().convert("CMYK"))
    assert pixels_of(strip(data)) == pixels_of(data)


def test_a_clean_copy_of_a_truncated_jpeg_shows_as_much() -> None:
    data = saved(scene(1600, 1200), quality=90, exif=TAGGED)
    clean = strip(data[: len(data) * 6 // 10])
    assert b"Invented" not in clean
    assert near(opened(thumbnail(clean, THUMB)).convert("RGB"), (230, 10), RED)


def test_a_jpeg_too_strange_to_cut_is_written_anew_and_upright() -> None:
    data = saved(scene(), exif=TAGGED)
    first_table = data.index(b"\xff\xdb")
    strange = data[:first_table] + b"\0\0\0" + data[first_table:]
    clean = strip(strange)
    assert sniff(clean) == "image/jpeg"
    assert opened(clean).size == (480, 640)
    assert tags_of(clean) == {}
    assert b"Invented" not in clean


def test_a_clean_gif_is_a_png_of_its_first_frame() -> None:
    clean = strip(saved(scene(60, 40), "GIF", comment=b"a secret"))
    assert sniff(clean) == "image/png"
    assert b"secret" not in clean
    assert opened(clean).size == (60, 40)


@pytest.mark.parametrize("data", [b"", b"<html>", b"ID3\4", b"event,node\n", bytes(50)])
def test_what_cannot_be_cleaned_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        strip(data)


# Likeness


def test_the_same_photo_saved_again_smaller_or_otherwise_is_nearly_the_same() -> None:
    original = look(saved(scene(1600, 1200), quality=95)).phash
    for other in (
        saved(scene(1600, 1200), quality=40),
        saved(scene(1600, 1200).resize((640, 480))),
        saved(scene(1600, 1200), "PNG"),
        saved(scene(1600, 1200).filter(ImageFilter.GaussianBlur(2)), "WEBP", quality=60),
    ):
        assert distance(original, look(other).phash) <= 6


def test_another_scene_is_not_nearly_the_same() -> None:
    mirrored = scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    night = Image.effect_noise((640, 480), 80).convert("RGB")
    original = look(saved(scene())).phash
    assert distance(original, look(saved(mirrored)).phash) > 12
    assert distance(original, look(saved(night)).phash) > 12
    assert 0 <= original < 1 << 64


def test_a_picture_of_nothing_is_plain_and_compared_with_none() -> None:
    assert look(saved(Image.new("RGB", (640, 480), RED))).plain
    assert not look(saved(scene())).plain


# Blurring


def test_what_is_blurred_is_flat_and_the_rest_untouched() -> None:
    data = saved(scene(), exif=TAGGED, quality=95)
    blurred = opened(blur(data, [Region(0.5, 0, 1, 0.25)])).convert("RGB")
    upright = opened(data).transpose(Image.Transpose.ROTATE_270)
    assert blurred.size == (480, 640)
    region = blurred.crop((240, 0, 480, 160))
    cells = region.resize((6, 6), Image.Resampling.BOX).resize(region.size, Image.Resampling.NEAREST)
    assert max(ImageStat.Stat(ImageChops.difference(region, cells)).mean) < 2
    assert near(blurred, (10, 630), upright.getpixel((10, 630)))  # type: ignore[arg-type]
    assert not blurred.getexif()


@pytest.mark.parametrize(
    "region", [(0.5, 0, 0.5, 1), (-0.1, 0, 1, 1), (0, 0, 1.1, 1), (0.6, 0, 0.5, 1), (0, float("nan"), 1, 1)]
)
def test_a_region_that_is_none_is_refused(region: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="region"):
        blur(saved(scene()), [Region(*region)])


def test_a_region_smaller_than_a_pixel_covers_one() -> None:
    assert opened(blur(saved(scene(10, 10)), [Region(0.999, 0.999, 1, 1)])).size == (10, 10)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_a_tiff_is_shown_and_leaves_without_metadata(compression: str) -> None:
    out = io.BytesIO()
    scene(640, 480).save(out, "TIFF", compression=compression, exif=TAGGED)
    picture, small = prepare(out.getvalue())
    assert (picture.media_type, picture.width, picture.height, picture.whole) == (
        "image/tiff",
        480,
        640,
        True,
    )
    assert (picture.camera, str(picture.taken_at)) == ("Invented Phone 7", "2026-03-05 11:00:00")
    assert opened(small[320]).size == (240, 320)
    clean = opened(strip(out.getvalue()))
    assert (clean.format, clean.size) == ("PNG", (480, 640))
    assert not dict(clean.getexif())


def test_a_tiff_that_lies_on_its_side_is_turned_once() -> None:
    out = io.BytesIO()
    scene(640, 480).save(out, "TIFF", exif=exif({0x0112: 6}))
    picture, small = prepare(out.getvalue())
    assert (picture.width, picture.height) == (480, 640)
    assert opened(small[320]).size == (240, 320)


def test_a_broken_or_huge_tiff_is_unreadable_and_no_more() -> None:
    out = io.BytesIO()
    scene(640, 480).save(out, "TIFF", compression="tiff_lzw")
    whole = out.getvalue()
    for end in (8, 100, len(whole) // 2):
        assert unreadable(whole[:end]) in {"damaged", "truncated", "format"}
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "TIFF", compression="group4")
    assert unreadable(bomb.getvalue()) == "too_many_pixels"
