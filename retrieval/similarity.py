"""The plain reader: picks sentences by how alike they are to the question, with fitted weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder, Vectors
from index.errors import ModelError
from index.snapshot import Snapshot
from retrieval import features
from retrieval.features import Candidate, Question, find_candidates, measure, prepare_question
from retrieval.reading import Evidence, Lead, Reading, keep_silent
from retrieval.spans import find_span
from retrieval.values import Hit

WEIGHTS = "similarity.json"
ANSWER_NAMES = (
    "best",  # log odds of the best sentence
    "margin",  # by how much it beats the next
    "cosine",
    "overlap",
    "vicinity",
    "passage_overlap",
    "missing",  # rarity of the rarest stem of the question that the passage lacks
    "agreement",  # 1 where the best sentence is in the best passage
    "length",  # logarithm of the number of the question's stems
)
COSINE = features.NAMES.index("cosine")
# Distinct sentences that are embedded, chosen by their other measures. Of 1,300 questions the best
# one was among the first 8 every time.
SHORTLIST = 12


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted, see `training/similarity.py`.

    Attributes:
        sentence: Weight of each measure in `features.NAMES`, then the bias, shape (n + 1,).
        answer: Weight of each measure in `ANSWER_NAMES`, then the bias.
        threshold: Confidence below which to abstain.
    """

    sentence: NDArray[np.float64]
    answer: NDArray[np.float64]
    threshold: float


def load_weights() -> Weights:
    """Return the weights that are part of the program.

    Raises:
        ModelError: The file is missing or wasn't made for these measures.
    """
    try:
        fields = json.loads(files("retrieval").joinpath(WEIGHTS).read_text("utf-8"))
        sentence = [float(fields["sentence"][name]) for name in (*features.NAMES, "bias")]
        answer = [float(fields["answer"][name]) for name in (*ANSWER_NAMES, "bias")]
        return Weights(np.array(sentence), np.array(answer), float(fields["threshold"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the file retrieval/{WEIGHTS} can't be used ({error!r}); restore it, or make it with "
            "'python -m training similarity'"
        ) from error


class SimilarityReader:
    """Ranks the sentences of passages by likeness, and knows how often that is right."""

    name = "similarity-1"

    def __init__(
        self, embedder: Embedder, weights: Weights | None = None, *, reason: str = ""
    ) -> None:
        """Use `embedder` for sentences, and the program's weights unless others are given.

        Sentences come up again and again: an embedder that remembers them saves most of the time.

        Args:
            embedder: Whose cosines count.
            weights: What was fitted.
            reason: Why it stands in for another reader, if it does.
        """
        self.runtime = f"sentence similarity ({reason})" if reason else "sentence similarity"
        self._embedder = embedder
        self._weights = weights or load_weights()

    @property
    def threshold(self) -> float:
        """Confidence below which the documents are said not to answer."""
        return self._weights.threshold

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        snapshot: Snapshot,
        *,
        lead: Lead = keep_silent,  # noqa: ARG002 - what comes first is known at the end
    ) -> Reading:
        """Return the sentences of `hits`, best first, and how likely the first is right."""
        words = snapshot.words
        candidates = find_candidates(hits)
        if not candidates:
            return Reading((), tuple(hits), 0.0)
        prepared = prepare_question(question, words)
        measures = measure(prepared, candidates, words)
        rough = append_one(measures) @ self._weights.sentence
        kept = _shortlist(candidates, rough)
        candidates = [candidates[place] for place in kept]
        measures = measures[kept]
        measures[:, COSINE] = self.cosines(question, candidates)
        odds = append_one(measures) @ self._weights.sentence
        order = np.argsort(-odds, kind="stable")
        answer = measure_answer(prepared, measures[order], odds[order])
        confidence = sigmoid(float(np.append(answer, 1.0) @ self._weights.answer))
        return Reading(
            tuple(_evidence(prepared, candidates[place], odds[place]) for place in order),
            tuple(hits),
            confidence,
        )

    def cosines(self, question: str, candidates: Sequence[Candidate]) -> Vectors:
        """Return the cosine of a question and each candidate, float32 of shape (n,)."""
        if not candidates:
            return np.zeros(0, np.float32)
        vector = self._embedder.embed([question])[0]
        return np.asarray(
            self._embedder.embed([item.text for item in candidates]) @ vector, np.float32
        )


def measure_answer(
    question: Question, measures: NDArray[np.float64], odds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the measures in `ANSWER_NAMES` of the best sentence, shape (len(ANSWER_NAMES),).

    Args:
        question: The prepared question.
        measures: Of all candidates, best first, shape (n, len(features.NAMES)).
        odds: Log odds of the candidates, best first, shape (n,).
    """
    best = dict(zip(features.NAMES, measures[0], strict=True))
    lacking = (1.0 - best["passage_overlap"]) * sum(question.weights.values())
    return np.array(
        [
            odds[0],
            odds[0] - odds[1] if len(odds) > 1 else 1.0,
            best["cosine"],
            best["overlap"],
            best["vicinity"],
            best["passage_overlap"],
            lacking,
            float(best["rank"] == 1.0),
            np.log1p(len(question.weights)),
        ]
    )


def _shortlist(candidates: Sequence[Candidate], odds: NDArray[np.float64]) -> list[int]:
    """Return the places of the likeliest candidates: `SHORTLIST` texts, each wherever it stands."""
    order = np.argsort(-odds, kind="stable")
    texts = list(dict.fromkeys(candidates[place].text for place in order))[:SHORTLIST]
    kept = frozenset(texts)
    return [place for place, candidate in enumerate(candidates) if candidate.text in kept]


def append_one(measures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `measures` with a column of ones, which the bias multiplies."""
    return np.hstack([measures, np.ones((len(measures), 1))])


def sigmoid(odds: float) -> float:
    """Return the probability with these log odds."""
    return float(1.0 / (1.0 + np.exp(-odds)))


def _evidence(question: Question, candidate: Candidate, odds: float) -> Evidence:
    offset = candidate.hit.chunk.start
    start, end = find_span(candidate.text, question.text, question.kind)
    first = offset + candidate.start
    return Evidence(
        candidate.hit, first, offset + candidate.end, (first + start, first + end), sigmoid(odds)
    )
