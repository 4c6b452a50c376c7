"""What a camera wrote into a picture: when, where, which way up. Believes nothing that cannot be true.

Reads raw Exif bytes (CIPA DC-008); every value may be missing, of a wrong type or a lie, and then counts as absent.
"""

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from PIL import Image

_ORIENTATION, _MAKE, _MODEL, _CHANGED = 0x0112, 0x010F, 0x0110, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TAKEN, _DIGITIZED = 0x9003, 0x9004
_OFFSET_CHANGED, _OFFSET_TAKEN, _OFFSET_DIGITIZED = 0x9010, 0x9011, 0x9012
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _POSITIONING_ERROR = 1, 2, 3, 4, 0x1F

_TIME = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d:\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees north and east (WGS 84), and the radius of 68 % certainty in metres if the camera gave one."""

    latitude: float
    longitude: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Exif:
    """What is believable of a picture's Exif. `taken_at` is the camera's wall clock, `utc_offset` its zone."""

    orientation: int = 1
    taken_at: datetime | None = None
    utc_offset: timedelta | None = None
    position: Position | None = None
    camera: str | None = None


def read_exif(raw: bytes) -> Exif:
    """Of raw Exif bytes, with or without their `Exif\\0\\0` mark; of anything else, an empty Exif."""
    if not raw:
        return Exif()
    tags = Image.Exif()
    try:
        tags.load(raw)
    except Exception:  # Pillow's parser raises whatever a broken directory led it to
        return Exif()
    return believed(tags)


def believed(tags: Image.Exif) -> Exif:
    """Of tags as Pillow has them: a TIFF has no Exif bytes, it is built of such tags itself."""
    try:
        main: Mapping[int, object] = dict(tags)
        camera, gps = tags.get_ifd(_EXIF_IFD), tags.get_ifd(_GPS_IFD)
    except Exception:  # Pillow's parser raises whatever a broken directory led it to
        return Exif()
    taken_at, utc_offset = _taken(main, camera)
    return Exif(_orientation(main.get(_ORIENTATION)), taken_at, utc_offset, _position(gps), _camera(main))


def only_orientation(orientation: int) -> bytes:
    """The smallest Exif that says which way up, without the mark: one directory with one entry."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _taken(
    main: Mapping[int, object], camera: Mapping[int, object]
) -> tuple[datetime | None, timedelta | None]:
    """The moment of exposure, else of digitizing, else (some phones write nothing more) of the last change."""
    for time, offset in (
        (camera.get(_TAKEN), camera.get(_OFFSET_TAKEN)),
        (camera.get(_DIGITIZED), camera.get(_OFFSET_DIGITIZED)),
        (main.get(_CHANGED), camera.get(_OFFSET_CHANGED)),
    ):
        moment = _moment(time)
        if moment is not None:
            return moment, _offset(offset)
    return None, None


def _moment(value: object) -> datetime | None:
    match = _TIME.match(_words(value))
    if match is None:
        return None
    year, month, day, clock = match.groups()
    try:
        moment = datetime.fromisoformat(f"{year}-{month}-{day}T{clock}")
    except ValueError:
        return None
    return moment if 1980 <= moment.year <= 2200 else None


def _offset(value: object) -> timedelta | None:
    match = _OFFSET.fullmatch(_words(value))
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if offset > timedelta(hours=14):
        return None
    return -offset if sign == "-" else offset


def _position(gps: Mapping[int, object]) -> Position | None:
    latitude = _degrees(gps.get(_LATITUDE), _words(gps.get(_LATITUDE_REF)), "NS", 90)
    longitude = _degrees(gps.get(_LONGITUDE), _words(gps.get(_LONGITUDE_REF)), "EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None  # 0, 0 is what a receiver without a fix writes
    accuracy = _number(gps.get(_POSITIONING_ERROR))
    return Position(latitude, longitude, accuracy if accuracy is not None and accuracy > 0 else None)


def _degrees(value: object, hemisphere: str, letters: str, most: int) -> float | None:
    """Degrees, minutes and seconds; without a hemisphere the sign is unknown, and so is the place."""
    if not isinstance(value, tuple) or len(value) != 3 or hemisphere not in tuple(letters):
        return None
    parts = [_number(part) for part in value]
    if any(part is None or part < 0 for part in parts):
        return None
    degrees, minutes, seconds = (part or 0.0 for part in parts)
    total = degrees + minutes / 60 + seconds / 3600
    if minutes > 60 or seconds > 60 or total > most:
        return None
    return -total if hemisphere == letters[1] else total


def _camera(main: Mapping[int, object]) -> str | None:
    make, model = _words(main.get(_MAKE)), _words(main.get(_MODEL))
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return name.strip()[:80] or None


def _number(value: object) -> float | None:
    """A rational, whose denominator may be zero."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, it becomes a number or an error
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) else None


def _words(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    return _UNPRINTABLE.sub("", value.split("\0")[0]).strip()
