"""Fits the similarity reader: which sentence answers, and when to say that none does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from index.progress import progress_bar
from index.settings import Settings
from retrieval import features
from retrieval.assistant import Assistant
from retrieval.features import Candidate, Question, find_candidates, measure, prepare_question
from retrieval.remembering import RememberingEmbedder
from retrieval.similarity import (
    ANSWER_NAMES,
    COSINE,
    SimilarityReader,
    Weights,
    append_one,
    measure_answer,
)
from training.questions import (
    DEVELOPMENT_ARTICLES,
    HELD_OUT_ARTICLES,
    TrainingQuestion,
    TrainingSet,
    as_strangers,
    index_texts,
    join_sets,
    load_articles,
    make_set,
)

ANSWERED = 0.8  # share of the held-out answerable questions that the threshold lets through
# Unanswerable questions are an eighth of the data; they count for more, as a wrong answer costs
# more than a missing one.
UNANSWERABLE_WEIGHT = 3.0
STRANGERS = 400  # questions about something else, for each set
# Questions that were typed into a search engine, with their paragraphs: unlike SQuAD's, their
# authors hadn't read the answer, so they share fewer words with it.
TYPED = 1_500


@dataclass(frozen=True, slots=True)
class Example:
    """A question's candidates.

    Attributes:
        question: The prepared question.
        measures: Of each candidate, shape (n, len(features.NAMES)).
        right: Whether each candidate holds a gold answer, shape (n,).
        answerable: Whether there is a gold answer at all.
    """

    question: Question
    measures: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: bool


def train(data: Path, work_dir: Path, output: Path, *, limit: int, seed: int) -> dict[str, Any]:
    """Fit all weights and write them.

    Args:
        data: Folder with `reading/squad/train.json` and `reading/natural-questions/train.json`.
        work_dir: Where the articles are indexed; reused.
        output: The file to write.
        limit: Questions of each set.
        seed: Of the draw.

    Returns:
        What was written: the weights, the threshold and figures on the held-out articles.
    """
    articles = load_articles(data / "reading/squad/train.json")
    held_out = articles[:HELD_OUT_ARTICLES]
    development = articles[HELD_OUT_ARTICLES:][:DEVELOPMENT_ARTICLES]
    searched = load_articles(data / "reading/natural-questions/train.json")
    typed = make_set(searched[:TYPED], limit=TYPED, seed=seed)
    strangers = as_strangers(make_set(searched[TYPED:], limit=2 * STRANGERS, seed=seed))
    fitted_on = collect(
        join_sets(make_set(development, limit=limit, seed=seed), typed),
        strangers[:STRANGERS],
        work_dir / "development",
    )
    checked_on = collect(
        make_set(held_out, limit=limit, seed=seed), strangers[STRANGERS:], work_dir / "held-out"
    )
    sentence = fit_sentence(fitted_on)
    answer = fit_answer(fitted_on, sentence)
    answer, threshold, figures = calibrate(checked_on, sentence, answer)
    result = {
        "sentence": dict(zip((*features.NAMES, "bias"), sentence.tolist(), strict=True)),
        "answer": dict(zip((*ANSWER_NAMES, "bias"), answer.tolist(), strict=True)),
        "threshold": threshold,
        "held_out": figures,
    }
    output.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def collect(
    questions: TrainingSet, strangers: Sequence[TrainingQuestion], data_dir: Path
) -> list[Example]:
    """Index the articles, search for every question and measure what is found."""
    library = Library(Settings(data_dir=data_dir))
    nothing = Weights(np.zeros(len(features.NAMES) + 1), np.zeros(len(ANSWER_NAMES) + 1), 0.0)
    reader = SimilarityReader(RememberingEmbedder(library.embedder), nothing)
    assistant = Assistant(library, reader=reader)
    passages = library.settings.passages
    examples = []
    with progress_bar() as progress:
        index_texts(library, questions, progress)
        asked = [*questions.questions, *strangers]
        for place, question in enumerate(asked, start=1):
            hits = assistant.search(question.text, k=passages)
            candidates = find_candidates(hits)
            with library.snapshot() as snapshot:
                words = snapshot.words
                prepared = prepare_question(question.text, words)
                measures = measure(prepared, candidates, words)
            measures[:, COSINE] = reader.cosines(question.text, candidates)
            right = np.array([_is_right(candidate, question) for candidate in candidates], np.bool_)
            examples.append(Example(prepared, measures, right, bool(question.spans)))
            progress("questions", place, len(asked))
    return examples


def fit_sentence(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return weights and bias for the log odds that a sentence answers, shape (n + 1,)."""
    answerable = [example for example in examples if example.answerable]
    measures = np.vstack([example.measures for example in answerable])
    return _fit(measures, np.concatenate([example.right for example in answerable]))


def fit_answer(examples: Sequence[Example], sentence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights and bias for the log odds that the best sentence answers."""
    measures, right, answerable = _answers(examples, sentence)
    return _fit(measures, right, np.where(answerable, 1.0, UNANSWERABLE_WEIGHT))


def calibrate(
    examples: Sequence[Example], sentence: NDArray[np.float64], answer: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, dict[str, float]]:
    """Scale the answer's log odds (Platt, 1999) and choose the threshold, on held-out articles."""
    from sklearn.metrics import roc_auc_score

    measures, right, answerable = _answers(examples, sentence)
    odds = append_one(measures) @ answer
    slope, bias = _fit(odds[:, None], right)
    scaled = answer * slope
    scaled[-1] += bias
    confidence = 1.0 / (1.0 + np.exp(-(append_one(measures) @ scaled)))
    threshold = float(np.quantile(confidence[answerable], 1.0 - ANSWERED))
    answered = confidence >= threshold
    figures = {
        "questions": len(examples),
        "answerable_answered": float(answered[answerable].mean()),
        "right_of_those": float(right[answerable & answered].mean()),
        "unanswerable_declined": float((~answered[~answerable]).mean()),
        "auc_answerable": float(roc_auc_score(answerable, confidence)),
        "auc_right": float(roc_auc_score(right, confidence)),
    }
    return scaled, threshold, figures


def _answers(
    examples: Sequence[Example], sentence: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the measures of each best sentence, whether it is right, and whether one could be."""
    rows, right = [], []
    for example in examples:
        odds = append_one(example.measures) @ sentence
        order = np.argsort(-odds, kind="stable")
        rows.append(measure_answer(example.question, example.measures[order], odds[order]))
        right.append(bool(example.right[order[0]]))
    answerable = np.array([example.answerable for example in examples])
    return np.array(rows), np.array(right), answerable


def _fit(
    measures: NDArray[np.float64],
    right: NDArray[np.bool_],
    weight: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, then its bias."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = measures.mean(axis=0), measures.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=5_000)
    model.fit((measures - mean) / spread, right, sample_weight=weight)
    weights = model.coef_[0] / spread
    return np.append(weights, model.intercept_[0] - weights @ mean)


def _is_right(candidate: Candidate, question: TrainingQuestion) -> bool:
    chunk = candidate.hit.chunk
    start, end = chunk.start + candidate.start, chunk.start + candidate.end
    if candidate.hit.source != question.source:
        return False
    return any(start <= first and last <= end for first, last in question.spans)
