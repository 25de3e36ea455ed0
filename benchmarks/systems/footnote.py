"""Footnote, through its public interface."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.systems.measuring import Chunk, Vectors
from index.embedding import Embedder
from index.library import Library
from index.settings import Settings
from retrieval.assistant import Assistant


class Footnote:
    """A library with one document for each chunk, and an assistant that searches it."""

    packages = ("sentence-transformers", "faiss-cpu", "tantivy", "torch")

    def __init__(self, model: Path) -> None:  # noqa: ARG002 - it is the default embedder's, too
        """Use the default embedder."""
        self.embedder: Embedder = Library().embedder

    @property
    def variant(self) -> str:
        """What the embedder runs on."""
        return self.embedder.runtime

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched."""
        embedder = self.embedder
        if vectors is not None:
            embedder = Remembering(embedder, [text for _, text in chunks], vectors)
        library = Library(Settings(data_dir=folder), embedder=embedder)
        report = library.add_texts((key, "", text) for key, text in chunks)
        assert len(report.added) == len(chunks)
        self.assistant = Assistant(library)

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        return [hit.source for hit in self.assistant.search(query, k=k)]


class Remembering:
    """An embedder that has the vectors of some texts at hand; the others it embeds."""

    def __init__(self, embedder: Embedder, texts: Sequence[str], vectors: Vectors) -> None:
        """Remember `vectors`, shape (len(texts), dimension)."""
        self.name, self.runtime, self.dimension = (
            embedder.name,
            embedder.runtime,
            embedder.dimension,
        )
        self.max_tokens, self.count_tokens = embedder.max_tokens, embedder.count_tokens
        self._embedder = embedder
        self._known = dict(zip(texts, vectors, strict=True))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        if not all(text in self._known for text in texts):
            return self._embedder.embed(texts)
        return np.array([self._known[text] for text in texts], np.float32)
