"""PNG, JPEG and TIFF: the text in a picture, through text recognition."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import RefusedFileError
from index.loaders.dates import stated_day
from index.loaders.encoding import is_blank
from index.loaders.limits import Limits
from index.loaders.ocr import MISSING, FindRecognise, Picture, find_tesseract, recognise_all
from index.loaders.parts import join_parts
from index.loaders.refusal import refusing
from index.loaders.signature import kind_of
from index.loaders.titles import heading_of_text
from index.values import Extract

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = ("PNG", "JPEG", "TIFF")
_KINDS = tuple(f"a {name} picture" for name in _FORMATS)
_DAMAGED = "the picture is damaged or cut off; copy it again, or save it again and add that"
_NO_TEXT = "no text can be recognised in the picture"
_MAX_PIXELS = 150_000_000
# Tesseract expects letters as a scan of 300 dots per inch has them: a page has nine million.
_MOST_USEFUL_PIXELS = 20_000_000
_FEWEST_USEFUL_PIXELS = 2_000_000
_SMALLEST_SIDE = 12


def extract(
    data: bytes, *, limits: Limits, find_recognise: FindRecognise = find_tesseract
) -> Extract:
    """Return the text in a picture; the pictures of a TIFF are its pages.

    Raises:
        RefusedFileError: It is no picture, damaged, too large or without text, or Tesseract is
            missing.
    """
    kind = kind_of(data)
    if kind not in _KINDS:
        raise RefusedFileError(
            f"it isn't a PNG, JPEG or TIFF picture but {kind or 'something else'}"
        )
    recognise = find_recognise()
    if recognise is None:
        raise RefusedFileError(MISSING)
    with refusing(_DAMAGED), warnings.catch_warnings():
        # Pillow warns of pictures that are large, but allowed here.
        warnings.simplefilter("ignore")
        texts = recognise_all(_pictures(data, limits), recognise)
    text, pages = join_parts((("", text) for text in texts), limits=limits)
    if is_blank(text):
        raise RefusedFileError(_NO_TEXT)
    day, title = stated_day(text), heading_of_text(text)
    return Extract(text, title, day, pages if len(texts) > 1 else (), "text")


def _pictures(data: bytes, limits: Limits) -> Iterator[Picture]:
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    with image:
        # The pictures of a PNG are an animation.
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        if count > limits.max_scanned_pages:
            raise RefusedFileError(
                f"the picture has {count:,} pages, where {limits.max_scanned_pages:,} are read; "
                "split it into several files"
            )
        for number in range(count):
            image.seek(number)
            if image.width * image.height > _MAX_PIXELS:
                raise _too_large()
            yield _grey(image)


def _grey(image: Image.Image) -> Picture:
    """Return the picture as Tesseract reads it best: upright, on white, neither small nor huge."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        colours = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours)
    # Sixteen bits a pixel would be cut off, not scaled.
    grey = (
        ImageOps.autocontrast(upright.convert("F").convert("L"))
        if upright.mode.startswith("I")
        else upright.convert("L")
    )
    pixels = grey.width * grey.height
    if pixels > _MOST_USEFUL_PIXELS:
        grey = ImageOps.scale(grey, (_MOST_USEFUL_PIXELS / pixels) ** 0.5)
    elif pixels < _FEWEST_USEFUL_PIXELS and min(grey.size) >= _SMALLEST_SIDE:
        grey = ImageOps.scale(grey, 2)
    if min(grey.size) < _SMALLEST_SIDE:
        raise RefusedFileError(_NO_TEXT)
    return Picture(grey.width, grey.height, grey.tobytes())


def _too_large() -> RefusedFileError:
    return RefusedFileError(
        f"the picture has more than {_MAX_PIXELS:,} pixels; scan it with fewer dots per inch"
    )
