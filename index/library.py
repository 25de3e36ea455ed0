"""A data folder as its users see it: add, remove, list, and a consistent view to search in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from index.build import Workshop, build, commit
from index.catalogue import Catalogue, CatalogueReader
from index.chunking import ChunkingSettings
from index.embedding import Embedder
from index.errors import (
    CatalogueError,
    InvalidInputError,
    LockedError,
    MismatchError,
    NotFoundError,
)
from index.generation import Generation, read_manifest
from index.intake import (
    Intake,
    join,
    remove_original,
    stored_path,
    take_path,
    take_text,
    take_upload,
)
from index.lexical import LexicalIndex
from index.progress import Progress, silent
from index.sentence_transformer import SentenceTransformerEmbedder
from index.settings import Settings
from index.values import AddReport, Document, DocumentSummary
from index.vectors import Keys

VERSION = "0.1.0"
_COLLECTION = re.compile(r"[\w][\w .-]{0,63}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent state of a library, or of one of its collections.

    Attributes:
        catalogue: The catalogue.
        generation: The search index that belongs to it.
        collection: The collection that is searched, or None for all.
    """

    catalogue: CatalogueReader
    generation: Generation
    collection: str | None = None

    @property
    def words(self) -> LexicalIndex:
        """The words of what is searched."""
        return self.generation.words(self.collection)

    @property
    def only(self) -> Keys | None:
        """Keys of the chunks that may be found, int64 of shape (n,), or None for all."""
        if self.collection is None:
            return None
        members = self.generation.members
        if self.collection not in members:
            members[self.collection] = self.catalogue.keys(self.collection)
        return members[self.collection]


@dataclass(frozen=True, slots=True)
class Status:
    """What is in a library.

    Attributes:
        version: Version of the program.
        generation: Number of the index generation in force.
        documents: How many documents there are.
        chunks: How many chunks they were cut into.
        models: Name of the model for each job.
        healthy: Whether the index can be searched.
        index_hash: Fingerprint of the generation.
        problems: What is wrong, in a line each.
    """

    version: str
    generation: int
    documents: int
    chunks: int
    models: Mapping[str, str | None]
    healthy: bool
    index_hash: str
    problems: tuple[str, ...]


class Library:
    """The documents in one data folder. Any number of threads and processes may read it."""

    def __init__(
        self, settings: Settings | None = None, *, embedder: Embedder | None = None
    ) -> None:
        """Use the data folder that `settings` name; it is made when something is added.

        Args:
            settings: All settings; defaults without.
            embedder: Replaces the one that the settings name.
        """
        self.settings = settings or Settings()
        self.data_dir = self.settings.data_dir
        self.index_dir = self.data_dir / "index"
        self.catalogue = Catalogue(self.data_dir / "catalogue.sqlite3")
        self.embedder = embedder or SentenceTransformerEmbedder(self.settings.embedder)
        self.chunking = ChunkingSettings(self.settings.chunk_tokens)
        self._generation: Generation | None = None
        self._opening = Lock()

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
        self, files: Sequence[Path], *, collection: str = "default", progress: Progress = silent
    ) -> AddReport:
        """Index uploaded files, keeping a copy of each; raises what `add` raises."""
        _check_collection(collection)

        taken: dict[str, str] = {}

        def take(reader: CatalogueReader) -> Iterator[Intake]:
            for file in files:
                yield take_upload(file, collection, reader, self.settings, taken=taken)

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
            self._drop_originals(originals)
        return removed

    def documents(self, collection: str | None = None) -> tuple[DocumentSummary, ...]:
        """Return a line for each document.

        Raises:
            NotFoundError: There is no such collection.
        """
        with self.reading() as reader:
            check_known(reader, collection)
            return reader.summaries(collection)

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

    def original(self, document_id: str) -> Path | None:
        """Return the file that a document was made of, if it still exists."""
        with self.reading() as reader:
            path = reader.path(document_id)
        full = self.data_dir / path if path else None  # an absolute path stays as it is
        return full if full and full.is_file() else None

    @contextmanager
    def snapshot(self, collection: str | None = None) -> Iterator[Snapshot]:
        """Give a consistent view; a generation that came into force meanwhile is picked up.

        Args:
            collection: The collection to look at, or None for all.

        Raises:
            NotFoundError: Nothing was ever added, or there is no such collection.
            MismatchError: The folder was written with another embedder or chunk size.
        """
        while True:
            with self.reading() as reader:
                self.check_match(reader)
                check_known(reader, collection)
                generation = self._open(reader.generation)
                if generation is not None:
                    yield Snapshot(reader, generation, collection)
                    return
            # A writer was generations ahead before the files could be opened: look again.

    def status(self) -> Status:
        """Return what is in the library and whether it can be searched."""
        models: dict[str, str | None] = {"embedder": self.embedder.name}
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
                reader.setting("fingerprint"),
                problems,
            )

    @property
    def workshop(self) -> Workshop:
        """What building needs."""
        return Workshop(
            self.catalogue,
            self.index_dir,
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
            outcomes = list(build(intake.jobs, self.workshop, progress))
            commit([], [str(outcome.id) for outcome in intake.vanished], self.workshop)
            self._drop_originals([*replaced, *(job.state.path for job in intake.jobs)])
        return AddReport(
            added=tuple(outcome for outcome in outcomes if outcome.id),
            unchanged=intake.unchanged,
            refused=(*intake.refused, *(outcome for outcome in outcomes if not outcome.id)),
            removed=intake.vanished,
        )

    def _drop_originals(self, paths: Iterable[str | None]) -> None:
        """Delete the copies of uploads that no document refers to any more."""
        with self.catalogue.read() as reader:
            for path in {path for path in paths if path}:
                if not Path(path).is_absolute() and not reader.find(path):
                    remove_original(self.data_dir, path)

    def _open(self, number: int) -> Generation | None:
        with self._opening:
            if self._generation is None or self._generation.manifest.number != number:
                try:
                    manifest = read_manifest(self.index_dir, number)
                    self._generation = Generation(self.index_dir, manifest)
                except CatalogueError:
                    with self.catalogue.read() as reader:
                        if reader.generation == number:
                            raise
                    return None
            return self._generation

    def _problems(self, reader: CatalogueReader) -> Iterator[str]:
        try:
            self.check_match(reader)
            self._open(reader.generation)
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


def check_known(reader: CatalogueReader, collection: str | None) -> None:
    """Refuse the name of a collection that doesn't exist.

    Raises:
        NotFoundError: It doesn't.
    """
    if collection is not None and collection not in reader.collections():
        known = ", ".join(reader.collections()) or "none yet"
        raise NotFoundError(f"there is no collection {collection!r}; there are: {known}")


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
