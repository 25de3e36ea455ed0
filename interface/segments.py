"""Cuts a passage where something begins or ends that is drawn in another way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from index.values import Document

# As they are loaded; those of tables have headings in the same form.
MARKDOWN = frozenset(
    ".md .markdown .html .htm .xhtml .docx .pptx .xlsx .xlsm .epub .odt .rtf".split()
)

_FENCE_OR_HEADING = re.compile(
    r"^ {0,3}(?:(?P<fence>`{3,}|~{3,})|(?P<marks>#{1,6}[ \t]+)(?=\S)).*$", re.MULTILINE
)
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a document is shown.

    Attributes:
        low: Offset of the first character.
        high: Offset after the last one.
        quote: Range that is quoted, empty where nothing is.
        found: Ranges that match a search.
        current: The match that is looked at, if any.
    """

    low: int
    high: int
    quote: Range
    found: Sequence[Range] = ()
    current: Range | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that is a heading: its level, its range, and where its words begin."""

    level: int
    start: int
    words: int
    end: int


def cut_segments(document: Document, shown: Shown) -> list[dict[str, Any]]:
    """Cut what is shown into segments that are drawn alike.

    Returns:
        Segments in order: text; quote (whether it is part of the quote); level of the heading that
        it is part of, else 0; syntax (whether it is the `##` of one); page and place (the number
        and name of the page that begins here, or None); found ("", "found" or "current").
    """
    headings = _find_headings(document, shown.low, shown.high)
    pages = {page.start: page for page in document.pages if shown.low <= page.start < shown.high}
    ranges = [shown.quote, *shown.found, *([shown.current] if shown.current else [])]
    cuts = {shown.low, shown.high, *pages}
    cuts.update(offset for span in ranges for offset in span)
    cuts.update(offset for each in headings for offset in (each.start, each.words, each.end))
    inside = sorted(cut for cut in cuts if shown.low <= cut <= shown.high)
    segments = []
    waiting = headings[::-1]
    for left, right in pairwise(inside):
        while waiting and waiting[-1].end <= left:
            waiting.pop()
        heading = waiting[-1] if waiting and waiting[-1].start <= left else None
        page = pages.get(left)
        segments.append(
            {
                "text": document.text[left:right],
                "quote": shown.quote[0] <= left < shown.quote[1],
                "level": heading.level if heading else 0,
                "syntax": heading is not None and left < heading.words,
                "page": page.number if page else None,
                "place": page.place() if page else None,
                "found": "",
            }
        )
    _mark_found(segments, inside, shown)
    return segments


def _mark_found(segments: list[dict[str, Any]], starts: Sequence[int], shown: Shown) -> None:
    places = {start: place for place, start in enumerate(starts)}
    for span in [*shown.found, *([shown.current] if shown.current else [])]:
        kind = "current" if span == shown.current else "found"
        first, last = places.get(span[0]), places.get(span[1])
        if first is not None and last is not None:
            for segment in segments[first:last]:
                segment["found"] = kind


def _find_headings(document: Document, low: int, high: int) -> list[Heading]:
    """Return the headings of a range; what looks like one in a block of code is none."""
    if Path(document.source).suffix.lower() not in MARKDOWN:
        return []
    headings = []
    fence = ""
    # From the start, since a block of code may begin long before what is shown.
    for found in _FENCE_OR_HEADING.finditer(document.text, 0, high):
        opened = found["fence"]
        if opened and not fence:
            fence = opened
        elif opened and opened.startswith(fence):
            fence = ""
        elif not opened and not fence and found.start() >= low:
            level = found["marks"].count("#")
            headings.append(Heading(level, found.start(), found.end("marks"), found.end()))
    return headings
