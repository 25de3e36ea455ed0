"""Writes the answer from the evidence; without a language model, by quoting it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from index.values import Document
from retrieval.antecedents import with_antecedent
from retrieval.questions import classify
from retrieval.reading import Evidence, Finding
from retrieval.sentences import find_list
from retrieval.values import Citation, Sentence, cite

MOST_CITATIONS = 5  # of one sentence: the same words in several documents
MOST_LISTED = 4  # sentences, where a list is asked for
MOST_ITEMS = 12  # of a list that is quoted whole
LONGEST_LIST = 1_200  # characters
CONSIDERED = 50  # pieces of evidence, for repetitions of what is said
SECOND = 0.55  # share of the best evidence's score that makes a second sentence worth saying


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer's text with its sentences and citations.

    Attributes:
        text: What is said, with markers.
        sentences: The same, sentence by sentence.
        citations: What they quote.
        short: The words that answer; those of several parts or places with "; " between them.
    """

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    short: str = ""


Opening = Callable[[Composition], None]
"""Given an answer's first sentence, where that is settled before all is read."""


class Answerer(Protocol):
    """Writes an answer that says nothing but what the evidence says."""

    @property
    def llm(self) -> str | None:
        """Name of the language model that writes, or None where there is none."""
        ...

    def compose(
        self,
        found: Mapping[str, Finding],
        document: Callable[[str], Document],
    ) -> Composition:
        """Return the answer.

        Args:
            found: What was found for each part of the question, by the part.
            document: Gives a document by its id, to check quotes against.
        """
        ...


class ExtractiveAnswerer:
    """Answers with the sentence or two that say it, word for word."""

    llm: str | None = None

    def compose(
        self,
        found: Mapping[str, Finding],
        document: Callable[[str], Document],
    ) -> Composition:
        """Return the best sentences, each with a citation for every document that has it."""
        said: list[Evidence] = []
        sides: list[Evidence] = []
        candidates: list[Evidence] = []
        short: list[str] = []
        for question, finding in found.items():
            listed = classify(question) == "list"
            complete = [with_antecedent(item) for item in finding.evidence[:CONSIDERED]]
            best = _choose(complete, MOST_LISTED if listed else 2)
            best = (_whole_list(best[0], document) if listed and best else []) or best
            short += [" ".join(item.span_text.split()) for item in (best if listed else best[:1])]
            differing = [with_antecedent(item) for item in finding.differing]
            sides += differing
            said = _join(said, [*differing, *best], sides)
            candidates += complete
        composition = quote(said, candidates, document)
        return replace(composition, short="; ".join(dict.fromkeys(short)))


def _choose(evidence: Sequence[Evidence], most: int) -> list[Evidence]:
    """Return the best evidence and what is nearly as good, at most so many."""
    kept = _distinct(evidence)[:most]
    return [item for item in kept if item.score >= SECOND * kept[0].score]


def _whole_list(item: Evidence, document: Callable[[str], Document]) -> list[Evidence]:
    """Return all items of the list that the answer is one of; nothing where there is no such list.

    Who asks which things are exempt isn't helped with the first of them, nor with those of them
    that stand in one passage: a long list is cut like any other text.
    """
    chunk, place = item.hit.chunk, item.span[0]
    whole = document(chunk.document_id).text
    first = max(0, place - 2 * LONGEST_LIST)  # what is cut off on either side is too long anyway
    text = whole[first : place + 2 * LONGEST_LIST]
    items = [(first + start, first + end) for start, end in find_list(text, place - first)]
    if not 1 < len(items) <= MOST_ITEMS or items[-1][1] - items[0][0] > LONGEST_LIST:
        return []
    start, end = min(chunk.start, items[0][0]), max(chunk.end, items[-1][1])
    passage = replace(chunk, start=start, end=end, text=whole[start:end])
    hit = replace(item.hit, chunk=passage)
    return [Evidence(hit, start, end, (start, end), item.score) for start, end in items]


def quote(
    chosen: Sequence[Evidence],
    evidence: Sequence[Evidence],
    document: Callable[[str], Document],
) -> Composition:
    """Return a text made of quotes.

    Args:
        chosen: What is quoted, in this order.
        evidence: Everything that was found; what says the same words is cited, too.
        document: Gives a document by its id.
    """
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for item in chosen:
        same = [other for other in evidence if other.quote == item.quote]
        for other in _one_per_document([item, *same])[:MOST_CITATIONS]:
            citations.append(
                cite(
                    document(other.hit.chunk.document_id),
                    other.hit.chunk,
                    marker=len(citations) + 1,
                    start=other.start,
                    end=other.end,
                    quote=other.quote,
                    score=other.score,
                )
            )
        first = sum(len(sentence.citations) for sentence in sentences)
        markers = tuple(range(first + 1, len(citations) + 1))
        sentences.append(Sentence(" ".join(item.quote.split()), markers, "verbatim"))
    text = " ".join(
        f"{sentence.text} {''.join(f'[{marker}]' for marker in sentence.citations)}"
        for sentence in sentences
    )
    return Composition(text, tuple(sentences), tuple(citations))


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that neither repeats nor overlaps anything better."""
    kept: list[Evidence] = []
    for item in evidence:
        if not any(
            _holds(item, other) or _holds(other, item) or _overlap(item, other) for other in kept
        ):
            kept.append(item)
    return kept


def _join(
    said: Sequence[Evidence], more: Sequence[Evidence], sides: Sequence[Evidence]
) -> list[Evidence]:
    """Return what is said, then what there is more to say, each once.

    A quote that holds an earlier one takes its place: what answers the second part of a question
    may be the sentence behind. Of `sides`, which differ, each needs a citation of its own document.
    """
    kept = list(said)

    def repeats(one: Evidence, other: Evidence) -> bool:
        """Whether `one` needn't be said beside `other`."""
        covers_side = any(_covers(one, side) for side in sides)
        return _covers(other, one) or (not covers_side and _holds(other, one))

    for item in more:
        if any(repeats(item, other) for other in kept):
            continue
        place = next((n for n, other in enumerate(kept) if repeats(other, item)), len(kept))
        kept[place:] = [item, *(other for other in kept[place:] if not repeats(other, item))]
    return kept


def _covers(one: Evidence, other: Evidence) -> bool:
    """Whether a quote has all of another's place."""
    same = one.hit.chunk.document_id == other.hit.chunk.document_id
    return same and one.start <= other.start and other.end <= one.end


def _holds(one: Evidence, other: Evidence) -> bool:
    """Whether a quote holds all of another, as a page's title holds its headline."""
    return " ".join(other.quote.split()) in " ".join(one.quote.split())


def _overlap(one: Evidence, other: Evidence) -> bool:
    same = one.hit.chunk.document_id == other.hit.chunk.document_id
    return same and one.start < other.end and other.start < one.end


def _one_per_document(evidence: Sequence[Evidence]) -> list[Evidence]:
    first: dict[str, Evidence] = {}
    for item in evidence:
        first.setdefault(item.hit.chunk.document_id, item)
    return list(first.values())
