"""Systems whose results can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.systems.measuring import Chunk, Vectors


class Words:
    """Ranks chunks by the words that they share with the query, then by id."""

    packages = ("numpy",)
    variant = "by words"

    def __init__(self, model: Path) -> None:
        self.model = model

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        assert vectors is None or len(vectors) == len(chunks)
        self.chunks = [(key, set(text.split())) for key, text in chunks]
        folder.mkdir(parents=True)
        (folder / "chunks").write_text("".join(text for _, text in chunks))

    def search(self, query: str, k: int) -> list[str]:
        words = set(query.split())
        ranked = sorted(self.chunks, key=lambda chunk: (-len(chunk[1] & words), chunk[0]))
        return [key for key, _ in ranked[:k]]


class Broken(Words):
    def search(self, query: str, k: int) -> list[str]:
        raise RuntimeError("the index is on fire")
