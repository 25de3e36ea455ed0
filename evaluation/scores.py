"""One row of numbers a question: everything that the figures are computed from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.answers import contains, exact_match, f1, without_markers
from evaluation.datasets import Dataset, Question
from evaluation.output import read_result
from evaluation.predictions import Prediction
from evaluation.ranking import measure_rankings
from evaluation.relevance import is_supported, quotes_answer, rank_passages
from index.errors import DatasetError

Column = npt.NDArray[np.float64]
LABELS = ("kind", "document", "question_word")
WORDS = ("who", "whom", "whose", "what", "when", "where", "which", "why", "how")
BE_AND_DO = ("am", "is", "are", "was", "were", "do", "does", "did", "has", "have", "had")
MODAL = ("can", "could", "will", "would", "shall", "should", "may", "might", "must")
VERBS = frozenset(BE_AND_DO + MODAL)
DEPTHS = {"beir": 100}
DEFAULT_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Scores:
    """The questions' numbers, by column.

    Attributes:
        ids: The questions' ids, in their order.
        labels: What the questions are grouped by: for each label one string a question.
        columns: Arrays of shape (questions,); NaN where a number doesn't apply.
    """

    ids: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, Column]

    def rows(self) -> Iterable[dict[str, Any]]:
        """Yield one JSON object a question, null for NaN."""
        for position, identifier in enumerate(self.ids):
            numbers = {name: float(column[position]) for name, column in self.columns.items()}
            yield {
                "id": identifier,
                **{label: values[position] for label, values in self.labels.items()},
                **{name: None if np.isnan(value) else value for name, value in numbers.items()},
            }


def read_scores(output: Path) -> Scores:
    """Read the scores of a run, as written from `Scores.rows`.

    Raises:
        DatasetError: The folder holds no complete run.
    """
    rows = [json.loads(line) for line in read_result(output, "scores.jsonl").split("\n") if line]
    if not rows:
        raise DatasetError(f"{output / 'scores.jsonl'} is empty; run it again")
    names = [name for name in rows[0] if name != "id" and name not in LABELS]
    return Scores(
        ids=tuple(row["id"] for row in rows),
        labels={label: tuple(row[label] for row in rows) for label in LABELS},
        columns={name: np.array([row[name] for row in rows], dtype=np.float64) for name in names},
    )


def score(
    dataset: Dataset, predictions: Sequence[Prediction], *, given_passage: bool = False
) -> Scores:
    """Return what each prediction is worth; retrieval isn't judged where passages were given."""
    texts = {document.name: document.text for document in dataset.documents}
    rows = [
        score_question(question, prediction, texts, answers=dataset.answers_expected)
        for question, prediction in zip(dataset.questions, predictions, strict=True)
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}
    if not given_passage:
        columns |= score_retrieval(dataset, predictions)
    labels = {
        "kind": tuple(question.kind for question in dataset.questions),
        "document": tuple(question.document or "" for question in dataset.questions),
        "question_word": tuple(question_word(question.text) for question in dataset.questions),
    }
    return Scores(tuple(question.id for question in dataset.questions), labels, columns)


def score_question(
    question: Question, prediction: Prediction, texts: Mapping[str, str], *, answers: bool
) -> dict[str, float]:
    """Return the numbers of one question but for retrieval's."""
    times = {f"ms.{stage}": value for stage, value in prediction.timings_ms.items()}
    numbers = {"latency_ms": prediction.latency_ms, **times}
    if answers:
        numbers |= score_answer(question, prediction)
        numbers |= score_citations(question, prediction, texts)
    return numbers


def score_answer(question: Question, prediction: Prediction) -> dict[str, float]:
    """Return how right the words are; an abstention counts as the answer ""."""
    golds, span = question.answers, prediction.best_span
    short = "" if prediction.abstained else prediction.short_answer
    text = "" if prediction.abstained else without_markers(prediction.answer)
    numbers = {
        "answerable": float(bool(golds)),
        "abstained": float(prediction.abstained),
        "answered": float(not prediction.abstained),
        "abstention_right": float(prediction.abstained != bool(golds)),
        "confidence": prediction.confidence,
        "exact_match": exact_match(short, golds),
        "f1": f1(short, golds),
        "right": float(is_right(short, text, golds)),
        "span_exact_match": exact_match(span, golds) if golds else 0.0,
        "span_f1": f1(span, golds) if golds else 0.0,
        "span_right": float(bool(golds) and is_right(span, "", golds)),
    }
    if golds:
        numbers["containment"] = float(contains(text, golds))
        numbers["token_f1"] = f1(text, golds)
    return numbers


def is_right(short: str, text: str, golds: Sequence[str]) -> bool:
    """Tell whether an answer would pass: its short form contains a gold answer, or shares words.

    Half of the words (F1 of at least 0.5) are enough, of the short form or of the whole text.
    """
    if not golds:
        return not (short or text)
    return contains(short, golds) or max(f1(short, golds), f1(text, golds)) >= 0.5


def score_citations(
    question: Question, prediction: Prediction, texts: Mapping[str, str]
) -> dict[str, float]:
    """Return how many citations there are and how many hold."""
    supported = sum(is_supported(question, citation) for citation in prediction.citations)
    numbers = {
        "cited": float(len(prediction.citations)),
        "supported": float(supported),
        "verbatim": float(
            sum(
                texts[citation.document][citation.start : citation.end] == citation.quote
                for citation in prediction.citations
            )
        ),
    }
    if question.answers:
        numbers["any_supported"] = float(supported > 0)
    if question.answers and not prediction.abstained:
        numbers["quotes_answer"] = float(
            any(quotes_answer(question, citation) for citation in prediction.citations)
        )
    return numbers


def score_retrieval(dataset: Dataset, predictions: Sequence[Prediction]) -> dict[str, Column]:
    """Return the retrieval measures, NaN for questions without relevant passages."""
    asked = {
        question.id: (question, prediction)
        for question, prediction in zip(dataset.questions, predictions, strict=True)
        if question.passages
    }
    if not asked:
        return {}
    values = measure_rankings(
        {
            identifier: [passage.grade for passage in question.passages]
            for identifier, (question, _) in asked.items()
        },
        {
            identifier: rank_passages(question, prediction.hits)
            for identifier, (question, prediction) in asked.items()
        },
        depth=DEPTHS.get(dataset.format, DEFAULT_DEPTH),
    )
    return {
        name: np.array([found.get(question.id, np.nan) for question in dataset.questions])
        for name, found in values.items()
    }


def question_word(text: str) -> str:
    """Return the first question word, `yes/no` where a verb comes first, or `other`."""
    words = [word.strip("\"'`“”‘’(),.?!:;").lower() for word in text.split()]
    if words and words[0] in VERBS:
        return "yes/no"
    found = next((word for word in words if word in WORDS), "other")
    return "who" if found in ("whom", "whose") else found
