"""Documents as a catalogue holds them."""

from __future__ import annotations

from pathlib import Path

from index.catalogue import Catalogue, CatalogueWriter, FileState, Passage
from index.values import Chunk, Document, Page, digest
from tests.fakes import FakeEmbedder


def make_catalogue(folder: Path) -> Catalogue:
    catalogue = Catalogue(folder / "catalogue.sqlite3")
    catalogue.create(embedder="fake@1")
    return catalogue


def make_document(
    source: str, text: str, *, collection: str = "default", pages: tuple[Page, ...] = ()
) -> Document:
    return Document(
        id=digest(collection, source),
        collection=collection,
        source=source,
        title=source.upper(),
        date="2020-02-21",
        text=text,
        pages=pages,
        content_hash=digest(text) * 4,
        modified="2021-03-04T05:06:07+00:00",
    )


def make_state(document: Document, path: str | None = None) -> FileState:
    return FileState(document.id, document.source, path, 7, "stamp", document.content_hash)


def make_passages(document: Document) -> list[Passage]:
    """Return a passage for each line; lines alike share their vector."""
    passages, start = [], 0
    for ordinal, line in enumerate(document.text.split("\n")):
        end = start + len(line)
        chunk = Chunk(
            digest(document.id, str(start)), document.id, ordinal, start, end, line, "H", None
        )
        passages.append(Passage(chunk, ((0, 1),) if ordinal else (), digest(line)))
        start = end + 1
    return passages


def put(writer: CatalogueWriter, document: Document, path: str | None = None) -> range:
    """Put a document with a chunk for each of its lines, and their vectors."""
    passages = make_passages(document)
    vectors = FakeEmbedder().embed([passage.chunk.text for passage in passages])
    writer.put_vectors({p.vector: row for p, row in zip(passages, vectors, strict=True)})
    return writer.put_document(
        document, make_state(document, path), passages, markup="markdown", language="en"
    )
