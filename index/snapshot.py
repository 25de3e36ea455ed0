"""What a library looks like from outside: a consistent view to search in, and its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.catalogue import CatalogueReader
from index.engine import SearchIndex
from index.errors import NotFoundError
from index.lexical import LexicalIndex
from index.vectors import Mask


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent state of a library, or of one of its collections.

    Attributes:
        catalogue: The catalogue.
        generation: The search index that belongs to it.
        collection: The collection that is searched, or None for all.
    """

    catalogue: CatalogueReader
    generation: SearchIndex
    collection: str | None = None

    @property
    def words(self) -> LexicalIndex:
        """The words of what is searched."""
        return self.generation.words(self.collection)

    @property
    def only(self) -> Mask | None:
        """The chunks that may be found, or None for all."""
        if self.collection is None:
            return None
        masks = self.generation.masks
        if self.collection not in masks:
            masks[self.collection] = Mask.of(self.catalogue.keys(self.collection))
        return masks[self.collection]


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
