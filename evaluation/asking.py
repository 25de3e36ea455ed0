"""Puts a question to a system and notes what it did."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from evaluation.datasets import Question
from evaluation.predictions import REFUSED, Found, Prediction, Quote
from evaluation.systems import System
from index.errors import InvalidInputError

PASSAGES = 10  # hits to report at least, where a question set is about answers
DOCUMENTS = 100  # distinct documents to report, where it is about retrieval
# Passages to ask for, one depth after the other, until there are as many documents. The depth can
# change a ranking a little, so figures compare only where the same one suffices.
DEPTHS = (300, 600, 1_000, 3_000, 10_000, 30_000, 100_000)

JsonObject = Mapping[str, Any]


def ask(system: System, question: Question, *, given_passage: bool = False) -> Prediction:
    """Return what the system answers; a question that it refuses counts as an abstention."""
    begin = time.perf_counter()
    try:
        answer = system.read(question) if given_passage else system.ask(question)
    except InvalidInputError as error:
        return refusal(question, str(error), elapsed_ms(begin))
    latency_ms = elapsed_ms(begin)
    hits = list(answer["hits"])
    if not given_passage and len(hits) < PASSAGES:
        with suppress(InvalidInputError):  # the answer stands
            hits += more_hits(system, answer)
    return Prediction(
        id=question.id,
        question=question.text,
        answer=answer["answer"],
        short_answer=answer["short_answer"],
        best_span=answer["best_span"],
        abstained=answer["abstained"],
        confidence=answer["confidence"],
        citations=tuple(quote_from(system.names, citation) for citation in answer["citations"]),
        hits=tuple(found_from(system.names, hit) for hit in hits),
        latency_ms=latency_ms,
        timings_ms=answer["timings_ms"],
    )


def search(system: System, question: Question) -> Prediction:
    """Return the distinct documents that the system finds, each by its best passage.

    There is no answer to such a question, so it is noted as abstained with no confidence; one that
    the system refuses finds nothing.
    """
    begin = time.perf_counter()
    try:
        best = distinct_documents(system, question)
    except InvalidInputError as error:
        return refusal(question, str(error), elapsed_ms(begin))
    latency_ms = elapsed_ms(begin)
    return Prediction(
        id=question.id,
        question=question.text,
        answer="",
        short_answer="",
        best_span="",
        abstained=True,
        confidence=0.0,
        citations=(),
        hits=tuple(found_from(system.names, hit) for hit in best),
        latency_ms=latency_ms,
        timings_ms={},
    )


def distinct_documents(system: System, question: Question) -> list[JsonObject]:
    """Return the best hit of each document, asking for more passages until there are enough.

    The document that the question is taken from is left out, as BEIR's own evaluation does.
    """
    wanted = min(DOCUMENTS, len(system.names))
    best: dict[str, JsonObject] = {}
    for k in (depth for depth in DEPTHS if depth <= system.longest_search):
        hits = system.search(question.text, k)
        best = {}
        for hit in hits:
            if question.itself is None or system.names[hit["source"]] != question.itself:
                best.setdefault(hit["document_id"], hit)
        if len(best) >= wanted or len(hits) < k:
            break
    return list(best.values())[:wanted]


def more_hits(system: System, answer: JsonObject) -> Iterator[JsonObject]:
    """Yield the hits that a search for the same question finds beyond those of the answer."""
    known = {place(hit) for hit in answer["hits"]}
    query = answer["standalone_question"]
    for hit in system.search(query, PASSAGES + len(known)):
        if place(hit) not in known and len(known) < PASSAGES:
            known.add(place(hit))
            yield hit


def place(hit: JsonObject) -> tuple[str, int, int]:
    """Return what makes a hit the same as another."""
    return hit["document_id"], hit["start"], hit["end"]


def refusal(question: Question, reason: str, latency_ms: float) -> Prediction:
    """Return the prediction for a question that the system wouldn't take."""
    return Prediction(
        id=question.id,
        question=question.text,
        answer=REFUSED + reason,
        short_answer="",
        best_span="",
        abstained=True,
        confidence=0.0,
        citations=(),
        hits=(),
        latency_ms=latency_ms,
        timings_ms={},
    )


def found_from(names: Mapping[str, str], hit: JsonObject) -> Found:
    """Return a hit with the name that the question set has for its document."""
    return Found(names[hit["source"]], hit["start"], hit["end"], hit["score"])


def quote_from(names: Mapping[str, str], citation: JsonObject) -> Quote:
    """Return a citation with the name that the question set has for its document."""
    return Quote(
        marker=citation["marker"],
        document=names[citation["source"]],
        start=citation["start"],
        end=citation["end"],
        quote=citation["quote"],
        score=citation["score"],
    )


def elapsed_ms(begin: float) -> float:
    """Return the milliseconds since `begin`."""
    return (time.perf_counter() - begin) * 1000
