"""The values of an answer: hits, citations, sentences and the answer itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.errors import CitationError
from index.values import Chunk, Document, page_at, place_at


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation: `role` is `user` or `assistant`, `content` its Markdown."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a stage of the search found; reranking makes new hits.

    Attributes:
        chunk: The passage.
        score: Higher is better; comparable within one list only.
        stage: Which stage gave the score: `dense`, `lexical`, `fusion` or `rerank`.
        source: The document's source, for display.
        title: The document's title, for display.
        place: The page, slide, sheet or row on which it starts, or None; the assistant adds it to
            the hits that it returns.
    """

    chunk: Chunk
    score: float
    stage: str
    source: str
    title: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document; make one with `cite`, which checks the quote.

    Attributes:
        marker: The number in the answer's text, from 1.
        document_id: The document that is quoted.
        source: Its source.
        title: Its title.
        page: Number of the page on which the quote starts, or None.
        start: Offset of the quote in the document's text.
        end: Offset after it.
        quote: `document.text[start:end]`.
        chunk_id: The chunk that the quote was found in.
        score: How well the quote answers the question, higher is better.
        place: The page, slide, sheet or row on which the quote starts, or None.
    """

    marker: int
    document_id: str
    source: str
    title: str
    page: int | None
    start: int
    end: int
    quote: str
    chunk_id: str
    score: float
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer.

    Attributes:
        text: The sentence without its markers.
        citations: Markers of the citations that say so.
        support: How the citations carry it: `verbatim` for a quote.
    """

    text: str
    citations: tuple[int, ...]
    support: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Documents that give different answers to the same question.

    Attributes:
        citations: Markers of the citations that disagree.
        values: What each of them says.
        attributions: Who says it.
        dates: The date of each one's document, or None.
        note: One sentence that says so to the reader.
    """

    citations: tuple[int, ...]
    values: tuple[str, ...]
    attributions: tuple[str, ...]
    dates: tuple[str | None, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer was made with.

    Attributes:
        generation: Number of the index generation that was searched.
        index_hash: SHA-256 of that generation's manifest, shortened.
        embedder: Name of the embedder.
        reader: Name of the reader.
        llm: Name of the language model that wrote the answer, or None.
        collection: The collection that was asked, or None for all.
        documents: Ids of the documents that were asked, or None for all of the collection.
    """

    generation: int
    index_hash: str
    embedder: str
    reader: str
    llm: str | None
    collection: str | None = None
    documents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with everything that is needed to check it.

    Attributes:
        question: As it was asked.
        standalone_question: As it was read for: understandable without the history, its misspelt
            words mended.
        text: The answer with `[n]` markers, in Markdown.
        short_answer: The shortest span that answers, "" when abstaining.
        sentences: The answer's sentences with their citations.
        citations: All citations, by marker.
        hits: The passages found, best first.
        abstained: True where the documents don't answer the question.
        confidence: Probability that the documents give this answer, never rounded.
        disagreement: Where documents answer differently.
        timings_ms: Milliseconds by stage, `total` among them.
        provenance: What the answer was made with.
        best_span: The span that would have been the short answer had it not abstained.
    """

    question: str
    standalone_question: str
    text: str
    short_answer: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    abstained: bool
    confidence: float
    disagreement: tuple[Disagreement, ...]
    timings_ms: Mapping[str, float]
    provenance: Provenance
    best_span: str


def cite(
    document: Document, chunk: Chunk, *, marker: int, start: int, end: int, quote: str, score: float
) -> Citation:
    """Make a citation, checking that its quote is a verbatim slice of the document.

    Raises:
        CitationError: The quote isn't `document.text[start:end]`, or is empty.
    """
    if not quote or document.text[start:end] != quote:
        raise CitationError(
            f"quote {quote[:60]!r} is not at {start}:{end} of {document.source!r}; "
            "run 'python -m index verify'"
        )
    return Citation(
        marker=marker,
        document_id=document.id,
        source=document.source,
        title=document.title,
        page=page_at(document.pages, start),
        start=start,
        end=end,
        quote=quote,
        chunk_id=chunk.id,
        score=score,
        place=place_at(document, start),
    )
