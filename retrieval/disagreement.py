"""Finds evidence for one question that can't all be true, and says who says what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.lexical import LexicalIndex
from index.values import Document
from retrieval.features import Question, prepare_question
from retrieval.quantities import read_moment, read_quantity
from retrieval.reading import Evidence
from retrieval.values import Citation, Disagreement

CONSIDERED = 12  # pieces of evidence
CONFIDENT = 0.4  # share of the best evidence's score that another needs to be held against it
ON_TOPIC = 0.6  # share of what the best evidence has of the question's words, by rarity
SAME_CLAIM = 0.7  # share of a sentence's words that the other has, where one denies the other

_DENIAL = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|den(?:y|ies|ied)|"
    r"reject(?:s|ed)?|refus(?:e|es|ed)|false|unfounded)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"\b(?i:according to) (?P<source>[^,.;:]{2,60})|"
    r"(?:^|[,;“\"] ?)(?P<speaker>(?:[\w’'-]+ ){0,5}[\w’'-]+) "
    r"(?:says|said|reports|reported|states|stated|claims|claimed|estimates?|told)\b",
)
# Asks for one person. What was founded or invented may have been by several.
_SINGLE = re.compile(
    r"\b(?:who|which|what) (?:\w+ ){0,2}?"
    r"(?:is|was|(?!(?:co)?(?:found|creat|invent|discover)ed)\w+ed)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][\w’'-]+(?: (?:and |of |the )?[A-Z][\w’'-]+)*")


def find_disagreement(
    question: str, evidence: Sequence[Evidence], library: LexicalIndex
) -> tuple[Evidence, ...]:
    """Return evidence that says different things, best first; nothing where all agrees.

    Only what is confident and about the same counts, and where it isn't clear whether two things
    can both be true, they can: a false alarm costs more trust than silence.

    Args:
        question: What was asked.
        evidence: What answers it, best first.
        library: Gives the stems of a text and how rare they are.
    """
    asked = prepare_question(question, library)
    differing = list(evidence[:1])
    for item in evidence[1:CONSIDERED]:
        if _counts(item, differing[0], asked, library) and all(
            _differs(item, other, asked, library) for other in differing
        ):
            differing.append(item)
    return tuple(differing) if len(differing) > 1 else ()


def describe(
    differing: Sequence[Evidence],
    citations: Sequence[Citation],
    document: Callable[[str], Document],
) -> Disagreement:
    """Return what the reader is told about evidence that was found to differ.

    Args:
        differing: What `find_disagreement` found.
        citations: Of the answer; all of it is cited.
        document: Gives a document by its id.
    """
    documents = [document(item.hit.chunk.document_id) for item in differing]
    values = tuple(" ".join(item.span_text.split()) for item in differing)
    return Disagreement(
        citations=tuple(_marker(item, citations) for item in differing),
        values=values,
        attributions=tuple(
            _attribute(item, text) for item, text in zip(differing, documents, strict=True)
        ),
        dates=tuple(text.date for text in documents),
        note=f"The documents give different answers: {'; '.join(values)}.",
    )


def contradicts(one: str, other: str, stems: Callable[[str], Sequence[str]]) -> bool:
    """Whether one sentence denies what the other says, in nearly the same words."""
    if bool(_DENIAL.search(one)) == bool(_DENIAL.search(other)):
        return False
    first, second = (frozenset(stems(_DENIAL.sub(" ", text))) for text in (one, other))
    return bool(first and second) and len(first & second) >= SAME_CLAIM * min(
        len(first), len(second)
    )


def _counts(item: Evidence, best: Evidence, asked: Question, library: LexicalIndex) -> bool:
    """Whether evidence is confident, from elsewhere, and about what the best one is about."""
    elsewhere = item.hit.chunk.document_id != best.hit.chunk.document_id
    own, whole = (_share(each, asked, library) for each in (item, best))
    enough = ON_TOPIC if elsewhere else 1.0  # a text speaks of many like things, one by one
    return item.score >= CONFIDENT * best.score and own >= enough * whole


def _share(item: Evidence, asked: Question, library: LexicalIndex) -> float:
    found = frozenset(library.terms(item.quote))
    return sum(weight for stem, weight in asked.weights.items() if stem in found)


def _differs(one: Evidence, other: Evidence, asked: Question, library: LexicalIndex) -> bool:
    spans = one.span_text, other.span_text
    if asked.kind == "date":
        return _other_date(*spans)
    if asked.kind == "person":
        return _other_name(*spans) and _SINGLE.search(asked.text) is not None
    counted = asked.kind == "number"
    return _other_amount(*spans, counted=counted) or (
        not counted and contradicts(one.quote, other.quote, library.terms)
    )


def _other_amount(first: str, second: str, *, counted: bool) -> bool:
    """Whether both have amounts that differ; unless something is counted, with their units."""
    one, other = read_quantity(first), read_quantity(second)
    if one is None or other is None:
        return False
    return one.differs(other) and (counted or one.unit != "")


def _other_date(first: str, second: str) -> bool:
    one, other = read_moment(first), read_moment(second)
    return one is not None and other is not None and one.differs(other)


def _other_name(first: str, second: str) -> bool:
    """Whether both are names, and share no word that could make them the same."""
    if not (_NAME.fullmatch(first.strip()) and _NAME.fullmatch(second.strip())):
        return False
    return set(first.lower().split()).isdisjoint(second.lower().split())


def _marker(item: Evidence, citations: Sequence[Citation]) -> int:
    """Return the marker of the citation that holds the evidence's answer."""
    start, end = item.span
    return next(
        citation.marker
        for citation in citations
        if citation.document_id == item.hit.chunk.document_id
        and citation.start <= start
        and end <= citation.end
    )


def _attribute(item: Evidence, document: Document) -> str:
    """Return who says it: the speaker that the sentence names, else the document."""
    found = _SPEAKER.search(" ".join(item.quote.split()))
    named = (found["source"] or found["speaker"]) if found else ""
    return named or document.title or document.source
