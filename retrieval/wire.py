"""Values as the JSON that the endpoints and commands return; its keys are a public contract."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.snapshot import Status
from index.values import AddReport, Document, DocumentSummary, Page
from retrieval.values import Answer, Hit

UNEXPECTED = "Footnote failed on this request; the server's log says why"


def answer_object(answer: Answer) -> dict[str, Any]:
    """Return an answer with its sentences, citations, hits, timings and provenance."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "best_span": answer.best_span,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "sentences": [asdict(sentence) for sentence in answer.sentences],
        "citations": [asdict(citation) for citation in answer.citations],
        "disagreement": [asdict(item) for item in answer.disagreement],
        "hits": [hit_object(hit) for hit in answer.hits],
        "timings_ms": dict(answer.timings_ms),
        "provenance": asdict(answer.provenance),
    }


def hit_object(hit: Hit) -> dict[str, Any]:
    """Return a hit: where it is, how good it is and what it says."""
    return {
        "document_id": hit.chunk.document_id,
        "source": hit.source,
        "title": hit.title,
        "place": hit.place,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "text": hit.chunk.text,
        "score": hit.score,
    }


def document_object(document: Document) -> dict[str, Any]:
    """Return a document with its whole text, to which all offsets refer."""
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "date": document.date,
        "text": document.text,
        "pages": [_page_object(page) for page in document.pages],
    }


def _page_object(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "start": page.start,
        "end": page.end,
        "place": page.place(),
    }


def summary_object(summary: DocumentSummary) -> dict[str, Any]:
    """Return a line of the list of documents."""
    return asdict(summary)


def report_object(report: AddReport) -> dict[str, Any]:
    """Return what became of each file that was to be added."""
    return {
        "added": [asdict(outcome) for outcome in report.added],
        "unchanged": [asdict(outcome) for outcome in report.unchanged],
        "refused": [asdict(outcome) for outcome in report.refused],
    }


def status_object(status: Status) -> dict[str, Any]:
    """Return what is in the library, and whether it can be searched."""
    return {
        "version": status.version,
        "generation": status.generation,
        "documents": status.documents,
        "chunks": status.chunks,
        "models": dict(status.models),
        "healthy": status.healthy,
    }
