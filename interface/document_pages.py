"""The pages of a PDF in the viewer: drawn, with what is quoted marked on them."""

from __future__ import annotations

from index.loaders.pdf_places import Box, GlyphPage, mark_range
from index.values import Document


def mark_quote(
    page: GlyphPage, document: Document, number: int, start: int, end: int
) -> tuple[Box, ...]:
    """Return the boxes that cover what of `document.text[start:end]` stands on a page.

    Args:
        page: The page as the PDF has it.
        document: What was made of the PDF.
        number: The page's number.
        start: Offset of the quote in the document.
        end: Offset after it.

    Returns:
        Boxes in points; none where the quote isn't on the page, or its place isn't certain.
    """
    for part in document.pages:
        low, high = max(start, part.start), min(end, part.end)
        if part.number == number and low < high:
            text = document.text[part.start : part.end]
            return mark_range(page, text, low - part.start, high - part.start)
    return ()
