"""Looks things up in a catalogue, within one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from index.catalogue.records import FileState, FoundChunk, Passage
from index.embedding import Vectors
from index.values import Chunk, Document, DocumentSummary, Page

if TYPE_CHECKING:
    import sqlite3

_CHUNK = "c.id, c.document_id, c.ordinal, c.start, c.end, c.text, c.heading, c.page"
_MOST_PARAMETERS = 30_000  # SQLite allows 32,766 in one statement
T = TypeVar("T")


class CatalogueReader:
    """Reads a catalogue within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through `connection`, whose transaction the caller begins and ends."""
        self.connection = connection

    def setting(self, name: str, default: str = "") -> str:
        """Return the value remembered under `name`."""
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return default if row is None else str(row[0])

    @property
    def generation(self) -> int:
        """Number of the index generation that belongs to what this transaction sees."""
        return int(self.setting("generation", "0"))

    @property
    def fingerprint(self) -> str:
        """Fingerprint of that generation, "" where nothing was ever committed."""
        return self.setting("fingerprint")

    def count(self, table: str) -> int:
        """Return the number of rows of `documents`, `chunks` or `vectors`."""
        row = self._one(f"SELECT count(*) FROM {table}")  # noqa: S608 - callers name a table
        return 0 if row is None else int(row[0])

    def document(self, document_id: str) -> Document | None:
        """Return a document by its id."""
        row = self._one(
            "SELECT id, collection, source, title, date, text, pages, content_hash, modified "
            "FROM documents WHERE id = ?",
            document_id,
        )
        if row is None:
            return None
        pages = tuple(Page(*page) for page in json.loads(row[6]))
        return Document(row[0], row[1], row[2], row[3], row[4], row[5], pages, row[7], row[8])

    def markup(self, document_id: str) -> str:
        """Return the markup that a document was chunked by."""
        row = self._one("SELECT markup FROM documents WHERE id = ?", document_id)
        return "text" if row is None else str(row[0])

    def path(self, document_id: str) -> str | None:
        """Return where a document's file is: absolute, relative to the data folder, or None."""
        row = self._one("SELECT path FROM documents WHERE id = ?", document_id)
        return None if row is None else row[0]

    def summaries(
        self, collection: str | None = None, *, ids: Sequence[str] | None = None
    ) -> tuple[DocumentSummary, ...]:
        """Return a line for each document, ordered by collection and source."""
        where, values = _where(collection, ids)
        rows = self.connection.execute(
            "SELECT id, source, title, date, characters, "  # noqa: S608 - placeholders only
            "(SELECT count(*) FROM chunks WHERE document_id = documents.id), modified, collection "
            f"FROM documents WHERE {where} ORDER BY collection, source",
            values,
        )
        return tuple(DocumentSummary(*row) for row in rows)

    def known(self, ids: Sequence[str], collection: str | None = None) -> frozenset[str]:
        """Return those of these documents that there are, in a collection or in any."""
        where, values = _where(collection, ids)
        rows = self.connection.execute(
            f"SELECT id FROM documents WHERE {where}",  # noqa: S608 - placeholders only
            values,
        )
        return frozenset(str(row[0]) for row in rows)

    def find(self, source_or_id: str) -> tuple[str, ...]:
        """Return the ids of the documents with this id, source or path, in any collection."""
        rows = self.connection.execute(
            "SELECT id FROM documents WHERE id = ?1 OR path = ?1 OR "
            # Sources are indexed by collection; without one, all texts would be read through.
            "(source = ?1 AND collection IN (SELECT DISTINCT collection FROM documents)) "
            "ORDER BY id",
            (source_or_id,),
        )
        return tuple(str(row[0]) for row in rows)

    def owner(self, collection: str, source: str) -> FileState | None:
        """Return the state of the document that has this source in this collection."""
        return next(self._states("collection = ? AND source = ?", collection, source), None)

    def file_states(self, collection: str, path: str) -> tuple[FileState, ...]:
        """Return the state of each document made of the file at `path`; by rights there is one."""
        return tuple(self._states("collection = ? AND path = ?", collection, path))

    def state(self, document_id: str) -> FileState | None:
        """Return the state of the file that a document was made of."""
        return next(self._states("id = ?", document_id), None)

    def states_below(self, collection: str, folder: str) -> tuple[FileState, ...]:
        """Return the state of each document whose file lay below `folder`, an absolute path."""
        prefix = folder.rstrip("/") + "/"
        where = "collection = ? AND path >= ? AND path < ?"
        return tuple(self._states(where, collection, prefix, prefix[:-1] + "0"))

    def collections(self) -> tuple[str, ...]:
        """Return the names of the collections that hold documents."""
        rows = self.connection.execute("SELECT DISTINCT collection FROM documents ORDER BY 1")
        return tuple(str(row[0]) for row in rows)

    def by_collection(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return those of these documents that exist, by their collection."""
        found: dict[str, list[str]] = {}
        for document_id in ids:
            row = self._one("SELECT collection FROM documents WHERE id = ?", document_id)
            if row is not None:
                found.setdefault(row[0], []).append(document_id)
        return found

    def languages(
        self, collection: str | None = None, *, ids: Sequence[str] | None = None
    ) -> frozenset[str]:
        """Return the languages (ISO 639-1) of the documents."""
        where, values = _where(collection, ids)
        rows = self.connection.execute(
            f"SELECT DISTINCT language FROM documents WHERE {where}",  # noqa: S608
            values,
        )
        return frozenset(str(row[0]) for row in rows)

    def chunks(self, keys: Iterable[int]) -> dict[int, FoundChunk]:
        """Return the chunks with these keys; keys that are gone are left out."""
        found = {}
        for some in _portions([int(key) for key in keys]):
            rows = self.connection.execute(
                f"SELECT c.key, d.source, d.title, {_CHUNK} FROM chunks c "  # noqa: S608
                "JOIN documents d ON d.id = c.document_id "
                f"WHERE c.key IN ({','.join('?' * len(some))})",
                some,
            )
            found.update({int(r[0]): FoundChunk(Chunk(*r[3:]), r[1], r[2]) for r in rows})
        return found

    def document_chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """Return a document's chunks in order."""
        rows = self.connection.execute(
            f"SELECT {_CHUNK} FROM chunks c WHERE document_id = ? ORDER BY ordinal",  # noqa: S608
            (document_id,),
        )
        return tuple(Chunk(*row) for row in rows)

    def keys_of(self, ids: Sequence[str]) -> np.ndarray:
        """Return the keys of these documents' chunks, ascending, int64 of shape (n,)."""
        rows = self.connection.execute(
            "SELECT key FROM chunks WHERE document_id IN (SELECT value FROM json_each(?)) "
            "ORDER BY key",
            (json.dumps(list(ids)),),
        )
        return np.fromiter((row[0] for row in rows), np.int64)

    def keys(self, collection: str | None = None) -> np.ndarray:
        """Return the keys of all chunks, or of a collection's, ascending, int64 of shape (n,)."""
        query = "SELECT key FROM chunks c ORDER BY key"
        values: tuple[str, ...] = ()
        if collection is not None:
            query = (
                "SELECT key FROM chunks c JOIN documents d ON d.id = c.document_id "
                "WHERE d.collection = ? ORDER BY key"
            )
            values = (collection,)
        rows = self.connection.execute(query, values)
        return np.fromiter((row[0] for row in rows), np.int64)

    def passages(self, above: int = 0) -> Iterator[tuple[int, str, Passage]]:
        """Yield (key, collection, passage) of each chunk whose key is above, by key."""
        rows = self.connection.execute(
            f"SELECT c.key, d.collection, c.faint, c.vector, {_CHUNK} FROM chunks c "  # noqa: S608
            "JOIN documents d ON d.id = c.document_id WHERE c.key > ? ORDER BY c.key",
            (above,),
        )
        for key, collection, faint, vector, *chunk in rows:
            ranges = tuple((start, end) for start, end in json.loads(faint))
            yield key, collection, Passage(Chunk(*chunk), ranges, vector)

    def vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors with these hashes, each float32 of shape (dim,)."""
        found = {}
        for some in _portions(list(hashes)):
            rows = self.connection.execute(
                f"SELECT hash, vector FROM vectors WHERE hash IN ({','.join('?' * len(some))})",  # noqa: S608
                some,
            )
            found.update({str(key): np.frombuffer(blob, "<f4") for key, blob in rows})
        return found

    def known_vectors(self, hashes: Sequence[str]) -> set[str]:
        """Return those of these hashes that have a vector."""
        found: set[str] = set()
        for some in _portions(list(hashes)):
            rows = self.connection.execute(
                f"SELECT hash FROM vectors WHERE hash IN ({','.join('?' * len(some))})",  # noqa: S608
                some,
            )
            found.update(str(row[0]) for row in rows)
        return found

    def chunk_vectors(self, keys: Sequence[int]) -> Vectors:
        """Return the vectors of the chunks with these keys, ascending, float32 of (n, dim)."""
        found: list[bytes] = []
        for some in _portions(list(keys)):
            rows = self.connection.execute(
                "SELECT v.vector FROM chunks c JOIN vectors v ON v.hash = c.vector "  # noqa: S608
                f"WHERE c.key IN ({','.join('?' * len(some))}) ORDER BY c.key",
                some,
            )
            found += (row[0] for row in rows)
        return np.frombuffer(b"".join(found), "<f4").reshape(len(found), -1)

    def unfinished_jobs(self) -> tuple[str, ...]:
        """Return the kind and start of each job that never came to its end."""
        rows = self.connection.execute(
            "SELECT kind || ' started ' || started FROM jobs WHERE finished IS NULL ORDER BY id"
        )
        return tuple(str(row[0]) for row in rows)

    def check(self) -> tuple[str, ...]:
        """Return what SQLite itself finds wrong with the file, a line each."""
        rows = self.connection.execute("PRAGMA integrity_check(20)")
        return tuple(" ".join(str(row[0]).split()) for row in rows if row[0] != "ok")

    def _states(self, where: str, *values: str) -> Iterator[FileState]:
        rows = self.connection.execute(
            "SELECT id, source, path, device, stamp, content_hash "  # noqa: S608
            f"FROM documents WHERE {where} ORDER BY id",
            values,
        )
        return (FileState(*row) for row in rows)

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(query, values).fetchone()
        return row


def _where(collection: str | None, ids: Sequence[str] | None) -> tuple[str, list[str]]:
    """Return the condition of a collection's documents, or those with these ids, and its values."""
    where, values = ["1"], list[str]()
    if collection is not None:
        where.append("collection = ?")
        values.append(collection)
    if ids is not None:  # however many there are, they are one parameter
        where.append("id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(ids)))
    return " AND ".join(where), values


def _portions(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), _MOST_PARAMETERS):
        yield items[start : start + _MOST_PARAMETERS]
