"""Which documents a page's question goes to: all of a collection, or the ones that were ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import FootnoteError, InvalidInputError, NotFoundError
from index.values import DocumentSummary
from interface.arguments import MAX_DOCUMENTS, fold, read_documents, read_text
from interface.conversation import read_collection

if TYPE_CHECKING:
    from index.library import Library

LISTED = 100  # documents to choose from at once; whoever looks for another one types its name
LONGEST_QUERY = 200
CHOICE_GONE = "told_choice_gone"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a page's next question is asked of.

    Attributes:
        collection: A collection, or None for all.
        documents: The documents in it that were ticked and are still there; none for all.
        lost: Whether some were ticked, of which none is there any more, or the collection is gone.
    """

    collection: str | None
    documents: tuple[DocumentSummary, ...] = ()
    lost: bool = False

    @property
    def ids(self) -> tuple[str, ...] | None:
        """Ids of the ticked documents, or None for all.

        Raises:
            NotFoundError: They are lost: an answer from others isn't what was asked for.
        """
        if self.lost:
            raise NotFoundError(CHOICE_GONE)
        return tuple(summary.id for summary in self.documents) or None

    def view(self) -> dict[str, Any]:
        """Return it as it is part of a conversation on the page."""
        chosen = list(map(choosable, self.documents))
        return {"collection": self.collection, "chosen": chosen, "lost": self.lost}


def settle_scope(library: Library, conversation: object) -> Scope:
    """Return what a page's conversation asks; ticked documents that are gone drop out.

    Raises:
        InvalidInputError: It isn't what the page makes.
        NotFoundError: There is no such collection.
    """
    collection = read_collection(conversation)
    ids = read_chosen(conversation)
    if not ids:
        return Scope(collection, lost=was_lost(conversation))
    there = library.documents(collection, ids=ids)
    return Scope(collection, there, lost=not there)


def restore_scope(
    summaries: Sequence[DocumentSummary], collection: str | None, ids: Sequence[str]
) -> Scope:
    """Return what is left of an earlier scope in a library that may have changed since."""
    gone = collection is not None and all(each.collection != collection for each in summaries)
    collection = None if gone else collection
    wanted = frozenset(ids)
    there = (summary for summary in summaries if summary.id in wanted)
    documents = tuple(s for s in there if collection in (None, s.collection))
    return Scope(collection, documents, lost=(gone or bool(ids)) and not documents)


def was_lost(conversation: object) -> bool:
    """Whether what was chosen on a page is gone, and nothing was chosen or asked since."""
    return isinstance(conversation, Mapping) and conversation.get("lost") is True


def read_chosen(conversation: object) -> tuple[str, ...]:
    """Return the ids of the documents that are ticked on a page, none for all.

    Raises:
        InvalidInputError: They are something else.
    """
    chosen = conversation.get("chosen") if isinstance(conversation, Mapping) else None
    if not chosen:
        return ()
    if not isinstance(chosen, Sequence) or isinstance(chosen, str):
        raise InvalidInputError("the page's choice of documents is damaged; load it again")
    ids = [each.get("id") if isinstance(each, Mapping) else each for each in chosen]
    return read_documents(ids) or ()


def find_choosable(library: Library, request: object) -> dict[str, Any]:
    """Return documents to tick for `{query, collection}`.

    Returns:
        documents: the first whose title and source hold all words of the query, at most `LISTED`;
        total: how many there are; most: how many can be ticked; error: why there are none, or "".
    """
    nothing = {"documents": [], "total": 0, "most": MAX_DOCUMENTS}
    try:
        found = find_named(library, request)
    except FootnoteError as error:
        return {**nothing, "error": str(error)}
    documents = [choosable(summary) for summary in found[:LISTED]]
    return {**nothing, "documents": documents, "total": len(found), "error": ""}


def find_named(library: Library, request: object) -> list[DocumentSummary]:
    """Return the documents of `{query, collection}` whose title and source hold all its words.

    Raises:
        InvalidInputError: The page sent something else.
        NotFoundError: There is no such collection.
    """
    sent = request if isinstance(request, Mapping) else {}
    words = fold(read_text(sent.get("query"), name="query")[:LONGEST_QUERY]).split()
    return [each for each in library.documents(read_collection(sent)) if _holds(each, words)]


def choosable(summary: DocumentSummary) -> dict[str, str]:
    """Return what the page knows of a document that can be ticked."""
    return {
        "id": summary.id,
        "title": summary.title,
        "source": summary.source,
        "collection": summary.collection,
    }


def _holds(summary: DocumentSummary, words: Sequence[str]) -> bool:
    named = fold(f"{summary.title}\n{summary.source}")
    return all(word in named for word in words)
