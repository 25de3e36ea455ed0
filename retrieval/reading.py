"""What a reader is: anything that finds the words in passages that answer a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.snapshot import Snapshot
from retrieval.values import Hit


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage that may answer the question.

    Attributes:
        hit: The passage.
        start: Offset of the sentence in the document's text.
        end: Offset after it.
        span: The shortest stretch that answers, as offsets in the document's text.
        score: Higher is better, comparable between all evidence for one question.
    """

    hit: Hit
    start: int
    end: int
    span: tuple[int, int]
    score: float

    @property
    def quote(self) -> str:
        """The sentence, verbatim."""
        offset = self.hit.chunk.start
        return self.hit.chunk.text[self.start - offset : self.end - offset]

    @property
    def span_text(self) -> str:
        """The shortest stretch that answers, verbatim."""
        offset = self.hit.chunk.start
        return self.hit.chunk.text[self.span[0] - offset : self.span[1] - offset]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of the passages.

    Attributes:
        evidence: The sentences that may answer, best first.
        hits: The passages, best first in the reader's eyes.
        confidence: Probability that the first of them answers the question.
    """

    evidence: tuple[Evidence, ...]
    hits: tuple[Hit, ...]
    confidence: float


Lead = Callable[[Reading], None]
"""Called with what was found as soon as it is settled which evidence comes first."""


def keep_silent(reading: Reading) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What answers a question, or a part of one.

    Attributes:
        evidence: What was found, best first.
        differing: Those of it that can't all be true; all of them are to be said.
    """

    evidence: tuple[Evidence, ...]
    differing: tuple[Evidence, ...] = ()


class Reader(Protocol):
    """Reads passages for the answer to a question."""

    @property
    def name(self) -> str:
        """Name and version, for an answer's provenance."""
        ...

    @property
    def runtime(self) -> str:
        """What runs it, and why where that isn't the usual."""
        ...

    @property
    def threshold(self) -> float:
        """Confidence below which the documents are said not to answer."""
        ...

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        snapshot: Snapshot,
        *,
        lead: Lead = keep_silent,
    ) -> Reading:
        """Return the evidence in `hits`.

        Args:
            question: A standalone question.
            hits: Passages, best first.
            snapshot: Where they are.
            lead: Told at most once, before everything is read, if what was read answers already;
                what comes first there and its confidence are returned so. What it raises ends the
                work.
        """
        ...
