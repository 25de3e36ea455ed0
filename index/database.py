"""SQLite: how a database file is opened, and its transactions."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import CatalogueError, InvalidInputError

_MOST_IDLE = 4
_REMEDIES = {  # of what isn't the file's fault
    sqlite3.SQLITE_FULL: "make room on the disk and try again",
    sqlite3.SQLITE_BUSY: "something else is using it; try again in a minute",
    sqlite3.SQLITE_LOCKED: "something else is using it; try again in a minute",
    sqlite3.SQLITE_READONLY: "check the permissions of the file and its folder",
    sqlite3.SQLITE_PERM: "check the permissions of the file and its folder",
    sqlite3.SQLITE_IOERR: "check the disk and try again",
}
_CACHE_KIB = 16_384  # of each connection: what leads to a million chunks fits


class Database:
    """A database file; hands out transactions. Any number of threads may use it."""

    def __init__(self, path: Path, *, name: str, remedy: str) -> None:
        """Use the database at `path`, which need not exist yet.

        Args:
            path: The file.
            name: What errors call it.
            remedy: What errors say to do where it can't be used.
        """
        self.path = path
        self._name = name
        self._remedy = remedy
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

    @contextmanager
    def transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """Give a connection within a transaction, which an exception undoes.

        Args:
            begin: `BEGIN` to read, `BEGIN IMMEDIATE` to write.

        Raises:
            CatalogueError: The file isn't a database, is damaged or can't be written.
        """
        number, connection = self._take()
        try:
            with self.translating():
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

    def connect(self, mode: str) -> sqlite3.Connection:
        """Open the file: `rw`, or `rwc` to make it if need be.

        Raises:
            CatalogueError: It can't be opened.
        """
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
                f"can't open the {self._name} {str(self.path)!r} ({error}); check the folder's "
                "permissions, or name another one with --data-dir"
            ) from error
        return connection

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Translate what SQLite raises.

        Raises:
            CatalogueError: The file isn't a database, is damaged or can't be written.
            InvalidInputError: A text isn't valid Unicode.
        """
        try:
            yield
        except sqlite3.Error as error:
            # The code without what extends it; errors that aren't SQLite's own have none.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            raise CatalogueError(
                f"the {self._name} {str(self.path)!r} can't be used ({error}); "
                f"{_REMEDIES.get(code, self._remedy)}"
            ) from error
        except UnicodeEncodeError as error:
            raise InvalidInputError(
                f"{error.object[:80]!r} isn't valid Unicode ({error.reason}); correct it"
            ) from error

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
            connection = self.connect("rw")
        return self.path.stat().st_ino, connection
