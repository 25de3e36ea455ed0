"""Fits how sure the reader may be, and when to say that nothing answers, on held-out articles."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from index.progress import Progress
from index.settings import Settings
from index.values import checksum
from retrieval.assistant import Assistant
from retrieval.calibration import MEASURES, Calibration, Spotted
from retrieval.questions import words
from retrieval.search import worth_reading
from retrieval.span_reader import LONGEST_SPAN, WEIGHTS, SpanReader
from training.card import write_card
from training.questions import (
    TrainingQuestion,
    TrainingSet,
    index_texts,
    join_sets,
    load_held_out,
)
from training.reader_weights import read_stages

QUESTIONS = 2_000  # of SQuAD's; there are fewer of the typed and of the written ones
RESAMPLES = 1_000  # of the bootstrap
RIGHT_F1 = 0.5  # of its words, from which a span counts as right


@dataclass(frozen=True, slots=True)
class Best:
    """The best span of a question.

    Attributes:
        spotted: The span.
        right: Whether it is one of the gold answers.
        answerable: Whether there is a gold answer.
    """

    spotted: Spotted
    right: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found for a question.

    Attributes:
        spotted: The reader's spans, in the order of the passages.
        right: Whether each is one of the gold answers, shape (n,).
        answerable: Whether there is a gold answer.
    """

    spotted: Sequence[Spotted]
    right: NDArray[np.bool_]
    answerable: bool

    @property
    def measures(self) -> NDArray[np.float64]:
        """Of each span, shape (n, len(MEASURES))."""
        return np.array([each.measures for each in self.spotted]).reshape(-1, len(MEASURES))

    def best(self, weights: NDArray[np.float64]) -> Best:
        """Return the span for which most speaks; the last of the weights is the bias."""
        place = int(np.argmax(self.measures @ weights[:-1]))
        return Best(self.spotted[place], bool(self.right[place]), self.answerable)


def calibrate(
    data: Path, work_dir: Path, folder: Path, *, seed: int, progress: Progress
) -> dict[str, Any]:
    """Fit the calibration of the weights in `folder` and write it beside them.

    Args:
        data: Folder with `reading/squad/train.json` and `reading/natural-questions/train.json`.
        work_dir: Where the held-out articles are indexed; reused.
        folder: Holds `weights.safetensors`.
        seed: Of the draw.
        progress: Told how many questions were asked.

    Returns:
        What was written: weights, threshold and figures on the held-out articles.
    """
    sets, strangers = load_held_out(data, limit=QUESTIONS, seed=seed)
    reader = load_uncalibrated(folder)
    asked = ask(join_sets(*sets.values()), strangers, reader, work_dir, progress)
    measures = fit_measures(asked)
    best = [each.best(measures) for each in asked]
    confidence = fit_confidence(best)
    threshold, figures = choose_threshold(best, confidence)
    result = {
        "sha256": checksum(folder / WEIGHTS),
        "measures": dict(zip((*MEASURES, "bias"), measures.tolist(), strict=True)),
        "confidence": dict(zip(("answerable", "bias"), confidence, strict=True)),
        "threshold": threshold,
        "questions": len(asked),
        "held_out": figures,
    }
    path = folder / "calibration.json"
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    stages = read_stages(folder / WEIGHTS)
    write_card(folder, result, stages=stages, longest=LONGEST_SPAN, strangers=len(strangers))
    return result


def load_uncalibrated(folder: Path) -> SpanReader:
    """Return the reader of the weights in `folder`, to which all spans are alike."""
    nothing = (0.0,) * (len(MEASURES) + 1)
    calibration = Calibration(checksum(folder / WEIGHTS), nothing, (0.0, 0.0), 0.0)
    return SpanReader(folder, calibration=calibration)


def ask(
    questions: TrainingSet,
    strangers: Sequence[TrainingQuestion],
    reader: SpanReader,
    work_dir: Path,
    progress: Progress,
) -> list[Asked]:
    """Index the articles, search for every question and read what is found."""
    library = Library(Settings(data_dir=work_dir))
    index_texts(library, questions, progress)
    texts = {source: text for source, _, text in questions.texts}
    assistant = Assistant(library, reader=reader)
    found = []
    everything = [*questions.questions, *strangers]
    for place, question in enumerate(everything, start=1):
        most = library.settings.passages
        hits = worth_reading(assistant.search(question.text, k=most), most)
        spotted = reader.spot(question.text, hits)
        golds = [Counter(words(texts[question.source][slice(*span)])) for span in question.spans]
        right = np.array([_is_right(each, golds) for each in spotted], np.bool_)
        found.append(Asked(spotted, right, bool(question.spans)))
        progress("questions", place, len(everything))
    return found


def fit_measures(asked: Sequence[Asked]) -> NDArray[np.float64]:
    """Return the weight of each measure and the bias, shape (len(MEASURES) + 1,).

    First which of a question's spans is right, then how likely the best one is (Platt, 1999).
    """
    spans = _regress(
        np.vstack([each.measures for each in asked]),
        np.concatenate([each.right for each in asked]),
    )
    best = [each.best(spans) for each in asked]
    odds = np.array([each.spotted.measures for each in best]) @ spans[:-1] + spans[-1]
    slope, bias = _regress(odds[:, None], np.array([each.right for each in best]))
    return np.append(spans[:-1] * slope, spans[-1] * slope + bias)


def fit_confidence(best: Sequence[Best]) -> tuple[float, float]:
    """Return the weight of `answerable` in the log odds that the best span is right, and the bias.

    When it was chosen, on SQuAD's and the typed held-out questions, the area under the ROC curve
    was .837 with it alone, and .817 to .826 where margin, fusion or the span's probability were
    weighed beside it to tell what is right.
    """
    odds = np.array([[each.spotted.answerable] for each in best])
    weight, bias = _regress(odds, np.array([each.right for each in best]))
    return float(weight), float(bias)


def choose_threshold(
    best: Sequence[Best], confidence: tuple[float, float]
) -> tuple[float, dict[str, list[float]]]:
    """Return the confidence that best tells answerable questions from others, and figures.

    Where the shares of answered answerable and declined other questions sum up to the most
    (Youden, 1950): neither costs more than the other, and their numbers don't matter, which
    nobody knows beforehand. Each figure has its value and both ends of a bootstrap 95 % interval.
    """
    from sklearn.metrics import roc_curve

    weight, bias = confidence
    odds = np.array([each.spotted.answerable for each in best]) * weight + bias
    sure = 1 / (1 + np.exp(-odds))
    right = np.array([each.right for each in best])
    answerable = np.array([each.answerable for each in best])
    false, true, thresholds = roc_curve(answerable, sure)
    threshold = float(thresholds[int(np.argmax(true - false))])
    chance = np.random.default_rng(0)
    draws = [chance.integers(len(best), size=len(best)) for _ in range(RESAMPLES)]
    drawn = [_judge(sure[d], right[d], answerable[d], threshold) for d in draws]
    found = _judge(sure, right, answerable, threshold)
    return threshold, {
        name: [value, *np.quantile([each[name] for each in drawn], (0.025, 0.975)).tolist()]
        for name, value in found.items()
    }


def _judge(
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    answerable: NDArray[np.bool_],
    threshold: float,
) -> dict[str, float]:
    """Return the figures by name; the arguments have one value for each question."""
    from sklearn.metrics import roc_auc_score

    answered = confidence >= threshold
    return {
        "answerable_answered": float(answered[answerable].mean()),
        "right_of_those": float(right[answerable & answered].mean()),
        "unanswerable_declined": float((~answered[~answerable]).mean()),
        "auc_answerable": float(roc_auc_score(answerable, confidence)),
        "auc_right": float(roc_auc_score(right, confidence)),
    }


def _is_right(spotted: Spotted, golds: Sequence[Counter[str]]) -> bool:
    """Whether a span has all words of a gold answer, or half of both are the same, anywhere.

    The data say of an answer that stands in several places where the first is, not which was meant.
    """
    found = Counter(words(spotted.hit.chunk.text[spotted.start : spotted.end]))
    return any(
        gold <= found or (found & gold).total() >= RIGHT_F1 * (found.total() + gold.total()) / 2
        for gold in golds
    )


def _regress(measures: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, then its bias."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = measures.mean(axis=0), measures.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=5_000)
    model.fit((measures - mean) / spread, right)
    weights = model.coef_[0] / spread
    return np.append(weights, model.intercept_[0] - weights @ mean)
