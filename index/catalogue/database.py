"""The catalogue's database file: its schema and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.catalogue.reader import CatalogueReader
from index.catalogue.writer import CatalogueWriter
from index.database import Database

REMEDY = (
    "check the disk and put the catalogue back from a backup, then run 'python -m index rebuild'; "
    "or move that file away and add everything again: copies of uploads and conversations stay"
)
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


class Catalogue(Database):
    """The database file; hands out transactions. Any number of threads may use it."""

    def __init__(self, path: Path) -> None:
        """Use the database at `path`, which need not exist yet."""
        super().__init__(path, name="catalogue", remedy=REMEDY)

    def create(self, **settings: str) -> None:
        """Make an empty catalogue that remembers `settings`.

        Raises:
            CatalogueError: The folder can't be written to.
        """
        # Made under another name, so that neither a crash nor a reader ever leaves or sees a part.
        draft = Catalogue(self.path.with_name(f"{self.path.name}.new"))
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{draft.path}{suffix}").unlink(missing_ok=True)
        with self.translating(), closing(draft.connect("rwc")) as connection:
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}")
            CatalogueWriter(connection).remember(schema=SCHEMA_VERSION, **settings)
            connection.execute("COMMIT")
            # Not before: closing copies the log, and says nothing where the disk is full.
            connection.execute("PRAGMA journal_mode = WAL")
        # The log of one that was moved away would be taken for this one's.
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        draft.path.replace(self.path)

    @contextmanager
    def read(self) -> Iterator[CatalogueReader]:
        """Give a reader on one consistent state, however much is written meanwhile.

        Raises:
            CatalogueError: The file isn't a catalogue, or is damaged.
        """
        with self.transaction("BEGIN") as connection:
            yield CatalogueReader(connection)

    @contextmanager
    def write(self) -> Iterator[CatalogueWriter]:
        """Give a writer whose changes are kept at the end, or not at all after an exception.

        Raises:
            CatalogueError: The file isn't a catalogue, is damaged or can't be written.
        """
        with self.transaction("BEGIN IMMEDIATE") as connection:
            yield CatalogueWriter(connection)
