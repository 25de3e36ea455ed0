"""What the system did with each question, as it is written to `predictions.jsonl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

REFUSED = "refused: "


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation: where its quote stands in the document that the question set names."""

    marker: int
    document: str
    start: int
    end: int
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A hit: a range of a document that the question set names."""

    document: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the system did with one question; `latency_ms` is as the caller saw it.

    Attributes:
        id: The question's id.
        question: The question as it was asked.
        answer: The answer's text with its markers.
        short_answer: The shortest span that answers, "" where it abstained.
        best_span: The span before abstaining.
        abstained: Whether it declined to answer.
        confidence: Probability that the documents give this answer.
        citations: What the answer quotes.
        hits: What was found, best first.
        latency_ms: Milliseconds from question to answer.
        timings_ms: Milliseconds by stage, as the system reports them.
    """

    id: str
    question: str
    answer: str
    short_answer: str
    best_span: str
    abstained: bool
    confidence: float
    citations: tuple[Quote, ...]
    hits: tuple[Found, ...]
    latency_ms: float
    timings_ms: Mapping[str, float]

    @property
    def refused(self) -> bool:
        """Whether the system wouldn't take the question; the answer then says why."""
        return self.abstained and self.answer.startswith(REFUSED)

    def as_object(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return asdict(self)

    def as_published(self) -> dict[str, Any]:
        """Return the fields of `predictions.jsonl`."""
        published = self.as_object()
        del published["timings_ms"]
        return published


def prediction_from(fields: Mapping[str, Any]) -> Prediction:
    """Return the prediction that `as_object` made JSON of."""
    return Prediction(
        **{
            **fields,
            "citations": tuple(Quote(**citation) for citation in fields["citations"]),
            "hits": tuple(Found(**hit) for hit in fields["hits"]),
        }
    )
