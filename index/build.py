"""How documents get into the index: load, chunk, embed, commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from types import MappingProxyType

import numpy as np

from index.catalogue import Catalogue, CatalogueWriter, FileState, Passage
from index.chunking import ChunkingSettings, Counters, chunk_document
from index.embedding import Embedder, Vectors
from index.engine import Change, Engine
from index.errors import RefusedFileError
from index.language import detect_language
from index.lexical import Entry
from index.overlap import ahead
from index.progress import Progress
from index.salience import Ranges, faint_lines, split, within
from index.tokens import count_tokens
from index.values import Chunk, Document, Extract, Outcome, digest

EMBED_AT_ONCE = 512  # texts, some two seconds' work, after which their vectors are safe on disk
COMMITS_GROW = 4  # times the first one, as far as the commits of a long job grow
LONGEST_BATCH_S = 5.0  # of reading and cutting, which an interruption would lose


@dataclass(frozen=True, slots=True)
class Job:
    """A file or text to be indexed.

    Attributes:
        state: What identifies it; its content hash is that of the present bytes.
        collection: The collection that it goes to.
        modified: When it was last changed, ISO 8601 in UTC.
        load: Gives its text, or raises RefusedFileError.
        note: What is told of it once it is indexed, or "".
    """

    state: FileState
    collection: str
    modified: str
    load: Callable[[], Extract]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is ready to be embedded and committed.

    Attributes:
        document: The document.
        state: The state of its file.
        markup: How its lines are to be read.
        language: What it is written in (ISO 639-1).
        passages: Its chunks as they will be indexed.
        note: What is told of it once it is indexed, or "".
    """

    document: Document
    state: FileState
    markup: str
    language: str
    passages: tuple[Passage, ...]
    note: str


Refusal = tuple[Job, RefusedFileError]
Batch = Sequence[Prepared | Refusal]


@dataclass(frozen=True, slots=True)
class Step:
    """What has been embedded of a batch.

    Attributes:
        vectors: New vectors by the hash of what they stand for, each float32 of shape (dim,).
        done: How many of the batch's texts are embedded.
        total: How many are to be.
        finished: The batch, once all of it is embedded; until then nothing.
    """

    vectors: Mapping[str, Vectors]
    done: int
    total: int
    finished: Batch


@dataclass(frozen=True, slots=True)
class Workshop:
    """What building needs: the folder's parts, the embedder and the settings."""

    catalogue: Catalogue
    engine: Engine
    embedder: Embedder
    chunking: ChunkingSettings
    commit_chunks: int


def build(jobs: Sequence[Job], workshop: Workshop, progress: Progress) -> Iterator[Outcome]:
    """Index files, committing every so often; a file that can't be read is refused, not fatal.

    Loading and cutting, embedding, and writing go on at the same time, a batch each.

    Args:
        jobs: New and changed files.
        workshop: What to build with and where.
        progress: Told after each step.

    Yields:
        What became of each file, once it is safe on disk.
    """
    done = 0
    for step in ahead(embed(ahead(_batches(jobs, workshop)), workshop)):
        if step.total:
            progress("passages", step.done, step.total)
        if not step.finished:
            with workshop.catalogue.write() as writer:
                writer.put_vectors(step.vectors)
            continue
        prepared = [item for item in step.finished if isinstance(item, Prepared)]
        commit(prepared, [], workshop, vectors=step.vectors)
        tidy_up(workshop, progress)
        done += len(step.finished)
        progress("files", done, len(jobs))
        for item in step.finished:
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
    language = detect_language(document.text)
    return Prepared(document, state, extract.markup, language, passages, job.note)


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


def embed(batches: Iterable[Batch], workshop: Workshop) -> Iterator[Step]:
    """Embed what was never embedded before, a portion at once, so that little can be lost."""
    for batch in batches:
        passages = [p for item in batch if isinstance(item, Prepared) for p in item.passages]
        step = Step({}, 0, 0, ())
        for step in embed_passages(passages, workshop):
            if step.done < step.total:
                yield step
        yield replace(step, finished=batch)


def embed_passages(passages: Sequence[Passage], workshop: Workshop) -> Iterator[Step]:
    """Embed what has no vector in the catalogue, the shortest first, a portion at once."""
    texts = _texts(passages)
    with workshop.catalogue.read() as reader:
        known = reader.known_vectors(list(texts))
    missing = sorted(texts.keys() - known, key=lambda key: (len(texts[key]), key))
    for start in range(0, len(missing), EMBED_AT_ONCE):
        keys = missing[start : start + EMBED_AT_ONCE]
        vectors = workshop.embedder.embed([texts[key] for key in keys])
        done = start + len(keys)
        yield Step(dict(zip(keys, vectors, strict=True)), done, len(missing), ())


def commit(
    batch: Sequence[Prepared],
    removed: Sequence[str],
    workshop: Workshop,
    *,
    vectors: Mapping[str, Vectors] = MappingProxyType({}),
) -> None:
    """Put documents in place of what had their ids and remove others, all at once or not at all.

    Args:
        batch: Documents whose passages have been embedded.
        removed: Ids of documents.
        workshop: Where.
        vectors: What was embedded just now, by its hash; the rest is in the catalogue.
    """
    if not batch and not removed:
        return
    with workshop.catalogue.write() as writer:
        writer.put_vectors(vectors)
        gone = [*removed, *(prepared.document.id for prepared in batch)]
        leaving = writer.by_collection(gone)
        removed_keys, unsure = writer.delete_documents(gone)
        entries: list[Entry] = []
        hashes: list[str] = []
        for prepared in batch:
            entries += _put(prepared, writer)
            hashes += [passage.vector for passage in prepared.passages]
        writer.drop_vectors(unsure)
        stored = {**vectors, **writer.vectors([key for key in hashes if key not in vectors])}
        dropped = _embed_dropped(batch, stored, workshop)
        writer.put_vectors(dropped)
        stacked = stack(hashes, stored | dropped, workshop.embedder.dimension)
        keys = np.array([entry.key for entry in entries], np.int64)
        change = Change(entries, keys, stacked, leaving, removed_keys)
        writer.put_in_force(*workshop.engine.advance(writer.generation, change))


def tidy_up(workshop: Workshop, progress: Progress) -> None:
    """Merge the search index's segments where it is time to; what was committed is found before."""
    with workshop.catalogue.read() as reader:
        number = reader.generation
    state = workshop.engine.tidy(number, lambda done: progress("training", done, 1))
    if state is not None:
        with workshop.catalogue.write() as writer:
            writer.put_in_force(*state)


def stack(hashes: Sequence[str], stored: Mapping[str, Vectors], dimension: int) -> Vectors:
    """Return the vectors with these hashes, float32 of shape (len(hashes), dimension)."""
    stacked = np.zeros((len(hashes), dimension), np.float32)
    for place, key in enumerate(hashes):
        stacked[place] = stored[key]
    return stacked


def entry(key: int, collection: str, passage: Passage) -> Entry:
    """Return what the word index holds of a passage."""
    prominent, faint = split(passage.chunk.text, passage.faint)
    chunk = passage.chunk
    return Entry(key, chunk.document_id, collection, prominent, chunk.heading, faint)


def _embed_dropped(
    batch: Sequence[Prepared], stored: Mapping[str, Vectors], workshop: Workshop
) -> dict[str, Vectors]:
    """Embed what had a vector when it was looked up, but lost it with the document it came from."""
    passages = [passage for prepared in batch for passage in prepared.passages]
    texts = _texts(passage for passage in passages if passage.vector not in stored)
    if not texts:
        return {}
    return dict(zip(texts, workshop.embedder.embed(list(texts.values())), strict=True))


def _texts(passages: Iterable[Passage]) -> dict[str, str]:
    """Return what is embedded for passages, by its hash."""
    return {passage.vector: _embedded_text(passage.chunk, passage.faint) for passage in passages}


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
        language=prepared.language,
    )
    pairs = zip(keys, prepared.passages, strict=True)
    return [entry(key, document.collection, passage) for key, passage in pairs]


def _batches(jobs: Iterable[Job], workshop: Workshop) -> Iterator[Batch]:
    """Prepare files, a batch for each commit.

    The first is small, so that something can be found soon; then they double, as a commit costs
    what it costs. Where reading takes long, as of scans, a batch ends before its size is reached.
    """
    batch: list[Prepared | Refusal] = []
    chunks, most, began = 0, workshop.commit_chunks, monotonic()
    for job in jobs:
        item = _try_to_prepare(job, workshop)
        batch.append(item)
        chunks += len(item.passages) if isinstance(item, Prepared) else 0
        if chunks >= most or monotonic() - began >= LONGEST_BATCH_S:
            yield batch
            most = min(2 * most, COMMITS_GROW * workshop.commit_chunks)
            batch, chunks, began = [], 0, monotonic()
    if batch:
        yield batch


def _try_to_prepare(job: Job, workshop: Workshop) -> Prepared | Refusal:
    try:
        return prepare(job, workshop)
    except RefusedFileError as refusal:
        return job, refusal


def _outcome(item: Prepared | Refusal) -> Outcome:
    if isinstance(item, Prepared):
        return Outcome(item.document.id, item.document.source, item.note)
    job, refusal = item
    return Outcome(None, job.state.source, str(refusal))
