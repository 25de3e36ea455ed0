"""Joins the parts of a document (slides, chapters) into one text with a page for each."""

from __future__ import annotations

from collections.abc import Iterable

from index.loaders.limits import Limits
from index.loaders.refusal import too_long
from index.values import Page


def join_parts(parts: Iterable[tuple[str, str]], *, limits: Limits) -> tuple[str, tuple[Page, ...]]:
    """Return the text of all parts, a blank line between them, and a page for each.

    Args:
        parts: What each part is called, and its text; one without text gets no page, though its
            number.
        limits: Bounds the text.

    Raises:
        RefusedFileError: The text gets too long.
    """
    texts: list[str] = []
    pages: list[Page] = []
    length = 0
    for number, (label, text) in enumerate(parts, start=1):
        if not text.strip():
            continue
        # A part's range ends with the white space that parts it from the next one.
        texts.append(f"{text.strip()}\n\n")
        pages.append(Page(number, length, length + len(texts[-1]), label))
        length += len(texts[-1])
        if length > limits.max_text_characters + 2:
            raise too_long(length - 2, limits)
    if pages:
        last = pages.pop()
        texts[-1] = texts[-1].removesuffix("\n\n")
        pages.append(Page(last.number, last.start, last.end - 2, last.label))
    return "".join(texts), tuple(pages)
