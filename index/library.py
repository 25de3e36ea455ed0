"""A data folder as its users see it: add, remove, list, and a consistent view to search in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from index.build import build, commit, tidy_up
from index.catalogue import CatalogueReader
from index.data_folder import DataFolder
from index.errors import CatalogueError, InvalidInputError, NotFoundError
from index.folder import as_stored
from index.intake import Intake, join, take_again, take_path, take_text, take_upload
from index.originals import remove_original
from index.progress import Progress, silent
from index.snapshot import Snapshot, Status, check_known, choose_documents
from index.values import AddReport, Document, DocumentSummary

VERSION = "0.1.0"
_COLLECTION = re.compile(r"[\w][\w .-]{0,63}")


class Library(DataFolder):
    """The documents in one data folder. Any number of threads and processes may read it."""

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
        return self._remove(
            lambda reader: reader.find(source_or_id) or reader.find(as_stored(source_or_id)),
            f"no document has the id or source {source_or_id!r}",
        )

    def remove_below(self, folder: Path) -> tuple[DocumentSummary, ...]:
        """Remove the documents whose files lie, or lay, below a folder; raises what `remove` does.

        The folder may be gone: nothing else tells one that was moved from one whose disk isn't
        mounted at the moment.
        """
        stored = as_stored(str(folder))
        return self._remove(
            lambda reader: tuple(
                state.document_id
                for collection in reader.collections()
                for state in reader.states_below(collection, stored)
            ),
            f"no document has the id or source {str(folder)!r}, or came from below such a folder",
        )

    def _remove(
        self, find: Callable[[CatalogueReader], tuple[str, ...]], missing: str
    ) -> tuple[DocumentSummary, ...]:
        self.require_catalogue()
        with self.writing("remove"), self.catalogue.read() as reader:
            ids = find(reader)
            if not ids:
                raise NotFoundError(f"{missing}; 'python -m index list' shows them all")
            removed = reader.summaries(ids=ids)
            originals = [reader.path(document_id) for document_id in ids]
            commit([], ids, self.workshop)
            self._drop_originals(originals)  # first: nobody can ask for it again if tidying fails
            tidy_up(self.workshop, silent)
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
                generation = self.open_index(reader)
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

    def _add(
        self,
        kind: str,
        take: Callable[[CatalogueReader], Iterator[Intake]],
        progress: Progress,
    ) -> AddReport:
        parts: list[Intake] = []
        replaced: list[str | None] = []
        with self.writing(kind):
            try:
                with self.catalogue.read() as reader:
                    parts.extend(take(reader))  # as many as came before one that failed
                    intake = join(parts)
                    replaced += [reader.path(job.state.document_id) for job in intake.jobs]
                if intake.touched:
                    with self.catalogue.write() as writer:
                        for state in intake.touched:
                            writer.refresh_state(state)
                outcomes = list(build(intake.jobs, self.workshop, progress))
                commit([], [str(outcome.id) for outcome in intake.vanished], self.workshop)
                tidy_up(self.workshop, progress)
            finally:  # copies of uploads are dropped even where the work was stopped
                copies = (job.state.path for part in parts for job in part.jobs)
                self._drop_originals([*replaced, *copies])
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

    def _problems(self, reader: CatalogueReader) -> Iterator[str]:
        try:
            self.check_match(reader)
            self.open_index(reader)
        except CatalogueError as error:
            yield str(error)


def _check_collection(name: str) -> None:
    if not _COLLECTION.fullmatch(name):
        raise InvalidInputError(
            f"a collection can't be called {name[:80]!r}; use up to 64 letters, digits, spaces, "
            "dots, dashes and underscores"
        )
