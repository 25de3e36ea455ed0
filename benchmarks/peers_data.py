"""What all systems get alike: chunks, their vectors, and questions with the chunk that answers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.results import BenchmarkError
from evaluation.records import read_json
from index.build import prepare_passages
from index.embedding import Embedder
from index.library import Library
from index.values import Document, digest


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the id of the one chunk that is relevant to it."""

    text: str
    relevant: str


@dataclass(frozen=True, slots=True)
class Material:
    """Chunks, as pairs of id and text, and questions about them in random order."""

    chunks: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def read_material(paths: Sequence[Path], library: Library, *, size: int) -> Material:
    """Read paragraphs until there are enough that Footnote wouldn't cut.

    Args:
        paths: SQuAD files; paragraphs come from all in this order, questions from the first.
        library: Knows how Footnote would cut; nothing is added to it.
        size: How many chunks.

    Raises:
        DatasetError: A file can't be read or isn't in SQuAD's format.
        BenchmarkError: There are too few paragraphs.
    """
    chunks: dict[str, str] = {}  # ids by text, so that no text comes twice
    questions: list[Question] = []
    for number, path in enumerate(paths):
        for context, asked in read_paragraphs(path):
            if len(chunks) == size:
                break
            if context in chunks or not stays_whole(context, library):
                continue
            chunks[context] = f"c{len(chunks)}"
            if number == 0:
                questions += (Question(text, chunks[context]) for text in asked)
    if len(chunks) < size:
        raise BenchmarkError(
            f"there are {len(chunks)} paragraphs that stay one chunk, {size} are asked for; "
            "give more files with --data or a smaller --library"
        )
    random.Random(0).shuffle(questions)  # noqa: S311
    return Material(tuple((key, text) for text, key in chunks.items()), tuple(questions))


def read_paragraphs(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each paragraph of a SQuAD file with its answerable questions.

    Raises:
        DatasetError: The file can't be read or isn't in SQuAD's format.
    """
    for article in read_json(path).records("data"):
        for paragraph in article.records("paragraphs"):
            asked = paragraph.records("qas")
            answerable = [each.text("question") for each in asked if each.records("answers")]
            yield paragraph.text("context", blank=True), answerable


def stays_whole(text: str, library: Library) -> bool:
    """Tell whether Footnote makes one chunk of a text, and that with nothing taken off."""
    document = Document(
        id="",
        collection="",
        source="",
        title="",
        date=None,
        text=text,
        pages=(),
        content_hash="",
        modified="",
    )
    passages = prepare_passages(document, "text", library.workshop)
    return [(passage.chunk.text, passage.faint) for passage in passages] == [(text, ())]


def write_chunks(chunks: Sequence[tuple[str, str]], path: Path) -> Path:
    """Write chunks as JSON lines and return the path."""
    lines = (json.dumps({"id": key, "text": text}) + "\n" for key, text in chunks)
    path.write_text("".join(lines), "utf-8")
    return path


def write_vectors(texts: Sequence[str], embedder: Embedder, folder: Path) -> Path:
    """Embed texts, unless an earlier run did, and return the file, float32 (n, dimension)."""
    path = folder / f"vectors-{digest(embedder.name, *texts)[:16]}.npy"
    if not path.exists():
        vectors = embedder.embed(texts)
        unfinished = path.with_suffix(".new.npy")
        np.save(unfinished, vectors)
        unfinished.replace(path)
    return path
