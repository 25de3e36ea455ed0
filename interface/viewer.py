"""The document viewer: a passage in its surroundings, with the quote marked to the character."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import FootnoteError, InvalidInputError
from index.values import Document, page_at, place_at
from interface.arguments import read_text
from interface.static import read_static

if TYPE_CHECKING:
    from index.library import Library

REACH_CHARACTERS = 20_000  # shown on each side of a quote; a document may hold ten million
# As they are loaded; those of tables have headings in the same form.
MARKDOWN = frozenset(
    ".md .markdown .html .htm .xhtml .docx .pptx .xlsx .xlsm .epub .odt .rtf".split()
)
UNAVAILABLE = "The document can't be shown; the server's log says why."
CHANGED = "This source has changed since the answer was given: the quote is no longer in it."
MOVED = "This source has changed since the answer was given: the quote has moved."

_MARKDOWN_HEADING = re.compile(r"^#{1,6}[ \t].*$", re.MULTILINE)
logger = logging.getLogger(__name__)


def build_viewer(library: Library) -> gr.HTML:
    """Add the viewer to the page; its script asks the server for the passages that it shows."""

    def open_passage(request: object) -> dict[str, Any]:
        try:
            return view_passage(library, request)
        except FootnoteError as error:
            return {"error": str(error)}
        except Exception:
            logger.exception("a passage could not be shown")
            return {"error": UNAVAILABLE}

    return gr.HTML(
        html_template=read_static("viewer.html"),
        js_on_load=read_static("viewer.js"),
        server_functions=[open_passage],
        apply_default_css=False,
        elem_id="viewer",
    )


def view_passage(library: Library, request: object) -> dict[str, Any]:
    """Return what the viewer shows for `{document_id, start, end, quote, reach}`.

    Segments are consecutive slices of the document's text, so that a script needs no offsets
    (which would be UTF-16 units there); those with `quote` make up the quote exactly.

    Raises:
        InvalidInputError: The request isn't like that.
        NotFoundError: There is no such document, or no longer.
    """
    if not isinstance(request, Mapping):
        raise InvalidInputError("a passage is asked for by document_id, start, end and quote")
    document = library.document(read_text(request.get("document_id"), name="document_id"))
    quote = read_text(request.get("quote"), name="quote")
    start, note = locate_quote(document.text, quote, _read_offset(request.get("start")))
    end = start + (0 if note == CHANGED else len(quote))
    reach = max(REACH_CHARACTERS, _read_offset(request.get("reach", REACH_CHARACTERS)))
    low, high = _widen_to_lines(document.text, start - reach, end + reach)
    return {
        "title": document.title,
        "source": document.source,
        "date": document.date,
        "page": page_at(document.pages, start),
        "place": place_at(document, start),
        "note": note,
        "segments": cut_segments(document, start=start, end=end, low=low, high=high),
        "more_before": low > 0,
        "more_after": high < len(document.text),
        "reach": reach,
    }


def locate_quote(text: str, quote: str, expected_start: int) -> tuple[int, str]:
    """Find a quote in a document that may have changed since it was cited.

    Returns:
        Where the quote starts, or where it was if it is gone, and a note for the reader, "" where
        it is as it was.
    """
    if text.startswith(quote, expected_start):
        return expected_start, ""
    after = text.find(quote, expected_start)
    before = text.rfind(quote, 0, expected_start + len(quote))
    found = [start for start in (before, after) if start >= 0]
    if not found:
        return min(expected_start, len(text)), CHANGED
    return min(found, key=lambda start: abs(start - expected_start)), MOVED


def cut_segments(
    document: Document, *, start: int, end: int, low: int, high: int
) -> list[dict[str, Any]]:
    """Cut `text[low:high]` where the quote, a heading or a page begins or ends.

    Returns:
        Segments in order: text, quote (part of `text[start:end]`), heading, and page and place (the
        number and name of the page that begins here, or None).
    """
    headings = _find_headings(document, low, high)
    pages = {page.start: page for page in document.pages if low <= page.start < high}
    cuts = {low, high, start, end, *pages}
    cuts.update(offset for heading in headings for offset in heading)
    inside = sorted(cut for cut in cuts if low <= cut <= high)
    heading_starts = {heading_start for heading_start, _ in headings}
    heading_ends = {heading_end for _, heading_end in headings}
    segments = []
    heading = False
    for left, right in pairwise(inside):
        heading = left in heading_starts or (heading and left not in heading_ends)
        page = pages.get(left)
        segments.append(
            {
                "text": document.text[left:right],
                "quote": start <= left < end,
                "heading": heading,
                "page": page.number if page else None,
                "place": page.place() if page else None,
            }
        )
    return segments


def _find_headings(document: Document, low: int, high: int) -> list[tuple[int, int]]:
    if Path(document.source).suffix.lower() not in MARKDOWN:
        return []
    return [found.span() for found in _MARKDOWN_HEADING.finditer(document.text, low, high)]


def _widen_to_lines(text: str, low: int, high: int) -> tuple[int, int]:
    """Return a range of whole lines, unless a line is longer than what is shown anyway."""
    low, high = max(0, low), min(len(text), high)
    line_start = text.rfind("\n", max(0, low - REACH_CHARACTERS), low) + 1
    line_end = text.find("\n", high, high + REACH_CHARACTERS)
    if line_start > 0 or low <= REACH_CHARACTERS:
        low = line_start
    return low, line_end if line_end >= 0 else high


def _read_offset(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidInputError(f"an offset must be a whole number from 0, not {value!r:.60}")
    return value
