"""A data folder: who may read and write it, and whether it fits the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock

from index.build import Workshop
from index.catalogue import Catalogue, CatalogueReader
from index.chunking import ChunkingSettings
from index.embedders import choose_embedder
from index.embedding import Embedder
from index.engine import Engine, SearchIndex
from index.errors import CatalogueError, LockedError, MismatchError, NotFoundError
from index.local_engine import LocalEngine
from index.manifest import EMPTY
from index.settings import Settings


class DataFolder:
    """The catalogue and the search index in one folder, and the embedder that made them."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        embedder: Embedder | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Use the data folder that `settings` name; it is made when something is added.

        Args:
            settings: All settings; defaults without.
            embedder: Replaces the one that the settings name.
            engine: Keeps the search index; by default files in the data folder.
        """
        self.settings = settings or Settings()
        self.data_dir = self.settings.data_dir
        self.catalogue = Catalogue(self.data_dir / "catalogue.sqlite3")
        self._given_embedder = embedder
        self.engine: Engine = engine or LocalEngine(self.data_dir / "index")
        self.chunking = ChunkingSettings(self.settings.chunk_tokens)
        self._generation: SearchIndex | None = None
        self._opening = Lock()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder, loaded when it is first needed: what only reads documents needs none.

        Raises:
            ModelError: It can't be loaded.
        """
        return self._given_embedder or choose_embedder(self.settings.embedder)

    @property
    def workshop(self) -> Workshop:
        """What building needs."""
        return Workshop(
            self.catalogue,
            self.engine,
            self.embedder,
            self.chunking,
            self.settings.commit_chunks,
        )

    @contextmanager
    def reading(self) -> Iterator[CatalogueReader]:
        """Give a reader of the catalogue.

        Raises:
            NotFoundError: Nothing was ever added.
        """
        self.require_catalogue()
        with self.catalogue.read() as reader:
            yield reader

    def open_index(self, reader: CatalogueReader) -> SearchIndex | None:
        """Return the generation in force, or None where a writer has moved on meanwhile."""
        number, fingerprint = reader.generation, reader.setting("fingerprint", EMPTY.fingerprint)
        with self._opening:
            held = self._generation
            if held is not None and held.state.fingerprint == fingerprint:
                return held
            try:
                opened = self.engine.open(number, before=held)
            except CatalogueError:
                with self.catalogue.read() as later:
                    if later.generation == number:
                        raise
                return None
            if opened.state.fingerprint != fingerprint:
                raise CatalogueError(
                    f"the index in {str(self.data_dir)!r} was made of another catalogue, perhaps "
                    "before this one was put back; run "
                    f"'python -m index rebuild --data-dir {self.data_dir}'"
                )
            self._generation = opened
            return opened

    def require_catalogue(self) -> None:
        """Refuse a data folder that nothing was ever added to.

        Raises:
            NotFoundError: It is one.
        """
        if not self.catalogue.exists():
            raise NotFoundError(
                f"there is no index in {str(self.data_dir)!r}; make one with "
                f"'python -m index add PATH --data-dir {self.data_dir}'"
            )

    @contextmanager
    def writing(self, kind: str, *, check: bool = True) -> Iterator[None]:
        """Hold the lock that only one writer may have, and note the job in the catalogue.

        Args:
            kind: What is being done, for the list of jobs.
            check: Whether to refuse a folder written with other settings.

        Raises:
            LockedError: Something else has it.
            MismatchError: The folder was written with another embedder or chunk size.
            CatalogueError: The folder can't be written to.
        """
        from filelock import FileLock, Timeout

        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            # The operating system releases this lock when the process ends, however it ends.
            lock = FileLock(self.data_dir / "write.lock", timeout=self.settings.lock_timeout_s)
            lock.acquire()
        except Timeout as error:
            raise LockedError(
                f"something else is writing to {str(self.data_dir)!r}, here or in another process; "
                "try again when it is done"
            ) from error
        except OSError as error:
            raise CatalogueError(
                f"can't write to the data folder {str(self.data_dir)!r} ({error.strerror}); "
                "check its permissions, or name another one with --data-dir"
            ) from error
        try:
            if not self.catalogue.exists():
                self.catalogue.create(**self.identity)
            if check:
                with self.catalogue.read() as reader:
                    self.check_match(reader)
            with self._job(kind):
                yield
        finally:
            lock.release()

    def check_match(self, reader: CatalogueReader) -> None:
        """Refuse a catalogue that was written with another embedder or other chunking.

        Raises:
            MismatchError: It was.
        """
        for name, ours in self.identity.items():
            theirs = reader.setting(name)
            if theirs != ours:
                raise MismatchError(
                    f"the data folder {str(self.data_dir)!r} was written with {name} {theirs!r}, "
                    f"the setting now is {ours!r}; set it back, or run "
                    f"'python -m index rebuild --data-dir {self.data_dir}' to index everything anew"
                )

    @property
    def identity(self) -> dict[str, str]:
        """What everything in the catalogue has been indexed with, by name."""
        return {
            "embedder": self.embedder.name,
            "dimension": str(self.embedder.dimension),
            "chunk_tokens": str(self.chunking.chunk_tokens),
            "chunking_version": str(self.chunking.version),
        }

    @contextmanager
    def _job(self, kind: str) -> Iterator[None]:
        with self.catalogue.write() as writer:
            job_id = writer.start_job(kind, _now())
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            with self.catalogue.write() as writer:
                writer.finish_job(job_id, _now(), outcome)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
