"""The figures so far, for the progress bar."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.datasets import Dataset, Question
from evaluation.predictions import Prediction
from evaluation.relevance import rank_passages
from evaluation.scores import score_answer


class Running:
    """The figures so far, for the progress bar."""

    def __init__(self, dataset: Dataset, predictions: Sequence[Prediction]) -> None:
        """Begin with the predictions that there are."""
        self._sums = {"EM": 0.0, "F1": 0.0, "declined": 0.0}
        self._asked = self._searched = self._hit = 0
        self._answers = dataset.answers_expected
        for question, prediction in zip(dataset.questions, predictions, strict=False):
            self.add(question, prediction)

    def add(self, question: Question, prediction: Prediction) -> None:
        """Count one more."""
        self._asked += 1
        if self._answers:
            numbers = score_answer(question, prediction)
            self._sums["EM"] += numbers["exact_match"]
            self._sums["F1"] += numbers["f1"]
            self._sums["declined"] += numbers["abstained"]
        if question.passages:
            self._searched += 1
            ranking = rank_passages(question, prediction.hits)
            self._hit += any(place is not None for place in ranking[:5])

    def __str__(self) -> str:
        parts = [f"{name} {total / self._asked:.3f}" for name, total in self._sums.items()]
        shown = parts if self._answers else []
        if self._searched:
            shown.append(f"hit@5 {self._hit / self._searched:.3f}")
        return " ".join(shown)
