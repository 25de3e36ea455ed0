"""Sorts what went wrong by where it went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluation.datasets import Dataset, Question
from evaluation.predictions import Prediction
from evaluation.relevance import is_supported, rank_passages
from evaluation.scores import DEFAULT_DEPTH, Scores

NOT_RETRIEVED = "not retrieved"
NOT_ANSWERED = "retrieved but not answered"
WRONG_SPAN = "wrong span"
SHOULD_HAVE_ABSTAINED = "should have abstained"
SHOULD_NOT_HAVE_ABSTAINED = "should not have abstained"

MEANINGS = {
    NOT_RETRIEVED: "no hit shows a passage that answers the question",
    NOT_ANSWERED: "a hit shows the passage, but the answer was taken from elsewhere",
    WRONG_SPAN: "the right place is cited, but the short answer is another",
    SHOULD_HAVE_ABSTAINED: "answered, though the documents don't",
    SHOULD_NOT_HAVE_ABSTAINED: "declined, though a hit shows the passage",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong, with its class."""

    sort: str
    question: Question
    prediction: Prediction


def find_failures(
    dataset: Dataset, predictions: Sequence[Prediction], scores: Scores, *, given_passage: bool
) -> Iterator[Failure]:
    """Yield the questions that went wrong, in their order."""
    right = scores.columns.get("right")
    for position, (question, prediction) in enumerate(
        zip(dataset.questions, predictions, strict=True)
    ):
        if right is None:
            first = rank_passages(question, prediction.hits)[:DEFAULT_DEPTH]
            sort = NOT_RETRIEVED if not any(place is not None for place in first) else None
        elif right[position]:
            sort = None
        else:
            sort = sort_failure(question, prediction, searched=not given_passage)
        if sort is not None:
            yield Failure(sort, question, prediction)


def sort_failure(question: Question, prediction: Prediction, *, searched: bool) -> str:
    """Return the class of an answer that isn't right."""
    if not question.answers:
        return SHOULD_HAVE_ABSTAINED
    if searched and question.passages and not is_retrieved(question, prediction):
        return NOT_RETRIEVED
    if prediction.abstained:
        return SHOULD_NOT_HAVE_ABSTAINED
    if any(is_supported(question, citation) for citation in prediction.citations):
        return WRONG_SPAN
    return NOT_ANSWERED


def is_retrieved(question: Question, prediction: Prediction) -> bool:
    """Tell whether any hit shows a passage that answers the question."""
    return any(place is not None for place in rank_passages(question, prediction.hits))
