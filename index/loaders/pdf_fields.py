"""What people filled into a PDF: the values of form fields, and text that was typed onto a page."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.loaders.encoding import as_valid_unicode
from index.loaders.lines import Line

# pypdfium2 has types, but hands out ctypes objects that mypy knows nothing of.
PdfPage = Any
Annotation = Any

_MAX_ANNOTATIONS = 1_000
_MAX_VALUE_BYTES = 200_000
_PASSWORD = 1 << 13  # of a field's flags
_TICKED, _EMPTY = "☑", "☐"
_USUAL_SIZE = 12.0
# Shares of the lower one's height: what is on one line overlaps it, and the same place at a border.
_BESIDE, _SLACK = 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Field:
    """What was filled in, and where: lengths are in points, from the page's lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def is_box(self) -> bool:
        """Whether it is a box to tick, whose label may be on either side."""
        return self.text in (_TICKED, _EMPTY)

    def is_beside(self, line: Line) -> bool:
        """Tell whether it is on one line with printed words."""
        overlap = min(self.top, line.bottom + line.size) - max(self.bottom, line.bottom)
        return overlap >= _BESIDE * min(self.top - self.bottom, line.size)


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
                yield Field(text, place.left, place.bottom, place.right, place.top)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def place_fields(lines: Sequence[Line], fields: Sequence[Field]) -> list[Line]:
    """Return a page's lines with what was filled in: behind the label, or between the lines.

    Args:
        lines: The printed lines in reading order.
        fields: What was filled in.
    """
    placed = list(lines)
    for field in sorted(fields, key=lambda each: (-each.top, each.left)):
        beside = [place for place, line in enumerate(placed) if field.is_beside(line)]
        label = min(beside, key=lambda place: _distance(placed[place], field), default=None)
        if label is None:
            place = next((n for n, line in enumerate(placed) if line.bottom < field.bottom), None)
            size = min(field.top - field.bottom, _USUAL_SIZE)
            own = Line(field.text, field.left, field.right, field.bottom, size)
            placed.insert(len(placed) if place is None else place, own)
        elif field.is_box and placed[label].left >= field.left:
            line = placed[label]
            placed[label] = replace(line, text=f"{field.text} {line.text}", left=field.left)
        else:
            line = placed[label]
            placed[label] = replace(line, text=f"{line.text} {field.text}", right=field.right)
    return placed


def _distance(line: Line, field: Field) -> tuple[bool, float]:
    """Return how far a line is from a field, those on its left first unless that is a box."""
    behind = line.left >= field.left
    gap = line.left - field.right if behind else field.left - line.right
    return behind and not field.is_box, max(gap, -_SLACK * line.size)


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
