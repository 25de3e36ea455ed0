"""Pages of a PDF as they are seen: drawn as a picture, and their characters with their places."""

from __future__ import annotations

import ctypes
import io
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from index.errors import NotFoundError, RefusedFileError
from index.loaders.pdf import ONE_AT_A_TIME, PDF_DAMAGED
from index.loaders.pdf_fields import fields_of, place_fields
from index.loaders.pdf_places import Box, Glyph, GlyphPage
from index.loaders.refusal import refusing

MOST_PIXELS = 8_000_000
MOST_GLYPHS = 50_000
SECONDS_TO_DRAW = 10.0
PICTURE_TYPE = "image/webp"
_QUALITY = 88
_FASTEST = 0
_FAR = 1_000_000
_APART = 1_000.0
_SLANT = math.radians(2)

# pypdfium2 has types, but hands out ctypes objects that mypy knows nothing of.
PdfPage = Any
Place = Callable[[float, float], tuple[float, float]]


def draw_page(data: bytes, number: int, *, width_px: int) -> bytes:
    """Return a picture (WebP) of a page, as wide as asked unless that makes it too large.

    Args:
        data: The PDF.
        number: The page, from 1.
        width_px: Width of the picture.

    Raises:
        NotFoundError: There is no such page.
        RefusedFileError: The page can't be drawn, or not in time.
    """
    with _open(data, number) as page:
        wide, high = page.get_size()
        scale = min(width_px / wide, math.sqrt(MOST_PIXELS / (wide * high)))
        bitmap = _draw(page, max(1, round(wide * scale)), max(1, round(high * scale)))
        picture = bitmap.to_pil()
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=_QUALITY, method=_FASTEST)
    return packed.getvalue()


def read_glyphs(data: bytes, number: int) -> GlyphPage:
    """Return a page's size and its characters, each with its place.

    Raises:
        NotFoundError: There is no such page.
        RefusedFileError: The page can't be read, or holds too many characters.
    """
    with _open(data, number) as page, closing(page.get_textpage()) as text_page:
        count = text_page.count_chars()
        if count > MOST_GLYPHS:
            raise RefusedFileError(f"the page holds {count:,} characters")
        wide, high = page.get_size()
        place = _placing(page, wide, high)
        turn = math.radians(page.get_rotation())
        printed = list(_glyphs(text_page, count, place, turn))
        return GlyphPage(wide, high, tuple(_filled(page, text_page, printed, place)))


@contextmanager
def _open(data: bytes, number: int) -> Iterator[PdfPage]:
    import pypdfium2

    with ONE_AT_A_TIME, refusing(PDF_DAMAGED), closing(pypdfium2.PdfDocument(data)) as document:
        if not 1 <= number <= len(document):
            raise NotFoundError(
                f"there is no page {number} in a PDF of {len(document)}; open another one"
            )
        if document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
            document.init_forms()
        with closing(document[number - 1]) as page:
            wide, high = page.get_size()
            if not (wide > 0 and high > 0):
                raise RefusedFileError("the page has no size")
            yield page


def _draw(page: PdfPage, wide_px: int, high_px: int) -> Any:
    """Draw a page piece by piece, so that one that takes for ever can be given up."""
    import pypdfium2
    from pypdfium2 import raw

    give_up = time.monotonic() + SECONDS_TO_DRAW
    pause = raw.IFSDK_PAUSE(version=1)
    pypdfium2.internal.set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > give_up)
    bitmap = pypdfium2.PdfBitmap.new_native(wide_px, high_px, raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, wide_px, high_px)
    state = raw.FPDF_RenderPageBitmap_Start(
        bitmap, page, 0, 0, wide_px, high_px, 0, raw.FPDF_ANNOT, ctypes.byref(pause)
    )
    raw.FPDF_RenderPage_Close(page)
    if state != raw.FPDF_RENDER_DONE:
        raise RefusedFileError(f"the page couldn't be drawn within {SECONDS_TO_DRAW:.0f} s")
    if page.formenv is not None:  # what was filled in is drawn apart
        raw.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, wide_px, high_px, 0, raw.FPDF_ANNOT)
    return bitmap


def _placing(page: PdfPage, wide: float, high: float) -> Place:
    """Return what turns a place in the PDF's own space into points of the page as it is seen."""
    from pypdfium2 import raw

    def see(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _FAR, _FAR, 0, x, y, across, down)
        return across.value / _FAR * wide, down.value / _FAR * high

    origin, right, up = see(0, 0), see(_APART, 0), see(0, _APART)
    along = [(end - begin) / _APART for begin, end in zip(origin, right, strict=True)]
    away = [(end - begin) / _APART for begin, end in zip(origin, up, strict=True)]

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            origin[0] + along[0] * x + away[0] * y,
            origin[1] + along[1] * x + away[1] * y,
        )

    return place


def _glyphs(text_page: Any, count: int, place: Place, turn: float) -> Iterator[Glyph]:
    from pypdfium2 import raw

    for number in range(count):
        yield Glyph(
            chr(raw.FPDFText_GetUnicode(text_page, number)),
            _box(text_page.get_charbox(number), place),
            _box(text_page.get_charbox(number, loose=True), place),
            _is_upright(raw.FPDFText_GetCharAngle(text_page, number) + turn),
        )


def _filled(
    page: PdfPage, text_page: Any, printed: Sequence[Glyph], place: Place
) -> Sequence[Glyph]:
    """Return a page's glyphs with those of what was filled in, in the order that it is read in."""
    fields = list(fields_of(page))
    if not fields:
        return printed
    boxes = [text_page.get_charbox(number, loose=True) for number in range(len(printed))]
    added: dict[int, list[Glyph]] = {}
    for each in place_fields([glyph.text for glyph in printed], boxes, fields):
        at = each.place + (each.where == "behind")
        for letter, bounds in each.field.letters():
            box = _box(bounds, place)
            added.setdefault(at, []).append(Glyph(letter, box, box))
    numbers = range(len(printed) + 1)
    return [glyph for n in numbers for glyph in (*added.get(n, ()), *printed[n : n + 1])]


def _box(corners: tuple[float, float, float, float], place: Place) -> Box:
    left, bottom, right, top = corners
    one, other = place(left, bottom), place(right, top)
    return Box(
        min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
    )


def _is_upright(angle: float) -> bool | None:
    if abs(math.sin(angle)) < _SLANT:
        return True
    return False if abs(math.cos(angle)) < _SLANT else None
