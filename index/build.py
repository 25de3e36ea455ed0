"""How documents get into the index: load, chunk, embed, commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.catalogue import Catalogue, CatalogueWriter, FileState, Passage
from index.chunking import ChunkingSettings, Counters, chunk_document
from index.embedding import Embedder
from index.errors import RefusedFileError
from index.generation import Change, advance, read_manifest
from index.language import detect_language
from index.lexical import Entry
from index.progress import Progress
from index.salience import Ranges, faint_lines, split, within
from index.tokens import count_tokens
from index.values import Chunk, Document, Extract, Outcome, digest

EMBED_AT_ONCE = 64  # texts, after which their vectors are safe on disk


@dataclass(frozen=True, slots=True)
class Job:
    """A file or text to be indexed.

    Attributes:
        state: What identifies it; its content hash is that of the present bytes.
        collection: The collection that it goes to.
        modified: When it was last changed, ISO 8601 in UTC.
        load: Gives its text, or raises RefusedFileError.
    """

    state: FileState
    collection: str
    modified: str
    load: Callable[[], Extract]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is ready to be embedded and committed.

    Attributes:
        document: The document.
        state: The state of its file.
        markup: How its lines are to be read.
        passages: Its chunks as they will be indexed.
    """

    document: Document
    state: FileState
    markup: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What building needs: the folder's parts, the embedder and the settings."""

    catalogue: Catalogue
    index_dir: Path
    embedder: Embedder
    chunking: ChunkingSettings
    commit_chunks: int


def build(jobs: Sequence[Job], workshop: Workshop, progress: Progress) -> Iterator[Outcome]:
    """Index files, committing every so often; a file that can't be read is refused, not fatal.

    Args:
        jobs: New and changed files.
        workshop: What to build with and where.
        progress: Told after each step.

    Yields:
        What became of each file, once it is safe on disk.
    """
    done = 0
    for batch in _batches(jobs, workshop):
        prepared = [item for item in batch if isinstance(item, Prepared)]
        embed((passage for item in prepared for passage in item.passages), workshop, progress)
        commit(prepared, [], workshop)
        done += len(batch)
        progress("files", done, len(jobs))
        for item in batch:
            yield _outcome(item)


def prepare(job: Job, workshop: Workshop) -> Prepared:
    """Load a file and cut it into passages.

    Raises:
        RefusedFileError: It can't be read, or holds no text.
    """
    extract = job.load()
    state = job.state
    document = Document(
        id=state.document_id,
        collection=job.collection,
        source=state.source,
        title=extract.title or Path(state.source).name,
        date=extract.date,
        text=extract.text,
        pages=extract.pages,
        content_hash=state.content_hash,
        modified=job.modified,
    )
    passages = prepare_passages(document, extract.markup, workshop)
    return Prepared(document, state, extract.markup, passages)


def prepare_passages(document: Document, markup: str, workshop: Workshop) -> tuple[Passage, ...]:
    """Return the chunks of a document as they will be indexed."""
    embedder = workshop.embedder
    counters = Counters(count_tokens, embedder.count_tokens, embedder.max_tokens)
    chunks = chunk_document(document, markup, settings=workshop.chunking, counters=counters)
    faint = faint_lines(document.text, markup)
    passages = []
    for chunk in chunks:
        inside = within(chunk, faint)
        # The embedder's name is part of the hash, so that two models' vectors are never mixed up.
        vector = digest(embedder.name, _embedded_text(chunk, inside))
        passages.append(Passage(chunk, inside, vector))
    return tuple(passages)


def embed(passages: Iterable[Passage], workshop: Workshop, progress: Progress) -> None:
    """Embed what was never embedded before, and store each vector by what it stands for."""
    texts = {item.vector: _embedded_text(item.chunk, item.faint) for item in passages}
    with workshop.catalogue.read() as reader:
        known = reader.vectors(list(texts))
    missing = sorted((key for key in texts if key not in known), key=lambda key: len(texts[key]))
    for start in range(0, len(missing), EMBED_AT_ONCE):
        some = missing[start : start + EMBED_AT_ONCE]
        vectors = workshop.embedder.embed([texts[key] for key in some])
        with workshop.catalogue.write() as writer:
            writer.put_vectors(dict(zip(some, vectors, strict=True)))
        progress("passages", start + len(some), len(missing))


def commit(batch: Sequence[Prepared], removed: Sequence[str], workshop: Workshop) -> None:
    """Put documents in place of what had their ids and remove others, all at once or not at all."""
    if not batch and not removed:
        return
    with workshop.catalogue.write() as writer:
        gone = [*removed, *(prepared.document.id for prepared in batch)]
        leaving = writer.by_collection(gone)
        removed_keys, unsure = writer.delete_documents(gone)
        entries: list[Entry] = []
        hashes: list[str] = []
        for prepared in batch:
            entries += _put(prepared, writer)
            hashes += [passage.vector for passage in prepared.passages]
        writer.drop_vectors(unsure)
        stored = writer.vectors(hashes)
        vectors = np.zeros((len(hashes), workshop.embedder.dimension), np.float32)
        for place, key in enumerate(hashes):
            vectors[place] = stored[key]
        keys = np.array([entry.key for entry in entries], np.int64)
        previous = read_manifest(workshop.index_dir, writer.generation)
        change = Change(entries, keys, vectors, leaving, removed_keys)
        manifest = advance(workshop.index_dir, previous, change)
        writer.remember(generation=str(manifest.number), fingerprint=manifest.fingerprint)


def entry(key: int, collection: str, passage: Passage) -> Entry:
    """Return what the word index holds of a passage."""
    prominent, faint = split(passage.chunk.text, passage.faint)
    chunk = passage.chunk
    return Entry(key, chunk.document_id, collection, prominent, chunk.heading, faint)


def _embedded_text(chunk: Chunk, faint: Ranges) -> str:
    prominent, _ = split(chunk.text, faint)
    return f"{chunk.heading}\n{prominent}" if chunk.heading else prominent


def _put(prepared: Prepared, writer: CatalogueWriter) -> list[Entry]:
    document = prepared.document
    keys = writer.put_document(
        document,
        prepared.state,
        prepared.passages,
        markup=prepared.markup,
        language=detect_language(document.text),
    )
    pairs = zip(keys, prepared.passages, strict=True)
    return [entry(key, document.collection, passage) for key, passage in pairs]


def _batches(
    jobs: Iterable[Job], workshop: Workshop
) -> Iterator[list[Prepared | tuple[Job, RefusedFileError]]]:
    batch: list[Prepared | tuple[Job, RefusedFileError]] = []
    chunks = 0
    for job in jobs:
        try:
            prepared = prepare(job, workshop)
        except RefusedFileError as refusal:
            batch.append((job, refusal))
            continue
        batch.append(prepared)
        chunks += len(prepared.passages)
        if chunks >= workshop.commit_chunks:
            yield batch
            batch, chunks = [], 0
    if batch:
        yield batch


def _outcome(item: Prepared | tuple[Job, RefusedFileError]) -> Outcome:
    if isinstance(item, Prepared):
        return Outcome(item.document.id, item.document.source, "")
    job, refusal = item
    return Outcome(None, job.state.source, str(refusal))
