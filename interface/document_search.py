"""Finds words in one document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError
from index.values import page_at
from interface.arguments import read_text

if TYPE_CHECKING:
    from index.library import Library

MOST_MATCHES = 1_000
LONGEST_QUERY = 200


def find_matches(
    text: str, query: str, low: int = 0, high: int | None = None
) -> list[tuple[int, int]]:
    """Return the ranges of `text[low:high]` that match, in order, at most `MOST_MATCHES`.

    Case counts for nothing, and a space in the query stands for any white space, since a line may
    end there.
    """
    words = query.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    found = pattern.finditer(text, low, len(text) if high is None else high)
    return [match.span() for match in islice(found, MOST_MATCHES)]


def search_document(library: Library, request: object) -> dict[str, Any]:
    """Return where `{document_id, query}` matches.

    Returns:
        matches: a list of [start, end, page], page being None where there are none; and more:
        whether there are more of them than that.

    Raises:
        InvalidInputError: The request isn't like that.
        NotFoundError: There is no such document, or no longer.
    """
    if not isinstance(request, Mapping):
        raise InvalidInputError("a search is asked for by document_id and query")
    query = read_query(request)
    document = library.document(read_text(request.get("document_id"), name="document_id"))
    matches = find_matches(document.text, query)
    return {
        "matches": [[start, end, page_at(document.pages, start)] for start, end in matches],
        "more": len(matches) == MOST_MATCHES,
    }


def read_query(request: Mapping[str, object]) -> str:
    """Return the query of a request, "" where there is none.

    Raises:
        InvalidInputError: It is no string, or too long.
    """
    query = read_text(request.get("query", ""), name="query")
    if len(query) > LONGEST_QUERY:
        raise InvalidInputError(
            f"the query has {len(query)} characters, where {LONGEST_QUERY} are allowed; shorten it"
        )
    return query
