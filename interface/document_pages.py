"""The pages of a PDF in the viewer: drawn, with what is quoted marked on them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError, NotFoundError, RefusedFileError
from index.loaders.isolation import DRAWING
from index.loaders.pdf_pages import PICTURE_TYPE, draw_page, read_glyphs
from index.loaders.pdf_places import Box, GlyphPage, mark_range
from index.values import Document, Page, page_at
from interface.arguments import read_text
from interface.document_search import find_matches, read_query
from interface.originals import read_original
from interface.passages import CHANGED, find_focus, locate_quote, read_offset
from retrieval.remembering import Memory

if TYPE_CHECKING:
    from index.library import Library

WIDTHS_PX = (600, 900, 1_200, 1_600, 2_000, 2_600)
PICTURES_KEPT = 32
GLYPHS_KEPT = 32
MOST_FOUND = 200
ON_THIS_PAGE = "told_on_this_page"


class PageViewer:
    """Shows pages of PDFs; remembers some, since people turn back and forth."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._pictures: Memory[tuple[str, int, int], bytes] = Memory(PICTURES_KEPT)
        self._glyphs: Memory[tuple[str, int], GlyphPage] = Memory(GLYPHS_KEPT)

    def open_page(self, request: object) -> dict[str, Any]:
        """Return a page for `{document_id, start, end, quote, number, width, query, focus}`.

        Without `number` it is the page where the focus or else the quote begins.

        Returns:
            number, count, ratio (its width by its height), picture (a data URL), quoted (what of
            the quote stands on the page), boxes (what to mark, each left, top, width and height as
            shares of the page), found (the matches of the query, each with boxes and whether it is
            the current one) and a note.

        Raises:
            InvalidInputError: The request isn't like that.
            NotFoundError: There is no such document or page, or its file is gone or changed.
        """
        if not isinstance(request, Mapping):
            raise InvalidInputError("a page is asked for by document_id, start, end and quote")
        library = self._library
        document = library.document(read_text(request.get("document_id"), name="document_id"))
        quote = read_text(request.get("quote"), name="quote")
        start, note = locate_quote(document.text, quote, read_offset(request.get("start")))
        end = start if note == CHANGED else start + len(quote)
        focus = find_focus(document, request)
        part = _choose_page(document, request, focus[0] if focus else start)
        try:
            glyphs, picture = self._read(document, part.number, read_offset(request.get("width")))
        except RefusedFileError as error:
            raise NotFoundError(f"The page can't be drawn: {error}. This is its text.") from error
        boxes = mark_quote(glyphs, document, part.number, start, end)
        quoted = document.text[max(start, part.start) : min(end, part.end)].strip()
        return {
            "number": part.number,
            "count": len(document.pages),
            "ratio": glyphs.width / glyphs.height,
            "picture": f"data:{PICTURE_TYPE};base64,{base64.b64encode(picture).decode('ascii')}",
            "quoted": quoted,
            "boxes": _shares(glyphs, boxes),
            "found": _find_on_page(glyphs, document, part, read_query(request), focus),
            "note": ON_THIS_PAGE if quoted and not boxes else "",
        }

    def _read(self, document: Document, number: int, width: int) -> tuple[GlyphPage, bytes]:
        wide = next((step for step in WIDTHS_PX if step >= width), WIDTHS_PX[-1])
        key = (document.content_hash, number)
        data: list[bytes] = []

        def read() -> bytes:
            if not data:
                data.append(read_original(self._library, document))
            return data[0]

        def draw() -> bytes:
            return DRAWING.call(draw_page, read(), number, width_px=wide)

        picture = self._pictures.get((*key, wide), draw)
        return self._glyphs.get(key, lambda: DRAWING.call(read_glyphs, read(), number)), picture


def has_pages(document: Document) -> bool:
    """Tell whether a document's pages can be drawn, as long as its file is there."""
    return bool(document.pages) and Path(document.source).suffix.lower() == ".pdf"


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


def _choose_page(document: Document, request: Mapping[str, object], offset: int) -> Page:
    if not has_pages(document):
        raise InvalidInputError(f"{document.source!r:.80} has no pages that can be drawn")
    number = request.get("number")
    if number is None:
        number = page_at(document.pages, offset) or document.pages[-1].number
    for part in document.pages:
        if part.number == number:
            return part
    raise NotFoundError(f"there is no page {number!r:.20} in a document of {len(document.pages)}")


def _find_on_page(
    glyphs: GlyphPage, document: Document, part: Page, query: str, focus: tuple[int, int] | None
) -> list[dict[str, Any]]:
    matches = find_matches(document.text, query, part.start, part.end)[:MOST_FOUND]
    if focus and part.start <= focus[0] < part.end and focus not in matches:
        matches.append(focus)
    return [
        {
            "current": match == focus,
            "boxes": _shares(glyphs, mark_quote(glyphs, document, part.number, *match)),
        }
        for match in matches
    ]


def _shares(page: GlyphPage, boxes: tuple[Box, ...]) -> list[list[float]]:
    return [
        [
            box.left / page.width,
            box.top / page.height,
            box.width / page.width,
            box.height / page.height,
        ]
        for box in boxes
    ]
