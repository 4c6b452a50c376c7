"""Photos as phones make them, drawn here: small, each unlike the others."""

from __future__ import annotations

import io
from itertools import count

from PIL import Image

_seeds = count(1_000_000)


def fresh() -> bytes:
    """A JPEG that nobody has sent yet."""
    return jpeg(next(_seeds))


def jpeg(seed: int = 0, *, size: tuple[int, int] = (48, 32), **options: object) -> bytes:
    """A JPEG whose content follows from `seed`; `options` go to Pillow (`exif`, `quality`)."""
    picture = Image.new("RGB", size, ((seed * 37) % 256, (seed * 91) % 256, 60))
    picture.putpixel((0, 0), (seed % 256, seed // 256 % 256, 255))
    out = io.BytesIO()
    picture.save(out, "JPEG", **{"quality": 95, "comment": f"{seed}".encode(), **options})  # type: ignore[arg-type]  # Pillow's options are its own
    return out.getvalue()
