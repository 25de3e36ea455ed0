"""Writes answers: what was read, with citations that hold, or that nothing answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import zip_longest

from index.errors import NotFoundError
from index.snapshot import Snapshot
from index.values import Document
from retrieval.composing import Answerer, Composition, Opening, quote
from retrieval.courtesies import Reply
from retrieval.disagreement import describe, find_disagreement
from retrieval.reading import Finding, Reader, Reading
from retrieval.rewriting import as_asked
from retrieval.search import locate
from retrieval.values import Answer, Hit, Provenance

SHOWN_HITS = 10
OPEN = "The documents don't answer this part:"
NOTHING = Composition("The documents don't answer this.", (), ())


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes an answer of readings.

    Attributes:
        answerer: Writes the text.
        reader: Says from which confidence on an answer is given.
        embedder: Name of the embedder, for the provenance.
    """

    answerer: Answerer
    reader: Reader
    embedder: str

    @property
    def llm(self) -> str | None:
        """Name of the language model that writes, or None where there is none."""
        return self.answerer.llm

    def begin(
        self,
        question: str,
        snapshot: Snapshot,
        lead: Opening | None,
        reading: Reading,
    ) -> None:
        """Tell the answer's first sentence to who wants to know it."""
        if lead is not None:
            found = {question: Finding(reading.evidence[:1])}
            lead(self.answerer.compose(found, partial(get_document, snapshot)))

    def write(
        self,
        standalone: str,
        readings: Mapping[str, Reading],
        snapshot: Snapshot,
    ) -> Answer:
        """Return the answer that the readings allow: quotes with citations, or none.

        A part of the question that isn't answered is named at the end of the text; of several
        that are, the least sure one says how sure the answer is.

        Args:
            standalone: The whole question.
            readings: What was read for each of its parts.
            snapshot: Where the documents are.
        """
        best = max(readings.values(), key=lambda reading: reading.confidence)
        best_span = best.evidence[0].span_text if best.evidence else ""
        found = {
            part: Finding(
                reading.evidence, find_disagreement(part, reading.evidence, snapshot.words)
            )
            for part, reading in readings.items()
            if reading.evidence and reading.confidence >= self.reader.threshold
        }
        sure = min((readings[part].confidence for part in found), default=best.confidence)
        document = cache(partial(get_document, snapshot))
        composition = self.answerer.compose(found, document) if found else NOTHING
        unanswered = [as_asked(part) for part in readings if found and part not in found]
        hits = _take_turns([reading.hits for reading in readings.values()])[:SHOWN_HITS]
        return Answer(
            question=standalone,
            standalone_question=standalone,
            text=" ".join([composition.text, *(f"{OPEN} {part}" for part in unanswered)]),
            short_answer=composition.short,
            sentences=composition.sentences,
            citations=composition.citations,
            hits=locate(hits, snapshot),
            abstained=not found,
            confidence=sure,
            disagreement=tuple(
                describe(each.differing, composition.citations, document)
                for each in found.values()
                if each.differing
            ),
            timings_ms={},
            provenance=self._provenance(snapshot),
            best_span=best_span,
        )

    def reply(self, question: str, reply: Reply, snapshot: Snapshot) -> Answer:
        """Return what is said to something that needs no search, such as a greeting."""
        composition = quote(reply.quotes, reply.quotes, cache(partial(get_document, snapshot)))
        return Answer(
            question=question,
            standalone_question=question,
            text=reply.text or composition.text,
            short_answer="",
            sentences=composition.sentences,
            citations=composition.citations,
            hits=(),
            abstained=reply.abstained,
            confidence=0.0 if reply.abstained else 1.0,
            disagreement=(),
            timings_ms={},
            provenance=self._provenance(snapshot),
            best_span="",
        )

    def _provenance(self, snapshot: Snapshot) -> Provenance:
        return Provenance(
            generation=snapshot.generation.state.number,
            index_hash=snapshot.generation.state.fingerprint,
            embedder=self.embedder,
            reader=self.reader.name,
            llm=self.llm,
            collection=snapshot.collection,
            documents=snapshot.documents,
        )


def get_document(snapshot: Snapshot, document_id: str) -> Document:
    """Return a document of a snapshot.

    Raises:
        NotFoundError: It isn't there.
    """
    document = snapshot.catalogue.document(document_id)
    if document is None:
        raise NotFoundError(f"no document has the id {document_id!r}; it may have been removed")
    return document


def _take_turns(found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Return the best hits of each search, then the second best, and so on, each passage once."""
    turns = (hit for group in zip_longest(*found) for hit in group if hit is not None)
    first: dict[str, Hit] = {}
    for hit in turns:
        first.setdefault(hit.chunk.id, hit)
    return tuple(first.values())
