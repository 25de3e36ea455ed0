"""Checks a library against its catalogue, and makes what is derived from it anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from index.build import embed, entry, prepare_passages
from index.catalogue import CatalogueReader, CatalogueWriter
from index.errors import CatalogueError
from index.generation import EMPTY, Change, Generation, advance, checksum, read_manifest
from index.library import Library
from index.progress import Progress, silent
from index.values import Document, digest

_PORTION = 5_000  # chunks that are in memory at once
_TOLERANCE = 1e-3  # by which a vector's length may differ from 1


def rebuild(library: Library, progress: Progress = silent) -> int:
    """Make the search index anew from the catalogue, and return the number of chunks in it.

    Nothing is embedded again, unless the catalogue was written with another embedder or other
    chunking settings than those now in force: then every document is cut and embedded anew.

    Raises:
        NotFoundError: Nothing was ever added.
        LockedError: Another process is writing.
    """
    library.require_catalogue()
    with library.writing("rebuild", check=False):
        with library.catalogue.read() as reader:
            matches = all(reader.setting(key) == ours for key, ours in library.identity.items())
            if not matches:
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
    try:
        with library.catalogue.read() as reader:
            return (
                *(f"catalogue: {line}" for line in reader.check()),
                *_check_documents(library, reader, progress),
                *_check_vectors(reader),
                *_check_generation(library, reader),
            )
    except CatalogueError as error:
        return (str(error),)
    except (TypeError, ValueError) as error:  # a row that holds something else than it should
        return (
            f"catalogue: a value can't be read ({error}); delete the data folder and add again",
        )


def _embed_all(library: Library, reader: CatalogueReader, progress: Progress) -> None:
    # Vectors are stored as they come, so that an interrupted run goes on where it stopped.
    documents = reader.summaries()
    for place, (document, markup) in enumerate(_documents(reader), start=1):
        embed(
            prepare_passages(document, markup, library.workshop), library.workshop, lambda *_: None
        )
        progress("documents", place, len(documents))


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
    in_force = writer.generation
    total = writer.count("chunks")
    manifest, done = replace(EMPTY, number=in_force), 0
    rows = writer.passages()
    while True:
        portion = list(islice(rows, _PORTION))
        stored = writer.vectors([passage.vector for _, _, passage in portion])
        vectors = np.zeros((len(portion), library.embedder.dimension), np.float32)
        for place, (_, _, passage) in enumerate(portion):
            vectors[place] = stored[passage.vector]
        change = Change(
            [entry(key, collection, passage) for key, collection, passage in portion],
            np.array([key for key, _, _ in portion], np.int64),
            vectors,
            {},
            (),
        )
        manifest = advance(library.index_dir, manifest, change, in_force=in_force)
        done += len(portion)
        progress("passages", done, total)
        if len(portion) < _PORTION:
            break
    writer.remember(generation=str(manifest.number), fingerprint=manifest.fingerprint)
    return total


def _check_documents(
    library: Library, reader: CatalogueReader, progress: Progress
) -> Iterator[str]:
    total = reader.count("documents")
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


def _check_generation(library: Library, reader: CatalogueReader) -> Iterator[str]:
    folder = library.index_dir
    try:
        manifest = read_manifest(folder, reader.generation)
        for file in manifest.files:
            path = folder / file.name
            if not path.is_file() or checksum(path) != file.sha256:
                yield f"index: {file.name} is damaged; run 'python -m index rebuild'"
                return
        generation = Generation(folder, manifest)
    except CatalogueError as error:
        yield f"index: {error}"
        return
    if manifest.fingerprint != reader.setting("fingerprint", EMPTY.fingerprint):
        yield "index: the manifest isn't the catalogue's; run 'python -m index rebuild'"
    keys = reader.keys()
    if not np.array_equal(generation.keys, keys):
        yield "index: its vectors aren't those of the catalogue; run 'python -m index rebuild'"
    elif generation.words(None).size != len(keys):
        yield "index: its words aren't those of the catalogue; run 'python -m index rebuild'"
    else:
        yield from _compare_vectors(generation, reader)


def _compare_vectors(generation: Generation, reader: CatalogueReader) -> Iterator[str]:
    held = {
        int(key): (segment, place)
        for segment in generation.segments
        for place, key in enumerate(segment.keys)
    }
    read = {id(segment): segment.vectors for segment in generation.segments}
    for key, vector in _vectors(reader):
        segment, place = held[key]
        if not np.array_equal(read[id(segment)][place], vector):
            yield f"index: the vector of chunk {key} isn't the catalogue's"


def _vectors(reader: CatalogueReader) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each chunk's key and vector; an empty one where there is none."""
    rows = reader.passages()
    while portion := list(islice(rows, _PORTION)):
        stored = reader.vectors([passage.vector for _, _, passage in portion])
        for key, _, passage in portion:
            yield key, stored.get(passage.vector, np.zeros(0, np.float32))
