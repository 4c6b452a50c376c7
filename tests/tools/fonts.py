"""Faces for the browser of the tests: a bare machine has none, and Arabic and Chinese are read here.

The web fonts of two npm packages, turned into TTF and named to fontconfig beside what the machine has.
"""

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

from tests.tools.cache import cached, npm_package

ARABIC = (
    "@fontsource/noto-sans-arabic",
    "5.3.0",
    "sha512-i3t6GR0LOReyJVEk+YfYCnxv53wuIelg7Y9NGNvOq4Diq/EP0YszaGXkQwfQNigLjfO4POrLaPGM0sNliGYk7A==",
)
CHINESE = (
    "@fontsource-variable/noto-sans-sc",
    "5.3.1",
    "sha512-UB96JJ17HyD5ehEU7Em0hDdh7fvTMB4B4Hzmq5c4QaNwwSLqTrdM2S+coySeBqCkXwh0DxqXT0b0wMrmzorFpQ==",
)
FACES = {ARABIC: "*-arabic-[47]00-normal.woff2", CHINESE: "*-sc-[0-9]*-wght-normal.woff2"}


def fontconfig(folder: Path, *more: Path) -> Path:
    """Write a fonts.conf into `folder`: the machine's fonts, ours, and those in `more`. Returns its path."""
    places = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), cached("fonts-1", make_fonts), *more]
    directories = "".join(f"<dir>{escape(str(place))}</dir>" for place in places)
    configuration = folder / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{directories}<cachedir>{escape(str(folder / 'cache'))}</cachedir></fontconfig>"
    )
    return configuration


def make_fonts(folder: Path) -> None:
    """Fill the cache's folder with one TTF for each web font of FACES."""
    for package, pattern in FACES.items():
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        for source in npm_package(*package, unpacked).glob(f"files/{pattern}"):
            with TTFont(source) as face:
                face.flavor = None
                face.save(folder / f"{source.stem}.ttf", reorderTables=False)
        shutil.rmtree(unpacked)
