"""The catalogue's database file: its schema and its transactions."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.catalogue.reader import CatalogueReader
from index.catalogue.writer import CatalogueWriter
from index.errors import CatalogueError, InvalidInputError

SCHEMA_VERSION = "1"
_MOST_IDLE = 4
_CACHE_KIB = 16_384  # of each connection: what leads to a million chunks fits
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


class Catalogue:
    """The database file; hands out transactions. Any number of threads may use it."""

    def __init__(self, path: Path) -> None:
        """Use the database at `path`, which need not exist yet."""
        self.path = path
        # Connections that wait for the next transaction, with the pages that they have read: that
        # saves a question most of its reads. Each with the number of the file that it is open on.
        self._idle: deque[tuple[int, sqlite3.Connection]] = deque()

    def __del__(self) -> None:
        """Close the idle connections."""
        self.close()

    def close(self) -> None:
        """Close the idle connections, so that all is in one file if nobody else has it open."""
        while self._idle:
            self._idle.pop()[1].close()

    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.path.is_file()

    def create(self, **settings: str) -> None:
        """Make an empty catalogue that remembers `settings`.

        Raises:
            CatalogueError: The folder can't be written to.
        """
        # Made under another name, so that neither a crash nor a reader ever leaves or sees a part.
        draft = Catalogue(self.path.with_name(f"{self.path.name}.new"))
        for suffix in ("", "-wal", "-shm"):
            Path(f"{draft.path}{suffix}").unlink(missing_ok=True)
        with self._translating(), closing(draft._connect("rwc")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}")
            CatalogueWriter(connection).remember(schema=SCHEMA_VERSION, **settings)
            connection.execute("COMMIT")
        draft.path.replace(self.path)

    @contextmanager
    def read(self) -> Iterator[CatalogueReader]:
        """Give a reader on one consistent state, however much is written meanwhile.

        Raises:
            CatalogueError: The file isn't a catalogue, or is damaged.
        """
        with self._transaction("BEGIN") as connection:
            yield CatalogueReader(connection)

    @contextmanager
    def write(self) -> Iterator[CatalogueWriter]:
        """Give a writer whose changes are kept at the end, or not at all after an exception.

        Raises:
            CatalogueError: The file isn't a catalogue, is damaged or can't be written.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield CatalogueWriter(connection)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        number, connection = self._take()
        try:
            with self._translating():
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < _MOST_IDLE:
            self._idle.append((number, connection))
        else:
            connection.close()

    def _take(self) -> tuple[int, sqlite3.Connection]:
        """Return an idle connection to the file that is there now, or a new one."""
        try:
            number = self.path.stat().st_ino
            while True:
                opened, connection = self._idle.pop()
                if opened == number:
                    return number, connection
                connection.close()
        except (OSError, IndexError):
            connection = self._connect("rw")
        return self.path.stat().st_ino, connection

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise CatalogueError(
                f"the catalogue {str(self.path)!r} can't be used ({error}); check the disk and "
                "run 'python -m index verify', or delete the data folder and add again"
            ) from error
        except UnicodeEncodeError as error:
            raise InvalidInputError(
                f"{error.object[:80]!r} isn't valid Unicode ({error.reason}); correct it"
            ) from error

    def _connect(self, mode: str) -> sqlite3.Connection:
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
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except sqlite3.Error as error:
            raise CatalogueError(
                f"can't open the catalogue {str(self.path)!r} ({error}); check the folder's "
                "permissions, or name another one with --data-dir"
            ) from error
        return connection
