"""What a picture shows and how to show it: its size, time, place, colours and likeness; thumbnails and clean copies.

Pillow decodes; every picture is taken for hostile. Knows bytes only: not where they lie, not whom they show.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from PIL import Image, ImageFile, ImageStat

from media.containers import Malformed, strip_iso_media, strip_jpeg, strip_png, strip_webp
from media.errors import Unreadable
from media.exif import Exif, Position, believed, read_exif
from media.sniff import sniff

THUMB, SCREEN = 320, 1280  # pixels on the long side

MAX_BYTES = 64 << 20
MAX_PIXELS = 120_000_000  # a JPEG that is decoded scan line by scan line, often at a fraction of its size
MAX_PIXELS_IN_FULL = 50_000_000  # what must be held whole: PNG, WebP, GIF, and a JPEG in several passes
MAX_SCANS = 64  # passes over a progressive JPEG; cameras and editors make about ten

REASONS = frozenset(
    {
        "empty",
        "format",  # no picture, or of a kind that is not read here
        "heic",  # its decoders are not free enough to ship
        "too_many_bytes",
        "too_many_pixels",
        "truncated",  # and nothing of it can be shown
        "damaged",
    }
)

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
}
_STRIPPERS: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": strip_jpeg,
    "image/png": strip_png,
    "image/webp": strip_webp,
    "video/mp4": strip_iso_media,
    "video/quicktime": strip_iso_media,
    "video/3gpp": strip_iso_media,
    "audio/mp4": strip_iso_media,
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PLAIN = 3.0  # standard deviation, of 255 grey levels, below which a hash is noise


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture.

    `width` and `height` count pixels as shown, after `orientation` (1-8, Exif) is applied. `taken_at` is the
    camera's wall clock without a zone, `utc_offset` its zone where given. `mean_colour` is '#rrggbb'. `phash` is
    64 bits, unsigned: likeness is distance(); it says nothing where the picture is `plain` (a wall, the dark).
    `whole` is false where the end is missing and only a part was seen.
    """

    media_type: str
    width: int
    height: int
    orientation: int
    taken_at: datetime | None
    utc_offset: timedelta | None
    position: Position | None
    camera: str | None
    mean_colour: str
    phash: int
    plain: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in fractions of width and height, from the top left of the picture as shown."""

    left: float
    top: float
    right: float
    bottom: float


def look(source: bytes | BinaryIO) -> Picture:
    """What is known of a picture. Raises Unreadable, and nothing else."""
    return prepare(source, sides=())[0]


def thumbnail(source: bytes | BinaryIO, long_side: int) -> bytes:
    """A WebP of at most `long_side` pixels (THUMB, SCREEN), upright and without metadata; never enlarged.

    Of a picture whose end is missing, what is there. Raises Unreadable, and nothing else.
    """
    return prepare(source, sides=(long_side,))[1][long_side]


def prepare(
    source: bytes | BinaryIO, sides: Sequence[int] = (THUMB, SCREEN)
) -> tuple[Picture, dict[int, bytes]]:
    """look() and thumbnail() for each of `sides`, decoding once. Raises Unreadable, and nothing else."""
    with _only_unreadable():
        data = _bytes_of(source)
        media_type, image = _opened(data)
        width, height = image.size
        small, whole, exif = _decoded(image, max(sides, default=SCREEN))
        upright = _upright(small, exif.orientation)
        if exif.orientation >= 5:
            width, height = height, width
        flat = _on_white(upright)
        grey = flat.convert("L").resize((9, 8), Image.Resampling.BOX)
        picture = Picture(
            media_type=media_type,
            width=width,
            height=height,
            orientation=exif.orientation,
            taken_at=exif.taken_at,
            utc_offset=exif.utc_offset,
            position=exif.position,
            camera=exif.camera,
            mean_colour=_mean_colour(flat),
            phash=_difference_hash(grey),
            plain=ImageStat.Stat(grey).stddev[0] < _PLAIN,
            whole=whole,
        )
        return picture, {side: _webp(upright, side) for side in sides}


def strip(source: bytes | BinaryIO) -> bytes:
    """The same picture or clip at full size without metadata, its pixels untouched where that is possible.

    JPEG, PNG, WebP and clips in ISO media stay as they are coded, and JPEG, PNG and WebP keep which way up they
    are. What is built too strangely for that, GIF and TIFF are decoded and written anew, upright: JPEG as JPEG, the
    rest as PNG, so look at the type of what comes back. Raises Unreadable, and nothing else: then do not show it.
    """
    with _only_unreadable():
        data = _bytes_of(source, most=None)
        media_type = sniff(data)
        stripper = _STRIPPERS.get(media_type)
        if stripper is not None:
            try:
                return stripper(data)
            except Malformed:
                if media_type not in _FORMATS:
                    raise
        _, image = _opened(_bytes_of(data))
        full, _, exif = _decoded(image, None)
        upright = _upright(full, exif.orientation)
        return _jpeg(_on_white(upright)) if media_type == "image/jpeg" else _png(upright)


def blur(source: bytes | BinaryIO, regions: Sequence[Region]) -> bytes:
    """A JPEG, upright and without metadata, in which nothing within `regions` can be made out or worked back.

    Each is replaced by at most 6 x 6 mean colours. Raises Unreadable; ValueError for a region that is none.
    """
    for region in regions:
        if not (0 <= region.left < region.right <= 1 and 0 <= region.top < region.bottom <= 1):
            raise ValueError("a region lies within the picture and has an area")
    with _only_unreadable():
        _, image = _opened(_bytes_of(source))
        full, _, exif = _decoded(image, None)
        flat = _on_white(_upright(full, exif.orientation))
        for region in regions:
            _cover(flat, region)
        return _jpeg(flat)


def distance(one: int, other: int) -> int:
    """How many of 64 bits of two hashes differ: 0 the same, up to about 6 nearly the same, 32 unrelated."""
    return (one ^ other).bit_count()


@contextmanager
def _only_unreadable() -> Iterator[None]:
    try:
        yield
    except Unreadable:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Unreadable("too_many_pixels") from error
    except (
        Exception
    ) as error:  # decoders raise whatever a broken file led them to: struct.error, SyntaxError, …
        raise Unreadable("damaged") from error


def _bytes_of(source: bytes | BinaryIO, most: int | None = MAX_BYTES) -> bytes:
    data = source if isinstance(source, bytes) else source.read(-1 if most is None else most + 1)
    if not data:
        raise Unreadable("empty")
    if most is not None and len(data) > most:
        raise Unreadable("too_many_bytes")
    return data


def _opened(data: bytes) -> tuple[str, ImageFile.ImageFile]:
    """The picture with only its header read, once it is sure that its pixels are few enough to decode."""
    media_type = sniff(data)
    if media_type not in _FORMATS:
        raise Unreadable("heic" if media_type == "image/heic" else "format")
    image = Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]])
    in_passes = bool(image.info.get("progressive"))
    most = MAX_PIXELS if media_type == "image/jpeg" and not in_passes else MAX_PIXELS_IN_FULL
    if image.width * image.height > most:
        raise Unreadable("too_many_pixels")
    if in_passes and data.count(b"\xff\xda") > MAX_SCANS:
        raise Unreadable("too_many_pixels")
    return media_type, image


def _decoded(image: ImageFile.ImageFile, long_side: int | None) -> tuple[Image.Image, bool, Exif]:
    """The pixels as L, RGB or RGBA, at `long_side` or less; whether all of them came; the Exif.

    A JPEG is decoded at a half, quarter or eighth where that is still large enough (draft).
    """
    if long_side is not None:
        image.draft(None, _fitting(image.size, long_side))  # None keeps the mode
    if image.format == "TIFF":
        exif = replace(believed(image.getexif()), orientation=1)  # Pillow turns it as it loads
    else:
        exif = read_exif(image.info.get("exif", b""))
    whole = True
    try:
        image.load()
    except (OSError, SyntaxError) as error:
        image.tile = []  # so that load() is content with what has been decoded up to here
        image.load()
        if not any(most for _, most in _extrema(image)):
            raise Unreadable("truncated") from error
        whole = False
    pixels = _eight_bits(image)
    if long_side is not None:
        size = _fitting(pixels.size, long_side)
        if size != pixels.size:
            pixels = pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if pixels.mode == "CMYK":
        pixels = pixels.convert("RGB")
    pixels.info = {}  # else comments, profiles and Exif would be written with the next file
    return pixels, whole, exif


def _extrema(image: Image.Image) -> list[tuple[float, float]]:
    bands = image.convert("RGBA").convert("RGB") if image.mode == "P" else image
    return [band.getextrema() for band in bands.split()]  # type: ignore[misc]  # a single band has one pair


def _eight_bits(image: Image.Image) -> Image.Image:
    """In a mode that can be scaled and saved; 16 bits of grey become 8 by division, where Pillow would clip."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in ("L", "RGB", "RGBA", "CMYK"):
        return image.convert("RGBA") if image.mode != "RGBA" and image.has_transparency_data else image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _fitting(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """`size` made smaller to `long_side`; a side of a very thin picture is still one pixel."""
    longest = max(size)
    if longest <= long_side:
        return size
    return max(1, round(size[0] * long_side / longest)), max(1, round(size[1] * long_side / longest))


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _mean_colour(flat: Image.Image) -> str:
    red, green, blue = (round(level) for level in ImageStat.Stat(flat).mean)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _difference_hash(grey: Image.Image) -> int:
    """64 bits of 9 x 8 grey levels: does it get brighter from each to its right neighbour, row by row."""
    levels = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (levels[row * 9 + column] < levels[row * 9 + column + 1])
    return bits


def _cover(image: Image.Image, region: Region) -> None:
    left, top = int(region.left * image.width), int(region.top * image.height)
    right = max(left + 1, min(image.width, -int(-region.right * image.width // 1)))
    bottom = max(top + 1, min(image.height, -int(-region.bottom * image.height // 1)))
    part = image.crop((left, top, right, bottom))
    cells = part.resize((min(6, part.width), min(6, part.height)), Image.Resampling.BOX)
    image.paste(cells.resize(part.size, Image.Resampling.NEAREST), (left, top))


def _webp(image: Image.Image, long_side: int) -> bytes:
    size = _fitting(image.size, long_side)
    small = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=75, method=4)
    return out.getvalue()


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
