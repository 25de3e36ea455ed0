"""What tests look at in a library."""

from __future__ import annotations

from pathlib import Path

from index.library import Library
from index.local_engine import LocalEngine
from index.values import AddReport, Outcome


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a file, with the folders that it lies in."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def index_dir(library: Library) -> Path:
    """Return the folder of the search index."""
    assert isinstance(library.engine, LocalEngine)
    return library.engine.folder


def sources(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.source for outcome in outcomes]


def counts(report: AddReport) -> tuple[int, int, int, int]:
    """Return how many were added, unchanged, refused and removed."""
    return len(report.added), len(report.unchanged), len(report.refused), len(report.removed)


def listed(library: Library, collection: str | None = None) -> list[str]:
    return [summary.source for summary in library.documents(collection)]


def find_words(library: Library, query: str, collection: str | None = None) -> list[str]:
    """Return the sources of the passages that hold a word, best first."""
    with library.snapshot(collection) as snapshot:
        keys, _ = snapshot.words.search(query, 99)
        found = snapshot.catalogue.chunks(keys)
        return [found[int(key)].source for key in keys]


def find_nearest(library: Library, text: str, collection: str | None = None) -> list[str]:
    """Return the sources of all passages, those nearest to a text first."""
    with library.snapshot(collection) as snapshot:
        vector = library.embedder.embed([text])[0]
        keys, _ = snapshot.generation.nearest(vector, 99, only=snapshot.only)
        found = snapshot.catalogue.chunks(keys)
        return [found[int(key)].source for key in keys]


def passages(library: Library) -> list[tuple[str, int, int, str]]:
    """Return source, start, end and text of each passage."""
    with library.snapshot() as snapshot:
        return [
            (summary.source, chunk.start, chunk.end, chunk.text)
            for summary in snapshot.catalogue.summaries()
            for chunk in snapshot.catalogue.document_chunks(summary.id)
        ]
