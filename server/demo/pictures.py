"""Drawn photos: houses, water points, toilets, damage, facilities, each with time and place in its EXIF as a phone writes them.

Pure: a seed in, JPEG bytes out. No person is on any of them.
"""

from __future__ import annotations

import colorsys
import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw

WIDTH, HEIGHT = 960, 720
"""Pixels: smaller than a phone's, so that a year of photos stays small."""

QUALITY = 72
Colour = tuple[int, int, int]

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
MAKE, MODEL, DATE_TIME = 0x010F, 0x0110, 0x0132
DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL = 0x9003, 0x9011


@dataclass(frozen=True, slots=True)
class Shot:
    """What is taken: `scene` as in `SCENES`, `look` the seed of the thing's own colours, `seed` that of the moment."""

    scene: str
    look: int
    seed: int


def photo(shot: Shot, taken: datetime | None, at: tuple[float, float] | None) -> bytes:
    """A JPEG. `taken` (aware) and `at` (latitude, longitude in degrees) go into its EXIF; None: that part is missing."""
    look, rng = Random(shot.look), Random(shot.seed)  # noqa: S311  # a drawing, no secret
    image = _ground(rng)
    SCENES[shot.scene](ImageDraw.Draw(image), look, rng)
    image = image.reduce(2).resize(
        (WIDTH, HEIGHT), Image.Resampling.BILINEAR
    )  # soft edges, cheaper than a blur
    image = ImageChops.overlay(image, _grain(rng.randrange(GRAINS)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, exif=_exif(taken, at))
    return out.getvalue()


def _exif(taken: datetime | None, at: tuple[float, float] | None) -> Image.Exif:
    exif = Image.Exif()
    if taken is not None:
        text = taken.strftime("%Y:%m:%d %H:%M:%S")
        offset = taken.strftime("%z")
        exif[MAKE], exif[MODEL], exif[DATE_TIME] = "Fieldfare", "Drawn photo", text
        exif.get_ifd(EXIF_IFD).update(
            {DATE_TIME_ORIGINAL: text, OFFSET_TIME_ORIGINAL: f"{offset[:3]}:{offset[3:]}"}
        )
    if at is not None:
        exif.get_ifd(GPS_IFD).update(
            {
                1: "N" if at[0] >= 0 else "S",
                2: _degrees(at[0]),
                3: "E" if at[1] >= 0 else "W",
                4: _degrees(at[1]),
            }
        )
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(abs(value) * 3600, 60)
    degrees, minutes = divmod(minutes, 60)
    return (degrees, minutes, round(seconds, 3))


GRAINS = 6


@lru_cache(maxsize=GRAINS)
def _grain(number: int) -> Image.Image:
    """A sensor's noise, made once: it gives a drawing the weight of a photo."""
    even = Image.frombytes("L", (WIDTH, HEIGHT), Random(number).randbytes(WIDTH * HEIGHT))  # noqa: S311  # grain
    noise = even.point([round(128 + (value - 127.5) * 0.12) for value in range(256)])
    return Image.merge("RGB", (noise, noise, noise))


def _tone(
    rng: Random, hue: tuple[float, float], saturation: tuple[float, float], value: tuple[float, float]
) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(rng.uniform(*hue), rng.uniform(*saturation), rng.uniform(*value))
    return (int(red * 255), int(green * 255), int(blue * 255))


def _shade(colour: Colour, by: float) -> Colour:
    return (min(255, int(colour[0] * by)), min(255, int(colour[1] * by)), min(255, int(colour[2] * by)))


@lru_cache(maxsize=1)
def _sky() -> Image.Image:
    return Image.linear_gradient("L").resize((WIDTH, HEIGHT))


def _ground(rng: Random) -> Image.Image:
    """Sky, hills, ground and some trees: another view at each moment."""
    image = Image.composite(
        Image.new("RGB", (WIDTH, HEIGHT), _tone(rng, (0.55, 0.62), (0.05, 0.25), (0.85, 0.98))),
        Image.new("RGB", (WIDTH, HEIGHT), _tone(rng, (0.55, 0.62), (0.3, 0.6), (0.6, 0.9))),
        _sky(),
    )
    draw = ImageDraw.Draw(image)
    horizon = rng.randint(300, 450)
    x = -200
    while x < WIDTH + 200:
        wide, high = rng.randint(200, 460), rng.randint(30, 160)
        draw.ellipse(
            (x, horizon - high, x + wide, horizon + high),
            fill=_tone(rng, (0.28, 0.42), (0.15, 0.4), (0.4, 0.6)),
        )
        x += rng.randint(120, 300)
    draw.rectangle((0, horizon, WIDTH, HEIGHT), fill=_tone(rng, (0.09, 0.3), (0.25, 0.5), (0.45, 0.7)))
    for _ in range(rng.randint(0, 5)):
        _tree(draw, rng, rng.randint(0, WIDTH), rng.randint(horizon - 20, horizon + 60))
    for _ in range(60):
        px, py = rng.randint(0, WIDTH), rng.randint(horizon + 30, HEIGHT)
        draw.line((px, py, px + rng.randint(-6, 6), py - rng.randint(4, 14)), fill=(90, 105, 60), width=2)
    return image


def _tree(draw: ImageDraw.ImageDraw, rng: Random, x: int, y: int) -> None:
    high = rng.randint(70, 180)
    draw.rectangle((x - 6, y - high // 2, x + 6, y), fill=(90, 70, 50))
    wide = high // 2
    draw.ellipse(
        (x - wide, y - high - wide // 2, x + wide, y - high // 3),
        fill=_tone(rng, (0.25, 0.36), (0.4, 0.65), (0.3, 0.55)),
    )


def _house(draw: ImageDraw.ImageDraw, look: Random, rng: Random, *, damaged: bool = False) -> None:
    wall = _tone(look, (0.03, 0.15), (0.1, 0.5), (0.6, 0.92))
    roof = _tone(look, (0.0, 0.65), (0.15, 0.6), (0.3, 0.6))
    door = _tone(look, (0.0, 1.0), (0.4, 0.7), (0.3, 0.6))
    scale = rng.uniform(0.8, 1.15)
    wide, high = int(look.randint(360, 520) * scale), int(look.randint(170, 240) * scale)
    left, base = rng.randint(80, max(90, WIDTH - wide - 80)), rng.randint(560, 680)
    top = base - high
    draw.rectangle((left, top, left + wide, base), fill=wall)
    draw.rectangle((left, top, left + wide // 6, base), fill=_shade(wall, 0.85))
    peak = top - int(look.randint(80, 150) * scale)
    draw.polygon(((left - 40, top), (left + wide // 2, peak), (left + wide + 40, top)), fill=roof)
    step = max(12, wide // 14)
    for x in range(left - 20, left + wide + 20, step):
        draw.line((x, top, left + wide // 2, peak), fill=_shade(roof, 0.8), width=2)
    at = left + int(wide * look.uniform(0.2, 0.6))
    draw.rectangle((at, base - int(high * 0.68), at + wide // 7, base), fill=door)
    for number in range(look.randint(1, 2)):
        x = left + wide // 12 + number * (wide * 2 // 3)
        draw.rectangle(
            (x, top + high // 4, x + wide // 7, top + high // 2),
            fill=(70, 90, 110),
            outline=(240, 240, 230),
            width=5,
        )
    if damaged:
        _damage(draw, rng, (left, peak, left + wide, base), top)


def _damage(draw: ImageDraw.ImageDraw, rng: Random, box: tuple[int, int, int, int], eaves: int) -> None:
    """A hole in the roof, cracks in the wall, what fell beside it."""
    left, peak, right, base = box
    x, y = rng.randint(left + 60, right - 140), (peak + eaves) // 2
    hole = [(x + rng.randint(-60, 60), y + rng.randint(-40, 45)) for _ in range(7)]
    draw.polygon(hole, fill=(35, 30, 30))
    for _ in range(3):
        cx, cy = rng.randint(left, right), eaves
        while cy < base:
            nx, ny = cx + rng.randint(-24, 24), cy + rng.randint(15, 40)
            draw.line((cx, cy, nx, ny), fill=(50, 45, 40), width=4)
            cx, cy = nx, ny
    for _ in range(14):
        px, py = rng.randint(left - 60, right + 60), base + rng.randint(-5, 40)
        draw.rectangle((px, py, px + rng.randint(10, 46), py + rng.randint(5, 18)), fill=(110, 100, 92))


def _pump(draw: ImageDraw.ImageDraw, look: Random, rng: Random) -> None:
    metal = _tone(look, (0.5, 0.68), (0.2, 0.7), (0.35, 0.7))
    x, base = rng.randint(300, 720), rng.randint(600, 690)
    draw.ellipse((x - 190, base - 40, x + 190, base + 50), fill=(165, 162, 155))
    draw.rectangle((x - 26, base - 250, x + 26, base), fill=metal)
    draw.rectangle((x + 20, base - 205, x + 120, base - 180), fill=metal)
    draw.rectangle((x + 98, base - 205, x + 120, base - 150), fill=metal)
    lean = rng.randint(-60, 20)
    draw.line((x, base - 250, x - 150, base - 250 + lean), fill=_shade(metal, 0.7), width=16)
    draw.rectangle((x + 76, base - 70, x + 146, base), fill=_tone(rng, (0.0, 1.0), (0.5, 0.9), (0.5, 0.9)))
    if rng.random() < 0.7:
        draw.line((x + 109, base - 150, x + 109, base - 66), fill=(190, 215, 235), width=7)


def _toilet(draw: ImageDraw.ImageDraw, look: Random, rng: Random) -> None:
    wood = _tone(look, (0.05, 0.12), (0.25, 0.55), (0.4, 0.75))
    x, base = rng.randint(260, 640), rng.randint(600, 690)
    wide, high = look.randint(150, 210), look.randint(270, 340)
    draw.rectangle((x, base - high, x + wide, base), fill=wood)
    for line in range(x, x + wide, 22):
        draw.line((line, base - high, line, base), fill=_shade(wood, 0.8), width=3)
    slope = _tone(look, (0.0, 0.6), (0.1, 0.4), (0.35, 0.6))
    draw.polygon(
        (
            (x - 22, base - high),
            (x + wide + 22, base - high - 36),
            (x + wide + 22, base - high - 8),
            (x - 22, base - high + 28),
        ),
        fill=slope,
    )
    opened = rng.random() < 0.5
    draw.rectangle(
        (x + wide // 4, base - int(high * 0.75), x + wide * 3 // 4, base),
        fill=(30, 28, 26) if opened else _shade(wood, 0.65),
    )
    if opened:
        draw.ellipse((x + wide // 3, base - 44, x + wide * 2 // 3, base - 18), fill=(200, 200, 196))
    draw.rectangle((x + wide - 8, base - high - 90, x + wide + 6, base - high), fill=(90, 90, 95))


def _building(draw: ImageDraw.ImageDraw, look: Random, rng: Random) -> None:
    wall = _tone(look, (0.05, 0.6), (0.05, 0.3), (0.7, 0.95))
    trim = _tone(look, (0.0, 1.0), (0.4, 0.8), (0.35, 0.65))
    left, base, wide, high = (
        rng.randint(60, 180),
        rng.randint(580, 680),
        look.randint(620, 780),
        look.randint(220, 300),
    )
    draw.rectangle((left, base - high, left + wide, base), fill=wall)
    draw.rectangle((left - 20, base - high - 34, left + wide + 20, base - high), fill=trim)
    windows = look.randint(4, 7)
    for number in range(windows):
        x = left + 30 + number * (wide - 60) // windows
        draw.rectangle(
            (x, base - high + 60, x + 62, base - high + 140),
            fill=(80, 105, 125),
            outline=(245, 245, 240),
            width=5,
        )
    door = left + wide // 2 - 40
    draw.rectangle((door, base - 150, door + 80, base), fill=trim)
    draw.line((left + 60, base - high - 34, left + 60, base - high - 190), fill=(80, 80, 80), width=6)


def _way(draw: ImageDraw.ImageDraw, look: Random, rng: Random) -> None:
    surface = _tone(look, (0.07, 0.14), (0.05, 0.35), (0.4, 0.65))
    far, shift = rng.randint(430, 600), rng.randint(-120, 120)
    draw.polygon(
        ((far - 22, 440), (far + 22, 440), (860 + shift, HEIGHT), (120 + shift, HEIGHT)), fill=surface
    )
    for _ in range(rng.randint(2, 9)):
        x, y = rng.randint(330, 690), rng.randint(560, 740)
        draw.ellipse((x, y, x + rng.randint(30, 110), y + rng.randint(10, 30)), fill=_shade(surface, 0.7))
    for x in range(90, WIDTH, 190):
        draw.line((x, 520, x, 330), fill=(85, 75, 65), width=8)
    draw.line((0, 345, WIDTH, 352), fill=(60, 60, 60), width=3)


SCENES = {
    "house": _house,
    "damage": lambda draw, look, rng: _house(draw, look, rng, damaged=True),
    "water": _pump,
    "toilet": _toilet,
    "building": _building,
    "way": _way,
}
"""Scenes by name."""


def scene_of(kind: str) -> str:
    """The scene that shows a facility of a kind."""
    if kind in ("water_point", "irrigation"):
        return "water"
    if kind in ("road", "bridge", "power", "waste_point"):
        return "way"
    return "toilet" if kind == "public_toilet" else "building"
