"""A data folder as its users see it: add, remove, list, and a consistent view to search in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from threading import Lock

from index.build import Workshop, build, commit, tidy_up
from index.catalogue import Catalogue, CatalogueReader
from index.chunking import ChunkingSettings
from index.embedders import choose_embedder
from index.embedding import Embedder
from index.engine import Engine, SearchIndex
from index.errors import (
    CatalogueError,
    InvalidInputError,
    LockedError,
    MismatchError,
    NotFoundError,
)
from index.intake import (
    Intake,
    join,
    remove_original,
    stored_path,
    take_again,
    take_path,
    take_text,
    take_upload,
)
from index.local_engine import LocalEngine
from index.progress import Progress, silent
from index.settings import Settings
from index.snapshot import Snapshot, Status, check_known, choose_documents
from index.values import AddReport, Document, DocumentSummary

VERSION = "0.1.0"
_COLLECTION = re.compile(r"[\w][\w .-]{0,63}")


class Library:
    """The documents in one data folder. Any number of threads and processes may read it."""

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

    def add(
        self, paths: Sequence[Path], *, collection: str = "default", progress: Progress = silent
    ) -> AddReport:
        """Index files and folders; what is unchanged costs nothing, what vanished is removed.

        Args:
            paths: Files and folders; one that doesn't exist is refused, the others go on.
            collection: Where they belong.
            progress: Told how far it is.

        Raises:
            LockedError: Another process is writing.
            MismatchError: The folder was written with another embedder or chunk size.
        """
        _check_collection(collection)

        taken: dict[str, str] = {}

        def take(reader: CatalogueReader) -> Iterator[Intake]:
            for path in paths:
                yield take_path(path, collection, reader, self.settings, taken=taken)

        return self._add("add", take, progress)

    def add_uploads(
        self,
        files: Sequence[Path],
        *,
        collection: str = "default",
        names: Sequence[str] = (),
        progress: Progress = silent,
    ) -> AddReport:
        """Index uploaded files, keeping a copy of each; raises what `add` raises.

        Args:
            files: The files.
            collection: Where they belong.
            names: What each is called, with the folders it came with; its own name without.
            progress: Told how far it is.
        """
        _check_collection(collection)

        taken: dict[str, str] = {}

        def take(reader: CatalogueReader) -> Iterator[Intake]:
            for file, name in zip_longest(files, names[: len(files)]):
                yield take_upload(file, collection, reader, self.settings, taken=taken, called=name)

        return self._add("upload", take, progress)

    def add_texts(
        self,
        texts: Iterable[tuple[str, str, str]],
        *,
        collection: str = "default",
        progress: Progress = silent,
    ) -> AddReport:
        """Index (source, title, text) triples held in memory; raises what `add` raises."""
        _check_collection(collection)

        def take(reader: CatalogueReader) -> Iterator[Intake]:
            for source, title, text in texts:
                yield take_text(source, title, text, collection, reader)

        return self._add("add", take, progress)

    def reindex(self, document_id: str, *, progress: Progress = silent) -> AddReport:
        """Read a document's file again and index it anew; raises what `add` raises.

        Raises:
            NotFoundError: There is no such document, or its file is gone.
        """
        self.require_catalogue()

        def take(reader: CatalogueReader) -> Iterator[Intake]:
            yield take_again(document_id, reader, self.settings)

        return self._add("reindex", take, progress)

    def remove(self, source_or_id: str) -> tuple[DocumentSummary, ...]:
        """Remove the documents with this id, source or path, and return what they were.

        Raises:
            NotFoundError: There is no such document.
            LockedError: Another process is writing.
        """
        self.require_catalogue()
        with self.writing("remove"), self.catalogue.read() as reader:
            ids = reader.find(source_or_id) or reader.find(_as_stored(source_or_id))
            if not ids:
                raise NotFoundError(
                    f"no document has the id or source {source_or_id!r}; "
                    "'python -m index list' shows them all"
                )
            removed = reader.summaries(ids=ids)
            originals = [reader.path(document_id) for document_id in ids]
            commit([], ids, self.workshop)
            tidy_up(self.workshop, silent)
            self._drop_originals(originals)
        return removed

    def documents(
        self, collection: str | None = None, *, ids: Sequence[str] | None = None
    ) -> tuple[DocumentSummary, ...]:
        """Return a line for each document.

        Args:
            collection: The collection to list, or None for all.
            ids: The documents to list, or None for all; what isn't there is left out.

        Raises:
            NotFoundError: There is no such collection.
        """
        with self.reading() as reader:
            check_known(reader, collection)
            return reader.summaries(collection, ids=ids)

    def document(self, document_id: str) -> Document:
        """Return a document with its text.

        Raises:
            NotFoundError: There is no such document.
        """
        with self.reading() as reader:
            document = reader.document(document_id)
        if document is None:
            raise NotFoundError(f"no document has the id {document_id!r}; it may have been removed")
        return document

    def without_file(self, document_ids: Sequence[str]) -> frozenset[str]:
        """Return those of these documents that can't be indexed again: their file is gone."""
        with self.reading() as reader:
            files = {
                document_id: self._file_of(reader, document_id) for document_id in document_ids
            }
        return frozenset(document_id for document_id, file in files.items() if file is None)

    def original(self, document_id: str) -> Path | None:
        """Return the file that a document was made of, if it still exists."""
        with self.reading() as reader:
            return self._file_of(reader, document_id)

    @contextmanager
    def snapshot(
        self, collection: str | None = None, *, documents: Sequence[str] | None = None
    ) -> Iterator[Snapshot]:
        """Give a consistent view; a generation that came into force meanwhile is picked up.

        Args:
            collection: The collection to look at, or None for all.
            documents: Ids of the documents in it to look at, or None for all.

        Raises:
            NotFoundError: Nothing was ever added, or there is no such collection or document.
            InvalidInputError: `documents` is empty.
            MismatchError: The folder was written with another embedder or chunk size.
        """
        while True:
            with self.reading() as reader:
                self.check_match(reader)
                check_known(reader, collection)
                chosen = choose_documents(reader, collection, documents)
                generation = self._open(reader)
                if generation is not None:
                    yield Snapshot(reader, generation, collection, chosen)
                    return
            # A writer was generations ahead before the files could be opened: look again.

    def status(self) -> Status:
        """Return what is in the library and whether it can be searched."""
        models: dict[str, str | None] = {
            "embedder": self.embedder.name,
            "embedder_runtime": self.embedder.runtime,
        }
        if not self.catalogue.exists():
            nothing = f"nothing was added to {str(self.data_dir)!r} yet"
            return Status(VERSION, 0, 0, 0, models, False, "", (nothing,))
        with self.catalogue.read() as reader:
            problems = tuple(self._problems(reader))
            return Status(
                VERSION,
                reader.generation,
                reader.count("documents"),
                reader.count("chunks"),
                models,
                not problems,
                reader.fingerprint,
                problems,
            )

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
    def writing(self, kind: str, *, check: bool = True) -> Iterator[None]:
        """Hold the lock that only one process may have, and note the job in the catalogue.

        Args:
            kind: What is being done, for the list of jobs.
            check: Whether to refuse a folder written with other settings.

        Raises:
            LockedError: Another process has it.
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
                f"another process is writing to {str(self.data_dir)!r}; try again when it is done"
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

    def _add(
        self,
        kind: str,
        take: Callable[[CatalogueReader], Iterator[Intake]],
        progress: Progress,
    ) -> AddReport:
        with self.writing(kind):
            with self.catalogue.read() as reader:
                intake = join(take(reader))
                replaced = [reader.path(job.state.document_id) for job in intake.jobs]
            if intake.touched:
                with self.catalogue.write() as writer:
                    for state in intake.touched:
                        writer.refresh_state(state)
            try:
                outcomes = list(build(intake.jobs, self.workshop, progress))
                commit([], [str(outcome.id) for outcome in intake.vanished], self.workshop)
                tidy_up(self.workshop, progress)
            finally:  # copies of uploads are dropped even where `progress` stopped the work
                self._drop_originals([*replaced, *(job.state.path for job in intake.jobs)])
        return AddReport(
            added=tuple(outcome for outcome in outcomes if outcome.id),
            unchanged=intake.unchanged,
            refused=(*intake.refused, *(outcome for outcome in outcomes if not outcome.id)),
            removed=intake.vanished,
        )

    def _file_of(self, reader: CatalogueReader, document_id: str) -> Path | None:
        """Return the file that a document was made of, if it still exists."""
        path = reader.path(document_id)
        full = self.data_dir / path if path else None  # an absolute path stays as it is
        return full if full and full.is_file() else None

    def _drop_originals(self, paths: Iterable[str | None]) -> None:
        """Delete the copies of uploads that no document refers to any more."""
        with self.catalogue.read() as reader:
            for path in {path for path in paths if path}:
                if not Path(path).is_absolute() and not reader.find(path):
                    remove_original(self.data_dir, path)

    def _open(self, reader: CatalogueReader) -> SearchIndex | None:
        """Open the generation in force, or return None where a writer has moved on meanwhile."""
        number = reader.generation
        with self._opening:
            held = self._generation
            if held is None or held.state.fingerprint != reader.fingerprint:
                try:
                    self._generation = self.engine.open(number, before=held)
                except CatalogueError:
                    with self.catalogue.read() as later:
                        if later.generation == number:
                            raise
                    return None
            return self._generation

    def _problems(self, reader: CatalogueReader) -> Iterator[str]:
        try:
            self.check_match(reader)
            self._open(reader)
        except CatalogueError as error:
            yield str(error)

    @contextmanager
    def reading(self) -> Iterator[CatalogueReader]:
        """Give a reader of the catalogue.

        Raises:
            NotFoundError: Nothing was ever added.
        """
        self.require_catalogue()
        with self.catalogue.read() as reader:
            yield reader

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


def _check_collection(name: str) -> None:
    if not _COLLECTION.fullmatch(name):
        raise InvalidInputError(
            f"a collection can't be called {name[:80]!r}; use up to 64 letters, digits, spaces, "
            "dots, dashes and underscores"
        )


def _as_stored(name: str) -> str:
    """Return the path that a document of the file `name` would have in the catalogue."""
    path = Path(name).absolute()
    try:
        return stored_path(path.parent.resolve() / path.name)
    except (OSError, RuntimeError, ValueError):  # a link to itself, a NUL character
        return stored_path(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
