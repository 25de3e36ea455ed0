"""The file that keeps what users said: apart from the catalogue, which can be made again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from index.database import Database
from index.errors import CatalogueError

if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "conversations.sqlite3"
SCHEMA_VERSION = 1
_ID_BYTES = 18  # 144 bits: nobody guesses one
_SCHEMA = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, begun TEXT NOT NULL,
    used TEXT NOT NULL);
CREATE INDEX conversations_by_owner ON conversations (owner, used);
CREATE TABLE turns (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    asked TEXT NOT NULL, words TEXT NOT NULL, view TEXT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX turns_by_conversation ON turns (conversation_id, key);
CREATE TABLE links (
    id TEXT PRIMARY KEY, turn_id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    made TEXT NOT NULL, view TEXT NOT NULL);
CREATE INDEX links_by_conversation ON links (conversation_id);
CREATE TABLE judgements (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, turn_id TEXT, made TEXT NOT NULL,
    verdict TEXT NOT NULL, reasons TEXT NOT NULL, right_answer TEXT NOT NULL,
    history TEXT NOT NULL, answer TEXT NOT NULL, UNIQUE (owner, turn_id));
"""


class Store:
    """The database file of a data folder; made when it is first used."""

    def __init__(self, data_dir: Path) -> None:
        """Keep things in `data_dir`, which need not exist yet."""
        self._database = Database(
            data_dir / FILE_NAME,
            name="file of conversations",
            remedy="check the disk and its permissions, or move it away to begin with an empty one",
        )
        self._preparing = Lock()
        self._ready = False

    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self._database.exists()

    def close(self) -> None:
        """Close the idle connections."""
        self._database.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection on one consistent state.

        Raises:
            CatalogueError: The file can't be used, or is a later version's.
        """
        self._prepare()
        with self._database.transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are kept at the end, or not at all after an exception.

        Raises:
            CatalogueError: The file can't be used, or is a later version's.
        """
        self._prepare()
        with self._database.transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def _prepare(self) -> None:
        with self._preparing:
            if not self._ready or not self.exists():
                self._create()
                self._ready = True

    def _create(self) -> None:
        path = self._database.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # what people asked is nobody else's business
        except OSError as error:
            raise CatalogueError(
                f"can't make {str(path)!r} ({error.strerror}); check the folder's permissions"
            ) from error
        # Another process may be doing the same: the first to begin writes the schema.
        with self._database.translating(), closing(self._database.connect("rw")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise CatalogueError(
                    f"{str(path)!r} has version {version} of its format, and this program knows "
                    f"{SCHEMA_VERSION}; use the program that wrote it"
                )
            connection.execute("COMMIT")


def make_id() -> str:
    """Return a new id that can't be guessed and that an address can carry."""
    return secrets.token_urlsafe(_ID_BYTES)


def now() -> str:
    """Return the time, in UTC and to the microsecond, so that it sorts."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
