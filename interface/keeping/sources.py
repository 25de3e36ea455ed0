"""What became of the sources of earlier answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import NotFoundError
from interface.passages import CHANGED, locate_quote

if TYPE_CHECKING:
    from index.library import Library

MOVED_SINCE = "told_moved_since"
GONE_SINCE = "told_gone_since"
REMOVED_SINCE = "told_removed_since"


def mark_changes(
    library: Library, turns: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """Return turns whose citations say in `since` what became of their source, "" for nothing.

    What they say is the name of a string of the page.
    """
    cited: dict[str, list[Mapping[str, Any]]] = {}
    for turn in turns:
        for citation in turn["citations"]:
            cited.setdefault(citation["document_id"], []).append(citation)
    became = {  # one document's text at a time: there may be hundreds of large ones
        id(citation): became
        for document_id, citations in cited.items()
        for citation, became in _compare_all(library, document_id, citations)
    }
    return tuple(
        {
            **turn,
            "citations": [{**each, "since": became[id(each)]} for each in turn["citations"]],
        }
        for turn in turns
    )


def _compare_all(
    library: Library, document_id: str, citations: Iterable[Mapping[str, Any]]
) -> Iterable[tuple[Mapping[str, Any], str]]:
    try:
        text = library.document(document_id).text
    except NotFoundError:
        return [(citation, REMOVED_SINCE) for citation in citations]
    return [(citation, _compare(text, citation)) for citation in citations]


def _compare(text: str, citation: Mapping[str, Any]) -> str:
    _, note = locate_quote(text, citation["quote"], citation["start"])
    if note == "":
        return ""
    return GONE_SINCE if note == CHANGED else MOVED_SINCE
