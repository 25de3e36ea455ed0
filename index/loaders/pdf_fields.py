"""What people filled into a PDF: the values of form fields, and text that was typed onto a page."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.loaders.encoding import as_valid_unicode
from index.loaders.lines import Bounds

# pypdfium2 has types, but hands out ctypes objects that mypy knows nothing of.
PdfPage = Any
Annotation = Any

_MAX_ANNOTATIONS = 500
_MAX_VALUE_BYTES = 200_000
_PASSWORD = 1 << 13  # of a field's flags
_TICKED, _EMPTY = "☑", "☐"
# Shares of the lower one's height: what is on one line overlaps it so far. And of a field's own
# height: so far it may reach over a character beside it.
_BESIDE, _SLACK = 0.5, 0.3
_MOST_HIGH = 2.5  # times a character's height; higher fields hold several lines


@dataclass(frozen=True, slots=True)
class Field:
    """What was filled in, and where: in points from the page's lower left corner."""

    text: str
    bounds: Bounds

    def letters(self) -> Iterator[tuple[str, Bounds]]:
        """Yield each character of the text, with an equal part of the place."""
        left, bottom, right, top = self.bounds
        step = (right - left) / len(self.text)
        for number, letter in enumerate(self.text):
            yield letter, (left + number * step, bottom, left + (number + 1) * step, top)

    @property
    def is_box(self) -> bool:
        """Whether it is a box to tick, whose label may be on either side."""
        return self.text in (_TICKED, _EMPTY)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a field stands among a page's printed characters.

    Attributes:
        field: The field.
        place: The character that it is beside, or at the beginning of the line that it is above.
        where: `behind` or `before` the character, or `above` it, on a line of its own.
    """

    field: Field
    place: int
    where: str


def fields_of(page: PdfPage) -> Iterator[Field]:
    """Yield what was filled into a page and can be seen."""
    from pypdfium2 import raw

    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            text = " ".join(as_valid_unicode(_text(page, annotation)).split())
            place = raw.FS_RECTF()
            if text and raw.FPDFAnnot_GetRect(annotation, place):
                bounds = (place.left, place.bottom, place.right, place.top)
                if _is_seen(bounds, page.get_bbox()):
                    yield Field(text, bounds)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def place_fields(
    characters: Sequence[str], boxes: Sequence[Bounds], fields: Sequence[Field]
) -> list[Placed]:
    """Return where fields stand, from the first character on: beside a label, or above a line.

    Args:
        characters: The printed ones in reading order.
        boxes: The box of each, as high as its font.
        fields: What was filled in.
    """
    printed = [place for place, character in enumerate(characters) if character.strip()]
    ordered = sorted(fields, key=lambda each: (-each.bounds[3], each.bounds[0]))
    placed = [_place(field, printed, boxes) for field in ordered]
    return sorted(placed, key=lambda each: each.place)


def _place(field: Field, printed: Sequence[int], boxes: Sequence[Bounds]) -> Placed:
    left, bottom, right, top = field.bounds
    beside = [place for place in printed if _is_beside(field.bounds, boxes[place])]
    slack = _SLACK * (top - bottom)
    earlier = [place for place in beside if boxes[place][2] <= left + slack]
    later = [place for place in beside if boxes[place][0] >= right - slack]
    before = max(earlier, key=lambda place: boxes[place][2], default=None)
    behind = min(later, key=lambda place: boxes[place][0], default=None)
    if behind is not None and (
        before is None or (field.is_box and boxes[behind][0] - right <= left - boxes[before][2])
    ):
        return Placed(field, behind, "before")
    if before is not None:
        return Placed(field, before, "behind")
    below = next((place for place in printed if boxes[place][3] <= bottom + slack), len(boxes))
    return Placed(field, below, "above")


def _is_beside(field: Bounds, character: Bounds) -> bool:
    """Tell whether a field and a character are on one line; a field of many lines is on none."""
    high, printed = field[3] - field[1], character[3] - character[1]
    overlap = min(field[3], character[3]) - max(field[1], character[1])
    return high <= _MOST_HIGH * printed and overlap >= _BESIDE * min(high, printed)


def _is_seen(field: Bounds, page: Bounds) -> bool:
    """Tell whether a field has an area, some of it on the page."""
    wide, high = (
        min(field[side + 2], page[side + 2]) - max(field[side], page[side]) for side in (0, 1)
    )
    return wide > 0 and high > 0


def _text(page: PdfPage, annotation: Annotation) -> str:
    from pypdfium2 import raw

    hidden = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if raw.FPDFAnnot_GetFlags(annotation) & hidden:
        return ""
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _read(lambda *buffer: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *buffer))
    if kind != raw.FPDF_ANNOT_WIDGET or page.formenv is None:
        return ""
    form = page.formenv
    field = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if field in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return _TICKED if raw.FPDFAnnot_IsChecked(form, annotation) else _EMPTY
    written = (
        raw.FPDF_FORMFIELD_TEXTFIELD,
        raw.FPDF_FORMFIELD_COMBOBOX,
        raw.FPDF_FORMFIELD_LISTBOX,
    )
    if field not in written or raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
        return ""
    return _read(lambda *buffer: raw.FPDFAnnot_GetFormFieldValue(form, annotation, *buffer))


def _read(take: Callable[..., int]) -> str:
    """Return a string that PDFium writes into a buffer, as UTF-16 with a zero at the end."""
    from pypdfium2 import raw

    size = min(take(None, 0), _MAX_VALUE_BYTES)
    buffer = ctypes.create_string_buffer(size + 2)
    take(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").partition("\0")[0]
