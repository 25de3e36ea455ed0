"""Documents, passages, weights and libraries that are small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index import lexical
from index.embedding import Embedder, Vectors
from index.lexical import Entry, LexicalIndex
from index.library import Library
from index.settings import Settings
from index.values import Chunk, Document, Page, digest
from retrieval import features
from retrieval.reading import Evidence
from retrieval.similarity import ANSWER_NAMES, Weights
from retrieval.values import Answer, Citation, Disagreement, Hit, Provenance, Sentence
from tests.fakes import FakeEmbedder

BRIDGE = (
    "The bridge at Orlen was opened in 1931. It cost 240,000 crowns and took four years.\n\n"
    "Its engineer was Maria Lindqvist. She also drew the lighthouse."
)
MILL = (
    "The mill burned down in 1904 because lightning struck the roof.\n\n"
    "Today it houses a museum with 62 looms."
)


def make_document(
    text: str,
    *,
    source: str = "notes.txt",
    title: str = "Notes",
    pages: tuple[Page, ...] = (),
) -> Document:
    return Document(
        id=digest("default", source),
        collection="default",
        source=source,
        title=title,
        date=None,
        text=text,
        pages=pages,
        content_hash=digest(text),
        modified="2026-01-02T03:04:05+00:00",
    )


def make_chunk(
    document: Document, start: int = 0, end: int | None = None, *, heading: str = ""
) -> Chunk:
    end = len(document.text) if end is None else end
    text = document.text[start:end]
    chunk_id = digest(document.id, str(start), str(end))
    return Chunk(chunk_id, document.id, 0, start, end, text, heading, None)


def make_hit(
    document: Document,
    start: int = 0,
    end: int | None = None,
    *,
    score: float = 1.0,
    heading: str = "",
) -> Hit:
    chunk = make_chunk(document, start, end, heading=heading)
    return Hit(chunk, score, "fusion", document.source, document.title)


def make_evidence(document: Document, quote: str, score: float = 1.0) -> Evidence:
    """Return a quote of a document as evidence, found in a hit that holds all of its text."""
    start = document.text.index(quote)
    end = start + len(quote)
    return Evidence(make_hit(document), start, end, (start, end), score)


def make_answer() -> Answer:
    """Return an answer in which every field has a value of its own."""
    document = make_document(BRIDGE, source="a/bridge.txt", title="The bridge")
    citation = Citation(
        1, document.id, "a/bridge.txt", "The bridge", 3, 0, 10, "The bridge", "c", 1, "page 3"
    )
    return Answer(
        question="When?",
        standalone_question="When (bridge)?",
        text="The bridge [1]",
        short_answer="1931",
        sentences=(Sentence("The bridge", (1,), "verbatim"),),
        citations=(citation,),
        hits=(make_hit(document),),
        abstained=False,
        confidence=0.123456789,
        disagreement=(Disagreement((1, 2), ("1931", "1932"), ("A", "B"), (None, "2020"), "Two."),),
        timings_ms={"total": 4.5},
        provenance=Provenance(7, "abc", "fake@1", "similarity-1", None),
        best_span="1931",
    )


def make_weights(
    sentence: Mapping[str, float],
    answer: Mapping[str, float] | None = None,
    *,
    bias: float = 0.0,
    threshold: float = 0.5,
) -> Weights:
    """Return weights that are 0 but for those that are named; `bias` is the answer's."""
    return Weights(
        np.array([sentence.get(name, 0.0) for name in (*features.NAMES, "bias")]),
        np.array([*((answer or {}).get(name, 0.0) for name in ANSWER_NAMES), bias]),
        threshold,
    )


# Ranks by the share of the question's words; sure where the sentence has 30 % of their weight.
BY_WORDS = make_weights({"overlap": 4.0, "cosine": 1.0}, {"overlap": 20.0}, bias=-6.0)


class StrictEmbedder(FakeEmbedder):
    """Refuses what real tokenizers can't take: half of a surrogate pair."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        for text in texts:
            text.encode("utf-8")
        return super().embed(texts)


def make_words(folder: Path, *bodies: str) -> LexicalIndex:
    """Return a word index over texts, each a chunk of its own."""
    folder.mkdir()
    lexical.create(folder)
    entries = [
        Entry(key, f"document-{key}", "default", body, "", "") for key, body in enumerate(bodies, 1)
    ]
    lexical.update(folder, removed=[], added=entries)
    return LexicalIndex(folder)


def make_library(
    data_dir: Path,
    texts: Mapping[str, str] | None = None,
    *,
    embedder: Embedder | None = None,
    collection: str = "default",
    **settings: object,
) -> Library:
    """Return a library that holds texts by their source."""
    chosen = Settings.model_validate({"data_dir": data_dir, **settings})
    library = Library(chosen, embedder=embedder or StrictEmbedder())
    if texts:
        add_texts(library, texts, collection=collection)
    return library


def add_texts(library: Library, texts: Mapping[str, str], *, collection: str = "default") -> None:
    triples = [(source, source.partition(".")[0], text) for source, text in texts.items()]
    report = library.add_texts(triples, collection=collection)
    assert not report.refused
