"""Which hits and citations are right, by the passages that a question set names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from evaluation.answers import contains
from evaluation.datasets import Passage, Question
from evaluation.predictions import Found, Quote


def is_relevant(hit: Found, passage: Passage) -> bool:
    """Tell whether a hit shows a passage.

    It does when it holds a gold answer of the passage, when at least half of it lies in the
    passage, or when it holds enough of it; any part of a document does where that is all that
    the question set names.
    """
    if hit.document != passage.document:
        return False
    if not passage.ranges:
        return True
    if any(hit.start <= start and end <= hit.end for start, end in passage.answers):
        return True
    shared = max(min(hit.end, end) - max(hit.start, start) for start, end in passage.ranges)
    half = (hit.end - hit.start) / 2
    return shared > 0 and (
        shared >= half or (passage.enough is not None and shared >= passage.enough)
    )


def rank_passages(question: Question, hits: Sequence[Found]) -> list[int | None]:
    """Return, for each place of the ranking, which of the question's passages it shows first.

    A hit that shows nothing new, or nothing at all, is None; one that shows two passages at once
    takes two places.
    """
    missing: dict[str, list[int]] = defaultdict(list)
    for number, passage in enumerate(question.passages):
        missing[passage.document].append(number)
    places: list[int | None] = []
    for hit in hits:
        new = [
            number
            for number in missing.get(hit.document, ())
            if is_relevant(hit, question.passages[number])
        ]
        places.extend(new or [None])
        for number in new:
            missing[hit.document].remove(number)
    return places


def is_supported(question: Question, citation: Quote) -> bool:
    """Tell whether a citation supports a right answer.

    Its quote overlaps a gold answer's place (the evidence, where the set names no such place), or
    contains a gold answer. Nothing supports an answer to a question that has none.
    """
    if not question.answers:
        return False
    return contains(citation.quote, question.answers) or any(
        overlaps(citation, passage) for passage in question.passages
    )


def overlaps(citation: Quote, passage: Passage) -> bool:
    """Tell whether a citation shares a character with what a passage is about."""
    if citation.document != passage.document:
        return False
    targets = passage.answers or passage.ranges
    return not targets or any(
        citation.start < end and start < citation.end for start, end in targets
    )


def quotes_answer(question: Question, citation: Quote) -> bool:
    """Tell whether a citation's quote has a gold answer in it, by place or by its words."""
    return contains(citation.quote, question.answers) or any(
        citation.document == passage.document and citation.start <= start and end <= citation.end
        for passage in question.passages
        for start, end in passage.answers
    )
