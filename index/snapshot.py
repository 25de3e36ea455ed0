"""What a library looks like from outside: a consistent view to search in, and its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.catalogue import CatalogueReader
from index.embedding import Vectors
from index.engine import SearchIndex
from index.errors import InvalidInputError, NotFoundError
from index.lexical import LexicalIndex
from index.values import DocumentSummary
from index.vectors import Keys, Mask


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent state of a library, of one of its collections, or of chosen documents.

    Attributes:
        catalogue: The catalogue.
        generation: The search index that belongs to it.
        collection: The collection that is searched, or None for all.
        documents: Ids of the documents that are searched, or None for all of the collection.
    """

    catalogue: CatalogueReader
    generation: SearchIndex
    collection: str | None = None
    documents: tuple[str, ...] | None = None

    @property
    def words(self) -> LexicalIndex:
        """The words of what is searched."""
        words = self.generation.words(self.collection)
        return words if self.documents is None else words.among(self.documents)

    @property
    def only(self) -> Mask | None:
        """The chunks that may be found, or None for all."""
        if self.documents is not None:  # not noted: there are too many choices
            return Mask.of_few(self.catalogue.keys_of(self.documents))
        if self.collection is None:
            return None
        masks = self.generation.masks
        if self.collection not in masks:
            masks[self.collection] = Mask.of(self.catalogue.keys(self.collection))
        return masks[self.collection]

    def vectors(self, keys: Keys) -> Vectors:
        """Return the exact vectors of the chunks with these keys, ascending, shape (n, dim)."""
        held = self.generation.vectors(keys)
        return self.catalogue.chunk_vectors(keys.tolist()) if held is None else held

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Return a line for each document that is searched."""
        return self.catalogue.summaries(self.collection, ids=self.documents)

    def languages(self) -> frozenset[str]:
        """Return the languages (ISO 639-1) of the documents that are searched."""
        return self.catalogue.languages(self.collection, ids=self.documents)


@dataclass(frozen=True, slots=True)
class Status:
    """What is in a library.

    Attributes:
        version: Version of the program.
        generation: Number of the index generation in force.
        documents: How many documents there are.
        chunks: How many chunks they were cut into.
        models: Name of the model for each job.
        healthy: Whether the index can be searched.
        index_hash: Fingerprint of the generation.
        problems: What is wrong, in a line each.
    """

    version: str
    generation: int
    documents: int
    chunks: int
    models: Mapping[str, str | None]
    healthy: bool
    index_hash: str
    problems: tuple[str, ...]


def check_known(reader: CatalogueReader, collection: str | None) -> None:
    """Refuse the name of a collection that doesn't exist.

    Raises:
        NotFoundError: It doesn't.
    """
    if collection is not None and collection not in reader.collections():
        known = ", ".join(reader.collections()) or "none yet"
        raise NotFoundError(f"there is no collection {collection!r}; there are: {known}")


def choose_documents(
    reader: CatalogueReader, collection: str | None, documents: Sequence[str] | None
) -> tuple[str, ...] | None:
    """Return the ids of documents in order and each once; None, for all, stays None.

    Raises:
        InvalidInputError: There are none.
        NotFoundError: One of them doesn't exist, or is in another collection.
    """
    if documents is None:
        return None
    if not documents:
        raise InvalidInputError("no documents are named; name some by their ids, or null for all")
    known = reader.known(documents, collection)
    for document_id in documents:
        if document_id not in known:
            where = "" if collection is None else f" in the collection {collection!r}"
            raise NotFoundError(
                f"no document{where} has the id {document_id!r:.80}; it may have been removed"
            )
    return tuple(sorted(known))
