"""A passage in its surroundings, with the quote found to the character."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError
from index.values import Document, page_at, place_at
from interface.arguments import read_text
from interface.document_search import find_matches, read_query
from interface.segments import Range, Shown, cut_segments

if TYPE_CHECKING:
    from index.library import Library

REACH_CHARACTERS = 20_000  # shown on each side of a quote; a document may hold ten million
CHANGED = "told_changed"
MOVED = "told_moved"


def view_passage(library: Library, request: object) -> dict[str, Any]:
    """Return what is shown for `{document_id, start, end, quote, reach, query, focus}`.

    Segments are consecutive slices of the document's text, so that a script needs no offsets
    (which would be UTF-16 units there); those with `quote` make up the quote exactly. `focus` is
    the range of a match that is looked at; without it the quote is.

    Raises:
        InvalidInputError: The request isn't like that.
        NotFoundError: There is no such document, or no longer.
    """
    if not isinstance(request, Mapping):
        raise InvalidInputError("a passage is asked for by document_id, start, end and quote")
    document = library.document(read_text(request.get("document_id"), name="document_id"))
    quote = read_text(request.get("quote"), name="quote")
    start, note = locate_quote(document.text, quote, read_offset(request.get("start")))
    end = start + (0 if note == CHANGED else len(quote))
    reach = max(REACH_CHARACTERS, read_offset(request.get("reach", REACH_CHARACTERS)))
    focus = find_focus(document, request)
    middle = focus or (start, end)
    low, high = _widen_to_lines(document.text, middle[0] - reach, middle[1] + reach)
    found = find_matches(document.text, read_query(request), low, high)
    shown = Shown(low, high, (start, end), found, focus)
    return {
        "title": document.title,
        "source": document.source,
        "date": document.date,
        "page": page_at(document.pages, start),
        "place": place_at(document, start),
        "note": note,
        "segments": cut_segments(document, shown),
        "more_before": low > 0,
        "more_after": high < len(document.text),
        "reach": reach,
    }


def locate_quote(text: str, quote: str, expected_start: int) -> tuple[int, str]:
    """Find a quote in a document that may have changed since it was cited.

    Returns:
        Where the quote starts, or where it was if it is gone, and a note for the reader (a string's
        name), "" where it is as it was.
    """
    if text.startswith(quote, expected_start):
        return expected_start, ""
    after = text.find(quote, expected_start)
    before = text.rfind(quote, 0, expected_start + len(quote))
    found = [start for start in (before, after) if start >= 0]
    if not found:
        return min(expected_start, len(text)), CHANGED
    return min(found, key=lambda start: abs(start - expected_start)), MOVED


def find_focus(document: Document, request: Mapping[str, object]) -> Range | None:
    """Return the range that a request looks at, within the document, or None.

    Raises:
        InvalidInputError: It isn't a pair of offsets.
    """
    focus = request.get("focus")
    if focus is None:
        return None
    if not isinstance(focus, list | tuple) or len(focus) != 2:
        raise InvalidInputError(f"a focus must be a pair of offsets, not {focus!r:.60}")
    start, end = (min(read_offset(offset), len(document.text)) for offset in focus)
    return (start, max(start, end))


def read_offset(value: object) -> int:
    """Return an offset or another whole number from 0.

    Raises:
        InvalidInputError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidInputError(f"an offset must be a whole number from 0, not {value!r:.60}")
    return value


def _widen_to_lines(text: str, low: int, high: int) -> tuple[int, int]:
    """Return a range of whole lines, unless a line is longer than what is shown anyway."""
    low, high = max(0, low), min(len(text), high)
    line_start = text.rfind("\n", max(0, low - REACH_CHARACTERS), low) + 1
    line_end = text.find("\n", high, high + REACH_CHARACTERS)
    if line_start > 0 or low <= REACH_CHARACTERS:
        low = line_start
    return low, line_end if line_end >= 0 else high
