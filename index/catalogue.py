"""The catalogue: one SQLite database that is the truth about a data folder.

Everything else in the folder is derived from it. Adding or removing documents and moving on to the
next generation happen in one transaction, so that a reader's transaction sees all of it or nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.embedding import Vectors
from index.errors import CatalogueError
from index.values import Chunk, Document, DocumentSummary, Page

SCHEMA_VERSION = "1"
_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, collection TEXT NOT NULL, source TEXT NOT NULL,
    title TEXT NOT NULL, date TEXT, text TEXT NOT NULL, pages TEXT NOT NULL,
    content_hash TEXT NOT NULL, modified TEXT NOT NULL,
    markup TEXT NOT NULL, language TEXT NOT NULL, characters INTEGER NOT NULL,
    path TEXT, device INTEGER NOT NULL, stamp TEXT NOT NULL,
    UNIQUE (collection, source));
CREATE INDEX documents_by_path ON documents (path);
CREATE INDEX documents_by_content ON documents (content_hash);
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, heading TEXT NOT NULL, page INTEGER, faint TEXT NOT NULL,
    vector TEXT NOT NULL);
CREATE INDEX chunks_by_document ON chunks (document_id, ordinal);
CREATE INDEX chunks_by_vector ON chunks (vector);
CREATE TABLE vectors (hash TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, started TEXT NOT NULL, finished TEXT,
    outcome TEXT NOT NULL);
"""
_CHUNK = "c.id, c.document_id, c.ordinal, c.start, c.end, c.text, c.heading, c.page"
_MOST_PARAMETERS = 30_000  # SQLite allows 32,766 in one statement
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileState:
    """What was known of a document's file when it was indexed.

    Attributes:
        document_id: The document made of it.
        source: The document's source.
        path: Absolute, or relative to the data folder for an upload, or None for a text.
        device: Number of the device that its folder was on.
        stamp: Size and times of the file; the same stamp means the same content.
        content_hash: SHA-256 of its bytes.
    """

    document_id: str
    source: str
    path: str | None
    device: int
    stamp: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it is indexed.

    Attributes:
        chunk: The chunk.
        faint: Ranges of its text that count for little in ranking.
        vector: Hash of what is embedded for it, which finds its vector.
    """

    chunk: Chunk
    faint: tuple[tuple[int, int], ...]
    vector: str


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk that was looked up, with what is shown of its document."""

    chunk: Chunk
    source: str
    title: str


class CatalogueReader:
    """Reads a catalogue within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through `connection`, whose transaction the caller begins and ends."""
        self._connection = connection

    def setting(self, name: str, default: str = "") -> str:
        """Return the value remembered under `name`."""
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return default if row is None else str(row[0])

    @property
    def generation(self) -> int:
        """Number of the index generation that belongs to what this transaction sees."""
        return int(self.setting("generation", "0"))

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
        where, values = ["1"], list[str]()
        if collection is not None:
            where, values = ["collection = ?"], [collection]
        if ids is not None:
            where.append(f"id IN ({','.join('?' * len(ids))})")
            values.extend(ids)
        rows = self._connection.execute(
            "SELECT id, source, title, date, characters, "  # noqa: S608 - placeholders only
            "(SELECT count(*) FROM chunks WHERE document_id = documents.id), modified, collection "
            f"FROM documents WHERE {' AND '.join(where)} ORDER BY collection, source",
            values,
        )
        return tuple(DocumentSummary(*row) for row in rows)

    def find(self, source_or_id: str) -> tuple[str, ...]:
        """Return the ids of the documents with this id, source or path, in any collection."""
        rows = self._connection.execute(
            "SELECT id FROM documents WHERE id = ?1 OR source = ?1 OR path = ?1 ORDER BY id",
            (source_or_id,),
        )
        return tuple(str(row[0]) for row in rows)

    def owner(self, collection: str, source: str) -> FileState | None:
        """Return the state of the document that has this source in this collection."""
        return next(self._states("collection = ? AND source = ?", collection, source), None)

    def file_state(self, collection: str, path: str) -> FileState | None:
        """Return the state of the document made of the file at `path`."""
        return next(self._states("collection = ? AND path = ?", collection, path), None)

    def states_below(self, collection: str, folder: str) -> tuple[FileState, ...]:
        """Return the state of each document whose file lay below `folder`, an absolute path."""
        prefix = folder.rstrip("/") + "/"
        where = "collection = ? AND path >= ? AND path < ?"
        return tuple(self._states(where, collection, prefix, prefix[:-1] + "0"))

    def collections(self) -> tuple[str, ...]:
        """Return the names of the collections that hold documents."""
        rows = self._connection.execute("SELECT DISTINCT collection FROM documents ORDER BY 1")
        return tuple(str(row[0]) for row in rows)

    def languages(self, collection: str | None = None) -> frozenset[str]:
        """Return the languages (ISO 639-1) of the documents."""
        rows = self._connection.execute(
            "SELECT DISTINCT language FROM documents WHERE ?1 IS NULL OR collection = ?1",
            (collection,),
        )
        return frozenset(str(row[0]) for row in rows)

    def chunks(self, keys: Iterable[int]) -> dict[int, FoundChunk]:
        """Return the chunks with these keys; keys that are gone are left out."""
        found = {}
        for some in _portions([int(key) for key in keys]):
            rows = self._connection.execute(
                f"SELECT c.key, d.source, d.title, {_CHUNK} FROM chunks c "  # noqa: S608
                "JOIN documents d ON d.id = c.document_id "
                f"WHERE c.key IN ({','.join('?' * len(some))})",
                some,
            )
            found.update({int(r[0]): FoundChunk(Chunk(*r[3:]), r[1], r[2]) for r in rows})
        return found

    def document_chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """Return a document's chunks in order."""
        rows = self._connection.execute(
            f"SELECT {_CHUNK} FROM chunks c WHERE document_id = ? ORDER BY ordinal",  # noqa: S608
            (document_id,),
        )
        return tuple(Chunk(*row) for row in rows)

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
        rows = self._connection.execute(query, values)
        return np.fromiter((row[0] for row in rows), np.int64)

    def passages(self, above: int = 0) -> Iterator[tuple[int, str, Passage]]:
        """Yield (key, collection, passage) of each chunk whose key is above, by key."""
        rows = self._connection.execute(
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
            rows = self._connection.execute(
                f"SELECT hash, vector FROM vectors WHERE hash IN ({','.join('?' * len(some))})",  # noqa: S608
                some,
            )
            found.update({str(key): np.frombuffer(blob, "<f4") for key, blob in rows})
        return found

    def chunk_vectors(self, keys: Sequence[int]) -> Vectors:
        """Return the vectors of the chunks with these keys, float32 of shape (n, dim)."""
        rows = self._connection.execute(
            "SELECT v.vector FROM chunks c JOIN vectors v ON v.hash = c.vector "  # noqa: S608
            f"WHERE c.key IN ({','.join('?' * len(keys))})",
            list(keys),
        )
        return np.stack([np.frombuffer(row[0], "<f4") for row in rows])

    def unfinished_jobs(self) -> tuple[str, ...]:
        """Return the kind and start of each job that never came to its end."""
        rows = self._connection.execute(
            "SELECT kind || ' started ' || started FROM jobs WHERE finished IS NULL ORDER BY id"
        )
        return tuple(str(row[0]) for row in rows)

    def check(self) -> tuple[str, ...]:
        """Return what SQLite itself finds wrong with the file."""
        rows = self._connection.execute("PRAGMA integrity_check(20)")
        return tuple(str(row[0]) for row in rows if row[0] != "ok")

    def _states(self, where: str, *values: str) -> Iterator[FileState]:
        rows = self._connection.execute(
            "SELECT id, source, path, device, stamp, content_hash "  # noqa: S608
            f"FROM documents WHERE {where} ORDER BY id",
            values,
        )
        return (FileState(*row) for row in rows)

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row


class CatalogueWriter(CatalogueReader):
    """Reads and writes a catalogue within one transaction."""

    def remember(self, **settings: str) -> None:
        """Remember a value under each name."""
        self._connection.executemany("REPLACE INTO settings VALUES (?, ?)", settings.items())

    def put_document(
        self,
        document: Document,
        state: FileState,
        passages: Sequence[Passage],
        *,
        markup: str,
        language: str,
    ) -> range:
        """Insert a document that isn't there, and return the keys of its chunks."""
        self._connection.execute(
            f"INSERT INTO documents VALUES ({','.join('?' * 15)})",  # noqa: S608
            (
                document.id,
                document.collection,
                document.source,
                document.title,
                document.date,
                document.text,
                json.dumps([list(asdict(page).values()) for page in document.pages]),
                document.content_hash,
                document.modified,
                markup,
                language,
                len(document.text),
                state.path,
                state.device,
                state.stamp,
            ),
        )
        return self.put_chunks(passages)

    def put_chunks(self, passages: Sequence[Passage]) -> range:
        """Insert a document's chunks, and return their keys, which were never used before."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
        first = 1 + (0 if row is None else int(row[0]))
        self._connection.executemany(
            f"INSERT INTO chunks VALUES ({','.join('?' * 11)})",  # noqa: S608
            (
                (first + place, *_chunk_row(p.chunk), json.dumps(p.faint), p.vector)
                for place, p in enumerate(passages)
            ),
        )
        return range(first, first + len(passages))

    def delete_chunks(self) -> None:
        """Delete the chunks of all documents, to be put anew."""
        self._connection.execute("DELETE FROM chunks")

    def refresh_state(self, state: FileState) -> None:
        """Note that a file was touched without a change of its content."""
        self._connection.execute(
            "UPDATE documents SET device = ?, stamp = ? WHERE id = ?",
            (state.device, state.stamp, state.document_id),
        )

    def delete_documents(self, ids: Sequence[str]) -> tuple[list[int], list[str]]:
        """Delete documents with their chunks; return the chunks' keys and their vectors' hashes.

        The vectors stay, as what is put next may share them: see `drop_vectors`.
        """
        rows: list[tuple[int, str]] = []
        for document_id in ids:
            rows += self._connection.execute(
                "SELECT key, vector FROM chunks WHERE document_id = ?", (document_id,)
            )
            self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        return [key for key, _ in rows], [vector for _, vector in rows]

    def drop_vectors(self, hashes: Sequence[str]) -> None:
        """Delete those of these vectors that no chunk refers to."""
        self._connection.executemany(
            "DELETE FROM vectors WHERE hash = ?1 "
            "AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector = ?1)",
            ((key,) for key in hashes),
        )

    def put_vectors(self, vectors: Mapping[str, Vectors]) -> None:
        """Store vectors by the hash of what was embedded."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
            ((key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()),
        )

    def drop_unused_vectors(self) -> None:
        """Delete the vectors that no chunk refers to."""
        self._connection.execute(
            "DELETE FROM vectors WHERE hash NOT IN (SELECT vector FROM chunks)"
        )

    def start_job(self, kind: str, started: str) -> int:
        """Note that a job begins, closing those that a crash left open, and return its id."""
        self._connection.execute(
            "UPDATE jobs SET finished = ?, outcome = 'interrupted' WHERE finished IS NULL",
            (started,),
        )
        cursor = self._connection.execute(
            "INSERT INTO jobs (kind, started, outcome) VALUES (?, ?, 'running')", (kind, started)
        )
        return int(cursor.lastrowid or 0)

    def finish_job(self, job_id: int, finished: str, outcome: str) -> None:
        """Note how and when a job ended."""
        self._connection.execute(
            "UPDATE jobs SET finished = ?, outcome = ? WHERE id = ?", (finished, outcome, job_id)
        )


class Catalogue:
    """The database file; hands out transactions."""

    def __init__(self, path: Path) -> None:
        """Use the database at `path`, which need not exist yet."""
        self.path = path

    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.path.is_file()

    def create(self, **settings: str) -> None:
        """Make an empty catalogue that remembers `settings`.

        Raises:
            CatalogueError: The folder can't be written to.
        """
        with closing(self._connect("rwc")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}")
            CatalogueWriter(connection).remember(schema=SCHEMA_VERSION, **settings)
            connection.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[CatalogueReader]:
        """Give a reader on one consistent state, however much is written meanwhile.

        Raises:
            CatalogueError: The file isn't a catalogue, or is damaged.
        """
        with self._transaction("BEGIN", "ro") as connection:
            yield CatalogueReader(connection)

    @contextmanager
    def write(self) -> Iterator[CatalogueWriter]:
        """Give a writer whose changes are kept at the end, or not at all after an exception.

        Raises:
            CatalogueError: The file isn't a catalogue, is damaged or can't be written.
        """
        with self._transaction("BEGIN IMMEDIATE", "rw") as connection:
            yield CatalogueWriter(connection)

    @contextmanager
    def _transaction(self, begin: str, mode: str) -> Iterator[sqlite3.Connection]:
        with closing(self._connect(mode)) as connection:
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise CatalogueError(
                    f"the catalogue {str(self.path)!r} can't be used ({error}); check the disk and "
                    "run 'python -m index verify', or delete the data folder and add again"
                ) from error

    def _connect(self, mode: str) -> sqlite3.Connection:
        # A read-only connection to a WAL database still needs to write its shared-memory file.
        mode = "rw" if mode == "ro" else mode
        try:
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error as error:
            raise CatalogueError(
                f"can't open the catalogue {str(self.path)!r} ({error}); check the folder's "
                "permissions, or name another one with --data-dir"
            ) from error
        return connection


def _chunk_row(chunk: Chunk) -> tuple[object, ...]:
    return (
        chunk.id,
        chunk.document_id,
        chunk.ordinal,
        chunk.start,
        chunk.end,
        chunk.text,
        chunk.heading,
        chunk.page,
    )


def _portions(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), _MOST_PARAMETERS):
        yield items[start : start + _MOST_PARAMETERS]
