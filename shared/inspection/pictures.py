"""Previews: WebP without anything but the picture: what a camera wrote into the file (place, time, names) stays out."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from shared.inspection.found import BROKEN, PICTURES, SIZES, TOO_LARGE, TYPE, Unreadable
from shared.inspection.pdf import first_page

MOST_PIXELS = 64_000_000
QUALITY = 80


def load_readers() -> None:
    """What is loaded late else: after the walls are up nothing can be."""
    Image.preinit()
    Image.init()


def previews_of(content: bytes, media: str) -> dict[int, bytes]:
    """Of both sizes, none larger than the picture itself. Raises Unreadable, and whatever a reader raises."""
    if media == "application/pdf":
        picture = first_page(content, SIZES[-1])
    elif media in PICTURES:
        picture = _opened(content, PICTURES[media])
    else:
        raise Unreadable(TYPE)
    found = {}
    for size in reversed(SIZES):
        picture.thumbnail((size, size))
        found[size] = _webp(picture)
    return {size: found[size] for size in SIZES}


def _opened(content: bytes, format_: str) -> Image.Image:
    """The first picture in the file, upright."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and none is only warned of
    try:
        picture = Image.open(BytesIO(content), formats=(format_,))
        if picture.width * picture.height > MOST_PIXELS:
            raise Unreadable(TOO_LARGE)
        picture.draft("RGB", (SIZES[-1], SIZES[-1]))
        upright = ImageOps.exif_transpose(picture)
        return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise Unreadable(BROKEN) from None


def _webp(picture: Image.Image) -> bytes:
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    held = BytesIO()
    bare.save(held, "WEBP", quality=QUALITY, method=4)
    return held.getvalue()
