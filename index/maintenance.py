"""Checks a library against its catalogue, and makes what is derived from it anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from index.build import Workshop, embed_passages, entry, prepare_passages, stack
from index.catalogue import REMEDY, CatalogueReader, CatalogueWriter, Passage
from index.engine import Change, SearchIndex, State
from index.errors import CatalogueError
from index.library import Library
from index.manifest import EMPTY
from index.originals import ORIGINALS
from index.overlap import ahead
from index.progress import Progress, silent
from index.values import Document, checksum, digest

_PORTION = 16_384  # chunks that are in memory at once
_LOOKS = 5  # of `verify`, at most, while others write
_CODED = 0.99  # likeness of a vector and what its code tells of it, at least
_TOLERANCE = 1e-3  # by which a vector's length may differ from 1


def rebuild(library: Library, progress: Progress = silent) -> int:
    """Make the search index anew from the catalogue, and return the number of chunks in it.

    Nothing is embedded again but what lost its vector, unless the catalogue was written with
    another embedder or other chunking settings than those now in force: then every document is cut
    and embedded anew.

    Raises:
        NotFoundError: Nothing was ever added.
        LockedError: Another process is writing.
    """
    library.require_catalogue()
    with library.writing("rebuild", check=False):
        with library.catalogue.write() as writer:
            # Those of another dimension stay: readers need them until all is embedded anew.
            if writer.setting("dimension") == library.identity["dimension"]:
                writer.drop_odd_vectors(library.embedder.dimension)
        with library.catalogue.read() as reader:
            matches = all(reader.setting(key) == ours for key, ours in library.identity.items())
            if matches:
                _embed_missing(library, reader)
            else:
                _embed_all(library, reader, progress)
        with library.catalogue.write() as writer:
            if not matches:
                _cut_all(library, writer)
            writer.drop_unused_vectors()
            return _derive(library, writer, progress)


def verify(library: Library, progress: Progress = silent) -> tuple[str, ...]:
    """Return everything that is wrong with a library, a line each; nothing where all is well.

    Raises:
        NotFoundError: Nothing was ever added.
    """
    library.require_catalogue()
    for _ in range(_LOOKS):
        before, told = _in_force(library), _find_wrong(library, progress)
        # Whoever wrote meanwhile may have deleted what was still to be looked at.
        if not told or _in_force(library) == before:
            break
    return told


def _in_force(library: Library) -> int | None:
    """Return the number of the generation in force; None where it can't be read."""
    try:
        with library.catalogue.read() as reader:
            return reader.generation
    except (CatalogueError, ValueError):
        return None


def _find_wrong(library: Library, progress: Progress) -> tuple[str, ...]:
    try:
        with library.catalogue.read() as reader:
            told = (
                *(f"catalogue: {line}" for line in reader.check()),
                *_check_documents(library, reader, progress),
            )
            vectors = tuple(_check_vectors(reader))
            return (*told, *vectors, *_check_generation(library, reader, compare=not vectors))
    except CatalogueError as error:
        return (str(error),)
    except (TypeError, ValueError) as error:  # a row that holds something else than it should
        return (f"catalogue: a value can't be read ({error}); {REMEDY}",)


def _embed_all(library: Library, reader: CatalogueReader, progress: Progress) -> None:
    # Vectors are stored as they come, so that an interrupted run goes on where it stopped.
    workshop, documents = library.workshop, reader.summaries()
    passages: list[Passage] = []
    for place, (document, markup) in enumerate(ahead(_documents(reader)), start=1):
        passages += prepare_passages(document, markup, workshop)
        if len(passages) >= workshop.commit_chunks or place == len(documents):
            _store_vectors(passages, workshop)
            passages.clear()
            progress("documents", place, len(documents))


def _embed_missing(library: Library, reader: CatalogueReader) -> None:
    rows = reader.passages()
    while portion := [passage for _, _, passage in islice(rows, _PORTION)]:
        _store_vectors(portion, library.workshop)


def _store_vectors(passages: Sequence[Passage], workshop: Workshop) -> None:
    for step in embed_passages(passages, workshop):
        with workshop.catalogue.write() as writer:
            writer.put_vectors(step.vectors)


def _cut_all(library: Library, writer: CatalogueWriter) -> None:
    writer.delete_chunks()
    for document, markup in _documents(writer):
        writer.put_chunks(prepare_passages(document, markup, library.workshop))
    writer.remember(**library.identity)


def _documents(reader: CatalogueReader) -> Iterator[tuple[Document, str]]:
    for summary in reader.summaries():
        document = reader.document(summary.id)
        if document is not None:
            yield document, reader.markup(summary.id)


def _derive(library: Library, writer: CatalogueWriter, progress: Progress) -> int:
    total = writer.count("chunks")

    def train(done: int) -> None:
        progress("training", done, 1)

    def told(changes: Iterable[Change]) -> Iterator[Change]:
        done = 0
        for change in changes:
            yield change
            done += len(change.keys)
            progress("passages", done, total)

    changes = told(ahead(_read_changes(writer, library.embedder.dimension)))
    writer.put_in_force(*library.engine.derive(writer.generation, changes, train))
    return total


def _read_changes(reader: CatalogueReader, dimension: int) -> Iterator[Change]:
    """Yield all chunks, a portion at once, the last of which may be empty."""
    rows = reader.passages()
    portion = list(islice(rows, _PORTION))
    while True:
        hashes = [passage.vector for _, _, passage in portion]
        vectors = stack(hashes, reader.vectors(hashes), dimension)
        keys = np.array([key for key, _, _ in portion], np.int64)
        entries = [entry(key, collection, passage) for key, collection, passage in portion]
        yield Change(entries, keys, vectors, {}, ())
        if not (portion := list(islice(rows, _PORTION))):
            return


def _check_documents(
    library: Library, reader: CatalogueReader, progress: Progress
) -> Iterator[str]:
    total = reader.count("documents")
    yield from (
        f"{copy.relative_to(library.data_dir)}: a copy of an upload that no document was made of; "
        "upload it again, or delete it"
        for copy in sorted((library.data_dir / ORIGINALS).glob("*/*"))
        if not reader.find(copy.relative_to(library.data_dir).as_posix())
    )
    for place, (document, _) in enumerate(_documents(reader), start=1):
        for chunk in reader.document_chunks(document.id):
            text = document.text[chunk.start : chunk.end]
            expected = digest(document.id, str(chunk.start), str(chunk.end), text)
            if chunk.text != text or chunk.id != expected:
                yield f"{document.source}: chunk {chunk.ordinal} isn't the text at its offsets"
        path = reader.path(document.id)
        if path and not path.startswith("/"):
            original = library.data_dir / path
            if not original.is_file():
                yield f"{document.source}: the uploaded original is missing"
            elif checksum(original) != document.content_hash:
                yield f"{document.source}: the uploaded original was changed"
        progress("documents", place, total)


def _check_vectors(reader: CatalogueReader) -> Iterator[str]:
    dimension = int(reader.setting("dimension"))
    for key, vector in _vectors(reader):
        if len(vector) != dimension:
            yield f"chunk {key}: no vector of length {dimension}; run 'python -m index rebuild'"
        elif abs(float(np.linalg.norm(vector)) - 1.0) > _TOLERANCE:
            yield f"chunk {key}: its vector isn't of unit length"


def _check_generation(library: Library, reader: CatalogueReader, *, compare: bool) -> Iterator[str]:
    state = State(reader.generation, reader.setting("fingerprint", EMPTY.fingerprint))
    problems = tuple(library.engine.check(state))
    yield from (f"index: {problem}" for problem in problems)
    if problems:
        return
    opened, keys = library.engine.open(state.number), reader.keys()
    if not np.array_equal(opened.keys, keys):
        yield "index: its vectors aren't those of the catalogue; run 'python -m index rebuild'"
    elif opened.words(None).size != len(keys):
        yield "index: its words aren't those of the catalogue; run 'python -m index rebuild'"
    elif compare:
        yield from _compare_vectors(opened, reader)


def _compare_vectors(opened: SearchIndex, reader: CatalogueReader) -> Iterator[str]:
    present = reader.keys()
    for keys, vectors, exact in opened.blocks():
        living = np.isin(keys, present)
        if not living.any():  # all of a segment's documents were removed
            continue
        order = np.argsort(keys[living])
        ours = vectors[living][order]
        theirs = reader.chunk_vectors(keys[living][order].tolist())
        wrong = (ours != theirs).any(axis=1) if exact else (ours * theirs).sum(axis=1) < _CODED
        for key in keys[living][order][wrong].tolist():
            yield f"index: the vector of chunk {key} isn't the catalogue's"


def _vectors(reader: CatalogueReader) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each chunk's key and vector; an empty one where there is none."""
    rows = reader.passages()
    while portion := list(islice(rows, _PORTION)):
        stored = reader.vectors([passage.vector for _, _, passage in portion])
        for key, _, passage in portion:
            yield key, stored.get(passage.vector, np.zeros(0, np.float32))
